//! Writes commands as `run`, `script` and `args` if these mean exactly the same, else as lists of words.

use super::source::{DraftToken, StatementDraft};
use crate::kubernetes::schema::FieldType;
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode};
use crate::model::command::{DEFAULT_SHELL, escape, reads_command, split};
use crate::model::shell_words::{is_unsplit, joins_option, shell_word, variables};
use crate::source::Span;
use std::borrow::Cow;

/// The longest command on one line, in characters; longer ones are clearer as a list.
const LONGEST: usize = 80;

/// The statements for the command and the arguments of a container.
pub(super) fn command(container: &YamlNode) -> Vec<StatementDraft> {
    let filled = |key| container.entry(key).filter(|entry| !entry.node.items().is_empty());
    let extent = |entry: &YamlEntry| entry.key_span.to(entry.node.span);
    let (command, args) = (filled("command"), filled("args"));
    if let (Some(command), Some(args)) = (command, args)
        && let Some(head) = script_in_args(container, command, args)
    {
        let extents = vec![extent(command), extent(args)];
        return vec![StatementDraft { extents, ..StatementDraft::new(extent(command), head) }];
    }
    let command = command.map(|entry| {
        let head = script(container, entry).or_else(|| run(entry)).unwrap_or_else(|| list(entry));
        StatementDraft::new(extent(entry), head)
    });
    let args = args.map(|entry| {
        let head = vec![DraftToken::new(entry.key_span, "args"), words(&entry.node)];
        StatementDraft::new(extent(entry), head)
    });
    command.into_iter().chain(args).collect()
}

/// The words of a command as one text if that is short and means the same, else as a list.
pub(super) fn words(list: &YamlNode) -> DraftToken {
    match joined(list) {
        Some(text) => DraftToken::new(list.span, literal::quoted(&text)),
        None => super::fields::value(&FieldType::List(&FieldType::Text), "", list),
    }
}

/// `run "command"`
fn run(entry: &YamlEntry) -> Option<Vec<DraftToken>> {
    let first = entry.node.items().first()?.as_text()?;
    // A shell reads `NAME=value` as a variable.
    let text = joined(&entry.node).filter(|_| !first.contains('='))?;
    Some(vec![
        DraftToken::new(entry.key_span, "run"),
        DraftToken::new(entry.node.span, literal::quoted(&text)),
    ])
}

fn list(entry: &YamlEntry) -> Vec<DraftToken> {
    let list = super::fields::value(&FieldType::List(&FieldType::Text), "", &entry.node);
    vec![DraftToken::new(entry.key_span, "command"), list]
}

/// `script ["shell"] '''text'''`
fn script(container: &YamlNode, entry: &YamlEntry) -> Option<Vec<DraftToken>> {
    let words = texts(&entry.node);
    let (last, shell) = words.split_last()?;
    if !takes_script(shell) || last.trim().is_empty() {
        return None;
    }
    let written = as_written(container, last)?;
    let mut head = vec![DraftToken::new(entry.key_span, "script")];
    if shell != DEFAULT_SHELL {
        let first = entry.node.items().first()?.span;
        let before = &entry.node.items()[shell.len() - 1];
        head.push(DraftToken::new(first.to(before.span), literal::quoted(&join(shell)?)));
    }
    let place: Span = entry.node.items().last()?.span;
    head.push(DraftToken::text(place, &written));
    Some(head)
}

/// `script "shell" args ["flags"] '''text'''`
fn script_in_args(container: &YamlNode, command: &YamlEntry, args: &YamlEntry) -> Option<Vec<DraftToken>> {
    let (shell, words) = (texts(&command.node), texts(&args.node));
    let (last, flags) = words.split_last()?;
    let place = args.node.items().last()?.span;
    if !takes_script(&[shell.as_slice(), flags].concat()) || last.trim().is_empty() {
        return None;
    }
    let mut head = vec![
        DraftToken::new(command.key_span, "script"),
        DraftToken::new(command.node.span, literal::quoted(&join(&shell)?)),
        DraftToken::new(args.key_span, "args"),
    ];
    if let Some(first) = args.node.items().first().filter(|_| !flags.is_empty()) {
        head.push(DraftToken::new(first.span, literal::quoted(&join(flags)?)));
    }
    head.push(DraftToken::text(place, &as_written(container, last)?));
    Some(head)
}

fn texts(list: &YamlNode) -> Vec<&str> {
    list.items().iter().filter_map(YamlNode::as_text).collect()
}

/// Whether a shell with these words runs the next word as a script.
fn takes_script(shell: &[&str]) -> bool {
    let is_flag = |flag: &&str| flag.starts_with('-') && flag.ends_with('c');
    shell.len() > 1 && shell.last().is_some_and(is_flag) && reads_command(shell.iter().copied())
}

/// The script as it reaches the shell, if the compiler would produce the same command.
fn as_written<'t>(container: &YamlNode, text: &'t str) -> Option<Cow<'t, str>> {
    let named = |name: &str| {
        let variables = container.get("env").map(YamlNode::items).unwrap_or_default();
        variables.iter().any(|variable| variable.get("name").and_then(YamlNode::as_text) == Some(name))
    };
    let candidates = [Cow::Borrowed(text), Cow::Owned(text.replace("$$", "$"))];
    candidates.into_iter().find(|candidate| escape(candidate, named) == text)
}

fn joined(list: &YamlNode) -> Option<String> {
    let words: Vec<&str> = list.items().iter().filter_map(YamlNode::as_text).collect();
    if words.is_empty() || words.iter().any(|word| word.contains(char::is_control)) {
        return None;
    }
    // In a text, quotes would say that these words are meant.
    let is_doubtful = |word: &&str| variables(word).next().is_some() || joins_option(word);
    if is_unsplit(&words) || shell_word(&words).is_some() || words.iter().any(is_doubtful) {
        return None;
    }
    join(&words).filter(|text| text.chars().count() <= LONGEST)
}

/// Words as a text that splits into exactly these.
fn join(words: &[&str]) -> Option<String> {
    let quoted = |word: &&str| {
        let is_one = |text: &str| split(text).is_ok_and(|words| words.len() == 1 && words[0] == *word);
        if is_one(word) {
            return Some((*word).to_owned());
        }
        let raw = format!("'{word}'");
        if is_one(&raw) {
            Some(raw)
        } else {
            shlex::try_quote(word).ok().map(Cow::into_owned).filter(|text| is_one(text))
        }
    };
    let text = words.iter().map(quoted).collect::<Option<Vec<_>>>()?.join(" ");
    split(&text).is_ok_and(|split| split == words).then_some(text)
}
