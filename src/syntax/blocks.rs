//! Builds the tree from the flat sequence of statements and braces.
//!
//! Where braces balance, they alone decide; where they do not, indentation decides what is wrong.
//! Invariant: every statement of the sequence is in the tree, except those deeper than [`MAX_BLOCK_DEPTH`].

mod pairing;

use super::reader::{ItemKind, SyntaxReader};
use super::statement::nameless;
use super::tree::{Block, Statement};
use super::{MAX_BLOCK_DEPTH, mistakes};
use crate::source::Span;
use pairing::Repair;

/// A block that is being filled.
struct OpenBlock {
    /// The statement that the block belongs to.
    owner: Statement,
    /// Where the block begins.
    open: Span,
    /// The index of its first statement.
    first: usize,
}

/// The tree while it grows.
struct TreeBuilder {
    frames: Vec<OpenBlock>,
    /// The statements of all open blocks, and those outside all blocks.
    statements: Vec<Statement>,
    /// The number of open blocks that are too deep to be kept.
    too_deep: usize,
}

/// Pairs the braces and builds the tree; reports the braces that have no partner.
pub(super) fn assemble(reader: &mut SyntaxReader<'_>) -> Vec<Statement> {
    let items = std::mem::take(&mut reader.items);
    let mut statements = std::mem::take(&mut reader.statements).into_iter();
    let repairs = pairing::repairs(reader, &items);
    let mut repairs = repairs.into_iter().peekable();
    let mut tree = TreeBuilder { frames: Vec::new(), statements: Vec::new(), too_deep: 0 };
    let start = items.first().map_or(0, |first| first.span.start);
    let mut last = Span { file: reader.source.id, start, end: start };
    let mut after_statement = false;
    for (at, item) in items.into_iter().enumerate() {
        let mut ignored = false;
        while let Some((_, repair)) = repairs.next_if(|(place, _)| *place == at) {
            match repair {
                Repair::CloseBefore => tree.close(last.after()),
                Repair::OpenBefore => tree.open(last.after()),
                Repair::Ignore => ignored = true,
            }
        }
        match item.kind {
            ItemKind::Statement => {
                if let Some(statement) = statements.next() {
                    tree.push(statement);
                }
            }
            ItemKind::Open => {
                if !after_statement || !tree.take_block_here(reader, last, item.span) {
                    reader.report(mistakes::nameless_block(item.span));
                    tree.push(nameless(item.span));
                }
                if tree.depth() == MAX_BLOCK_DEPTH {
                    reader.report(mistakes::too_deep(item.span, "blocks", MAX_BLOCK_DEPTH));
                }
                tree.open(item.span);
            }
            ItemKind::Close if ignored => {}
            ItemKind::Close => tree.close(item.span),
        }
        after_statement = item.kind == ItemKind::Statement;
        last = item.span;
    }
    while tree.depth() > 0 {
        tree.close(last.after());
    }
    tree.statements
}

impl TreeBuilder {
    fn depth(&self) -> usize {
        self.frames.len() + self.too_deep
    }

    fn push(&mut self, statement: Statement) {
        if self.too_deep == 0 {
            self.statements.push(statement);
        }
    }

    /// The last statement of the innermost open block.
    fn last(&self) -> Option<&Statement> {
        let first = self.frames.last().map_or(0, |frame| frame.first);
        self.statements.get(first..)?.last()
    }

    /// Takes the last statement out of the innermost open block.
    fn pop(&mut self) -> Option<Statement> {
        let first = self.frames.last().map_or(0, |frame| frame.first);
        if self.statements.len() > first { self.statements.pop() } else { None }
    }

    /// Opens the block of the last statement.
    fn open(&mut self, open: Span) {
        if self.too_deep > 0 {
            self.too_deep += 1;
            return;
        }
        let mut owner = self.pop().unwrap_or_else(|| nameless(open));
        if self.frames.len() == MAX_BLOCK_DEPTH {
            owner.broken = true;
            self.statements.push(owner);
            self.too_deep = 1;
        } else {
            self.frames.push(OpenBlock { owner, open, first: self.statements.len() });
        }
    }

    /// Ends the innermost block.
    fn close(&mut self, close: Span) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(OpenBlock { mut owner, open, first }) = self.frames.pop() else { return };
        let statements = self.statements.drain(first..).collect();
        let span = open.to(close);
        owner.span = owner.span.to(span);
        owner.block = Some(Box::new(Block { span, statements }));
        self.statements.push(owner);
    }

    /// Whether a brace after the last statement opens that statement's block; one on a line of its own is misplaced.
    fn take_block_here(&self, reader: &mut SyntaxReader<'_>, head: Span, open: Span) -> bool {
        let between = reader.text.get(head.end as usize..open.start as usize).unwrap_or_default();
        if between.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
            return true;
        }
        // Only comments may be between the statement and its brace.
        let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        // Text that could not be read may follow the head; it belongs to the statement.
        if !between.contains('\n') {
            return !between.contains(';');
        }
        if self.last().is_some_and(|statement| statement.broken) {
            return true;
        }
        if between.lines().all(is_empty) {
            reader.report(mistakes::misplaced_brace(head, open, between.trim().is_empty()));
            return true;
        }
        false
    }
}
