//! Converts init containers that clearly match a built-in step to that step.
//!
//! Invariant: a container becomes a step only if its whole command is one of a few known ones with plain words. A warning
//! lists what changes. This happens only on request.

mod clone;
mod copy;
mod fetch;
mod migrate;
mod own;
mod shell;
mod step;
mod wait;

use super::container::container;
use super::flow::Directions;
use super::source::{DraftToken, StatementDraft};
use super::yaml::{YamlNode, YamlValue};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Role;
use crate::source::Span;
use crate::steps::StepKind;
use step::{Idiom, Step};

/// Which init containers become built-in steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Idioms {
    /// None: the source means exactly what the manifest does.
    #[default]
    Never,
    /// All that clearly match one.
    Wherever,
    /// Of those, the ones at these places.
    Only(Vec<Span>),
}

/// The idioms, in the order in which they are tried.
const IDIOMS: [fn(&Step) -> Option<Idiom>; 6] =
    [wait::of, clone::of, fetch::of, own::of, copy::of, migrate::of];

/// The built-in step that an init container clearly matches, and the warning about it.
pub(super) fn built_in(
    node: &YamlNode,
    directions: &Directions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(StatementDraft, Diagnostic)> {
    let step = Step { node, command: shell::command(node)?, directions };
    let idiom = IDIOMS.iter().find_map(|idiom| idiom(&step))?;
    let mut statement = container(&rest(node, &idiom), Role::Step, directions, diagnostics);
    let place = place(node);
    let origin = node.entry("command").or(node.entry("args")).map_or(place, |entry| entry.key_span);
    if let Some(keyword) = statement.head.first_mut() {
        *keyword = DraftToken::new(place, idiom.kind.keyword());
    }
    let own = idiom.statements.iter().map(|words| {
        let head = words.iter().map(|word| DraftToken::new(origin, word.as_str())).collect();
        StatementDraft::new(origin, head)
    });
    let block = statement.block.get_or_insert_default();
    let after_image = usize::from(idiom.keeps_image);
    block.splice(after_image..after_image, own);
    Some((statement, note(node, place, &idiom)))
}

/// The places of the containers that became built-in steps.
pub(super) fn became(diagnostics: &[Diagnostic]) -> impl Iterator<Item = Span> {
    let notes = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::BecameStep);
    notes.map(|note| note.primary.span)
}

/// The place that identifies a container: its name, or else the whole container.
fn place(node: &YamlNode) -> Span {
    node.get("name").map_or(node.span, |name| name.span)
}

impl Idioms {
    /// Whether a container may become a built-in step.
    pub(super) fn allow(&self, node: &YamlNode) -> bool {
        match self {
            Self::Never => false,
            Self::Wherever => true,
            Self::Only(places) => places.contains(&place(node)),
        }
    }
}

/// The container without the fields that the step sets.
fn rest(node: &YamlNode, idiom: &Idiom) -> YamlNode {
    let said: &[&str] = if idiom.keeps_image {
        &["command", "args"]
    } else {
        &["image", "imagePullPolicy", "command", "args"]
    };
    let mut entries = node.entries().to_vec();
    entries.retain(|entry| !said.contains(&entry.key.as_str()));
    // A step that only waits needs no files except those that it waits for.
    entries.retain(|entry| entry.key != "volumeMounts" || idiom.kind != StepKind::Wait);
    for entry in entries.iter_mut().filter(|entry| entry.key == "volumeMounts") {
        if let YamlValue::List(mounts) = &mut entry.node.value {
            mounts.retain(|mount| mount.get("name").and_then(YamlNode::as_text) != idiom.volume.as_deref());
        }
    }
    YamlNode { span: node.span, value: YamlValue::Map(entries) }
}

fn note(node: &YamlNode, place: Span, idiom: &Idiom) -> Diagnostic {
    let name = node.get("name").and_then(YamlNode::as_text).unwrap_or_default();
    let headline = format!("`{name}` becomes a built-in step, `{}`", idiom.kind.keyword());
    let mut note =
        Diagnostic::warning(Code::BecameStep, place, headline).here("does not do exactly the same");
    if !idiom.keeps_image {
        let image = node.get("image").and_then(YamlNode::as_text).unwrap_or_default();
        note = note.help(format!("check that the image of the built-in step can replace `{image}`"));
    }
    for change in idiom.changes {
        note = note.help(*change);
    }
    note.help("import without --idioms to keep the container unchanged")
}
