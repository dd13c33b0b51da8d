#![doc = include_str!("../../diagnostic/explain/missing-shell.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::CommandWords;
use crate::model::shell_words::{ShellWord, shell_word};

/// Words that are commands of a shell, and no programs.
const BUILTINS: [&str; 20] = [
    "cd", "export", "source", ".", "set", "unset", "exec", "eval", "alias", "umask", "ulimit", "trap",
    "local", "declare", "if", "for", "while", "until", "[[", "shopt",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for command in pod.commands() {
        found.extend(builtin(pod, &command).or_else(|| word(pod, &command)));
    }
}

/// A command of a shell as the program.
fn builtin(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let program = command.texts()[0];
    if !command.has_program || !BUILTINS.contains(&program) {
        return None;
    }
    let owner = command.place.of(command.container);
    let span = command.place_of(0);
    let headline = format!("{owner} starts `{program}`, which is a command of a shell and no program");
    let diagnostic =
        Diagnostic::warning(Code::MissingShell, span, headline).here("no shell runs this command");
    let rest = command.texts().split_off(1);
    Some(if program == "exec" && !rest.is_empty() {
        diagnostic.help("remove `exec`: without a shell, the program replaces nothing")
    } else {
        with_shell(pod, command, diagnostic)
    })
}

/// A word that only a shell would understand.
fn word(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    let (at, kind) = shell_word(&texts)?;
    if !pod.is_listed(command) {
        return None;
    }
    let word = texts[at];
    let owner = command.place.of(command.container);
    let (does, here) = match kind {
        ShellWord::Operator => ("has no shell, so", "the program gets this as an argument"),
        ShellWord::Pattern => ("has no shell to expand", "the program looks for a file with this name"),
        ShellWord::Substitution => ("has no shell to run", "the program gets this text as it is"),
    };
    let headline = match kind {
        ShellWord::Operator => format!("{owner} {does} `{word}` has no meaning"),
        _ => format!("{owner} {does} `{word}`"),
    };
    let diagnostic = Diagnostic::warning(Code::MissingShell, command.place_of(at), headline).here(here);
    Some(with_shell(pod, command, diagnostic))
}

/// Offers to give the words to a shell.
fn with_shell(pod: &Pod<'_>, command: &CommandWords<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let text = command.texts().iter().map(|word| quoted(word)).collect::<Option<Vec<_>>>();
    let fix = text.filter(|_| command.has_program).and_then(|words| pod.shell_fix(command, &words.join(" ")));
    match fix {
        Some((title, span, new)) => {
            diagnostic.help(title.clone()).fix(title, span, new, Applicability::Unsafe)
        }
        None => diagnostic.help("run the command in a shell: use `script \"…\"`"),
    }
}

/// A word as a shell reads it: its operators, patterns and substitutions stay what they are.
fn quoted(word: &str) -> Option<String> {
    let has_space = word.contains(char::is_whitespace) && !word.contains("$(") && !word.contains('`');
    if word.is_empty() || has_space || word.contains(['"', '\'', '\\']) {
        return shlex::try_quote(word).ok().map(Into::into);
    }
    Some(word.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn app(statements: &str) -> String {
        format!("pod p {{ app a {{ image \"a:1\"; {statements} }} }}")
    }

    #[test]
    fn words_of_a_shell_are_found_wherever_no_shell_is() {
        let shown = found(
            Code::MissingShell,
            [
                app(r#"command ["echo", "it is ready", ">", "/data/seed"]"#),
                app(r#"command ["a"]; args ["b", "&&", "c"]"#),
                app(r#"args ["b", "2>&1"]"#),
                app(r#"lifecycle { preStop { exec { command ["rm", "-f", "/run/*.pid"] } } }"#),
                app(r#"command ["serve", "--name", "$(hostname -f)"]"#),
                app(r#"command ["cd", "/app", "&&", "serve"]"#),
                app(r#"run "exec serve""#),
            ],
        );
        insta::assert_snapshot!(shown, @"");
    }

    #[test]
    fn what_a_program_understands_is_left_alone() {
        for statements in [
            r#"run "echo '>' x""#,
            r#"command ["sh", "-c", "echo a > b"]"#,
            r#"command ["find", "/x", "-name", "*.pyc", "-exec", "rm", "{}", ";"]"#,
            r#"command ["serve", "--origin=*", "$(A)"]; env { A "a" }"#,
            r#"args ["cut", "-d", "|"]"#,
        ] {
            passes(Code::MissingShell, &app(statements));
        }
    }
}
