#![doc = include_str!("../../diagnostic/explain/grace-too-short.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;
use crate::timing::{StopTime, StopTimes, TimeRange, duration};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if pod.workload.containers.iter().all(|container| container.stops.is_none()) {
        return;
    }
    let times = StopTimes::of(pod.workload, pod.order);
    let Some(grace) = times.grace.filter(|grace| times.whole.most > *grace) else { return };
    // A hook that takes all the time by itself is another fault.
    if times.entries.iter().any(|stop| stop.hook.is_some_and(|hook| hook.most >= grace)) {
        return;
    }
    let container = |stop: &StopTime| &pod.workload.containers[stop.container];
    let chain = chain(&times.entries, |stop| container(stop).role == Role::App);
    let parts: Vec<String> = chain
        .iter()
        .flat_map(|(stop, hook)| {
            let name = &container(stop).name.text;
            let hook = hook.map(|hook| format!("{} `preStop` of `{name}`", duration(hook.most)));
            let own = (stop.takes.most > 0).then(|| format!("{} `{name}`", duration(stop.takes.most)));
            hook.into_iter().chain(own)
        })
        .collect();
    let needed = duration(times.whole.most);
    let by_default = if times.place.is_none() { ", by default" } else { "" };
    let headline = format!(
        "the pod may need {needed} to stop, and `terminationGracePeriodSeconds` allows {}{by_default}",
        duration(grace)
    );
    let sum = match parts.as_slice() {
        [only] => only.clone(),
        several => format!("{} = {needed}", several.join(" + ")),
    };
    let place = times.place.unwrap_or(pod.workload.span);
    let mut diagnostic = Diagnostic::warning(Code::GraceTooShort, place, headline).here(sum);
    for stated in chain.iter().filter_map(|(stop, _)| container(stop).stops).take(3) {
        diagnostic = diagnostic.label(stated.span, format!("up to {}", duration(stated.most)));
    }
    let late = times.entries.iter().filter(|stop| stop.signal.most >= grace).map(container).next_back();
    if let Some(late) = late {
        let says = format!("`{}` may be killed before it gets its signal", late.name.text);
        diagnostic = diagnostic.label(late.span, says);
    }
    // A little more, since a container that is killed at the last moment has not stopped by itself.
    let enough = times.whole.most.saturating_add(5);
    found
        .push(diagnostic.help(format!(
            "set `terminationGracePeriodSeconds {enough}`, or let the containers stop sooner"
        )));
}

/// The stops that follow each other until the last one is over, each with its hook if that is what the next one waits for.
fn chain(entries: &[StopTime], is_app: impl Fn(&StopTime) -> bool) -> Vec<(&StopTime, Option<TimeRange>)> {
    let mut chain = Vec::new();
    for stop in entries.iter().rev() {
        let hook = stop.hook.filter(|hook| hook.most == stop.signal.most && hook.most > 0);
        if is_app(stop) {
            // The last app to stop is the one that the sidecars wait for.
            let last = entries.iter().filter(|it| is_app(it)).max_by_key(|it| it.stopped.most);
            if let Some(last) = last {
                chain.push((last, last.hook.filter(|hook| hook.most > 0)));
            }
            break;
        }
        chain.push((stop, hook));
        if hook.is_some() {
            break;
        }
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::GraceTooShort;

    fn pod(fields: &str, app: &str, sidecars: &[&str]) -> String {
        let sidecar =
            |(at, statements): (usize, &&str)| format!("sidecar s{at} {{ image \"s:1\"; {statements} }}\n");
        let sidecars: String = sidecars.iter().enumerate().map(sidecar).collect();
        format!("pod p {{\n{fields}\n{sidecars}app b {{ image \"b:1\"; {app} }} }}")
    }

    const HOOK: &str = "lifecycle { preStop { sleep { seconds 10 } } }";

    #[test]
    fn stops_follow_each_other() {
        let shown = found(
            CODE,
            [
                pod("", &format!("stops 15s; {HOOK}"), &["stops 5s", "stops 1s"]),
                pod("terminationGracePeriodSeconds 5", "stops 3s..6s", &[]),
                pod("terminationGracePeriodSeconds 12", "stops 1s", &[&format!("stops 3s; {HOOK}")]),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        «pod p» {
          the pod may need 31s to stop, and `terminationGracePeriodSeconds` allows 30s, by default
        «terminationGracePeriodSeconds» 5
          the pod may need 6s to stop, and `terminationGracePeriodSeconds` allows 5s
        «terminationGracePeriodSeconds» 12
          the pod may need 13s to stop, and `terminationGracePeriodSeconds` allows 12s
        "#);
        passes(CODE, &pod("", &format!("stops 15s; {HOOK}"), &["stops 5s", ""]));
        passes(CODE, &pod("", HOOK, &[""]));
        // The hook alone takes all the time.
        passes(CODE, &pod("terminationGracePeriodSeconds 10", &format!("stops 3s; {HOOK}"), &[]));
    }
}
