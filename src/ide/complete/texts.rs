//! Lists what the compiler reads in texts and comments: names of warnings, of the pod's fields and of resources.

use super::{Suggestion, SuggestionKind, item};
use crate::check::{REFERABLE_FIELDS, REFERABLE_RESOURCES};
use crate::lint::warnings as all_warnings;

/// Resources that clusters often have besides those of Kubernetes itself.
const EXTENDED: &[(&str, &str)] = &[
    ("ephemeral-storage", "the node's disk"),
    ("hugepages-2Mi", "memory in pages of 2 MiB"),
    ("hugepages-1Gi", "memory in pages of 1 GiB"),
    ("nvidia.com/gpu", "GPUs of NVIDIA's device plugin"),
    ("amd.com/gpu", "GPUs of AMD's device plugin"),
    ("gpu.intel.com/i915", "GPUs of Intel's device plugin"),
];

/// `allow(NAME) REASON`, after `# initflow:`.
pub(super) fn allowance() -> Suggestion {
    Suggestion {
        snippet: Some("allow(${1:name}) ${2:reason}".to_owned()),
        ..item("allow", SuggestionKind::Word, "(NAME) REASON")
    }
}

/// The names of all warnings.
pub(super) fn warnings() -> Vec<Suggestion> {
    let each = |code: crate::diagnostic::Code| item(code.name(), SuggestionKind::Value, code.summary());
    all_warnings().map(each).collect()
}

/// The texts that the first argument of a function may be.
pub(super) fn argument(function: &str) -> Vec<Suggestion> {
    let value = |text: &&str| item(*text, SuggestionKind::Value, "");
    match function {
        "field" => {
            let keyed = ["labels", "annotations"].map(|kind| Suggestion {
                snippet: Some(format!("metadata.{kind}['${{1:key}}']")),
                ..item(format!("metadata.{kind}['…']"), SuggestionKind::Value, "")
            });
            REFERABLE_FIELDS.iter().map(value).chain(keyed).collect()
        }
        "resource" => REFERABLE_RESOURCES.iter().map(value).collect(),
        _ => Vec::new(),
    }
}

/// The texts that the first value of a statement may be.
pub(super) fn first_value(statement: &str) -> Vec<Suggestion> {
    let value = |(name, meaning): &(&str, &str)| item(*name, SuggestionKind::Value, *meaning);
    if statement == "resource" { EXTENDED.iter().map(value).collect() } else { Vec::new() }
}
