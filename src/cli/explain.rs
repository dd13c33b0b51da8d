//! `initflow explain`: explains every name that a source, a message or `initflow.toml` has.

use super::console::Console;
use super::exit_status::Status;
use super::markdown;
use crate::diagnostic::screen::{Column, Page, Screen, Style, Styled, Table};
use crate::diagnostic::{Code, nearest};
use crate::explain::{names, pages};
use clap::Args;

const HELP: &str = "\
Examples:
  initflow explain                               list all diagnostics
  initflow explain unwritten-volume              explain a diagnostic
  initflow explain fetch                         explain a statement
  initflow explain fetch.into                    explain a statement inside another one
  initflow explain secret                        explain a function of `env`
  initflow explain std.cloud_sql_proxy           explain a template of the library
  initflow explain context.mesh                  explain a setting of initflow.toml
  initflow explain containers                    explain what replaces a name of Kubernetes
  initflow explain Container.imagePullPolicy     explain a field of Kubernetes";

/// What to explain.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct ExplainArguments {
    /// A diagnostic, a statement, a function, a type, a template of the library, a setting, a Kubernetes object, or one of its
    /// fields: `Container.image`
    name: Option<String>,
}

pub(super) fn run(arguments: &ExplainArguments, console: &mut Console) -> Status {
    let Some(name) = &arguments.name else {
        console.print(&list(console.screen()));
        return console.finish();
    };
    // A message in a terminal shows a name in brackets.
    let name = name.trim_matches(|letter| matches!(letter, '[' | ']' | '`'));
    let texts = pages(name);
    if texts.is_empty() {
        console.trouble(&format!(
            "there is no diagnostic, statement, function, type, template, setting or Kubernetes field named `{name}`"
        ));
        match nearest(name, names().iter().map(String::as_str)) {
            Some(near) => console.help(&format!("use `{near}`")),
            None => console.help("`initflow explain` lists all diagnostics"),
        }
        return console.finish();
    }
    console.print(&markdown::shown(&texts.join("\n"), console.screen()));
    console.finish()
}

/// All diagnostics with their summaries.
fn list(screen: Screen) -> String {
    let mut table = Table::new(&[Column::text("name"), Column::text("what is wrong")]).untitled();
    for code in Code::ALL {
        table.row([Styled::new(Style::Code, code.name()), code.summary().into()]);
    }
    let mut page = Page::new(screen);
    page.table(&table);
    page.finish()
}
