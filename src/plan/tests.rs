//! A plan made by hand, as it is shown.

use super::*;
use crate::compile::{CompileOptions, Compiled, NoFiles, compile};
use crate::context::Context;
use crate::diagnostic::screen::Screen;
use crate::source::{SourceFile, Sources};
use std::sync::Arc;

fn resources(text: &str) -> Resources {
    let each = text.split(' ').filter(|text| !text.is_empty());
    each.map(|text| text.split_once('=').unwrap())
        .map(|(name, quantity)| (name.into(), Quantity::parse(quantity).unwrap()))
        .collect()
}

fn start(span: Span, role: Role, name: &str, because: &str, requests: &str, reserved: &str) -> Start {
    Start {
        name: name.into(),
        role,
        span,
        because: because.to_owned(),
        moved: false,
        image: None,
        after: Vec::new(),
        links: Vec::new(),
        uses: Vec::new(),
        awaited: Vec::new(),
        completed: Vec::new(),
        requests: resources(requests),
        limits: Resources::new(),
        added_requests: Vec::new(),
        added_limits: Vec::new(),
        gate: None,
        restarts: None,
        reserved: resources(reserved),
        time: StartTime::default(),
    }
}

/// What `schema` waits for.
fn links(span: Span) -> Vec<StartLink> {
    let link = |kind, because: &str| StartLink {
        kind,
        container: "proxy".into(),
        because: because.to_owned(),
        span,
    };
    vec![
        link(LinkKind::After, "after `proxy`"),
        link(LinkKind::Files("config".into()), "reads `config`, which `proxy` writes"),
        link(LinkKind::Gate(Gate::StartupProbe), "the startup probe of `proxy` has to pass"),
    ]
}

fn requests() -> Vec<PlannedRequest> {
    vec![
        PlannedRequest {
            resource: "cpu".into(),
            quantity: Quantity::parse("1100m").unwrap(),
            by: By::Step,
            containers: vec!["schema".into(), "proxy".into()],
            because: "step `schema` beside `proxy`".to_owned(),
        },
        PlannedRequest {
            resource: "memory".into(),
            quantity: Quantity::parse("64Mi").unwrap(),
            by: By::Together,
            containers: vec!["proxy".into()],
            because: "`proxy`".to_owned(),
        },
    ]
}

fn plan() -> (Plan, Sources) {
    let mut sources = Sources::default();
    let source = "# a shop\ndeployment shop {\n  step schema\n  sidecar proxy\n  app web\n}\n";
    let file = sources.add("shop.initflow", source);
    let span = |text: &str| {
        let start = source.find(text).unwrap();
        Span::new(file, start, start + text.len())
    };
    let schema =
        start(span("step schema"), Role::Step, "schema", "after `proxy`", "cpu=1", "cpu=1100m memory=64Mi");
    let links = links(span("sidecar proxy"));
    let web = start(span("app web"), Role::App, "web", AFTER_INIT, "", "cpu=100m memory=64Mi");
    let proxy = start(
        span("sidecar proxy"),
        Role::Sidecar,
        "proxy",
        "as written",
        "cpu=100m memory=64Mi",
        "cpu=100m memory=64Mi",
    );
    let up = TimeRange::between(5, 14);
    let probed = StartTime {
        takes: up,
        by: TimedBy::StartupProbe,
        gives_up: Some(12),
        then: Some("the probe gives up after 12s".to_owned()),
        ..StartTime::default()
    };
    let unknown = TimeRange { least: 5, most: 14, open: true };
    let stopped = |name: &str, role, hook, signal| PlannedStop {
        name: name.into(),
        role,
        hook,
        signal,
        takes: TimeRange::exactly(3),
        stopped: signal.and_then(TimeRange::exactly(3)),
    };
    let plan = Plan {
        kind: WorkloadKind::Deployment,
        name: "shop".into(),
        profile: None,
        version: Version::NEWEST,
        span: span("deployment shop"),
        order: vec![
            Start { time: probed, ..proxy },
            Start {
                moved: true,
                links,
                time: StartTime {
                    begins: up,
                    takes: TimeRange::UNKNOWN,
                    by: TimedBy::Unknown,
                    ..StartTime::default()
                },
                ..schema
            },
            Start { time: StartTime { begins: unknown, ..StartTime::default() }, ..web },
        ],
        apps: Resources::new(),
        requests: requests(),
        limits: vec![
            PlannedLimit { resource: "cpu".into(), quantity: None, unbounded_by: Some("web".into()) },
            PlannedLimit {
                resource: "memory".into(),
                quantity: Some(Quantity::parse("128Mi").unwrap()),
                unbounded_by: None,
            },
        ],
        qos: Qos::Burstable,
        limit_ranges: Vec::new(),
        start: WholeStart {
            init: unknown,
            whole: unknown,
            longest: Some("proxy".into()),
            unknown: vec!["schema".into()],
            deadlines: vec![PlannedDeadline {
                field: "progressDeadlineSeconds",
                seconds: 10,
                is_default: false,
                needs: unknown,
                then: "the rollout counts as failed",
            }],
        },
        stop: WholeStop {
            grace: Some(30),
            is_default: true,
            order: vec![
                stopped("web", Role::App, Some(TimeRange::exactly(5)), TimeRange::exactly(5)),
                stopped("proxy", Role::Sidecar, None, TimeRange::exactly(8)),
            ],
            whole: TimeRange::exactly(11),
        },
    };
    (plan, sources)
}

