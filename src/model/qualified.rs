//! Names the volumes and containers of a pod as a source does: plain, or with the part that declares them.
//!
//! Invariant: lookups compare these names, and [`QualifiedName::in_pod`] alone makes the name that Kubernetes gets.

use super::Name;
use super::scope::Scope;
use crate::object::Node;
use crate::source::Span;
use smol_str::{SmolStr, format_smolstr};
use std::fmt;

/// The name of a volume or a container, and the part that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QualifiedName {
    /// The part.
    pub part: Option<SmolStr>,
    /// The name without the part.
    pub name: SmolStr,
}

impl QualifiedName {
    /// A name that stands in no part.
    pub fn plain(name: impl Into<SmolStr>) -> Self {
        Self { part: None, name: name.into() }
    }

    /// Reads `name` or `part.name`.
    pub(super) fn read(written: &str) -> Self {
        match written.split_once('.') {
            Some((part, name)) => Self { part: Some(part.into()), name: name.into() },
            None => Self::plain(written),
        }
    }

    /// The name in the pod: `part-name`.
    pub fn in_pod(&self) -> SmolStr {
        match &self.part {
            Some(part) => format_smolstr!("{part}-{}", self.name),
            None => self.name.clone(),
        }
    }

    /// How it is written inside a part: there the part's own names stand alone.
    pub(super) fn written_in(&self, part: Option<&SmolStr>) -> String {
        if self.part.as_ref() == part { self.name.to_string() } else { self.to_string() }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{part}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A name that is declared, and where.
pub(super) struct Declared {
    pub(super) name: QualifiedName,
    pub(super) span: Span,
}

impl Declared {
    /// The name that a node declares at its place.
    pub(super) fn of(node: &Node, scope: &Scope) -> Option<Self> {
        let name = QualifiedName { part: scope.part.map(SmolStr::new), name: node.as_text()?.into() };
        Some(Self { name, span: node.span })
    }

    /// The name in the pod.
    pub(super) fn in_pod(&self) -> Name {
        Name { text: self.name.in_pod(), span: self.span }
    }
}

/// A reference to a volume or a container, and the part in which it was written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// The name as it was written.
    pub(super) name: QualifiedName,
    pub(super) span: Span,
    /// The part whose names come first.
    pub(super) inside: Option<SmolStr>,
}

impl Named {
    /// A reference by the compiler to what it adds itself.
    pub(super) fn plain(name: SmolStr, span: Span) -> Self {
        Self { name: QualifiedName::plain(name), span, inside: None }
    }

    /// The names that it may mean, the nearest first.
    pub(super) fn candidates(&self) -> impl Iterator<Item = QualifiedName> {
        let inner = self.inside.clone().filter(|_| self.name.part.is_none());
        let inner = inner.map(|part| QualifiedName { part: Some(part), ..self.name.clone() });
        inner.into_iter().chain([self.name.clone()])
    }
}
