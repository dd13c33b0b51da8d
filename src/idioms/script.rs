//! Reads what a container runs, if that is one command or a loop until one succeeds.
//!
//! What surrounds it may print, pause, count, and test that variables are set.

use super::candidate::Candidate;
use super::shell_words::seconds;
use super::tries::{Leaving, Tries};
use shuck_ast::{
    AssignmentValue, BinaryOp, BuiltinCommand, Command as Tree, CompoundCommand, SimpleCommand, Stmt,
    StmtSeq, StmtTerminator,
};
use shuck_parser::ShellDialect;
use shuck_parser::parser::Parser;
use std::collections::HashMap;

/// The longest script that is read, in bytes: longer ones do more than a built-in step.
const MAX_SCRIPT_BYTES: usize = 4 << 10;
/// The depth up to which nested commands are read.
const MAX_DEPTH: usize = 20;

/// What a container runs.
#[derive(Debug)]
pub(super) enum Action {
    /// A command that runs once.
    Once(Vec<String>),
    /// A command that runs unless there is something at a path.
    Unless(String, Vec<String>),
    /// Conditions that are tried until they hold.
    Until(Tries),
}

/// The word before those of the `tar` that unpacks a download.
pub(super) const PIPED_TO_TAR: &str = "| tar";

const CARELESS: &str = "a failure ends the step; the script went on after one";
const PAUSE: &str = "there is no pause after the work; the script slept";

/// What a container runs, with what surrounds it.
#[derive(Debug)]
pub(super) struct ReadScript {
    pub(super) action: Action,
    /// What the rest of the script does that a step does not.
    pub(super) aside: Vec<&'static str>,
    /// What makes room for the files that the action makes.
    pub(super) prepared: Vec<Preparation>,
    /// The folder that the script enters.
    pub(super) folder: Option<String>,
}

/// A command that makes room for files.
#[derive(Debug)]
pub(super) enum Preparation {
    /// `mkdir -p PATH`
    Makes(String),
    /// `rm -rf PATH`
    Removes(String),
}

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
    let mut read = match script_of(&started.words)? {
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

pub(super) fn parse(script: &str) -> Option<StmtSeq> {
    if script.len() > MAX_SCRIPT_BYTES {
        return None;
    }
    let parsed = Parser::with_dialect(script, ShellDialect::Bash).parse();
    (!parsed.is_err()).then_some(parsed.file.body)
}

/// A command without what only starts it, and the time that this leaves it.
pub(super) struct StartedCommand {
    pub(super) words: Vec<String>,
    pub(super) limit: Option<u64>,
}

pub(super) fn without_wrappers(mut words: Vec<String>) -> Option<StartedCommand> {
    let mut limit = None;
    loop {
        let first = words.first()?;
        let skipped = match first.rsplit('/').next().unwrap_or_default() {
            "exec" | "command" | "sudo" => 1,
            "tini" | "dumb-init" => 1 + usize::from(words.get(1).is_some_and(|word| word == "--")),
            "timeout" => {
                let mut at = 1;
                while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
                    // BusyBox once took the time as `-t`.
                    at += if matches!(word.as_str(), "-s" | "-k") { 2 } else { 1 };
                }
                limit = Some(seconds(words.get(at)?)?);
                at + 1
            }
            _ => return Some(StartedCommand { words, limit }),
        };
        words.drain(..skipped.min(words.len()));
    }
}

/// The script in the arguments of a shell; `None` inside if this is no shell, outside if a shell reads no plain script.
pub(super) fn script_of(words: &[String]) -> Option<Option<&str>> {
    let [first, rest @ ..] = words else { return None };
    if !matches!(first.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash")) {
        return Some(None);
    }
    let flags = rest.iter().take_while(|word| word.starts_with(['-', '+'])).count();
    let reads = rest[..flags]
        .iter()
        .any(|flag| flag.starts_with('-') && !flag.starts_with("--") && flag.contains('c'));
    match &rest[flags..] {
        [script] if reads => Some(Some(script)),
        _ => None,
    }
}

/// Reads one script.
pub(super) struct ScriptReader<'r> {
    pub(super) candidate: &'r Candidate<'r>,
    pub(super) text: &'r str,
    /// The variables of the script that keep one value.
    pub(super) constants: HashMap<String, String>,
    pub(super) depth: usize,
    found: Option<Action>,
    /// Whether a failed command ends the script.
    errexit: bool,
    aside: Vec<&'static str>,
    prepared: Vec<Preparation>,
    folder: Option<String>,
}

impl<'r> ScriptReader<'r> {
    pub(super) fn new(candidate: &'r Candidate<'r>, text: &'r str, depth: usize) -> Self {
        let flags =
            candidate.command.iter().chain(&candidate.args).skip(1).take_while(|word| word.starts_with('-'));
        let errexit = flags.into_iter().any(|flags| flags.contains('e') && !flags.starts_with("--"));
        Self {
            candidate,
            text,
            constants: HashMap::new(),
            depth,
            found: None,
            errexit,
            aside: Vec::new(),
            prepared: Vec::new(),
            folder: None,
        }
    }

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
                BinaryOp::And if self.is_check(&binary.left) => self.checked(&binary.right),
                BinaryOp::Or if self.is_check(&binary.left) => self.checked(&binary.right),
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
                _ => None,
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
                let before = self.found.take().is_none().then_some(())?;
                let () = before;
                self.sequence(&branches.then_branch)?;
                match self.found.take()? {
                    Action::Once(words) => self.take(Action::Unless(there, words)),
                    Action::Unless(..) | Action::Until(_) => None,
                }
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
                Some(_) if sleeps => self.aside.push(PAUSE),
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
        unpacks[0] = PIPED_TO_TAR.to_owned();
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
        match self.found.take()? {
            Action::Once(words) => self.take(Action::Unless(there, words)),
            Action::Unless(..) | Action::Until(_) => None,
        }
    }

    /// The path whose existence a test finds out: `[ -e PATH ]` if `exists`, else `[ ! -e PATH ]`.
    fn existing(&self, test: &[Stmt], exists: bool) -> Option<String> {
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
    fn is_check(&self, test: &Stmt) -> bool {
        match &test.command {
            Tree::Binary(both) if matches!(both.op, BinaryOp::And | BinaryOp::Or) => {
                self.is_check(&both.left) && self.is_check(&both.right)
            }
            _ => self.bound(test).is_some() || self.tests_variable(self.written(test)),
        }
    }

    /// `[ -z "$NAME" ]` and the like.
    fn tests_variable(&self, test: &str) -> bool {
        let test = test.trim().trim_start_matches(['!', '[', ' ']).trim_start_matches("test ");
        let test = test.trim_end_matches([']', ' ', ';']);
        let operand = test.strip_prefix("-z ").or_else(|| test.strip_prefix("-n ")).map(str::trim);
        operand.is_some_and(|operand| {
            let name = operand.trim_matches('"');
            name.starts_with('$') && !name.contains(['(', '`', ' '])
        })
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

    fn prepares(&self, statement: &Stmt) -> bool {
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

    fn only_prints(&self, statement: &Stmt) -> bool {
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

    fn all_print(&self, statements: &StmtSeq) -> bool {
        statements.iter().all(|statement| self.only_prints(statement))
    }
}
