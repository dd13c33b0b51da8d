//! Shows answers of the server as text that people can read: places with the words there, edits as the changed lines.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::folder::Folder;
use crate::text::{Encoding, Text};

/// The names of the protocol's kinds of symbols and completions, by number.
const SYMBOLS: &[&str] = &[
    "",
    "file",
    "module",
    "namespace",
    "package",
    "class",
    "method",
    "property",
    "field",
    "constructor",
    "enum",
    "interface",
    "function",
    "variable",
    "constant",
    "string",
    "number",
    "boolean",
    "array",
    "object",
    "key",
    "null",
    "enum member",
    "struct",
    "event",
    "operator",
    "type parameter",
];
const COMPLETIONS: &[&str] = &[
    "",
    "text",
    "method",
    "function",
    "constructor",
    "field",
    "variable",
    "class",
    "interface",
    "module",
    "property",
    "unit",
    "value",
    "enum",
    "keyword",
    "snippet",
    "color",
    "file",
    "reference",
    "folder",
    "enum member",
    "constant",
    "struct",
    "event",
    "operator",
    "type parameter",
];
const SEVERITIES: &[&str] = &["", "error", "warning", "information", "hint"];

pub(crate) fn diagnostic(folder: &Folder, uri: &str, diagnostic: &Value) -> String {
    let severity = kind(SEVERITIES, &diagnostic["severity"]);
    let code = diagnostic["code"].as_str().unwrap_or("(no code)");
    let message = diagnostic["message"].as_str().unwrap();
    let mut shown = format!("{severity} {code} at {}: {message}\n", place(folder, uri, &diagnostic["range"]));
    if let Some(link) = diagnostic["codeDescription"]["href"].as_str() {
        shown += &format!("  explained: {link}\n");
    }
    for related in list(&diagnostic["relatedInformation"]) {
        let location = &related["location"];
        let uri = location["uri"].as_str().unwrap();
        let place = place(folder, uri, &location["range"]);
        shown += &format!("  see {} {place}: {}\n", folder.name(uri), related["message"].as_str().unwrap());
    }
    for tag in list(&diagnostic["tags"]) {
        shown += &format!("  {}\n", if *tag == 1 { "unnecessary" } else { "deprecated" });
    }
    shown
}

/// An action with its kind, the diagnostics that it is for, and its command.
pub(crate) fn action(title: &str, action: &Value) -> String {
    let mut shown = format!("{title} ({}", action["kind"].as_str().unwrap());
    if action["isPreferred"] == true {
        shown += ", preferred";
    }
    for diagnostic in list(&action["diagnostics"]) {
        shown += &format!(", for {}", diagnostic["code"].as_str().unwrap());
    }
    shown += ")";
    if let Some(command) = action["command"]["command"].as_str() {
        shown += &format!(": {command} {}", action["command"]["arguments"]);
    }
    shown + "\n"
}

pub(crate) fn completion(item: &Value) -> String {
    let label = item["label"].as_str().unwrap();
    let mut shown = format!("{label} ({})", kind(COMPLETIONS, &item["kind"]));
    let detail = item["detail"].as_str().or(item["labelDetails"]["detail"].as_str());
    if let Some(detail) = detail {
        shown += &format!(" {detail}");
    }
    let inserted = item["textEdit"]["newText"].as_str().or(item["insertText"].as_str());
    if let Some(inserted) = inserted.filter(|inserted| *inserted != label) {
        shown += &format!(" → {inserted:?}");
    }
    shown + "\n"
}

pub(crate) fn hover(folder: &Folder, uri: &str, hover: &Value) -> String {
    if hover.is_null() {
        return "nothing".to_owned();
    }
    let range = hover.get("range").map(|range| place(folder, uri, range)).unwrap_or_default();
    format!("{range}\n{}", markup(&hover["contents"]))
}

/// The text of a description, whatever its form.
pub(crate) fn markup(contents: &Value) -> String {
    match contents {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(markup).collect::<Vec<_>>().join("\n"),
        _ => contents["value"].as_str().unwrap_or_default().to_owned(),
    }
}

