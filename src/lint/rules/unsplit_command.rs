#![doc = include_str!("../../diagnostic/explain/unsplit-command.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::CommandWords;
use crate::model::command::split;
use crate::model::shell_words::{is_unsplit, needs_shell};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for command in pod.commands() {
        found.extend(unsplit(pod, &command));
    }
}

fn unsplit(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    if !command.has_program || !is_unsplit(&texts) || !pod.is_listed(command) {
        return None;
    }
    let text = texts[0].trim();
    let owner = command.place.of(command.container);
    let span = command.place_of(0);
    let shown = text.lines().next().unwrap_or(text).trim_end();
    let diagnostic = Diagnostic::warning(
        Code::UnsplitCommand,
        span,
        format!("{owner} starts a program that is called `{shown}`, with the spaces"),
    )
    .here("the first word is the name of the program");
    if needs_shell(text) {
        let fix = if texts.len() == 1 { pod.shell_fix(command, text) } else { None };
        return Some(match fix {
            Some((title, span, new)) => {
                diagnostic.help(title.clone()).fix(title, span, new, Applicability::Safe)
            }
            None => diagnostic.help("run it in a shell: `script \"…\"`"),
        });
    }
    let words: Vec<String> =
        split(text).ok()?.iter().map(|word| format!("\"{}\"", word.escape_debug())).collect();
    let new = words.join(", ");
    let title = format!("split it: `[{new}]`");
    let old = pod.sources.slice(span);
    let is_literal = old.len() >= 2 && old.starts_with('"') && old.ends_with('"') && !old.contains("#{");
    let diagnostic = diagnostic.help(title.clone());
    Some(if is_literal { diagnostic.fix(title, span, new, Applicability::Safe) } else { diagnostic })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn app(statements: &str) -> String {
        format!("pod p {{ app a {{ image \"a:1\"; {statements} }} }}")
    }

    #[test]
    fn the_program_has_no_spaces() {
        let shown = found(
            Code::UnsplitCommand,
            [
                app(r#"command ["nginx -g 'daemon off;'"]"#),
                app(r#"command ["prepare --all && serve"]"#),
                app(r#"command ["sh -c", "echo ready"]"#),
                app(r#"lifecycle { preStop { exec { command ["sleep 15"] } } }"#),
                app(r#"livenessProbe { exec { command ["pg_isready | grep ok"] } }"#),
            ],
        );
        insta::assert_snapshot!(shown, @"");
        passes(Code::UnsplitCommand, &app(r#"command ["C:\\Program Files\\a.exe", "-x"]"#));
        passes(Code::UnsplitCommand, &app(r#"command ["nginx", "-g daemon off;"]"#));
        passes(Code::UnsplitCommand, &app(r#"args ["serve all"]"#));
    }
}
