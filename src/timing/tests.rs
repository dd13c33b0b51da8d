//! Times of whole pods, computed by hand.

use super::deadline::DeadlineKind;
use super::{Deadline, StartTimes, StopTimes, TimeRange, TimedBy, after_limit};
use crate::compile::{Compilation, CompileOptions, Compiled, NoFiles, compile};
use crate::model::Workload;

fn compiled(source: &str) -> Compilation<Compiled> {
    let compilation = compile("t.initflow", source.to_owned(), &NoFiles, &CompileOptions::default());
    assert!(!compilation.failed(), "{source}: {:?}", compilation.diagnostics);
    compilation
}

/// The times of the last workload's start: for each container `name: begins, takes (what it comes from)`.
fn started(source: &str) -> String {
    let compilation = compiled(source);
    let Compiled { workload, order, .. } = compilation.workloads.last().unwrap();
    let times = StartTimes::of(workload, order);
    let line = |entry: &super::EntryTime| {
        let name = &workload.containers[entry.container].name.text;
        let gives_up = entry.gives_up.map_or(String::new(), |after| format!(", gives up at {after}"));
        format!("{name}: {}, {} ({:?}{gives_up})\n", entry.begins, entry.takes, entry.by)
    };
    let lines: String = times.entries.iter().map(line).collect();
    format!("{lines}whole: {}\n", times.whole)
}

#[test]
fn steps_and_sidecars_follow_each_other() {
    let shown = started(
        r#"deployment shop {
            volume files
            wait db { tcp "db:5432"; timeout 90s }
            fetch one { from "https://a.dev/b"; into files "b"; timeout 2m }
            fetch all { from "https://a.dev/b.tar"; into files "c/"; unpack; timeout 1m }
            step own { image "a:1"; run "a"; takes 20s..2m; after all }
            step other { image "a:1"; run "a"; after own }
            sidecar proxy { image "p:1"; started tcp 80 every 2s timeout 1s delay 5s failures 4; after other }
            sidecar plain { image "p:1"; after proxy }
            app web { image "w:1"; started tcp 80 every 5s failures 6; takes 10s..15s }
        }"#,
    );
    // proxy: first at 5 s; gives up at 5 + 3 × 2 + 1 = 12 s, and its ticks may come 2 s later. web is up after 15 s, and
    // a tick at the latest 5 s later notices it within 1 s.
    insta::assert_snapshot!(shown, @r"
    db: 0s, 0s..1m30s (Limit, gives up at 90)
    one: 0s..1m30s, 0s..2m (Limit, gives up at 120)
    all: 0s..3m30s, 0s..1m or more (Limit)
    own: 0s..4m30s or more, 20s..2m (Stated)
    other: 20s..6m30s or more, unknown (Unknown)
    proxy: 20s..6m30s or more, 5s..14s (StartupProbe, gives up at 12)
    plain: 25s..6m44s or more, 0s (Process)
    web: 25s..6m44s or more, 10s..21s (Stated, gives up at 26)
    whole: 35s..7m5s or more
    ");
}

