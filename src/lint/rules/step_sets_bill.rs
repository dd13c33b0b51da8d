#![doc = include_str!("../../diagnostic/explain/step-sets-bill.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::lint::Pod;
use crate::model::{Role, WorkloadKind};
use crate::object::Node;
use crate::resources::SetBy;
use std::cell::LazyCell;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    // A Job's pods end with their work, so they do not reserve it for long.
    if matches!(pod.workload.kind, WorkloadKind::Job | WorkloadKind::CronJob) {
        return;
    }
    if !pod.has(Role::Step) {
        return;
    }
    let (demand, totals) = pod.demand();
    let steady = LazyCell::new(|| demand.steady());
    let mut costs: Vec<(usize, Vec<String>)> = Vec::new();
    for request in &totals.requests {
        let (SetBy::Step { step, .. }, "cpu" | "memory") = (&request.set_by, request.name.as_str()) else {
            continue;
        };
        // The compiler's own requests are small.
        if pod.workload.containers[*step].completed.contains(&&*request.name) {
            continue;
        }
        // Pods that reserve nothing while they run do so on purpose.
        let Some(later) = steady.get(&request.name).filter(|later| !later.is_zero()) else { continue };
        let Some(above) = request.quantity.minus(later) else { continue };
        if above.times(10).is_none_or(|tenfold| tenfold < *later) {
            continue;
        }
        let text = format!(
            "{} {} instead of {later}{}",
            request.name,
            request.quantity,
            times(pod, &above).unwrap_or_default()
        );
        match costs.iter_mut().find(|(known, _)| known == step) {
            Some((_, texts)) => texts.push(text),
            None => costs.push((*step, vec![text])),
        }
    }
    for (step, texts) in costs {
        let step = &pod.workload.containers[step];
        found.push(
            Diagnostic::warning(
                Code::StepSetsBill,
                step.name.span,
                format!(
                    "the step `{}` alone determines what each pod reserves for its whole life: {}",
                    step.name.text,
                    texts.join(", ")
                ),
            )
            .here("ends before the apps start")
            .help("request less for the step, or run it in a Job with `once`"),
        );
    }
}

/// The amount for all replicas.
fn times(pod: &Pod<'_>, above: &Quantity) -> Option<String> {
    if let Some(most) = pod.scaler().and_then(|scaler| scaler.max) {
        let all = above.times(most)?;
        return Some(format!(" (up to {all} more in {most} replicas)"));
    }
    let spec = &pod.workload.object.spec;
    let replicas = spec.get("replicas").and_then(Node::as_int).filter(|replicas| *replicas > 1)?;
    let all = above.times(replicas)?;
    Some(format!(" ({all} more in {replicas} replicas)"))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn pod(kind: &str, step: &str, app: &str) -> String {
        format!(
            "{kind} p {{ step s {{ image \"a:1\"; run \"a\"; {step} }}; app b {{ image \"b:1\"; {app} }} }}"
        )
    }

    #[test]
    fn a_small_excess_is_allowed() {
        let shown = found(Code::StepSetsBill, [pod("pod", "cpu 2", "cpu 1")]);
        insta::assert_snapshot!(shown, @r#"
        pod p { step «s» { image "a:1"; run "a";…
          the step `s` alone determines what each pod reserves for its whole life: cpu 2 instead of 1
        "#);
        passes(Code::StepSetsBill, &pod("pod", "memory 1050Mi", "memory 1Gi"));
        passes(Code::StepSetsBill, &pod("pod", "cpu 1", "cpu 1"));
        passes(Code::StepSetsBill, &pod("pod", "cpu 1", "memory 1Gi"));
        passes(
            Code::StepSetsBill,
            &pod("job", "cpu 2", "cpu 1").replacen("{ step", "{ pod { restartPolicy Never }; step", 1),
        );
    }

    #[test]
    fn the_amount_is_shown_for_all_replicas() {
        let text = pod("deployment", "cpu 2; memory 3Gi", "cpu 1500m; memory 1Gi").replacen(
            "{ step",
            "{ replicas 10; step",
            1,
        );
        insta::assert_snapshot!(found(Code::StepSetsBill, [text]), @r#"
        …nt p { replicas 10; step «s» { image "a:1"; run "a";…
          the step `s` alone determines what each pod reserves for its whole life: cpu 2 instead of 1500m (5 more in 10 replicas), memory 3Gi instead of 1Gi (20Gi more in 10 replicas)
        "#);
    }
}
