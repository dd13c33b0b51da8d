//! Applies comments of the form `# initflow: allow(NAME) REASON` and the levels of names to the warnings of a program.
//!
//! A comment after a statement is about what begins on its line, a comment on a line of its own about the statement below.
//! It covers everything inside that statement.

use super::{LintLevel, LintLevels, names};
use crate::diagnostic::{Applicability, Code, Diagnostic, Severity, has_errors, nearest};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::syntax::tree::{Document, Statement};
use std::cmp::Reverse;
use std::sync::Arc;

/// How every such comment begins, after its `#`.
const MARK: &str = "initflow:";

/// The most names that are allowed in one program.
const MAX_ALLOWANCES: usize = 1_000;

/// One name that a comment allows.
#[derive(Clone, Debug)]
struct Allowance {
    code: Code,
    /// The name in the comment.
    span: Span,
    /// The comment, if it allows nothing else.
    comment: Option<Span>,
    /// The part of the source that it covers.
    covers: Option<Span>,
    used: bool,
}

/// The allowances of a program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowances {
    all: Vec<Allowance>,
    covers: Covers,
}

impl Allowances {
    /// Reads the comments of a program.
    pub(crate) fn read<'d>(
        documents: impl Iterator<Item = &'d Document>,
        sources: &Sources,
        diagnostics: &mut Vec<Arc<Diagnostic>>,
    ) -> Self {
        let mut all = Vec::new();
        let mut complaints = Vec::new();
        for document in documents {
            // The comments of the library are not in a file of the program.
            let Some(first) = document.comments.first() else { continue };
            let file = sources.get(first.file);
            if file.id == FileId::STD {
                continue;
            }
            for comment in &document.comments {
                read(document, file, *comment, &mut all, &mut complaints);
            }
        }
        diagnostics.extend(complaints.into_iter().map(Arc::new));
        let covers = Covers::of(&all);
        Self { all, covers }
    }

    /// Removes what is allowed, and turns what is denied into errors.
    pub(crate) fn apply(&mut self, levels: &LintLevels, diagnostics: &mut Vec<Arc<Diagnostic>>) {
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.severity == Severity::Error {
                return true;
            }
            let mut allowed = false;
            self.covers.each_around(diagnostic.code, diagnostic.primary.span, |at| {
                self.all[at].used = true;
                allowed = true;
            });
            let level = levels.of(diagnostic.code);
            if level == LintLevel::Deny {
                Arc::make_mut(diagnostic).severity = Severity::Error;
            }
            !allowed && level != LintLevel::Allow
        });
    }

    /// Reports the allowances of some names that allow nothing. If the diagnostics are not all warnings with these names, an
    /// allowance may only seem unused.
    pub(crate) fn report_unused(
        &self,
        levels: &LintLevels,
        is_complete: impl Fn(Code) -> bool,
        diagnostics: &mut Vec<Arc<Diagnostic>>,
    ) {
        let level = levels.of(Code::UnusedAllowance);
        if has_errors(diagnostics) || level == LintLevel::Allow {
            return;
        }
        // Rules that are allowed everywhere did not run.
        let unused = self.all.iter().filter(|allowance| {
            !allowance.used && is_complete(allowance.code) && levels.of(allowance.code) != LintLevel::Allow
        });
        diagnostics.extend(unused.map(unused_allowance).map(|mut diagnostic| {
            if level == LintLevel::Deny {
                diagnostic.severity = Severity::Error;
            }
            Arc::new(diagnostic)
        }));
    }
}

/// A part of the source that an allowance covers.
#[derive(Clone, Debug)]
struct Cover {
    code: Code,
    span: Span,
    allowance: usize,
    /// The nearest one before it that reaches as far as its start.
    around: Option<usize>,
}

impl Cover {
    fn reaches(&self, code: Code, place: Span) -> bool {
        self.code == code && self.span.file == place.file && place.start <= self.span.end
    }
}

/// The parts of the source that allowances cover, in the order of the text, to find quickly those around a place.
#[derive(Clone, Debug, Default)]
struct Covers(Vec<Cover>);

impl Covers {
    fn of(allowances: &[Allowance]) -> Self {
        let cover = |(allowance, Allowance { code, covers, .. }): (usize, &Allowance)| {
            Some(Cover { code: *code, span: (*covers)?, allowance, around: None })
        };
        let mut covers: Vec<Cover> = allowances.iter().enumerate().filter_map(cover).collect();
        covers.sort_by_key(|cover| (cover.code, cover.span.file, cover.span.start, Reverse(cover.span.end)));
        let mut open: Vec<usize> = Vec::new();
        for at in 0..covers.len() {
            let Cover { code, span, .. } = covers[at];
            while open.pop_if(|last| !covers[*last].reaches(code, span)).is_some() {}
            covers[at].around = open.last().copied();
            open.push(at);
        }
        Self(covers)
    }

