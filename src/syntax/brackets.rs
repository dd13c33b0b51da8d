//! The pairs between brackets to the items of a list or the arguments of a call.

use super::grammar::Rule;
use super::mistakes;
use super::reader::{Reader, Weight};
use super::statement::{Place, Values, is_operator};
use super::tree::{Argument, Name, Operator, Piece, Value, ValueKind};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::iterators::Pair;
use smol_str::SmolStr;

impl Reader<'_> {
    /// Reads `[a, b]`.
    pub(super) fn list(&mut self, pair: Pair<'_, Rule>) -> Vec<Value> {
        let mut list = Vec::new();
        for item in self.bracket(pair, Place::List) {
            if let Some(sign) = item.iter().find(|value| is_operator(value)) {
                let error = mistakes::operator_in_list(sign.span, self.source.slice(sign.span));
                self.fail(Weight::Stray, error);
            }
            list.extend(item.into_iter().filter(|value| !is_operator(value)));
        }
        list
    }

    /// Reads `(a, name: b)`.
    pub(super) fn arguments(&mut self, pair: Pair<'_, Rule>) -> Vec<Argument> {
        let items = self.bracket(pair, Place::Arguments);
        items.into_iter().map(|values| self.argument(values)).collect()
    }

    /// Reads one argument, whose name stands before a colon.
    fn argument(&mut self, mut values: Vec<Value>) -> Argument {
        let colon = matches!(values.get(1), Some(Value { kind: ValueKind::Operator(Operator::Colon), .. }));
        let name = match values.first() {
            Some(first) if colon => argument_name(first),
            _ => None,
        };
        if let Some(name) = &name {
            values.drain(..2);
            if values.is_empty() {
                self.fail(Weight::Stray, mistakes::missing_value(name));
            }
        }
        Argument { name, values }
    }

    /// Reads what stands between two brackets, split at the commas.
    fn bracket(&mut self, pair: Pair<'_, Rule>, place: Place) -> Vec<Vec<Value>> {
        let whole = self.span(&pair);
        let open = Span { end: whole.start + 1, ..whole };
        let mut items = Vec::new();
        let mut item = Values::new(place, open.end as usize);
        let mut last_comma = open;
        // Told only where the bracket has its end: without it, what is missing is the end.
        let mut commas: Vec<Diagnostic> = Vec::new();
        let mut closed = true;
        for pair in pair.into_inner() {
            let span = self.span(&pair);
            match pair.as_rule() {
                Rule::comment => self.comments.push(span),
                Rule::comma => {
                    if item.values.is_empty() {
                        commas.push(mistakes::stray_commas(&[span]));
                    } else {
                        items.push(item.values);
                    }
                    last_comma = span;
                    item = Values::new(place, span.end as usize);
                }
                Rule::unclosed => {
                    closed = false;
                    let next = self.text[whole.end as usize..].chars().next();
                    self.leave_open();
                    self.fail(Weight::Bracket, mistakes::unclosed_bracket(whole, open, last_comma, next));
                }
                _ => {
                    self.value(&mut item, pair);
                    if let Some(second) = split_off_second(&mut item.values) {
                        commas.extend(item.values.last().map(|first| mistakes::missing_comma(first.span)));
                        items.push(std::mem::replace(&mut item.values, vec![second]));
                        item.restart();
                    }
                }
            }
        }
        if !item.values.is_empty() {
            items.push(item.values);
        }
        if closed {
            commas.into_iter().for_each(|error| self.report(error));
        }
        items
    }
}

/// Takes the last value off where a comma is missing before it: neither it nor the one before is an operator.
fn split_off_second(values: &mut Vec<Value>) -> Option<Value> {
    let [.., first, second] = values.as_slice() else { return None };
    if is_operator(first) || is_operator(second) || first.span.end == second.span.start {
        return None;
    }
    values.pop()
}

/// The name that stands before an argument's colon.
fn argument_name(value: &Value) -> Option<Name> {
    match &value.kind {
        ValueKind::Word(word) => Some(Name { text: word.clone(), span: value.span, quoted: false }),
        ValueKind::Text(pieces) => {
            let text = match pieces.as_slice() {
                [] => SmolStr::default(),
                [Piece::Text(text)] => text.clone(),
                _ => return None,
            };
            Some(Name { text, span: value.span, quoted: true })
        }
        _ => None,
    }
}
