use super::*;
use crate::compile::CompileOptions;
use crate::diagnostic::Code;
use crate::diagnostic::catalog::Language;
use crate::ide::rename::{rename, with};
use crate::ide::tokens::{Class, ClassifiedWord, tokens};
use crate::ide::{Analysis, Parsed};

/// A workspace of the files of a text, each after a line `//- path`.
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
        for (range, found) in names_of(&workspace, path) {
            let column = |path: &str, range: Range32| {
                let (line, column) = workspace.get(path).unwrap().source.line_column(range.start);
                format!("{path}:{line}:{column}")
            };
            lines.push(format!(
                "{} {} -> {:?} {} ({})",
                column(path, range),
                &workspace.get(path).unwrap().text()[range.range()],
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

/// The examples: each folder is a workspace.
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
    let is_function = |name: &str| crate::model::functions().any(|(function, ..)| function == name);
    for workspace in examples() {
        for path in workspace.paths() {
            let file = workspace.get(path).unwrap();
            for ClassifiedWord { range, class, .. } in tokens(file, (0..file.text().len()).into()) {
                let text = &file.text()[range.range()];
                if !matches!(class, Class::Variable | Class::Function | Class::Parameter)
                    || is_function(text)
                    || path != "std" && text == "optional"
                    || text == crate::model::WORKLOAD_NAME
                {
                    continue;
                }
                let line = file.source.line_column(range.start).0;
                for end in [range.start, range.end] {
                    let found = definition(&workspace, path, end as usize);
                    let is_whole =
                        found.is_some_and(|(found, _)| found.start == range.start || found.end == range.end);
                    assert!(is_whole, "{path}:{line}: {text}");
                }
            }
        }
    }
}

/// The library as a separate file, because what is declared in `std` itself cannot be renamed.
fn library() -> Workspace {
    let mut workspace = workspace("");
    let text = crate::source::std().text.as_str();
    workspace.set("library.initflow", Arc::new(Parsed::new("library.initflow", text)));
    workspace
}

/// The failing and the fixed programs of the explanations: each is a workspace.
fn explained() -> impl Iterator<Item = Workspace> {
    let codes = Code::ALL.iter().filter(|code| code.language() == Language::Initflow);
    let programs = codes.flat_map(|code| {
        [code.failing(), code.fixed()].into_iter().flatten().map(|program| (code.name(), program))
    });
    programs.map(|(name, program)| {
        let mut workspace = workspace("");
        workspace.set(name, Arc::new(Parsed::new(name, program)));
        workspace
    })
}

/// The names of a file, each with what it is bound to.
fn names_of(workspace: &Workspace, path: &str) -> Vec<(Range32, Definition)> {
    let index = workspace.names(path).unwrap();
    index.names().map(|(range, bound)| (range, index.definition(bound))).collect()
}

#[test]
fn whatever_the_compiler_binds_has_a_declaration_and_its_places() {
    let mut bound = 0;
    for workspace in examples().into_iter().chain([library()]).chain(explained()) {
        for path in workspace.paths().filter(|path| *path != "std") {
            for (range, expected) in names_of(&workspace, path) {
                let text = |location: &Location| text_of(&workspace, location).unwrap();
                let place = Location { path: path.to_owned(), range };
                let found = definition(&workspace, path, range.range().start);
                assert_eq!(found, Some((range, expected.clone())), "{path}");
                assert_eq!(text(&place), text(&expected.location), "{path}");
                let places = references(&workspace, &expected);
                assert!(places.contains(&place) && places.contains(&expected.location), "{path}: {place:?}");
                bound += 1;
            }
        }
    }
    assert!(bound > 1_690, "{bound}");
}

/// The explained programs in which a new name changes more than names, because the old name is their error.
const FAULTY_NAMES: &[&str] = &["ambiguous-word", "invalid-name", "name-too-long"];

#[test]
fn whatever_is_declared_can_be_renamed() {
    let mut renamed = std::collections::BTreeMap::<NameKind, usize>::new();
    let mut faults = Vec::new();
    let options = CompileOptions::default();
    for workspace in examples().into_iter().chain([library()]).chain(explained()) {
        for path in workspace.paths().filter(|path| *path != "std" && !FAULTY_NAMES.contains(path)) {
            for (range, found) in names_of(&workspace, path) {
                let place = Location { path: path.to_owned(), range };
                // Without `as`, a file has its name on disk.
                if found.location != place || found.kind == NameKind::File {
                    continue;
                }
                let name = text_of(&workspace, &place).unwrap();
                let places = rename(&workspace, path, range.range().start, "zq", &options);
                match places {
                    Ok(places) => {
                        let after = with(&workspace, &places, "zq");
                        for path in workspace.paths() {
                            let (before, after) = (made(&workspace, path, name), made(&after, path, name));
                            let lines = || before.lines().zip(after.lines());
                            if let Some((before, after)) = lines().find(|(before, after)| before != after) {
                                faults.push(format!("{path}: {name} {:?}: {before} -> {after}", found.kind));
                            }
                        }
                        *renamed.entry(found.kind).or_default() += 1;
                    }
                    Err(reason) => faults.push(format!("{path}: {name}: {reason}")),
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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

/// What a file compiles to, and the names of its diagnostics, with `zq` replaced by another name, and without digests.
fn made(workspace: &Workspace, path: &str, name: &str) -> String {
    let analysis = Analysis::of(workspace.get(path).unwrap(), workspace, &CompileOptions::default());
    let yaml = analysis.compilation.workloads.iter().map(|workload| workload.compiled.yaml(None));
    let codes = analysis.diagnostics().map(|found| format!("{}\n", found.code.name()));
    let all = yaml.chain(codes).collect::<String>().replace("zq", name);
    let is_digest = |word: &&str| word.len() == 10 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.split_inclusive(['-', '\n']).filter(|word| !is_digest(&word.trim())).collect()
}

#[test]
fn what_is_half_written_has_names() {
    let of = |text: &str| {
        let mut workspace = workspace("");
        workspace.set("a", Arc::new(Parsed::new("a", text)));
        let shown = names_of(&workspace, "a").into_iter().map(|(range, found)| {
            let at = found.location.range.start;
            format!("{}@{} {:?} {at}", &text[range.range()], range.start, found.kind)
        });
        format!("{text}\n  {}", shown.collect::<Vec<_>>().join(", "))
    };
    let texts = [
        "let tag =\npod p { app w { image \"i:#{tag}\" } }",
        "param tag\nlet tag = 1\npod p { app w { image \"i:#{tag}\" } }",
        "template app w(tag: string, level) { image \"#{tag}#{level}\"",
        "template app w(tag:",
        "pod p { volume v; app { reads v at",
        "pod p { volume v; step s; app a { mounts v; after s t; reads v } }",
        "pod p { volume v; part q { sidecar s { reads v at /v } }; app a { after q } }",
        "use \"x/y\"\npod p { app a from y.web(tag: y.tag) }",
        "pod p { app a from web(data: v); volume v }",
        "when true { let a = 1 } else { let a = 2 }\nlet b = a",
    ];
    insta::assert_snapshot!(texts.map(of).join("\n"), @r##"
    let tag =
    pod p { app w { image "i:#{tag}" } }
      tag@4 Let 4, p@14 Workload 14, w@22 Container 22, tag@37 Let 4
    param tag
    let tag = 1
    pod p { app w { image "i:#{tag}" } }
      tag@6 Param 6, tag@14 Param 6, p@26 Workload 26, w@34 Container 34, tag@49 Param 6
    template app w(tag: string, level) { image "#{tag}#{level}"
      w@13 Template 13, tag@15 Parameter 15, level@28 Parameter 28, tag@46 Parameter 15
    template app w(tag:
      w@13 Template 13, tag@15 Parameter 15
    pod p { volume v; app { reads v at
      p@4 Workload 4, v@15 Volume 15, v@30 Volume 15
    pod p { volume v; step s; app a { mounts v; after s t; reads v } }
      p@4 Workload 4, v@15 Volume 15, s@23 Container 23, a@30 Container 30, v@41 Volume 15, s@50 Container 23, v@61 Volume 15
    pod p { volume v; part q { sidecar s { reads v at /v } }; app a { after q } }
      p@4 Workload 4, v@15 Volume 15, q@23 Container 23, s@35 Container 35, v@45 Volume 15, a@62 Container 62, q@72 Container 23
    use "x/y"
    pod p { app a from y.web(tag: y.tag) }
      y@7 File 7, p@14 Workload 14, a@22 Container 22, y@29 File 7
    pod p { app a from web(data: v); volume v }
      p@4 Workload 4, a@12 Container 12, v@29 Volume 40, v@40 Volume 40
    when true { let a = 1 } else { let a = 2 }
    let b = a
      a@16 Let 16, a@35 Let 16, b@47 Let 47, a@51 Let 16
    "##);
}

#[test]
fn names_follow_the_files_that_a_program_uses() {
    let mut workspace = workspace("//- lib\nlet a = 1\n//- main\nuse \"lib\"\nlet b = lib.a\n");
    let declared = |workspace: &Workspace| {
        let offset = workspace.get("main").unwrap().text().rfind('a').unwrap();
        definition(workspace, "main", offset).map(|(_, found)| found.location.range.start)
    };
    assert_eq!(declared(&workspace), Some(4));
    workspace.set("lib", Arc::new(Parsed::new("lib", "\nlet a = 1\n")));
    assert_eq!(declared(&workspace), Some(5));
    workspace.remove("lib");
    assert_eq!(declared(&workspace), None);
    workspace.set("lib", Arc::new(Parsed::new("lib", "let c = 1\nlet a = 1\n")));
    assert_eq!(declared(&workspace), Some(14));
}

#[test]
fn what_is_too_large_to_compile_has_names_too() {
    let volumes = (0..500).map(|at| format!("volume v{at}\n")).collect::<Vec<_>>().concat();
    let parts = (0..500).map(|at| format!("part p{at} from many()\n")).collect::<Vec<_>>().concat();
    let text = format!(
        "template part many() {{\n{volumes}}}\npod p {{\n{parts}volume last\nstep s {{ reads last at /l; after p499 }}\n}}\n"
    );
    let mut workspace = workspace("");
    workspace.set("a", Arc::new(Parsed::new("a", text.as_str())));
    let named =
        |what: &str| definition(&workspace, "a", text.rfind(what).unwrap()).map(|(_, found)| found.location);
    for (used, declared) in [("last at", "volume last"), ("p499 }", "part p499"), ("many()\nv", "many() {")] {
        let start = text.find(declared).unwrap()
            + declared.find(' ').filter(|_| !declared.ends_with('{')).map_or(0, |at| at + 1);
        assert_eq!(named(used).map(|location| location.range.range().start), Some(start), "{used}");
    }
}
