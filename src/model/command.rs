//! Turns `run`, `args` and `script`, which are commands as text, into the words that start a container.

use super::draft::{COMMAND, Draft};
use super::head::Head;
use super::resolve::Resolver;
use super::scope::{Constant, Scope};
use super::types::mismatch;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::expansion;
use crate::object::{Node, Value};
use crate::source::Span;
use crate::statement::ValueType;
use crate::syntax::quote;
use crate::syntax::tree::{self, Piece, Statement, TextPieces, ValueKind};
use smol_str::SmolStr;
use std::borrow::Cow;

/// The shell that runs a `script`, unless the script names another one.
pub(crate) const DEFAULT_SHELL: [&str; 3] = ["sh", "-eu", "-c"];

impl Resolver<'_> {
    /// `run "command"`
    pub(super) fn run(&mut self, draft: &mut Draft, head: &Head, statement: &Statement, scope: &Scope) {
        let Some(filled) = head.all().first() else { return };
        let span = filled.value.span;
        let words = self.words(filled.value, scope, Taker::Run(statement.name.span));
        if let Value::List(items) = &words.value
            && items.is_empty()
        {
            self.report(
                Diagnostic::error(Code::EmptyCommand, span, "`run` has no command")
                    .here("expected a program and its arguments"),
            );
        }
        draft.run = Some(span);
        self.set_command(draft, statement, words, scope);
    }

    /// `args "arguments"` or `args [list]`
    pub(super) fn args(&mut self, draft: &mut Draft, head: &Head, statement: &Statement, scope: &Scope) {
        let Some(filled) = head.all().first() else { return };
        let words = self.words(filled.value, scope, Taker::Args);
        self.put(&mut draft.fields, "args", statement.name.span, words, scope);
    }

    /// `script ["shell"] '''text'''`, or `script "shell" args ["flags"] '''text'''`
    pub(super) fn script(&mut self, draft: &mut Draft, head: &Head, statement: &Statement, scope: &Scope) {
        let (shell, flags, filled) = match (head.clause("args"), head.plain("'''text'''")) {
            (Some(args), shell) => match args.values.as_slice() {
                [flags, text] => (shell, Some(*flags), *text),
                [text] => (shell, None, *text),
                _ => return,
            },
            (None, Some(text)) => (head.plain("\"shell\""), None, text),
            (None, None) => return,
        };
        let text = self.typed(filled.value, filled.ty, scope);
        let words = match shell {
            Some(filled) => self.words(filled.value, scope, Taker::Shell),
            None => {
                let words = DEFAULT_SHELL.map(|word| Node::text(statement.name.span, word));
                Node::new(statement.name.span, Value::List(words.into()))
            }
        };
        let Value::List(mut command) = words.value else { return };
        let mut args = match flags.map(|flags| self.words(flags.value, scope, Taker::Shell).value) {
            Some(Value::List(flags)) => flags,
            Some(_) => return,
            None => Vec::new(),
        };
        // Without the flag that makes it read a command, a shell would read the script as a file name.
        let all = command.iter().chain(&args).filter_map(Node::as_text);
        if let Some(shell) = shell.filter(|_| !reads_command(all)) {
            let at = shell.value.span;
            let words: Vec<&str> = command.iter().filter_map(Node::as_text).collect();
            let headline = "this shell would read the script as a file name";
            let error = Diagnostic::error(Code::ShellWithoutCommandFlag, at, headline)
                .here("expected a flag that makes it read a command, such as `-c`");
            let has_only_name = words.len() == 1 && args.is_empty();
            let flag = words.first().and_then(|program| command_flag(program)).filter(|_| has_only_name);
            self.report(match flag {
                Some(flag) => {
                    let shell = quote(&format!("{} {flag}", words.join(" ")));
                    let title = format!("write `script {shell} …`");
                    error.help(title.clone()).fix(title, at, shell, Applicability::Safe)
                }
                None => error.help("write `script \"bash -ec\" \"…\"`"),
            });
            return;
        }
        let is_in_args = head.clause("args").is_some();
        if is_in_args { &mut args } else { &mut command }.push(text.clone());
        draft.run = None;
        draft.replace_command(scope.layer, &COMMAND);
        if !matches!(text.value, Value::Unresolved) {
            draft.script = Some((scope.layer, text));
        }
        let node = Node::new(statement.head(), Value::List(command));
        self.set_command(draft, statement, node, scope);
        if is_in_args {
            let args = Node::new(statement.head(), Value::List(args));
            self.put(&mut draft.fields, "args", statement.name.span, args, scope);
        }
    }

    fn set_command(&mut self, draft: &mut Draft, statement: &Statement, command: Node, scope: &Scope) {
        let script = draft.script.take_if(|_| statement.name.text == "script");
        draft.replace_command(scope.layer, &COMMAND);
        if script.is_some() {
            draft.script = script;
        }
        if let Err(before) = draft.fields.insert("command", statement.name.span, scope.layer, command) {
            self.duplicate(&statement.name.text, statement.name.span, before);
        }
    }

    /// The words of a command: a list unchanged, a text split by the shell's rules.
    pub(super) fn words(&mut self, value: &tree::SyntaxValue, scope: &Scope, taker: Taker) -> Node {
        let pieces = match &value.kind {
            ValueKind::Text(pieces) => {
                self.idle_insertions(pieces, value.span, scope);
                pieces.clone()
            }
            ValueKind::List(_) if !taker.accepts_lists() => return self.list_as_text(value.span, taker),
            ValueKind::List(items) => {
                let words = items.iter().map(|item| self.plain_text(item, scope)).collect();
                return Node::new(value.span, Value::List(words));
            }
            _ => {
                let evaluated = self.evaluate(value, scope);
                match evaluated.constant {
                    Constant::Text(text) => TextPieces::One(Piece::Text(text)),
                    Constant::List(items) if taker.accepts_lists() => {
                        let words = items
                            .iter()
                            .filter_map(|item| {
                                item.constant.spelled().map(|text| Node::text(item.span, text))
                            })
                            .collect();
                        return Node::new(value.span, Value::List(words));
                    }
                    Constant::List(_) => return self.list_as_text(value.span, taker),
                    _ => return self.convert(&evaluated, ValueType::Text),
                }
            }
        };
        let mut inserted = Vec::new();
        let mut text = String::new();
        for piece in pieces.iter() {
            let Some(part) = self.piece(piece, scope) else {
                return Node::new(value.span, Value::Unresolved);
            };
            match piece {
                Piece::Text(_) => text.push_str(&part),
                Piece::Name(_) => {
                    // A placeholder for the inserted value while the text is split: no shell rule applies to it.
                    text.push(INSERTED);
                    inserted.push(part);
                }
            }
        }
        match split(&text) {
            Ok(words) => {
                if let Some(first) =
                    words.first().filter(|first| matches!(taker, Taker::Run(_)) && is_assignment(first))
                {
                    self.assignment(value.span, first);
                }
                let mut inserted = inserted.into_iter();
                let words = words
                    .into_iter()
                    .map(|word| Node::text(value.span, fill(&word, &mut inserted)))
                    .collect();
                Node::new(value.span, Value::List(words))
            }
            Err(fault) => {
                self.unsplittable(value.span, &fault, taker);
                Node::new(value.span, Value::Unresolved)
            }
        }
    }

    fn list_as_text(&mut self, span: Span, taker: Taker) -> Node {
        let help = "use `command […]` for a command as a list";
        let diagnostic = mismatch(span, &ValueType::Text.phrase(), "a list").help(help);
        self.report(match taker {
            Taker::Run(run) => {
                diagnostic.fix("use `command` instead of `run`", run, "command", Applicability::Safe)
            }
            _ => diagnostic,
        });
        Node::new(span, Value::Unresolved)
    }

    fn assignment(&mut self, span: Span, word: &str) {
        let name = word.split('=').next().unwrap_or_default();
        self.report(
            Diagnostic::error(
                Code::NeedsShell,
                self.within(span, word),
                format!("`run` does not start a shell, so `{name}=…` before a program has no meaning here"),
            )
            .here("would be started as a program")
            .help(format!("set the variable with `env {{ {name} … }}`")),
        );
    }

    /// The place of a text in a wider one, if the source has it there unchanged and only once.
    pub(super) fn within(&self, span: Span, text: &str) -> Span {
        let source = self.sources.slice(span);
        let at = source.find(text).filter(|_| source.matches(text).count() == 1);
        at.map_or(span, |at| {
            let start = span.range().start + at;
            Span::new(span.file, start, start + text.len())
        })
    }

    /// The place of an `&` at the end of a command, which a shell would run in the background.
    fn in_background(&self, span: Span, found: &str) -> Option<Span> {
        let source = self.sources.slice(span);
        let (command, quote) = source.split_at_checked(source.len().checked_sub(1)?)?;
        let rest = command.trim_end().strip_suffix('&')?.trim_end();
        let is_last = found == "&" && source.matches('&').count() == 1 && ["\"", "'"].contains(&quote);
        let start = span.range().start;
        is_last.then(|| Span::new(span.file, start + rest.len(), start + command.len()))
    }

    fn unsplittable(&mut self, span: Span, fault: &SplitFault, taker: Taker) {
        let diagnostic = match fault {
            SplitFault::NeedsShell(found) => {
                let error = needs_shell(self.within(span, found), found, taker);
                match self.in_background(span, found) {
                    Some(ending) if matches!(taker, Taker::Run(_)) => {
                        let title = "remove `&`: a container lasts as long as its program";
                        Diagnostic { help: Vec::new(), ..error }.help(title).fix(
                            "remove `&`",
                            ending,
                            "",
                            Applicability::Unsafe,
                        )
                    }
                    _ => error,
                }
            }
            SplitFault::Unclosed => {
                Diagnostic::error(Code::UnclosedQuote, span, "a quote in the command is not closed")
                    .here("expected a closing quote inside")
            }
        };
        self.report(diagnostic);
    }

    /// Escapes what Kubernetes would replace in a script. All variables must be known.
    pub(super) fn escape_script(draft: &mut Draft) {
        let Some((_, text)) = draft.script.take() else { return };
        let Some(script) = text.as_text() else { return };
        let named = |name: &str| {
            draft.env.iter().any(|(_, node)| node.get("name").and_then(Node::as_text) == Some(name))
        };
        let escaped = escape(script, named);
        // The script is the last word of one of both.
        for field in COMMAND {
            if let Some(Value::List(words)) = draft.fields.get_mut(field).map(|node| &mut node.value)
                && let Some(last) = words.last_mut().filter(|last| last.span == text.span)
            {
                last.value = Value::Text(escaped.clone());
            }
        }
    }
}

