#![doc = include_str!("../../diagnostic/explain/cheaper-order.md")]

use super::ports::served;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix};
use crate::kubernetes::quantity::Quantity;
use crate::lint::Pod;
use crate::lint::reorder::{Cheaper, ReorderEntry, cheaper};
use crate::model::Role;
use crate::order::Precedence;
use crate::resources::{EffectiveRequest, PodDemand, SetBy};

/// The most steps and sidecars for which another order is searched.
const MAX_ENTRIES: usize = 40;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let now: Vec<usize> = pod.order.init_containers().collect();
    let demand = PodDemand::of(pod.workload, now.iter().copied());
    let totals = demand.totals(pod.version).requests;
    let beside = |request: &EffectiveRequest| matches!(&request.set_by, SetBy::Step { beside, .. } if !beside.is_empty());
    if now.len() > MAX_ENTRIES || !totals.iter().any(beside) {
        return;
    }
    let names: Vec<_> = totals.iter().map(|request| request.name.clone()).collect();
    let amount =
        |amounts: &crate::resources::Amounts, name| amounts.get(name).map_or(0, Quantity::milli_value);
    let entries: Vec<ReorderEntry> = demand
        .running()
        .zip(&demand.init)
        .zip(entries(pod, &now))
        .map(|((_, init), entry)| ReorderEntry {
            requests: names.iter().map(|name| amount(init.demand.requests(), name)).collect(),
            ..entry
        })
        .collect();
    let steady = demand.steady();
    let floor: Vec<i128> = names.iter().map(|name| amount(&steady, name)).collect();
    let Some(Cheaper { order, moves, proven }) = cheaper(&entries, &floor) else { return };
    // The exact arithmetic of the scheduler decides.
    let cheaper =
        PodDemand::of(pod.workload, order.iter().map(|entry| now[*entry])).totals(pod.version).requests;
    let pairs = || totals.iter().zip(&cheaper).filter(|(old, new)| old.quantity != new.quantity);
    if pairs().next().is_none() || pairs().any(|(old, new)| new.quantity > old.quantity) {
        return;
    }
    let savings: Vec<String> =
        pairs().map(|(old, new)| format!("{} {} → {}", old.name, old.quantity, new.quantity)).collect();
    found.push(diagnostic(pod, &now, &moves, &savings.join(", "), proven));
}

/// The steps and sidecars in their order, each with those that must come before it.
fn entries(pod: &Pod<'_>, now: &[usize]) -> Vec<ReorderEntry> {
    let precedence = Precedence::of(pod.workload);
    let containers = &pod.workload.containers;
    let needs = |one: usize, other: usize| {
        let (step, sidecar) = (&containers[one], &containers[other]);
        let shares = step.mounts.iter().any(|mount| {
            mount.index.is_some() && sidecar.mounts.iter().any(|other| other.index == mount.index)
        });
        let asked = &pod.ports().asked[one];
        shares || asked.iter().any(|(port, _)| served(sidecar).any(|served| served == *port))
    };
    let entry = |(at, container): (usize, &usize)| {
        let before = precedence.before(*container);
        let earlier = now[..at].iter().enumerate();
        let before = earlier.filter(|(_, other)| {
            before[**other] || (containers[**other].role == Role::Sidecar && needs(*container, **other))
        });
        ReorderEntry {
            requests: Vec::new(),
            sidecar: containers[*container].role == Role::Sidecar,
            after: before.map(|(at, _)| at).collect(),
        }
    };
    now.iter().enumerate().map(entry).collect()
}