#[test]
fn text_is_two_tables() {
    let (plan, sources) = plan();
    insta::assert_snapshot!(text(&[plan], &sources, Screen::default()), @r"
    Deployment shop  shop.initflow:2:1  for Kubernetes 1.37

         role     name    why                           requests               reserved
      1  sidecar  proxy   as written                    cpu 100m, memory 64Mi  cpu 100m, memory 64Mi
      2  step     schema  after `proxy`; moved down     cpu 1                  cpu 1100m, memory 64Mi
      3  app      web     after every step and sidecar  -                      cpu 100m, memory 64Mi

      start   takes            over after       by
      proxy   5s..14s          5s..14s          its startup probe
      schema  unknown          5s..14s or more  not stated
      web     0s               5s..14s or more  its process runs
      in all  5s..14s or more

      `proxy` takes longest, as far as that is known
      unknown at worst: `schema`
      `proxy`: the probe gives up after 12s
      after 10s (`progressDeadlineSeconds`): the rollout counts as failed; up to 14s may be needed
      before scheduling, image pulls, mounts, and the second or so that the kubelet needs for each container

      stop   hook  signal after  stopped after
      web    5s    5s            8s
      proxy  -     8s            11s

      what still runs after 30s (`terminationGracePeriodSeconds`, by default) is killed

      effective  requests  limits              set by
      cpu        1100m     unbounded by `web`  step `schema` beside `proxy`
      memory     64Mi      128Mi               `proxy`

      QoS class Burstable; all before LimitRanges, webhooks and RuntimeClass overhead
    ");
}

#[test]
fn the_header_is_a_few_lines() {
    let source = r#"
        deployment shop {
            sidecar proxy { image "proxy:1.0"; cpu 100m; memory 64Mi..128Mi }
            step schema { image "schema:1.0"; run "schema"; cpu 1; memory 1Mi..1Mi }
            app web { image "web:1.0"; memory 1Mi..1Mi }
        }
    "#;
    let shop = compile("shop.initflow", source.into(), &NoFiles, &CompileOptions::default());
    let Compiled { workload, order, version, .. } = &shop.workloads[0];
    insta::assert_snapshot!(header(workload, order, *version, "shop.initflow"), @r"
    Deployment shop, compiled by initflow from shop.initflow for Kubernetes 1.35
      order: sidecar proxy, schema; then web
      effective requests: cpu 1100m (step `schema` beside `proxy`), memory 65Mi (`web` and `proxy` together)
      effective limits: cpu unbounded by `web`, memory 129Mi
      QoS class: Burstable
    ");
}

#[test]
fn json_is_the_contract() {
    let (plan, sources) = plan();
    assert_eq!(json([(&plan, &sources)]), include_str!("contract.json"));
}

fn hostile() -> (Plan, Sources) {
    let (mut plan, sources) = plan();
    plan.name = "<script>&\"'</script>{{style}}".into();
    for at in 0..20 {
        let name = format!("{}-{at:02}", "m".repeat(60));
        let volume = |direction| VolumeUse { volume: "config\"]]><b>".into(), direction, sub: None };
        let step = Start {
            name: name.into(),
            role: if at % 7 == 0 { Role::Sidecar } else { Role::Step },
            image: Some("<img src=x onerror=alert(1)>".into()),
            after: plan.order.first().map(|start| start.name.clone()).into_iter().collect(),
            uses: vec![volume(if at % 2 == 0 { Direction::Writes } else { Direction::Reads })],
            ..plan.order[1].clone()
        };
        plan.order.insert(plan.order.len() - 1, step);
    }
    (plan, sources)
}

#[test]
fn no_two_texts_of_a_picture_overlap() {
    let both =
        [Axis::Order, Axis::Seconds].map(|axis| [(plan(), axis), (hostile(), axis), (heights(), axis)]);
    for ((plan, sources), axis) in both.into_iter().flatten() {
        let picture = picture::Picture::of([(&plan, &sources), (&plan, &sources)], axis);
        let boxes = picture.text_boxes();
        assert!(boxes.len() > 30);
        for (at, a) in boxes.iter().enumerate() {
            assert!(a.left >= 0 && a.right <= picture.width && a.bottom <= picture.height, "{a:?}");
            for b in &boxes[at + 1..] {
                let apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }
}

#[test]
fn every_format_has_every_name_as_text() {
    let (plan, sources) = hostile();
    let (svg, html) = (svg([(&plan, &sources)], Axis::Order), html([(&plan, &sources)], Axis::Seconds));
    for text in [&svg, &html] {
        assert!(text.contains("&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;{{style}}"));
        assert!(!text.contains("<img") && !text.contains("<b>"));
    }
    assert_eq!(html.matches("<script>").count(), 1);
    for text in [svg, html, dot([&plan]), mermaid([&plan])] {
        for start in &plan.order {
            assert!(text.contains(start.name.as_str()), "{}", start.name);
        }
    }
}

#[test]
fn rows_of_a_picture_name_their_statements() {
    let (plan, sources) = plan();
    for axis in [Axis::Order, Axis::Seconds] {
        let svg = svg([(&plan, &sources)], axis);
        let hooks: Vec<&str> = svg.lines().filter(|line| line.starts_with("<g ")).collect();
        let place = "data-file=\"shop.initflow\" data-line";
        assert_eq!(
            hooks,
            [
                format!(
                    "<g class=\"entry\" data-workload=\"Deployment shop\" {place}=\"2\" data-column=\"1\">"
                ),
                row("proxy", 0, &format!("{place}=\"4\"")),
                row("schema", 1, &format!("{place}=\"3\"")),
                row("web", 2, &format!("{place}=\"5\"")),
            ]
        );
        assert_eq!(svg.matches("</g>").count(), 4);
    }
}

fn row(name: &str, at: usize, place: &str) -> String {
    format!(
        "<g class=\"entry\" data-workload=\"Deployment shop\" data-container=\"{name}\" data-entry=\"{at}\" {place} \
         data-column=\"3\">"
    )
}

/// A pod with fourteen steps, with heights of memory between them, and devices.
fn heights() -> (Plan, Sources) {
    let step = |nth: usize| {
        let memory = if nth % 3 == 1 { 1100 + nth } else { 64 };
        let devices = if nth == 4 { "; resource \"nvidia.com/gpu\" 3" } else { "" };
        let after = if nth > 1 && nth % 4 == 1 { "; after step-0; reads files at /files" } else { "" };
        let writes = if nth == 0 { "; writes files at /files" } else { "" };
        format!(
            "step step-{nth} {{ image \"a:1\"; run \"a\"; memory {memory}Mi..8Gi{devices}{after}{writes} }}\n"
        )
    };
    let steps: String = (0..14).map(step).collect();
    let app = "app web { image \"b:1\"; memory 2Gi..3Gi; storage 1Gi..2Gi; resource \"nvidia.com/gpu\" 1; reads files at /files }";
    let source = format!("deployment shop {{\n volume files\n{steps}{app}\n}}");
    let shop = compile("shop.initflow", source, &NoFiles, &CompileOptions::default());
    let plan = shop.workloads[0].plan();
    (plan, shop.sources)
}

#[test]
fn a_picture_has_all_resources_and_all_heights() {
    let (plan, sources) = heights();
    let svg = svg([(&plan, &sources)], Axis::Order);
    for title in ["CPU", "Memory", "ephemeral-storage", "nvidia.com/gpu"] {
        let line = svg.lines().find(|line| line.ends_with(&format!(">{title}</text>")));
        assert!(line.is_some_and(|line| line.starts_with("<text class=\"title\"")), "{title}");
    }
    let value = |text: &str| {
        let line = svg.lines().find(|line| line.starts_with("<text class=\"value\"") && line.contains(text));
        assert!(line.is_some(), "{text}");
    };
    for nth in (1..12).step_by(3) {
        value(&format!(">{}Mi</text>", 1100 + nth));
    }
    for text in ["2Gi", "3", "1", "1Gi"] {
        value(&format!(">{text}</text>"));
    }
    for key in [
        "effective request 3<",
        "apps alone 1<",
        "limit 3<",
        "effective request 1Gi<",
        "limit 8Gi, off the scale<",
    ] {
        assert!(svg.contains(key), "{key}");
    }
    let html = html([(&plan, &sources)], Axis::Order);
    assert!(html.contains("<th scope=\"col\">nvidia.com/gpu</th>"));
}

#[test]
fn shapes_are_explained_once() {
    let (plan, sources) = plan();
    for axis in [Axis::Order, Axis::Seconds] {
        let both = [(&plan, &sources), (&plan, &sources)];
        for text in [svg(both, axis), html(both, axis)] {
            assert_eq!(text.matches(">app, runs on<").count(), 1);
        }
    }
}

#[test]
fn the_page_allows_its_own_script_alone() {
    let (plan, sources) = plan();
    let html = html([(&plan, &sources)], Axis::Order);
    assert!(
        html.contains("<title>Start of Deployment shop</title>")
            && html.contains("<h1>Start of Deployment shop</h1>")
    );
    assert!(!html.contains("unsafe-inline") && !html.contains("{{"));
}

#[test]
fn two_containers_have_one_arrow() {
    let (plan, _) = heights();
    let chart = mermaid([&plan]);
    let ends =
        |line: &str| Some((line.trim().split(' ').next()?.to_owned(), line.rsplit_once("> ")?.1.to_owned()));
    let mut arrows: Vec<_> = chart.lines().filter_map(ends).collect();
    let all = arrows.len();
    arrows.sort();
    arrows.dedup();
    assert_eq!((all, arrows.len()), (18, 18), "{chart}");
    assert!(
        chart.contains("p0n0 -- \"after, files\" --> p0n5") && chart.contains("p0n0 -. \"files\" .-> p0n14")
    );
    assert!(chart.contains("Reserved for Deployment shop<br/>"));
}

#[test]
fn long_graphs_have_columns() {
    let (long, _) = heights();
    let graph = dot([&long]);
    for arrow in [
        "{ rank=same p0n4 -> p0n5 [",
        "p0n6 -> p0n5 [color=\"#57606a\" dir=back",
        "{ rank=same p0n9 -> p0n10 [",
    ] {
        assert!(graph.contains(arrow), "{arrow} {graph}");
    }
    assert!(graph.contains("after step-0\\nfiles from step-0\""), "{graph}");
    let (short, _) = plan();
    let graph = dot([&short]);
    assert!(!graph.contains("rank=same") && !graph.contains("dir=back"));
}

#[test]
fn files_lead_from_writers_to_readers() {
    let (mut plan, _) = plan();
    let used = |direction, sub: Option<&str>| VolumeUse {
        volume: "files".into(),
        direction,
        sub: sub.map(Into::into),
    };
    plan.order[1].uses = vec![used(Direction::Writes, Some("a"))];
    plan.order[2].uses = vec![used(Direction::Reads, None), used(Direction::Writes, Some("b"))];
    plan.order[0].uses = vec![used(Direction::Reads, Some("b"))];
    plan.order[1].after = vec!["proxy".into()];
    let found: Vec<(usize, usize, bool)> =
        picture::edges(&plan).iter().map(|edge| (edge.from, edge.to, edge.volume.is_some())).collect();
    assert_eq!(found, [(2, 0, true), (0, 1, false), (1, 2, true)]);
}

#[test]
fn what_a_limit_range_adds_is_in_the_totals() {
    let range = "apiVersion: v1\nkind: LimitRange\nmetadata: { name: limits }\nspec: { limits: [{ type: Container, default: { cpu: 500m }, defaultRequest: { cpu: 100m } }] }\n";
    let mut context = Context::default();
    context.read(&Arc::new(SourceFile::shared("limits.yaml", range)));
    let options = CompileOptions { context: Arc::new(context), ..CompileOptions::default() };
    let source =
        "pod hello { step a { image \"a:1\"; run \"a\"; cpu 1..1 } app web { image \"b:1\"; memory 64Mi } }";
    let hello = compile("hello.initflow", source.into(), &NoFiles, &options);
    let plan = hello.workloads[0].plan();
    insta::assert_snapshot!(text(std::slice::from_ref(&plan), &hello.sources, Screen::default()), @"
    Pod hello  hello.initflow:1:1  for Kubernetes 1.35

         role  name  why                           requests                reserved
      1  step  a     as written                    cpu 1                   cpu 1
      2  app   web   after every step and sidecar  cpu 100m+, memory 64Mi  cpu 100m, memory 64Mi

      + added by LimitRange `limits`

      how long the start takes is unknown, since nothing states it of `a`

      effective  requests  limits              set by
      cpu        1         1                   step `a`
      memory     64Mi      unbounded by `web`  `web`

      QoS class Burstable; all with what LimitRange `limits` adds, before webhooks and RuntimeClass overhead
    ");
    let json: serde_json::Value = serde_json::from_str(&json([(&plan, &hello.sources)])).unwrap();
    let workload = &json["workloads"][0];
    assert_eq!(workload["limitRanges"], serde_json::json!(["limits"]));
    assert_eq!(workload["order"][0].get("added"), None);
    assert_eq!(workload["order"][1]["added"], serde_json::json!({"requests": ["cpu"], "limits": ["cpu"]}));
}

#[test]
fn graphs_say_how_long_a_container_takes() {
    let (plan, _) = plan();
    let takes = ["sidecar proxy", "5s..14s"];
    for graph in [mermaid([&plan]), dot([&plan])] {
        let line = graph.lines().find(|line| takes.iter().all(|text| line.contains(text)));
        assert!(line.is_some() && !graph.contains("unknown"), "{graph}");
    }
}
