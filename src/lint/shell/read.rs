//! Collects the commands of a script's syntax tree.

use super::bash::{self, BashFeature};
use super::wrapper::StartedProgram;
use super::{BashUse, Loop, OnFailure, PlainCommand, ShellScript, call, wrapper};
use crate::source::Span;
use shuck_ast::{
    BinaryOp, BraceExpansionKind, BraceQuoteContext, BuiltinCommand, Command as Tree, CompoundCommand,
    DeclClause, DeclOperand, ForCommand, Redirect, RedirectKind, SimpleCommand, Stmt, StmtSeq,
    StmtTerminator, Word, WordPart, WordPartNode,
};
use shuck_parser::ShellDialect;
use shuck_parser::parser::Parser;
use std::ops::Range;

/// The longest script that is read, in bytes: longer ones are programs of their own.
const MAX_SCRIPT_BYTES: usize = 64 << 10;

/// The depth up to which nested commands are read.
const MAX_DEPTH: usize = 100;

/// Reads a script; `None` if it cannot be parsed.
pub(super) fn read(text: &str, span: Span) -> Option<ShellScript<'_>> {
    if text.len() > MAX_SCRIPT_BYTES { None } else { read_within(text, span, CommandContext::default(), 0) }
}

/// Reads a script that a command in a certain context gives to a shell.
fn read_within(text: &str, span: Span, place: CommandContext, depth: usize) -> Option<ShellScript<'_>> {
    let parsed = Parser::with_dialect(text, ShellDialect::Bash).parse();
    if parsed.is_err() {
        return None;
    }
    let mut reader = ScriptReader {
        text,
        script: ShellScript::new(Some(text), span),
        leaves: Vec::new(),
        may_be_done: false,
        depth,
    };
    reader.all(&parsed.file.body, place);
    reader.bound();
    Some(reader.script)
}

/// The context of a command.
#[derive(Clone, Copy, Default)]
struct CommandContext {
    guarded: bool,
    may_fail: bool,
    tested: bool,
    on_failure: OnFailure,
}

impl CommandContext {
    const GUARDED: Self = Self { guarded: true, may_fail: false, tested: true, on_failure: OnFailure::GoOn };

    fn in_condition(self) -> Self {
        Self { may_fail: true, on_failure: OnFailure::GoOn, ..self }
    }

    fn in_branch(self) -> Self {
        Self { guarded: true, tested: true, ..self }
    }

    /// Before other statements.
    fn before_others(self) -> Self {
        match self.on_failure {
            OnFailure::Fail => Self { on_failure: OnFailure::FailWithErrexit, ..self },
            OnFailure::FailWithErrexit | OnFailure::GoOn => self,
        }
    }

    /// Before `&&`.
    fn before_and(self) -> Self {
        let on_failure = match self.on_failure {
            OnFailure::Fail => OnFailure::Fail,
            OnFailure::FailWithErrexit | OnFailure::GoOn => OnFailure::GoOn,
        };
        Self { may_fail: true, on_failure, ..self }
    }
}

struct ScriptReader<'t> {
    text: &'t str,
    script: ShellScript<'t>,
    /// The places where a command leaves the script.
    leaves: Vec<usize>,
    /// Whether a test may have ended the script with success.
    may_be_done: bool,
    depth: usize,
}

impl<'t> ScriptReader<'t> {
    fn all(&mut self, statements: &StmtSeq, place: CommandContext) {
        let mut rest = statements.iter().peekable();
        while let Some(statement) = rest.next() {
            self.statement(statement, if rest.peek().is_some() { place.before_others() } else { place });
        }
    }

