//! Recognizes what runs until something stops it: servers, agents, watchers, and loops without an end.
//!
//! Invariant: a container may end if something in it could end the program: a time limit, a signal, a branch, a pipe.

mod programs;

use super::{image, variables};
use crate::lint::Pod;
use crate::lint::shell::{Loop, PlainCommand, ShellScript, base_name};
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;
use programs::{IMAGES, OFFICIAL, PROGRAMS, Serving};

/// What is in every command that never ends.
const WORDS: [&str; PROGRAMS.len() + IMAGES.len() + 2] = {
    let mut words = ["while"; PROGRAMS.len() + IMAGES.len() + 2];
    words[1] = "until";
    let mut at = 0;
    while at < PROGRAMS.len() {
        words[at + 2] = PROGRAMS[at].0;
        at += 1;
    }
    while at < PROGRAMS.len() + IMAGES.len() {
        words[at + 2] = IMAGES[at - PROGRAMS.len()].0;
        at += 1;
    }
    words
};

/// What limits a command, or ends it from outside.
const LIMITS: [&str; 4] = ["timeout", "kill", "trap ", "shutdown"];

/// What a container runs that never ends, with its place.
pub(super) fn endless(pod: &Pod<'_>, at: usize) -> Option<(String, Span)> {
    let container = &pod.workload.containers[at];
    if container.built_in.is_some() {
        return None;
    }
    let list = |field| container.fields.get(field).map_or(&[][..], Node::items);
    let by_image = list("command").is_empty();
    if by_image && list("args").is_empty() {
        let (name, span) = serving_image(container)?;
        return Some((format!("the image `{name}`"), span));
    }
    let words = || list("command").iter().chain(list("args")).filter_map(Node::as_text);
    if words().any(|word| LIMITS.iter().any(|limit| word.contains(limit))) {
        return None;
    }
    let script = pod.script(at, &WORDS)?;
    if let Some(repeated) = script.loops.iter().find(|repeated| repeats_forever(script, repeated)) {
        return Some(("the loop".to_owned(), pod.place_of(script, &repeated.range)));
    }
    let (command, skipped) = script.commands.iter().enumerate().find_map(|(at, command)| {
        // The image's entrypoint starts the program that its first argument names.
        let is_entrypoint =
            command.program() == "docker-entrypoint.sh" || (by_image && starts_arguments(container, command));
        let skipped = usize::from(is_entrypoint);
        let lasts = serves(command, skipped) && !is_one_sync(container, command);
        (lasts && command.pipes_to.is_none() && is_certain(script, at)).then_some((command, skipped))
    })?;
    Some((format!("`{}`", shown(command, skipped)), pod.place(script, command)))
}

/// A command in a few words.
fn shown(command: &PlainCommand, skipped: usize) -> String {
    let program = command.word(skipped).map_or("", base_name).to_owned();
    let words = command.written.iter().skip(skipped + 1).take(3);
    let short = words.take_while(|word| word.len() <= 32 && !word.contains(['\n', '`']));
    short.fold(program, |shown, word| format!("{shown} {word}"))
}

/// The image whose own command never ends.
fn serving_image(container: &Container) -> Option<(&str, Span)> {
    let (name, registry, span) = image(container)?;
    let short = name.rsplit('/').next().unwrap_or(name);
    let is_once = short == "k8s-sidecar"
        && variables(container).any(|(name, value, _)| name == "METHOD" && value == "LIST");
    let alone = PlainCommand { words: vec![Some(short.to_owned())], ..PlainCommand::default() };
    let serves = IMAGES.iter().any(|(known, _)| *known == short) && !is_one_sync(container, &alone);
    (!is_once && (serves || is_official(name, registry))).then_some((short, span))
}

/// Whether an image is the official one of a server.
fn is_official(name: &str, registry: Option<&str>) -> bool {
    let path = name.strip_prefix("library/").unwrap_or(name);
    registry.is_none_or(|registry| registry == "docker.io") && OFFICIAL.contains(&path)
}

/// Whether the entrypoint of an image starts the program that the first argument names.
fn starts_arguments(container: &Container, command: &PlainCommand) -> bool {
    let official = image(container).is_some_and(|(name, registry, _)| is_official(name, registry));
    official && command.word(1).is_some_and(|word| !word.starts_with('-'))
}

/// Whether git-sync is to end after it has cloned once.
fn is_one_sync(container: &Container, command: &PlainCommand) -> bool {
    let by_variable = variables(container).any(|(name, _, _)| name.ends_with("SYNC_ONE_TIME"));
    command.program() == "git-sync" && by_variable
}

