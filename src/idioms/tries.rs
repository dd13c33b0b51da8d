//! Reads loops that try a command until it succeeds.

use super::script::{ScriptReader, parse, script_of, without_wrappers};
use shuck_ast::{
    BinaryOp, BuiltinCommand, Command as Tree, CompoundCommand, SimpleCommand, Stmt, StmtSeq, Word, WordPart,
};

/// The word before the text that `grep` looks for in the output of a condition.
pub(super) const PIPED_TO_GREP: &str = "| grep";
/// The word before the status that a request must have.
pub(super) const WITH_STATUS: &str = "= status";
/// The program of a condition that opens a port by the shell alone.
pub(super) const DEV_TCP: &str = "/dev/tcp";

/// Conditions that are tried until they hold.
#[derive(Debug, Default)]
pub(super) struct Tries {
    /// The words of each.
    pub(super) conditions: Vec<Vec<String>>,
    /// The pause between two tries, in seconds.
    pub(super) pause: Option<u64>,
    /// The time for all tries, in seconds; `None` if there is no limit or it is not known.
    pub(super) limit: Option<u64>,
    /// Whether the script goes on when the tries are used up.
    pub(super) goes_on: bool,
    /// Whether success ends the whole script.
    pub(super) leaves_script: bool,
    count: Option<u64>,
}

/// How a branch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// It leaves the loop.
    Loop,
    /// It ends the script successfully.
    Succeeds,
    /// It ends the script with a failure.
    Fails,
}

