#![doc = include_str!("../../diagnostic/explain/deadline-too-short.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::PlainCommand;
use crate::model::{Container, Role};
use crate::object::Node;
use crate::source::Span;
use crate::timing::{
    Deadline, DeadlineKind, EntryTime, OwnLimit, ProbeTimes, StartTimes, TimedBy, duration, is_one_shot,
    startup_or_liveness,
};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers() {
        found.extend(match container.role {
            Role::Step => own_limit(pod, container),
            // The time of an app that runs to completion is not only that of its start.
            Role::App if is_one_shot(pod.workload) => None,
            Role::App | Role::Sidecar => probe(pod, at, container),
        });
    }
    let times = StartTimes::of(pod.workload, pod.order);
    // Limits that nobody has set say nothing against a deadline that nobody has set.
    let is_unset = |it: &&EntryTime| it.by == TimedBy::Limit && it.gives_up == Some(OwnLimit::by_default());
    let unset: u64 = times.entries.iter().filter(is_unset).map(|it| it.takes.most).sum();
    for deadline in Deadline::all(pod.workload, &times).iter().filter(|it| it.is_too_short()) {
        // A deadline that nobody has set is not meant to the second.
        let allowed = deadline.seconds + deadline.seconds / 20;
        if deadline.place.is_some() || deadline.needs.most.saturating_sub(unset) > allowed {
            found.push(of_start(pod, &times, deadline));
        }
    }
}

/// A deadline of the pod or of its controller that is over before the start is.
fn of_start(pod: &Pod<'_>, times: &StartTimes, deadline: &Deadline) -> Diagnostic {
    let workload = pod.workload;
    let container = |at: usize| &workload.containers[at];
    let is_app = |at: usize| container(at).role == Role::App;
    // The apps start at once, so only the longest of them counts.
    let longest = times
        .entries
        .iter()
        .filter(|it| is_app(it.container))
        .max_by_key(|it| it.begins.and_then(it.takes).most)
        .map(|it| it.container);
    let counted = times
        .entries
        .iter()
        .filter(|it| it.takes.most > 0 && (!is_app(it.container) || longest == Some(it.container)));
    let mut parts: Vec<String> = counted
        .clone()
        .map(|it| format!("{} `{}`", duration(it.takes.most), container(it.container).name.text))
        .collect();
    if deadline.min_ready > 0 {
        parts.push(format!("{} `minReadySeconds`", duration(deadline.min_ready)));
    }
    let field = deadline.kind.field();
    let (needed, allowed) = (duration(deadline.needs.most), duration(deadline.seconds));
    let what = match deadline.kind {
        DeadlineKind::Progress => "a pod may need",
        DeadlineKind::Pod => "the pod may need",
        DeadlineKind::Job => "the Job may need",
    };
    let by_default = if deadline.place.is_none() { ", by default" } else { "" };
    let headline = format!("{what} {needed}, and `{field}` allows {allowed}{by_default}");
    let sum = match parts.as_slice() {
        [only] => only.clone(),
        several => format!("{} = {needed}", several.join(" + ")),
    };
    let place = deadline.place.unwrap_or(workload.span);
    let mut diagnostic = Diagnostic::warning(Code::DeadlineTooShort, place, headline).here(sum);
    let mut slowest: Vec<_> = counted.collect();
    slowest.sort_by_key(|it| std::cmp::Reverse(it.takes.most));
    for it in slowest.into_iter().take(3) {
        let container = container(it.container);
        let place = container.takes.map_or(container.span, |takes| takes.span);
        diagnostic = diagnostic.label(place, format!("up to {}", duration(it.takes.most)));
    }
    // Pulling images and scheduling take time, too.
    let enough = deadline.needs.most.saturating_add(60).div_ceil(60).saturating_mul(60);
    let help = match deadline.place {
        None => format!("add `{field} {enough}` to the workload, or shorten what takes long"),
        Some(_) => format!("set `{field} {enough}`, or shorten what takes long"),
    };
    diagnostic.help(help)
}

