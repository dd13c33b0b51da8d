//! Reads loops that try a command until it succeeds.

use super::action::{Leaving, Tries};
use super::reader::ScriptReader;
use shuck_ast::{BinaryOp, BuiltinCommand, Command as Tree, CompoundCommand, Stmt, StmtSeq, Word};

impl ScriptReader<'_> {
    /// Reads a loop.
    pub(super) fn tries(&mut self, looping: &CompoundCommand) -> Option<Tries> {
        let mut tries = Tries::default();
        let body = match looping {
            CompoundCommand::Until(until) => {
                self.head(&until.condition, true, &mut tries)?;
                &until.body
            }
            CompoundCommand::While(running) => {
                self.head(&running.condition, false, &mut tries)?;
                &running.body
            }
            CompoundCommand::For(each) => {
                tries.count = Some(self.count(each.words.as_deref()?)?);
                tries.goes_on = true;
                &each.body
            }
            CompoundCommand::ArithmeticFor(each) => {
                let bound = self.comparison(self.slice(each.condition_span?))?;
                tries.count = Some(bound.count);
                tries.goes_on = true;
                &each.body
            }
            _ => return None,
        };
        self.body(body, &mut tries)?;
        let counted = tries.count.zip(tries.pause).map(|(count, pause)| count.saturating_mul(pause));
        tries.limit = tries.limit.or(counted).filter(|limit| *limit > 0);
        (!tries.conditions.is_empty()).then_some(tries)
    }

    /// The condition of a loop that ends when it `holds`, or when it does not.
    fn head(&mut self, condition: &StmtSeq, holds: bool, tries: &mut Tries) -> Option<()> {
        let (last, before) = condition.as_slice().split_last()?;
        before.iter().try_for_each(|statement| self.in_loop(statement, tries))?;
        let endless = if holds { "false" } else { "true" };
        if let Tree::Simple(command) = &last.command
            && (self.program(command)? == endless || (!holds && self.program(command)? == ":"))
        {
            return Some(());
        }
        self.condition(last, holds, tries)
    }

    fn body(&mut self, body: &StmtSeq, tries: &mut Tries) -> Option<()> {
        body.iter().try_for_each(|statement| self.in_loop(statement, tries))
    }

    /// A statement in the body of a loop.
    fn in_loop(&mut self, statement: &Stmt, tries: &mut Tries) -> Option<()> {
        match &statement.command {
            Tree::Simple(command) if self.is_idle(command, &statement.redirects) => {
                if let Some(pause) = self.pause(command) {
                    tries.pause = Some(tries.pause.unwrap_or_default().saturating_add(pause));
                }
                Some(())
            }
            Tree::Simple(_) | Tree::Decl(_) if counts(self.written(statement)) => Some(()),
            Tree::Compound(CompoundCommand::Arithmetic(_)) => Some(()),
            Tree::Compound(CompoundCommand::If(branches)) if branches.elif_branches.is_empty() => {
                let leaving = self.leaving(&branches.then_branch)?;
                let [condition] = branches.condition.as_slice() else { return None };
                self.leave(condition, true, leaving, tries)?;
                branches.else_branch.as_ref().map_or(Some(()), |other| self.body(other, tries))
            }
            Tree::Binary(both) if matches!(both.op, BinaryOp::And | BinaryOp::Or) => {
                match self.leaves(&both.right) {
                    Some(leaving) => self.leave(&both.left, both.op == BinaryOp::And, leaving, tries),
                    None => {
                        self.in_loop(&both.left, tries)?;
                        self.in_loop(&both.right, tries)
                    }
                }
            }
            _ => None,
        }
    }

    /// `CONDITION && break`: the loop ends where the condition `holds`.
    fn leave(&mut self, condition: &Stmt, holds: bool, leaving: Leaving, tries: &mut Tries) -> Option<()> {
        if self.bound(condition).is_some() {
            self.condition(condition, holds, tries)?;
            tries.goes_on = leaving != Leaving::Fails;
            return Some(());
        }
        if leaving == Leaving::Fails {
            return None;
        }
        tries.leaves_script |= leaving == Leaving::Succeeds;
        self.condition(condition, holds, tries)
    }

    /// How a statement leaves the loop or the script.
    pub(super) fn leaves(&self, statement: &Stmt) -> Option<Leaving> {
        match &statement.command {
            Tree::Builtin(BuiltinCommand::Break(_)) => Some(Leaving::Loop),
            Tree::Builtin(BuiltinCommand::Exit(exit)) => {
                let code =
                    exit.code.as_ref().map_or(Some("0".into()), |code| code.try_static_text(self.text))?;
                Some(if code == "0" { Leaving::Succeeds } else { Leaving::Fails })
            }
            // What a subshell leaves is only itself.
            Tree::Compound(CompoundCommand::BraceGroup(body)) => self.leaving(body),
            _ => None,
        }
    }

    /// How a branch that otherwise only prints leaves the loop or the script.
    pub(super) fn leaving(&self, branch: &StmtSeq) -> Option<Leaving> {
        let (last, before) = branch.as_slice().split_last()?;
        let prints = before.iter().all(|statement| {
            matches!(&statement.command, Tree::Simple(command) if self.is_idle(command, &statement.redirects))
        });
        self.leaves(last).filter(|_| prints)
    }

    /// How often a loop over words runs, if these only count.
    fn count(&self, words: &[Word]) -> Option<u64> {
        let texts: Vec<&str> = words.iter().map(|word| self.slice(word.span)).collect();
        if let [only] = texts.as_slice() {
            let inner = only.trim_start_matches(['$', '(', '`', '{']).trim_end_matches([')', '`', '}']);
            if let Some((first, last)) = inner.split_once("..") {
                return (last.parse::<u64>().ok()? + 1).checked_sub(first.parse().ok()?);
            }
            let numbers: Vec<&str> = inner.strip_prefix("seq ")?.split_whitespace().collect();
            let number = |text: &str| self.number(text);
            return match numbers.as_slice() {
                [last] => number(last),
                [first, last] => (number(last)? + 1).checked_sub(number(first)?),
                _ => None,
            };
        }
        texts.iter().all(|text| text.parse::<u32>().is_ok()).then_some(texts.len() as u64)
    }

    /// A number, or a constant that is one.
    pub(super) fn number(&self, written: &str) -> Option<u64> {
        let text = written.trim_matches(['"', '\'']);
        let name = text.trim_start_matches(['$', '{']).trim_end_matches('}');
        self.constants.get(name).map_or(text, String::as_str).parse().ok()
    }
}

/// Whether a statement counts: `i=$((i+1))`, `let i++`, `i=$(expr $i + 1)`.
fn counts(statement: &str) -> bool {
    let statement = statement.trim();
    let assigned = statement.split_once('=').map_or("", |(_, value)| value.trim_matches(['"', ';', ' ']));
    statement.starts_with("let ")
        || assigned.starts_with("$((")
        || ["$(expr ", "`expr "].iter().any(|start| assigned.starts_with(start))
}
