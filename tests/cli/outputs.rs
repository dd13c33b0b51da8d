//! Tests what `compile` writes into a folder, and how `--check` compares with it.

use super::{BROKEN, Folder, HELLO};
use std::fs::File;
use std::time::SystemTime;

#[test]
fn a_folder_of_outputs_mirrors_the_sources() {
    let folder = Folder::new()
        .with("apps/a.initflow", HELLO)
        .with("apps/team/b.initflow", HELLO)
        .with("apps/.hidden/c.initflow", BROKEN)
        .with("apps/notes.txt", "not a source")
        .with("apps/library.initflow", "let tag = \"v2\"\n");
    let ran = folder.runs("compile -o out/yaml apps").ends_with(0).prints_nothing();
    assert_eq!(ran.stderr, "wrote `out/yaml/a.yaml`, `out/yaml/team/b.yaml`\n");
    let written: Vec<String> = folder.files().into_iter().filter(|file| file.starts_with("out")).collect();
    assert_eq!(written, ["out/yaml/a.yaml", "out/yaml/team/b.yaml"]);
    assert_eq!(folder.text("out/yaml/a.yaml"), folder.runs("compile apps/a.initflow").stdout);
}

#[test]
fn a_source_with_errors_does_not_change_its_output() {
    let folder = Folder::new()
        .with("apps/a.initflow", HELLO)
        .with("apps/b.initflow", BROKEN)
        .with("apps/c.initflow", BROKEN)
        .with("out/b.yaml", "old\n");
    folder.runs("compile -o out apps").ends_with(1).says("2 errors in 2 files");
    assert_eq!(folder.text("out/b.yaml"), "old\n");
    let written: Vec<String> = folder.files().into_iter().filter(|file| file.starts_with("out")).collect();
    assert_eq!(written, ["out/a.yaml", "out/b.yaml"], "no partial and no temporary files");
}

#[test]
fn an_output_that_is_up_to_date_is_not_written_again() {
    let folder = Folder::new().with("a.initflow", HELLO);
    let written = || File::options().write(true).open(folder.0.join("out/a.yaml")).unwrap();
    folder.runs("compile -o out a.initflow").ends_with(0);
    written().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let is_untouched = || written().metadata().unwrap().modified().unwrap() == SystemTime::UNIX_EPOCH;
    folder.runs("compile -o out a.initflow").ends_with(0);
    assert!(is_untouched());
    folder.runs("compile --no-header -o out a.initflow").ends_with(0);
    assert!(!is_untouched());
}

#[test]
fn what_others_have_written_is_not_replaced() {
    const SERVICE: &str = "apiVersion: v1\nkind: Service\n";
    let folder = Folder::new().with("a.initflow", HELLO).with("out/a.yaml", SERVICE);
    let why = "`out/a.yaml` is not replaced, because no comment in it says that initflow compiled it";
    folder.runs("compile -o out a.initflow").ends_with(2).says(why);
    assert_eq!(folder.text("out/a.yaml"), SERVICE);
    let folder = folder.with("out/a.yaml", "");
    folder.runs("compile -o out a.initflow").ends_with(0);
    let folder = folder.with("a.initflow", HELLO.replace("1.27", "1.28"));
    folder.runs("compile -o out a.initflow").ends_with(0).says("wrote `out/a.yaml`");

    let folder = Folder::new().with("a.initflow", HELLO);
    let folder = folder.with("a.test.toml", "[[case]]\nname = \"a\"\nsnapshot = \"a.initflow\"\n");
    let why = "a.initflow` is not replaced: the name of a snapshot ends with `.yaml`";
    let ran = folder.runs("test --update a.test.toml").ends_with(1);
    assert!(ran.stdout.contains(why), "{}", ran.stdout);
    assert_eq!(folder.text("a.initflow"), HELLO);
}

#[test]
fn failures_to_write_are_reported_and_leave_no_files() {
    let folder = Folder::new().with("a.initflow", HELLO).with("out/a.yaml/in-the-way", "");
    folder.runs("compile -o out a.initflow").ends_with(2).says("cannot write `out/a.yaml`: it is a folder");
    let folder = Folder::new().with("a.initflow", HELLO).with("out", "a file");
    folder.runs("compile -o out a.initflow").ends_with(2).says("cannot write `out/a.yaml`");
    assert_eq!(folder.files(), ["a.initflow", "out"]);
}

#[test]
fn two_sources_never_become_one_output() {
    let folder = Folder::new().with("a/x.initflow", HELLO).with("b/x.initflow", HELLO);
    let ran = folder.runs("compile -o out a/x.initflow b/x.initflow").ends_with(2);
    ran.says("`a/x.initflow` and `b/x.initflow` would both become `out/x.yaml`");
    assert!(!folder.has("out"));
}

#[test]
fn check_compares_with_the_committed_output() {
    let folder = Folder::new().with("apps/a.initflow", HELLO);
    let missing = folder.runs("compile --check -o out apps").ends_with(1).prints("--- /dev/null\n");
    missing.prints("+++ out/a.yaml").prints("+kind: Pod\n");
    assert!(!folder.has("out"));

    folder.runs("compile -o out apps").ends_with(0);
    folder.runs("compile --check -o out apps").ends_with(0).prints_nothing().says_nothing();

    let stale = folder.text("out/a.yaml").replace("name: hello", "name: old");
    let folder = folder.with("out/a.yaml", &stale);
    let ran = folder.runs("compile --check -o out apps").ends_with(1).prints("--- out/a.yaml\n");
    ran.prints("-  name: old\n").prints("+  name: hello\n");
    assert_eq!(folder.text("out/a.yaml"), stale, "a comparison writes nothing");
}

#[test]
fn check_without_a_folder_compares_with_the_file_next_to_the_source() {
    let folder = Folder::new().with("apps/a.initflow", HELLO);
    folder.runs("compile --check apps/a.initflow").ends_with(1).prints("+++ apps/a.yaml");
    let yaml = folder.runs("compile apps/a.initflow").stdout;
    let folder = folder.with("apps/a.yaml", yaml);
    folder.runs("compile --check apps").ends_with(0);
    folder.runs_on(HELLO, "compile --check -").ends_with(2).says("-o");
}
