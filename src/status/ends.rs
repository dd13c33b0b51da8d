//! Says why a container has ended: its exit status, a signal, memory, a probe, or a program that cannot be started.

use super::duration::{duration, go_duration};
use super::help::log_command;
use super::logs::last_lines;
use super::objects::{ClusterObject, Ended, Moment};
use super::trouble::{Next, Trouble, TroubleKind};
use super::view::{ContainerView, PodView};
use crate::plan::Role;

/// The kubelet's back-off in seconds: it doubles from the first to the last.
const BACK_OFF: (i64, i64) = (10, 300);

/// How long after a probe failed the container may have ended because of it, apart from its time to stop.
const SLACK: i64 = 60;

/// What the kubelet says before the time of a back-off.
const BACK_OFF_MESSAGE: &str = "back-off ";

/// Why a container has ended that should not have.
pub(super) fn trouble(view: &PodView<'_>, container: &ContainerView<'_>, ended: &Ended) -> Trouble {
    let name = container.name();
    let trouble = match probe(view, container, ended) {
        Some(trouble) => trouble,
        None => by_itself(container, ended),
    };
    let is_program = trouble.kind == TroubleKind::Program;
    let own = if is_program { Vec::new() } else { last_lines(ended.message.lines()) };
    let lines = if own.is_empty() && !is_program {
        view.logs.of(&view.pod.metadata.name, name).to_vec()
    } else {
        own
    };
    let next = next(view, container, ended);
    let is_previous = next == Next::Running;
    let mut trouble = Trouble {
        exit_code: Some(ended.exit_code),
        signal: signal_of(ended),
        last_lines: lines,
        next,
        ..trouble.of(name).since(ended.finished_at)
    };
    if !is_program {
        trouble.help.extend(log_command(view.pod, name, is_previous));
    }
    trouble
}

/// What the end of a program means by itself.
fn by_itself(container: &ContainerView<'_>, ended: &Ended) -> Trouble {
    let title = container.title();
    let limit = container.spec.resources.limits.get("memory").map(ToString::to_string);
    match (&*ended.reason, signal_of(ended)) {
        ("OOMKilled", _) => match limit {
            Some(limit) => Trouble::new(
                TroubleKind::OutOfMemory,
                format!("{title} used more memory than its limit of {limit} and was killed"),
            )
            .help(format!(
                "raise the memory limit of `{}` above {limit}, or let it use less",
                container.name()
            )),
            None => Trouble::new(
                TroubleKind::OutOfMemory,
                format!("{title} was killed because the memory of the pod or of the node ran out"),
            )
            .help(format!(
                "set the memory that `{}` needs, so that it gets a node that has it",
                container.name()
            )),
        },
        ("StartError" | "ContainerCannotRun", _) => program(container, &ended.message),
        ("ContainerStatusUnknown", _) => {
            Trouble::new(TroubleKind::NodeLost, format!("the node does not know how {title} ended"))
        }
        (_, Some(signal)) => {
            let name = signal_name(signal).map(|name| format!(" ({name})")).unwrap_or_default();
            Trouble::new(TroubleKind::Signal, format!("{title} was ended by signal {signal}{name}"))
        }
        (_, None) if ended.exit_code == 0 => {
            let trouble = Trouble::new(
                TroubleKind::Ended,
                format!("{title} ended without an error, and is started again"),
            );
            match container.role {
                Role::App => {
                    trouble.help("an app of this pod has to keep running: use a Job for work that ends")
                }
                _ => trouble.help("a sidecar has to keep running until the apps have ended"),
            }
        }
        (_, None) => {
            let code = ended.exit_code;
            let meaning = match code {
                126 => ": a shell could not execute a program",
                127 => ": a shell did not find a program",
                _ => "",
            };
            Trouble::new(TroubleKind::ExitStatus, format!("{title} ended with exit status {code}{meaning}"))
        }
    }
}

/// Why a program cannot be started.
pub(super) fn program(container: &ContainerView<'_>, message: &str) -> Trouble {
    let title = container.title();
    let image = &container.spec.image;
    let named = message.split("exec: \"").nth(1).and_then(|rest| rest.split('"').next());
    let named = named.filter(|name| !name.is_empty()).map(|name| format!(" `{name}`")).unwrap_or_default();
    let trouble =
        if message.contains("no such file or directory") || message.contains("executable file not found") {
            Trouble::new(TroubleKind::Program, format!("the program{named} of {title} is not in its image"))
                .help(format!(
                    "use an image that has the program, or change what `{}` runs; the image is `{image}`",
                    container.name()
                ))
        } else if message.contains("permission denied") {
            Trouble::new(TroubleKind::Program, format!("the program{named} of {title} may not be executed"))
                .help("make the file executable for the user that the container runs as")
        } else {
            Trouble::new(TroubleKind::Program, format!("the program{named} of {title} cannot be started"))
        };
    trouble.said(message)
}