fn diagnostic(
    pod: &Pod<'_>,
    now: &[usize],
    moves: &[(usize, usize)],
    savings: &str,
    proven: bool,
) -> Diagnostic {
    let container = |entry: usize| &pod.workload.containers[now[entry]];
    let name = |entry: usize| &container(entry).name.text;
    let texts: Vec<String> = moves
        .iter()
        .map(|(step, sidecar)| format!("step `{}` before sidecar `{}`", name(*step), name(*sidecar)))
        .collect();
    let place = moves.first().map_or(pod.workload.span, |(step, _)| container(*step).name.span);
    let mut diagnostic =
        Diagnostic::warning(Code::CheaperOrder, place, format!("move {}: {savings}", texts.join(" and ")))
            .here("its request adds to those of the sidecars that already run");
    for (_, sidecar) in moves {
        diagnostic = diagnostic.label(container(*sidecar).name.span, "reserved from here to the end");
    }
    let adds: Vec<String> = moves
        .iter()
        .map(|(step, sidecar)| format!("`after {}` to `{}`", name(*step), name(*sidecar)))
        .collect();
    let title = format!("add {}", adds.join(" and "));
    let extent = if proven {
        "make no other moves: no order that the source allows reserves less"
    } else {
        "check other orders, too: with more than 12 steps and sidecars, not all are tried"
    };
    diagnostic = diagnostic.help(title.clone()).help(extent);
    let mut edits: Vec<Edit> = Vec::new();
    for (step, sidecar) in moves {
        let Some((span, text)) = pod.first_in_block(container(*sidecar), &format!("after {}", name(*step)))
        else {
            return diagnostic;
        };
        // Two statements for one sidecar are inserted at the same place.
        match edits.iter_mut().find(|edit| edit.span == span) {
            Some(edit) => edit.text.push_str(&text),
            None => edits.push(Edit { span, text }),
        }
    }
    diagnostic.fix = Some(Fix { title, edits, applicability: Applicability::Unsafe });
    diagnostic
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn pod(inside: &str) -> String {
        format!("pod p {{ {inside}; app z {{ image \"a:1\"; memory 64Mi }} }}")
    }

    fn entry(kind: &str, name: &str, memory: &str, more: &str) -> String {
        let run = if kind == "step" { "; run \"a\"" } else { "" };
        format!("{kind} {name} {{ image \"a:1\"; memory {memory}{run}{more} }}")
    }

    #[test]
    fn the_move_and_the_saving_are_shown() {
        let text = pod(&format!(
            "{}; {}",
            entry("sidecar", "proxy", "512Mi", ""),
            entry("step", "unpack", "1Gi", "")
        ));
        insta::assert_snapshot!(found(Code::CheaperOrder, [text]), @r#"
        …1"; memory 512Mi }; step «unpack» { image "a:1"; memory 1…
          move step `unpack` before sidecar `proxy`: memory 1536Mi → 1Gi
          fix (unsafe): add `after unpack` to `proxy`
          - pod p { sidecar proxy { image "a:1"; memory 512M…
          + pod p { sidecar proxy { after unpack; image "a:1"; memory 512M…
        "#);
    }

    #[test]
    fn needed_containers_keep_their_place() {
        let after = pod(&format!(
            "{}; {}",
            entry("sidecar", "proxy", "512Mi", "; started tcp 1"),
            entry("step", "unpack", "1Gi", "; after proxy")
        ));
        passes(Code::CheaperOrder, &after);
        let asks = pod(&format!(
            "{}; {}",
            entry("sidecar", "proxy", "512Mi", "; port 5432; started tcp 5432"),
            entry("step", "unpack", "1Gi", "; env { DB \"localhost:5432\" }")
        ));
        passes(Code::CheaperOrder, &asks);
    }

    #[test]
    fn several_moves_may_be_needed() {
        let text = pod(&format!(
            "{}; {}; {}; {}",
            entry("sidecar", "one", "512Mi", ""),
            entry("sidecar", "two", "256Mi", ""),
            entry("step", "a", "1Gi", ""),
            entry("step", "b", "1Gi", "")
        ));
        insta::assert_snapshot!(found(Code::CheaperOrder, [text]), @r#"
        …ory 1Gi; run "a" }; step «b» { image "a:1"; memory 1…
          move step `b` before sidecar `one` and step `b` before sidecar `two`: memory 1792Mi → 1Gi
          fix (unsafe): add `after b` to `one` and `after b` to `two`
          - pod p { sidecar one { image "a:1"; memory 512Mi }; sidecar two { image "a:1"; memory 256…
          + pod p { sidecar one { after b; image "a:1"; memory 512Mi }; sidecar two { after b; image "a:1"; memory 256…
        "#);
    }
}
