//! Compares the order with its definition, and checks the messages.

use super::*;
use crate::diagnostic::Code;
use crate::model::{
    Container, Mount, ObjectLevel, PlacedName, QualifiedName, Reference, Storage, Volume, WorkloadKind,
};
use crate::object::Node;
use crate::source::FileId;
use proptest::prelude::*;
use std::collections::HashSet;
use std::time::Instant;

/// A different span for each place, so that a test can tell what a message points at.
fn span(at: usize) -> Span {
    Span::new(FileId(0), at, at + 1)
}

fn name(text: &str, at: usize) -> PlacedName {
    PlacedName { text: text.into(), span: span(at) }
}

fn level() -> ObjectLevel {
    ObjectLevel { metadata: Node::map(span(0)), spec: Node::map(span(0)) }
}

/// Reads a workload, one container per line, as in `step a: after b, writes v/sub`; `probed` adds a probe to a sidecar.
fn workload(text: &str) -> Workload {
    let lines: Vec<(&str, &str)> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split_once(':').unwrap())
        .collect();
    let names: Vec<&str> = lines.iter().map(|(head, _)| head.split_once(' ').unwrap().1).collect();
    let mut volumes: Vec<&str> = Vec::new();
    let mut containers = Vec::new();
    for (line, (head, rest)) in lines.iter().enumerate() {
        let (role, own) = head.split_once(' ').unwrap();
        let at = 1000 * (line + 1);
        let mut container = Container {
            references: Vec::new(),
            completed: Vec::new(),
            awaited: Vec::new(),
            unlocked: None,
            once: None,
            name: name(own, at),
            qualified: QualifiedName::plain(own),
            role: match role {
                "step" => Role::Step,
                "sidecar" => Role::Sidecar,
                _ => Role::App,
            },
            built_in: None,
            span: span(at),
            fields: Node::map(span(at)),
            run: None,
            mounts: Vec::new(),
            after: Vec::new(),
            takes: None,
            stops: None,
            unclear: false,
        };
        for (part, clause) in rest.split(',').map(str::trim).filter(|clause| !clause.is_empty()).enumerate() {
            let at = at + part + 1;
            let (word, target) = clause.split_once(' ').unwrap_or((clause, ""));
            if word == "probed" {
                container.fields.map_mut().set("startupProbe", span(at), Node::map(span(at)));
            } else if word == "after" {
                let index = names.iter().position(|name| *name == target).unwrap();
                container.after.push(Reference { span: span(at), index });
            } else {
                let (volume, sub) =
                    target.split_once('/').map_or((target, None), |(volume, sub)| (volume, Some(sub)));
                let index = volumes.iter().position(|name| *name == volume).unwrap_or_else(|| {
                    volumes.push(volume);
                    volumes.len() - 1
                });
                container.mounts.push(Mount {
                    volume: name(volume, at),
                    index: Some(index),
                    direction: match word {
                        "reads" => Direction::Reads,
                        "updates" => Direction::Updates,
                        "writes" => Direction::Writes,
                        _ => Direction::Mounts,
                    },
                    sub: sub.map(Into::into),
                    makes: None,
                    span: span(at),
                });
            }
        }
        containers.push(container);
    }
    let volume = |text: &&str| Volume {
        name: name(text, 0),
        qualified: QualifiedName::plain(*text),
        storage: Storage::Scratch,
        span: span(0),
        fields: Node::map(span(0)),
    };
    Workload {
        kind: WorkloadKind::Pod,
        name: Some(name("shop", 0)),
        span: span(0),
        object: level(),
        job: None,
        pod: level(),
        volumes: volumes.iter().map(volume).collect(),
        containers,
        budgets: Vec::new(),
        restricted: None,
        unclear: false,
    }
}

