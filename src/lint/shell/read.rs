//! Collects the commands of a script's syntax tree.

mod loops;
mod nested;

use super::bash::{self, BashFeature};
use super::{BashUse, Loop, OnFailure, PlainCommand, ShellScript, makers, wrapper};
use crate::source::Span;
use loops::{decides, leaves};
use shuck_ast::{
    BinaryOp, BraceExpansionKind, BraceQuoteContext, BuiltinCommand, Command as Tree, CompoundCommand,
    DeclClause, DeclOperand, Redirect, RedirectKind, SimpleCommand, Stmt, StmtSeq, StmtTerminator, Word,
    WordPart, WordPartNode,
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
        open: Vec::new(),
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
    /// The loops around the present place, by their indices.
    open: Vec<usize>,
    /// Whether a test may have ended the script with success.
    may_be_done: bool,
    depth: usize,
}

impl ScriptReader<'_> {
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
                let only_makes = || self.script.commands[first..].iter().all(makers::only_makes);
                let right = CommandContext {
                    tested: right.tested || (binary.op == BinaryOp::And && !only_makes()),
                    ..right
                };
                let next = self.script.commands.len();
                if matches!(binary.op, BinaryOp::And)
                    && leaves(&binary.right, self.text)
                    && !binary.left.negated
                {
                    self.left_after_last(first);
                }
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
                let first = self.script.commands.len();
                self.all(&command.condition, place.in_condition());
                if command.then_branch.iter().any(|statement| leaves(statement, self.text))
                    && decides(&command.condition, false)
                {
                    self.left_after_last(first);
                }
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

    /// Braces that expand to several words.
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
            on_failure: place.on_failure,
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
}

fn range(span: shuck_ast::Span) -> Range<usize> {
    span.start.offset()..span.end.offset()
}
