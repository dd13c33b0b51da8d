//! Reads a file of test expectations and checks its cases.
//!
//! ```toml
//! [[case]]
//! name = "production waits for its database"
//! profile = "prod"                              # or set = { replicas = 3 }, kube = "1.34"
//! order = ["database", "schema", "web"]         # the containers, in the order in which they start
//! requests = { cpu = "500m", memory = "1Gi" }   # the pod's effective totals
//! snapshot = "snapshots/shop.yaml"              # what it compiles to
//!
//! [[case]]
//! name = "a port is needed"
//! source = 'use "platform.initflow" …'          # instead of the file next to this one
//! fails = "missing-argument"                    # must fail to compile, with this diagnostic
//! ```
//!
//! Invariant: reading never fails; whatever cannot be used is reported at its place, like an error in a source.

use crate::config::{Placed, Tables};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use crate::model::{Role, Setting};
use crate::plan::{Plan, Start};
use crate::source::{SourceFile, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a test expects of a source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// The name of the case.
    pub name: String,
    /// The place of the case.
    pub span: Option<Span>,
    /// The source, if the case contains it.
    pub source: Option<Placed>,
    /// The file, relative to that of the expectations; by default the one next to it.
    pub file: Option<Placed>,
    /// The profile that sets params.
    pub profile: Option<Placed>,
    /// The version of Kubernetes.
    pub kube: Option<Version>,
    /// Values of params.
    pub set: Vec<Setting>,
    /// The workload that order and totals are about; required if there are several.
    pub workload: Option<Placed>,
    /// The containers in the order in which they start: all of them, or all steps and sidecars.
    pub order: Option<Vec<Placed>>,
    /// Effective requests, by resource.
    pub requests: Vec<(Placed, Quantity)>,
    /// Effective limits, by resource.
    pub limits: Vec<(Placed, Quantity)>,
    /// The file with the YAML, relative to that of the expectations.
    pub snapshot: Option<Placed>,
    /// The error that the source must have.
    pub fails: Option<Placed>,
    /// Exactly the warnings that the source must have.
    pub warns: Option<Vec<Placed>>,
}

/// The settings of a case.
pub(crate) const SETTINGS: [&str; 13] = [
    "name", "source", "file", "profile", "kube", "set", "workload", "order", "requests", "limits",
    "snapshot", "fails", "warns",
];

/// Reads a file of expectations.
pub(crate) fn read(source: &SourceFile) -> (Vec<Case>, Vec<Diagnostic>) {
    Tables::read(source, |tables, table| {
        let mut cases = Vec::new();
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("case", DeValue::Array(values)) => {
                    cases.extend(values.iter().filter_map(|value| case(tables, value)));
                }
                ("case", _) => {
                    let span = tables.span(value.span());
                    tables.report(
                        Diagnostic::error(Code::TypeMismatch, span, "expected a list of tables for `case`")
                            .here("not a list of tables")
                            .help("write `[[case]]` on a line of its own above each case"),
                    );
                }
                (unknown, _) => tables.unknown(key, format!("unknown setting `{unknown}`"), &["case"]),
            }
        }
        cases
    })
}

fn case(tables: &mut Tables<'_>, value: &Spanned<DeValue<'_>>) -> Option<Case> {
    let table = tables.table("case", value, "name = \"…\"")?;
    let mut case = Case { span: Some(tables.span(value.span())), ..Case::default() };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match name {
            "name" => case.name = tables.placed(name, value)?.text,
            "source" => case.source = tables.placed(name, value),
            "file" => case.file = tables.placed(name, value),
            "profile" => case.profile = tables.placed(name, value),
            "kube" => case.kube = version(tables, value),
            "set" => case.set = settings(tables, value),
            "workload" => case.workload = tables.placed(name, value),
            "order" => case.order = Some(tables.texts(name, value)),
            "requests" => case.requests = amounts(tables, name, value),
            "limits" => case.limits = amounts(tables, name, value),
            "snapshot" => case.snapshot = tables.placed(name, value),
            "fails" => {
                case.fails = {
                    let expected = tables.placed(name, value);
                    diagnostic(tables, expected)
                }
            }
            "warns" => {
                let names = tables.texts(name, value);
                case.warns =
                    Some(names.into_iter().filter_map(|name| diagnostic(tables, Some(name))).collect());
            }
            unknown => tables.unknown(key, format!("unknown setting `{unknown}` of a case"), &SETTINGS),
        }
    }
    Some(case)
}

fn version(tables: &mut Tables<'_>, value: &Spanned<DeValue<'_>>) -> Option<Version> {
    let text = tables.placed("kube", value)?;
    text.text
        .parse()
        .map_err(|reason: String| {
            tables.report(
                Diagnostic::error(Code::UnknownValue, text.span, reason)
                    .here("not a version that the compiler knows"),
            );
        })
        .ok()
}

fn settings(tables: &mut Tables<'_>, value: &Spanned<DeValue<'_>>) -> Vec<Setting> {
    let Some(table) = tables.table("set", value, "tag = \"v2\"") else { return Vec::new() };
    entries(table)
        .filter_map(|(key, value)| {
            let name = key.get_ref().to_string();
            let text = tables.plain(&name, value)?;
            Some(Setting { origin: format!("`{name}` in `set`"), ..Setting::new(name, text) })
        })
        .collect()
}