/// The order, one place per line (`>` marks one that moved), and the diagnostics with the clauses that they point at.
fn check(text: &str) -> String {
    let workload = workload(text);
    let mut diagnostics = Vec::new();
    let order = order(&workload, &mut diagnostics);
    let mut lines: Vec<String> = order
        .places
        .iter()
        .map(|place| {
            let mark = if place.moved { ">" } else { "" };
            format!(
                "{mark}{}: {}",
                workload.containers[place.container].name.text,
                place.because.text(&workload)
            )
        })
        .collect();
    let source: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let clause = |span: Span| {
        let (line, part) = (source[span.start as usize / 1000 - 1], span.start as usize % 1000);
        let (head, rest) = line.split_once(':').unwrap();
        if part == 0 { head } else { rest.split(',').nth(part - 1).unwrap().trim() }
    };
    for diagnostic in &diagnostics {
        lines.push(format!("{:?} {}: {}", diagnostic.severity, diagnostic.code.name(), diagnostic.headline));
        for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.labels) {
            lines.push(format!("  [{}] {}", clause(label.span), label.text));
        }
        lines.extend(diagnostic.help.iter().map(|help| format!("  = {help}")));
    }
    lines.join("\n")
}

#[test]
fn unconstrained_containers_keep_their_place() {
    insta::assert_snapshot!(check("step a: \n app web: reads v\n sidecar b: \n step c: mounts v"), @r"
    a: as written
    b: as written
    c: as written
    ");
}

#[test]
fn files_and_after_order() {
    insta::assert_snapshot!(check("
        step check: reads config, after tidy
        step other:
        step tidy: updates config
        sidecar proxy: probed
        step settings: writes config, after proxy
        app web: reads config, after proxy
    "), @r"
    other: as written
    proxy: as written
    settings: after `proxy`
    >tidy: updates `config`, which `settings` writes
    >check: after `tidy`
    ");
}

#[test]
fn after_replaces_the_link_of_files() {
    insta::assert_snapshot!(check("
        step late: writes v, after middle
        step middle: after early
        step early: reads v
        step more: writes v
    "), @r"
    more: as written
    >early: reads `v`, which `more` writes
    >middle: after `early`
    >late: after `middle`
    ");
}

#[test]
fn folders_beside_each_other_are_unrelated() {
    insta::assert_snapshot!(check("
        step a: reads v/a
        step deep: reads v/a/b
        step root: reads v
        step beside: reads v/ab
        step w1: writes v/a/./b/
        step w2: writes v/b
    "), @r"
    beside: as written
    w1: as written
    >a: reads `v`, which `w1` writes
    >deep: reads `v`, which `w1` writes
    w2: as written
    >root: reads `v`, which `w2` writes
    ");
}

#[test]
fn one_that_reads_and_writes_does_not_wait_for_itself() {
    insta::assert_snapshot!(check("step a: writes v, reads v\n step b: reads v"), @r"
    a: as written
    b: reads `v`, which `a` writes
    ");
}

#[test]
fn every_cycle_is_reported_once_link_by_link() {
    insta::assert_snapshot!(check("
        step a: reads config
        step b: writes config, after c
        step c: after a
        step d: after e
        step e: after d
        step f: after a
        step g: writes x, reads y
        step h: writes y, reads x
        step p: reads v
        step q: writes v, after r
        step r: reads w
        step s: writes w, after p
    "), @r"
    a: as written
    c: after `a`
    >b: after `c`
    f: after `a`
    >d: as written
    >e: as written
    g: as written
    h: as written
    p: as written
    q: as written
    r: as written
    s: as written
    Error order-cycle: `d` and `e` wait for each other
      [after e] `d` runs after `e`
      [after d] `e` runs after `d`
      = remove one of these links
    Error order-cycle: `g` and `h` wait for each other
      [reads y] `g` reads `y`, which `h` writes
      [reads x] `h` reads `x`, which `g` writes
      = remove one of these links
      = or add `after g` to `h`, which replaces the link that their files create
    Error order-cycle: `p`, `q` and 2 more wait for each other
      [reads v] `p` reads `v`, which `q` writes
      [after r] `q` runs after `r`
      [reads w] `r` reads `w`, which `s` writes
      [after p] `s` runs after `p`
      = remove one of these links
      = or add `after p` to `q`, which replaces the link that their files create
    ");
}

#[test]
fn nothing_runs_after_an_app_or_itself() {
    insta::assert_snapshot!(check("
        step a: after web
        app web: after other
        app other: after other
        step b: after b
    "), @r"
    a: as written
    b: as written
    Error after-app: step `a` cannot run after app `web`
      [after web] apps start together, after every step is done and every sidecar is up
      [app web] `web` is an app
      = remove `web` from `after`, or make `web` a `step` or a `sidecar`, or `a` an `app`
    Error after-app: app `web` cannot run after app `other`
      [after other] apps start together, after every step is done and every sidecar is up
      [app other] `other` is an app
      = make `other` a `sidecar`, which is up before the apps start
    Error after-itself: `other` cannot run after itself
      [after other] names its own container
      = remove `other` from `after`
    Error after-itself: `b` cannot run after itself
      [after b] names its own container
      = remove `b` from `after`
    ");
}

#[test]
fn a_sidecar_that_others_wait_for_needs_a_startup_probe() {
    insta::assert_snapshot!(check("
        sidecar alone: reads v
        sidecar agent: writes v
        step uses: reads v, after agent
        sidecar proxy:
        app web: after proxy
    "), @r"
    agent: as written
    >alone: reads `v`, which `agent` writes
    uses: after `agent`
    proxy: as written
    Warning sidecar-without-startup-probe: sidecar `agent` has no startup probe, but other containers wait for it
      [sidecar agent] without a probe, the others wait only until its process runs
      [after agent] `uses` runs after `agent`
      [reads v] `alone` reads `v`, which `agent` writes
      = add a startup probe to `agent`: `started tcp PORT`, `started http PORT /path` or `started exec COMMAND`
    Warning sidecar-without-startup-probe: sidecar `proxy` has no startup probe, but `web` waits for it
      [sidecar proxy] without a probe, the others wait only until its process runs
      [after proxy] `web` runs after `proxy`
      = add a startup probe to `proxy`: `started tcp PORT`, `started http PORT /path` or `started exec COMMAND`
    ");
}

#[test]
fn many_containers_are_ordered_quickly() {
    let lines =
        |i| [format!("step r{i}: reads v, reads w/{i}\n"), format!("sidecar w{i}: writes v, writes w/{i}\n")];
    let text: String = (0..5000).flat_map(lines).collect();
    let workload = workload(&text);
    let started = Instant::now();
    let order = order(&workload, &mut Vec::new());
    assert_eq!(order.places.len(), 10_000);
    assert!(order.places[..5000].iter().all(|place| place.container % 2 == 1));
    assert!(started.elapsed().as_secs() < 60);
}

/// All pairs of containers of which the first must come before the second, by the definition.
fn constraints(workload: &Workload) -> HashSet<(usize, usize)> {
    let containers = &workload.containers;
    let in_init_list = |index: usize| containers[index].role != Role::App;
    let explicit = |index: usize| {
        containers[index]
            .after
            .iter()
            .map(|reference| reference.index)
            .filter(move |other| in_init_list(*other) && *other != index)
    };
    let mut pairs = HashSet::new();
    let indices = || (0..containers.len()).filter(|index| in_init_list(*index));
    for later in indices() {
        pairs.extend(explicit(later).map(|earlier| (earlier, later)));
    }
    let mut through = pairs.clone();
    for middle in indices() {
        for first in indices() {
            for last in indices() {
                if through.contains(&(first, middle)) && through.contains(&(middle, last)) {
                    through.insert((first, last));
                }
            }
        }
    }
    let inside = |a: &str, b: &str| a.is_empty() || a == b || b.starts_with(&format!("{a}/"));
    let stage = |direction| {
        [Direction::Writes, Direction::Updates, Direction::Reads].iter().position(|known| *known == direction)
    };
    for (giver, taker) in indices().flat_map(|giver| indices().map(move |taker| (giver, taker))) {
        for (gives, takes) in containers[giver]
            .mounts
            .iter()
            .flat_map(|gives| containers[taker].mounts.iter().map(move |takes| (gives, takes)))
        {
            let (a, b) = (gives.sub.as_deref().unwrap_or(""), takes.sub.as_deref().unwrap_or(""));
            let ordered = matches!((stage(gives.direction), stage(takes.direction)), (Some(first), Some(then)) if first < then);
            if gives.index == takes.index
                && ordered
                && (inside(a, b) || inside(b, a))
                && giver != taker
                && !through.contains(&(taker, giver))
            {
                pairs.insert((giver, taker));
            }
        }
    }
    pairs
}

/// Fills each place with the container written earliest among those whose constraints are met; stops in a cycle.
fn by_definition(workload: &Workload, constraints: &HashSet<(usize, usize)>) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    loop {
        let met =
            |index: usize| constraints.iter().all(|(first, then)| *then != index || places.contains(first));
        let free = |index: &usize| workload.containers[*index].role != Role::App && !places.contains(index);
        match (0..workload.containers.len()).filter(free).find(|index| met(*index)) {
            Some(next) => places.push(next),
            None => return places,
        }
    }
}

fn any_workload() -> impl Strategy<Value = String> {
    let clause = prop_oneof![
        2 => (0usize..8).prop_map(|other| format!("after c{other}")),
        5 => (prop::sample::select(vec!["reads", "updates", "writes", "mounts"]), 0usize..3, prop::sample::select(vec!["", "/a", "/a/b", "/b", "/ab", "/a/b/c"]))
            .prop_map(|(direction, volume, sub)| format!("{direction} v{volume}{sub}")),
    ];
    let container =
        (prop::sample::select(vec!["step", "step", "sidecar", "app"]), prop::collection::vec(clause, 0..3));
    prop::collection::vec(container, 8).prop_map(|containers| {
        let line = |(index, (role, clauses)): (usize, (&str, Vec<String>))| {
            format!("{role} c{index}: {}\n", clauses.join(", "))
        };
        containers.into_iter().enumerate().map(line).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn is_the_order_of_the_definition(text in any_workload()) {
        let workload = workload(&text);
        let constraints = constraints(&workload);
        let expected = by_definition(&workload, &constraints);
        let mut diagnostics = Vec::new();
        let order = order(&workload, &mut diagnostics);
        let places: Vec<usize> = order.init_containers().collect();
        prop_assert_eq!(&places[..expected.len()], &expected[..]);
        let cycles: Vec<&Diagnostic> = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::OrderCycle).collect();
        prop_assert_eq!(cycles.is_empty(), places.len() == expected.len());
        prop_assert!(cycles.iter().all(|cycle| !cycle.labels.is_empty()));

        let everybody: HashSet<usize> = places.iter().chain(&order.apps).copied().collect();
        prop_assert_eq!((everybody.len(), places.len() + order.apps.len()), (8, 8));

        for (at, place) in order.places[..expected.len()].iter().enumerate() {
            let before = |other: &usize| constraints.contains(&(*other, place.container));
            let last = places[..at].iter().rfind(|other| before(other)).copied();
            let reason = match place.because {
                Because::AsWritten => None,
                Because::After { container, .. } | Because::Files { other: container, .. } => Some(container),
            };
            prop_assert_eq!(reason, last);
            prop_assert!(!place.moved || reason.is_some());
        }

        let valid = constraints.iter().all(|(first, then)| first < then);
        if valid {
            prop_assert!(order.places.iter().all(|place| !place.moved));
            prop_assert!(places.is_sorted());
        }
    }
}
