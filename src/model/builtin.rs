//! Built-in steps: their statements gathered, and what they become put below everything that the author wrote.

use super::Direction;
use super::draft::{COMMAND, COMPILER, Draft, StepOption};
use super::references::{MountDraft, Named};
use super::resolve::Resolver;
use super::scope::Scope;
use crate::diagnostic::Diagnostic;
use crate::object::{Map, Node, Value};
use crate::statement::{Entry, Type};
use crate::steps::{Given, GivenOption, KINDS};
use crate::syntax::tree::Statement;
use smol_str::{SmolStr, format_smolstr};

/// Where a step mounts a volume that it names without a path.
const MOUNT_ROOT: &str = "/initflow";

impl Resolver<'_> {
    /// A statement of a built-in step alone.
    pub(super) fn step_option(
        &mut self,
        draft: &mut Draft,
        entry: &'static Entry,
        statement: &Statement,
        scope: &Scope,
    ) {
        let Some(head) = self.head(entry, statement) else { return };
        let mut values = Vec::new();
        let mut volume = None;
        for filled in head.all() {
            if filled.ty == Type::Volume {
                volume = self.reference(filled.value, filled.ty, scope);
            }
            values.push(self.typed(filled.value, filled.ty, scope));
        }
        let span = statement.name.span;
        let same = |option: &StepOption| option.name == entry.name;
        if let Some(before) =
            draft.options.iter().find(|option| same(option) && option.layer == scope.layer && !entry.repeats)
        {
            let before = before.span;
            return self.duplicate(entry.name, span, before);
        }
        draft.options.retain(|option| !same(option) || option.layer >= scope.layer);
        draft.options.push(StepOption { name: entry.name, layer: scope.layer, values, volume, span });
    }

    /// Turns a built-in step's statements into what a container has.
    pub(super) fn lower_step(&mut self, draft: &mut Draft) {
        let Some(kind) = KINDS.iter().find(|kind| kind.keyword == draft.keyword) else { return };
        draft.settle_command();
        let own = draft.fields.entry("command").map(|entry| entry.key_span);
        let given = Given { span: draft.span, command: own, options: self.given(draft) };
        let words = own.or_else(|| draft.fields.entry("args").map(|entry| entry.key_span));
        if draft.keyword != "migrate"
            && let Some(words) = words
        {
            self.report(
                Diagnostic::error(
                    "use-the-statement",
                    words,
                    format!("the compiler writes the command of a `{}`", draft.keyword),
                )
                .here("not expected")
                .help("to run a command of your own, make this a `step`"),
            );
            return;
        }
        let mut diagnostics = Vec::new();
        let lowered = (kind.lower)(&given, &mut diagnostics);
        let failed = !diagnostics.is_empty();
        for diagnostic in diagnostics {
            // What is missing may be what could not be understood.
            if diagnostic.name != "missing-statement" || !draft.unclear {
                self.report(diagnostic);
            }
        }
        let span = draft.span;
        let Some(lowered) = lowered else {
            // What is missing has been reported: no further message about the image or the command.
            if (failed || own.is_none()) && draft.fields.get("image").is_none() && draft.keyword != "migrate"
            {
                draft.fields.set("image", span, Node::new(span, Value::Unresolved));
            }
            return;
        };
        if let Some(image) = lowered.image
            && draft.fields.get("image").is_none()
        {
            draft.fields.insert("image", span, COMPILER, Node::text(span, image.reference())).ok();
        }
        for (key, words) in COMMAND.into_iter().zip([lowered.command, lowered.args]) {
            if !words.is_empty() && draft.fields.get(key).is_none() {
                let words = words.into_iter().map(|word| Node::text(span, word)).collect();
                draft.fields.insert(key, span, COMPILER, Node::new(span, Value::List(words))).ok();
            }
        }
        for (name, value) in lowered.env {
            let mut variable = Map::default();
            variable.set("name", span, Node::text(span, name));
            variable.set("value", span, Node::text(span, value));
            draft.env.push((COMPILER, Node::new(span, Value::Map(variable))));
        }
    }

    /// The options with the mounts that they imply.
    fn given(&mut self, draft: &mut Draft) -> Vec<GivenOption> {
        let mut given = Vec::with_capacity(draft.options.len());
        for option in std::mem::take(&mut draft.options) {
            let mount_path = option.volume.map(|volume| {
                let known = draft.mounts.iter_mut().find(|mount| mount.volume.text == volume.text);
                if let Some(mount) = known
                    && let Some(path) =
                        mount.fields.get("mountPath").and_then(Node::as_text).map(SmolStr::new)
                {
                    if mount
                        .fields
                        .get("readOnly")
                        .is_some_and(|read_only| matches!(read_only.value, Value::Bool(true)))
                    {
                        self.report(read_only(&draft.name.text, &volume, mount));
                    }
                    if mount.direction != Direction::Updates {
                        mount.direction = Direction::Writes;
                    }
                    return path;
                }
                let path = format_smolstr!("{MOUNT_ROOT}/{}", volume.text.replace('.', "-"));
                let mut fields = Map::default();
                fields.set("mountPath", volume.span, Node::text(volume.span, path.clone()));
                let span = volume.span;
                draft.mounts.push(MountDraft {
                    layer: option.layer,
                    volume,
                    direction: Direction::Writes,
                    fields,
                    span,
                });
                path
            });
            given.push(GivenOption {
                name: option.name,
                span: option.span,
                values: option.values,
                mount_path,
            });
        }
        given
    }
}

fn read_only(step: &str, volume: &Named, mount: &MountDraft) -> Diagnostic {
    let name = &volume.text;
    Diagnostic::error(
        "read-only-volume",
        volume.span,
        format!("`{step}` writes `{name}`, which it mounts read-only"),
    )
    .here("cannot be written")
    .label(mount.span, "mounted read-only here")
    .help(format!("write `writes {name} at /path` there, or leave it out: the step mounts what it writes"))
}
