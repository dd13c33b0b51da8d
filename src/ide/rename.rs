//! A name and a new one to the changes of all files that give it.
//!
//! Invariant: what compiled before compiles afterwards, and where a name is no part of the output, to the same.

use super::names::{Definition, Kind, definition, references};
use super::{Analysis, Location, Parsed, Range32, Workspace};
use crate::compile::Options;
use crate::diagnostic::Severity;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The name at an offset, if it can be given another.
///
/// # Errors
/// Why not, as a phrase for a message.
pub fn renameable(workspace: &Workspace, path: &str, offset: usize) -> Result<(Range32, Definition), String> {
    let (range, found) =
        definition(workspace, path, offset).ok_or("there is no name here that is declared in a source")?;
    if found.location.path == "std" {
        return Err("it is declared in `std`, which comes with the compiler".into());
    }
    if found.kind == Kind::File && is_stem(workspace, &found.location) {
        return Err("it is the name of the file: rename the file, or write `use \"…\" as name`".into());
    }
    Ok((range, found))
}

/// The places to write a new name at.
///
/// # Errors
/// Why it cannot be this name, as a phrase for a message.
pub fn rename(
    workspace: &Workspace,
    path: &str,
    offset: usize,
    name: &str,
    options: &Options,
) -> Result<Vec<Location>, String> {
    let (_, found) = renameable(workspace, path, offset)?;
    let is_word = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
    if !is_word {
        return Err(format!("`{}` is no name: a name is letters, digits, `_` and `-`", name.escape_debug()));
    }
    let places = references(workspace, &found);
    let renamed = with(workspace, &places, name);
    // What stands in no output may not change it either.
    let silent =
        matches!(found.kind, Kind::Let | Kind::Param | Kind::Template | Kind::Parameter | Kind::File);
    for path in workspace.paths().filter(|path| *path != "std") {
        let before = workspace.get(path).map(|file| Analysis::of(file, workspace, options));
        let after = renamed.get(path).map(|file| Analysis::of(file, &renamed, options));
        let (Some(before), Some(after)) = (before, after) else { continue };
        if let Some(error) = new_error(&before, &after) {
            return Err(format!("then `{path}` does not compile: {error}"));
        }
        if silent && yaml(&before) != yaml(&after) {
            return Err(format!("then `{path}` compiles to something else: the name is taken there"));
        }
    }
    Ok(places)
}

fn is_stem(workspace: &Workspace, location: &Location) -> bool {
    let before =
        workspace.get(&location.path).and_then(|file| file.text().get(..location.range.range().start));
    !before.is_some_and(|before| before.trim_end().ends_with(" as"))
}

/// The files with a new name at some places.
fn with(workspace: &Workspace, places: &[Location], name: &str) -> Workspace {
    let mut files: BTreeMap<&str, Vec<Range32>> = BTreeMap::new();
    for place in places {
        files.entry(&place.path).or_default().push(place.range);
    }
    let mut renamed = Workspace { files: workspace.files.clone() };
    for (path, mut ranges) in files {
        let Some(file) = workspace.get(path) else { continue };
        let mut text = file.text().to_owned();
        ranges.sort();
        for range in ranges.into_iter().rev() {
            text.replace_range(range.range(), name);
        }
        renamed.set(path, Arc::new(Parsed::new(path, text)));
    }
    renamed
}

/// An error that was not there before.
fn new_error(before: &Analysis, after: &Analysis) -> Option<String> {
    let errors = |analysis: &Analysis| {
        let errors = analysis.diagnostics().iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| (found.name, found.headline.clone())).collect::<Vec<_>>()
    };
    let (before, after) = (errors(before), errors(after));
    if after.len() <= before.len() {
        return None;
    }
    after.into_iter().find(|error| !before.contains(error)).map(|(_, headline)| headline)
}

fn yaml(analysis: &Analysis) -> Vec<String> {
    let workloads = analysis.compilation.workloads.iter();
    workloads.filter_map(|compiled| compiled.yaml(None).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after the name at `$0` is given another, or why it cannot be.
    fn renamed(text: &str, name: &str) -> String {
        let offset = text.find("$0").unwrap();
        let mut workspace = Workspace::default();
        workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
        workspace.set("a", Arc::new(Parsed::new("a", text.replace("$0", ""))));
        match rename(&workspace, "a", offset, name, &Options::default()) {
            Ok(places) => with(&workspace, &places, name).get("a").unwrap().text().to_owned(),
            Err(reason) => reason,
        }
    }

    #[test]
    fn a_name_is_changed_wherever_it_stands() {
        insta::assert_snapshot!(
            [
                renamed("let ta$0g = \"1\"\npod a { app tag { image \"b:#{tag}\"; env { TAG tag } } }\n", "version"),
                renamed("pod a { volume v; step s { image \"i\"; writes $0v at /v }; app b { image \"c\"; reads v at /v; after s } }\n", "w"),
                renamed("use \"std\" as s\npod a { sidecar p from $0s.otel_collector(config: \"c\"); app b { image \"c\" } }\n", "library"),
            ]
            .join("---\n"),
            @r#"
            let version = "1"
            pod a { app tag { image "b:#{version}"; env { TAG version } } }
            ---
            pod a { volume w; step s { image "i"; writes w at /v }; app b { image "c"; reads w at /v; after s } }
            ---
            use "std" as library
            pod a { sidecar p from library.otel_collector(config: "c"); app b { image "c" } }
            "#
        );
    }

    #[test]
    fn a_name_that_would_break_something_is_refused() {
        insta::assert_snapshot!(
            [
                renamed("let a$0 = 1\n", "b.c"),
                renamed("let a$0 = 1\nlet b = 2\n", "b"),
                renamed("let a$0 = 1\n", "true"),
                renamed("pod a { volume v$0; app b { image \"c\"; mounts v at /v } }\n", "V_1"),
                renamed("use \"std\"\npod a { sidecar p from std.otel$0_collector(config: \"c\"); app b { image \"c\" } }\n", "x"),
                renamed("use \"st$0d\"\n", "x"),
                renamed("po$0d a { app b { image \"c\" } }\n", "x"),
            ]
            .join("\n"),
            @r#"
            `b.c` is no name: a name is letters, digits, `_` and `-`
            then `a` does not compile: `b` is declared twice
            then `a` does not compile: `true` cannot be declared
            then `a` does not compile: a volume's name cannot be `V_1`
            it is declared in `std`, which comes with the compiler
            it is the name of the file: rename the file, or write `use "…" as name`
            there is no name here that is declared in a source
            "#
        );
    }
}
