//! Checks that each container is still there, in its role and with its gate.

use super::order::span_of;
use super::pair::{Pair, a_role};
use super::rendered::RenderedContainer;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Container, Role};
use crate::order::Gate;

/// Reports containers that are missing, have another role, or do not hold back what waits for them.
pub(super) fn check(pair: &Pair<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (at, container, there) in pair.containers() {
        let Some(there) = there else {
            diagnostics.push(missing(pair, at, container));
            continue;
        };
        if there.role != container.role {
            diagnostics.push(changed_role(pair, at, container, there));
        } else if container.role == Role::Sidecar
            && Gate::of(container) != Gate::Process
            && Gate::of_fields(&there.fields) == Gate::Process
        {
            diagnostics.push(without_gate(pair, at, container, there));
        }
    }
}

fn missing(pair: &Pair<'_>, at: usize, container: &Container) -> Diagnostic {
    let name = &container.name.text;
    let headline = format!("{} `{name}` is missing in what was rendered", container.role.name());
    let error = Diagnostic::error(Code::LostContainer, container.name.span, headline)
        .here("the source has this container")
        .label(pair.rendered.place, format!("{} has no container `{name}`", pair.rendered.title()));
    let error = with_link(pair, at, error);
    error.help(format!("keep `{name}`, or remove it from the source"))
}

fn changed_role(pair: &Pair<'_>, at: usize, container: &Container, there: &RenderedContainer) -> Diagnostic {
    let name = &container.name.text;
    let headline = format!("{} `{name}` became {}", container.role.name(), a_role(there.role));
    let (effect, help) = match (container.role, there.role) {
        (Role::Sidecar, Role::Step) => (
            "without `restartPolicy: Always`, everything after it waits for its end",
            format!("set `restartPolicy: Always` for `{name}`"),
        ),
        (Role::Step, Role::Sidecar) => (
            "with `restartPolicy: Always`, nothing waits for its end",
            format!("remove `restartPolicy` from `{name}`"),
        ),
        (Role::App, _) => (
            "an init container, which starts before the apps",
            format!("move `{name}` from `initContainers` to `containers`"),
        ),
        _ => (
            "it starts together with the apps, so nothing waits for it",
            format!("move `{name}` from `containers` to `initContainers`"),
        ),
    };
    let error = Diagnostic::error(Code::ChangedRole, container.name.span, headline)
        .here(format!("{} in the source", a_role(container.role)))
        .label(there.place, effect);
    with_link(pair, at, error).help(help)
}

fn without_gate(pair: &Pair<'_>, at: usize, container: &Container, there: &RenderedContainer) -> Diagnostic {
    let name = &container.name.text;
    let (what, field) = match Gate::of(container) {
        Gate::PostStart => ("`postStart` hook", "lifecycle.postStart"),
        _ => ("startup probe", "startupProbe"),
    };
    let span = Gate::place(container).unwrap_or(container.name.span);
    let error = Diagnostic::error(Code::LostGate, span, format!("sidecar `{name}` lost its {what}"))
        .here("what comes after it waits for this")
        .label(there.place, "here, the others wait only until its process runs");
    with_link(pair, at, error).help(format!("keep `{field}` of `{name}`"))
}

/// Adds the link that a fault breaks, with its other end.
fn with_link(pair: &Pair<'_>, container: usize, error: Diagnostic) -> Diagnostic {
    let Some((after, because)) = pair.link_of(container) else { return error };
    match span_of(because) {
        Some(span) => error.label(span, pair.sentence(after, because)),
        None => error,
    }
}
