#![doc = include_str!("../../diagnostic/explain/missing-shell.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::{CommandWords, ScriptPlace};
use crate::lint::shell::is_shell;
use crate::model::shell_words::{ShellWord, shell_word, variables};
use crate::object::Node;

/// Words that are commands of a shell, and no programs.
const BUILTINS: [&str; 20] = [
    "cd", "export", "source", ".", "set", "unset", "exec", "eval", "alias", "umask", "ulimit", "trap",
    "local", "declare", "if", "for", "while", "until", "[[", "shopt",
];

/// Programs that replace variables themselves, or give the words to a shell.
const EXPANDERS: [&str; 8] = ["envsubst", "ssh", "awk", "perl", "eval", "watch", "parallel", "mongo"];

/// Programs that surely do not replace `${NAME}`.
const PLAIN: [&str; 20] = [
    "echo",
    "printf",
    "curl",
    "wget",
    "nc",
    "psql",
    "pg_isready",
    "mysql",
    "mysqladmin",
    "redis-cli",
    "cp",
    "mv",
    "mkdir",
    "chown",
    "chmod",
    "rm",
    "kubectl",
    "aws",
    "git",
    "test",
];

/// Variables that every container or every shell sets.
const OF_SHELLS: [&str; 5] = ["HOME", "HOSTNAME", "PATH", "PWD", "USER"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for command in pod.commands() {
        found.extend(
            builtin(pod, &command).or_else(|| word(pod, &command)).or_else(|| variable(pod, &command)),
        );
    }
}

