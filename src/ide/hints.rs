//! Shows the plan in the text: the start order at each step and sidecar, and the effective totals at each workload.
//!
//! Invariant: nothing is shown at a place where two workloads differ.

use super::Analysis;
use super::hover::amounts;
use crate::model::Role;
use crate::plan::Plan;
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

/// A text shown at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The byte offset after which it is shown.
    pub offset: usize,
    /// The text.
    pub label: String,
    /// An explanation of it.
    pub tooltip: String,
}

/// The hints of a file.
pub(crate) fn hints(analysis: &Analysis) -> Vec<Hint> {
    if analysis.unset() {
        return Vec::new();
    }
    let mut at: BTreeMap<Span, Vec<(String, String)>> = BTreeMap::new();
    for plan in analysis.compilation.workloads.iter().map(|workload| workload.plan()) {
        let total: Vec<_> =
            plan.requests.iter().map(|request| (request.resource.clone(), request.quantity)).collect();
        if !total.is_empty() {
            at.entry(analysis.place(plan.span)).or_default().push((amounts(&total), tooltip(plan)));
        }
        let init = plan.order.iter().enumerate().filter(|(_, start)| start.role != Role::App);
        for (place, start) in init {
            at.entry(analysis.place(start.span))
                .or_default()
                .push(((place + 1).to_string(), start.because.clone()));
        }
    }
    let own = at.into_iter().filter(|(span, _)| span.file == FileId(0));
    own.filter_map(|(span, mut hints)| {
        hints.dedup();
        let [(label, tooltip)] = hints.as_slice() else { return None };
        Some(Hint { offset: span.end as usize, label: label.clone(), tooltip: tooltip.clone() })
    })
    .collect()
}

fn tooltip(plan: &Plan) -> String {
    let set = plan.requests.iter().map(|request| format!("{}: {}", request.resource, request.because));
    format!("effective requests of the pod\n\n{}", set.collect::<Vec<_>>().join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::CompileOptions;
    use crate::ide::{Parsed, Workspace};

    #[test]
    fn order_and_totals_are_shown_where_they_are_caused() {
        let text = "pod a {\n  volume v\n  sidecar p { image \"p\"; cpu 100m; started tcp 80 }\n  step s { image \"s\"; writes v at /v; after p }\n  \
                    app b { image \"b\"; reads v at /v; cpu 1 }\n}\n";
        let file = Parsed::new("a", text);
        let mut shown = text.to_owned();
        for Hint { offset, label, .. } in
            hints(&Analysis::of(&file, &Workspace::default(), &CompileOptions::default())).iter().rev()
        {
            shown.insert_str(*offset, &format!("«{label}»"));
        }
        insta::assert_snapshot!(shown, @r#"
        pod a«cpu 1100m» {
          volume v
          sidecar p«1» { image "p"; cpu 100m; started tcp 80 }
          step s«2» { image "s"; writes v at /v; after p }
          app b { image "b"; reads v at /v; cpu 1 }
        }
        "#);
    }
}