/// The lines that have hints, with them.
pub(crate) fn hints(folder: &Folder, uri: &str, hints: &Value) -> String {
    let text = folder.text(uri).unwrap();
    let mut hints: Vec<(usize, String)> = list(hints)
        .map(|hint| {
            let label = match &hint["label"] {
                Value::String(label) => label.clone(),
                parts => list(parts).map(|part| part["value"].as_str().unwrap()).collect(),
            };
            (text.offset(&hint["position"]), label)
        })
        .collect();
    hints.sort_by_key(|(at, _)| *at);
    let mut shown = text.text.clone();
    for (at, label) in hints.iter().rev() {
        shown.insert_str(*at, &format!("⟦{label}⟧"));
    }
    shown.lines().filter(|line| line.contains('⟦')).fold(String::new(), |all, line| all + line + "\n")
}

/// Places in any file.
pub(crate) fn places(folder: &Folder, places: &Value) -> String {
    let one = std::slice::from_ref(places);
    let places = match places {
        Value::Null => &[],
        Value::Array(places) => places.as_slice(),
        _ => one,
    };
    if places.is_empty() {
        return "nothing".to_owned();
    }
    let mut shown = String::new();
    for found in places {
        let uri = found["uri"].as_str().or(found["targetUri"].as_str()).unwrap();
        let range = found.get("range").unwrap_or(&found["targetSelectionRange"]);
        shown += &format!("{} {}\n", folder.name(uri), place(folder, uri, range));
    }
    shown
}

/// A container of a call hierarchy.
pub(crate) fn member(folder: &Folder, item: &Value) -> String {
    let uri = item["uri"].as_str().unwrap();
    let text = folder.text(uri).unwrap();
    let (whole, own) = (text.span(&item["range"]), text.span(&item["selectionRange"]));
    assert!(whole.start <= own.start && own.end <= whole.end, "a head outside its statement: {item}");
    let (name, detail) = (item["name"].as_str().unwrap(), item["detail"].as_str().unwrap());
    format!("{name} ({detail}) {} {}", folder.name(uri), place(folder, uri, &item["selectionRange"]))
}

