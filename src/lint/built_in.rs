//! Offers the built-in step that does the work of a step, with the recognizer of `import --idioms`.

use super::Pod;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::idioms::{Candidate, Idiom, of};
use crate::literal;
use crate::model::Container;
use crate::source::{FileId, SourceFile, Span};
use crate::steps::StepKind;
use crate::syntax::parse;
use crate::syntax::tree::Statement;

/// The statements that mount a volume.
const MOUNTS: [&str; 4] = ["reads", "writes", "updates", "mounts"];

impl Pod<'_> {
    /// Adds the built-in step of a kind to a finding, as it would be in the source; another help if the step does more
    /// than it.
    pub(super) fn offering(
        &self,
        kind: StepKind,
        step: &Container,
        diagnostic: Diagnostic,
        otherwise: &str,
    ) -> Diagnostic {
        let idiom = Candidate::of(self.workload, step).and_then(|candidate| of(&candidate));
        // What moves files changes other containers, too.
        let fits = |idiom: &Idiom| idiom.kind == kind && idiom.folder.is_none() && !idiom.is_weaker();
        let Some(idiom) = idiom.filter(fits) else {
            return diagnostic.help(otherwise);
        };
        let statements: Vec<String> = idiom.statements.iter().map(|words| words.join(" ")).collect();
        let name = literal::name(&step.qualified.to_string());
        let title = format!("use `{} {name} {{ {} }}`", kind.keyword(), statements.join("; "));
        let mut offered = diagnostic.help(title.clone());
        for change in &idiom.changes {
            offered = offered.help(format!("check this change: {change}"));
        }
        if let Some(edit) = self.replaced(step, &idiom, &statements) {
            let is_same = idiom.keeps_image && idiom.changes.is_empty();
            let applicability = if is_same { Applicability::Safe } else { Applicability::Unsafe };
            offered.fix = Some(Fix { title, edits: vec![edit], applicability });
        }
        offered
    }

    /// The step's statement in the source as a built-in step; `None` if its block has comments or conditions.
    fn replaced(&self, step: &Container, idiom: &Idiom, statements: &[String]) -> Option<Edit> {
        let file = self.sources.get(step.span.file);
        let start = step.span.range().start;
        let text = statement_at(&file.text, start).filter(|_| file.id != FileId::STD)?;
        let parsed = parse(&SourceFile::new(file.id, "", text));
        let [statement] = parsed.document.statements.as_slice() else { return None };
        let block = statement.block.as_ref().filter(|_| parsed.document.comments.is_empty())?;
        let has_others =
            block.statements.iter().any(|inner| inner.broken || matches!(&*inner.name.text, "when" | "else"));
        if has_others || statement.name.text != "step" || statement.values.len() != 1 {
            return None;
        }
        let slice = |span: Span| text.get(span.range()).unwrap_or_default();
        let mut lines = Vec::new();
        let mut is_replaced = false;
        for inner in &block.statements {
            let is_command = matches!(&*inner.name.text, "run" | "script" | "command" | "args");
            if is_command && !is_replaced {
                lines.extend(statements.iter().map(String::as_str));
                is_replaced = true;
            }
            if !is_command && !is_said(inner, idiom, text) {
                lines.push(slice(inner.span));
            }
        }
        let head = format!("{} {}", idiom.kind.keyword(), slice(statement.values.first()?.span));
        let text_of_block = if slice(block.span).contains('\n') {
            let line = file.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
            let indent: String =
                file.text.get(line..start)?.chars().take_while(|char| *char == ' ').collect();
            let inner = format!("\n{indent}  ");
            format!("{inner}{}\n{indent}", lines.join(&inner))
        } else {
            format!(" {} ", lines.join("; "))
        };
        let span = Span::new(file.id, start, start + statement.span.range().end);
        is_replaced.then(|| Edit { span, text: format!("{head} {{{text_of_block}}}") })
    }
}

/// Whether the built-in step says by itself what a statement of the step says.
fn is_said(statement: &Statement, idiom: &Idiom, text: &str) -> bool {
    match &*statement.name.text {
        "image" | "imagePullPolicy" => !idiom.keeps_image,
        "workingDir" => true,
        "securityContext" => idiom.kind == StepKind::Own,
        word if MOUNTS.contains(&word) => {
            let volume = statement.values.first().and_then(|value| text.get(value.span.range()));
            idiom.kind == StepKind::Wait || volume == idiom.volume.as_deref()
        }
        _ => false,
    }
}

/// The text of the statement that begins at a place: to the brace that closes its block at its own indentation.
fn statement_at(text: &str, start: usize) -> Option<&str> {
    let rest = text.get(start..)?;
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = text.get(line..start)?;
    let first = rest.lines().next()?;
    if first.trim_end().ends_with('{') && indent.trim().is_empty() {
        let end = rest.find(&format!("\n{indent}}}"))?;
        return rest.get(..end + 1 + indent.len() + 1);
    }
    // On one line, other statements may follow.
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, char) in first.char_indices() {
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (None, '"' | '\'') => quote = Some(char),
            (None, '{') => depth += 1,
            (None, '}') if depth <= 1 => return first.get(..=at),
            (None, '}') => depth -= 1,
            (Some(_) | None, _) => {}
        }
    }
    None
}
