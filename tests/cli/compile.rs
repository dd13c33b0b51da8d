//! Tests what `compile` prints: YAML or JSON, of one source or several, with params and used files.

use super::{BROKEN, Folder, HELLO, WITH_PARAM};

#[test]
fn compile_prints_yaml_with_a_header() {
    let folder = Folder::new().with("a.initflow", HELLO);
    let ran = folder.runs("compile a.initflow").ends_with(0).says_nothing();
    let ran = ran
        .prints("# Pod hello, compiled by initflow from a.initflow for Kubernetes 1.35\n")
        .prints("kind: Pod\n");
    assert!(ran.stdout.starts_with("# "));
    let bare = folder.runs("compile --no-header a.initflow").ends_with(0).prints("kind: Pod\n");
    assert!(!bare.stdout.contains('#'));
}

#[test]
fn the_header_does_not_depend_on_where_the_command_runs() {
    let folder = Folder::new().with("apps/a.initflow", HELLO);
    let above = folder.runs("compile apps/a.initflow").ends_with(0).stdout;
    let absolute = format!("compile {}", folder.0.join("apps/a.initflow").display());
    assert_eq!(above, folder.runs(&absolute).ends_with(0).stdout);
}

#[test]
fn compile_prints_json() {
    let folder = Folder::new().with("a.initflow", HELLO);
    let json = folder.runs("compile --emit json a.initflow").ends_with(0).stdout;
    serde_json::from_str::<serde_json::Value>(&json).expect("JSON");
}

#[test]
fn several_sources_are_printed_as_one_stream() {
    let folder = Folder::new().with("a.initflow", HELLO).with("b.initflow", HELLO.replace("hello", "bye"));
    let yaml = folder.runs("compile b.initflow a.initflow --no-header").ends_with(0).stdout;
    let names: Vec<&str> = yaml.lines().filter(|line| line.starts_with("  name:")).collect();
    assert_eq!(names, ["  name: bye", "  name: hello"]);
    assert_eq!(yaml.lines().filter(|line| *line == "---").count(), 1);
}

#[test]
fn a_source_comes_from_standard_input() {
    let folder = Folder::new();
    folder.runs_on(HELLO, "compile -").ends_with(0).prints("kind: Pod");
    folder.runs_on(BROKEN, "compile -").ends_with(1).prints_nothing().says("<stdin>:2:");
}

#[test]
fn params_come_from_the_call_and_from_files() {
    let folder = Folder::new()
        .with("a.initflow", WITH_PARAM)
        .with("prod.params", "# production\ntag \"v2\"\n")
        .with("dev.json", "{\"tag\": \"dev\"}")
        .with("bad.params", "tag { }\n")
        .with("broken.params", "tag \"v2\n");
    folder.runs("compile a.initflow").ends_with(1).says("`tag`");
    folder.runs("check a.initflow --set tag=v3").ends_with(0);
    folder.runs("check a.initflow --params prod.params").ends_with(0);
    folder.runs("check a.initflow --params dev.json").ends_with(0);
    folder.runs("check a.initflow --params prod.params --set tag=v3 --set tag=v4").ends_with(0);
    folder.runs("check a.initflow --params bad.params").ends_with(2).says("bad.params:1");
    folder.runs("check a.initflow --params broken.params").ends_with(1).says("broken.params:1:");
    folder.runs("check a.initflow --params none.params").ends_with(2).says("there is no such file");
    folder.runs("check a.initflow --set tag").ends_with(2).says("name=value");
}

#[test]
fn used_files_are_relative_to_the_file_that_uses_them() {
    let folder = Folder::new()
        .with(
            "apps/a.initflow",
            "use \"../lib/tags.initflow\"\npod hello {\n  app web { image tags.web }\n}\n",
        )
        .with("lib/tags.initflow", "let web = \"nginx:1.27\"\n");
    folder.runs("check apps/a.initflow").ends_with(0).says_nothing();
    folder.runs_on("use \"lib/none.initflow\"\n", "check -").ends_with(1).says("there is no such file");
}
