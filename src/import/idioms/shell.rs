//! Reads what a container runs, if it is one simple command or a loop until one succeeds.

use crate::import::yaml::YamlNode;
use crate::model::command::split;

/// What a container runs: plain words, without variables, pipes and redirections except to `/dev/null`.
#[derive(Debug, PartialEq)]
pub(super) enum ShellCommand {
    /// A command that runs once.
    Once(Vec<String>),
    /// A command that runs unless there is something at a path.
    Unless(String, Vec<String>),
    /// A command that is tried until it succeeds, with pauses.
    Until(Vec<String>),
}

/// What an init container runs, if that is simple enough.
pub(super) fn command(node: &YamlNode) -> Option<ShellCommand> {
    let words = |key: &str| -> Option<Vec<&str>> {
        node.get(key).map(YamlNode::items).unwrap_or_default().iter().map(YamlNode::as_text).collect()
    };
    let (command, args) = (words("command")?, words("args")?);
    let mut all: Vec<&str> = command.iter().chain(&args).copied().collect();
    if command.is_empty() {
        // An image with the name of a tool has this tool as its entrypoint.
        let image = node.get("image")?.as_text()?;
        let name = image.split(['@', ':']).next()?.rsplit('/').next()?;
        all.insert(0, Some(name).filter(|name| matches!(*name, "git" | "aws-cli" | "curl"))?);
    }
    match all.as_slice() {
        [shell, flags, script] if is_shell(shell) && flags.starts_with('-') && flags.ends_with('c') => {
            of_script(script)
        }
        // Kubernetes replaces `$(NAME)`.
        words if words.iter().all(|word| !word.contains("$(")) => {
            Some(ShellCommand::Once(words.iter().map(|word| (*word).to_owned()).collect()))
        }
        _ => None,
    }
}

fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
}

/// The only command of a script, apart from output and pauses.
fn of_script(script: &str) -> Option<ShellCommand> {
    let script = script.trim();
    let (first, rest) = script.split_once([';', '\n']).unwrap_or((script, ""));
    if first.starts_with("set -") {
        return of_script(rest);
    }
    for opening in ["until ", "while ! "] {
        let Some(rest) = script.strip_prefix(opening) else { continue };
        let (condition, rest) = rest.split_once([';', '\n'])?;
        let body =
            rest.trim_start().strip_prefix("do")?.trim_end_matches([';', ' ', '\n']).strip_suffix("done")?;
        let is_pause = body.split([';', '\n']).all(|line| {
            let line = line.trim();
            line.is_empty() || words(line).is_some_and(|words| is_idle(&words))
        });
        return if is_pause { words(condition).map(ShellCommand::Until) } else { None };
    }
    if let Some((condition, command)) = guarded(script) {
        let there = match condition.as_slice() {
            [test, "-e" | "-f" | "-d", path] if *test == "test" => *path,
            ["[", "-e" | "-f" | "-d", path, "]"] => *path,
            _ => return None,
        };
        let there = words(there).filter(|words| words.len() == 1)?.pop()?;
        return Some(ShellCommand::Unless(there, words(command)?));
    }
    let mut commands = script.split('\n').map(str::trim).filter(|line| !line.is_empty());
    let mut found = None;
    commands.try_for_each(|line| {
        let words = words(line)?;
        if is_idle(&words) {
            return Some(());
        }
        found.replace(words).is_none().then_some(())
    })?;
    found.map(ShellCommand::Once)
}

/// The words of the condition and the command of `[ … ] || command` or `if [ ! … ]; then command; fi`.
fn guarded(script: &str) -> Option<(Vec<&str>, &str)> {
    if let Some(rest) = script.strip_prefix("if ") {
        let (condition, rest) = rest.split_once([';', '\n'])?;
        let body = rest.trim_start().strip_prefix("then")?.trim_end().strip_suffix("fi")?;
        let mut condition: Vec<&str> = condition.split_whitespace().collect();
        (condition.get(1) == Some(&"!")).then(|| condition.remove(1))?;
        return Some((condition, body.trim().trim_end_matches(';')));
    }
    let (condition, command) = script.split_once("||")?;
    Some((condition.split_whitespace().collect(), command))
}

/// Whether a command only prints or waits.
fn is_idle(words: &[String]) -> bool {
    matches!(words.first().map(String::as_str), Some("echo" | "sleep" | "printf"))
}

/// The words of a simple command.
fn words(line: &str) -> Option<Vec<String>> {
    let mut line = line.to_owned();
    // Discarded output does not change what the command does.
    for discard in
        [">/dev/null", "> /dev/null", "2>&1", "2>/dev/null", "2> /dev/null", "&>/dev/null", "&> /dev/null"]
    {
        line = line.replace(&format!(" {discard}"), " ");
    }
    let words = split(line.trim()).ok()?;
    // A shell would expand these; in commands that only print, this does not matter.
    let is_plain =
        |word: &String| !word.contains(['$', '*', '~']) && (!word.contains('?') || word.contains("://"));
    (!words.is_empty() && (is_idle(&words) || words.iter().all(is_plain))).then_some(words)
}
