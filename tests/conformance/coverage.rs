//! Records which parts of the vocabulary and of the schema the judged programs have, and which none of them has.

use crate::generate::{all_fields, is_out_of_reach};
use crate::report::Report;
use crate::source::Program;
use initflow::kubernetes::schema::{FieldType, ObjectSchema, object};
use initflow::vocabulary::{CONTAINERS, statements};
use initflow::vocabulary::{Clause, Slot, StatementPlace, StatementSpec};
use serde_json::Value;
use std::collections::BTreeSet;

const WORKLOADS: &[&str] = &["pod", "deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob"];
const FUNCTIONS: &[&str] = &[
    "secret(",
    "configmap(",
    "field(",
    "resource(",
    "file(",
    "optional: true",
    "optional: false",
    "apiVersion: ",
    "container: ",
    "divisor: ",
];
const TYPES: &[&str] = &[
    "int",
    "bool",
    "string",
    "cpu",
    "memory",
    "duration",
    "image",
    "url",
    "path",
    "port",
    "volume",
    "container",
];

/// The parts that have been seen.
#[derive(Default)]
pub(crate) struct Coverage {
    seen: BTreeSet<(&'static str, String)>,
}

impl Coverage {
    /// Records the source of a program that compiled.
    pub(crate) fn program(&mut self, program: &Program) {
        let text = program.to_string();
        self.find("functions and arguments", FUNCTIONS, |function| text.contains(function));
        self.find("types of params", TYPES, |ty| text.contains(&format!(": {ty}")));
        for statement in program.statements.iter().chain(&program.library) {
            self.statement(statement, StatementPlace::File);
        }
    }

    fn find(&mut self, table: &'static str, items: &[&str], is_there: impl Fn(&str) -> bool) {
        self.seen.extend(items.iter().filter(|item| is_there(item)).map(|item| (table, (*item).to_owned())));
    }

    fn statement(&mut self, statement: &crate::source::Statement, place: StatementPlace) {
        let name = statement.name.as_str();
        let entry = initflow::vocabulary::entry(place, name)
            .or_else(|| initflow::vocabulary::entry(StatementPlace::Container, name));
        if let Some(entry) = entry {
            self.seen.insert(("statements", named(entry)));
            for clause in
                clauses(entry).filter(|clause| statement.values.iter().any(|value| value == clause.word))
            {
                self.seen.insert(("clauses", format!("{} {}", named(entry), clause.word)));
            }
        }
        let word = if name == "template" || name == "defaults" {
            statement.values.first().map_or("", String::as_str)
        } else {
            name
        };
        let inside = match word {
            word if WORKLOADS.contains(&word) || word == "part" => StatementPlace::Workload,
            "when" | "else" => place,
            word => match CONTAINERS.iter().find(|container| **container == word) {
                Some(container) => StatementPlace::Step(container),
                None if name == "env" => StatementPlace::Environment,
                None if name == "defaults" => StatementPlace::Container,
                None => return,
            },
        };
        for inner in statement.block.iter().flatten() {
            self.statement(inner, inside);
        }
    }

    /// Records an object that was judged.
    pub(crate) fn object(&mut self, value: &Value) {
        let Some(kind) = value["kind"].as_str() else { return };
        self.seen.insert(("kinds", kind.to_owned()));
        if let Some(object) = object(kind) {
            self.fields(object, value);
        }
    }

    fn fields(&mut self, object: &'static ObjectSchema, value: &Value) {
        for field in object.fields {
            let Some(value) = value.get(field.name) else { continue };
            self.seen.insert(("fields", format!("{}.{}", object.name, field.name)));
            self.value(&format!("{}.{}", object.name, field.name), &field.ty, value);
        }
    }

    fn value(&mut self, path: &str, ty: &FieldType, value: &Value) {
        match ty {
            FieldType::Object(object) => self.fields(object, value),
            FieldType::List(item) => {
                value.as_array().into_iter().flatten().for_each(|value| self.value(path, item, value));
            }
            FieldType::Enum(_) => {
                self.seen.insert((
                    "values of enumerations",
                    format!("{path} {}", value.as_str().unwrap_or_default()),
                ));
            }
            _ => {}
        }
    }

    /// Adds to a report how many of all parts were seen, and those that were not.
    pub(crate) fn report(&self, report: &mut Report) {
        let entries = statements;
        self.table(report, "statements", &entries().map(named).collect());
        let of = |entry: &'static StatementSpec| {
            clauses(entry).map(move |clause| format!("{} {}", named(entry), clause.word))
        };
        self.table(report, "clauses", &entries().flat_map(of).collect());
        self.table(report, "functions and arguments", &FUNCTIONS.iter().map(ToString::to_string).collect());
        self.table(report, "types of params", &TYPES.iter().map(ToString::to_string).collect());
        let kinds = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"];
        self.table(report, "kinds", &kinds.map(str::to_owned).into());
        let fields = all_fields();
        self.table(
            report,
            "fields",
            &fields.iter().map(|(object, field)| format!("{}.{}", object.name, field.name)).collect(),
        );
        let mut values = BTreeSet::new();
        for (object, field) in fields {
            if let FieldType::Enum(members) | FieldType::List(FieldType::Enum(members)) = &field.ty {
                values.extend(
                    members.iter().map(|member| format!("{}.{} {}", object.name, field.name, member.name)),
                );
            }
        }
        self.table(report, "values of enumerations", &values);
    }

    fn table(&self, report: &mut Report, table: &'static str, all: &BTreeSet<String>) {
        let missing: Vec<&String> =
            all.iter().filter(|item| !self.seen.contains(&(table, (*item).clone()))).collect();
        report.note(format!("{table}: {} of {}", all.len() - missing.len(), all.len()));
        for item in missing {
            let path = item.split(' ').next().unwrap_or_default();
            let reason = match path.split_once('.') {
                Some((object, field)) if is_out_of_reach(object, field) => ": only running pods have them",
                _ => "",
            };
            report.note(format!("    not seen: {item}{reason}"));
        }
    }
}

/// A statement with the place that distinguishes it from others with the same name.
fn named(entry: &StatementSpec) -> String {
    match entry.places {
        [StatementPlace::Step(kind), ..] => format!("{kind}: {}", entry.name),
        _ => entry.name.to_owned(),
    }
}

fn clauses(entry: &'static StatementSpec) -> impl Iterator<Item = &'static Clause> {
    entry.head.iter().filter_map(|slot| match slot {
        Slot::Clause(clause) => Some(*clause),
        _ => None,
    })
}