/// The probe or the hook that ended a container, if it was one.
fn probe(view: &PodView<'_>, container: &ContainerView<'_>, ended: &Ended) -> Option<Trouble> {
    if ended.reason == "OOMKilled" {
        return None;
    }
    let name = container.name();
    let in_time = |event: &&ClusterObject| match (event.seen(), ended.started_at, ended.finished_at) {
        (Some(seen), Some(started), Some(finished)) => (started..=finished + 1).contains(&seen),
        _ => false,
    };
    let title = container.title();
    let said = |what: &str| {
        let unhealthy = view.events.iter().rev().find(|event| {
            event.reason == "Unhealthy" && event.message.starts_with(what) && event.seen() >= ended.started_at
        });
        unhealthy.map(|event| event.message.as_str()).unwrap_or_default()
    };
    if let Some(event) = view.latest_of(name, &["FailedPostStartHook"]).filter(in_time) {
        let headline = format!("the `postStart` hook of {title} failed, so the container was killed");
        return Some(Trouble::new(TroubleKind::PostStart, headline).said(&event.message));
    }
    let killing = view.latest_of(name, &["Killing"]).filter(in_time);
    let has_failed =
        |probe: &str| killing.is_some_and(|event| event.message.contains(&format!("failed {probe} probe")));
    if has_failed("liveness") {
        let headline = format!("{title} was killed because its liveness probe failed");
        let help = format!(
            "let `{name}` answer its probe, or give it more time with `failureThreshold` and `timeoutSeconds`"
        );
        return Some(Trouble::new(TroubleKind::LivenessProbe, headline).said(said("Liveness")).help(help));
    }
    let startup = container.spec.startup_probe.as_ref()?;
    let budget = startup.gives_up_after();
    // Without events, a container that was killed when its probe gave up was killed for it.
    let ran = ended.duration().unwrap_or_default();
    let is_due =
        killing.is_none() && signal_of(ended).is_some() && (budget - 1..=budget + SLACK).contains(&ran);
    if !has_failed("startup") && !is_due {
        return None;
    }
    let headline =
        format!("{title} was killed because its startup probe did not succeed within {}", duration(budget));
    let help = format!("let `{name}` answer its startup probe sooner, or raise its `failureThreshold`");
    Some(Trouble::new(TroubleKind::StartupProbe, headline).said(said("Startup")).help(help))
}

/// When the kubelet starts a container again that has ended.
fn next(view: &PodView<'_>, container: &ContainerView<'_>, ended: &Ended) -> Next {
    let Some(state) = container.state else { return Next::Unknown };
    if state.state.running.is_some() {
        return Next::Running;
    }
    if !view.starts_again(container, ended) {
        return Next::Never;
    }
    let waiting = state.state.waiting.as_ref();
    let said = waiting.and_then(|waiting| waiting.message.strip_prefix(BACK_OFF_MESSAGE));
    let said = said.and_then(|rest| go_duration(rest.split(' ').next()?));
    let back_off = said.unwrap_or_else(|| back_off(state.restart_count));
    match ended.finished_at {
        Some(finished) => Next::Again { at: finished.saturating_add(back_off), back_off },
        None => Next::Unknown,
    }
}

/// The back-off after a number of restarts: the first restart is immediate.
fn back_off(restarts: u64) -> i64 {
    let (first, last) = BACK_OFF;
    match restarts {
        0 => 0,
        1..=8 => (first << (restarts - 1)).min(last),
        _ => last,
    }
}

/// The signal that ended a container. A shell, and the kubelet, tell it by an exit status above 128.
fn signal_of(ended: &Ended) -> Option<i64> {
    let by_status = ended.exit_code - 128;
    let is_signal = ended.reason != "StartError" && signal_name(by_status).is_some();
    Some(ended.signal).filter(|signal| *signal > 0).or(Some(by_status).filter(|_| is_signal))
}

fn signal_name(signal: i64) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}

/// How long a container may have to run after its last start until that start counts as a success.
pub(super) fn proven_after(ended: &Ended) -> Moment {
    ended.duration().unwrap_or_default().clamp(SLACK, 600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_offs_double() {
        let all: Vec<i64> = [0, 1, 2, 3, 4, 5, 6, 9, u64::MAX].map(back_off).to_vec();
        assert_eq!(all, [0, 10, 20, 40, 80, 160, 300, 300, 300]);
    }

    #[test]
    fn exit_statuses_tell_signals() {
        let signal = |exit_code, reason: &str| {
            signal_of(&Ended { exit_code, reason: reason.into(), ..Ended::default() })
        };
        assert_eq!(signal(137, "Error"), Some(9));
        assert_eq!(signal(143, "Error"), Some(15));
        assert_eq!(signal(128, "StartError"), None);
        assert_eq!(signal(255, "Error"), None);
        assert_eq!(signal(1, "Error"), None);
    }
}