    fn statement(&mut self, statement: &Stmt, place: CommandContext) {
        if self.depth == MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let in_background = matches!(statement.terminator, Some(StmtTerminator::Background(_)));
        let place = if statement.negated { place.in_condition() } else { place };
        let place =
            if in_background { CommandContext { on_failure: OnFailure::GoOn, ..place } } else { place };
        for redirect in &statement.redirects {
            let text = self.text.get(range(redirect.span)).unwrap_or_default();
            self.uses(bash::in_redirect(redirect, text), redirect.span);
        }
        let first = self.script.commands.len();
        match &statement.command {
            Tree::Simple(command) => self.simple(command, &statement.redirects, place),
            Tree::Builtin(BuiltinCommand::Exit(exit)) => {
                let code = exit.code.as_ref().and_then(|code| code.try_static_text(self.text));
                if code.as_deref() != Some("0") {
                    self.leaves.push(exit.span.start.offset());
                }
                let failed = exit.code.is_some() && code.as_deref().is_some_and(|code| code != "0");
                self.may_be_done |= place.tested && !failed;
            }
            Tree::Builtin(BuiltinCommand::Return(leave)) => self.leaves.push(leave.span.start.offset()),
            Tree::Builtin(_) => {}
            Tree::Decl(declared) => {
                self.declared(declared, place);
                let has_options =
                    declared.operands.iter().any(|operand| matches!(operand, DeclOperand::Flag(_)));
                self.uses(bash::in_declaration(declared.variant.as_str(), has_options), declared.span);
                for operand in &declared.operands {
                    if let DeclOperand::Assignment(assignment) = operand {
                        self.assigned(assignment);
                    }
                }
                for assignment in &declared.assignments {
                    self.assigned(assignment);
                }
            }
            Tree::Binary(binary) => {
                let (left, right) = match binary.op {
                    BinaryOp::And => (place.before_and(), CommandContext { guarded: true, ..place }),
                    BinaryOp::Or => (place.in_condition(), place.in_branch()),
                    BinaryOp::Pipe | BinaryOp::PipeAll => (place, place),
                };
                self.statement(&binary.left, left);
                let only_makes = || {
                    self.script.commands[first..].iter().all(|command| MAKERS.contains(&command.program()))
                };
                let right = CommandContext {
                    tested: right.tested || (binary.op == BinaryOp::And && !only_makes()),
                    ..right
                };
                let next = self.script.commands.len();
                self.statement(&binary.right, right);
                let both = matches!(binary.op, BinaryOp::PipeAll).then_some(BashFeature::PipeBoth);
                self.uses(both, binary.right.span);
                let is_pipe = matches!(binary.op, BinaryOp::Pipe | BinaryOp::PipeAll);
                if is_pipe && next > first && next < self.script.commands.len() {
                    self.script.commands[next - 1].pipes_to = Some(next);
                }
            }
            Tree::Compound(compound) => self.compound(compound, place),
            Tree::Function(function) => {
                let keyword = function.uses_function_keyword().then_some(BashFeature::FunctionKeyword);
                self.uses(keyword, function.span);
                self.statement(&function.body, CommandContext::GUARDED);
            }
            Tree::AnonymousFunction(function) => self.statement(&function.body, place),
        }
        self.depth -= 1;
    }

    fn compound(&mut self, compound: &CompoundCommand, place: CommandContext) {
        match compound {
            CompoundCommand::If(command) => {
                self.all(&command.condition, place.in_condition());
                self.all(&command.then_branch, place.in_branch());
                for (condition, branch) in &command.elif_branches {
                    self.all(condition, place.in_branch().in_condition());
                    self.all(branch, place.in_branch());
                }
                if let Some(branch) = &command.else_branch {
                    self.all(branch, place.in_branch());
                }
            }
            CompoundCommand::While(command) => {
                let ends_on_success = decides(&command.condition, true);
                self.repeated(range(command.span), &command.condition, &command.body, ends_on_success, place);
            }
            CompoundCommand::Until(command) => {
                let ends_on_success = decides(&command.condition, false);
                self.repeated(range(command.span), &command.condition, &command.body, ends_on_success, place);
            }
            CompoundCommand::For(command) => self.listed(command, place.before_others()),
            CompoundCommand::ArithmeticFor(command) => {
                self.uses(Some(BashFeature::ArithmeticFor), command.span);
                self.all(&command.body, place.before_others());
            }
            CompoundCommand::Arithmetic(command) => {
                self.uses(Some(BashFeature::ArithmeticCommand), command.span);
            }
            CompoundCommand::Conditional(command) => {
                self.uses(Some(BashFeature::DoubleBracket), command.span);
            }
            CompoundCommand::Select(command) => {
                self.uses(Some(BashFeature::Select), command.span);
                self.all(&command.body, place);
            }
            CompoundCommand::Case(command) => {
                for case in &command.cases {
                    self.all(&case.body, place.in_branch());
                }
            }
            CompoundCommand::Subshell(body) | CompoundCommand::BraceGroup(body) => self.all(body, place),
            CompoundCommand::Time(command) => {
                if let Some(command) = &command.command {
                    self.statement(command, place);
                }
            }
            _ => {}
        }
    }

