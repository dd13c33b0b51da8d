//! Finds what is allowed at a place of a half-written text.
//!
//! Invariant: only the text before the place decides, with the blocks that the tree has around it.

use crate::ide::shape::{Cursor, Inside, Meaning, Shaped, ValueRole, at, roles, shape};
use crate::ide::{Parsed, Range32};
use crate::source::Span;
use crate::statement::{Clause, Need, Slot};
use crate::syntax::tree::{Statement, SyntaxValue, ValueKind};

/// A place in a text.
pub(super) struct Context<'t> {
    /// What a choice replaces: the word before the place.
    pub(super) replaced: Range32,
    pub(super) place: Expected<'t>,
    /// The statements around it, outermost first, including the one whose head it is in.
    pub(super) around: Vec<&'t Statement>,
}

/// What is allowed at a place.
pub(super) enum Expected<'t> {
    /// Nothing: it is in a text or a comment.
    Nothing,
    /// The name of a statement; the names that its block already has, and the one directly before.
    Name { inside: Inside, present: Vec<String>, before: &'t str },
    /// A value, or one of some keywords.
    Value { role: ValueRole, clauses: Vec<&'static Clause> },
    /// A file in `use`.
    File,
    /// A name in `#{…}`.
    Interpolation,
    /// What follows `# initflow:` in a comment.
    Allowance,
    /// The name of a warning in `# initflow: allow(…)`.
    Allowed,
    /// The text of an argument of a function, by its position or its name.
    Argued { function: &'t str, position: usize, named: Option<&'t str> },
    /// The text of a statement's first value.
    Text(&'static str),
    /// An argument of a call.
    Argument(OpenCall<'t>),
}

/// A call that is being written.
pub(super) struct OpenCall<'t> {
    pub(super) name: &'t str,
    /// The arguments that have been given by name.
    pub(super) given: Vec<String>,
    /// The name whose argument is being written, after `name:`.
    pub(super) named: Option<String>,
    /// Whether these are the parameters of a template's declaration.
    pub(super) declares: bool,
}

impl<'t> Context<'t> {
    /// The context of an offset.
    pub(super) fn of(file: &'t Parsed, offset: usize) -> Self {
        let text = file.text();
        let offset = offset.min(text.len());
        let before = &text[..offset];
        let is_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
        let start = before
            .rfind(|char: char| !is_word(char))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let Cursor { chain, inside, depth } = at(file, start);
        let head = head_at(&chain, depth, file, start, inside);
        let around = chain.iter().take(depth).map(|shaped| shaped.statement);
        let around = around.chain(head.iter().map(|head| head.statement)).collect();
        let mut context = Self { replaced: Range32::from(start..offset), place: Expected::Nothing, around };
        let is_in = |comment: &&Span| comment.range().start < offset && offset <= comment.range().end;
        if let Some(comment) = file.document().comments.iter().find(is_in) {
            context.place = in_comment(&text[comment.range().start..start]);
            return context;
        }
        context.place = match head {
            Some(head) => context.in_head(&head, text, start, offset),
            None => {
                let block = siblings(&chain, depth, file);
                let others = block.iter().filter(|statement| statement.name.span.start as usize != start);
                let before = others.clone().rfind(|statement| statement.span.range().end <= start);
                Expected::Name {
                    inside,
                    present: others.map(|statement| statement.name.text.to_string()).collect(),
                    before: before.map_or("", |statement| &statement.name.text),
                }
            }
        };
        context
    }

    /// Whether the place is in the head of `defaults`.
    pub(super) fn is_defaults(&self) -> bool {
        self.around.last().is_some_and(|statement| statement.name.text == "defaults")
    }

    fn in_head(&mut self, head: &Shaped<'t>, text: &'t str, start: usize, offset: usize) -> Expected<'t> {
        let statement = head.statement;
        let written = &text[statement.name.span.range().start..offset];
        if let Some(quote) = open_quote(written) {
            let from = offset - (written.len() - quote - 1);
            if matches!(head.meaning, Meaning::Entry(entry) if entry.name == "use") {
                self.replaced = Range32::from(from..offset);
                return Expected::File;
            }
            return match text[from..offset].rfind("#{") {
                Some(at) if !text[from + at..offset].contains('}') => {
                    self.replaced = Range32::from(from + at + 2..offset);
                    Expected::Interpolation
                }
                _ => {
                    self.replaced = Range32::from(from..offset);
                    in_text(head, &written[..quote])
                }
            };
        }
        if let Some((name, arguments)) = open_call(written) {
            let last = arguments.rsplit(',').next().unwrap_or_default();
            let given = arguments.split(',').filter_map(|argument| argument.split_once(':'));
            return Expected::Argument(OpenCall {
                name,
                given: given.map(|(name, _)| name.trim().to_owned()).collect(),
                named: last.split_once(':').map(|(name, _)| name.trim().to_owned()),
                declares: matches!(head.meaning, Meaning::Entry(entry) if entry.name == "template"),
            });
        }
        let given = statement.values.iter().take_while(|value| value.span.range().end <= start);
        let mut values: Vec<SyntaxValue> = given.cloned().collect();
        let used: Vec<SyntaxValue> = values.clone();
        // Inside a list, the role is that of the list.
        let in_list = statement.values.iter().find(|value| {
            let range = value.span.range();
            matches!(value.kind, ValueKind::List(_)) && range.start < offset && offset < range.end
        });
        let span = Span::new(statement.span.file, start, offset);
        values.push(in_list.cloned().unwrap_or(SyntaxValue { span, kind: ValueKind::Word("x".into()) }));
        let synthetic = Statement { values, ..statement.clone() };
        let all = roles(&Shaped { statement: &synthetic, ..*head });
        let role = all.last().copied().unwrap_or(ValueRole::Unknown);
        let pending = matches!(
            all.iter().rev().nth(1),
            Some(ValueRole::Keyword(Some(Clause { values: [Slot::One(..), ..], .. })))
        );
        let clauses = match head.meaning {
            Meaning::Entry(entry) if !pending && in_list.is_none() => clauses(entry.head, &used, &all),
            _ => Vec::new(),
        };
        Expected::Value { role, clauses }
    }
}

/// What is expected in a comment after some text of it.
fn in_comment(before: &str) -> Expected<'static> {
    let Some(rest) = before.trim_start_matches('#').trim_start().strip_prefix("initflow:") else {
        return Expected::Nothing;
    };
    match rest.trim_start().strip_prefix("allow(") {
        Some(names) if !names.contains(')') => Expected::Allowed,
        None if rest.trim().is_empty() => Expected::Allowance,
        _ => Expected::Nothing,
    }
}

