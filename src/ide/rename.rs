//! Finds the changes in all files that give something a new name.
//!
//! Invariant: what compiled before compiles afterwards, and every other name keeps its meaning. If the name is not part of the
//! output, the output stays the same.

use super::names::{Definition, NameKind, definition, references};
use super::shape::word;
use super::{Analysis, Location, Parsed, Range32, Workspace};
use crate::compile::CompileOptions;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::program::path_of;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The name at an offset, if it can be changed.
///
/// # Errors
/// Why it cannot be changed, as a phrase for a message.
pub(crate) fn renameable(
    workspace: &Workspace,
    path: &str,
    offset: usize,
) -> Result<(Range32, Definition), String> {
    let (range, found) =
        definition(workspace, path, offset).ok_or("there is no name here that a source declares")?;
    if found.location.path == "std" {
        return Err("it is declared in `std`, which comes with the compiler".into());
    }
    if found.kind == NameKind::File && is_stem(workspace, &found.location) {
        return Err("it is the name of the file: rename the file, or write `use \"…\" as name`".into());
    }
    Ok((range, found))
}

/// The places to write a new name at.
///
/// # Errors
/// Why it cannot have this name, as a phrase for a message.
pub(crate) fn rename(
    workspace: &Workspace,
    path: &str,
    offset: usize,
    name: &str,
    options: &CompileOptions,
) -> Result<Vec<Location>, String> {
    let (_, found) = renameable(workspace, path, offset)?;
    let is_word = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
    if !is_word {
        return Err(format!(
            "`{}` is not a name: a name has letters, digits, `_` and `-`",
            name.escape_debug()
        ));
    }
    let places = references(workspace, &found);
    let renamed = with(workspace, &places, name);
    // The output must not change if the name is not part of it.
    let is_absent_from_output = matches!(
        found.kind,
        NameKind::Let | NameKind::Param | NameKind::Template | NameKind::Parameter | NameKind::File
    );
    for path in users(workspace, places.iter().map(|place| place.path.as_str())) {
        let before = workspace.get(path).map(|file| Analysis::of(file, workspace, options));
        let after = renamed.get(path).map(|file| Analysis::of(file, &renamed, options));
        let (Some(before), Some(after)) = (before, after) else { continue };
        if let Some(fault) = new_fault(&before, &after) {
            let consequence =
                if fault.severity == Severity::Error { "does not compile" } else { "has a fault" };
            return Err(format!("then `{path}` {consequence}: {}", fault.headline));
        }
        if is_absent_from_output && yaml(&before) != yaml(&after) {
            return Err(format!("then `{path}` compiles to something else: the name is taken there"));
        }
    }
    if let Some(place) = changed(&renamed, &found, &places, name) {
        return Err(format!("then a name in `{}` means something else: `{name}` is taken", place.path));
    }
    Ok(places)
}

/// The place where a file of parameters sets a param of a source, if the file sets only params of that source.
pub(crate) fn in_parameters(source: &Parsed, param: Range32, parameters: &Parsed) -> Option<Range32> {
    let params: Vec<&str> = source
        .document()
        .statements
        .iter()
        .filter(|statement| statement.name.text == "param")
        .filter_map(|statement| statement.values.first().and_then(word))
        .collect();
    let given = &parameters.document().statements;
    let own = given.iter().all(|statement| params.contains(&&*statement.name.text));
    let name = source.text().get(param.range())?;
    let named = given.iter().find(|statement| statement.name.text == name && !statement.name.quoted);
    named.filter(|_| own).map(|statement| statement.name.span.into())
}

fn is_stem(workspace: &Workspace, location: &Location) -> bool {
    let before =
        workspace.get(&location.path).and_then(|file| file.text().get(..location.range.range().start));
    !before.is_some_and(|before| before.trim_end().ends_with(" as"))
}

/// Some files, and all files that use one of them, directly or through others.
fn users<'w>(workspace: &'w Workspace, files: impl Iterator<Item = &'w str>) -> BTreeSet<&'w str> {
    let mut by: HashMap<String, Vec<&str>> = HashMap::new();
    for (path, file) in &workspace.files {
        for (_, used) in file.uses() {
            by.entry(path_of(path, used)).or_default().push(path);
        }
    }
    let mut open: Vec<&str> = files.collect();
    let mut found = BTreeSet::new();
    while let Some(path) = open.pop() {
        if found.insert(path) {
            open.extend(by.get(path).into_iter().flatten());
        }
    }
    found
}

