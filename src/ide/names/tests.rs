use super::*;
use crate::ide::Parsed;

/// A workspace of the files of a text, each behind `//- path`.
fn workspace(text: &str) -> Workspace {
    let mut workspace = Workspace::default();
    workspace.set("std", Arc::new(Parsed::new("std", crate::source::std().text.as_str())));
    for file in text.split("//- ").skip(1) {
        let (path, text) = file.split_once('\n').unwrap();
        workspace.set(path, Arc::new(Parsed::new(path, text)));
    }
    workspace
}

const FILES: &str = "\
//- lib.initflow
let version = \"1\"
template part logs(path: path, level: string = version) {
  volume lines
  sidecar tail { image \"a:#{level}\"; writes lines at path }
}
template deployment web(data: volume) { volume cache; app web { image \"b\"; port http 80; reads cache at /c } }
//- main.initflow
use \"lib.initflow\"
param tag: string = lib.version
deployment shop from lib.web(data: own) {
  volume own
  part logs from lib.logs(path: /l, level: tag)
  step make { image \"c:#{tag}\"; writes cache at /c; writes own at /o; after logs }
  app web { reads logs.lines at /l; ready http http / }
}
";

#[test]
fn a_name_leads_to_its_declaration_and_to_all_its_places() {
    let workspace = workspace(FILES);
    let mut lines = Vec::new();
    for path in ["lib.initflow", "main.initflow"] {
        let file = workspace.get(path).unwrap();
        for occurrence in occurrences(file) {
            let Some(found) = find::definition(&workspace, path, file, &occurrence) else { continue };
            let column = |path: &str, range: Range32| {
                let (line, column) = workspace.get(path).unwrap().source.line_column(range.start);
                format!("{path}:{line}:{column}")
            };
            lines.push(format!(
                "{} {} -> {:?} {} ({})",
                column(path, occurrence.range),
                occurrence.name,
                found.kind,
                column(&found.location.path, found.location.range),
                references(&workspace, &found).len(),
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    lib.initflow:1:5 version -> Let lib.initflow:1:5 (3)
    lib.initflow:2:15 logs -> Template lib.initflow:2:15 (2)
    lib.initflow:2:20 path -> Parameter lib.initflow:2:20 (3)
    lib.initflow:2:32 level -> Parameter lib.initflow:2:32 (3)
    lib.initflow:2:48 version -> Let lib.initflow:1:5 (3)
    lib.initflow:3:10 lines -> Volume lib.initflow:3:10 (3)
    lib.initflow:4:11 tail -> Container lib.initflow:4:11 (1)
    lib.initflow:4:29 level -> Parameter lib.initflow:2:32 (3)
    lib.initflow:4:45 lines -> Volume lib.initflow:3:10 (3)
    lib.initflow:4:54 path -> Parameter lib.initflow:2:20 (3)
    lib.initflow:6:21 web -> Template lib.initflow:6:21 (2)
    lib.initflow:6:25 data -> Parameter lib.initflow:6:25 (2)
    lib.initflow:6:48 cache -> Volume lib.initflow:6:48 (3)
    lib.initflow:6:59 web -> Container lib.initflow:6:59 (2)
    lib.initflow:6:81 http -> Port lib.initflow:6:81 (2)
    lib.initflow:6:96 cache -> Volume lib.initflow:6:48 (3)
    main.initflow:1:6 lib -> File main.initflow:1:6 (4)
    main.initflow:2:7 tag -> Param main.initflow:2:7 (3)
    main.initflow:2:21 lib -> File main.initflow:1:6 (4)
    main.initflow:2:25 version -> Let lib.initflow:1:5 (3)
    main.initflow:3:12 shop -> Workload main.initflow:3:12 (1)
    main.initflow:3:22 lib -> File main.initflow:1:6 (4)
    main.initflow:3:26 web -> Template lib.initflow:6:21 (2)
    main.initflow:3:30 data -> Parameter lib.initflow:6:25 (2)
    main.initflow:3:36 own -> Volume main.initflow:4:10 (3)
    main.initflow:4:10 own -> Volume main.initflow:4:10 (3)
    main.initflow:5:8 logs -> Container main.initflow:5:8 (3)
    main.initflow:5:18 lib -> File main.initflow:1:6 (4)
    main.initflow:5:22 logs -> Template lib.initflow:2:15 (2)
    main.initflow:5:27 path -> Parameter lib.initflow:2:20 (3)
    main.initflow:5:37 level -> Parameter lib.initflow:2:32 (3)
    main.initflow:5:44 tag -> Param main.initflow:2:7 (3)
    main.initflow:6:8 make -> Container main.initflow:6:8 (1)
    main.initflow:6:26 tag -> Param main.initflow:2:7 (3)
    main.initflow:6:40 cache -> Volume lib.initflow:6:48 (3)
    main.initflow:6:60 own -> Volume main.initflow:4:10 (3)
    main.initflow:6:77 logs -> Container main.initflow:5:8 (3)
    main.initflow:7:7 web -> Container lib.initflow:6:59 (2)
    main.initflow:7:19 logs -> Container main.initflow:5:8 (3)
    main.initflow:7:24 lines -> Volume lib.initflow:3:10 (3)
    main.initflow:7:48 http -> Port lib.initflow:6:81 (2)
    "#);
}

/// The examples, each folder a workspace.
fn examples() -> Vec<Workspace> {
    let folders = std::fs::read_dir("examples")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let workspace_of = |folder: std::path::PathBuf| {
        let mut workspace = workspace("");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "initflow") {
                let name = path.to_str().unwrap();
                workspace.set(name, Arc::new(Parsed::new(name, std::fs::read_to_string(&path).unwrap())));
            }
        }
        workspace
    };
    folders.map(workspace_of).collect()
}

#[test]
fn every_name_of_what_compiles_is_declared_somewhere() {
    for workspace in examples() {
        for path in workspace.paths() {
            let file = workspace.get(path).unwrap();
            for occurrence in occurrences(file) {
                let place = occurrence.range.range().start;
                let line = file.source.line_column(occurrence.range.start).0;
                assert!(definition(&workspace, path, place).is_some(), "{path}:{line}: {}", occurrence.name);
            }
        }
    }
}

/// The library as a file of its own: what is declared in `std` itself cannot be renamed.
fn library() -> Workspace {
    let mut workspace = workspace("");
    let text = crate::source::std().text.as_str();
    workspace.set("library.initflow", Arc::new(Parsed::new("library.initflow", text)));
    workspace
}

#[test]
fn whatever_is_declared_can_be_renamed() {
    let mut renamed = std::collections::BTreeMap::<NameKind, usize>::new();
    let options = crate::compile::CompileOptions::default();
    for workspace in examples().into_iter().chain([library()]) {
        for path in workspace.paths().filter(|path| *path != "std") {
            let file = workspace.get(path).unwrap();
            for occurrence in occurrences(file) {
                let place = Location { path: path.to_owned(), range: occurrence.range };
                let found = find::definition(&workspace, path, file, &occurrence);
                let Some(kind) = found.filter(|found| found.location == place).map(|found| found.kind) else {
                    continue;
                };
                if kind == NameKind::File {
                    continue;
                }
                let start = occurrence.range.range().start;
                let places = crate::ide::rename::rename(&workspace, path, start, "new-name", &options);
                assert!(places.is_ok(), "{path}: {}: {places:?}", occurrence.name);
                *renamed.entry(kind).or_default() += 1;
            }
        }
    }
    let at_least =
        |kind, count| assert!(renamed.get(&kind).is_some_and(|known| *known >= count), "{renamed:?}");
    at_least(NameKind::Let, 3);
    at_least(NameKind::Param, 10);
    at_least(NameKind::Template, 10);
    at_least(NameKind::Parameter, 30);
    at_least(NameKind::Workload, 14);
    at_least(NameKind::Volume, 26);
    at_least(NameKind::Container, 48);
    at_least(NameKind::Port, 15);
}
