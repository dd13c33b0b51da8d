//! `initflow explain`: explains a diagnostic, a statement or a field of Kubernetes.

use super::console::Console;
use super::exit_status::Status;
use crate::diagnostic::{Code, nearest};
use crate::kubernetes::schema;
use crate::vocabulary;
use clap::Args;
use std::fmt::Write as _;

const HELP: &str = "\
Examples:
  initflow explain                               list all diagnostics
  initflow explain unwritten-volume              explain a diagnostic
  initflow explain fetch                         explain a statement
  initflow explain Container.imagePullPolicy     explain a field of Kubernetes";

/// What to explain.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct ExplainArguments {
    /// A diagnostic, a statement, a Kubernetes object, or one of its fields: `Container.image`
    name: Option<String>,
}

pub(super) fn run(arguments: &ExplainArguments, console: &mut Console) -> Status {
    let Some(name) = &arguments.name else {
        console.print(&list());
        return console.finish();
    };
    let found = [diagnostic(name), statement(name), object(name), field(name)];
    let texts: Vec<String> = found.into_iter().flatten().collect();
    if texts.is_empty() {
        console.trouble(&format!("there is no diagnostic, statement or Kubernetes field named `{name}`"));
        match nearest(name, names()) {
            Some(near) => console.help(&format!("use `{near}`")),
            None => console.help("`initflow explain` lists all diagnostics"),
        }
    }
    console.print(&texts.join("\n"));
    console.finish()
}

/// All diagnostics with their summaries.
fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    Code::ALL.iter().fold(String::new(), |mut list, code| {
        let _ = writeln!(list, "{code:width$}  {}", code.summary());
        list
    })
}

fn names() -> impl Iterator<Item = &'static str> {
    let diagnostics = Code::ALL.iter().map(|code| code.name());
    let statements = vocabulary::statements().map(|entry| entry.name);
    let objects = schema::objects().iter().map(|object| object.name);
    let fields = schema::objects().iter().flat_map(|object| object.fields.iter().map(|field| field.name));
    diagnostics.chain(statements).chain(objects).chain(fields)
}

fn diagnostic(name: &str) -> Option<String> {
    Some(name.parse::<Code>().ok()?.markdown())
}

/// A statement of the language, in each of its places.
fn statement(name: &str) -> Option<String> {
    let mut text = String::new();
    for entry in vocabulary::statements().filter(|entry| entry.name == name) {
        let places: Vec<String> = entry.places.iter().map(|place| place.phrase()).collect();
        let _ =
            writeln!(text, "{}\n  {}\n  belongs {}\n", entry.signature(), entry.meaning, places.join(", "));
    }
    text.pop();
    (!text.is_empty()).then_some(text)
}

/// An object of Kubernetes with the names of its fields.
fn object(name: &str) -> Option<String> {
    let object = schema::object(name)?;
    let fields: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
    Some(format!("{} (Kubernetes)\n  {}\n  fields: {}\n", object.name, object.doc, fields.join(", ")))
}

/// `Object.field`, or a field's name in every object that has it.
fn field(name: &str) -> Option<String> {
    let (of, name) = match name.split_once('.') {
        Some((object, field)) => (Some(object), field),
        None => (None, name),
    };
    let mut text = String::new();
    // `deployment.replicas`, as in the language, which leaves out the spec.
    let meant = |object: &str, of: &str| {
        object == of || object.strip_suffix("Spec").unwrap_or(object).eq_ignore_ascii_case(of)
    };
    for object in schema::objects().iter().filter(|object| of.is_none_or(|of| meant(object.name, of))) {
        if let Some(field) = object.field(name) {
            let _ = writeln!(text, "{}.{name} (Kubernetes)\n  {}\n", object.name, field.doc);
        }
    }
    text.pop();
    (!text.is_empty()).then_some(text)
}
