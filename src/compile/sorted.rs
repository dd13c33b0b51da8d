//! Sorts diagnostics.

use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use std::sync::Arc;

/// Sorts diagnostics by place, and removes repeated ones.
pub(super) fn sort(diagnostics: &mut Vec<Arc<Diagnostic>>, sources: &Sources) {
    diagnostics.sort_by_cached_key(|diagnostic| (sources.in_file(diagnostic.primary.span), diagnostic.code));
    // Repeated ones are next to each other.
    let mut seen: Vec<Arc<Diagnostic>> = Vec::new();
    let mut last = None;
    diagnostics.retain(|diagnostic| {
        let place = Some((diagnostic.primary.span, diagnostic.code));
        if last != place {
            seen.clear();
            last = place;
        }
        let is_new = seen.iter().all(|known| known.headline != diagnostic.headline);
        if is_new {
            seen.push(Arc::clone(diagnostic));
        }
        is_new
    });
}