/// Whether a command runs until it is stopped, without some words before its program.
fn serves(command: &PlainCommand, skipped: usize) -> bool {
    let program = command.word(skipped).map_or("", base_name);
    let given = |option: &&str| has(command, skipped, option);
    if ["--version", "--help", "-version", "-help"].iter().any(given) {
        return false;
    }
    if let Some((_, unless)) = IMAGES.iter().find(|(name, _)| *name == program) {
        return !unless.iter().any(given);
    }
    // Some programs serve in more than one way.
    PROGRAMS.iter().filter(|(name, _)| *name == program).any(|(_, serving)| match serving {
        Serving::Always => true,
        Serving::With(all) => all.iter().all(|any| any.split('|').any(|option| given(&option))),
        Serving::Unless(some) => !some.iter().any(given),
        Serving::WithUnless(all, some) => {
            all.iter().all(|any| any.split('|').any(|option| given(&option))) && !some.iter().any(given)
        }
    }) || (program == "sleep" && command.word(skipped + 1).is_some_and(lasts_forever))
}

/// Whether a command has an option (`-f`, `--follow`, `-once`), an operand (`agent`) or, with a blank, a part of one.
fn has(command: &PlainCommand, skipped: usize, option: &str) -> bool {
    let mut words = command.words.iter().skip(skipped + 1).flatten();
    let name = option.trim_start_matches('-');
    match option.len() - name.len() {
        0 if option.contains(' ') => words.any(|word| word.contains(option)),
        0 => words.any(|word| word == option || word.rsplit('/').next() == Some(option)),
        1 if name.len() == 1 => {
            let letter = name.chars().next().unwrap_or_default();
            command.has(letter, "")
        }
        _ => words.any(|word| {
            let given = word.trim_start_matches('-').split('=').next();
            word.starts_with('-') && given == Some(name) && !word.ends_with("=false")
        }),
    }
}

/// Whether a `sleep` of this length has no end that anybody waits for.
fn lasts_forever(length: &str) -> bool {
    const TEN_DAYS: u64 = 10 * 24 * 3600;
    let (number, seconds) = match length.chars().last() {
        Some('d') => (&length[..length.len() - 1], 24 * 3600),
        Some('h') => (&length[..length.len() - 1], 3600),
        Some('m') => (&length[..length.len() - 1], 60),
        Some('s') => (&length[..length.len() - 1], 1),
        _ => (length, 1),
    };
    ["infinity", "inf"].contains(&length)
        || number.parse::<u64>().is_ok_and(|number| number.saturating_mul(seconds) >= TEN_DAYS)
}

/// Whether a loop has a condition that always holds, and nothing in it leaves it.
fn repeats_forever(script: &ShellScript<'_>, repeated: &Loop) -> bool {
    let text = script.text.unwrap_or_default();
    let part = text.get(repeated.range.clone()).unwrap_or_default();
    let condition = text.get(repeated.condition.clone()).unwrap_or_default();
    let condition = condition.trim().trim_end_matches(';').trim_end();
    let holds = if part.starts_with("until") {
        ["false", "[ 1 = 0 ]"].contains(&condition)
    } else {
        let pauses =
            condition.strip_prefix("sleep ").is_some_and(|length| !length.contains(['\n', ';', '&']));
        ["true", ":", "[ 1 ]", "[ true ]", "[ : ]", "[[ true ]]", "((1))", "(( 1 ))", "1"]
            .contains(&condition)
            || pauses
    };
    let leaves = ["break", "exit", "return", "exec "].iter().any(|word| part.contains(word));
    let before = text.get(..repeated.range.start).unwrap_or_default();
    // It is alone: in no branch and no function, and not in the background.
    let is_certain = !before.contains("if ") && !before.contains("case ") && !before.contains("()");
    holds && !leaves && is_certain && !in_background(text, repeated.range.end) && !is_after_test(before)
}

/// Whether what ends at a place of a script runs in the background.
fn in_background(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default().trim_start_matches([' ', '\t']);
    let last = text.get(..end).unwrap_or_default().trim_end();
    (rest.starts_with('&') && !rest.starts_with("&&"))
        || (last.ends_with('&') && !last.ends_with("&&"))
        || rest.starts_with(['|', ')', '}'])
}

/// Whether the text before a command makes it depend on a test or on a failure.
fn is_after_test(before: &str) -> bool {
    let line = before.rsplit(['\n', ';']).next().unwrap_or_default().trim();
    line.contains("||") || (line.ends_with("&&") && line.contains(['[', '!', '?']))
}

/// Whether a command certainly runs, and the script waits for it.
fn is_certain(script: &ShellScript<'_>, at: usize) -> bool {
    let command = &script.commands[at];
    let Some(text) = script.text else { return true };
    let before = text.get(..command.range.start).unwrap_or_default().trim_end();
    let chained = before.ends_with("&&") && at > 0 && {
        let previous = &script.commands[at - 1];
        let tests = ["test", "[", "[[", "grep", "command", "which", "type", "true", "false"];
        !tests.contains(&previous.program()) && is_certain(script, at - 1)
    };
    (!command.guarded || chained) && !in_background(text, command.range.end)
}
