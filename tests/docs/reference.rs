//! Generates the tables of the reference from the code, so they match what the compiler does.

use crate::{contracts, no_complaints, pages, raised_by};
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

const START: &str = "<!-- generated: ";
const END: &str = "<!-- end -->\n";

#[test]
fn the_tables_of_the_reference_are_those_of_the_code() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut found = Vec::new();
    let mut complaints = Vec::new();
    for page in pages() {
        let written = fs::read_to_string(&page).expect("a page can be read");
        let (current, tables) = with_current_tables(&page, &written);
        found.extend(tables);
        if current != written && update {
            fs::write(&page, current).expect("a page can be written");
        } else if current != written {
            complaints.push(format!("the tables of {page} are stale: run `UPDATE=1 cargo test --test docs`"));
        }
    }
    for table in tables() {
        let times = found.iter().filter(|found| **found == table).count();
        if times != 1 {
            complaints.push(format!(
                "{times} pages have the table `{table}`: write `{START}{table} -->` and `{}` into one",
                END.trim()
            ));
        }
    }
    no_complaints(&complaints);
}

/// The names of all tables.
fn tables() -> Vec<String> {
    let steps = StepKind::ALL.iter().map(|kind| kind.keyword().to_owned());
    let images = StepKind::ALL.iter().map(|kind| format!("{IMAGES_OF}{}", kind.keyword()));
    TABLES.map(str::to_owned).into_iter().chain(steps).chain(images).chain(contracts::tables()).collect()
}

/// What the name of the table of a step's images begins with.
const IMAGES_OF: &str = "images ";

/// The tables besides those of each built-in step and of the contracts.
const TABLES: [&str; 12] = [
    "types",
    "replaced",
    "items",
    "workload",
    "container",
    "env",
    "settings",
    "images",
    "tools",
    "versions",
    "library",
    "diagnostics",
];

/// A page with the tables as the code has them, and the names of these tables.
fn with_current_tables(page: &str, text: &str) -> (String, Vec<String>) {
    let tables = tables();
    let mut parts = text.split(START);
    let mut current = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("a table's name");
        let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("{page}: `{name}` has no end"));
        assert!(
            tables.iter().any(|table| table == name),
            "{page} has a table `{name}`, which is not generated"
        );
        for part in [START, name, " -->\n", &table(name), END, after] {
            current.push_str(part);
        }
        names.push(name.to_owned());
    }
    (current, names)
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
        "images" => images(|_| true),
        "tools" => rows(
            "tool | runs | finds its database by | a second run at the same time | killed, it leaves",
            tools(),
        ),
        "versions" => rows("field or value | known from | on by default from | feature gate", newer()),
        "library" => rows("template | parameters | what it is", templates()),
        "diagnostics" => rows(
            "name | severity | what is wrong",
            Code::ALL
                .iter()
                .map(|found| vec![code(found.name()), severity(*found).into(), found.summary().into()]),
        ),
        step if step.starts_with(IMAGES_OF) => {
            let step = step.trim_start_matches(IMAGES_OF);
            images(|image| image.key().split('-').next() == Some(step))
        }
        contract if contract.starts_with(contracts::PREFIX) => {
            rows("field | value | meaning", contracts::fields(contract))
        }
        step => statements(StatementPlace::Step(StepKind::of(step).expect("a built-in step").keyword())),
    }
}

fn statements(place: StatementPlace) -> String {
    let row = |entry: &'static StatementSpec| vec![code(&entry.signature()), entry.meaning.to_owned()];
    rows("statement | meaning", entries_at(place).map(row))
}

/// Some images of the built-in steps.
fn images(is_shown: impl Fn(&Image) -> bool) -> String {
    let row = |image: &Image| {
        let requests = format!("cpu {}, memory {}", image.needs().cpu, image.needs().memory);
        vec![code(image.key()), code(image.reference()), image.purpose().into(), requests]
    };
    rows("name | image | runs | requests", Image::ALL.iter().filter(|image| is_shown(image)).map(row))
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