impl Tries {
    /// Adds the conditions of another loop, which follows this one.
    pub(super) fn add(&mut self, more: Self) {
        self.conditions.extend(more.conditions);
        self.pause = self.pause.or(more.pause);
        self.limit = self.limit.zip(more.limit).map(|(one, other)| one.saturating_add(other));
        self.goes_on |= more.goes_on;
    }
}

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
            Tree::Simple(_) | Tree::Decl(_) if self.counts(self.written(statement)) => Some(()),
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

    /// Adds what must be so that a statement has this outcome.
    fn condition(&mut self, statement: &Stmt, holds: bool, tries: &mut Tries) -> Option<()> {
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        if let Some(bound) = self.bound(statement) {
            match bound.is_time {
                true => tries.limit = Some(bound.count),
                false => tries.count = Some(bound.count),
            }
            tries.goes_on = true;
            return Some(());
        }
        let holds = holds != statement.negated;
        match &statement.command {
            Tree::Simple(command) => self.simple_condition(command, statement, holds, tries),
            Tree::Binary(both) => {
                let is_all = match both.op {
                    BinaryOp::And => holds,
                    BinaryOp::Or => !holds,
                    BinaryOp::Pipe if holds => return self.piped(&both.left, &both.right, tries),
                    _ => return None,
                };
                let is_bounded = self.bound(&both.left).is_some() != self.bound(&both.right).is_some();
                (is_all || is_bounded).then_some(())?;
                self.condition(&both.left, holds, tries)?;
                self.condition(&both.right, holds, tries)
            }
            Tree::Compound(CompoundCommand::Subshell(body) | CompoundCommand::BraceGroup(body))
                if self.discards(&statement.redirects) =>
            {
                let [only] = body.as_slice() else { return None };
                self.condition(only, holds, tries)
            }
            Tree::Compound(CompoundCommand::Conditional(test)) => {
                let inner = self.slice(test.span).strip_prefix("[[")?.strip_suffix("]]")?;
                self.of_text(&format!("[ {inner} ]"), holds, tries)
            }
            _ => None,
        }
    }

    /// The condition in another text.
    fn of_text(&self, text: &str, holds: bool, tries: &mut Tries) -> Option<()> {
        let parsed = parse(text)?;
        let [only] = parsed.as_slice() else { return None };
        let mut inner = ScriptReader::new(self.candidate, text, self.depth + 1);
        inner.constants.clone_from(&self.constants);
        inner.condition(only, holds, tries)
    }

    fn simple_condition(
        &mut self,
        command: &SimpleCommand,
        statement: &Stmt,
        holds: bool,
        tries: &mut Tries,
    ) -> Option<()> {
        let opened = statement.redirects.iter().find_map(|redirect| {
            let target = self.word(redirect.word_target()?)?;
            target.strip_prefix("/dev/tcp/").map(str::to_owned)
        });
        if let Some(address) = opened {
            let (host, port) = address.split_once('/')?;
            let name = self.slice(command.name.span);
            let is_plain = holds && matches!(name, "" | "exec" | "echo" | ":" | "true" | "cat" | "printf");
            tries.conditions.push([DEV_TCP, host, port].map(str::to_owned).into());
            return is_plain.then_some(());
        }
        if !self.discards(&statement.redirects) || !command.assignments.is_empty() {
            return None;
        }
        if let Some(words) = self.status_test(command, holds) {
            tries.conditions.push(words);
            return Some(());
        }
        let mut words = without_wrappers(self.words(command)?)?.words;
        if let Some(script) = script_of(&words)? {
            return self.of_text(&script.to_owned(), holds, tries);
        }
        let is_test = matches!(words[0].as_str(), "[" | "test");
        let is_not = is_test && words.get(1).is_some_and(|word| word == "!");
        if is_not {
            words.remove(1);
        }
        tries.conditions.push(words);
        (holds != is_not).then_some(())
    }

    /// `[ "$(curl …)" = 200 ]`
    fn status_test(&self, test: &SimpleCommand, holds: bool) -> Option<Vec<String>> {
        let [left, operator, right, ..] = test.args.as_slice() else { return None };
        let wanted = match self.slice(operator.span) {
            "=" | "==" | "-eq" => holds,
            "!=" | "-ne" => !holds,
            _ => return None,
        };
        let mut words = self.words(substituted(left).filter(|_| wanted)?)?;
        words.extend([WITH_STATUS.to_owned(), self.word(right)?]);
        Some(words)
    }

    /// `CONDITION | grep TEXT`
    fn piped(&mut self, left: &Stmt, right: &Stmt, tries: &mut Tries) -> Option<()> {
        let (Tree::Simple(left), Tree::Simple(grep)) = (&left.command, &right.command) else { return None };
        let mut words = without_wrappers(self.words(left)?)?.words;
        let looked = self.words(grep)?;
        let operands: Vec<&String> = looked.iter().skip(1).filter(|word| !word.starts_with('-')).collect();
        let is_plain = looked.iter().skip(1).all(|word| {
            matches!(word.as_str(), "-q" | "-i" | "-qi" | "-F" | "-qF" | "-s" | "-E" | "-qE")
                || !word.starts_with('-')
        });
        let ([text], true, true) = (operands.as_slice(), is_plain, looked[0] == "grep") else { return None };
        words.extend([PIPED_TO_GREP.to_owned(), (*text).clone()]);
        tries.conditions.push(words);
        Some(())
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
            Tree::Builtin(BuiltinCommand::Return(_)) => None,
            Tree::Compound(CompoundCommand::BraceGroup(body) | CompoundCommand::Subshell(body)) => {
                self.leaving(body)
            }
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

    /// Whether a statement counts: `i=$((i+1))`, `let i++`, `i=$(expr $i + 1)`.
    fn counts(&self, statement: &str) -> bool {
        let statement = statement.trim();
        let assigned = statement.split_once('=').map_or("", |(_, value)| value.trim_matches(['"', ';', ' ']));
        statement.starts_with("let ")
            || assigned.starts_with("$((")
            || ["$(expr ", "`expr "].iter().any(|start| assigned.starts_with(start))
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

/// The only command of a word that is a substitution.
fn substituted(word: &Word) -> Option<&SimpleCommand> {
    let [part] = word.parts.as_slice() else { return None };
    let part = match &part.kind {
        WordPart::DoubleQuoted { parts, .. } => parts.first().filter(|_| parts.len() == 1)?,
        _ => part,
    };
    let WordPart::CommandSubstitution { body, .. } = &part.kind else { return None };
    let [Stmt { command: Tree::Simple(command), .. }] = body.as_slice() else { return None };
    Some(command)
}
