//! Resolves volumes, in their short forms and as blocks.

use super::qualified::Declared;
use super::record::NameKind;
use super::resolve::Resolver;
use super::scope::Scope;
use super::types::mismatch;
use super::workload::Making;
use super::{PlacedName, Storage, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema::{self, FieldType};
use crate::object::{Map, Node, Value};
use crate::statement::StatementSpec;
use crate::syntax::tree::{Statement, SyntaxValue, ValueKind};

/// What a short form means: the field of a Volume for its source, and the field of the source for its value.
fn source_of(word: &str) -> (&'static str, &'static str) {
    match word {
        "claim" => ("persistentVolumeClaim", "claimName"),
        "secret" => ("secret", "secretName"),
        "configmap" => ("configMap", "name"),
        "host" => ("hostPath", "path"),
        "image" => ("image", "reference"),
        // `scratch` and `memory`
        _ => ("emptyDir", "sizeLimit"),
    }
}

impl<'a> Resolver<'a> {
    /// `volume NAME [source] { … }`
    pub(super) fn volume(
        &mut self,
        entry: &'static StatementSpec,
        statement: &'a Statement,
        scope: &Scope,
        making: &mut Making<'a>,
    ) {
        let Some(head) = self.head(entry, statement) else { return };
        let name = head.plain("name").map(|filled| self.typed(filled.value, filled.ty, scope));
        let declared = name.and_then(|name| Declared::of(&name, scope)).or_else(|| self.unnamed(statement));
        let Some(declared) = declared else { return };
        self.declare_in_pod(&declared, NameKind::Volume);
        let name = declared.in_pod();
        let mut fields = Map::default();
        fields.set("name", name.span, Node::text(name.span, name.text.clone()));
        let chosen = head.chosen();
        let (source, key) = source_of(chosen.map_or("scratch", |clause| clause.word));
        let short = chosen.map(|clause| {
            let mut object = Map::default();
            if clause.word == "memory" {
                object.insert("medium", clause.span, scope.layer, Node::text(clause.span, "Memory")).ok();
            }
            if let Some(filled) = clause.values.first() {
                let node = if self.misplaced_size(clause.word, filled.value) {
                    Node::new(filled.value.span, Value::Unresolved)
                } else {
                    self.typed(filled.value, filled.ty, scope)
                };
                object.insert(key, filled.value.span, scope.layer, node).ok();
            }
            if let Some(field) = schema::VOLUME.field(source) {
                self.supported(
                    &field.since,
                    || format!("`volume {} {}`", name.text, clause.word),
                    clause.span,
                );
            }
            object
        });
        match (short, &statement.block) {
            (Some(mut object), block) => {
                if let (Some(block), Some(FieldType::Object(inner))) =
                    (block, schema::VOLUME.field(source).map(|field| &field.ty))
                {
                    self.fields(inner, block, &mut object, scope);
                }
                let span = head.chosen().map_or(statement.head(), |clause| clause.span);
                fields.set(source, span, Node::new(statement.head(), Value::Map(object)));
            }
            (None, Some(block)) if !block.statements.is_empty() => {
                self.fields(&schema::VOLUME, block, &mut fields, scope);
                self.misplaced_name(&name, &fields);
            }
            (None, _) => fields.set("emptyDir", statement.head(), Node::map(statement.head())),
        }
        let storage = storage_of(&fields);
        let fields = Node::new(statement.span, Value::Map(fields));
        making.add_volume(
            scope.layer,
            Volume { name, qualified: declared.name, storage, span: statement.head(), fields },
        );
    }

    /// Reports another name in the block of a volume.
    fn misplaced_name(&mut self, name: &PlacedName, fields: &Map) {
        let Some(entry) = fields.entry("name").filter(|entry| entry.node.as_text() != Some(&*name.text))
        else {
            return;
        };
        self.report(
            Diagnostic::error(
                Code::UseTheStatement,
                entry.key_span,
                "a volume's name belongs after `volume`",
            )
            .here("not needed")
            .help("write `volume NAME { … }`"),
        );
    }

    /// Reports a size where the name of what the volume is made of is expected.
    fn misplaced_size(&mut self, source: &str, value: &SyntaxValue) -> bool {
        let ValueKind::Number(size) = &value.kind else { return false };
        let has_unit = !size.ends_with(|last: char| last.is_ascii_digit());
        if !matches!(source, "claim" | "secret" | "configmap") || !has_unit || self.is_recording() {
            return false;
        }
        let error = mismatch(value.span, &format!("the name of a {source}"), &format!("the amount `{size}`"));
        let named = format!("write the name in quotes: `{source} \"NAME\"`");
        let error = error.help(if source == "claim" {
            format!("{named}; the claim itself has the size")
        } else {
            named
        });
        self.report(error.help(format!("write `scratch {size}` for space that is gone with the pod")));
        true
    }
}

fn storage_of(fields: &Map) -> Storage {
    match fields.get("emptyDir") {
        None => Storage::Filled,
        Some(source) if source.get("medium").and_then(Node::as_text) == Some("Memory") => Storage::Memory,
        Some(_) => Storage::Scratch,
    }
}
