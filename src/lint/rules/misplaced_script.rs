#![doc = include_str!("../../diagnostic/explain/misplaced-script.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::scripts::CommandWords;
use crate::lint::shell::{is_shell, script_of, started_program};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for command in pod.commands() {
        let texts = command.texts();
        let start = started_program(&texts);
        if is_shell(texts[start]) {
            let call = ShellWords { pod, command: &command, texts: &texts, start };
            found.extend(match script_of(&texts[start..]) {
                Some(script) => call.ignored_words(start + script.text),
                None => call.no_script(),
            });
        }
    }
}

/// The words of a command that starts a shell.
struct ShellWords<'p, 'a> {
    pod: &'p Pod<'a>,
    command: &'p CommandWords<'a>,
    texts: &'p [&'a str],
    /// The index of the shell.
    start: usize,
}

impl ShellWords<'_, '_> {
    fn warning(&self, at: usize, headline: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(Code::MisplacedScript, self.command.place_of(at), headline)
    }

    /// Words after the script, which are its parameters.
    fn ignored_words(&self, at: usize) -> Option<Diagnostic> {
        let script = self.texts[at];
        let rest = &self.texts[at + 1..];
        let (first, is_word) = (*rest.first()?, !script.trim().contains(char::is_whitespace));
        // A single word after a script of several is usually its name in messages.
        let is_name = rest.len() == 1 && !first.contains(char::is_whitespace) && !has_option(first);
        if uses_parameters(script)
            || script.is_empty()
            || (is_name && !is_word)
            || ["--", "_"].contains(&first)
        {
            return None;
        }
        let owner = self.command.place.of(self.command.container);
        let shown = script.lines().next().unwrap_or(script);
        let diagnostic = self
            .warning(at + 1, format!("the script `{shown}` of {owner} ignores the words after it"))
            .here("a parameter of the script, which does not use it");
        let whole = self.command.place_of(at);
        let is_other = whole != self.command.place_of(at + 1);
        let diagnostic = if is_other { diagnostic.label(whole, "the whole script") } else { diagnostic };
        let is_plain =
            |word: &str| !word.contains(char::is_whitespace) || word.contains(['&', '|', ';', '\n']);
        let text = self.texts[at..].join(" ");
        Some(if is_word && rest.iter().all(|word| is_plain(word)) && text.lines().count() == 1 {
            diagnostic.help(format!("write the script as one text: `script {text:?}`"))
        } else {
            diagnostic.help("write the script as one text, or use these words in it: `\"$@\"`")
        })
    }

    /// A shell that gets no script after `-c`, or a script without `-c`.
    fn no_script(&self) -> Option<Diagnostic> {
        let shell = self.texts[self.start];
        let owner = self.command.place.of(self.command.container);
        let flags = self.texts[self.start + 1..].iter().take_while(|word| word.starts_with('-')).count();
        let at = self.start + 1 + flags;
        let Some(word) = self.texts.get(at) else {
            let last = *self.texts.last()?;
            let (flag, script) = last.split_once(char::is_whitespace).unwrap_or((last, ""));
            if !self.command.has_program
                || !last.starts_with('-')
                || !flag.ends_with('c')
                || flag.contains("--")
            {
                return None;
            }
            let last_at = self.texts.len() - 1;
            if script.trim().is_empty() {
                return Some(
                    self.warning(last_at, format!("{owner} starts `{shell} {flag}` without a script"))
                        .here("expected the script after this word")
                        .help("write `script \"…\"` with the commands"),
                );
            }
            let new = format!("\"{flag}\", \"{}\"", script.trim().escape_debug());
            return Some(self.split(
                last_at,
                format!("{owner} has its script in the same word as `{flag}`"),
                new,
            ));
        };
        let is_text = word.contains('\n')
            || (word.trim().contains(char::is_whitespace) && !word.starts_with(['/', '.']));
        if !is_text || !self.command.has_program {
            return None;
        }
        let shown = word.lines().next().unwrap_or(word);
        let new = format!("\"-c\", {}", self.pod.sources.slice(self.command.place_of(at)));
        Some(self.split(at, format!("{owner} starts `{shell}` with a file that is called `{shown}`"), new))
    }