/// The lines that an edit changes, file by file.
pub(crate) fn edit(folder: &Folder, edit: &Value) -> String {
    let mut files: Vec<(String, String, Vec<Value>)> = Vec::new();
    for (uri, edits) in edit["changes"].as_object().into_iter().flatten() {
        files.push((uri.clone(), String::new(), list(edits).cloned().collect()));
    }
    let mut created = Vec::new();
    for change in list(&edit["documentChanges"]) {
        if change["kind"] == "create" {
            created.push(change["uri"].as_str().unwrap());
            continue;
        }
        let document = &change["textDocument"];
        let version = document["version"].as_i64().map(|version| format!(", version {version}"));
        let uri = document["uri"].as_str().unwrap().to_owned();
        files.push((uri, version.unwrap_or_default(), list(&change["edits"]).cloned().collect()));
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    let mut shown = String::new();
    for (uri, version, edits) in files {
        let is_new = created.contains(&uri.as_str());
        let empty = Text::new("", Encoding::Utf16);
        let text = if is_new { Some(&empty) } else { folder.text(&uri) };
        let text = text.unwrap_or_else(|| panic!("an edit of {uri}, which does not exist"));
        let new = if is_new { ", new" } else { "" };
        shown += &format!("{}{version}{new}\n", folder.name(&uri));
        shown += &lines_that_differ(&text.text, &text.edited(&edits));
    }
    if shown.is_empty() { "nothing".to_owned() } else { shown }
}

/// The lines that are only in one of two texts.
pub(crate) fn lines_that_differ(old: &str, new: &str) -> String {
    let difference = TextDiff::from_lines(old, new);
    let changes = difference.iter_all_changes().filter_map(|change| {
        let sign = match change.tag() {
            ChangeTag::Equal => return None,
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        };
        Some(format!("{sign} {}\n", change.value().trim_end_matches('\n')))
    });
    changes.collect()
}

pub(crate) fn prepared(folder: &Folder, uri: &str, prepared: &Value) -> String {
    match prepared.get("placeholder") {
        Some(name) => format!("{} as {name}", place(folder, uri, &prepared["range"])),
        None if prepared.is_null() => "nothing".to_owned(),
        None => place(folder, uri, prepared),
    }
}

pub(crate) fn symbols(folder: &Folder, uri: &str, symbols: &Value) -> String {
    let text = folder.text(uri).unwrap();
    let mut shown = String::new();
    for symbol in list(symbols) {
        let (whole, own) = (text.span(&symbol["range"]), text.span(&symbol["selectionRange"]));
        assert!(whole.start <= own.start && own.end <= whole.end, "a name outside its symbol: {symbol}");
        let name = symbol["name"].as_str().unwrap();
        let detail = symbol["detail"].as_str().unwrap_or_default();
        let lines = format!("{}-{}", line(&symbol["range"]["start"]), line(&symbol["range"]["end"]));
        shown += &format!("{name} ({}) {detail} {lines}\n", kind(SYMBOLS, &symbol["kind"]));
        shown += &indented("  ", &self::symbols(folder, uri, &symbol["children"]));
    }
    shown
}

pub(crate) fn workspace_symbols(folder: &Folder, symbols: &Value) -> String {
    let mut shown = String::new();
    for symbol in list(symbols) {
        let uri = symbol["location"]["uri"].as_str().unwrap();
        let name = symbol["name"].as_str().unwrap();
        let place = place(folder, uri, &symbol["location"]["range"]);
        let inside = symbol["containerName"].as_str().map(|name| format!(" in {name}")).unwrap_or_default();
        shown +=
            &format!("{name} ({}){inside} {} {place}\n", kind(SYMBOLS, &symbol["kind"]), folder.name(uri));
    }
    if shown.is_empty() { "nothing".to_owned() } else { shown }
}

pub(crate) fn highlights(folder: &Folder, uri: &str, highlights: &Value) -> String {
    let mut shown = String::new();
    for highlight in list(highlights) {
        let how = kind(&["", "text", "read", "write"], &highlight["kind"]);
        shown += &format!("{how} {}\n", place(folder, uri, &highlight["range"]));
    }
    if shown.is_empty() { "nothing".to_owned() } else { shown }
}

pub(crate) fn folding(ranges: &Value) -> String {
    let number = |value: &Value| value.as_u64().unwrap() + 1;
    list(ranges).fold(String::new(), |all, range| {
        let kind = range["kind"].as_str().map(|kind| format!(" {kind}")).unwrap_or_default();
        all + &format!("{}-{}{kind}\n", number(&range["startLine"]), number(&range["endLine"]))
    })
}

/// The selection ranges, from the innermost to the outermost.
pub(crate) fn selection(folder: &Folder, uri: &str, ranges: &Value) -> String {
    let mut shown = String::new();
    let mut next = ranges.get(0);
    while let Some(range) = next.filter(|range| !range.is_null()) {
        shown += &format!("{}\n", place(folder, uri, &range["range"]));
        next = range.get("parent");
    }
    shown
}

pub(crate) fn signature(help: &Value) -> String {
    let mut shown = String::new();
    for signature in list(&help["signatures"]) {
        let label = signature["label"].as_str().unwrap();
        let active = help["activeParameter"].as_u64().or(signature["activeParameter"].as_u64());
        let parameter =
            active.and_then(|active| signature["parameters"].get(usize::try_from(active).unwrap()));
        shown += &format!("{label}\n");
        if let Some(parameter) = parameter {
            let name = match &parameter["label"] {
                Value::String(name) => name.clone(),
                ends => {
                    let units: Vec<u16> = label.encode_utf16().collect();
                    let end = |at: usize| usize::try_from(ends[at].as_u64().unwrap()).unwrap();
                    String::from_utf16(&units[end(0)..end(1)]).unwrap()
                }
            };
            shown += &format!("  at `{name}` {}\n", markup(&parameter["documentation"]));
        }
        shown += &indented("  ", &markup(&signature["documentation"]));
    }
    if shown.is_empty() { "nothing".to_owned() } else { shown }
}

/// Each token with its type and modifiers.
pub(crate) fn tokens(folder: &Folder, uri: &str, legend: &Value, tokens: &Value) -> String {
    let text = folder.text(uri).unwrap();
    let numbers: Vec<u64> = list(&tokens["data"]).map(|number| number.as_u64().unwrap()).collect();
    let (mut line, mut character) = (0, 0);
    let mut shown = String::new();
    for token in numbers.chunks_exact(5) {
        character = if token[0] == 0 { character + token[1] } else { token[1] };
        line += token[0];
        let at = |character: u64| text.offset(&serde_json::json!({ "line": line, "character": character }));
        let word = &text.text[at(character)..at(character + token[2])];
        let class = legend["tokenTypes"][usize::try_from(token[3]).unwrap()].as_str().unwrap();
        let modifiers =
            list(&legend["tokenModifiers"]).enumerate().filter(|(bit, _)| token[4] >> bit & 1 == 1);
        let modifiers = modifiers.fold(String::new(), |all, (_, name)| all + "." + name.as_str().unwrap());
        shown += &format!("{}:{} {word} {class}{modifiers}\n", line + 1, character + 1);
    }
    shown
}

pub(crate) fn links(folder: &Folder, uri: &str, links: &Value) -> String {
    let mut shown = String::new();
    for link in list(links) {
        let target = folder.name(link["target"].as_str().unwrap());
        shown += &format!("{} → {target}\n", place(folder, uri, &link["range"]));
    }
    if shown.is_empty() { "nothing".to_owned() } else { shown }
}

pub(crate) fn lens(folder: &Folder, uri: &str, lens: &Value) -> String {
    let command = &lens["command"];
    let title = command["title"].as_str().unwrap();
    let name = command["command"].as_str().unwrap();
    let arguments = command["arguments"].to_string().replace(&folder.uri(""), "");
    format!("{}: {title} ({name} {arguments})\n", place(folder, uri, &lens["range"]))
}

/// The fields of an answer to one of the server's own requests, with texts as they are.
pub(crate) fn fields(answer: &Value) -> String {
    let mut shown = String::new();
    for (name, value) in answer.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| format!("{value:#}"), str::to_owned);
        shown += &format!("{name}:\n{}\n", indented("  ", &value));
    }
    if shown.is_empty() { answer.to_string() } else { shown }
}

