//! Reads the conditions of loops.

use super::action::{DEV_TCP, PIPED_TO_GREP, Tries, WITH_STATUS};
use super::reader::{ScriptReader, parse, script_of, without_wrappers};
use shuck_ast::{BinaryOp, Command as Tree, CompoundCommand, SimpleCommand, Stmt, Word, WordPart};

impl ScriptReader<'_> {
    /// Adds what must be so that a statement has this outcome.
    pub(super) fn condition(&mut self, statement: &Stmt, holds: bool, tries: &mut Tries) -> Option<()> {
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        if let Some(bound) = self.bound(statement) {
            let limit = if bound.is_time { &mut tries.limit } else { &mut tries.count };
            *limit = Some(bound.count);
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
        if let Some(script) = script_of(&words) {
            return self.of_text(script, holds, tries);
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