/// The error about what only a shell can do.
fn needs_shell(place: Span, found: &str, taker: Taker) -> Diagnostic {
    let (headline, help) = match taker {
        Taker::Run(_) => ("`run` does not start a shell", "use `script` instead of `run`"),
        Taker::Shell => ("the interpreter of a script is started without a shell", "move it into the script"),
        Taker::Args => ("no shell reads `args`", "write a list, which is passed on unchanged: `args […]`"),
        Taker::Exec => ("`exec` does not start a shell", "start one: `exec [\"sh\", \"-c\", \"…\"]`"),
    };
    let headline = format!("{headline}, so `{found}` has no meaning here");
    let error = Diagnostic::error(Code::NeedsShell, place, headline)
        .here("only a shell understands this")
        .help(help)
        .help("put it in single quotes to pass it on unchanged");
    match taker {
        Taker::Run(run) => error.fix(help, run, "script", Applicability::Safe),
        _ => error,
    }
}

/// The statement that needs the words of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taker {
    /// `run`, at this place.
    Run(Span),
    /// The interpreter of a `script`.
    Shell,
    /// `args`
    Args,
    /// A probe's `exec`.
    Exec,
}

impl Taker {
    /// Whether it accepts a list too.
    fn accepts_lists(self) -> bool {
        matches!(self, Self::Args | Self::Exec)
    }
}

