//! Lists the language's own statements: what each means, where it is allowed, and what its values are.
//!
//! Invariant: a statement is in this table, or it is a field of the Kubernetes schema under its own name;
//! the compiler accepts nothing else. The checker, the reference and the editors all use this table.

mod effect;
mod kinds;
mod table;

pub use effect::{Amount, ContainerEffect, Effect, FileEffect, Probe, StatedTime, WorkloadEffect};
pub use kinds::{CONTAINERS, ContainerKind, WorkloadKind};

pub use crate::statement::{Body, Clause, Direction, Need, Slot, StatementPlace, StatementSpec, ValueType};
pub use crate::steps::StepKind;

use crate::syntax::tree::{Piece, SyntaxValue, ValueKind};

/// The tools that a `migrate` step knows.
pub mod migration {
    pub use crate::steps::migrate::{Lock, ScriptHelp, TOOLS, Tool};
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// The shape of the statement.
    pub entry: StatementSpec,
    /// What it does.
    pub effect: Effect,
}

/// The row of a name at a place outside built-in steps.
pub fn row(place: StatementPlace, name: &str) -> Option<&'static Row> {
    table::ROWS.iter().find(|row| row.entry.name == name && row.entry.places.contains(&place))
}

/// The statement of a name at a place.
pub fn entry(place: StatementPlace, name: &str) -> Option<&'static StatementSpec> {
    match place {
        StatementPlace::Step(keyword) => {
            StepKind::of(keyword)?.statements().iter().find(|entry| entry.name == name)
        }
        _ => row(place, name).map(|row| &row.entry),
    }
}

/// All statements that are allowed at a place.
pub fn entries_at(place: StatementPlace) -> impl Iterator<Item = &'static StatementSpec> {
    statements().filter(move |entry| entry.places.contains(&place))
}

/// Every statement: those of the table in the order in which the reference shows them, then those of built-in steps.
pub fn statements() -> impl Iterator<Item = &'static StatementSpec> {
    table::ROWS.iter().map(|row| &row.entry).chain(statements_of_steps())
}

/// The statements of the built-in steps.
pub fn statements_of_steps() -> impl Iterator<Item = &'static StatementSpec> {
    StepKind::ALL.iter().flat_map(|kind| kind.statements())
}

/// Whether a value cannot fill a slot that may stay empty, and therefore belongs to the next one: in
/// `ready http /healthz`, the path is not the port.
pub(crate) fn passes_over(slot: &Slot, value: &SyntaxValue) -> bool {
    match (slot, &value.kind) {
        (Slot::Maybe(_, ValueType::PortRef), ValueKind::Path(_))
        | (Slot::Maybe(_, ValueType::Port), ValueKind::Text(_)) => true,
        (Slot::Maybe(_, ValueType::PortRef), ValueKind::Text(pieces)) => {
            matches!(pieces.first(), Some(Piece::Text(text)) if text.starts_with('/'))
        }
        _ => false,
    }
}

/// Whether a word that starts a clause fills a slot that may stay empty instead: in `ready http http`, a second
/// handler is not possible, and the word is the name of a port.
pub(crate) fn is_name(slot: &Slot, clause: &Clause) -> bool {
    matches!(slot, Slot::Maybe(_, ValueType::PortRef)) && clause.need == Need::OneOf
}

/// Words that separate values in a head, and therefore cannot be declared as names.
pub const KEYWORDS: &[&str] = &[
    "from",
    "at",
    "every",
    "timeout",
    "delay",
    "failures",
    "successes",
    "sub",
    "readonly",
    "as",
    "prefix",
    "host",
    "true",
    "false",
    "else",
    "when",
];

/// The API's names of fields for which the language has a statement, each with what to do instead.
pub const REPLACED: &[(&str, &str)] = &[
    ("containers", "write `app NAME { … }`"),
    ("initContainers", "write `step NAME { … }` or `sidecar NAME { … }`"),
    ("ephemeralContainers", "use `kubectl debug`, which adds them to running pods"),
    ("volumes", "write `volume NAME`"),
    ("volumeMounts", "write `reads VOLUME at /path`, `writes …`, `updates …` or `mounts …`"),
    ("ports", "write `port NAME NUMBER`"),
    ("envFrom", "write `env { from secret(\"name\") }`"),
    ("readinessProbe", "write `ready http PORT /path`"),
    ("livenessProbe", "write `alive http PORT /path`"),
    ("startupProbe", "write `started http PORT /path`"),
    ("requests", "write `cpu 250m..1` and `memory 256Mi..512Mi`"),
    ("limits", "write `cpu 250m..1` and `memory 256Mi..512Mi`"),
    ("template", "write its fields in the workload itself, or in `pod { … }`"),
    ("jobTemplate", "write its fields in the workload itself, or in `job { … }`"),
    ("spec", "write its fields in the workload itself"),
];

const NOT_A_WORKLOAD: &str = "write this object in YAML; it finds the pods by their label, `app.kubernetes.io/name: WORKLOAD` unless you set another";

