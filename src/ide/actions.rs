//! Changes that an editor offers: the fixes of diagnostics, manifests as a source, a startup probe.
//!
//! Invariant: edits are those of the file itself, and do not overlap.

use super::shape::{Inside, at};
use super::{Analysis, Parsed, Range32};
use crate::compile::Options;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::import::import;
use crate::source::{FileId, Span};
use crate::syntax::tree::Statement;

/// The fixes of what was found in a range, those with places to fill in left out.
pub fn fixes(analysis: &Analysis, range: Range32) -> Vec<&Fix> {
    let meets = |span: Span| span.file == FileId(0) && span.start <= range.end && range.start <= span.end;
    let found = analysis.diagnostics().iter().filter(|diagnostic| meets(diagnostic.primary.span));
    found.filter_map(|diagnostic| diagnostic.fix.as_ref()).filter(|fix| is_offered(fix)).collect()
}

fn is_offered(fix: &Fix) -> bool {
    fix.applicability != Applicability::Display && fix.edits.iter().all(|edit| edit.span.file == FileId(0))
}

/// The edits of all safe fixes that do not stand in each other's way, if there are any.
pub fn all_safe(analysis: &Analysis) -> Option<Vec<Edit>> {
    let fixes = analysis.diagnostics().iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
    let safe = fixes.filter(|fix| fix.applicability == Applicability::Safe && is_offered(fix));
    let mut edits: Vec<Edit> = Vec::new();
    for fix in safe {
        let apart =
            |one: &Edit, other: &Edit| one.span.end < other.span.start || other.span.end < one.span.start;
        if fix.edits.iter().all(|edit| edits.iter().all(|known| apart(known, edit))) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    (!edits.is_empty()).then_some(edits)
}

/// The manifests in a range, or in the whole file where the range is empty, as a source.
pub fn imported(file: &Parsed, range: Range32) -> Option<Fix> {
    let range = if range.start == range.end { Range32::from(file.source.span()) } else { range };
    let text = file.text().get(range.range())?;
    // Manifests say what they are; a source never does.
    if !text.contains("apiVersion") || !text.contains("kind") {
        return None;
    }
    let source = import("manifests", text.to_owned(), &Options::default()).source?;
    let span = Span { file: FileId(0), start: range.start, end: range.end };
    let edits = vec![Edit { span, text: source }];
    Some(Fix { title: "import these manifests".into(), edits, applicability: Applicability::Safe })
}

/// A startup probe for the container around an offset, made of its readiness or liveness probe, or of its first port.
pub fn probe(file: &Parsed, offset: usize) -> Option<Fix> {
    let cursor = at(file, offset);
    let container = cursor.chain.iter().rev().find(|shaped| {
        matches!(shaped.body, Inside::Container("sidecar" | "app"))
            && shaped.statement.name.text != "defaults"
    })?;
    let block = container.statement.block.as_ref()?;
    let named = |name: &str| block.statements.iter().find(|inner| inner.name.text == name);
    if named("started").is_some() || named("startupProbe").is_some() {
        return None;
    }
    let text = |statement: &Statement| {
        let head = file.source.slice(statement.head());
        let action = head.split_once(' ').map_or("", |(_, rest)| rest);
        // Of another probe only what it asks is taken, not how often.
        let end = [" every ", " timeout ", " delay ", " failures ", " successes "];
        let cut = end.iter().filter_map(|word| action.find(word)).min().unwrap_or(action.len());
        action[..cut].to_owned()
    };
    let asked = named("ready").or(named("alive")).map(text);
    let port = || {
        let port = named("port")?;
        Some(format!("tcp {}", file.source.slice(port.values.first()?.span)))
    };
    let action = asked.or_else(port)?;
    let last = block.statements.last()?;
    let span = Span { start: last.span.end, ..last.span };
    let line = file.text().get(..last.span.start as usize)?.rsplit('\n').next().unwrap_or_default();
    let alone = line.trim().is_empty();
    let before = if alone { format!("\n{line}") } else { "; ".to_owned() };
    let edits = vec![Edit { span, text: format!("{before}started {action} every 2s failures 30") }];
    Some(Fix { title: "add a startup probe".into(), edits, applicability: Applicability::Unsafe })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::NoFiles;
    use crate::diagnostic::catalog;

    fn applied(text: &str, mut edits: Vec<Edit>) -> String {
        let mut text = text.to_owned();
        edits.sort_by_key(|edit| edit.span.start);
        for edit in edits.into_iter().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        text
    }

    fn analysis(text: &str) -> Analysis {
        Analysis::of(&Parsed::new("a", text), &NoFiles, &Options::default())
    }

    #[test]
    fn a_safe_fix_cures_what_it_is_for_and_breaks_nothing() {
        let mut fixed = 0;
        for entry in catalog::all().iter().filter(|entry| entry.language() == catalog::Language::Initflow) {
            let Some(text) = entry.failing() else { continue };
            let before = analysis(text);
            let count = |analysis: &Analysis| analysis.diagnostics().len();
            let Some(edits) = all_safe(&before) else { continue };
            let cured = applied(text, edits);
            let after = analysis(&cured);
            let names: Vec<&str> = after.diagnostics().iter().map(|found| found.name).collect();
            assert!(count(&after) < count(&before), "{}: {names:?} in\n{cured}", entry.name);
            fixed += 1;
        }
        assert!(fixed > 10, "{fixed}");
    }

    #[test]
    fn manifests_become_a_source() {
        let text =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: b, image: c}]}\n";
        let file = Parsed::new("a", text);
        let fix = imported(&file, Range32::from(0..0)).unwrap();
        assert_eq!(applied(text, fix.edits), "pod a {\n  app b { image \"c\" }\n}\n");
        assert_eq!(
            imported(&Parsed::new("a", "pod a { app b { image \"c\" } }\n"), Range32::from(0..0)),
            None
        );
    }

    #[test]
    fn a_startup_probe_asks_what_the_other_probe_asks() {
        let probed = |text: &str| {
            let offset = text.find("app").or(text.find("sidecar")).unwrap();
            probe(&Parsed::new("a", text), offset).map(|fix| applied(text, fix.edits))
        };
        assert_eq!(
            probed("pod a { app b { image \"c\"; port h 80; ready http h /z every 5s } }\n").as_deref(),
            Some(
                "pod a { app b { image \"c\"; port h 80; ready http h /z every 5s; started http h /z every 2s failures 30 } }\n"
            )
        );
        assert_eq!(
            probed("pod a {\n  sidecar b {\n    port 80\n  }\n}\n").as_deref(),
            Some("pod a {\n  sidecar b {\n    port 80\n    started tcp 80 every 2s failures 30\n  }\n}\n")
        );
        assert_eq!(probed("pod a { app b { image \"c\" } }\n"), None);
    }
}