/// Whether a word is `NAME=…`, which sets a variable where a shell expects a program.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Whether the words of a shell, or of another interpreter, make it read a command from the next argument.
pub(crate) fn reads_command<'w>(mut words: impl Iterator<Item = &'w str>) -> bool {
    let flags = if words.next().is_some_and(|program| program.ends_with("sh")) {
        &['c', 'C'][..]
    } else {
        &['c', 'e', 'C']
    };
    words.any(|word| word.starts_with('-') && word.contains(flags))
}

/// The flag that makes a program read a command from the next argument, and stop at the first failure if it is a shell.
fn command_flag(program: &str) -> Option<&'static str> {
    match program.rsplit('/').next()? {
        "sh" | "bash" | "ash" | "dash" | "ksh" | "zsh" => Some("-ec"),
        "python" | "python3" => Some("-c"),
        "node" | "perl" | "ruby" => Some("-e"),
        _ => None,
    }
}

/// The placeholder for an inserted value: a private character that no source has by accident.
const INSERTED: char = '\u{f8ff}';

fn fill(word: &str, inserted: &mut impl Iterator<Item = SmolStr>) -> SmolStr {
    if !word.contains(INSERTED) {
        return word.into();
    }
    let mut text = String::new();
    for char in word.chars() {
        match char {
            INSERTED => text.push_str(&inserted.next().unwrap_or_default()),
            other => text.push(other),
        }
    }
    text.into()
}

