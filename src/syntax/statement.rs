//! Reads the tokens of one statement as its name and values.

use super::grammar::{Rule, Token};
use super::mistakes;
use super::reader::{StatementFault, SyntaxReader, Weight};
use super::tree::{Name, Operator, Piece, Statement, SyntaxValue, ValueKind};
use super::values::{ValueContext, Values};
use crate::source::Span;
use smol_str::SmolStr;

impl SyntaxReader<'_> {
    /// Reads a statement's head; returns the tokens after it. `first` is whether the grammar starts a statement there.
    pub(super) fn statement<'t>(&mut self, tokens: &'t [Token], first: bool) -> (Statement, &'t [Token]) {
        self.fault = StatementFault::default();
        let errors_before = self.errors.len();
        let (mut name, mut at) = self.name(tokens);
        let place = if name.text == "param" { ValueContext::Declaration } else { ValueContext::Head };
        let mut values = Values::new(place, name.span.end, 0);
        values.list = std::mem::take(&mut self.buffer);
        values.chain = (name.span.start, 0);
        let mut commas = Vec::new();
        let mut brackets = !first;
        while let Some(token) = tokens.get(at) {
            // After its first bracket, a statement's tokens may span lines; outside brackets, a line break ends it.
            if brackets && token.rule != Rule::comment && self.on_new_line(values.end, token.start) {
                break;
            }
            match token.rule {
                Rule::comment => self.comments.push(self.span(*token)),
                Rule::foreign => {
                    let span = self.span(*token);
                    self.report(mistakes::foreign_comment(span, self.source.slice(span)));
                    self.incomplete(&mut values);
                    values.end = token.end;
                }
                Rule::sign if self.slice(*token) == "," && self.is_assignment(&tokens[at + 1..]) => {
                    self.incomplete(&mut values);
                    self.report(mistakes::comma_between_statements(self.span(*token)));
                    at += 1;
                    break;
                }
                Rule::sign if self.slice(*token) == "," => {
                    self.incomplete(&mut values);
                    commas.push(self.span(*token));
                    values.pass(*token);
                }
                _ => {
                    brackets |= token.rule == Rule::open;
                    at = self.value(&mut values, tokens, at);
                    if values.skip > 0 && values.chain.0 == name.span.start {
                        name = self.name_without_quotes(&mut values);
                    }
                    continue;
                }
            }
            at += 1;
        }
        self.incomplete(&mut values);
        if !name.quoted && name.text.contains('.') {
            self.report(mistakes::unquoted_text(name.span, &name.text));
            name.quoted = true;
        }
        self.separators(&name, &mut values);
        self.mend(&name, &mut values.list, errors_before);
        if !commas.is_empty() {
            self.report(mistakes::stray_commas(&commas));
        }
        if let Some((_, error)) = self.fault.error.take() {
            self.report(error);
        }
        let span = values.list.last().map_or(name.span, |value| name.span.to(value.span));
        // The tree is large, and has exactly the memory that it needs.
        let kept = values.list.drain(..).collect();
        self.buffer = values.list;
        let statement = Statement { span, name, values: kept, block: None, broken: self.fault.broken };
        (statement, &tokens[at..])
    }

    /// Whether tokens begin with `name =` or `name:`, as a statement of other languages does.
    fn is_assignment(&self, tokens: &[Token]) -> bool {
        let [name, sign, ..] = tokens else { return false };
        matches!(name.rule, Rule::word | Rule::text | Rule::rich | Rule::raw)
            && sign.rule == Rule::sign
            && matches!(self.slice(*sign), ":" | "=")
    }

    /// Whether a line ends between two places.
    pub(super) fn on_new_line(&self, end: u32, start: u32) -> bool {
        self.text.get(end as usize..start as usize).is_some_and(|between| between.contains('\n'))
    }

    /// Reads a name; returns the number of tokens it takes.
    fn name(&mut self, tokens: &[Token]) -> (Name, usize) {
        let Some(first) = tokens.first() else {
            return (nameless(self.source.span()).name, 0);
        };
        let span = self.span(*first);
        let text = self.source.slice(span);
        match first.rule {
            Rule::word => (Name { text: text.into(), span, quoted: false }, 1),
            Rule::text
            | Rule::rich
            | Rule::raw
            | Rule::block
            | Rule::raw_block
            | Rule::single
            | Rule::short
            | Rule::smart => {
                let (pieces, next) = self.string(tokens, 0);
                let text = match &*pieces {
                    [] => SmolStr::default(),
                    [Piece::Text(text)] => text.clone(),
                    _ => {
                        self.fail(Weight::Stray, mistakes::insertion_in_name(span));
                        SmolStr::default()
                    }
                };
                (Name { text, span, quoted: true }, next)
            }
            _ => {
                let (error, certain) = mistakes::odd_name(span, text);
                if certain {
                    self.report(error);
                } else {
                    self.fail(Weight::Stray, error);
                }
                (Name { text: text.into(), span, quoted: true }, 1)
            }
        }
    }

    /// The name, if text without quotes began with it.
    fn name_without_quotes(&mut self, values: &mut Values) -> Name {
        values.list.clear();
        values.chain = (values.skip, 0);
        let span = Span { file: self.source.id, start: values.name_start, end: values.skip };
        Name { text: self.source.slice(span).trim_end_matches(':').into(), span, quoted: true }
    }

    /// Removes a `:` or `=` before the values or the block, which other languages have there.
    fn separators(&mut self, name: &Name, values: &mut Values) {
        let sign = |value: &SyntaxValue| match value.kind {
            ValueKind::Operator(operator @ (Operator::Colon | Operator::Assign)) => {
                Some((value.span, operator))
            }
            _ => None,
        };
        if let Some((span, operator)) = values.list.last().and_then(sign)
            && self.text[span.end as usize..].trim_start_matches([' ', '\t']).starts_with('{')
        {
            values.list.pop();
            let before = values.list.last().map_or(name.span, |value| value.span);
            return self.report(mistakes::separator_before_block(before, operator, span));
        }
        let Some((span, operator)) = values.list.first().and_then(sign) else { return };
        values.list.remove(0);
        let next = values.list.first().map(|value| value.span);
        self.fault.broken |= next.is_none();
        self.report(mistakes::separator(name, operator, span, next));
    }
}

/// A statement whose name is missing.
pub(super) fn nameless(span: Span) -> Statement {
    let name = Name { text: SmolStr::default(), span: Span { end: span.start, ..span }, quoted: false };
    Statement { span: name.span, name, values: Vec::new(), block: None, broken: true }
}

/// Whether a text is a word, with dots or without.
pub(super) fn is_word(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    text.split('.').all(part)
}
