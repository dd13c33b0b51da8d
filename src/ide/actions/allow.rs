//! Allows a warning: at its place, by a comment, or in a whole project, in `initflow.toml`.
//!
//! Invariant: everything that was written stays as it is.

#[cfg(feature = "cli")]
use crate::config::LINTS;
#[cfg(feature = "cli")]
use crate::diagnostic::Code;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::ide::Parsed;
use crate::ide::shape::at;
#[cfg(feature = "cli")]
use crate::lint::LintLevel;
use crate::source::{FileId, Span};
#[cfg(feature = "cli")]
use toml_edit::{DocumentMut, Item, Table, value};

/// What is written as the reason, for the author to replace.
const REASON: &str = "TODO: say why";

/// A comment above the statement around a warning.
pub(crate) fn here(file: &Parsed, found: &Diagnostic) -> Option<Fix> {
    let place = found.primary.span;
    let cursor = at(file, place.start as usize);
    let around = cursor.chain.iter().map(|shaped| shaped.statement.span).rev();
    // A comment above a statement is about all of it; below another one on the same line, there is no line for it.
    let mut covering = around.filter(|span| span.start <= place.start && place.end <= span.end);
    let (line, indentation) = covering.find_map(|span| {
        let before = file.text().get(..span.range().start)?;
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let indentation = &before[line..];
        indentation.trim().is_empty().then_some((line, indentation))
    })?;
    let end = if file.text()[..line].ends_with("\r\n") { "\r\n" } else { "\n" };
    let text = format!("{indentation}# initflow: allow({}) {REASON}{end}", found.code);
    let edit = Edit { span: Span::new(FileId(0), line, line), text };
    let title = format!("allow `{}` here", found.code);
    Some(Fix { title, edits: vec![edit], applicability: Applicability::Unsafe })
}

