//! Generates the tables of the reference from the code, so they match what the compiler does.

use crate::no_complaints;
use crate::raised_by;
use initflow::compile::{Image, parameter_types};
use initflow::config::SETTINGS;
use initflow::diagnostic::Code;
use initflow::diagnostic::Severity;
use initflow::kubernetes::schema::{self, FieldType};
use initflow::kubernetes::version::{Availability, Version};
use initflow::vocabulary::StepKind;
use initflow::vocabulary::migration::{Lock, ScriptHelp, TOOLS};
use initflow::vocabulary::{REPLACED, entries_at};
use initflow::vocabulary::{StatementPlace, StatementSpec};
use std::fs;

const REFERENCE: &str = "grammar/reference.md";
const START: &str = "<!-- generated: ";
const END: &str = "<!-- end -->\n";

#[test]
fn the_tables_of_the_reference_are_those_of_the_code() {
    let text = fs::read_to_string(REFERENCE).expect("the reference can be read");
    assert!(text.starts_with("# The initflow language\n"), "{REFERENCE} is not the reference");
    let mut current = String::with_capacity(text.len());
    let mut complaints = Vec::new();
    let tables = StepKind::ALL.iter().map(|kind| kind.keyword()).chain([
        "items",
        "container",
        "images",
        "diagnostics",
    ]);
    let absent: Vec<&str> = tables.filter(|table| !text.contains(&format!("{START}{table} -->\n"))).collect();
    assert!(absent.is_empty(), "write a section with `{START}NAME -->` and `{}` for {absent:?}", END.trim());
    let mut parts = text.split(START);
    current.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("a table's name");
        let (written, after) = rest.split_once(END).expect("a table's end");
        let expected = table(name);
        if written != expected {
            complaints.push(format!("the table `{name}` of {REFERENCE} is stale\n"));
        }
        for part in [START, name, " -->\n", &expected, END, after] {
            current.push_str(part);
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(REFERENCE, current).expect("the reference can be written");
    } else {
        for complaint in &mut complaints {
            *complaint += "run `UPDATE=1 cargo test --test docs`";
        }
        no_complaints(&complaints);
    }
}

/// The table of a name: the heads of its columns, and its rows.
fn table(name: &str) -> String {
    match name {
        "items" => statements(StatementPlace::File),
        "workload" => statements(StatementPlace::Workload),
        "container" => statements(StatementPlace::Container),
        "env" => statements(StatementPlace::Environment),
        "replaced" => rows(
            "the API's name | instead",
            REPLACED.iter().map(|(name, instead)| vec![code(name), (*instead).to_owned()]),
        ),
        "settings" => rows(
            "setting | value",
            SETTINGS
                .iter()
                .filter(|setting| !setting.name.contains('.'))
                .map(|setting| vec![code(setting.shown), setting.meaning.to_owned()]),
        ),
        "types" => {
            rows("type | its values", parameter_types().map(|(name, values)| vec![code(name), values]))
        }
        "images" => rows(
            "name | image | runs | requests",
            Image::ALL.iter().map(|image| {
                let requests = format!("cpu {}, memory {}", image.needs().cpu, image.needs().memory);
                vec![code(image.key()), code(image.reference()), image.purpose().into(), requests]
            }),
        ),
        "tools" => rows(
            "tool | runs | finds its database by | a second run at the same time | killed, it leaves",
            tools(),
        ),
        "versions" => rows("field or value | known from | on by default from | feature gate", newer()),
        "library" => rows("template | parameters | what it is", templates()),
        "diagnostics" => rows(
            "name | | what is wrong",
            Code::ALL
                .iter()
                .map(|found| vec![code(found.name()), severity(*found).into(), found.summary().into()]),
        ),
        step => {
            let kind = StepKind::of(step);
            assert!(kind.is_some(), "{REFERENCE} has a table `{step}`, which is not generated");
            statements(StatementPlace::Step(kind.expect("a kind").keyword()))
        }
    }
}

fn statements(place: StatementPlace) -> String {
    let row = |entry: &'static StatementSpec| vec![code(&entry.signature()), entry.meaning.to_owned()];
    rows("statement | meaning", entries_at(place).map(row))
}

/// The tools of `migrate`.
fn tools() -> impl Iterator<Item = Vec<String>> {
    TOOLS.iter().map(|tool| {
        let name = match tool.script {
            Some(ScriptHelp::GolangMigrate) => "migrate ",
            Some(ScriptHelp::Atlas) => "atlas migrate apply",
            Some(ScriptHelp::Retry(_)) | None => "",
        };
        let command = format!("{name}{}", tool.command.join(" "));
        let lock = match tool.lock {
            Lock::Taken(then) => then,
            Lock::None => "is not kept out: `racing-migration`",
        };
        [code(tool.name), code(&command), tool.reads.into(), lock.into(), tool.killed.into()].into()
    })
}

/// The templates of the library: kind and name, each parameter with its comment, and the comment above without its title.
fn templates() -> impl Iterator<Item = Vec<String>> {
    let library = fs::read_to_string("src/std.initflow").expect("the library can be read");
    let paragraphs: Vec<String> = library.split("\n\n").map(str::to_owned).collect();
    paragraphs.into_iter().filter_map(|paragraph| {
        let (comment, template) = paragraph.split_once("\ntemplate ")?;
        let (head, rest) = template.split_once("(\n")?;
        let (parameters, _) = rest.split_once("\n) {")?;
        let parameters: Vec<String> = parameters.lines().map(parameter).collect();
        let comment = comment.lines().map(|line| line.trim_start_matches(['#', ' ']));
        let (kind, name) = head.split_once(' ')?;
        Some(vec![
            format!("`{kind} … from std.{name}`"),
            parameters.join("<br>"),
            comment.collect::<Vec<_>>().join(" "),
        ])
    })
}

fn parameter(line: &str) -> String {
    let (written, comment) = line.split_once(" # ").unwrap_or((line, ""));
    let written = code(written.trim().trim_end_matches(','));
    if comment.is_empty() { written } else { format!("{written} {}", comment.trim()) }
}

/// The fields and values that not every version has.
fn newer() -> impl Iterator<Item = Vec<String>> {
    let row = |name: String, since: &Availability| {
        let on = since.on.map_or_else(|| "-".to_owned(), |version| version.to_string());
        let gate = if since.gate.is_empty() { "-".to_owned() } else { code(since.gate) };
        vec![name, since.from.to_string(), on, gate]
    };
    let always = |since: &Availability| since.from == Version::OLDEST && since.on == Some(Version::OLDEST);
    schema::objects().iter().flat_map(move |object| {
        object.fields.iter().flat_map(move |field| {
            let own = format!("`{}.{}`", object.name, field.name);
            let mut found = Vec::new();
            if !always(&field.since) {
                found.push(row(own.clone(), &field.since));
            }
            if let FieldType::Enum(values) = &field.ty {
                let newer = values.iter().filter(|value| !always(&value.since));
                found.extend(newer.map(|value| row(format!("{own} `{}`", value.name), &value.since)));
            }
            found
        })
    })
}

/// The severity with which the program of the explanation raises it.
fn severity(found: Code) -> &'static str {
    let severity = raised_by(found, found.failing()).severity();
    if severity == Some(Severity::Warning) { "warning" } else { "error" }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn rows(heads: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let columns = heads.split(" | ").count();
    let mut table = format!("| {heads} |\n|{}\n", "---|".repeat(columns));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        table += "| ";
        table += &cells.join(" | ");
        table += " |\n";
    }
    table
}
