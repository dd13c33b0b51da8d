#![doc = include_str!("../../diagnostic/explain/unreserved-step.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Pod, has_own_command};
use crate::model::{Container, Role};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let asks = |container: &Container| {
        ["resources.requests", "resources.limits"]
            .into_iter()
            .any(|path| container.fields.at(path).is_some_and(|amounts| !amounts.entries().is_empty()))
    };
    // The step can use what the whole pod reserves.
    let by_pod =
        pod.workload.pod.spec.get("resources").is_some_and(|resources| !resources.entries().is_empty());
    let apps = pod.workload.containers.iter().filter(|container| container.role == Role::App);
    if by_pod || !apps.into_iter().all(asks) {
        return;
    }
    for step in pod
        .workload
        .containers
        .iter()
        .filter(|container| container.role == Role::Step && has_own_command(container))
    {
        let unknown = step.fields.get("resources").is_some_and(|resources| resources.as_map().is_none());
        if asks(step) || step.unclear || unknown {
            continue;
        }
        found.push(
            Diagnostic::warning(
                Code::UnreservedStep,
                step.name.span,
                format!("the step `{}` requests no resources, but the apps do", step.name.text),
            )
            .here("a quota refuses the pod, and it cannot be Guaranteed")
            .help("add `cpu` and `memory`: amounts up to what the apps and sidecars reserve cost nothing"),
        );
    }
}
