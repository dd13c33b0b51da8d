//! Reads what a container runs, if that is one command or a loop until one succeeds.
//!
//! What surrounds it may print, pause, count, and test that variables are set.

use super::action::{Action, Leaving, PIPED_TO_TAR, Preparation, ReadScript};
use super::candidate::Candidate;
use super::reader::{ScriptReader, parse, script_of, without_wrappers};
use shuck_ast::{
    AssignmentValue, BinaryOp, BuiltinCommand, Command as Tree, CompoundCommand, SimpleCommand, Stmt,
    StmtSeq, StmtTerminator,
};

/// The depth up to which nested commands are read.
const MAX_DEPTH: usize = 20;

const CARELESS: &str = "a failure ends the step; the script went on after one";
const PAUSE: &str = "there is no pause before or after the work; the script slept";

/// What a container runs, with what surrounds it.
pub(super) fn read(candidate: &Candidate) -> Option<ReadScript> {
    let mut words: Vec<String> =
        candidate.command.iter().chain(&candidate.args).map(|word| (*word).to_owned()).collect();
    if candidate.command.is_empty() {
        // An image with the name of a tool has this tool as its entrypoint.
        let name = candidate.image?.split(['@', ':']).next()?.rsplit('/').next()?;
        words.insert(0, Some(name).filter(|name| matches!(*name, "git" | "aws-cli" | "curl"))?.to_owned());
    }
    of_words(candidate, words, 0)
}

fn of_words(candidate: &Candidate, words: Vec<String>, depth: usize) -> Option<ReadScript> {
    let started = without_wrappers(words)?;
    let mut read = match script_of(&started.words) {
        Some(script) => {
            let mut reader = ScriptReader::new(candidate, script, depth);
            reader.sequence(&parse(script)?)?;
            let ScriptReader { found, aside, prepared, folder, .. } = reader;
            ReadScript { action: found?, aside, prepared, folder }
        }
        // The words of a script have been read already.
        None if depth > 0 || started.words.iter().all(|word| is_known(candidate, word)) => {
            let action = Action::Once(started.words);
            ReadScript { action, aside: Vec::new(), prepared: Vec::new(), folder: None }
        }
        None => return None,
    };
    if let (Action::Until(tries), Some(limit)) = (&mut read.action, started.limit) {
        tries.limit = Some(limit);
        tries.goes_on = false;
    }
    Some(read)
}

/// Whether all `$(NAME)` in a word are variables.
fn is_known(candidate: &Candidate, word: &str) -> bool {
    let names = word.split("$(").skip(1).map(|rest| rest.split(')').next().unwrap_or_default());
    !word.contains('*') && names.into_iter().all(|name| candidate.has_variable(name))
}

