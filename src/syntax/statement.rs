//! One statement's pairs to its name and values.

use super::grammar::Rule;
use super::mistakes;
use super::reader::{Fault, Reader, Weight};
use super::tree::{Name, Operator, Piece, Statement, Value, ValueKind};
use crate::source::Span;
use pest::iterators::Pair;
use smol_str::SmolStr;

/// Where values stand, which decides what a `:` glued to them means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind a statement's name.
    Head,
    /// Behind `param`, where a type follows a colon.
    Declaration,
    /// Between `[` and `]`.
    List,
    /// Between `(` and `)`.
    Arguments,
}

/// Values that are being read.
pub(super) struct Values {
    pub(super) values: Vec<Value>,
    pub(super) place: Place,
    /// Where the tokens that stand together without space begin, and how many values came before them.
    chain: (usize, usize),
    /// Where the last token ended.
    end: usize,
    /// The `..` whose upper end is still to come.
    dots: Option<Span>,
    /// Up to here the text has been read as one piece of text without quotes.
    skip: usize,
}

impl Values {
    /// Starts behind something that ended at `end`.
    pub(super) fn new(place: Place, end: usize) -> Self {
        Self { values: Vec::new(), place, chain: (end, 0), end, dots: None, skip: 0 }
    }

    /// Goes on with the one value that is left as the first.
    pub(super) fn restart(&mut self) {
        self.chain.1 = 0;
    }
}