#[test]
fn apps_start_at_once_and_are_ready_by_their_probes() {
    let app =
        |name: &str, statements: &str| format!("app {name} {{ image \"a:1\"; port 80; {statements} }}\n");
    let source = [
        app("bare", ""),
        app("ready", "ready tcp 80 every 5s delay 3s successes 2"),
        app("both", "started http /a every 5s failures 3; ready http /b"),
        app("same", "started http /a every 5s failures 3; ready http /a every 10s"),
        app("stated", "takes 10s..20s; ready tcp 80 every 10s"),
        app("hook", "lifecycle { postStart { sleep { seconds 7 } } }"),
        app("after-hook", "started tcp 80 every 1s failures 30 timeout 5s"),
        app("long-hook", "lifecycle { postStart { exec { command [\"warm\", \"up\"] } } }"),
    ]
    .concat();
    // both: gives up at 2 × 5 + 1 = 11 s, a tick later at 16 s. same: ready at the latest a period and a timeout later.
    // stated: ready at the latest at 20 + 10 + 1. after-hook: a probe of 5 s holds back the next, so 29 × 5 + 5 + 1.
    insta::assert_snapshot!(started(&format!("deployment shop {{ {source} }}")), @r"
    bare: 0s, 0s (Process)
    ready: 0s, 8s or more (ReadinessProbe)
    both: 0s, 0s..16s or more (ReadinessProbe, gives up at 11)
    same: 0s, 0s..27s (StartupProbe, gives up at 11)
    stated: 0s, 10s..31s (Stated)
    hook: 0s, 7s (PostStart)
    after-hook: 7s, 0s..2m31s (StartupProbe, gives up at 150)
    long-hook: 7s, unknown (PostStart)
    whole: 10s..2m38s or more
    ");
}

#[test]
fn a_job_takes_as_long_as_its_work() {
    let shown = started(
        "job j { restartPolicy Never; step a { image \"a:1\"; run \"a\"; takes 5s }\n app b { image \"b:1\"; takes 1m..2m }\n app c { image \"c:1\"; ready tcp 80 } }",
    );
    insta::assert_snapshot!(shown, @r"
    a: 0s, 5s (Stated)
    b: 5s, 1m..2m (Stated)
    c: 5s, unknown (Unknown)
    whole: 1m5s..2m5s or more
    ");
}

#[test]
fn a_wait_of_a_script_is_known_in_part() {
    let step = |script: &str| format!("step s {{ image \"a:1\"; script \"{script}\" }}");
    let entry = |script: &str| {
        let source = format!("pod p {{ {}\n app b {{ image \"b:1\" }} }}", step(script));
        let compilation = compiled(&source);
        let Compiled { workload, order, .. } = &compilation.workloads[0];
        let times = StartTimes::of(workload, order);
        let entry = times.entry(0).unwrap();
        (entry.takes, entry.by)
    };
    let counted = entry("for i in 1 2 3 4 5; do nc -z db 5432 && exit 0; sleep 3; done; exit 1");
    assert_eq!(counted, (TimeRange { least: 0, most: 15, open: true }, TimedBy::Limit));
    let endless = entry("until nc -z db 5432; do sleep 2; done");
    assert_eq!(endless, (TimeRange::UNKNOWN, TimedBy::Endless));
    assert_eq!(entry("sleep-well && do-work"), (TimeRange::UNKNOWN, TimedBy::Unknown));
}

#[test]
fn what_the_compiler_wrote_has_its_limit() {
    let compilation = compiled(
        "pod p { volume v\n wait a { tcp \"a:1\"; timeout 45s }\n fetch f { from \"https://a.dev/b.tar\"; into v \"b/\"; unpack; timeout 50s }\n app b { image \"b:1\" } }",
    );
    let Compiled { workload, order, .. } = &compilation.workloads[0];
    let mut read = Workload::clone(workload);
    for container in &mut read.containers {
        container.built_in = None;
    }
    assert_eq!(
        StartTimes::of(&read, order).whole,
        StartTimes::of(workload, order).whole,
        "the manifest says what the options say"
    );
    assert_eq!(StartTimes::of(&read, order).whole, TimeRange { least: 0, most: 95, open: true });
}

#[test]
fn a_pod_that_waits_for_a_job_waits_as_long_as_the_step_takes() {
    let shown = started(
        "deployment d { namespace \"n\"; replicas 2; migrate m { run \"m\"; image \"m:1\"; once; takes 1m..2m }\n app b { image \"b:1\" } }",
    );
    insta::assert_snapshot!(shown, @r"
    m: 0s, 1m..2m (Stated, gives up at 300)
    b: 1m..2m, 0s (Process)
    whole: 1m..2m
    ");
}

#[test]
fn deadlines_count_from_the_start_of_the_pod() {
    let deadlines = |source: &str| {
        let compilation = compiled(source);
        let Compiled { workload, order, .. } = &compilation.workloads[0];
        let times = StartTimes::of(workload, order);
        let all = Deadline::all(workload, &times);
        all.iter()
            .map(|it| (it.kind, it.seconds, it.place.is_some(), it.needs.most, it.is_too_short()))
            .collect::<Vec<_>>()
    };
    let wait = "wait a { tcp \"a:1\" }";
    let app = "app b { image \"b:1\" }";
    let progress = DeadlineKind::Progress;
    assert_eq!(
        deadlines(&format!("deployment d {{ {wait}\n {app} }}")),
        [(progress, 600, false, 300, false)]
    );
    let set = format!("deployment d {{ progressDeadlineSeconds 305; minReadySeconds 10; {wait}\n {app} }}");
    assert_eq!(deadlines(&set), [(progress, 305, true, 310, true)]);
    assert_eq!(deadlines(&format!("deployment d {{ progressDeadlineSeconds 2147483647; {app} }}")), []);
    assert_eq!(deadlines(&format!("statefulset d {{ serviceName \"d\"; {wait}\n {app} }}")), []);
    let job = format!(
        "job j {{ restartPolicy Never; activeDeadlineSeconds 60; pod {{ activeDeadlineSeconds 301 }}; {wait}\n {app} }}"
    );
    let expected = [(DeadlineKind::Job, 60, true, 300, true), (DeadlineKind::Pod, 301, true, 300, false)];
    assert_eq!(deadlines(&job), expected);
}

#[test]
fn sidecars_stop_in_reverse_order_after_the_apps() {
    let compilation = compiled(
        r#"pod p {
            terminationGracePeriodSeconds 60
            sidecar log { image "l:1"; stops 1s..2s; lifecycle { preStop { sleep { seconds 15 } } } }
            sidecar proxy { image "p:1"; stops 3s }
            sidecar mesh { image "m:1"; lifecycle { preStop { exec { command ["sh", "-c", "sleep 5; drain"] } } } }
            app web { image "w:1"; stops 5s..10s; lifecycle { preStop { exec { command ["sleep", "5"] } } } }
            app job { image "w:1"; stops 2s }
        }"#,
    );
    let Compiled { workload, order, .. } = &compilation.workloads[0];
    let times = StopTimes::of(workload, order);
    let line = |stop: &super::StopTime| {
        let name = &workload.containers[stop.container].name.text;
        let hook = stop.hook.map_or("no hook".to_owned(), |hook| format!("hook {hook}"));
        format!("{name}: {hook}, signal {}, stopped {}\n", stop.signal, stop.stopped)
    };
    let lines: String = times.entries.iter().map(line).collect();
    // The hook of log runs from the beginning, and is over before it is its turn.
    insta::assert_snapshot!(lines, @r"
    web: hook 5s, signal 5s, stopped 10s..15s
    job: no hook, signal 0s, stopped 2s
    mesh: hook 5s or more, signal 10s..15s or more, stopped 10s..15s or more
    proxy: no hook, signal 10s..15s or more, stopped 13s..18s or more
    log: hook 15s, signal 15s..18s or more, stopped 16s..20s or more
    ");
    assert_eq!((times.grace, times.whole.most), (Some(60), 20));
}

#[test]
fn what_follows_depends_on_the_restart_policy() {
    let then = |source: &str| {
        let compilation = compiled(source);
        let Compiled { workload, order, .. } = &compilation.workloads[0];
        let times = StartTimes::of(workload, order);
        let texts = times.entries.iter().filter_map(|entry| after_limit(workload, entry));
        texts.collect::<Vec<_>>().join("\n") + "\n"
    };
    let wait = "wait a { tcp \"a:1\" }\n";
    let app = "app b { image \"b:1\"; started tcp 80 }";
    let shown = [
        then(&format!("deployment d {{ {wait} {app} }}")),
        then(&format!("job d {{ restartPolicy Never; {wait} app b {{ image \"b:1\" }} }}")),
        then(&format!("pod d {{ restartPolicy Never; {wait} app b {{ image \"b:1\" }} }}")),
    ]
    .concat();
    insta::assert_snapshot!(shown, @r"
    gives up after 5m; it runs again after 10s, doubling up to 5m
    the startup probe gives up after 21s, up to a period later, and the kubelet kills it; it runs again after 10s, doubling up to 5m
    gives up after 5m; the pod fails, and the Job starts another one until its `backoffLimit`
    gives up after 5m; the pod fails for good
    ");
}
