//! The table of the language's own statements: what each means, where it may stand, and what its values are.
//!
//! Invariant: a statement is in this table, or it is a field of the Kubernetes schema under its own name;
//! nothing else is understood. Checker, reference and editors are all made from this table.

mod table;

use crate::statement::{Entry, Place};
use crate::steps::StepKind;
pub use table::ENTRIES;

/// The statement of a name at a place.
pub fn entry(place: Place, name: &str) -> Option<&'static Entry> {
    match place {
        Place::Step(_) => {
            statements_of_steps().find(|entry| entry.name == name && entry.places.contains(&place))
        }
        _ => ENTRIES.iter().find(|entry| entry.name == name && entry.places.contains(&place)),
    }
}

/// All statements that may stand at a place.
pub fn entries_at(place: Place) -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().chain(statements_of_steps()).filter(move |entry| entry.places.contains(&place))
}

/// The statements of the built-in steps.
pub fn statements_of_steps() -> impl Iterator<Item = &'static Entry> {
    StepKind::ALL.iter().flat_map(|kind| kind.statements())
}

/// The kinds of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerKind {
    /// A step whose command is the author's.
    Step,
    /// A native sidecar.
    Sidecar,
    /// An ordinary container.
    App,
    /// A built-in step.
    BuiltIn(StepKind),
}

impl ContainerKind {
    /// The keyword that opens one.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Sidecar => "sidecar",
            Self::App => "app",
            Self::BuiltIn(kind) => kind.keyword(),
        }
    }

    /// The kind of a keyword.
    pub fn of(keyword: &str) -> Option<Self> {
        let built_in = || StepKind::of(keyword).map(Self::BuiltIn);
        [Self::Step, Self::Sidecar, Self::App]
            .into_iter()
            .find(|kind| kind.keyword() == keyword)
            .or_else(built_in)
    }
}

/// The container statements: the keywords that open one.
pub const CONTAINERS: &[&str] = {
    const WRITTEN: [ContainerKind; 3] = [ContainerKind::Step, ContainerKind::Sidecar, ContainerKind::App];
    const KEYWORDS: [&str; WRITTEN.len() + StepKind::ALL.len()] = {
        let mut keywords = [""; WRITTEN.len() + StepKind::ALL.len()];
        let mut at = 0;
        while at < keywords.len() {
            keywords[at] = match at.checked_sub(WRITTEN.len()) {
                Some(at) => StepKind::ALL[at].keyword(),
                None => WRITTEN[at].keyword(),
            };
            at += 1;
        }
        keywords
    };
    &KEYWORDS
};

/// Words that stand between values, and so cannot be declared.
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

/// The API's own names for what the language has a statement for, each with what to do instead.
pub const REPLACED: &[(&str, &str)] = &[
    ("containers", "write `app NAME { … }`"),
    ("initContainers", "write `step NAME { … }` or `sidecar NAME { … }`"),
    ("ephemeralContainers", "use `kubectl debug`: they are added to running pods"),
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
    ("commit", "write `ref \"…\"`, with all digits of the commit"),
    ("dest", "write `into VOLUME \"path\"`"),
    ("destination", "write `into VOLUME \"path\"`"),
    ("depends_on", "write `after NAME`"),
    ("dependsOn", "write `after NAME`"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_thing_at_a_place() {
        let entries: Vec<&Entry> = ENTRIES.iter().chain(statements_of_steps()).collect();
        for (at, entry) in entries.iter().enumerate() {
            for other in &entries[at + 1..] {
                let both = entry.places.iter().any(|place| other.places.contains(place));
                assert!(entry.name != other.name || !both, "`{}` twice at one place", entry.name);
            }
        }
    }

    #[test]
    fn every_kind_of_container_is_a_statement() {
        for container in CONTAINERS {
            assert!(entry(Place::Workload, container).is_some(), "{container}");
        }
    }
}