impl Reader<'_> {
    /// Reads a statement's head.
    pub(super) fn statement(&mut self, pair: Pair<'_, Rule>) -> Statement {
        self.fault = Fault::default();
        let mut pairs = pair.into_inner();
        let Some(first) = pairs.next() else {
            return nameless(Span::new(self.source.id, 0, 0));
        };
        let mut name = self.name(first);
        let place = if name.text == "param" { Place::Declaration } else { Place::Head };
        let mut values = Values::new(place, name.span.end as usize);
        values.chain.0 = name.span.start as usize;
        let mut commas = Vec::new();
        for pair in pairs {
            let span = self.span(&pair);
            match pair.as_rule() {
                Rule::junk if self.source.slice(span) == "," => {
                    commas.push(span);
                    values.end = span.end as usize;
                    values.chain = (values.end, values.values.len());
                }
                Rule::foreign => {
                    let error = mistakes::foreign_comment(span, self.source.slice(span));
                    self.report(error);
                }
                _ => self.value(&mut values, pair),
            }
            if values.skip > 0 && values.chain.0 == name.span.start as usize {
                // The text without quotes began with the name.
                if let Some(Value { span, .. }) = values.values.pop() {
                    let text = self.source.slice(span).trim_end_matches(':').into();
                    name = Name { text, span, quoted: true };
                    values.chain = (values.skip, 0);
                }
            }
        }
        if !name.quoted && name.text.contains('.') {
            self.report(mistakes::unquoted_text(name.span, &name.text));
            name.quoted = true;
        }
        self.separators(&name, &mut values);
        if !commas.is_empty() {
            self.report(mistakes::stray_commas(&commas));
        }
        if let Some((_, error)) = self.fault.error.take() {
            self.report(error);
        }
        let span = values.values.last().map_or(name.span, |value| name.span.to(value.span));
        Statement { span, name, values: values.values, block: None, broken: self.fault.broken }
    }

    /// Reads one more token of some values.
    pub(super) fn value(&mut self, values: &mut Values, pair: Pair<'_, Rule>) {
        let span = self.span(&pair);
        let (start, end) = (span.start as usize, span.end as usize);
        if start < values.skip {
            return;
        }
        let glued = start == values.end;
        if !glued {
            values.chain = (start, values.values.len());
        }
        values.end = end;
        let rule = pair.as_rule();
        match rule {
            Rule::args => return self.call(values, pair),
            Rule::dots => {
                values.dots = Some(span);
                return;
            }
            Rule::junk => return self.junk(values, span),
            Rule::deep => {
                values.dots = None;
                let error = mistakes::too_deep(span, "brackets", super::MAX_BRACKET_DEPTH);
                return self.fail(Weight::Depth, error);
            }
            _ => {}
        }
        if values.dots.is_none() && glued && self.clash(values, rule, span) {
            return;
        }
        let kind = match rule {
            Rule::word => ValueKind::Word(pair.as_str().into()),
            Rule::number => ValueKind::Number(pair.as_str().into()),
            Rule::path => self.path(span),
            Rule::operator => ValueKind::Operator(operator(pair.as_str())),
            Rule::list => ValueKind::List(self.list(pair)),
            Rule::group => ValueKind::Group(self.arguments(pair)),
            _ => ValueKind::Text(self.string(pair)),
        };
        let value = Value { span, kind };
        match values.dots.take() {
            Some(dots) => self.range(values, dots, value),
            None => values.values.push(value),
        }
    }

    /// Reads a name.
    fn name(&mut self, pair: Pair<'_, Rule>) -> Name {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::word => Name { text: pair.as_str().into(), span, quoted: false },
            Rule::odd => {
                let text = pair.as_str();
                let (error, certain) = mistakes::odd_name(span, text);
                if certain {
                    self.report(error);
                } else {
                    self.fail(Weight::Stray, error);
                }
                Name { text: text.into(), span, quoted: true }
            }
            _ => {
                let mut pieces = self.string(pair);
                let text = match (pieces.pop(), pieces.is_empty()) {
                    (None, _) => SmolStr::default(),
                    (Some(Piece::Text(text)), true) => text,
                    _ => {
                        self.fail(Weight::Stray, mistakes::insertion_in_name(span));
                        SmolStr::default()
                    }
                };
                Name { text, span, quoted: true }
            }
        }
    }

    /// Puts a call's arguments behind the word before them.
    fn call(&mut self, values: &mut Values, pair: Pair<'_, Rule>) {
        let span = self.span(&pair);
        let arguments = self.arguments(pair);
        if let Some(value) = values.values.last_mut() {
            value.span = value.span.to(span);
            let callee = if let ValueKind::Range(_, high) = &mut value.kind { high } else { value };
            if let ValueKind::Word(word) = &callee.kind {
                let name_span = Span { end: span.start, ..callee.span };
                let name = Name { text: word.clone(), span: name_span, quoted: false };
                callee.span = callee.span.to(span);
                callee.kind = ValueKind::Call(name, arguments);
            }
        }
    }

    /// Puts the upper end on a range; the lower end is the value before it, if that stands right there.
    fn range(&mut self, values: &mut Values, dots: Span, high: Value) {
        let mut span = dots.to(high.span);
        let low = values.values.pop_if(|low| low.span.end == dots.start && !is_operator(low));
        if low.as_ref().is_some_and(|low| matches!(low.kind, ValueKind::Range(..))) {
            self.fail(Weight::Stray, mistakes::incomplete_range(span));
        }
        if let Some(low) = &low {
            span = span.to(low.span);
        }
        values.values.push(Value { span, kind: ValueKind::Range(low.map(Box::new), Box::new(high)) });
    }

    /// Says what is wrong with something that no value can start with.
    fn junk(&mut self, values: &mut Values, span: Span) {
        let text = self.source.slice(span);
        let alone = values.chain.0 == span.start as usize;
        if (!alone || mistakes::is_text_like(text)) && self.unquoted(values, span) {
            return;
        }
        self.fail(Weight::Stray, mistakes::stray(span, text));
    }

    /// Whether a token cannot stand right behind the one before it; it says so.
    fn clash(&mut self, values: &mut Values, rule: Rule, span: Span) -> bool {
        let text = self.text;
        if rule == Rule::operator {
            let colon = self.source.slice(span) == ":"
                && matches!(values.place, Place::Head | Place::List)
                && !values.values.is_empty()
                && !text[span.end as usize..].starts_with([' ', '\t', '\n', '\r'])
                && span.end as usize != text.len();
            return colon && self.unquoted(values, span);
        }
        // A group right behind a statement's name is its parameters.
        let first = values.values.is_empty();
        if values.values.last().is_some_and(is_operator) || (first && rule == Rule::group) {
            return false;
        }
        if values.values.len() == values.chain.1 && values.chain.0 == span.start as usize {
            return false;
        }
        if !self.unquoted(values, span) {
            self.fail(Weight::Stray, mistakes::missing_space(span));
            return false;
        }
        true
    }

    /// Reads what stands together here as one piece of text without quotes, if it can be that.
    fn unquoted(&mut self, values: &mut Values, token: Span) -> bool {
        let start = values.chain.0;
        let rest = &self.text[start..];
        let length = rest.find(mistakes::ends_unquoted_text).unwrap_or(rest.len());
        let run = &rest[..length];
        if start + length < token.end as usize || mistakes::has_odd_character(run) {
            return false;
        }
        let span = Span::new(self.source.id, start, start + length);
        let run = run.trim_end_matches(':');
        self.report(mistakes::unquoted_text(span, run));
        values.values.truncate(values.chain.1);
        values.values.push(Value { span, kind: ValueKind::Text(vec![Piece::Text(run.into())]) });
        values.end = start + length;
        values.skip = values.end;
        true
    }

    /// A path, which holds no character that cannot be seen.
    fn path(&mut self, span: Span) -> ValueKind {
        let text = self.source.slice(span);
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            self.fail(Weight::Stray, mistakes::unexpected_character(span, text));
        }
        ValueKind::Path(text.into())
    }

    /// Takes off a `:` or `=` between a name and its values: other languages have one there.
    fn separators(&mut self, name: &Name, values: &mut Values) {
        let Some(ValueKind::Operator(operator @ (Operator::Colon | Operator::Assign))) =
            values.values.first().map(|first| &first.kind)
        else {
            return;
        };
        let operator = *operator;
        let sign = values.values.remove(0).span;
        let next = values.values.first().map(|value| value.span);
        if next.is_none() {
            self.fault.broken = true;
        }
        self.report(mistakes::separator(name, operator, sign, next));
    }
}

/// Stands for a statement whose name is missing.
pub(super) fn nameless(span: Span) -> Statement {
    let name = Name { text: SmolStr::default(), span: Span { end: span.start, ..span }, quoted: false };
    Statement { span, name, values: Vec::new(), block: None, broken: true }
}

/// Whether a value is an operator.
pub(super) fn is_operator(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Operator(_))
}

/// Whether a text is a word, dots included.
pub(super) fn is_word(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    text.split('.').all(part)
}

/// The operator of a text that the grammar took for one.
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
