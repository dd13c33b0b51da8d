//! Finds the example of a statement: the statement itself, or the block that shows it among others.

use crate::source::{FileId, SourceFile};
use crate::statement::StatementPlace;
use crate::syntax::parse;
use crate::syntax::tree::Statement;
use crate::vocabulary::{self, StepKind, WorkloadKind};

const PROGRAMS: [&str; 2] = [include_str!("examples.initflow"), include_str!("steps.initflow")];

/// An example of a statement at a place.
pub(crate) fn example(place: StatementPlace, name: &str) -> Option<String> {
    PROGRAMS.iter().find_map(|program| {
        let source = SourceFile::new(FileId(0), "examples", *program);
        let document = parse(&source).document;
        let found = in_block(&document.statements, StatementPlace::File, None, (place, name))?;
        Some(dedented(&source, found))
    })
}

/// The statement to show for the first one with a name at a place.
fn in_block<'s>(
    statements: &'s [Statement],
    here: StatementPlace,
    outer: Option<&'s Statement>,
    wanted: (StatementPlace, &str),
) -> Option<&'s Statement> {
    for (at, statement) in statements.iter().enumerate() {
        if here == wanted.0 && statement.name.text == wanted.1 {
            return Some(match (wanted.0, outer) {
                // What belongs to a container is shown with the rest of it.
                (
                    StatementPlace::Container | StatementPlace::Environment | StatementPlace::Step(_),
                    Some(outer),
                ) => outer,
                _ if wanted.1 == "else" => statements.get(at.checked_sub(1)?)?,
                _ => statement,
            });
        }
        let Some(block) = &statement.block else { continue };
        let name = &*statement.name.text;
        let is_branch = matches!(name, "when" | "else");
        let inner = match here {
            _ if is_branch => here,
            StatementPlace::File if WorkloadKind::ALL.iter().any(|kind| kind.keyword() == name) => {
                StatementPlace::Workload
            }
            StatementPlace::File | StatementPlace::Workload if matches!(name, "defaults" | "template") => {
                StatementPlace::Container
            }
            StatementPlace::Workload => match StepKind::of(name) {
                Some(kind) => StatementPlace::Step(kind.keyword()),
                None if vocabulary::CONTAINERS.contains(&name) => StatementPlace::Container,
                None => continue,
            },
            StatementPlace::Container | StatementPlace::Step(_) if name == "env" => {
                StatementPlace::Environment
            }
            _ => continue,
        };
        // A branch is shown with what it is a branch of.
        let shown = if is_branch { outer.or(Some(statement)) } else { Some(statement) };
        if let Some(found) = in_block(&block.statements, inner, shown, wanted) {
            return Some(found);
        }
    }
    None
}

/// The text of a statement, as far left as it goes; with its other branch, if it has one.
fn dedented(source: &SourceFile, statement: &Statement) -> String {
    let range = statement.span.range();
    let text = source.text.as_str();
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = range.start - start;
    let mut end = range.end;
    if statement.name.text == "when" && text[end..].trim_start().starts_with("else") {
        let closing = format!("\n{}}}", " ".repeat(indent));
        end = text[end + 1..].find(&closing).map_or(end, |at| end + 1 + at + closing.len());
    }
    let lines = text[range.start..end]
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { line } else { line.get(indent..).unwrap_or(line.trim_start()) });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{CompileOptions, NoFiles, compile};
    use crate::diagnostic::human::Human;

    #[test]
    fn every_statement_has_an_example_at_each_of_its_places() {
        let mut missing = Vec::new();
        for entry in vocabulary::statements() {
            for place in entry.places {
                match example(*place, entry.name) {
                    Some(example) => {
                        assert!(example.contains(entry.name), "{example}");
                        assert!(example.lines().count() <= 45, "{example}");
                    }
                    None => missing.push(format!("`{}` {}", entry.name, place.phrase())),
                }
            }
        }
        assert!(missing.is_empty(), "no example of {missing:?}");
    }

    #[test]
    fn the_examples_compile_without_a_warning() {
        for program in PROGRAMS {
            let compilation =
                compile("examples.initflow", program.into(), &NoFiles, &CompileOptions::default());
            let shown = Human::default().render(&compilation.sources, &compilation.diagnostics);
            assert!(compilation.diagnostics.is_empty(), "{shown}");
        }
    }
}
