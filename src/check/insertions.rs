//! Merges what only looks like an insertion with the errors that follow from it.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;

/// Turns the warning about an insertion that inserts nothing into an error where the text is refused, in place of the error
/// about the text: an image that is called `shop:${tag}` has one fault.
pub(super) fn merge(diagnostics: &mut Vec<Diagnostic>) {
    let idle = |diagnostic: &Diagnostic| diagnostic.code == Code::IdleInsertion;
    if !diagnostics.iter().any(idle) {
        return;
    }
    let around = |outer: Span, inner: Span| {
        outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
    };
    let refused: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| !idle(diagnostic) && diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.primary.span)
        .collect();
    let mut merged = Vec::new();
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| idle(diagnostic)) {
        let place = diagnostic.primary.span;
        if let Some(span) = refused.iter().find(|span| around(**span, place)) {
            diagnostic.severity = Severity::Error;
            merged.push(*span);
        }
    }
    // The kubelet refuses the image, so that is only a warning.
    let images: Vec<Span> =
        diagnostics.iter().filter(|found| idle(found)).map(|found| found.primary.span).collect();
    diagnostics.retain(|diagnostic| {
        let place = diagnostic.primary.span;
        let follows = diagnostic.code == Code::InvalidImage && images.iter().any(|idle| around(place, *idle));
        idle(diagnostic) || !(follows || merged.contains(&place))
    });
}
