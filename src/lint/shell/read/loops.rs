//! Collects the loops of a script, and finds out when they end.

use super::{CommandContext, Loop, PlainCommand, ScriptReader, range};
use shuck_ast::{BinaryOp, BuiltinCommand, Command as Tree, ForCommand, Stmt, StmtSeq};
use std::ops::Range;

/// The operators that compare numbers.
const COMPARISONS: [&str; 6] = ["-lt", "-le", "-gt", "-ge", "-eq", "-ne"];

impl ScriptReader<'_> {
    /// A `while` or an `until`.
    pub(super) fn repeated(
        &mut self,
        range: Range<usize>,
        condition: &StmtSeq,
        body: &StmtSeq,
        ends_on_success: bool,
        place: CommandContext,
    ) {
        let at = self.script.loops.len();
        let first = self.script.commands.len();
        let of_condition = self::range(condition.span);
        self.script.loops.push(Loop {
            range: range.clone(),
            list: None,
            condition: of_condition,
            commands: first..first,
            ends_on: None,
            left_on: Vec::new(),
            bounded: false,
        });
        self.all(condition, place.in_condition());
        let last = self.script.commands.len().checked_sub(1).filter(|last| *last >= first);
        self.script.loops[at].ends_on = last.filter(|_| ends_on_success);
        self.open.push(at);
        self.all(body, place.in_branch());
        self.open.pop();
        let end = self.script.commands.len();
        self.script.loops[at].commands = first..end;
    }

    /// A `for`, which ends with its list.
    pub(super) fn listed(&mut self, command: &ForCommand, place: CommandContext) {
        let at = self.script.loops.len();
        let first = self.script.commands.len();
        let words = command.words.as_deref().unwrap_or_default();
        let list = words.iter().map(|word| self.text.get(range(word.span)).unwrap_or_default().to_owned());
        let start = words.first().map_or(command.span.start.offset(), |word| word.span.start.offset());
        let end = words.last().map_or(start, |word| word.span.end.offset());
        self.script.loops.push(Loop {
            range: range(command.span),
            list: Some(list.collect()),
            condition: start..end,
            commands: first..first,
            ends_on: None,
            left_on: Vec::new(),
            bounded: true,
        });
        for word in words {
            self.parts(&word.parts);
            self.braces(word);
        }
        self.open.push(at);
        self.all(&command.body, place);
        self.open.pop();
        let end = self.script.commands.len();
        self.script.loops[at].commands = first..end;
    }

    /// Notes that a command leaves the innermost loop if the last command succeeds, which is not before the first.
    pub(super) fn left_after_last(&mut self, first: usize) {
        let last = self.script.commands.len().checked_sub(1).filter(|last| *last >= first);
        if let (Some(last), Some(at)) = (last, self.open.last()) {
            self.script.loops[*at].left_on.push(last);
        }
    }

    /// Finds out which loops end by themselves.
    pub(super) fn bound(&mut self) {
        for at in 0..self.script.loops.len() {
            let Loop { range, condition, commands, .. } = &self.script.loops[at];
            // A comparison with a server's answer does not count tries.
            let counts = |command: &PlainCommand| {
                let tests = ["test", "[", "[["].contains(&command.program());
                let compared = command.written.windows(3).any(|words| {
                    COMPARISONS.contains(&words[1].as_str())
                        && ![&words[0], &words[2]]
                            .iter()
                            .any(|word| word.contains("$(") || word.contains('`'))
                });
                tests && compared
            };
            let reads = |command: &PlainCommand| ["read", "getopts", "shift"].contains(&command.program());
            let text = self.text.get(range.clone()).unwrap_or_default();
            let bounded = self.script.commands[commands.clone()]
                .iter()
                .any(|command| counts(command) || (reads(command) && command.range.end <= condition.end))
                || text.contains("((")
                || (text.contains("[[")
                    && COMPARISONS.iter().any(|word| text.contains(&format!(" {word} "))))
                || self.leaves.iter().any(|leave| range.contains(leave));
            self.script.loops[at].bounded |= bounded;
        }
    }
}

/// Whether a loop with this condition, which is a `while` or an `until`, ends if its last command succeeds.
pub(super) fn decides(condition: &StmtSeq, is_while: bool) -> bool {
    let Some(last) = condition.iter().last() else { return false };
    let mut command = &last.command;
    while let Tree::Binary(binary) = command {
        if matches!(binary.op, BinaryOp::And) || binary.right.negated {
            return false;
        }
        command = &binary.right.command;
    }
    last.negated == is_while && matches!(command, Tree::Simple(_))
}

/// Whether a statement leaves a loop because all is well.
pub(super) fn leaves(statement: &Stmt, text: &str) -> bool {
    match &statement.command {
        Tree::Builtin(BuiltinCommand::Break(_)) => true,
        Tree::Builtin(BuiltinCommand::Exit(exit)) => {
            exit.code.as_ref().is_none_or(|code| code.try_static_text(text).as_deref() == Some("0"))
        }
        _ => false,
    }
}
