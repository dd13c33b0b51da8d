//! Writes init containers that plainly match a built-in step as that step.
//!
//! Invariant: this happens only on request. A comment above the step says what it does differently, and a warning what an
//! author may want to set.

use super::container::container;
use super::flow::Directions;
use super::source::{DraftToken, StatementDraft};
use crate::diagnostic::{Code, Diagnostic};
use crate::idioms::{Candidate, Idiom, MountPlace, Variable, of};
use crate::manifest::yaml::{YamlNode, YamlValue};
use crate::model::Role;
use crate::source::Span;
use crate::steps::StepKind;

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

/// A container that became a built-in step.
pub(super) struct BuiltInDraft {
    pub(super) statement: StatementDraft,
    pub(super) note: Diagnostic,
    /// The volume whose files are now in a folder of it.
    pub(super) moved: Option<(String, String)>,
}

/// The built-in step that an init container plainly matches.
pub(super) fn built_in(
    node: &YamlNode,
    directions: &Directions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<BuiltInDraft> {
    let idiom = of(&candidate(node, directions)?)?;
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
    let changes = idiom.changes.iter().map(|change| format!("Changed: {change}.").into());
    statement.comments.above.extend(changes);
    let note = note(node, place, &idiom);
    Some(BuiltInDraft { statement, note, moved: idiom.volume.zip(idiom.folder) })
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

/// The container as the recognizer sees it; `None` if its command is not texts.
fn candidate<'n>(node: &'n YamlNode, directions: &Directions) -> Option<Candidate<'n>> {
    let items = |key: &str| node.get(key).map(YamlNode::items).unwrap_or_default();
    let words = |key: &str| -> Option<Vec<&str>> { items(key).iter().map(YamlNode::as_text).collect() };
    let text = |node: &'n YamlNode, key: &str| node.get(key).and_then(YamlNode::as_text);
    let name = text(node, "name").unwrap_or_default();
    let mounts = items("volumeMounts").iter().filter_map(|mount| {
        let volume = text(mount, "name")?;
        Some(MountPlace {
            volume,
            path: text(mount, "mountPath")?,
            is_whole: ["subPath", "subPathExpr"].iter().all(|key| mount.get(key).is_none()),
            is_fresh: directions.is_fresh(volume),
            is_first: directions.is_first(name, volume),
        })
    });
    let variables = items("env").iter().filter_map(|variable| {
        let value = text(variable, "value").filter(|value| !value.contains("$("));
        Some(Variable { name: text(variable, "name")?, value })
    });
    Some(Candidate {
        image: text(node, "image"),
        command: words("command")?,
        args: words("args")?,
        working_dir: text(node, "workingDir"),
        mounts: mounts.collect(),
        variables: variables.collect(),
        has_other_variables: node.get("envFrom").is_some(),
        // What does not compile is not converted.
        has_namespace: true,
        is_plain_root: node.get("securityContext").is_none_or(is_plain_root),
    })
}

/// Whether a security context only says that a container runs as root.
fn is_plain_root(context: &YamlNode) -> bool {
    context.entries().iter().all(|entry| match (entry.key.as_str(), &entry.node.value) {
        ("runAsUser" | "runAsGroup", YamlValue::Number(number)) => number == "0",
        ("runAsNonRoot", YamlValue::Bool(is_set)) => !is_set,
        ("allowPrivilegeEscalation" | "readOnlyRootFilesystem" | "privileged", _) => true,
        _ => false,
    })
}

/// The container without the fields that the step sets.
fn rest(node: &YamlNode, idiom: &Idiom) -> YamlNode {
    let said = |key: &str| match key {
        "command" | "args" => true,
        "image" | "imagePullPolicy" => !idiom.keeps_image,
        // The step takes the rights that it needs.
        "securityContext" => idiom.kind == StepKind::Own,
        // Its paths are in volumes.
        "workingDir" => idiom.kind != StepKind::Migrate,
        // A step that only waits needs no files except those that it waits for.
        "volumeMounts" => idiom.kind == StepKind::Wait,
        _ => false,
    };
    let mut entries = node.entries().to_vec();
    entries.retain(|entry| !said(&entry.key));
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
    for change in &idiom.changes {
        note = note.help(format!("check this change: {change}"));
    }
    for hint in &idiom.hints {
        note = note.help(*hint);
    }
    note.help("import without --idioms to keep the container unchanged")
}
