#![doc = include_str!("../../diagnostic/explain/unreserved-step.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
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
    if by_pod {
        return;
    }
    found.extend(unlimited(pod));
    let apps = pod.workload.containers.iter().filter(|container| container.role == Role::App);
    if !apps.into_iter().all(asks) {
        return;
    }
    let asking = || pod.workload.containers.iter().filter(|container| asks(container));
    let others_are_guaranteed = asking().all(is_guaranteed);
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
            .here(if others_are_guaranteed {
                "a quota refuses the pod, and it cannot be Guaranteed"
            } else {
                "a quota refuses the pod"
            })
            .help("add `cpu` and `memory`: amounts up to what the apps and sidecars reserve cost nothing"),
        );
    }
}

/// An amount of a container, by `requests` or `limits` and the resource.
fn amount(container: &Container, key: &str, name: &str) -> Option<Quantity> {
    container.fields.at("resources")?.get(key)?.get(name)?.as_quantity().copied()
}

/// Whether the limits of a container equal its requests, as all of a Guaranteed pod do.
fn is_guaranteed(container: &Container) -> bool {
    ["cpu", "memory"].into_iter().all(|name| {
        let limit = amount(container, "limits", name).filter(|limit| !limit.is_zero());
        limit.is_some() && amount(container, "requests", name).is_none_or(|request| Some(request) == limit)
    })
}

/// The built-in steps without limits that alone keep the pod from being Guaranteed.
fn unlimited(pod: &Pod<'_>) -> Vec<Diagnostic> {
    let (completed, others): (Vec<&Container>, Vec<&Container>) =
        pod.workload.containers.iter().partition(|container| !container.completed.is_empty());
    if completed.is_empty() || !others.iter().all(|container| is_guaranteed(container)) {
        return Vec::new();
    }
    let steady = pod.demand().0.steady();
    let warning = |step: &&Container| {
        let missing = || ["cpu", "memory"].into_iter().filter(|name| amount(step, "limits", name).is_none());
        let free = missing().filter_map(|name| Some(format!("`{name} ..{}`", steady.get(name)?)));
        let free: Vec<String> = free.collect();
        let headline = format!(
            "the step `{}` has no limit on {}, so the pod is not Guaranteed",
            step.name.text,
            missing().collect::<Vec<_>>().join(" and ")
        );
        Diagnostic::warning(Code::UnreservedStep, step.name.span, headline)
            .here("all other containers have limits that equal their requests")
            .help(format!(
                "add {}: amounts up to what the apps and sidecars reserve cost nothing",
                free.join(" and ")
            ))
    };
    completed.iter().map(warning).collect()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn a_built_in_step_is_named_only_where_it_alone_costs_the_class() {
        let pod = |step: &str, app: &str| {
            format!("pod p {{ wait w {{ tcp \"a:1\"; {step} }}; app b {{ image \"b:1\"; {app} }} }}")
        };
        let guaranteed = "cpu ..1; memory 1Gi..1Gi";
        let shown = found(Code::UnreservedStep, [pod("", guaranteed), pod("cpu ..1", guaranteed)]);
        insta::assert_snapshot!(shown, @r#"
        pod p { wait «w» { tcp "a:1";  }; app b …
          the step `w` has no limit on cpu and memory, so the pod is not Guaranteed
        pod p { wait «w» { tcp "a:1"; cpu ..1 };…
          the step `w` has no limit on memory, so the pod is not Guaranteed
        "#);
        passes(Code::UnreservedStep, &pod("", "cpu 1; memory 1Gi..1Gi"));
        passes(Code::UnreservedStep, &pod("", ""));
        passes(Code::UnreservedStep, &pod("cpu ..1; memory ..1Gi", guaranteed));
    }
}