/// What newcomers write for some statements, each with what to do instead.
pub const FOREIGN: &[(&str, &str)] = &[
    ("if", "write `when CONDITION { … }`"),
    ("container", "write `app NAME { … }`"),
    ("initContainer", "write `step NAME { … }`"),
    ("init", "write `step NAME { … }`"),
    ("environment", "write `env { NAME \"value\" }`"),
    ("mount", "write `reads VOLUME at /path`, `writes …`, `updates …` or `mounts …`"),
    ("cmd", "write `run \"command\"`"),
    ("entrypoint", "write `run \"command\"`"),
    ("readiness", "write `ready http PORT /path`"),
    ("liveness", "write `alive http PORT /path`"),
    ("startup", "write `started http PORT /path`"),
    ("healthcheck", "write `ready http PORT /path` or `alive http PORT /path`"),
    ("url", "write `from \"https://…\"`"),
    ("url", "write `repo \"https://…\"`"),
    ("repository", "write `repo \"https://…\"`"),
    ("branch", "write `ref \"main\"`"),
    ("tag", "write `ref \"v1.0\"`"),
    ("commit", "write `ref \"…\"` with all digits of the commit"),
    ("dest", "write `into VOLUME \"path\"`"),
    ("destination", "write `into VOLUME \"path\"`"),
    ("depends_on", "write `after NAME`"),
    ("gpu", "write `resource \"nvidia.com/gpu\" 1`"),
    ("gpus", "write `resource \"nvidia.com/gpu\" 1`"),
    ("elif", "write `else when CONDITION { … }`"),
    ("elseif", "write `else when CONDITION { … }`"),
    ("for", "write a statement for each one; a `template` holds what they share"),
    ("foreach", "write a statement for each one; a `template` holds what they share"),
    ("service", NOT_A_WORKLOAD),
    ("ingress", NOT_A_WORKLOAD),
    ("route", NOT_A_WORKLOAD),
    ("hpa", NOT_A_WORKLOAD),
    ("autoscaler", NOT_A_WORKLOAD),
    ("horizontalpodautoscaler", NOT_A_WORKLOAD),
    ("pdb", NOT_A_WORKLOAD),
    ("poddisruptionbudget", NOT_A_WORKLOAD),
    ("networkpolicy", NOT_A_WORKLOAD),
    ("pvc", "write the claim in YAML, and use it: `volume NAME claim \"CLAIM\"`"),
    ("persistentvolumeclaim", "write the claim in YAML, and use it: `volume NAME claim \"CLAIM\"`"),
    ("configmap", "write the ConfigMap in YAML, and use it: `volume NAME configmap \"CONFIGMAP\"`"),
    ("configMap", "write the ConfigMap in YAML, and use it: `volume NAME configmap \"CONFIGMAP\"`"),
    ("secret", "write the Secret in YAML, and use it: `volume NAME secret \"SECRET\"`"),
    ("dependsOn", "write `after NAME`"),
    ("steps", "write each step in the workload itself: `step NAME { … }`"),
    ("sidecars", "write each sidecar in the workload itself: `sidecar NAME { … }`"),
    ("workdir", "write `workingDir /path`"),
    ("size", "write the size of an emptyDir after its kind: `volume NAME scratch 10Gi`; a claim has its own"),
];

/// What newcomers write for a statement whose values and block are the same, the statement's keyword, and whether the
/// keyword alone makes it right.
pub const RENAMED: &[(&str, &str, bool)] = &[
    ("gpu", "resource \"nvidia.com/gpu\"", true),
    ("gpus", "resource \"nvidia.com/gpu\"", true),
    ("environment", "env", true),
    ("elif", "else when", true),
    ("elseif", "else when", true),
    ("if", "when", true),
    ("container", "app", false),
    ("initContainer", "step", false),
    ("init", "step", false),
    ("cmd", "run", false),
    ("entrypoint", "run", false),
    ("depends_on", "after", false),
    ("dependsOn", "after", false),
    ("url", "from", false),
    ("url", "repo", false),
    ("repository", "repo", false),
    ("branch", "ref", false),
    ("tag", "ref", false),
    ("commit", "ref", false),
    ("workdir", "workingDir", true),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_thing_at_a_place() {
        let entries: Vec<&StatementSpec> = statements().collect();
        for (at, entry) in entries.iter().enumerate() {
            for other in &entries[at + 1..] {
                let both = entry.places.iter().any(|place| other.places.contains(place));
                assert!(entry.name != other.name || !both, "`{}` twice at one place", entry.name);
            }
        }
    }

    #[test]
    fn every_statement_does_something_of_its_own() {
        for (at, row) in table::ROWS.iter().enumerate() {
            let same = table::ROWS[at + 1..].iter().find(|other| other.effect == row.effect);
            assert!(same.is_none(), "`{}` does what another statement does", row.entry.name);
        }
    }

    #[test]
    fn every_kind_is_a_statement() {
        for container in CONTAINERS {
            assert!(entry(StatementPlace::Workload, container).is_some(), "{container}");
        }
        for workload in WorkloadKind::ALL {
            assert!(entry(StatementPlace::File, workload.keyword()).is_some(), "{workload:?}");
        }
    }
}
