//! `initflow diff`: shows what changed between two revisions of sources: in a terminal, in a pull request, or to a tool.

use super::arguments::ProgramArguments;
use super::console::Console;
use super::each::{Outcome, compile_each, report};
use super::input::Input;
use super::status::Status;
use super::text_diff::diff;
use super::wanted::{Reading, Wanted};
use crate::compile::{Compilation, Compiled};
use crate::diagnostic::visible;
use crate::files::Grounds;
use crate::plan::compare::{Change, Revision, Total, compare};
use clap::{Args, ValueEnum};
use std::fmt::Write as _;
use std::path::Path;

const HELP: &str = "\
Examples:
  initflow diff old/shop.initflow shop.initflow
  initflow diff --format markdown old apps > comment.md
  git worktree add ../main main && initflow diff ../main/apps apps

Compares what the sources compile to, workload by workload. In folders, it compares each file with the file of the same
name in the other folder.";

/// What to compare, and how to show it.
#[derive(Args)]
#[command(after_help = HELP, mut_arg("paths", |paths| paths
        .num_args(2)
        .required(true)
        .value_names(["OLD", "NEW"])
        .help("The two revisions: files, or folders of sources")))]
pub(super) struct DiffArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    reading: Reading,
    /// The format of the output
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: DiffFormat,
    /// Fail with status 1 if something changed
    #[arg(long)]
    exit_code: bool,
}

/// The formats of the output.
#[derive(Clone, Copy, ValueEnum)]
enum DiffFormat {
    /// For a terminal
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For tools
    Json,
}

pub(super) fn run(arguments: &DiffArguments, console: &mut Console) -> Status {
    let DiffArguments { program, reading, format, exit_code } = arguments;
    let Some(grounds) = program.inputs.confined.grounds(console) else { return console.finish() };
    let sides: Vec<Option<Vec<RevisionSource>>> = program
        .inputs
        .paths
        .iter()
        .map(|path| revisions(program, path, reading.wanted(), &grounds, console))
        .collect();
    let [Some(old), Some(new)] = sides.as_slice() else { return console.finish() };
    let changes: Vec<(Option<String>, Change)> = pairs(old, new)
        .into_iter()
        .flat_map(|(path, old, new)| compare(old, new).into_iter().map(move |change| (path.clone(), change)))
        .collect();
    console.print(&match *format {
        DiffFormat::Text => visible::lines(&text(&changes)).into_owned(),
        DiffFormat::Markdown => visible::lines(&markdown(&changes)).into_owned(),
        DiffFormat::Json => visible::json(&json(&changes)).into_owned(),
    });
    if *exit_code && !changes.is_empty() {
        console.raise(Status::Errors);
    }
    console.finish()
}

/// A source of a revision: its path below the folder that the call names, and its workloads.
struct RevisionSource {
    path: Option<String>,
    workloads: Vec<Revision>,
}

/// The sources of one side; nothing if they have errors, which are reported.
fn revisions(
    program: &ProgramArguments,
    side: &Path,
    wanted: Wanted,
    grounds: &Grounds,
    console: &mut Console,
) -> Option<Vec<RevisionSource>> {
    let inputs = super::each::inputs_at(program, &[side.to_owned()], wanted, grounds, console);
    let make = |_: &Input, compiled: Compiled| {
        Revision::of(&compiled.workload, compiled.plan(), compiled.yaml(None))
    };
    let finish =
        |_: &Input, compilation: &mut Compilation<Revision>| std::mem::take(&mut compilation.workloads);
    let outcomes = compile_each(program, false, grounds, console, &inputs, make, finish)?;
    let mut sources = Vec::new();
    for (input, outcome) in inputs.iter().zip(outcomes) {
        match outcome {
            Outcome::Unreadable(trouble) => report(&trouble, console),
            // Warnings are reported when the sources are compiled.
            // A workload with errors would seem to be gone.
            Outcome::Compiled { compilation, .. } if compilation.failed() => {
                console.diagnostics(&input.name, &compilation.sources, &compilation.diagnostics);
            }
            Outcome::Compiled { made, .. } => {
                let workloads = made.unwrap_or_default();
                sources.push(RevisionSource { path: below(side, input), workloads });
            }
        }
    }
    (console.status() == Status::Fine).then_some(sources)
}

/// The path of a source below a folder; nothing if the call names the file itself.
fn below(side: &Path, input: &Input) -> Option<String> {
    let path = Path::new(&input.name).strip_prefix(side).ok().filter(|_| side.is_dir())?;
    Some(path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// Pairs the sources of both sides by their paths. Two files that the call names are a pair, whatever their names.
fn pairs<'s>(
    old: &'s [RevisionSource],
    new: &'s [RevisionSource],
) -> Vec<(Option<String>, &'s [Revision], &'s [Revision])> {
    let find = |sources: &'s [RevisionSource], path: &Option<String>| {
        sources.iter().find(|source| source.path == *path).map_or(&[][..], |source| &source.workloads)
    };
    let mut pairs: Vec<_> = new
        .iter()
        .map(|source| (source.path.clone(), find(old, &source.path), source.workloads.as_slice()))
        .collect();
    let gone = old.iter().filter(|source| new.iter().all(|other| other.path != source.path));
    pairs.extend(gone.map(|source| (source.path.clone(), source.workloads.as_slice(), &[][..])));
    pairs
}

