//! Puts the init containers of programs in random orders: what keeps every link passes, and of the others each broken link is
//! found, and nothing else.

use crate::{compiled, examples, held, list, objects, pod_spec, shown};
use fastrand::Rng;
use initflow::compile::Compilation;
use initflow::diagnostic::Code;
use initflow::plan::{Direction, Plan, Role, Start};
use initflow::verify::VerifyOptions;
use serde_json::{Value, json};
use std::collections::HashSet;

/// How many orders of each sort are tried.
const ORDERS: usize = 200;

/// A program with all sorts of links: through others, by folders of a volume, by several volumes.
const LINKED: &str = r#"
deployment linked {
  volume data
  volume cache scratch
  sidecar proxy { image "proxy:1.0"; run "proxy"; port 5432; started tcp 5432 }
  step fetch { image "a:1.0"; run "a"; writes data at /out sub "raw" }
  step words { image "a:1.0"; run "a"; writes data at /out sub "words" }
  step index { image "a:1.0"; run "a"; updates data at /data; writes cache at /cache }
  step warm { image "a:1.0"; run "a"; reads cache at /cache }
  step migrate { after proxy warm; image "a:1.0"; run "a" }
  step raw { image "a:1.0"; run "a"; reads data at /raw sub "raw" }
  app web { image "a:1.0"; reads data at /data; reads cache at /cache }
}
"#;

#[test]
fn each_order_breaks_exactly_the_links_that_it_breaks() {
    let mut programs = vec![("linked.initflow".to_owned(), LINKED.to_owned())];
    programs.extend(examples());
    let programs: Vec<(String, String)> = programs
        .into_iter()
        .filter(|(name, source)| {
            let compilation = compiled(name, source);
            compilation.workloads.iter().any(|workload| !links(&workload.plan()).is_empty())
        })
        .collect();
    assert!(programs.len() > 4, "there are too few programs with links");
    let mut random = Rng::with_seed(7);
    let mut seen = HashSet::new();
    let (mut kept, mut broken) = (0, 0);
    for round in 0.. {
        if kept >= ORDERS && broken >= ORDERS {
            break;
        }
        assert!(round < 100_000, "{kept} orders keep all links, and {broken} do not");
        let (name, source) = &programs[random.usize(..programs.len())];
        let mut compilation = compiled(name, source);
        let one = random.usize(..compilation.workloads.len());
        compilation.workloads = vec![compilation.workloads.swap_remove(one)];
        let (objects, faults) = shuffled(&compilation, &mut random);
        // Few orders at random keep all links of a program.
        if faults == 0 && kept >= ORDERS || faults > 0 && broken >= ORDERS {
            continue;
        }
        if !seen.insert(format!("{objects:?}")) {
            continue;
        }
        held(&mut compilation, &objects, &VerifyOptions::default());
        let found = &compilation.diagnostics;
        assert!(found.iter().all(|found| found.code == Code::BrokenOrder), "{}", shown(&compilation));
        assert_eq!(found.len(), faults, "{name}: {objects:#?}\n{}", shown(&compilation));
        if faults == 0 { kept += 1 } else { broken += 1 }
    }
}

/// The objects of a program with their init containers in another order, and with some that others added; and how many
/// links this breaks.
fn shuffled(compilation: &Compilation, random: &mut Rng) -> (Vec<Value>, usize) {
    let mut objects = objects(compilation);
    let mut faults = 0;
    for (object, workload) in objects.iter_mut().zip(&compilation.workloads) {
        let init = list(pod_spec(object), "initContainers");
        random.shuffle(init);
        let place = |name: &str| init.iter().position(|container| container["name"] == name);
        faults +=
            links(&workload.plan()).iter().filter(|(before, after)| place(before) > place(after)).count();
        for added in 0..random.usize(..4) {
            let mut container = json!({ "name": format!("added-{added}"), "image": "added:1.0" });
            if random.bool() {
                container["restartPolicy"] = "Always".into();
            }
            init.insert(random.usize(..=init.len()), container);
        }
    }
    (objects, faults)
}

/// The links between steps and sidecars: each pair that an `after` or a volume makes, found in the simplest way.
fn links(plan: &Plan) -> Vec<(String, String)> {
    let init: Vec<&Start> = plan.order.iter().filter(|start| start.role != Role::App).collect();
    let mut links = Vec::new();
    for after in &init {
        for before in &init {
            let link = (before.name.to_string(), after.name.to_string());
            links.extend(after.after.iter().filter(|name| **name == before.name).map(|_| link.clone()));
            let mut volumes: Vec<_> = after.uses.iter().map(|used| &used.volume).collect();
            volumes.sort();
            volumes.dedup();
            links.extend(
                volumes.into_iter().filter(|volume| flows(before, after, volume)).map(|_| link.clone()),
            );
        }
    }
    links
}

/// Whether files of a volume flow from one container to another.
fn flows(before: &Start, after: &Start, volume: &str) -> bool {
    let stage = |direction| match direction {
        Direction::Writes => Some(0),
        Direction::Updates => Some(1),
        Direction::Reads => Some(2),
        Direction::Mounts => None,
    };
    let uses = |start: &Start| -> Vec<(i32, String)> {
        let of_volume = start.uses.iter().filter(|used| used.volume == volume);
        let uses = of_volume.filter_map(|used| {
            let sub = used.sub.as_deref().unwrap_or_default();
            Some((stage(used.direction)?, if sub.is_empty() { String::new() } else { format!("{sub}/") }))
        });
        uses.collect()
    };
    before.name != after.name
        && uses(before).iter().any(|(first, from)| {
            let meets = |to: &String| from.starts_with(to.as_str()) || to.starts_with(from.as_str());
            uses(after).iter().any(|(second, to)| first < second && meets(to))
        })
}