fn entries<'v>(
    table: &'v DeTable<'v>,
) -> impl Iterator<Item = (&'v Spanned<toml::de::DeString<'v>>, &'v Spanned<DeValue<'v>>)> {
    table.iter()
}

fn amounts(tables: &mut Tables<'_>, name: &str, value: &Spanned<DeValue<'_>>) -> Vec<(Placed, Quantity)> {
    let Some(table) = tables.table(name, value, "cpu = \"500m\"") else { return Vec::new() };
    entries(table)
        .filter_map(|(key, value)| {
            let resource = Placed { text: key.get_ref().to_string(), span: tables.span(key.span()) };
            let text = tables.plain(&resource.text, value)?;
            match Quantity::parse(&text) {
                Ok(quantity) => Some((resource, quantity)),
                Err(_) => {
                    let span = tables.span(value.span());
                    tables.report(
                        Diagnostic::error(Code::UnknownValue, span, format!("`{text}` is not a quantity"))
                            .here("expected a quantity of Kubernetes")
                            .help("use a form such as `\"500m\"` or `\"1Gi\"`"),
                    );
                    None
                }
            }
        })
        .collect()
}

fn diagnostic(tables: &mut Tables<'_>, name: Option<Placed>) -> Option<Placed> {
    let name = name?;
    if name.text.parse::<Code>().is_ok() {
        return Some(name);
    }
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    tables.unknown_at(
        &name,
        Code::UnknownValue,
        format!("there is no diagnostic named `{}`", name.text),
        &known,
    );
    None
}

impl Case {
    /// The expectations that the plans and diagnostics of a source do not meet, each with its place.
    pub(crate) fn broken(&self, plans: &[Plan], diagnostics: &[Diagnostic]) -> Vec<(Option<Span>, String)> {
        let named = |severity| {
            let mut names: Vec<&str> = diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == severity)
                .map(|diagnostic| diagnostic.code.name())
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let errors = named(Severity::Error);
        if let Some(expected) = &self.fails {
            let found = match errors.as_slice() {
                [only] if *only == expected.text => return Vec::new(),
                [] => "the source compiles".to_owned(),
                others => format!("the source has {}", others.join(", ")),
            };
            return vec![(Some(expected.span), format!("expected the error {}, but {found}", expected.text))];
        }
        if !errors.is_empty() {
            return vec![(self.span, format!("the source does not compile: {}", errors.join(", ")))];
        }
        let mut broken = Vec::new();
        if let Some(expected) = &self.warns {
            let mut names: Vec<&str> = expected.iter().map(|name| name.text.as_str()).collect();
            names.sort_unstable();
            let found = named(Severity::Warning);
            if names != found {
                broken.push((self.span, format!("expected the warnings {names:?}, found {found:?}")));
            }
        }
        if self.order.is_some() || !self.requests.is_empty() || !self.limits.is_empty() {
            match self.plan(plans) {
                Ok(plan) => self.totals(plan, &mut broken),
                Err(fault) => broken.push(fault),
            }
        }
        broken
    }

    /// The plan that order and totals are about.
    fn plan<'p>(&self, plans: &'p [Plan]) -> Result<&'p Plan, (Option<Span>, String)> {
        let names = || plans.iter().map(|plan| plan.name.as_str()).collect::<Vec<_>>().join(", ");
        match (&self.workload, plans) {
            (Some(wanted), _) => plans.iter().find(|plan| plan.name == wanted.text).ok_or_else(|| {
                (Some(wanted.span), format!("unknown workload {}: use one of {}", wanted.text, names()))
            }),
            (None, [only]) => Ok(only),
            (None, _) => Err((self.span, format!("set `workload` to one of {}", names()))),
        }
    }

    fn totals(&self, plan: &Plan, broken: &mut Vec<(Option<Span>, String)>) {
        if let Some(order) = &self.order {
            let expected: Vec<&str> = order.iter().map(|name| name.text.as_str()).collect();
            // Without the name of an app, the expectation is about what is before the apps.
            let is_app = |start: &&Start| start.role == Role::App;
            let mut apps = plan.order.iter().filter(is_app);
            let is_whole = apps.any(|app| expected.contains(&app.name.as_str()));
            let named = plan.order.iter().filter(|start| is_whole || !is_app(start));
            let found: Vec<&str> = named.map(|start| start.name.as_str()).collect();
            if expected != found {
                let span = order.first().map(|first| first.span).or(self.span);
                broken.push((
                    span,
                    format!("expected the order {}, found {}", expected.join(", "), found.join(", ")),
                ));
            }
        }
        for (resource, expected) in &self.requests {
            let found = plan.requests.iter().find(|request| request.resource == resource.text);
            if found.is_none_or(|found| found.quantity != *expected) {
                let found = found.map_or("none".to_owned(), |found| {
                    format!("{}, set by {}", found.quantity, found.because)
                });
                let text =
                    format!("expected effective requests of {} {expected}, found {found}", resource.text);
                broken.push((Some(resource.span), text));
            }
        }
        for (resource, expected) in &self.limits {
            let found = plan.limits.iter().find(|limit| limit.resource == resource.text);
            let holds =
                found.is_some_and(|found| found.unbounded_by.is_none() && found.quantity == Some(*expected));
            if !holds {
                let found = found.map_or("none".to_owned(), ToString::to_string);
                let text =
                    format!("expected effective limits of {} {expected}, found {found}", resource.text);
                broken.push((Some(resource.span), text));
            }
        }
    }
}
