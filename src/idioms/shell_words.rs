//! Reads the words of a shell command as the program receives them.
//!
//! Invariant: a word that depends on anything but constants of the script and variables of the container is not read. A
//! variable stays in the word as `$(NAME)`, which is how Kubernetes and the built-in steps write it.

use super::reader::{ScriptReader, seconds};
use shuck_ast::{
    Command as Tree, CompoundCommand, Redirect, RedirectKind, SimpleCommand, Span, Stmt, Word, WordPart,
    WordPartNode,
};

/// Programs that only print or pause.
const IDLE: [&str; 9] = ["echo", "printf", "sleep", "date", "true", ":", "hostname", "id", "whoami"];

/// Where output may go without changing what a command does.
const NOWHERE: [&str; 4] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];

impl<'r> ScriptReader<'r> {
    /// The text at a place of the script.
    pub(super) fn slice(&self, span: Span) -> &'r str {
        self.text.get(span.start.offset()..span.end.offset()).unwrap_or_default()
    }

    /// The program of a simple command, if it is written out.
    pub(super) fn program<'w>(&'w self, command: &'w SimpleCommand) -> Option<std::borrow::Cow<'w, str>> {
        command.name.try_static_text(self.text)
    }

    /// Whether a command only prints or pauses.
    pub(super) fn is_idle(&self, command: &SimpleCommand, redirects: &[Redirect]) -> bool {
        self.program(command).is_some_and(|program| IDLE.contains(&&*program)) && self.discards(redirects)
    }

    /// The seconds of a `sleep`, rounded up.
    pub(super) fn pause(&self, command: &SimpleCommand) -> Option<u64> {
        let [time] = command.args.as_slice() else { return None };
        self.program(command).filter(|program| *program == "sleep")?;
        seconds(&self.word(time)?)
    }

    /// The words of a simple command, without passwords.
    pub(super) fn words(&self, command: &SimpleCommand) -> Option<Vec<String>> {
        let is_admin = self.program(command).is_some_and(|program| program.ends_with("admin"));
        // The answer to a ping does not depend on the password.
        let is_password = |word: &&Word| {
            let written = self.slice(word.span);
            is_admin && (written.starts_with("-p") || written.starts_with("--password"))
        };
        let words = std::iter::once(&command.name).chain(&command.args);
        words.filter(|word| !is_password(word)).map(|word| self.word(word)).collect()
    }

    /// A statement as it is written, without what surrounds its command.
    pub(super) fn written(&self, statement: &Stmt) -> &'r str {
        let span = match &statement.command {
            // The parser counts an operator after a command as part of it.
            Tree::Simple(command) => {
                let last = command.args.last().map_or(command.span, |word| word.span);
                Span { end: last.end, ..command.span }
            }
            Tree::Compound(CompoundCommand::Conditional(test)) => test.span,
            Tree::Compound(CompoundCommand::Arithmetic(test)) => test.span,
            _ => statement.span,
        };
        self.slice(span).trim().trim_end_matches(';').trim_end()
    }

    /// A word.
    pub(super) fn word(&self, word: &Word) -> Option<String> {
        let mut text = String::new();
        self.parts(&word.parts, false, &mut text)?;
        Some(text)
    }

    fn parts(&self, parts: &[WordPartNode], is_quoted: bool, text: &mut String) -> Option<()> {
        for part in parts {
            match &part.kind {
                WordPart::Literal(_) => text.push_str(&literal(self.slice(part.span), is_quoted)?),
                WordPart::SingleQuoted { value, dollar: false } => text.push_str(value.slice(self.text)),
                WordPart::DoubleQuoted { parts, dollar: false } => self.parts(parts, true, text)?,
                WordPart::CommandSubstitution { .. } => {
                    // Kubernetes replaces `$(NAME)` before the shell sees it.
                    let name = self.slice(part.span).strip_prefix("$(")?.strip_suffix(')')?;
                    self.variable(name, text)?;
                }
                _ => self.variable(name_of(self.slice(part.span))?, text)?,
            }
        }
        Some(())
    }

    fn variable(&self, name: &str, text: &mut String) -> Option<()> {
        if self.changes(name) {
            return None;
        }
        if let Some(constant) = self.constants.get(name) {
            text.push_str(constant);
        } else if is_name(name) && self.candidate.has_variable(name) {
            text.extend(["$(", name, ")"]);
        } else {
            return None;
        }
        Some(())
    }

    /// Whether the script gives a variable several values.
    fn changes(&self, name: &str) -> bool {
        let count = |text: String| self.text.matches(&text).count();
        count(format!("{name}=")) > 1 || count(format!("for {name} ")) + count(format!("{name}+")) > 0
    }

    /// Whether all output is discarded or printed.
    pub(super) fn discards(&self, redirects: &[Redirect]) -> bool {
        redirects.iter().all(|redirect| match redirect.kind {
            RedirectKind::DupOutput | RedirectKind::DupInput => true,
            RedirectKind::Output
            | RedirectKind::Clobber
            | RedirectKind::Append
            | RedirectKind::Input
            | RedirectKind::OutputBoth => {
                redirect.word_target().is_some_and(|word| NOWHERE.contains(&self.slice(word.span)))
            }
            _ => false,
        })
    }
}

/// Text outside or inside quotes, without its backslashes; `None` if the shell would expand it.
fn literal(written: &str, is_quoted: bool) -> Option<String> {
    let is_all = written.ends_with("/*") && written.matches('*').count() == 1;
    let mut text = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next()? {
                '\n' => {}
                escaped if is_quoted && !"$`\"\\".contains(escaped) => text.extend(['\\', escaped]),
                escaped => text.push(escaped),
            },
            // A `?` in a URL has no file that it could match.
            '?' if !is_quoted && !written.contains("://") => return None,
            '[' | '~' if !is_quoted && written.len() > 1 => return None,
            // All files of a folder are a pattern that `copy` understands; others do not.
            '*' if !is_quoted && !is_all => return None,
            char => text.push(char),
        }
    }
    Some(text)
}

/// The name in `$NAME` or `${NAME}`.
fn name_of(written: &str) -> Option<&str> {
    let name = written.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