/// What is expected in a text that begins after some text of a head.
fn in_text<'t>(head: &Shaped<'_>, before: &'t str) -> Expected<'t> {
    if let Some((function, arguments)) = open_call(before) {
        let last = arguments.rsplit(',').next().unwrap_or_default();
        let named = last.trim().strip_suffix(':').map(str::trim_end);
        return if named.is_some() || last.trim().is_empty() {
            Expected::Argued { function, position: arguments.matches(',').count(), named }
        } else {
            Expected::Nothing
        };
    }
    match head.meaning {
        Meaning::Entry(entry) if before.trim() == entry.name => Expected::Text(entry.name),
        _ => Expected::Nothing,
    }
}

/// The clauses that may still be added to a head.
fn clauses(slots: &'static [Slot], used: &[SyntaxValue], roles: &[ValueRole]) -> Vec<&'static Clause> {
    let is_used =
        |clause: &Clause| used.iter().any(|value| crate::ide::shape::word(value) == Some(clause.word));
    let all = || {
        slots.iter().filter_map(|slot| match slot {
            Slot::Clause(clause) => Some(*clause),
            _ => None,
        })
    };
    let choice = |clause: &Clause| matches!(clause.need, Need::OneOf | Need::AtMostOne);
    let chosen = all().any(|clause| choice(clause) && is_used(clause));
    let needed = slots.iter().filter(|slot| matches!(slot, Slot::One(..) | Slot::Many(..))).count();
    if roles.len() <= needed {
        return Vec::new();
    }
    all().filter(|clause| !(is_used(clause) || chosen && choice(clause))).collect()
}

/// The statement whose head contains an offset: it begins before the offset, and nothing ends it in between.
fn head_at<'t>(
    chain: &[Shaped<'t>],
    depth: usize,
    file: &'t Parsed,
    start: usize,
    inside: Inside,
) -> Option<Shaped<'t>> {
    let block: &'t [Statement] = siblings(chain, depth, file);
    let last = block.iter().take_while(|statement| (statement.name.span.start as usize) < start).last()?;
    let name_end = last.name.span.range().end;
    let between = file.text().get(name_end..start)?;
    let is_open = open_call(between).is_some() || between.matches('[').count() > between.matches(']').count();
    let in_text =
        last.values.iter().any(|value| value.span.range().start < start && start < value.span.range().end);
    let ended = !in_text && !is_open && between.contains(['\n', ';', '{', '}']);
    (!ended && !between.is_empty()).then(|| shape(last, inside))
}

fn siblings<'t>(chain: &[Shaped<'t>], depth: usize, file: &'t Parsed) -> &'t [Statement] {
    match depth.checked_sub(1).and_then(|at| chain.get(at)) {
        Some(parent) => parent.statement.block.as_ref().map_or(&[], |block| &block.statements),
        None => &file.document().statements,
    }
}

/// Where the text begins that is still open at the end of a head.
fn open_quote(written: &str) -> Option<usize> {
    let mut open: Option<(char, usize)> = None;
    let mut escaped = false;
    for (at, char) in written.char_indices() {
        match open {
            Some((quote, _)) if char == quote && !escaped => open = None,
            None if matches!(char, '"' | '\'') => open = Some((char, at)),
            _ => {}
        }
        escaped = char == '\\' && !escaped;
    }
    open.map(|(_, at)| at)
}

/// The name of the call whose parentheses are open at the end, and its arguments so far.
pub(super) fn open_call(written: &str) -> Option<(&str, &str)> {
    let mut open = Vec::new();
    let mut quote: Option<char> = None;
    for (at, char) in written.char_indices() {
        match (quote, char) {
            (Some(quoted), _) if quoted == char => quote = None,
            (None, '"' | '\'') => quote = Some(char),
            (None, '(') => open.push(at),
            (None, ')') => {
                open.pop();
            }
            _ => {}
        }
    }
    let at = open.pop()?;
    let before = &written[..at];
    let is_word = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    let start = before
        .rfind(|char: char| !is_word(char))
        .map_or(0, |space| space + before[space..].chars().next().map_or(1, char::len_utf8));
    let name = &before[start..];
    (!name.is_empty()).then_some((name, &written[at + 1..]))
}