/// A copy of the files with a new name at some places.
pub(super) fn with(workspace: &Workspace, places: &[Location], name: &str) -> Workspace {
    let mut files: BTreeMap<&str, Vec<Range32>> = BTreeMap::new();
    for place in places {
        files.entry(&place.path).or_default().push(place.range);
    }
    let mut renamed = workspace.copy();
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

/// A place that would change its meaning. Includes places in unused templates and in branches that are not taken.
fn changed(renamed: &Workspace, found: &Definition, places: &[Location], name: &str) -> Option<Location> {
    let declared = places.iter().position(|place| *place == found.location)?;
    let expected = moved(places, name);
    let definition = Definition { location: expected[declared].clone(), kind: found.kind };
    let actual = references(renamed, &definition);
    let differs = |place: &&Location| !(expected.contains(place) && actual.contains(place));
    expected.iter().chain(&actual).find(differs).cloned()
}

/// Where places are after each of them has the new name. They are in order, file by file.
fn moved(places: &[Location], name: &str) -> Vec<Location> {
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
    let mut moved: Vec<Location> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let before = places[..at].last().zip(moved.last()).filter(|(before, _)| before.path == place.path);
        let start = before.map_or(place.range.start, |(before, moved)| {
            moved.range.end + (place.range.start - before.range.end)
        });
        let range = Range32 { start, end: start.saturating_add(length) };
        moved.push(Location { path: place.path.clone(), range });
    }
    moved
}

/// A diagnostic whose code is reported more often than before. The texts cannot be compared, because they contain names.
fn new_fault(before: &Analysis, after: &Analysis) -> Option<Diagnostic> {
    let count = |analysis: &Analysis, code: Code| {
        analysis.compilation.diagnostics.iter().filter(|found| found.code == code).count()
    };
    let is_new = |found: &Diagnostic| count(after, found.code) > count(before, found.code);
    let faults = || after.diagnostics().filter(is_new);
    faults().find(|found| found.severity == Severity::Error).or_else(|| faults().next())
}