/// The pictures of a plan, with what their rows lead to; the place of each is that of its head, then its last line.
pub(crate) fn plan(folder: &Folder, plan: &Value) -> String {
    let mut shown = plan["message"].as_str().map(|message| format!("{message}\n")).unwrap_or_default();
    for workload in list(&plan["workloads"]) {
        let svg = workload["svg"].as_str().unwrap();
        let rows = svg.matches("data-entry=").count();
        shown += &format!("{}: {rows} rows\n", drawn(folder, "title", workload));
        for entry in list(&workload["entries"]) {
            shown += &format!("  {} {}\n", entry["role"].as_str().unwrap(), drawn(folder, "name", entry));
        }
    }
    shown
}

fn drawn(folder: &Folder, name: &str, drawn: &Value) -> String {
    let name = drawn[name].as_str().unwrap();
    let Some(uri) = drawn["uri"].as_str() else { return format!("{name} nowhere") };
    let place = place(folder, uri, &drawn["selectionRange"]);
    format!("{name} at {} {place} to line {}", folder.name(uri), line(&drawn["range"]["end"]))
}

pub(crate) fn indented(by: &str, text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + by + line + "\n")
}

/// A range as line and column, with the words there.
pub(crate) fn place(folder: &Folder, uri: &str, range: &Value) -> String {
    let start = &range["start"];
    let at = format!("{}:{}", line(start), start["character"].as_u64().unwrap() + 1);
    match folder.text(uri) {
        Some(text) => format!("{at} «{}»", shortened(text, range)),
        None => at,
    }
}

fn shortened(text: &Text, range: &Value) -> String {
    let words = &text.text[text.span(range)];
    match words.split_once('\n') {
        None => words.to_owned(),
        Some((first, _)) => {
            format!("{first} … {}", words.trim_end().lines().last().unwrap_or_default().trim())
        }
    }
}

fn line(position: &Value) -> u64 {
    position["line"].as_u64().unwrap() + 1
}

fn kind<'a>(names: &[&'a str], number: &Value) -> &'a str {
    number.as_u64().and_then(|number| names.get(usize::try_from(number).ok()?)).copied().unwrap_or("no kind")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