/// Why a command cannot be split.
#[derive(Debug, PartialEq)]
pub(crate) enum SplitFault {
    NeedsShell(String),
    Unclosed,
}

/// Splits a command by the shell's quoting rules, and fails on what only a shell can do.
pub(crate) fn split(text: &str) -> Result<Vec<String>, SplitFault> {
    if let Some(found) = shell_feature(text) {
        return Err(SplitFault::NeedsShell(found));
    }
    let text = &joined(text);
    // shlex reads `#` as the start of a comment; a command has no comments.
    if text.contains('#') {
        let words = text.replace('#', "\u{f8fe}");
        let words = shlex::split(&words).ok_or(SplitFault::Unclosed)?;
        return Ok(words.into_iter().map(|word| word.replace('\u{f8fe}', "#")).collect());
    }
    shlex::split(text).ok_or(SplitFault::Unclosed)
}

/// The text with its lines joined where one ends with a backslash, outside single quotes.
fn joined(text: &str) -> Cow<'_, str> {
    if !text.contains("\\\n") {
        return text.into();
    }
    let (mut joined, mut chars) = (String::with_capacity(text.len()), text.chars().peekable());
    let (mut single, mut double) = (false, false);
    while let Some(char) = chars.next() {
        match char {
            '\'' if !double => single = !single,
            '"' if !single => double = !double,
            '\\' if !single => {
                if chars.next_if_eq(&'\n').is_none() {
                    joined.push(char);
                    joined.extend(chars.next());
                }
                continue;
            }
            _ => {}
        }
        joined.push(char);
    }
    joined.into()
}