fn yaml(analysis: &Analysis) -> Vec<String> {
    let workloads = analysis.compilation.workloads.iter();
    workloads.map(|workload| workload.compiled.yaml(None)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after the name at `$0` is changed, or why it cannot be changed.
    fn renamed(text: &str, name: &str) -> String {
        let offset = text.find("$0").unwrap();
        let mut workspace = Workspace::default();
        workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
        workspace.set("a", Arc::new(Parsed::new("a", text.replace("$0", ""))));
        match rename(&workspace, "a", offset, name, &CompileOptions::default()) {
            Ok(places) => with(&workspace, &places, name).get("a").unwrap().text().to_owned(),
            Err(reason) => reason,
        }
    }

    #[test]
    fn a_name_is_changed_everywhere() {
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
    fn a_name_is_changed_in_every_branch_and_in_quotes() {
        insta::assert_snapshot!(
            [
                renamed("param prod: bool = true\nwhen prod { let si$0ze = 2 } else { let size = 1 }\ndeployment d { replicas size; app w { image \"i\" } }\n", "count"),
                renamed("param prod: bool = true\npod d { when prod { volume data claim \"c\" } else { volume da$0ta }; step s { image \"i\"; writes data at /d }; app w { image \"i\"; reads data at /d } }\n", "files"),
                renamed("param prod: bool = true\npod d { when prod { step s$0 { image \"i\" } } else { step s { image \"j\" } }; step t { image \"i\"; after \"s\" }; app w { image \"i\" } }\n", "first"),
                renamed("param prod: bool = true\npod d { app w { image \"i\"; when prod { port ht$0tp 80 } else { port http 81 }; ready http http / } }\n", "web"),
                renamed("template deployment base() { app w { image \"i\"; port http 80; ready http ht$0tp / } }\ndeployment d from base() { app w { port http 8080 } }\n", "web"),
                renamed("template sidecar proxy() { image \"i\"; port http$0 80; started http http / }\n", "web"),
                renamed("pod d { app w { image \"i\"; port w$0eb 80; ready http \"web\" /; lifecycle { preStop { httpGet { path \"/\"; port \"web\" } } } } }\n", "http"),
                renamed("pod d { annotations { \"kubectl.kubernetes.io/default-container\" \"w\" }; app w$0 { image \"i\"; cpu 1 }; app v { image \"i\"; env { N resource(\"limits.cpu\", container: \"w\") } } }\n", "x"),
                renamed("pod d { volume da$0ta claim \"c\"; app w { image \"i\"; volumeDevices { name \"data\"; devicePath \"/dev/x\" } } }\n", "disk"),
                renamed("pod d { annotations { \"container.apparmor.security.beta.kubernetes.io/w\" \"unconfined\" }; app w$0 { image \"i\" } }\n", "x"),
                renamed("template part p() { sidecar s { image \"i\"; port http 80; started http http / } }\npod d { part q from p() { sidecar s { port ht$0tp 81 } }; app w { image \"i\" } }\n", "web"),
                renamed("template part p() { sidecar s { image \"i\"; started tcp 80 } }\npod d { annotations { \"kubectl.kubernetes.io/default-container\" \"q-s\" }; part q$0 from p(); app w { image \"i\" } }\n", "x"),
                renamed("pod d { defaults app { ready http http$0 / }; app w { image \"i\"; port http 80 } }\n", "web"),
            ]
            .join("---\n"),
            @r#"
            param prod: bool = true
            when prod { let count = 2 } else { let count = 1 }
            deployment d { replicas count; app w { image "i" } }
            ---
            param prod: bool = true
            pod d { when prod { volume files claim "c" } else { volume files }; step s { image "i"; writes files at /d }; app w { image "i"; reads files at /d } }
            ---
            param prod: bool = true
            pod d { when prod { step first { image "i" } } else { step first { image "j" } }; step t { image "i"; after "first" }; app w { image "i" } }
            ---
            param prod: bool = true
            pod d { app w { image "i"; when prod { port web 80 } else { port web 81 }; ready http web / } }
            ---
            template deployment base() { app w { image "i"; port web 80; ready http web / } }
            deployment d from base() { app w { port web 8080 } }
            ---
            template sidecar proxy() { image "i"; port web 80; started http web / }
            ---
            pod d { app w { image "i"; port http 80; ready http "http" /; lifecycle { preStop { httpGet { path "/"; port "http" } } } } }
            ---
            pod d { annotations { "kubectl.kubernetes.io/default-container" "x" }; app x { image "i"; cpu 1 }; app v { image "i"; env { N resource("limits.cpu", container: "x") } } }
            ---
            pod d { volume disk claim "c"; app w { image "i"; volumeDevices { name "disk"; devicePath "/dev/x" } } }
            ---
            pod d { annotations { "container.apparmor.security.beta.kubernetes.io/x" "unconfined" }; app x { image "i" } }
            ---
            template part p() { sidecar s { image "i"; port web 80; started http web / } }
            pod d { part q from p() { sidecar s { port web 81 } }; app w { image "i" } }
            ---
            template part p() { sidecar s { image "i"; started tcp 80 } }
            pod d { annotations { "kubectl.kubernetes.io/default-container" "x-s" }; part x from p(); app w { image "i" } }
            ---
            pod d { defaults app { ready http web / }; app w { image "i"; port web 80 } }
            "#
        );
    }

    #[test]
    fn the_meaning_of_a_word_depends_on_its_parameter() {
        insta::assert_snapshot!(
            [
                renamed("let data = \"1\"\ntemplate app w(files: volume) { image \"i\"; reads files at /d }\npod d { volume da$0ta claim \"c\"; app w from w(files: data) { env { X data } } }\n", "disk"),
                renamed("let pr$0od = \"1\"\ntemplate app w(stage: \"dev\" | \"prod\") { image \"i\"; env { S stage; T prod } }\npod d { app w from w(prod) }\n", "live"),
                renamed("let ht$0tp = 8080\npod d { app w { image \"i\"; port http http; ready http http / } }\n", "number"),
            ]
            .join("---\n"),
            @r#"
            let data = "1"
            template app w(files: volume) { image "i"; reads files at /d }
            pod d { volume disk claim "c"; app w from w(files: disk) { env { X data } } }
            ---
            let live = "1"
            template app w(stage: "dev" | "prod") { image "i"; env { S stage; T live } }
            pod d { app w from w(prod) }
            ---
            let number = 8080
            pod d { app w { image "i"; port http number; ready http number / } }
            "#
        );
    }

    #[test]
    fn a_name_that_something_else_has_is_refused_also_where_nothing_is_compiled() {
        insta::assert_snapshot!(
            [
                renamed("let le$0vel = \"1\"\ntemplate app w(tag: string) { image \"i:#{level}-#{tag}\" }\n", "tag"),
                renamed("let level = \"1\"\ntemplate app w(ta$0g: string) { image \"i:#{level}-#{tag}\" }\n", "level"),
                renamed("param prod: bool = false\nlet level = \"1\"\ntemplate app w(ta$0g: string) { image \"i\"; env { when prod { X level }; Y tag } }\npod p { app w from w(tag: \"t\") }\n", "level"),
                renamed("param prod: bool\nlet level = \"1\"\ntemplate app w(ta$0g: string) { image \"i\"; env { when prod { X level }; Y tag } }\npod p { app w from w(tag: \"t\") }\n", "level"),
            ]
            .join("\n"),
            @r#"
            then a name in `a` means something else: `tag` is taken
            then a name in `a` means something else: `level` is taken
            then a name in `a` means something else: `level` is taken
            then `a` compiles to something else: the name is taken there
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
            `b.c` is not a name: a name has letters, digits, `_` and `-`
            then `a` does not compile: `b` is declared twice
            then `a` does not compile: `true` cannot be declared
            then `a` does not compile: a volume's name cannot be `V_1`
            it is declared in `std`, which comes with the compiler
            it is the name of the file: rename the file, or write `use "…" as name`
            there is no name here that a source declares
            "#
        );
    }
}
