//! Sorts fields into the levels of a workload: the outermost that has the field, or the one that is named.

use super::qualified::Declared;
use super::record::NameKind;
use super::resolve::Resolver;
use super::scope::Scope;
use super::types::one_of;
use super::workload::Making;
use super::{PlacedName, QualifiedName, Storage, Volume, WorkloadKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::object::{Map, Node, Value};
use crate::statement::{StatementPlace, StatementSpec};
use crate::syntax::tree::Statement;
use crate::vocabulary;
use smol_str::SmolStr;

impl<'a> Resolver<'a> {
    /// `metadata { … }`, `job { … }` or `pod { … }`
    pub(super) fn level(
        &mut self,
        entry: &'static StatementSpec,
        statement: &'a Statement,
        scope: &Scope,
        making: &mut Making<'a>,
    ) {
        let (Some(_), Some(block)) = (self.head(entry, statement), &statement.block) else { return };
        let kind = making.kind;
        let (metadata, spec, object) = match entry.name {
            "metadata" => {
                return self.fields(&schema::OBJECT_META, block, &mut making.metadata, scope);
            }
            "job" if kind == WorkloadKind::CronJob => {
                (&mut making.job_metadata, &mut making.job_spec, &schema::JOB_SPEC)
            }
            "pod" if kind != WorkloadKind::Pod => {
                (&mut making.pod_metadata, &mut making.pod_spec, &schema::POD_SPEC)
            }
            name => {
                let only = if name == "job" {
                    "only a `cronjob` has a Job template"
                } else {
                    "a `pod` has no Pod template: its fields belong directly in it"
                };
                self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        statement.name.span,
                        format!("`{name}` is not allowed in a `{}`", kind.keyword()),
                    )
                    .here(only),
                );
                return;
            }
        };
        self.each(&block.statements, scope, |resolver, statement, live| {
            let (mut no_metadata, mut no_spec) = (Map::default(), Map::default());
            let (metadata, spec) =
                if live { (&mut *metadata, &mut *spec) } else { (&mut no_metadata, &mut no_spec) };
            if statement.name.text == "metadata" && !statement.name.quoted {
                if let Some(block) = &statement.block {
                    resolver.fields(&schema::OBJECT_META, block, metadata, scope);
                }
            } else if let Some(field) = schema::OBJECT_META.field(&statement.name.text) {
                resolver.field(&schema::OBJECT_META, field, statement, metadata, scope);
            } else if let Some(field) = field_of(object, &statement.name.text) {
                resolver.field(object, field, statement, spec, scope);
            } else if vocabulary::entry(StatementPlace::Workload, &statement.name.text).is_some() {
                resolver.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        statement.name.span,
                        format!("`{}` is not allowed in `{}`", statement.name.text, entry.name),
                    )
                    .here("it belongs in the workload itself"),
                );
            } else {
                let known = schema::OBJECT_META.fields.iter().chain(object.fields).map(|field| field.name);
                resolver.unknown_statement(statement, known, object.name);
            }
        });
    }

    /// A field of the outermost level that has it.
    pub(super) fn level_field(&mut self, statement: &'a Statement, scope: &Scope, making: &mut Making<'a>) {
        let name = statement.name.text.as_str();
        if scope.part.is_some() {
            let known = vocabulary::entries_at(StatementPlace::Workload).map(|entry| entry.name);
            self.unknown_statement(statement, known, "part");
            return;
        }
        if name == "labels" {
            return self.field_statement(&schema::OBJECT_META, statement, &mut making.labels, scope);
        }
        if name == "volumeClaimTemplates" && making.kind == WorkloadKind::StatefulSet {
            return self.claim_template(statement, scope, making);
        }
        if let Some(field) = schema::OBJECT_META.field(name) {
            return self.field(&schema::OBJECT_META, field, statement, &mut making.metadata, scope);
        }
        let mut levels = making.levels();
        for (object, map) in &mut levels {
            if let Some(field) = field_of(object, name) {
                return self.field(object, field, statement, map, scope);
            }
        }
        let known: Vec<&str> = vocabulary::entries_at(StatementPlace::Workload)
            .map(|entry| entry.name)
            .chain(levels.iter().flat_map(|(object, _)| object.fields.iter().map(|field| field.name)))
            .chain(schema::OBJECT_META.fields.iter().map(|field| field.name))
            .collect();
        if vocabulary::entry(StatementPlace::Container, name).is_some()
            || schema::CONTAINER.field(name).is_some()
        {
            self.report(
                Diagnostic::error(
                    Code::MisplacedStatement,
                    statement.name.span,
                    format!("`{name}` is not allowed directly in a workload"),
                )
                .here("it belongs in a container")
                .help(format!("put it in an `app`, a `step` or a `sidecar`: `app web {{ {name} … }}`")),
            );
            return;
        }
        self.record_texts(statement, scope);
        let kind = making.kind.keyword();
        let has = |spec: &&'static schema::ObjectSchema| {
            field_of(spec, name).is_some() || (name == "volumeClaimTemplates" && spec.field(name).is_some())
        };
        let others = WorkloadKind::ALL.iter().filter(|kind| kind.specs().iter().any(has));
        let others: Vec<&str> = others.map(|kind| kind.keyword()).collect();
        if !others.is_empty() {
            self.report(
                Diagnostic::error(
                    Code::MisplacedStatement,
                    statement.name.span,
                    format!("`{name}` is not allowed in a `{kind}`"),
                )
                .here(format!("allowed only in {}", one_of(others.into_iter()))),
            );
            return;
        }
        // It may hold the containers.
        making.unclear |= vocabulary::REPLACED.iter().any(|(replaced, _)| *replaced == name);
        self.unknown_statement(statement, known.into_iter(), kind);
    }

    /// `volumeClaimTemplates { … }`
    fn claim_template(&mut self, statement: &'a Statement, scope: &Scope, making: &mut Making<'a>) {
        let Some(block) = &statement.block else {
            self.report(
                Diagnostic::error(
                    Code::MissingBlock,
                    statement.head(),
                    "`volumeClaimTemplates` needs a block",
                )
                .here("expected `{ … }` after this"),
            );
            return;
        };
        let mut fields = Map::default();
        self.fields(&schema::PERSISTENT_VOLUME_CLAIM, block, &mut fields, scope);
        let node = Node::new(statement.span, Value::Map(fields));
        let name = match node.at("metadata.name") {
            Some(name) => PlacedName { text: name.as_text().unwrap_or_default().into(), span: name.span },
            None => PlacedName { text: SmolStr::default(), span: statement.name.span },
        };
        let qualified = QualifiedName::plain(name.text.clone());
        if !name.text.is_empty() {
            let declared = Declared { name: qualified.clone(), span: name.span };
            self.declare_in_pod(&declared, NameKind::Volume);
        }
        let span = statement.head();
        let volume = Volume { name, qualified, storage: Storage::ClaimTemplate, span, fields: node };
        making.add_volume(scope.layer, volume);
    }
}

/// A field of a spec, unless the language has a statement for it.
fn field_of(object: &'static schema::ObjectSchema, name: &str) -> Option<&'static schema::Field> {
    if vocabulary::REPLACED.iter().any(|(replaced, _)| *replaced == name) || name == "volumeClaimTemplates" {
        return None;
    }
    object.field(name)
}
