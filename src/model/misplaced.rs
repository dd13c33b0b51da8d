//! Finds statements in the head of the statement in whose block they belong, such as `app web image "nginx" { … }`.

use super::resolve::Resolver;
use crate::kubernetes::schema::{self, ObjectSchema};
use crate::source::Span;
use crate::statement::{StatementPlace, StatementSpec};
use crate::syntax::tree::{Block, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{self, ContainerKind, Effect, FileEffect, WorkloadEffect};

/// How to write statements in a block instead of the head.
pub(super) struct InBlock {
    pub(super) title: String,
    pub(super) span: Span,
    /// What to write in the place of `span`.
    pub(super) text: String,
}

impl Resolver<'_> {
    /// How to write the values of a head from one on, if these are statements of its block.
    pub(super) fn in_block(
        &self,
        entry: &StatementSpec,
        statement: &Statement,
        from: &SyntaxValue,
    ) -> Option<InBlock> {
        let at = statement.values.iter().position(|value| value.span == from.span)?;
        let (before, values) = statement.values.split_at(at);
        // Each statement has a value, which may have the name of another statement.
        let mut starts: Vec<usize> = Vec::new();
        for (at, value) in values.iter().enumerate() {
            if starts.last().is_none_or(|last| at > last + 1) && starts_statement(entry, value) {
                starts.push(at);
            }
        }
        // A block after a statement without a value may be that statement's.
        if starts.first() != Some(&0) || starts.last() == Some(&(values.len() - 1)) {
            return None;
        }
        let ends = starts.iter().skip(1).copied().chain([values.len()]);
        let written =
            |(start, end): (&usize, usize)| self.spelling(values[*start].span.to(values[end - 1].span));
        let written: Vec<String> = starts.iter().zip(ends).map(written).collect();
        let line = written.join("; ");
        let before = before.last().map_or(statement.name.span, |value| value.span);
        let head = self.spelling(statement.name.span.to(before));
        let rest = Span { start: before.end, end: statement.head().end, ..before };
        let (end, text) = match &statement.block {
            None => (rest.end, format!(" {{ {line} }}")),
            Some(block) => {
                let text = match self.line_in(block) {
                    Some(start) => format!(" {{{start}{}", written.join(&start)),
                    None if block.statements.is_empty() => format!(" {{ {line}"),
                    None => format!(" {{ {line};"),
                };
                (block.span.start + 1, text)
            }
        };
        Some(InBlock { title: format!("write `{head} {{ {line} }}`"), span: Span { end, ..rest }, text })
    }

    /// How a line of a block starts, unless the block starts on the line of its brace.
    fn line_in(&self, block: &Block) -> Option<String> {
        let first = block.statements.first();
        let end = first.map_or(block.span.end - 1, |first| first.span.start);
        let between = self.spelling(Span { start: block.span.start + 1, end, ..block.span });
        let (_, indentation) = between.rsplit_once('\n')?;
        Some(format!("\n{indentation}{}", if first.is_some() { "" } else { "  " }))
    }
}

/// Whether a value is the name of a statement, or of a field, that belongs in the block of a statement.
fn starts_statement(entry: &StatementSpec, value: &SyntaxValue) -> bool {
    let ValueKind::Word(word) = &value.kind else { return false };
    let is_field = |objects: &[&ObjectSchema]| objects.iter().any(|object| object.field(word).is_some());
    let has = |place| vocabulary::entry(place, word).is_some();
    let effect = |place| vocabulary::row(place, entry.name).map(|row| &row.effect);
    match effect(StatementPlace::File).or_else(|| effect(StatementPlace::Workload)) {
        Some(Effect::File(FileEffect::Workload(kind))) => {
            has(StatementPlace::Workload) || is_field(kind.specs()) || is_field(&[&schema::POD_SPEC])
        }
        Some(Effect::Workload(WorkloadEffect::Container(kind))) => {
            let is_step = matches!(kind, ContainerKind::BuiltIn(_)) && has(StatementPlace::Step(entry.name));
            is_step || has(StatementPlace::Container) || is_field(&[&schema::CONTAINER])
        }
        _ => false,
    }
}