/// The first thing outside quotes that needs a shell.
fn shell_feature(text: &str) -> Option<String> {
    let mut chars = text.char_indices().peekable();
    let mut double = false;
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => {
                chars.next();
            }
            '\'' if !double => {
                chars.by_ref().find(|(_, char)| *char == '\'');
            }
            '"' => double = !double,
            '$' => match chars.peek() {
                // Kubernetes expands `$(NAME)`, and replaces its escaped form `$$(NAME)`.
                Some((_, '$')) if text[at + 2..].starts_with('(') => {
                    chars.nth(1);
                }
                Some((_, '(')) if variable(&text[at + 2..]) => {
                    chars.by_ref().find(|(_, char)| *char == ')');
                }
                Some((_, next)) if next.is_ascii_alphanumeric() || "_{(@*#?!$".contains(*next) => {
                    let name: String = text[at + 1..]
                        .chars()
                        .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
                        .collect();
                    return Some(if name.is_empty() { format!("${next}") } else { format!("${name}") });
                }
                _ => {}
            },
            '`' => return Some("`".into()),
            '&' | '|' | '>' | '<' | ';' if !double => {
                let twice = chars.peek().is_some_and(|(_, next)| *next == char);
                return Some(if twice { format!("{char}{char}") } else { char.to_string() });
            }
            _ => {}
        }
    }
    None
}

/// Whether the text after `$(` is a variable's name and `)`.
fn variable(rest: &str) -> bool {
    rest.split_once(')').is_some_and(|(name, _)| expansion::is_name(name))
}

/// Doubles each `$` that Kubernetes would replace: before `$`, and before `(NAME)` if NAME may be a variable.
pub(crate) fn escape(script: &str, named: impl Fn(&str) -> bool) -> SmolStr {
    if !script.contains("$(") && !script.contains("$$") {
        return script.into();
    }
    let mut text = String::with_capacity(script.len() + 16);
    for (at, char) in script.char_indices() {
        text.push(char);
        if char != '$' {
            continue;
        }
        let rest = &script[at + 1..];
        let replaced = rest.starts_with('$')
            || rest.strip_prefix('(').is_some_and(|rest| {
                variable(rest) || rest.split_once(')').is_some_and(|(name, _)| named(name))
            });
        if replaced {
            text.push('$');
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_does() {
        let words = |text: &str| split(text).map(|words| words.join("|"));
        assert_eq!(
            words("gunicorn shop.wsgi --bind 0.0.0.0:8000").as_deref(),
            Ok("gunicorn|shop.wsgi|--bind|0.0.0.0:8000")
        );
        assert_eq!(words(r#"echo 'a b' "c d" e\ f"#).as_deref(), Ok("echo|a b|c d|e f"));
        assert_eq!(words("echo #not-a-comment # nor this").as_deref(), Ok("echo|#not-a-comment|#|nor|this"));
        assert_eq!(words("echo $(POD_IP) '$HOME' '&&'").as_deref(), Ok("echo|$(POD_IP)|$HOME|&&"));
        assert_eq!(words("a \\\n  --b 'c\\\nd' $$(E)").as_deref(), Ok("a|--b|c\\\nd|$$(E)"));
        assert_eq!(words("echo 'a"), Err(SplitFault::Unclosed));
        for (text, found) in [
            ("a && b", "&&"),
            ("a | b", "|"),
            ("a > b", ">"),
            ("echo $HOME", "$HOME"),
            ("echo \"$HOME\"", "$HOME"),
            ("echo $(date +%s)", "$("),
            ("a; b", ";"),
            ("echo `x`", "`"),
            ("echo ${X}", "${"),
            ("kill $$", "$$"),
        ] {
            assert_eq!(split(text), Err(SplitFault::NeedsShell(found.into())), "{text}");
        }
    }

    #[test]
    fn scripts_reach_the_shell_as_written() {
        let escaped = |text: &str| escape(text, |name| name == "with space");
        assert_eq!(escaped("echo $HOME ${X} $(date +%s)"), "echo $HOME ${X} $(date +%s)");
        assert_eq!(escaped("echo $(date)"), "echo $$(date)");
        assert_eq!(escaped("echo $$"), "echo $$$");
        assert_eq!(escaped("kill $$ now"), "kill $$$ now");
        assert_eq!(escaped("echo $(with space)"), "echo $$(with space)");
    }
}