    /// A finding whose fix replaces a word.
    fn split(&self, at: usize, headline: String, new: String) -> Diagnostic {
        let diagnostic = self.warning(at, headline).here("without `-c`, a shell reads a file of this name");
        let span = self.command.place_of(at);
        if self.pod.is_listed(self.command, at)
            && self.pod.sources.slice(span).starts_with(['"', '\''])
            && !new.contains('\n')
        {
            let title = format!("write `{new}`");
            diagnostic.help(title.clone()).fix(title, span, new, Applicability::Safe)
        } else {
            diagnostic.help("write `-c` before the script, or use `script`")
        }
    }
}

/// Whether a word after a script is hardly its name in messages.
fn has_option(word: &str) -> bool {
    word.starts_with(['-', '/']) || ["&&", "||", "|", ";", ">"].contains(&word)
}

/// Whether a script reads the words after it.
fn uses_parameters(script: &str) -> bool {
    let read = |after: &str| {
        after
            .trim_start_matches(['{', '#', '!'])
            .starts_with(|char: char| char.is_ascii_digit() || "@*#".contains(char))
            || after.starts_with('#')
    };
    script.split('$').skip(1).any(read) || ["shift", "getopts"].iter().any(|word| script.contains(word))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    fn app(statements: &str) -> String {
        format!("pod p {{ app a {{ image \"a:1\"; {statements} }} }}")
    }

    #[test]
    fn a_shell_reads_one_word_after_its_flag() {
        let shown = found(
            Code::MisplacedScript,
            [
                app(r#"command ["sh", "-c", "echo", "hi"]"#),
                app(r#"command ["/bin/sh", "-c"]; args ["cd /app", "serve --all"]"#),
                app(r#"command ["sh", "-c", "exec serve", "--port", "80"]"#),
                app(r#"command ["sh", "echo ready"]"#),
                app(r#"command ["/bin/sh", "-c"]"#),
                app(r#"command ["tini", "--", "bash", "-c echo ready"]"#),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …and ["sh", "-c", "echo", «"hi"»] } }
          the script `echo` of the app `a` ignores the words after it
        … "-c"]; args ["cd /app", «"serve --all"»] } }
          the script `cd /app` of the app `a` ignores the words after it
        …sh", "-c", "exec serve", «"--port"», "80"] } }
          the script `exec serve` of the app `a` ignores the words after it
        …ge "a:1"; command ["sh", «"echo ready"»] } }
          the app `a` starts `sh` with a file that is called `echo ready`
          fix (safe): write `"-c", "echo ready"`
          - …e "a:1"; command ["sh", "echo ready"] } }
          + …e "a:1"; command ["sh", "-c", "echo ready"] } }
        …:1"; command ["/bin/sh", «"-c"»] } }
          the app `a` starts `/bin/sh -c` without a script
        …d ["tini", "--", "bash", «"-c echo ready"»] } }
          the app `a` has its script in the same word as `-c`
          fix (safe): write `"-c", "echo ready"`
          - …"tini", "--", "bash", "-c echo ready"] } }
          + …"tini", "--", "bash", "-c", "echo ready"] } }
        "#);
        for statements in [
            r#"command ["sh", "-c", "exec \"$@\"", "sh", "serve"]"#,
            r#"command ["sh", "-c", "exec serve $1 ${2}", "sh", "serve"]"#,
            r#"command ["sh", "-c", "echo a; echo b", "prepare"]"#,
            r#"command ["sh", "/scripts/run.sh", "a b"]"#,
            r#"command ["bash", "-e", "/scripts/run.sh"]"#,
            r#"command ["sh"]"#,
            r#"command ["sh", "-c", "serve"]"#,
        ] {
            passes(Code::MisplacedScript, &app(statements));
        }
    }
}