impl ScriptReader<'_> {
    fn sequence(&mut self, statements: &StmtSeq) -> Option<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let read = statements.iter().try_for_each(|statement| self.statement(statement));
        self.depth -= 1;
        read
    }

    fn statement(&mut self, statement: &Stmt) -> Option<()> {
        if statement.negated || matches!(statement.terminator, Some(StmtTerminator::Background(_))) {
            return None;
        }
        match &statement.command {
            Tree::Simple(command) => self.simple(command, statement),
            Tree::Builtin(BuiltinCommand::Exit(exit)) => {
                let code =
                    exit.code.as_ref().map_or(Some("0".into()), |code| code.try_static_text(self.text))?;
                if code == "0" { self.found.is_some().then_some(()) } else { self.fails() }
            }
            Tree::Decl(declared) => {
                declared.assignments.iter().try_for_each(|assigned| self.assign(assigned))
            }
            Tree::Binary(binary) => match binary.op {
                BinaryOp::And | BinaryOp::Or if self.is_check(&binary.left) => self.checked(&binary.right),
                BinaryOp::Or if self.leaves(&binary.right) == Some(Leaving::Fails) => {
                    self.statement(&binary.left)
                }
                BinaryOp::Or => {
                    let there = self.existing(std::slice::from_ref(&*binary.left), true)?;
                    self.unless(there, &binary.right)
                }
                BinaryOp::Pipe => self.unpacked(&binary.left, &binary.right),
                BinaryOp::And if self.only_prints(&binary.right) => self.statement(&binary.left),
                BinaryOp::And if self.only_prints(&binary.left) || self.prepares(&binary.left) => {
                    self.statement(&binary.left)?;
                    self.statement(&binary.right)
                }
                BinaryOp::And => {
                    let there = self.existing(std::slice::from_ref(&*binary.left), false)?;
                    self.unless(there, &binary.right)
                }
                BinaryOp::PipeAll => None,
            },
            Tree::Compound(compound) if self.discards(&statement.redirects) => self.compound(compound),
            _ => None,
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) -> Option<()> {
        match compound {
            CompoundCommand::Subshell(body) | CompoundCommand::BraceGroup(body) => self.sequence(body),
            CompoundCommand::If(branches) if branches.elif_branches.is_empty() => {
                let has_idle_else = branches.else_branch.as_ref().is_none_or(|branch| self.all_print(branch));
                if !has_idle_else {
                    return None;
                }
                let [condition] = branches.condition.as_slice() else { return None };
                if self.is_check(condition) {
                    return (self.leaving(&branches.then_branch)? == Leaving::Fails)
                        .then(|| self.fails_or_checks());
                }
                let there = self.existing(branches.condition.as_slice(), false)?;
                if self.found.is_some() {
                    return None;
                }
                self.sequence(&branches.then_branch)?;
                self.only_unless(there)
            }
            _ => {
                let tries = self.tries(compound)?;
                self.take(Action::Until(tries))
            }
        }
    }

    fn simple(&mut self, command: &SimpleCommand, statement: &Stmt) -> Option<()> {
        let is_assignment = command.args.is_empty() && self.slice(command.name.span).is_empty();
        if is_assignment && statement.redirects.is_empty() {
            return command.assignments.iter().try_for_each(|assigned| self.assign(assigned));
        }
        if self.is_idle(command, &statement.redirects) {
            let sleeps = self.program(command)? == "sleep";
            match &self.found {
                _ if sleeps && !self.aside.contains(&PAUSE) => self.aside.push(PAUSE),
                Some(Action::Once(_) | Action::Unless(..))
                    if !self.errexit && !self.aside.contains(&CARELESS) =>
                {
                    self.aside.push(CARELESS);
                }
                _ => {}
            }
            return Some(());
        }
        let words = self.words(command)?;
        if words[0] == "set" {
            self.errexit |= words[1..].iter().any(|word| word.starts_with('-') && word.contains('e'));
            return Some(());
        }
        if !command.assignments.is_empty() || !self.discards(&statement.redirects) {
            return None;
        }
        if self.found.is_none() && self.prepare(&words)? {
            return Some(());
        }
        // A last try, whose status is that of the script.
        if let Some(Action::Until(tries)) = &mut self.found
            && tries.conditions.contains(&words)
        {
            tries.goes_on = false;
            return Some(());
        }
        let inner = of_words(self.candidate, words, self.depth + 1)?;
        self.aside.extend(inner.aside);
        self.prepared.extend(inner.prepared);
        self.take(inner.action)
    }

    /// `DOWNLOAD | tar …`
    fn unpacked(&mut self, download: &Stmt, tar: &Stmt) -> Option<()> {
        let (Tree::Simple(from), Tree::Simple(to)) = (&download.command, &tar.command) else { return None };
        let mut words = self.words(from)?;
        let mut unpacks = self.words(to)?;
        let is_tar =
            unpacks[0] == "tar" && self.discards(&download.redirects) && self.discards(&tar.redirects);
        PIPED_TO_TAR.clone_into(&mut unpacks[0]);
        words.extend(unpacks);
        is_tar.then(|| self.take(Action::Once(words)))?
    }

    /// Whether a command only prepares the work: it enters, makes or removes a folder.
    fn prepare(&mut self, words: &[String]) -> Option<bool> {
        match words {
            [cd, folder] if cd == "cd" => {
                folder.starts_with('/').then_some(())?;
                self.folder = Some(folder.clone());
            }
            [mkdir, flag, folder] if mkdir == "mkdir" && flag == "-p" => {
                self.prepared.push(Preparation::Makes(folder.clone()));
            }
            [rm, flag, path] if rm == "rm" && matches!(flag.as_str(), "-rf" | "-fr" | "-r") => {
                self.prepared.push(Preparation::Removes(path.clone()));
            }
            _ => return Some(false),
        }
        Some(true)
    }

    /// Remembers a constant; counters are only numbers.
    fn assign(&mut self, assigned: &shuck_ast::Assignment) -> Option<()> {
        let AssignmentValue::Scalar(word) = &assigned.value else { return None };
        let name = self.slice(assigned.span).split('=').next()?.to_owned();
        let value = self.word(word).filter(|value| !value.contains('*'))?;
        self.constants.insert(name, value);
        Some(())
    }

    /// Adds what the script does; several waits are one.
    fn take(&mut self, action: Action) -> Option<()> {
        match (&mut self.found, action) {
            (Some(Action::Until(known)), Action::Until(more)) => known.add(more),
            (Some(_), _) => return None,
            (none, action) => *none = Some(action),
        }
        Some(())
    }

    fn unless(&mut self, there: String, command: &Stmt) -> Option<()> {
        if self.found.is_some() {
            return None;
        }
        self.statement(command)?;
        self.only_unless(there)
    }

    /// What was found happens only if there is nothing at a path.
    fn only_unless(&mut self, there: String) -> Option<()> {
        match self.found.take()? {
            Action::Once(words) => self.take(Action::Unless(there, words)),
            Action::Unless(..) | Action::Until(_) => None,
        }
    }

    /// What follows a check must end the script with a failure.
    fn checked(&mut self, then: &Stmt) -> Option<()> {
        (self.leaves(then)? == Leaving::Fails).then(|| self.fails_or_checks())
    }

    fn fails_or_checks(&mut self) {
        if let Some(Action::Until(tries)) = &mut self.found {
            tries.goes_on = false;
        }
    }

    /// The script ends with a failure here: when the tries are used up.
    fn fails(&mut self) -> Option<()> {
        let Some(Action::Until(tries)) = &mut self.found else { return None };
        let is_after_tries = tries.goes_on && tries.leaves_script;
        tries.goes_on = false;
        is_after_tries.then_some(())
    }
}