/// A step that its author expects to run longer than it may.
fn own_limit(pod: &Pod<'_>, step: &Container) -> Option<Diagnostic> {
    let (waiting, is_once) = match &step.once {
        Some(once) => (&once.waiting.container, true),
        None => (step, false),
    };
    let takes = waiting.takes?;
    let Some(OwnLimit::After(limit)) = OwnLimit::of(pod.workload, waiting) else { return None };
    if takes.most <= limit {
        return None;
    }
    let name = &step.name.text;
    let (most, limit) = (duration(takes.most), duration(limit));
    let (headline, help) = if is_once {
        (
            format!("`{name}` may take {most}, and the pods wait for it {limit}"),
            format!("set `timeout {most}` in `defaults wait {{ … }}`, with which the pods wait for the Job"),
        )
    } else {
        (
            format!("`{name}` may take {most}, and gives up after {limit}"),
            format!("set `timeout {most}`, or correct `takes`"),
        )
    };
    let warning = Diagnostic::warning(Code::DeadlineTooShort, takes.span, headline);
    Some(warning.here("as stated").help(help))
}

/// A probe that has a container killed before it can be up.
fn probe(pod: &Pod<'_>, at: usize, container: &Container) -> Option<Diagnostic> {
    let (field, probe) = startup_or_liveness(container)?;
    let entry = container.fields.entry(field)?;
    let (which, name) = (if field == "startupProbe" { "startup" } else { "liveness" }, &container.name.text);
    let gives_up = duration(probe.gives_up());
    let (needed, headline, place) = match container.takes {
        Some(takes) => {
            let headline = format!("`{name}` may need {} to start", duration(takes.most));
            (takes.most, headline, takes.span)
        }
        None if asks_port(&entry.node) => {
            let (seconds, place) = sleeps_first(pod, at)?;
            (seconds, format!("`{name}` sleeps {} before it starts", duration(seconds)), place)
        }
        None => return None,
    };
    if needed <= probe.gives_up() {
        return None;
    }
    let ProbeTimes { delay, period, timeout, failures, .. } = probe;
    let between = period.max(timeout);
    let sum = format!("{delay}s + {} × {between}s + {timeout}s = {gives_up}", failures.saturating_sub(1));
    let rest = needed.saturating_sub(delay).saturating_sub(timeout);
    let enough = rest.div_ceil(between.max(1)).saturating_add(1);
    let help = if which == "startup" {
        format!("set `failures {enough}` (`failureThreshold`) for it")
    } else {
        "add a `started` probe, which holds back the liveness probe until the container is up".to_owned()
    };
    let headline = format!("{headline}, and its {which} probe gives up after {gives_up}");
    let warning = Diagnostic::warning(Code::DeadlineTooShort, entry.key_span, headline);
    Some(warning.here(sum).label(place, format!("up to {}", duration(needed))).help(help))
}

/// Whether a probe cannot succeed before something listens.
fn asks_port(probe: &Node) -> bool {
    ["httpGet", "tcpSocket", "grpc"].iter().any(|kind| probe.get(kind).is_some())
}

