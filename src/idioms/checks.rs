//! Reads what surrounds the work of a script: tests, preparations and output.

use super::reader::ScriptReader;
use shuck_ast::{BinaryOp, BuiltinCommand, Command as Tree, CompoundCommand, Stmt, StmtSeq};

impl ScriptReader<'_> {
    /// The path whose existence a test finds out: `[ -e PATH ]` if `exists`, else `[ ! -e PATH ]`.
    pub(super) fn existing(&self, test: &[Stmt], exists: bool) -> Option<String> {
        let [Stmt { command: Tree::Simple(test), negated, redirects, .. }] = test else { return None };
        let words = self.words(test)?;
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.first() == Some(&"[") {
            words.pop().filter(|last| *last == "]")?;
        } else if words.first() != Some(&"test") {
            return None;
        }
        let is_not = words.get(1) == Some(&"!");
        if is_not {
            words.remove(1);
        }
        let [_, "-e" | "-f" | "-d", path] = words.as_slice() else { return None };
        ((is_not != *negated) != exists && redirects.is_empty()).then(|| (*path).to_owned())
    }

    /// Whether a test only looks at variables, numbers and counters.
    pub(super) fn is_check(&self, test: &Stmt) -> bool {
        match &test.command {
            Tree::Binary(both) if matches!(both.op, BinaryOp::And | BinaryOp::Or) => {
                self.is_check(&both.left) && self.is_check(&both.right)
            }
            _ => self.bound(test).is_some() || tests_variable(self.written(test)),
        }
    }

    pub(super) fn prepares(&self, statement: &Stmt) -> bool {
        match &statement.command {
            Tree::Simple(command) => self
                .program(command)
                .is_some_and(|program| matches!(&*program, "cd" | "mkdir" | "rm" | "set")),
            Tree::Binary(both) if both.op == BinaryOp::And => {
                self.prepares(&both.left) && (self.prepares(&both.right) || self.only_prints(&both.right))
            }
            _ => false,
        }
    }

    pub(super) fn only_prints(&self, statement: &Stmt) -> bool {
        match &statement.command {
            Tree::Simple(command) => self.is_idle(command, &statement.redirects),
            Tree::Builtin(BuiltinCommand::Exit(exit)) => self.slice(exit.span).trim() == "exit 0",
            Tree::Binary(both) => self.only_prints(&both.left) && self.only_prints(&both.right),
            Tree::Compound(CompoundCommand::BraceGroup(body) | CompoundCommand::Subshell(body)) => {
                self.all_print(body)
            }
            _ => false,
        }
    }

    pub(super) fn all_print(&self, statements: &StmtSeq) -> bool {
        statements.iter().all(|statement| self.only_prints(statement))
    }
}

/// `[ -z "$NAME" ]` and the like.
fn tests_variable(test: &str) -> bool {
    let test = test.trim().trim_start_matches(['!', '[', ' ']).trim_start_matches("test ");
    let test = test.trim_end_matches([']', ' ', ';']);
    let operand = test.strip_prefix("-z ").or_else(|| test.strip_prefix("-n ")).map(str::trim);
    operand.is_some_and(|operand| {
        let name = operand.trim_matches('"');
        name.starts_with('$') && !name.contains(['(', '`', ' '])
    })
}