fn title((path, change): &(Option<String>, Change)) -> String {
    let file = path.as_ref().map(|path| format!(" ({})", visible::plain(path))).unwrap_or_default();
    format!("{} {}{file}", change.kind.name(), change.name)
}

fn shown(total: &Total) -> (String, String) {
    let text = |quantity: Option<_>| {
        quantity
            .map_or("none".to_owned(), |quantity: crate::kubernetes::quantity::Quantity| quantity.to_string())
    };
    (text(total.old), text(total.new))
}

fn text(changes: &[(Option<String>, Change)]) -> String {
    if changes.is_empty() {
        return "the compiled objects have not changed\n".to_owned();
    }
    let mut out = String::new();
    for named in changes {
        let (_, change) = named;
        let _ = writeln!(out, "{}\n", title(named));
        for fact in &change.facts {
            let _ = writeln!(out, "  {fact}");
        }
        for total in &change.totals {
            let (old, new) = shown(total);
            let all = total.of_all().map(|all| format!(", {all} in all replicas")).unwrap_or_default();
            let by =
                if total.because.is_empty() { String::new() } else { format!(": set by {}", total.because) };
            let _ = writeln!(
                out,
                "  effective {} {old} → {new} ({}{all}){by}",
                total.resource,
                total.difference()
            );
        }
        let _ = writeln!(out, "\n{}", diff(("old", &change.yaml.0), ("new", &change.yaml.1)));
    }
    out
}

fn markdown(changes: &[(Option<String>, Change)]) -> String {
    if changes.is_empty() {
        return "The compiled objects have not changed.\n".to_owned();
    }
    let mut out = String::new();
    for named in changes {
        let (_, change) = named;
        let _ = writeln!(out, "### {}\n", escaped(&title(named)));
        for fact in &change.facts {
            let _ = writeln!(out, "- {}", escaped(fact));
        }
        if !change.totals.is_empty() {
            out.push_str("\n| effective request | before | after | a pod | all replicas | set by |\n|---|---:|---:|---:|---:|---|\n");
        }
        for total in &change.totals {
            let (old, new) = shown(total);
            let all = total.of_all().unwrap_or_default();
            let _ = writeln!(
                out,
                "| {} | {old} | {new} | {} | {all} | {} |",
                total.resource,
                total.difference(),
                escaped(&total.because)
            );
        }
        let difference = diff(("old", &change.yaml.0), ("new", &change.yaml.1));
        let fence = fence(&difference);
        let _ = writeln!(
            out,
            "\n<details><summary>YAML</summary>\n\n{fence}diff\n{difference}{fence}\n\n</details>\n"
        );
    }
    out
}

/// A Markdown fence that no backticks in the text can close.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Escapes a text so that Markdown shows it as it is, except for code in backticks.
fn escaped(text: &str) -> String {
    // Longer runs of backticks have rules of their own: if there are any, no backticks are treated as code.
    let has_code = !text.contains("``") && text.matches('`').count().is_multiple_of(2);
    let mut escaped = String::with_capacity(text.len());
    let mut code = false;
    for letter in text.chars() {
        code ^= letter == '`' && has_code;
        match letter {
            '|' => escaped.push_str("\\|"),
            '\n' | '\r' => escaped.push(' '),
            '<' if !code => escaped.push_str("&lt;"),
            '`' if !has_code => escaped.push_str("\\`"),
            '*' | '_' | '[' | ']' | '#' if !code => escaped.extend(['\\', letter]),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn json(changes: &[(Option<String>, Change)]) -> String {
    let change = |(path, change): &(Option<String>, Change)| {
        let totals = change.totals.iter().map(|total| {
            serde_json::json!({
                "resource": total.resource.as_str(),
                "old": total.old.map(|quantity| quantity.to_string()),
                "new": total.new.map(|quantity| quantity.to_string()),
                "difference": total.difference(),
                "ofAllReplicas": total.of_all(),
                "because": total.because,
            })
        });
        serde_json::json!({
            "path": path,
            "kind": change.kind.name(),
            "name": change.name.as_str(),
            "facts": change.facts,
            "totals": totals.collect::<Vec<_>>(),
            "yaml": { "old": change.yaml.0, "new": change.yaml.1 },
        })
    };
    let changes: Vec<serde_json::Value> = changes.iter().map(change).collect();
    format!("{:#}\n", serde_json::json!({ "version": 1, "changes": changes }))
}
