//! Finds statements in the head of the statement in whose block they belong, such as `app web image "nginx" { … }`.

use super::WorkloadKind;
use super::resolve::Resolver;
use crate::kubernetes::schema::{self, ObjectSchema};
use crate::source::Span;
use crate::statement::{StatementPlace, StatementSpec};
use crate::syntax::tree::{Block, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::{self, ContainerKind, Effect, FileEffect, WorkloadEffect};

impl WorkloadKind {
    /// The objects between a workload's metadata and its pods, outermost first.
    pub(crate) fn specs(self) -> Vec<&'static ObjectSchema> {
        match self {
            Self::Pod => vec![],
            Self::Deployment => vec![&schema::DEPLOYMENT_SPEC],
            Self::StatefulSet => vec![&schema::STATEFUL_SET_SPEC],
            Self::DaemonSet => vec![&schema::DAEMON_SET_SPEC],
            Self::ReplicaSet => vec![&schema::REPLICA_SET_SPEC],
            Self::Job => vec![&schema::JOB_SPEC],
            Self::CronJob => vec![&schema::CRON_JOB_SPEC, &schema::JOB_SPEC],
        }
    }
}

/// How to write statements in a block instead of the head.
pub(super) struct InBlock {
    pub(super) title: String,
    /// What to replace by what; none if there are comments between the two places.
    pub(super) edit: Option<(Span, String)>,
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
        let edit = match &statement.block {
            None => Some((rest, format!(" {{ {line} }}"))),
            Some(block) => self.space_in(block).map(|space| {
                let text = match block.statements.as_slice() {
                    [] => format!(" {{ {line}"),
                    _ if space.contains('\n') => format!(" {{{space}{}", written.join(&space)),
                    _ => format!(" {{ {line};"),
                };
                (Span { end: block.span.start + 1, ..rest }, text)
            }),
        };
        Some(InBlock { title: format!("write `{head} {{ {line} }}`"), edit })
    }

    /// What is between the opening brace of a block and its first statement, or its end, if that is only space.
    fn space_in(&self, block: &Block) -> Option<String> {
        let start = block.span.start + 1;
        let end = block.statements.first().map_or(block.span.end - 1, |first| first.span.start);
        let space = self.spelling(Span { start, end, ..block.span });
        space.chars().all(char::is_whitespace).then_some(space)
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
            has(StatementPlace::Workload) || is_field(&kind.specs()) || is_field(&[&schema::POD_SPEC])
        }
        Some(Effect::Workload(WorkloadEffect::Container(kind))) => {
            let is_step = matches!(kind, ContainerKind::BuiltIn(_)) && has(StatementPlace::Step(entry.name));
            is_step || has(StatementPlace::Container) || is_field(&[&schema::CONTAINER])
        }
        _ => false,
    }
}
