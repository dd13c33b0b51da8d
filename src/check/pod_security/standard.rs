//! Says which level of the Pod Security Standards a pod must meet, and who asks for it.

use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::object::Node;
use crate::source::Span;
use smol_str::SmolStr;

/// A level of the Pod Security Standards that forbids something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecurityLevel {
    /// Forbids what gives a pod rights on its node.
    Baseline,
    /// Also forbids what makes such rights easier to get.
    Restricted,
}

impl SecurityLevel {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// What a pod must meet.
#[derive(Clone, Debug)]
pub(crate) struct SecurityStandard {
    /// The level.
    pub(super) level: SecurityLevel,
    /// The minor version of the standards, which may be older than any that can be targeted.
    pub(super) minor: u8,
    /// The place that asks for it.
    place: Span,
    asked_by: AskedBy,
}

/// Who asks for a level.
#[derive(Clone, Debug)]
pub(crate) enum AskedBy {
    /// The statement `security restricted`.
    Statement,
    /// A namespace, by its name.
    Namespace(SmolStr),
}

/// The label of a namespace that names the level.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The label that names its version.
const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
/// The oldest version of the standards whose rules are known.
const OLDEST_KNOWN: u8 = 25;

impl SecurityStandard {
    /// What the statement asks for.
    pub(super) fn of_statement(place: Span, version: Version) -> Self {
        Self { level: SecurityLevel::Restricted, minor: version.0, place, asked_by: AskedBy::Statement }
    }

    /// What a namespace with this metadata enforces in a cluster of a version; `None` if that forbids nothing, or is not
    /// known.
    pub(crate) fn of_namespace(name: &str, metadata: &Node, version: Version) -> Option<Self> {
        let labels = metadata.get("labels")?;
        let label = |key: &str| labels.entry(key).and_then(|entry| Some((entry, entry.node.as_text()?)));
        let (entry, level) = label(ENFORCE)?;
        let level = match level {
            "baseline" => SecurityLevel::Baseline,
            "restricted" => SecurityLevel::Restricted,
            _ => return None,
        };
        let minor = match label(ENFORCE_VERSION) {
            None | Some((_, "latest")) => version.0,
            Some((_, text)) => text.strip_prefix("v1.")?.parse::<u8>().ok()?.min(version.0),
        };
        let asked_by = AskedBy::Namespace(name.into());
        (minor >= OLDEST_KNOWN).then_some(Self { level, minor, place: entry.node.span, asked_by })
    }

    /// The level in words: whose it is.
    pub(super) fn text(&self) -> String {
        let level = self.level.name();
        match &self.asked_by {
            AskedBy::Statement => format!("`{level}`"),
            AskedBy::Namespace(name) => format!("the level `{level}` of namespace `{name}`"),
        }
    }

    /// The error about something that it forbids.
    pub(super) fn refusal(&self, span: Span, what: &str, help: &str) -> Diagnostic {
        let headline = format!("{what}, which {} forbids", self.text());
        match self.asked_by {
            AskedBy::Statement => Diagnostic::error(Code::NotRestricted, span, headline)
                .here("forbidden here")
                .label(self.place, "required here")
                .help(format!("{help}, or remove `security restricted`")),
            AskedBy::Namespace(_) => Diagnostic::error(Code::RefusedByPodSecurity, span, headline)
                .here("forbidden here")
                .label(self.place, "enforced here")
                .help(help),
        }
    }

    /// The error about what it requires and the pod does not set.
    pub(super) fn lack(&self, span: Span, what: &str) -> Diagnostic {
        let headline = format!("{what}, as {} requires", self.text());
        Diagnostic::error(Code::RefusedByPodSecurity, span, headline)
            .here("its pods are refused")
            .label(self.place, "enforced here")
    }
}