    fn repeated(
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
            bounded: false,
        });
        self.all(condition, place.in_condition());
        let last = self.script.commands.len().checked_sub(1).filter(|last| *last >= first);
        self.script.loops[at].ends_on = last.filter(|_| ends_on_success);
        self.all(body, place.in_branch());
        let end = self.script.commands.len();
        self.script.loops[at].commands = first..end;
    }

    /// A `for`, which ends with its list.
    fn listed(&mut self, command: &ForCommand, place: CommandContext) {
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
            bounded: true,
        });
        for word in words {
            self.parts(&word.parts);
            self.braces(word);
        }
        self.all(&command.body, place);
        let end = self.script.commands.len();
        self.script.loops[at].commands = first..end;
    }

    fn simple(&mut self, simple: &SimpleCommand, redirects: &[Redirect], place: CommandContext) {
        for assignment in &simple.assignments {
            self.assigned(assignment);
        }
        let mut command = PlainCommand {
            range: range(simple.span),
            guarded: place.guarded,
            may_fail: place.may_fail,
            tested: place.tested || self.may_be_done,
            on_failure: place.on_failure,
            input: redirects
                .iter()
                .find_map(|redirect| Some(self::range(redirect.heredoc()?.body.span)))
                .unwrap_or_default(),
            outputs: redirects.iter().filter_map(|redirect| self.output(redirect)).collect(),
            ..PlainCommand::default()
        };
        for word in std::iter::once(&simple.name).chain(&simple.args) {
            command.words.push(word.try_static_text(self.text).map(std::borrow::Cow::into_owned));
            command.written.push(self.text.get(range(word.span)).unwrap_or_default().to_owned());
            self.parts(&word.parts);
        }
        let started =
            wrapper::started(|at| command.words.get(at).map(|word| word.as_deref().unwrap_or_default()));
        if command.program() == "set" {
            self.options(&command);
        }
        let nested = self.nested(simple, &command, &started, place);
        let first = self.script.commands.len();
        self.script.commands.extend(command.without_wrappers(&started));
        if let Some(command) = self.script.commands.get(first) {
            // An author who expects that a shell does not know it handles the failure.
            let is_tried = |feature: &BashFeature| command.may_fail && feature.is_tried();
            let feature = bash::in_command(command).filter(|feature| !is_tried(feature));
            let expands = bash::expands_braces(command);
            self.uses(feature, simple.span);
            for word in simple.args.iter().filter(|_| expands) {
                self.braces(word);
            }
        }
        if let Some((offset, shell, nested)) = nested {
            self.absorb(offset, shell, nested, started.is_timed);
        }
    }

    /// Notes what only bash understands.
    fn uses(&mut self, feature: Option<BashFeature>, span: shuck_ast::Span) {
        self.script.bash.extend(feature.map(|feature| BashUse { feature, range: range(span), nested: None }));
    }

    /// Braces that stand for several words.
    fn braces(&mut self, word: &Word) {
        for braces in
            word.brace_syntax.iter().filter(|braces| braces.quote_context == BraceQuoteContext::Unquoted)
        {
            let feature = match braces.expansion_kind() {
                Some(BraceExpansionKind::Sequence) => Some(BashFeature::BraceRange),
                Some(_) => Some(BashFeature::BraceList),
                None => None,
            };
            self.uses(feature, braces.span);
        }
    }

    /// The script that a command gives to a shell, if its text is in this one as the shell gets it: in quotes, without
    /// escapes and substitutions. Its places are those in its own text, which begins at the offset.
    fn nested(
        &self,
        simple: &SimpleCommand,
        command: &PlainCommand,
        started: &StartedProgram,
        place: CommandContext,
    ) -> Option<(usize, Option<&'static str>, ShellScript<'t>)> {
        let words: Vec<&str> = command.written.iter().skip(started.at).map(String::as_str).collect();
        let (at, shell) = match *words.first()? {
            "eval" if words.len() == 2 => (started.at + 1, None),
            _ => {
                let call = call::script_of(&words)?;
                (started.at + call.text, Some(call.shell))
            }
        };
        let word = simple.args.get(at.checked_sub(1)?)?;
        let [WordPartNode { kind, .. }] = word.parts.as_slice() else { return None };
        let plain = |part: &WordPartNode| matches!(part.kind, WordPart::Literal(_) | WordPart::Variable(_));
        let is_kept = match kind {
            WordPart::SingleQuoted { dollar, .. } => !dollar,
            WordPart::DoubleQuoted { parts, dollar } => !dollar && parts.iter().all(plain),
            _ => false,
        };
        let Range { start, end } = range(word.span);
        let text = self.text.get(start + 1..end.checked_sub(1)?)?;
        if !is_kept || (text.contains('\\') && matches!(kind, WordPart::DoubleQuoted { .. })) {
            return None;
        }
        Some((start + 1, shell, read_within(text, self.script.span, place, self.depth + 1)?))
    }

    /// Adds the commands and loops of a nested script, whose text begins at an offset.
    fn absorb(
        &mut self,
        offset: usize,
        shell: Option<&'static str>,
        nested: ShellScript<'_>,
        is_timed: bool,
    ) {
        let first = self.script.commands.len();
        let moved = |range: Range<usize>, by: usize| range.start + by..range.end + by;
        self.script.errexit |= nested.errexit;
        self.script.bash.extend(nested.bash.into_iter().map(|found| BashUse {
            range: moved(found.range, offset),
            nested: found.nested.or(shell),
            ..found
        }));
        self.script.loops.extend(nested.loops.into_iter().map(|repeated| Loop {
            range: moved(repeated.range, offset),
            condition: moved(repeated.condition, offset),
            commands: moved(repeated.commands, first),
            ends_on: repeated.ends_on.map(|at| at + first),
            bounded: repeated.bounded || is_timed,
            ..repeated
        }));
        self.script.commands.extend(nested.commands.into_iter().map(|command| PlainCommand {
            range: moved(command.range, offset),
            input: moved(command.input, offset),
            pipes_to: command.pipes_to.map(|at| at + first),
            ..command
        }));
    }

    /// `export`, `local` and the like, with their words.
    fn declared(&mut self, declared: &DeclClause, place: CommandContext) {
        let text = self.text.get(range(declared.span)).unwrap_or_default();
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        self.script.commands.push(PlainCommand {
            words: words
                .iter()
                .map(|word| (!word.contains(['$', '"', '\'', '`'])).then(|| word.clone()))
                .collect(),
            written: words,
            range: range(declared.span),
            guarded: place.guarded,
            may_fail: place.may_fail,
            ..PlainCommand::default()
        });
    }

    fn output(&self, redirect: &Redirect) -> Option<(Option<String>, bool)> {
        let adds = match redirect.kind {
            RedirectKind::Append => true,
            RedirectKind::Output | RedirectKind::Clobber | RedirectKind::OutputBoth => false,
            _ => return None,
        };
        let file: &Word = redirect.word_target()?;
        Some((file.try_static_text(self.text).map(std::borrow::Cow::into_owned), adds))
    }

    /// `set -euo pipefail`
    fn options(&mut self, set: &PlainCommand) {
        let mut is_name = false;
        for word in set.arguments() {
            if is_name {
                self.script.errexit |= word == "errexit";
                self.script.pipefail |= word == "pipefail";
                is_name = false;
            } else if let Some(letters) = word.strip_prefix('-') {
                self.script.errexit |= letters.contains('e');
                is_name = letters.ends_with('o');
            }
        }
    }

    fn assigned(&mut self, assignment: &shuck_ast::Assignment) {
        self.uses(bash::in_assignment(assignment), assignment.span);
        if let shuck_ast::AssignmentValue::Scalar(word) = &assignment.value {
            self.parts(&word.parts);
        }
    }

    /// The commands inside a word; whether they succeed does not matter.
    fn parts(&mut self, parts: &[WordPartNode]) {
        for part in parts {
            let text = self.text.get(range(part.span)).unwrap_or_default();
            self.uses(bash::in_part(&part.kind, text), part.span);
            match &part.kind {
                WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } => {
                    self.all(body, CommandContext::default().in_condition());
                }
                WordPart::DoubleQuoted { parts, .. } => self.parts(parts),
                _ => {}
            }
        }
    }

    /// Finds out which loops end by themselves.
    fn bound(&mut self) {
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

/// Programs that make or change something: that they succeed says nothing about an earlier run.
const MAKERS: [&str; 43] = [
    ".", "apk", "apt", "apt-get", "aws", "cat", "cd", "chgrp", "chmod", "chown", "cp", "curl", "date", "dnf",
    "echo", "envsubst", "export", "git", "gunzip", "install", "ln", "microdnf", "mkdir", "mv", "npm",
    "openssl", "pip", "pip3", "printf", "rm", "rsync", "sed", "set", "sleep", "source", "tar", "tee",
    "touch", "umask", "unzip", "wget", "yarn", "yum",
];

/// The operators that compare numbers.
const COMPARISONS: [&str; 6] = ["-lt", "-le", "-gt", "-ge", "-eq", "-ne"];

/// Whether a loop with this condition, which is a `while` or an `until`, ends if its last command succeeds.
fn decides(condition: &StmtSeq, is_while: bool) -> bool {
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

fn range(span: shuck_ast::Span) -> Range<usize> {
    span.start.offset()..span.end.offset()
}
