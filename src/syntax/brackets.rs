//! Reads the tokens between brackets as the items of a list or the arguments of a call.

use super::grammar::{Rule, Token};
use super::reader::{SyntaxReader, Weight};
use super::tree::{Argument, Name, Operator, Piece, SyntaxValue, ValueKind};
use super::values::{ValueContext, Values, is_operator};
use super::{MAX_BRACKET_DEPTH, mistakes};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use smol_str::SmolStr;

/// The content of two brackets.
struct Bracket {
    /// The values, split at the commas.
    items: Vec<Vec<SyntaxValue>>,
    /// The index of the token after it.
    next: usize,
    /// Where it ends in the text.
    end: u32,
}

impl SyntaxReader<'_> {
    /// Reads `[a, b]` or `(a, name: b)`; returns the next token and where it ends.
    pub(super) fn list_or_group(
        &mut self,
        tokens: &[Token],
        at: usize,
        depth: usize,
    ) -> (ValueKind, usize, u32) {
        if self.slice(tokens[at]) == "(" {
            let (arguments, next, end) = self.arguments(tokens, at, depth);
            return (ValueKind::Group(arguments), next, end);
        }
        let Bracket { items, next, end } = self.bracket(tokens, at, ValueContext::List, depth);
        for item in &items {
            if let Some(sign) = item.iter().find(|value| is_operator(value)) {
                let error = mistakes::operator_in_list(sign.span, self.source.slice(sign.span));
                self.fail(Weight::Stray, error);
            }
        }
        let list = items.into_iter().flatten().filter(|value| !is_operator(value)).collect();
        (ValueKind::List(list), next, end)
    }

    /// Reads `(a, name: b)`; returns the next token and where it ends.
    pub(super) fn arguments(
        &mut self,
        tokens: &[Token],
        at: usize,
        depth: usize,
    ) -> (Vec<Argument>, usize, u32) {
        let Bracket { items, next, end } = self.bracket(tokens, at, ValueContext::Arguments, depth);
        (items.into_iter().map(|values| self.argument(values)).collect(), next, end)
    }

    /// Reads one argument, with the name before its colon.
    fn argument(&mut self, mut values: Vec<SyntaxValue>) -> Argument {
        let colon =
            matches!(values.get(1), Some(SyntaxValue { kind: ValueKind::Operator(Operator::Colon), .. }));
        let name = values.first().filter(|_| colon).and_then(argument_name);
        if let Some(name) = &name {
            values.drain(..2);
            if values.is_empty() {
                self.fail(Weight::Stray, mistakes::missing_value(name));
            }
        }
        Argument { name, values }
    }

    /// Reads the content of two brackets.
    fn bracket(&mut self, tokens: &[Token], at: usize, place: ValueContext, depth: usize) -> Bracket {
        let open = self.span(tokens[at]);
        if depth > MAX_BRACKET_DEPTH {
            self.fail(Weight::Depth, mistakes::too_deep(open, "brackets", MAX_BRACKET_DEPTH));
            return self.pass_over(tokens, at);
        }
        let closing = if place == ValueContext::List { "]" } else { ")" };
        let mut items = Vec::new();
        let mut values = Values::new(place, open.end, depth);
        // Reported only if the bracket is closed: otherwise the missing end is the mistake.
        let mut commas: Vec<Diagnostic> = Vec::new();
        let mut next = at + 1;
        let closed = loop {
            let Some(token) = tokens.get(next).copied() else { break false };
            let span = self.span(token);
            match token.rule {
                Rule::comment => self.comments.push(span),
                Rule::foreign => {
                    self.report(mistakes::foreign_comment(span, self.source.slice(span)));
                    self.incomplete(&mut values);
                    values.pass(token);
                }
                Rule::close => break self.source.slice(span) == closing,
                _ if self.starts_statement(values.end, tokens, next) => break false,
                Rule::sign if self.source.slice(span) == "," => {
                    self.incomplete(&mut values);
                    if values.list.is_empty() {
                        commas.push(mistakes::stray_commas(&[span]));
                    } else {
                        items.push(std::mem::take(&mut values.list));
                    }
                    values.pass(token);
                }
                _ => {
                    next = self.value(&mut values, tokens, next);
                    if let Some(second) = split_off_second(&mut values.list) {
                        // Between words in parentheses a colon may be missing instead.
                        let certain = place == ValueContext::List
                            || !values
                                .list
                                .last()
                                .is_some_and(|first| matches!(first.kind, ValueKind::Word(_)));
                        commas.extend(
                            values.list.last().map(|first| mistakes::missing_comma(first.span, certain)),
                        );
                        items.push(std::mem::replace(&mut values.list, vec![second]));
                        values.chain.1 = 0;
                    }
                    continue;
                }
            }
            next += 1;
        };
        self.incomplete(&mut values);
        if !values.list.is_empty() {
            items.push(values.list);
        }
        if closed {
            for error in commas {
                self.report(error);
            }
            let end = tokens[next].end;
            return Bracket { items, next: next + 1, end };
        }
        self.left_open += 1;
        self.fail(Weight::Bracket, self.unclosed_bracket(open, values.end));
        Bracket { items, next, end: values.end }
    }

    /// The error about a bracket that should have been closed.
    fn unclosed_bracket(&self, open: Span, end: u32) -> Diagnostic {
        let rest = &self.text[end as usize..];
        let trimmed = rest.trim_start();
        let start = end as usize + (rest.len() - trimmed.len());
        let length = trimmed.chars().next().map_or(0, char::len_utf8);
        let next = Span::new(self.source.id, start, start + length);
        let end = Span { start: end, end, ..open };
        mistakes::unclosed_bracket(open, end, next, &trimmed[..length], self.source.slice(open) == "[")
    }

    /// Skips the rest of a statement whose brackets nest too deep.
    fn pass_over(&mut self, tokens: &[Token], at: usize) -> Bracket {
        let comments = tokens[at..].iter().filter(|token| token.rule == Rule::comment);
        let comments: Vec<Span> = comments.map(|token| self.span(*token)).collect();
        self.comments.extend(comments);
        let end = tokens.last().map_or(0, |token| token.end);
        Bracket { items: Vec::new(), next: tokens.len(), end }
    }

    /// Whether a token between brackets begins a new line and a statement: then the bracket was left open.
    fn starts_statement(&self, end: u32, tokens: &[Token], at: usize) -> bool {
        let token = tokens[at];
        if token.rule != Rule::word || !self.on_new_line(end, token.start) {
            return false;
        }
        let here = |at: usize| tokens.get(at).filter(|next| !self.on_new_line(token.end, next.start));
        let Some(next) = here(at + 1) else {
            return self.text[token.end as usize..].trim_start_matches([' ', '\t']).starts_with('{');
        };
        let value = !matches!(next.rule, Rule::sign | Rule::open | Rule::close | Rule::comment);
        // Something followed by a comma or a bracket is an item, in which something else is missing.
        let item = here(at + 2).is_some_and(|third| self.slice(*third) == "," || third.rule == Rule::close);
        value && !item && next.start > token.end
    }
}

/// Removes the last value if a comma is missing before it: neither it nor the one before is an operator.
fn split_off_second(values: &mut Vec<SyntaxValue>) -> Option<SyntaxValue> {
    let [.., first, second] = values.as_slice() else { return None };
    if is_operator(first) || is_operator(second) || first.span.end == second.span.start {
        return None;
    }
    values.pop()
}

/// The name before an argument's colon.
fn argument_name(value: &SyntaxValue) -> Option<Name> {
    match &value.kind {
        ValueKind::Word(word) => Some(Name { text: word.clone(), span: value.span, quoted: false }),
        ValueKind::Text(pieces) => {
            let text = match &**pieces {
                [] => SmolStr::default(),
                [Piece::Text(text)] => text.clone(),
                _ => return None,
            };
            Some(Name { text, span: value.span, quoted: true })
        }
        _ => None,
    }
}