/// The change of an `initflow.toml`, or of a new one, after which a warning is not shown anywhere in its project.
#[cfg(feature = "cli")]
pub(crate) fn in_project(settings: &str, code: Code) -> Option<Edit> {
    let mut document: DocumentMut = settings.parse().ok()?;
    let lints = document.entry(LINTS).or_insert_with(|| Item::Table(Table::new()));
    let lints = lints.as_table_like_mut()?;
    let allowed = value(LintLevel::Allow.name());
    match lints.get_mut(code.name()) {
        Some(known) => {
            let decoration = known.as_value()?.decor().clone();
            *known = allowed;
            *known.as_value_mut()?.decor_mut() = decoration;
        }
        None => drop(lints.insert(code.name(), allowed)),
    }
    if let Some(lints) = document.get_mut(LINTS).and_then(Item::as_inline_table_mut) {
        lints.fmt();
    }
    let mut new = document.to_string();
    if settings.contains("\r\n") {
        // Writing makes all line ends plain.
        new = new.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    Some(difference(settings, &new))
}

/// The edit that turns a text into another one.
#[cfg(feature = "cli")]
fn difference(old: &str, new: &str) -> Edit {
    let same = |(one, other): &(char, char)| one == other;
    let length = |letters: &mut dyn Iterator<Item = (char, char)>| -> usize {
        letters.take_while(same).map(|(letter, _)| letter.len_utf8()).sum()
    };
    let start = length(&mut old.chars().zip(new.chars()));
    let end = length(&mut old[start..].chars().rev().zip(new[start..].chars().rev()));
    Edit { span: Span::new(FileId(0), start, old.len() - end), text: new[start..new.len() - end].to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::CompileOptions;
    use crate::diagnostic::catalog::Language;
    use crate::diagnostic::{Severity, applied};
    use crate::ide::{Analysis, Workspace};

    fn found(text: &str) -> (Parsed, Vec<Diagnostic>) {
        let file = Parsed::new("a", text);
        let analysis = Analysis::of(&file, &Workspace::default(), &CompileOptions::default());
        (file, analysis.diagnostics().collect())
    }

    fn allowed(text: &str, code: Code) -> String {
        let (file, all) = found(text);
        let fix = all.iter().find(|found| found.code == code).and_then(|found| here(&file, found)).unwrap();
        applied(text, &fix.edits)
    }

    #[test]
    fn a_comment_allows_the_warning_and_nothing_else_changes() {
        let mut tried = 0;
        for text in Code::ALL
            .iter()
            .filter(|code| code.language() == Language::Initflow)
            .filter_map(|code| code.failing())
        {
            let (file, before) = found(text);
            for warning in before
                .iter()
                .filter(|found| found.severity == Severity::Warning && found.primary.span.file == FileId(0))
            {
                let Some(fix) = here(&file, warning) else { continue };
                let edited = applied(text, &fix.edits);
                let (_, after) = found(&edited);
                let count =
                    |all: &[Diagnostic]| all.iter().filter(|found| found.code == warning.code).count();
                assert!(count(&after) < count(&before), "{} in\n{edited}", warning.code);
                assert!(
                    after.iter().all(|found| before.iter().any(|known| known.code == found.code)),
                    "{after:?} in\n{edited}"
                );
                tried += 1;
            }
        }
        assert!(tried > 50, "{tried}");
    }

    #[test]
    fn the_comment_is_above_the_nearest_statement_that_begins_a_line() {
        insta::assert_snapshot!(
            [
                "pod a {\n  app b {\n    image \"c\"\n  }\n}\n",
                "pod a {\r\n\tapp b { image \"c\" }\r\n}\r\n",
                "pod a { app b { image \"c\" } }",
                "pod a {\n  volume v; app b { image \"c\"; mounts v at /v }\n}\n",
            ]
            .map(|text| allowed(text, Code::UnpinnedImage).replace('\r', "␍"))
            .join("--\n"),
            @r#"
            pod a {
              app b {
                # initflow: allow(unpinned-image) TODO: say why
                image "c"
              }
            }
            --
            pod a {␍
            	# initflow: allow(unpinned-image) TODO: say why␍
            	app b { image "c" }␍
            }␍
            --
            # initflow: allow(unpinned-image) TODO: say why
            pod a { app b { image "c" } }--
            # initflow: allow(unpinned-image) TODO: say why
            pod a {
              volume v; app b { image "c"; mounts v at /v }
            }
            "#
        );
    }

    #[test]
    fn the_project_keeps_its_comments_and_its_form() {
        let edited = |text: &str| match in_project(text, Code::UnpinnedImage) {
            Some(edit) => applied(text, &[edit]),
            None => "nothing\n".to_owned(),
        };
        insta::assert_snapshot!(
            [
                "",
                "# The é shop.\nkube = \"1.34\" # as in production\n",
                "[lints]\n# Not yet.\nbashism = \"deny\"   # soon\n\n[images]\nwait = \"w:1\"\n",
                "[lints]\nunpinned-image = 'deny'   # strict\nbashism = \"allow\"\n",
                "lints = { bashism = \"deny\" }\nkube = \"1.34\"\n",
                "lints.bashism = \"deny\"\nkube = \"1.34\"\n",
                "kube = \"1.34\"\r\n\r\n[lints]\r\nbashism = \"deny\"\r\n",
                "lints = 3\n",
                "[lints\n",
            ]
            .map(edited)
            .join("--\n")
            .replace('\r', "␍"),
            @r#"
            [lints]
            unpinned-image = "allow"
            --
            # The é shop.
            kube = "1.34" # as in production

            [lints]
            unpinned-image = "allow"
            --
            [lints]
            # Not yet.
            bashism = "deny"   # soon
            unpinned-image = "allow"

            [images]
            wait = "w:1"
            --
            [lints]
            unpinned-image = "allow"   # strict
            bashism = "allow"
            --
            lints = { bashism = "deny", unpinned-image = "allow" }
            kube = "1.34"
            --
            lints.bashism = "deny"
            lints.unpinned-image = "allow"
            kube = "1.34"
            --
            kube = "1.34"␍
            ␍
            [lints]␍
            bashism = "deny"␍
            unpinned-image = "allow"␍
            --
            nothing
            --
            nothing
            "#
        );
    }
}
