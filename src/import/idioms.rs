//! Init containers that are plainly a built-in step as that step.
//!
//! Invariant: a container becomes a step only where its whole command is one of a few known ones with plain words; what
//! changes by it is said. Without being asked for, nothing here happens.

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
use super::source::{Statement, Token};
use super::yaml::{Node, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Role;
use crate::source::Span;
use step::{Idiom, Step};

/// Which init containers become built-in steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Idioms {
    /// None: what is imported means just what the manifest does.
    #[default]
    Never,
    /// All that plainly are one.
    Wherever,
    /// Of those, the ones in these places.
    Only(Vec<Span>),
}

/// The idioms, in the order in which they are tried.
const IDIOMS: [fn(&Step) -> Option<Idiom>; 6] =
    [wait::of, clone::of, fetch::of, own::of, copy::of, migrate::of];

/// The built-in step that an init container plainly is, and the note about it.
pub(super) fn built_in(
    node: &Node,
    directions: &Directions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Statement, Diagnostic)> {
    let step = Step { node, command: shell::command(node)? };
    let idiom = IDIOMS.iter().find_map(|idiom| idiom(&step))?;
    let mut statement = container(&rest(node, &idiom), Role::Step, directions, diagnostics);
    let place = place(node);
    let origin = node.entry("command").or(node.entry("args")).map_or(place, |entry| entry.key_span);
    if let Some(keyword) = statement.head.first_mut() {
        *keyword = Token::new(place, idiom.keyword);
    }
    let own = idiom.statements.iter().map(|words| {
        let head = words.iter().map(|word| Token::new(origin, word.as_str())).collect();
        Statement::new(origin, head)
    });
    let block = statement.block.get_or_insert_default();
    let after_image = usize::from(idiom.keeps_image);
    block.splice(after_image..after_image, own);
    Some((statement, note(node, place, &idiom)))
}

/// Where the containers are that became built-in steps.
pub(super) fn became(diagnostics: &[Diagnostic]) -> impl Iterator<Item = Span> {
    let notes = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::BecameStep);
    notes.map(|note| note.primary.span)
}

/// How a container is told from others: by its name, or else as a whole.
fn place(node: &Node) -> Span {
    node.get("name").map_or(node.span, |name| name.span)
}

impl Idioms {
    /// Whether a container may become a built-in step.
    pub(super) fn allow(&self, node: &Node) -> bool {
        match self {
            Self::Never => false,
            Self::Wherever => true,
            Self::Only(places) => places.contains(&place(node)),
        }
    }
}

/// The container without what the step writes by itself.
fn rest(node: &Node, idiom: &Idiom) -> Node {
    let said: &[&str] = if idiom.keeps_image {
        &["command", "args"]
    } else {
        &["image", "imagePullPolicy", "command", "args"]
    };
    let mut entries = node.entries().to_vec();
    entries.retain(|entry| !said.contains(&entry.key.as_str()));
    // Who only waits has no use for other files than those that it waits for.
    entries.retain(|entry| entry.key != "volumeMounts" || idiom.keyword != "wait");
    for entry in entries.iter_mut().filter(|entry| entry.key == "volumeMounts") {
        if let Value::List(mounts) = &mut entry.node.value {
            mounts.retain(|mount| mount.get("name").and_then(Node::as_text) != idiom.volume.as_deref());
        }
    }
    Node { span: node.span, value: Value::Map(entries) }
}

fn note(node: &Node, place: Span, idiom: &Idiom) -> Diagnostic {
    let name = node.get("name").and_then(Node::as_text).unwrap_or_default();
    let headline = format!("`{name}` becomes a built-in step, `{}`", idiom.keyword);
    let mut note =
        Diagnostic::warning(Code::BecameStep, place, headline).here("not what it was to the letter");
    if !idiom.keeps_image {
        let image = node.get("image").and_then(Node::as_text).unwrap_or_default();
        note = note.help(format!("it runs in the image of the built-in step, no longer in `{image}`"));
    }
    for change in idiom.changes {
        note = note.help(*change);
    }
    note.help("import without --idioms to keep it as it is")
}