    /// Visits the allowances of a code that cover a place.
    fn each_around(&self, code: Code, place: Span, mut visit: impl FnMut(usize)) {
        let start = (code, place.file, place.start);
        let after = self.0.partition_point(|cover| (cover.code, cover.span.file, cover.span.start) <= start);
        let mut next = after.checked_sub(1);
        while let Some(cover) = next.and_then(|at| self.0.get(at)) {
            if cover.reaches(code, place) && place.end <= cover.span.end {
                visit(cover.allowance);
            }
            next = cover.around;
        }
    }
}

/// Reads a comment, if it is an allowance.
fn read(
    document: &Document,
    file: &SourceFile,
    comment: Span,
    allowances: &mut Vec<Allowance>,
    complaints: &mut Vec<Diagnostic>,
) {
    let text = file.slice(comment);
    let Some(rest) = text.trim_start_matches('#').trim_start().strip_prefix(MARK) else { return };
    let malformed = |headline: &str| {
        Diagnostic::warning(Code::MalformedAllowance, comment, headline).here("expected `allow(NAME) REASON`").help(
            "write `# initflow: allow(NAME) REASON`, with the name of a warning and why it does not apply here",
        )
    };
    let Some((listed, reason)) =
        rest.trim_start().strip_prefix("allow(").and_then(|rest| rest.split_once(')'))
    else {
        return complaints.push(malformed("malformed `# initflow:` comment"));
    };
    if reason.trim().is_empty() {
        complaints.push(malformed("an allowance needs a reason"));
    }
    if allowances.len() >= MAX_ALLOWANCES {
        return complaints.push(
            malformed("the program has more than 1,000 allowances").help("set the level in initflow.toml"),
        );
    }
    let covers = covered(&document.statements, file, comment);
    let in_template = document.statements.iter().any(|statement| {
        statement.name.text == "template"
            && statement.span.start < comment.start
            && comment.end <= statement.span.end
    });
    let mut at = comment.range().end - reason.len() - 1 - listed.len();
    let whole = (!listed.contains(',')).then_some(comment);
    for piece in listed.split(',') {
        let name = piece.trim();
        let start = at + (piece.len() - piece.trim_start().len());
        at += piece.len() + 1;
        let span = Span::new(file.id, start, start + name.len());
        let Ok(code) = name.parse() else {
            let mut unknown = Diagnostic::warning(
                Code::MalformedAllowance,
                span,
                format!("there is no warning named `{name}`"),
            )
            .here("not the name of a warning");
            if let Some(near) = nearest(name, names()) {
                unknown = unknown.did_you_mean(span, name, [near]);
            }
            complaints.push(unknown.help("see all names with `initflow explain`"));
            continue;
        };
        // A file cannot tell whether its templates are used elsewhere.
        allowances.push(Allowance { code, span, comment: whole, covers, used: in_template });
    }
}

/// What a comment covers: the statements that begin on its line, or the next one in its block.
fn covered(statements: &[Statement], file: &SourceFile, comment: Span) -> Option<Span> {
    let line = file.text.get(..comment.range().start)?.rfind('\n').map_or(0, |at| at + 1);
    let alone = file.text.get(line..comment.range().start)?.trim().is_empty();
    if alone {
        return below(statements, comment);
    }
    on_line(statements, u32::try_from(line).ok()?, comment)
}

/// The next statement in the innermost block around a comment.
fn below(statements: &[Statement], comment: Span) -> Option<Span> {
    let at = statements.partition_point(|statement| statement.span.end <= comment.start);
    let next = statements.get(at)?;
    match &next.block {
        Some(block) if next.span.start < comment.start => below(&block.statements, comment),
        _ => Some(next.span),
    }
}

/// All statements that begin on the line of a comment, before it.
fn on_line(statements: &[Statement], line: u32, comment: Span) -> Option<Span> {
    let mut covered: Option<Span> = None;
    let at = statements.partition_point(|statement| statement.span.end < line);
    for statement in statements[at..].iter().take_while(|statement| statement.span.start < comment.start) {
        let found = if statement.span.start >= line {
            Some(statement.span)
        } else {
            statement.block.as_ref().and_then(|block| on_line(&block.statements, line, comment))
        };
        covered = match (covered, found) {
            (Some(one), Some(other)) => Some(one.to(other)),
            (one, other) => one.or(other),
        };
    }
    covered
}

fn unused_allowance(allowance: &Allowance) -> Diagnostic {
    let Allowance { code, span, comment, .. } = allowance;
    let diagnostic = Diagnostic::warning(
        Code::UnusedAllowance,
        *span,
        format!("`{code}` is allowed, but does not occur here"),
    )
    .here("has no effect");
    match comment {
        Some(comment) => diagnostic.fix("remove the comment", *comment, "", Applicability::Unsafe),
        None => diagnostic.help("remove the name from the comment"),
    }
}