/// How long a container certainly sleeps before it does anything else, and where it does.
fn sleeps_first(pod: &Pod<'_>, at: usize) -> Option<(u64, Span)> {
    let script = pod.script(at, &["sleep"])?;
    let before = script.commands.len().checked_sub(1)?;
    let is_idle = |command: &&PlainCommand| {
        ["sleep", "echo", "printf", "set", "export", "cd"].contains(&command.program()) && !command.guarded
    };
    let is_looped = |at: usize| script.loops.iter().any(|repeated| repeated.commands.contains(&at));
    let first = script.commands.iter().take(before).take_while(is_idle).enumerate();
    let mut sleeps = first.filter(|(at, command)| command.program() == "sleep" && !is_looped(*at));
    let (_, sleep) = sleeps.clone().next()?;
    let seconds = sleeps.try_fold(0_u64, |sum, (_, command)| {
        Some(sum.saturating_add(command.word(1)?.trim_end_matches('s').parse().ok()?))
    })?;
    Some((seconds, pod.place(script, sleep)))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::DeadlineTooShort;
    const APP: &str = "app b { image \"b:1\" }";

    fn waits(kind: &str, fields: &str, timeouts: &[&str]) -> String {
        let wait = |(at, timeout): (usize, &&str)| format!("wait w{at} {{ tcp \"a:1\"; {timeout} }}\n");
        let waits: String = timeouts.iter().enumerate().map(wait).collect();
        format!("{kind} d {{\n{fields}\nnamespace \"n\"\n{waits}{APP} }}")
    }

    #[test]
    fn the_times_of_a_start_are_added() {
        let shown = found(
            CODE,
            [
                waits("deployment", "", &["timeout 6m", "timeout 4m", "timeout 1m"]),
                waits("deployment", "progressDeadlineSeconds 120; minReadySeconds 31", &["timeout 90s"]),
                waits("job", "restartPolicy Never; activeDeadlineSeconds 60", &["timeout 2m"]),
                waits("job", "restartPolicy Never; pod { activeDeadlineSeconds 60 }", &["timeout 2m"]),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        «deployment d» {
          a pod may need 11m, and `progressDeadlineSeconds` allows 10m, by default
        «progressDeadlineSeconds» 120; minReadySeconds 31
          a pod may need 2m1s, and `progressDeadlineSeconds` allows 2m
        restartPolicy Never; «activeDeadlineSeconds» 60
          the Job may need 2m, and `activeDeadlineSeconds` allows 1m
        …startPolicy Never; pod { «activeDeadlineSeconds» 60 }
          the pod may need 2m, and `activeDeadlineSeconds` allows 1m
        "#);
        passes(CODE, &waits("deployment", "", &["timeout 6m", "timeout 4m", "timeout 10s"]));
        passes(CODE, &waits("deployment", "", &["", "", "", "timeout 9m"]));
        passes(CODE, &waits("deployment", "progressDeadlineSeconds 2147483647", &["timeout 1h"]));
        passes(CODE, &waits("statefulset", "serviceName \"d\"", &["timeout 1h"]));
    }

    #[test]
    fn a_stated_time_is_held_to_what_ends_it() {
        let app = |statements: &str| format!("pod p {{ app b {{ image \"b:1\"; {statements} }} }}");
        let sidecar = |statements: &str| {
            format!("pod p {{ sidecar b {{ image \"b:1\"; {statements} }}\n app c {{ image \"c:1\" }} }}")
        };
        let shown = found(
            CODE,
            [
                app("takes 1m; started tcp 80 every 5s failures 6"),
                app("takes 1m; alive tcp 80 delay 10s"),
                sidecar("takes 30s; started tcp 80"),
                app("script \"echo wait; sleep 45; exec server\"; alive http 80 /"),
                "pod p { wait w { tcp \"a:1\"; takes 1m..10m }\n app c { image \"c:1\" } }".to_owned(),
                "deployment d { namespace \"n\"; migrate m { image \"m:1\"; run \"m\"; once; takes 6m }\n app c { image \"c:1\" } }".to_owned(),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …{ image "b:1"; takes 1m; «started» tcp 80 every 5s failure…
          `b` may need 1m to start, and its startup probe gives up after 26s
        …{ image "b:1"; takes 1m; «alive» tcp 80 delay 10s } }
          `b` may need 1m to start, and its liveness probe gives up after 31s
        … image "b:1"; takes 30s; «started» tcp 80 }
          `b` may need 30s to start, and its startup probe gives up after 21s
        … sleep 45; exec server"; «alive» http 80 / } }
          `b` sleeps 45s before it starts, and its liveness probe gives up after 21s
        … p { wait w { tcp "a:1"; «takes» 1m..10m }
          `w` may take 10m, and gives up after 5m
        …ge "m:1"; run "m"; once; «takes» 6m }
          `m` may take 6m, and the pods wait for it 5m
        "#);
        passes(CODE, &app("takes 1m; started tcp 80 every 5s failures 13"));
        passes(CODE, &app("takes 1m; started tcp 80 every 5s failures 13; alive tcp 80"));
        passes(CODE, &app("takes 10m; ready tcp 80"));
        for script in
            ["sleep 15; exec server", "server & sleep 45; wait", "[ -f a ] || sleep 45; server", "sleep 45"]
        {
            passes(CODE, &app(&format!("script \"{script}\"; alive http 80 /")));
        }
        passes(CODE, &app("script \"sleep 45; exec server\"; alive exec \"true\""));
        let job = "job j { restartPolicy Never; app b { image \"b:1\"; takes 1h; alive tcp 80 } }";
        passes(CODE, job);
    }

    #[test]
    fn the_suggested_number_of_failures_is_enough() {
        let app = |failures: u32| {
            format!(
                "pod p {{ app b {{ image \"b:1\"; takes 61s; started tcp 80 every 7s timeout 2s delay 3s failures {failures} }} }}"
            )
        };
        // 3 + 8 × 7 + 2 = 61.
        passes(CODE, &app(9));
        assert!(found(CODE, [app(8)]).contains("gives up after 54s"));
    }
}