/// A command of a shell as the program.
fn builtin(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let program = command.texts()[0];
    if let Some((name, value)) =
        program.split_once('=').filter(|(name, _)| command.has_program && is_identifier(name))
    {
        let owner = command.place.of(command.container);
        let headline = format!("{owner} starts `{program}`, which only a shell reads as a variable");
        return Some(
            Diagnostic::warning(Code::MissingShell, command.place_of(0), headline)
                .here("the first word is the name of the program")
                .help(format!("set the variable with `env {{ {name} {value:?} }}`")),
        );
    }
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

fn is_identifier(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A word that only a shell would understand.
fn word(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    let (at, kind) = shell_word(&texts)?;
    if !pod.is_listed(command, at) {
        return None;
    }
    let word = texts[at];
    let owner = command.place.of(command.container);
    let (does, here) = match kind {
        ShellWord::Operator => ("starts without a shell, so", "the program gets this as an argument"),
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

/// A variable of the container, as only a shell would read it.
fn variable(pod: &Pod<'_>, command: &CommandWords<'_>) -> Option<Diagnostic> {
    let texts = command.texts();
    let names = || texts.iter().map(|word| word.rsplit('/').next().unwrap_or(word));
    if names().any(|name| is_shell(name) || EXPANDERS.contains(&name)) {
        return None;
    }
    let env = command.container.fields.get("env").map_or(&[][..], Node::items);
    let is_set = |name: &str| env.iter().any(|own| own.get("name").and_then(Node::as_text) == Some(name));
    let is_plain = command.has_program && names().take(1).any(|name| PLAIN.contains(&name));
    let is_constant = |name: &str| name.len() > 1 && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    // Other tools replace `${NAME}` before the manifest is applied, unless it is a variable of the container.
    let has_others = command.container.fields.get("envFrom").is_some();
    let is_own = |name: &str| is_set(name) || has_others || OF_SHELLS.contains(&name);
    let found = texts.iter().enumerate().skip(usize::from(command.has_program)).find_map(|(at, word)| {
        let is_meant = |text: &str, name: &str| {
            let in_braces = text.contains('{');
            if is_plain {
                is_constant(name) && (!in_braces || is_own(name))
            } else {
                is_set(name) && !in_braces
            }
        };
        let (text, name) = variables(word).find(|(text, name)| is_meant(text, name))?;
        pod.is_listed(command, at).then_some((at, text, name))
    });
    let (at, text, name) = found?;
    let owner = command.place.of(command.container);
    let span = command.place_of(at);
    let diagnostic =
        Diagnostic::warning(Code::MissingShell, span, format!("{owner} has no shell to replace `{text}`"))
            .here("the program gets this text as it is");
    if command.place != ScriptPlace::Command || !is_set(name) {
        return Some(with_shell(pod, command, diagnostic));
    }
    let new = format!("$({name})");
    let title = format!("use `{new}`, which Kubernetes replaces");
    let old = pod.sources.slice(span);
    let diagnostic = diagnostic.help(title.clone());
    Some(if old.matches(text).count() == 1 && old.matches(&format!("${name}")).count() <= 1 {
        diagnostic.fix(title, span, old.replace(text, &new), Applicability::Safe)
    } else {
        diagnostic
    })
}

/// Offers to give the words to a shell.
fn with_shell(pod: &Pod<'_>, command: &CommandWords<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let text = command.texts().iter().map(|word| quoted(word)).collect::<Option<Vec<_>>>();
    let fix = text.filter(|_| command.has_program).and_then(|words| pod.shell_fix(command, &words.join(" ")));
    match fix {
        Some((title, span, new)) => {
            diagnostic.help(title.clone()).fix(title, span, new, Applicability::Unsafe)
        }
        None if command.place == ScriptPlace::Command => {
            diagnostic.help("run the command in a shell: use `script \"…\"`")
        }
        None => diagnostic.help("run the command in a shell: `[\"sh\", \"-c\", \"…\"]`"),
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
                app(r#"command ["A=b", "serve"]"#),
                app(r#"command ["serve", "--host=$HOST"]; env { HOST "a" }"#),
                app(r#"command ["curl", "http://${HOST}/"]; env { HOST "a" }"#),
                app(r#"args ["--host=$HOST"]; env { HOST "a" }"#),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        … ["echo", "it is ready", «">"», "/data/seed"] } }
          the app `a` starts without a shell, so `>` has no meaning
          fix (unsafe): use `script "echo 'it is ready' > /data/seed"`
          - …p { app a { image "a:1"; command ["echo", "it is ready", ">", "/data/seed"] } }
          + …p { app a { image "a:1"; script "echo 'it is ready' > /data/seed" } }
        …ommand ["a"]; args ["b", «"&&"», "c"] } }
          the app `a` starts without a shell, so `&&` has no meaning
        … image "a:1"; args ["b", «"2>&1"»] } }
          the app `a` starts without a shell, so `2>&1` has no meaning
        …c { command ["rm", "-f", «"/run/*.pid"»] } } } } }
          the `preStop` hook of `a` has no shell to expand `/run/*.pid`
          fix (unsafe): use `"sh", "-c", "rm -f /run/*.pid"`
          - …eStop { exec { command ["rm", "-f", "/run/*.pid"] } } } } }
          + …eStop { exec { command ["sh", "-c", "rm -f /run/*.pid"] } } } } }
        …mand ["serve", "--name", «"$(hostname -f)"»] } }
          the app `a` has no shell to run `$(hostname -f)`
          fix (unsafe): use `script "serve --name $(hostname -f)"`
          - …p { app a { image "a:1"; command ["serve", "--name", "$(hostname -f)"] } }
          + …p { app a { image "a:1"; script "serve --name $(hostname -f)" } }
        … { image "a:1"; command [«"cd"», "/app", "&&", "serve"]…
          the app `a` starts `cd`, which is a command of a shell and no program
          fix (unsafe): use `script "cd /app && serve"`
          - …p { app a { image "a:1"; command ["cd", "/app", "&&", "serve"] } }
          + …p { app a { image "a:1"; script "cd /app && serve" } }
        …app a { image "a:1"; run «"exec serve"» } }
          the app `a` starts `exec`, which is a command of a shell and no program
        … { image "a:1"; command [«"A=b"», "serve"] } }
          the app `a` starts `A=b`, which only a shell reads as a variable
        …"a:1"; command ["serve", «"--host=$HOST"»]; env { HOST "a" } } }
          the app `a` has no shell to replace `$HOST`
          fix (safe): use `$(HOST)`, which Kubernetes replaces
          - …mmand ["serve", "--host=$HOST"]; env { HOST "a" } } }
          + …mmand ["serve", "--host=$(HOST)"]; env { HOST "a" } } }
        … "a:1"; command ["curl", «"http://${HOST}/"»]; env { HOST "a" } } }
          the app `a` has no shell to replace `${HOST}`
          fix (safe): use `$(HOST)`, which Kubernetes replaces
          - …ommand ["curl", "http://${HOST}/"]; env { HOST "a" } } …
          + …ommand ["curl", "http://$(HOST)/"]; env { HOST "a" } } …
        …p a { image "a:1"; args [«"--host=$HOST"»]; env { HOST "a" } } }
          the app `a` has no shell to replace `$HOST`
          fix (safe): use `$(HOST)`, which Kubernetes replaces
          - …ge "a:1"; args ["--host=$HOST"]; env { HOST "a" } } }
          + …ge "a:1"; args ["--host=$(HOST)"]; env { HOST "a" } } }
        "#);
    }

    #[test]
    fn what_a_program_understands_is_left_alone() {
        for statements in [
            r#"run "echo '>' x""#,
            r#"command ["sh", "-c", "echo a > b"]"#,
            r#"command ["find", "/x", "-name", "*.pyc", "-exec", "rm", "{}", ";"]"#,
            r#"command ["serve", "--origin=*", "$(A)"]; env { A "a" }"#,
            r#"args ["cut", "-d", "|"]"#,
            r#"command ["serve", "--host=$HOST"]"#,
            r#"command ["serve", "--host=${HOST}"]; env { HOST "a" }"#,
            r#"command ["envsubst", "$HOST"]; env { HOST "a" }"#,
            r#"run "curl 'http://$HOST/'""#,
            r#"command ["psql", "-c", "${VERSION}"]"#,
        ] {
            passes(Code::MissingShell, &app(statements));
        }
    }
}
