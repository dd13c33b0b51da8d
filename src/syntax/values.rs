//! Reads tokens as values: words, numbers, ranges, calls, and text whose quotes were forgotten.

use super::grammar::{Rule, Token};
use super::mistakes;
use super::reader::{SyntaxReader, Weight};
use super::tree::{Call, Name, Operator, Piece, SyntaxValue, TextPieces, ValueKind};
use crate::source::Span;

/// The context of values, which decides what a `:` directly after them means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueContext {
    /// After a statement's name.
    Head,
    /// After `param`, where a type follows a colon.
    Declaration,
    /// Between `[` and `]`.
    List,
    /// Between `(` and `)`.
    Arguments,
}

/// Values that are being read.
pub(super) struct Values {
    /// What has been read.
    pub(super) list: Vec<SyntaxValue>,
    pub(super) place: ValueContext,
    /// The number of open brackets around them.
    pub(super) depth: usize,
    /// Where the current run of tokens without spaces begins, and how many values came before it.
    pub(super) chain: (u32, usize),
    /// Where the last token ended.
    pub(super) end: u32,
    /// Where a piece of text without quotes ends that has been read already; 0 if there is none.
    pub(super) skip: u32,
    /// Where that piece began.
    pub(super) name_start: u32,
    /// Where a stretch that may be text without quotes begins and ends, once it has been scanned.
    run: Option<(u32, u32)>,
    /// The `..` whose upper end has not been read yet.
    dots: Option<Span>,
}

impl Values {
    /// Starts after something that ended at `end`.
    pub(super) fn new(place: ValueContext, end: u32, depth: usize) -> Self {
        Self {
            list: Vec::new(),
            place,
            depth,
            chain: (end, 0),
            end,
            skip: 0,
            name_start: 0,
            run: None,
            dots: None,
        }
    }

    /// Continues after a token that is not a value.
    pub(super) fn pass(&mut self, token: Token) {
        self.end = token.end;
        self.chain = (token.end, self.list.len());
    }

    fn push(&mut self, value: SyntaxValue) {
        self.list.push(value);
    }
}

