//! Finds statements of SQL that a database accepts only once.

use super::{RepeatFault, Repeated};
use crate::lint::rerun::Leftover;
use crate::lint::shell::PlainCommand;

/// What is in every such command.
pub(super) const WORDS: &[&str] =
    &["psql", "mysql", "mariadb", "cockroach", "clickhouse", "cqlsh", "sqlite3"];

pub(super) fn fault<'p>(context: &Repeated<'p, '_>) -> Option<RepeatFault<'p>> {
    let command = context.command;
    let text = text(context)?;
    let words: Vec<String> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ';'))
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect();
    let is_handled =
        |word: &String| ["DROP", "EXCEPTION", "GEXEC", "DO", "TRUNCATE", "DELETE"].contains(&word.as_str());
    if words.iter().any(is_handled) || command.has('f', "force") && command.program() != "psql" {
        return None;
    }
    let fault = |fails, why: String, help: String| {
        Some(RepeatFault { why, leftover: Leftover::Elsewhere, fails, help, replaced: None })
    };
    for (at, word) in words.iter().enumerate() {
        let next = |after: usize| words.get(at + after).map(String::as_str).unwrap_or_default();
        match word.as_str() {
            "CREATE" => {
                let Some(kind) =
                    KINDS.iter().find(|kind| next(1) == **kind || (next(1) == "UNIQUE" && next(2) == **kind))
                else {
                    continue;
                };
                if next(2) == "IF" || next(3) == "IF" || next(4) == "IF" {
                    continue;
                }
                let has_if =
                    !(command.program() == "psql" && ["DATABASE", "USER", "ROLE", "TYPE"].contains(kind));
                let help = if has_if {
                    format!("use `CREATE {kind} IF NOT EXISTS`")
                } else {
                    "query the catalog first, and create it only if it is missing".to_owned()
                };
                return fault(true, format!("`CREATE {kind}` fails if its object exists"), help);
            }
            "INSERT" if next(1) == "INTO" => {
                let rest = &words[at..];
                let has = |word: &str| rest.iter().any(|other| other == word);
                if has("CONFLICT") || has("DUPLICATE") || has("EXISTS") || has("SELECT") || has("REPLACE") {
                    return None;
                }
                let why = "`INSERT` adds its rows again, or fails if their key exists".to_owned();
                let help = "say what happens to rows that exist: `ON CONFLICT DO NOTHING`, or `INSERT IGNORE` in MySQL";
                return fault(false, why, help.to_owned());
            }
            _ => {}
        }
    }
    None
}

/// What `CREATE` makes and refuses to make again.
const KINDS: [&str; 10] =
    ["DATABASE", "EXTENSION", "INDEX", "KEYSPACE", "ROLE", "SCHEMA", "SEQUENCE", "TABLE", "TYPE", "USER"];

/// The statements that a client runs, if it fails with them.
fn text<'c>(context: &Repeated<'c, '_>) -> Option<&'c str> {
    let command = context.command;
    let options: &[&str] = match command.program() {
        "psql" => &["-c", "--command"],
        "mysql" | "mariadb" | "cockroach" | "cqlsh" => &["-e", "--execute"],
        "clickhouse-client" | "clickhouse" => &["-q", "--query"],
        _ => return None,
    };
    let is_option = |word: &str| options.contains(&word) || ends_cluster(command, word, options);
    let of_option = || {
        let mut words = command.written.iter().enumerate();
        words.find_map(|(at, word)| match options.iter().find_map(|option| word.strip_prefix(option)) {
            Some(rest) if !rest.is_empty() => Some(rest),
            _ if is_option(word) => command.written.get(at + 1).map(String::as_str),
            _ => None,
        })
    };
    let stops =
        command.program() != "psql" || command.written.iter().any(|word| word.contains("ON_ERROR_STOP"));
    let of_input = || {
        let script = context.script.text.filter(|_| stops)?;
        script.get(command.input.clone()).filter(|input| !input.is_empty())
    };
    let of_pipe = || {
        let writer = context.script.commands[..context.at].last().filter(|writer| {
            stops && writer.pipes_to == Some(context.at) && ["echo", "printf"].contains(&writer.program())
        })?;
        writer.written.last().map(String::as_str)
    };
    of_option().or_else(of_input).or_else(of_pipe)
}

/// Whether a word is a cluster of letters that ends with an option: `-tAc`.
fn ends_cluster(command: &PlainCommand, word: &str, options: &[&str]) -> bool {
    let letter = options.first().and_then(|option| option.chars().last());
    command.program() == "psql"
        && word.len() > 2
        && word.strip_prefix('-').is_some_and(|letters| {
            letters.chars().all(|letter| letter.is_ascii_alphabetic())
                && letters.ends_with(|last| Some(last) == letter)
        })
}
