//! Holds the state of reading one script, and the shell's parser.

use super::action::{Action, Preparation};
use super::candidate::Candidate;
use shuck_ast::StmtSeq;
use shuck_parser::ShellDialect;
use shuck_parser::parser::Parser;
use std::collections::HashMap;

/// The longest script that is read, in bytes: longer ones do more than a built-in step.
const MAX_SCRIPT_BYTES: usize = 4 << 10;

pub(super) fn parse(script: &str) -> Option<StmtSeq> {
    if script.len() > MAX_SCRIPT_BYTES {
        return None;
    }
    let parsed = Parser::with_dialect(script, ShellDialect::Bash).parse();
    (!parsed.is_err()).then_some(parsed.file.body)
}

/// A command without what only starts it, and the time that this leaves it.
pub(super) struct StartedCommand {
    pub(super) words: Vec<String>,
    pub(super) limit: Option<u64>,
}

pub(super) fn without_wrappers(mut words: Vec<String>) -> Option<StartedCommand> {
    let mut limit = None;
    loop {
        let first = words.first()?;
        let skipped = match first.rsplit('/').next().unwrap_or_default() {
            "exec" | "command" | "sudo" => 1,
            "tini" | "dumb-init" => 1 + usize::from(words.get(1).is_some_and(|word| word == "--")),
            "timeout" => {
                let mut at = 1;
                while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
                    // BusyBox once took the time as `-t`.
                    at += if matches!(word.as_str(), "-s" | "-k") { 2 } else { 1 };
                }
                limit = Some(seconds(words.get(at)?)?);
                at + 1
            }
            _ => return Some(StartedCommand { words, limit }),
        };
        words.drain(..skipped.min(words.len()));
    }
}

/// The script in the arguments of a shell.
pub(super) fn script_of(words: &[String]) -> Option<&str> {
    let [first, rest @ ..] = words else { return None };
    if !matches!(first.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash")) {
        return None;
    }
    let flags = rest.iter().take_while(|word| word.starts_with(['-', '+'])).count();
    let reads = rest[..flags]
        .iter()
        .any(|flag| flag.starts_with('-') && !flag.starts_with("--") && flag.contains('c'));
    match &rest[flags..] {
        [script] if reads => Some(script),
        _ => None,
    }
}

/// Reads one script.
pub(super) struct ScriptReader<'r> {
    pub(super) candidate: &'r Candidate<'r>,
    pub(super) text: &'r str,
    /// The variables of the script that keep one value.
    pub(super) constants: HashMap<String, String>,
    pub(super) depth: usize,
    pub(super) found: Option<Action>,
    /// Whether a failed command ends the script.
    pub(super) errexit: bool,
    pub(super) aside: Vec<&'static str>,
    pub(super) prepared: Vec<Preparation>,
    pub(super) folder: Option<String>,
}

impl<'r> ScriptReader<'r> {
    pub(super) fn new(candidate: &'r Candidate<'r>, text: &'r str, depth: usize) -> Self {
        let flags =
            candidate.command.iter().chain(&candidate.args).skip(1).take_while(|word| word.starts_with('-'));
        let errexit = flags.into_iter().any(|flags| flags.contains('e') && !flags.starts_with("--"));
        Self {
            candidate,
            text,
            constants: HashMap::new(),
            depth,
            found: None,
            errexit,
            aside: Vec::new(),
            prepared: Vec::new(),
            folder: None,
        }
    }
}

/// A time as `sleep` and `timeout` read it, in whole seconds, rounded up.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) if text.ends_with('m') => (number, 60),
        Some(number) if text.ends_with('h') => (number, 3600),
        Some(number) => (number, 1),
        None => (text, 1),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let is_more = fraction.bytes().any(|digit| digit != b'0');
    whole.checked_add(u64::from(is_more))?.checked_mul(unit)
}
