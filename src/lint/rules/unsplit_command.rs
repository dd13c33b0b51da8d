#![doc = include_str!("../../diagnostic/explain/unsplit-command.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::CommandWords;
use crate::lint::shell::{is_shell, started_program};
use crate::model::command::split;
use crate::model::shell_words::{is_unsplit, joins_option, needs_shell};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for command in pod.commands() {
        found.extend(unsplit(pod, &command).or_else(|| option(pod, &command)));
    }
}

fn unsplit(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    if !command.has_program || !is_unsplit(&texts) || !pod.is_listed(command, 0) {
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

/// An option and its value in one word: `--port 80`.
fn option(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    let start = started_program(&texts);
    // A script can split its words, and Envoy does.
    let splits = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        word.rsplit('.').next() == Some("sh")
            || is_shell(word)
            || word.ends_with("entrypoint")
            || name.contains("envoy")
    };
    if !command.has_program || texts.iter().any(|word| splits(word)) {
        return None;
    }
    let at = (start + 1..texts.len()).find(|at| {
        let is_value = texts[at - 1].starts_with('-') && !texts[at - 1].contains(['=', ' ']);
        !is_value && joins_option(texts[*at]) && pod.is_listed(command, *at)
    })?;
    let text = texts[at];
    let owner = command.place.of(command.container);
    let span = command.place_of(at);
    let headline = format!("{owner} passes `{text}` to `{}` as one word", texts[start]);
    let diagnostic = Diagnostic::warning(Code::UnsplitCommand, span, headline)
        .here("the program looks for an option of this name, with the space");
    let words: Vec<String> = text.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    let new = words.join(", ");
    let title = format!("split it: `{new}`");
    let is_literal = pod.sources.slice(span) == format!("\"{text}\"");
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
                app(r#"alive exec ["pg_isready | grep ok"]"#),
                app(r#"command ["serve"]; args ["--port 80", "--host a --all"]"#),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        … { image "a:1"; command [«"nginx -g 'daemon off;'"»] } }
          the app `a` starts a program that is called `nginx -g 'daemon off;'`, with the spaces
          fix (safe): split it: `["nginx", "-g", "daemon off;"]`
          - …ge "a:1"; command ["nginx -g 'daemon off;'"] } }
          + …ge "a:1"; command ["nginx", "-g", "daemon off;"] } }
        … { image "a:1"; command [«"prepare --all && serve"»] } }
          the app `a` starts a program that is called `prepare --all && serve`, with the spaces
          fix (safe): use `script "prepare --all && serve"`
          - …p { app a { image "a:1"; command ["prepare --all && serve"] } }
          + …p { app a { image "a:1"; script "prepare --all && serve" } }
        … { image "a:1"; command [«"sh -c"», "echo ready"] } }
          the app `a` starts a program that is called `sh -c`, with the spaces
          fix (safe): split it: `["sh", "-c"]`
          - …image "a:1"; command ["sh -c", "echo ready"] } }
          + …image "a:1"; command ["sh", "-c", "echo ready"] } }
        …reStop { exec { command [«"sleep 15"»] } } } } }
          the `preStop` hook of `a` starts a program that is called `sleep 15`, with the spaces
          fix (safe): split it: `["sleep", "15"]`
          - … { exec { command ["sleep 15"] } } } } }
          + … { exec { command ["sleep", "15"] } } } } }
        …image "a:1"; alive exec [«"pg_isready | grep ok"»] } }
          the liveness probe of `a` starts a program that is called `pg_isready | grep ok`, with the spaces
          fix (safe): use `"sh", "-c", "pg_isready | grep ok"`
          - …mage "a:1"; alive exec ["pg_isready | grep ok"] }…
          + …mage "a:1"; alive exec ["sh", "-c", "pg_isready | grep ok"] }…
        …command ["serve"]; args [«"--port 80"», "--host a --all"] } }
          the app `a` passes `--port 80` to `serve` as one word
          fix (safe): split it: `"--port", "80"`
          - … ["serve"]; args ["--port 80", "--host a --all"] }…
          + … ["serve"]; args ["--port", "80", "--host a --all"] }…
        "#);
        passes(Code::UnsplitCommand, &app(r#"command ["C:\\Program Files\\a.exe", "-x"]"#));
        passes(Code::UnsplitCommand, &app(r#"command ["nginx", "-g daemon off;"]"#));
        passes(Code::UnsplitCommand, &app(r#"args ["serve all", "--port 80"]"#));
        passes(Code::UnsplitCommand, &app(r#"command ["/usr/local/bin/envoy", "--base-id 1"]"#));
        passes(Code::UnsplitCommand, &app(r#"command ["serve", "--args", "--port 80", "--a b c d"]"#));
    }
}