impl SyntaxReader<'_> {
    /// Reads the value that starts at a token, or a part of it; returns the next token.
    pub(super) fn value(&mut self, values: &mut Values, tokens: &[Token], at: usize) -> usize {
        let Some(token) = tokens.get(at).copied() else { return tokens.len() };
        if token.start < values.skip {
            return at + 1;
        }
        let is_adjacent = token.start == values.end;
        if !is_adjacent {
            self.incomplete(values);
            values.chain = (token.start, values.list.len());
        }
        values.end = token.end;
        let span = self.span(token);
        let text = self.source.slice(span);
        if token.rule == Rule::sign && text == ".." {
            self.incomplete(values);
            values.dots = Some(span);
            return at + 1;
        }
        if token.rule == Rule::open && text == "(" && is_adjacent && values.list.last().is_some_and(is_callee)
        {
            return self.call(values, tokens, at);
        }
        if matches!(token.rule, Rule::junk | Rule::odd | Rule::url | Rule::close) {
            self.junk(values, span);
            return at + 1;
        }
        if values.dots.is_none() && is_adjacent && self.clash(values, token) {
            return at + 1;
        }
        let mut next = at + 1;
        let mut span = span;
        let kind = match token.rule {
            Rule::word => ValueKind::Word(text.into()),
            Rule::number => ValueKind::Number(text.into()),
            Rule::path => ValueKind::Path(text.into()),
            Rule::sign => ValueKind::Operator(operator(text)),
            Rule::open => {
                let (kind, end);
                (kind, next, end) = self.list_or_group(tokens, at, values.depth + 1);
                values.end = end;
                span.end = end;
                kind
            }
            _ => {
                let pieces;
                (pieces, next) = self.string(tokens, at);
                ValueKind::Text(pieces)
            }
        };
        let value = SyntaxValue { span, kind };
        if values.dots.is_none() || is_operator(&value) {
            self.incomplete(values);
            values.push(value);
        } else {
            self.range(values, value);
        }
        next
    }

    /// Reports a range without its upper end.
    pub(super) fn incomplete(&mut self, values: &mut Values) {
        let Some(dots) = values.dots.take() else { return };
        let error = match self.spaces_around(dots, values.list.last()) {
            Some(spaces) => mistakes::spaced_range(dots, spaces),
            None => mistakes::incomplete_range(dots),
        };
        self.fail(Weight::Stray, error);
    }

    /// The spaces around the dots of a range, if both its ends are numbers.
    fn spaces_around(&self, dots: Span, low: Option<&SyntaxValue>) -> Option<Vec<Span>> {
        let low = low.filter(|low| matches!(low.kind, ValueKind::Number(_)))?;
        let after = self.text.get(dots.end as usize..)?;
        let trimmed = after.trim_start_matches([' ', '\t']);
        let gap = u32::try_from(after.len() - trimmed.len()).ok()?;
        let spaces = [
            Span { start: low.span.end, end: dots.start, ..dots },
            Span { start: dots.end, end: dots.end + gap, ..dots },
        ];
        let is_range = trimmed.starts_with(|first: char| first.is_ascii_digit());
        is_range.then(|| spaces.into_iter().filter(|space| space.start < space.end).collect())
    }

    /// Reads a call's arguments; the word before them is its name.
    fn call(&mut self, values: &mut Values, tokens: &[Token], at: usize) -> usize {
        let (arguments, next, end) = self.arguments(tokens, at, values.depth + 1);
        values.end = end;
        if let Some(value) = values.list.last_mut() {
            value.span.end = end;
            let callee = if let ValueKind::Range(_, high) = &mut value.kind { high } else { value };
            if let ValueKind::Word(word) = &callee.kind {
                let span = Span { end: tokens[at].start, ..callee.span };
                let name = Name { text: word.clone(), span, quoted: false };
                callee.span.end = end;
                callee.kind = ValueKind::Call(Box::new(Call { name, arguments }));
            }
        }
        next
    }

    /// Completes a range with its upper end; the lower end is the value directly before the dots, if there is one.
    fn range(&mut self, values: &mut Values, high: SyntaxValue) {
        let Some(dots) = values.dots.take() else { return values.push(high) };
        let low = values.list.pop_if(|low| low.span.end == dots.start && !is_operator(low));
        let span = low.as_ref().map_or(dots, |low| low.span).to(high.span);
        if low.as_ref().is_some_and(|low| matches!(low.kind, ValueKind::Range(..))) {
            self.fail(Weight::Stray, mistakes::incomplete_range(dots));
            return values.push(SyntaxValue {
                span: dots.to(high.span),
                kind: ValueKind::Range(None, Box::new(high)),
            });
        }
        values.push(SyntaxValue { span, kind: ValueKind::Range(low.map(Box::new), Box::new(high)) });
    }

    /// Reports something that cannot start a value.
    fn junk(&mut self, values: &mut Values, span: Span) {
        let text = self.source.slice(span);
        values.dots = None;
        if matches!(text, "]" | ")") {
            // It may close a bracket that was left open before it.
            if self.fault.error.as_ref().is_none_or(|(weight, _)| *weight != Weight::Bracket) {
                self.fail(Weight::Stray, mistakes::stray(span, text));
            }
            return;
        }
        let alone = values.chain.0 == span.start;
        if (alone && !mistakes::is_text_like(text)) || !self.unquoted(values, span) {
            self.fail(Weight::Stray, mistakes::stray(span, text));
        }
    }

    /// Whether a token must not directly follow the one before it; reports it unless it is part of unquoted text.
    fn clash(&mut self, values: &mut Values, token: Token) -> bool {
        let span = self.span(token);
        if token.rule == Rule::sign {
            let colon = self.slice(token) == ":"
                && matches!(values.place, ValueContext::Head | ValueContext::List)
                && !values.list.is_empty()
                && self.text[token.end as usize..].starts_with(|next: char| !next.is_whitespace());
            return colon && self.unquoted(values, span);
        }
        // A group directly after a statement's name is its parameters; the first item may touch its bracket.
        let parameters = values.list.is_empty() && token.rule == Rule::open;
        if parameters || values.chain.0 == token.start || values.list.last().is_some_and(is_operator) {
            return false;
        }
        if self.unquoted(values, span) {
            return true;
        }
        self.fail(Weight::Stray, mistakes::missing_space(span));
        false
    }

    /// Reads a run of tokens without spaces as one piece of text without quotes, if it can be one.
    fn unquoted(&mut self, values: &mut Values, token: Span) -> bool {
        let start = values.chain.0;
        let end = match values.run {
            Some((from, end)) if from == start => end,
            _ => self.run_end(start),
        };
        values.run = Some((start, end));
        if end < token.end {
            return false;
        }
        let span = Span { file: self.source.id, start, end };
        let run = self.source.slice(span);
        let text = run.trim_end_matches(':');
        self.report(mistakes::unquoted_text(span, text));
        values.dots = None;
        values.list.truncate(values.chain.1);
        values.push(SyntaxValue { span, kind: ValueKind::Text(TextPieces::One(Piece::Text(text.into()))) });
        values.end = span.end;
        values.skip = span.end;
        values.name_start = start;
        true
    }

    /// Where text without quotes that begins at a place ends; the place itself if it cannot be such text.
    fn run_end(&self, start: u32) -> u32 {
        let rest = &self.text[start as usize..];
        let run = &rest[..rest.find(mistakes::ends_unquoted_text).unwrap_or(rest.len())];
        let length = if mistakes::has_odd_character(run) { 0 } else { run.len() };
        Span::new(self.source.id, start as usize, start as usize + length).end
    }
}

/// Whether a value is an operator.
pub(super) fn is_operator(value: &SyntaxValue) -> bool {
    matches!(value.kind, ValueKind::Operator(_))
}

/// Whether a parenthesis directly after a value makes it a call.
fn is_callee(value: &SyntaxValue) -> bool {
    match &value.kind {
        ValueKind::Word(_) => true,
        ValueKind::Range(_, high) => matches!(high.kind, ValueKind::Word(_)),
        _ => false,
    }
}

/// The operator of a text that the grammar reads as one.
fn operator(text: &str) -> Operator {
    match text {
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "&&" => Operator::And,
        "||" => Operator::Or,
        "|" => Operator::Bar,
        "=" => Operator::Assign,
        "!" => Operator::Not,
        _ => Operator::Colon,
    }
}
