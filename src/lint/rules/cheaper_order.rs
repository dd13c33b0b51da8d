#![doc = include_str!("../../diagnostic/explain/cheaper-order.md")]

use super::ports::served;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix};
use crate::kubernetes::quantity::Quantity;
use crate::lint::reorder::{Cheaper, EntryKind, ReorderEntry, cheaper};
use crate::lint::{Pod, first_in_block};
use crate::model::{Container, Role};
use crate::order::Precedence;
use crate::resources::{EffectiveRequest, PodDemand, SetBy};
use std::collections::HashMap;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.has(Role::Step) || !pod.has(Role::Sidecar) {
        return;
    }
    let now: Vec<usize> = pod.order.init_containers().collect();
    let (demand, totals) = pod.demand();
    let totals = &totals.requests;
    // The compiler's own requests are small.
    let is_own = |step: usize, name: &str| !pod.workload.containers[step].completed.contains(&name);
    let beside = |request: &EffectiveRequest| matches!(&request.set_by, SetBy::Step { step, beside } if !beside.is_empty() && is_own(*step, &request.name));
    if !totals.iter().any(beside) {
        return;
    }
    let names: Vec<_> = totals.iter().map(|request| request.name.clone()).collect();
    let amount =
        |amounts: &crate::resources::Amounts, name| amounts.get(name).map_or(0, Quantity::milli_value);
    let mut entries = entries(pod, &now);
    for (entry, init) in entries.iter_mut().zip(&demand.init) {
        entry.requests = names.iter().map(|name| amount(init.demand.requests(), name)).collect();
    }
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

/// The steps and sidecars in their order, each with those that must come before it, then barriers.
fn entries(pod: &Pod<'_>, now: &[usize]) -> Vec<ReorderEntry> {
    let containers = &pod.workload.containers;
    let precedence = Precedence::of(pod.workload);
    let (of_containers, of_barriers) = precedence.nodes().split_at(containers.len());
    let entry = |node: usize| match node.checked_sub(containers.len()) {
        Some(barrier) => Some(now.len() + barrier),
        None => pod.places[node],
    };
    let new = |kind, before: &[usize]| ReorderEntry {
        kind,
        requests: Vec::new(),
        after: before.iter().filter_map(|node| entry(*node)).collect(),
    };
    let kind = |container: usize| match containers[container].role {
        Role::Sidecar => EntryKind::Sidecar,
        Role::Step | Role::App => EntryKind::Step,
    };
    let steps_and_sidecars = now.iter().map(|container| new(kind(*container), &of_containers[*container]));
    let barriers = of_barriers.iter().map(|before| new(EntryKind::Barrier, before));
    let mut entries: Vec<ReorderEntry> = steps_and_sidecars.chain(barriers).collect();
    keep_after_needed(pod, now, &mut entries);
    entries
}

/// What a container may need a sidecar for.
#[derive(PartialEq, Eq, Hash)]
enum SharedNeed {
    Volume(usize),
    Port(i64),
}

/// Lets each entry come after the sidecars that it comes after now and may need: those with a volume of its own, or with a
/// port that it uses.
fn keep_after_needed(pod: &Pod<'_>, now: &[usize], entries: &mut Vec<ReorderEntry>) {
    // For each need, the entry that comes after all sidecars so far that meet it.
    let mut met: HashMap<SharedNeed, usize> = HashMap::new();
    for (at, index) in now.iter().enumerate() {
        let container = &pod.workload.containers[*index];
        let volumes = || container.mounts.iter().filter_map(|mount| mount.index).map(SharedNeed::Volume);
        let asked = pod.ports().asked(pod, *index).iter().map(|(port, _)| SharedNeed::Port(*port));
        let needed = volumes().chain(asked).filter_map(|need| met.get(&need).copied());
        entries[at].after.extend(needed);
        if container.role != Role::Sidecar {
            continue;
        }
        for need in volumes().chain(served(container).map(SharedNeed::Port)) {
            let last = met.entry(need).or_insert(at);
            if *last != at {
                let after = vec![*last, at];
                *last = entries.len();
                entries.push(ReorderEntry { kind: EntryKind::Barrier, requests: Vec::new(), after });
            }
        }
    }
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
    let adds: Vec<String> =
        moves.iter().map(|(step, sidecar)| addition(container(*step), container(*sidecar))).collect();
    let title = format!("add {}", adds.join(" and "));
    let extent = if proven {
        "make no other moves: no order that the source allows reserves less"
    } else {
        "check other orders, too: the steps and sidecars have too many orders to compare"
    };
    diagnostic = diagnostic.help(title.clone()).help(extent);
    let mut edits: Vec<Edit> = Vec::new();
    for (step, sidecar) in moves {
        let (step, sidecar) = (container(*step), container(*sidecar));
        let insertion = reachable(step, sidecar)
            .and_then(|name| first_in_block(pod.sources, sidecar, &format!("after {name}")));
        let Some((span, text)) = insertion else { return diagnostic };
        // Two statements for one sidecar are inserted at the same place.
        match edits.iter_mut().find(|edit| edit.span == span) {
            Some(edit) => edit.text.push_str(&text),
            None => edits.push(Edit { span, text }),
        }
    }
    diagnostic.fix = Some(Fix { title, edits, applicability: Applicability::Unsafe });
    diagnostic
}

/// How the block of a sidecar names a step: a part does not know what is outside it.
fn reachable(step: &Container, sidecar: &Container) -> Option<String> {
    let part = sidecar.qualified.part.as_ref();
    let is_known = part.is_none() || step.qualified.part.as_ref() == part;
    is_known.then(|| step.qualified.written_in(part))
}

/// What puts a sidecar after a step, and where.
fn addition(step: &Container, sidecar: &Container) -> String {
    match (reachable(step, sidecar), &sidecar.qualified.part) {
        (None, Some(part)) => {
            let name = &sidecar.qualified.name;
            format!("`sidecar {name} {{ after {} }}` to the block of `part {part}`", step.qualified)
        }
        (name, _) => {
            format!(
                "`after {}` to `{}`",
                name.unwrap_or_else(|| step.name.text.to_string()),
                sidecar.qualified
            )
        }
    }
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
