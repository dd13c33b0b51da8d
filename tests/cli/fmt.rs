//! Tests how `fmt` writes files, and what it does not change.

use super::Folder;
use std::fs;

#[test]
fn fmt_formats_files_in_place() {
    let folder = Folder::new().with("apps/a.initflow", "let  a=1\n").with("apps/b.initflow", "let b = 2\n");
    folder.runs("fmt --check apps").ends_with(1).prints("-let  a=1\n+let a = 1");
    assert_eq!(folder.text("apps/a.initflow"), "let  a=1\n");
    folder.runs("fmt apps").ends_with(0).prints_nothing().says_nothing();
    assert_eq!(folder.text("apps/a.initflow"), "let a = 1\n");
    folder.runs("fmt --check apps").ends_with(0).prints_nothing();
    folder.runs_on("let  a=1", "fmt -").ends_with(0).prints("let a = 1\n");
    folder.runs("fmt missing.initflow").ends_with(2).says("missing.initflow");
}

#[test]
fn fmt_check_shows_what_would_change_and_how_much() {
    let long = "let a = 1\nlet b = 2\nlet c = 3\nlet d = 4\nlet  e = 5\n";
    let folder = Folder::new().with("a.initflow", long).with("b.initflow", "let b = 2\n");
    let ran = folder.runs("fmt --check .").ends_with(1).says("error: 1 of 2 files is not formatted\nhelp: ");
    let diff = "--- ./a.initflow\n+++ ./a.initflow\n@@ -2,4 +2,4 @@\n let b = 2\n let c = 3\n let d = 4\n-let  e = 5\n+let e = 5\n";
    assert_eq!(ran.stdout, diff);
    folder.runs("fmt --check --color always a.initflow").prints("\n\x1b[31m-let  e = 5\x1b[0m\n");
    let ran = folder.runs_on("let  a = 1\n", "fmt --check -").ends_with(1).says("`<stdin>` is not formatted");
    assert_eq!(ran.stdout, "--- <stdin>\n+++ <stdin>\n@@ -1 +1 @@\n-let  a = 1\n+let a = 1\n");
    folder
        .runs("fmt --check b.initflow missing.initflow")
        .ends_with(2)
        .prints_nothing()
        .says("missing.initflow");
    folder.runs("fmt --check a.initflow missing.initflow").ends_with(2).prints("+let e = 5");
}

#[test]
fn fmt_without_a_path_formats_the_project() {
    let folder = Folder::new()
        .with(
            "initflow.toml",
            "members = [\"apps/*\"]\nprofile = \"dev\"\n[profiles.dev]\nparams = [\"missing\"]\n",
        )
        .with("apps/a/a.initflow", "let  a=1\n")
        .with("other/b.initflow", "let  b=1\n");
    folder.runs("fmt --check").ends_with(1).prints("+let a = 1").says("`apps/a/a.initflow` is not formatted");
    folder.runs("fmt").ends_with(0).prints_nothing().says_nothing();
    assert_eq!(folder.text("apps/a/a.initflow"), "let a = 1\n");
    assert_eq!(folder.text("other/b.initflow"), "let  b=1\n");
    folder.runs("fmt --no-config").ends_with(2).says("no PATH is given");
    folder.runs("fmt --config other/initflow.toml").ends_with(2).says("other/initflow.toml");
}

#[test]
fn fmt_fails_on_a_file_that_it_cannot_parse_and_formats_the_others() {
    let broken = "pod  a{\n  app web { image  \"nginx }\n";
    let folder = Folder::new().with("a.initflow", broken).with("b.initflow", "let  b=2\n");
    let says = "error[unclosed-string]";
    folder
        .runs("fmt --check .")
        .ends_with(1)
        .says(says)
        .says("1 of 2 files is not formatted")
        .prints("+let b = 2");
    folder.runs("fmt .").ends_with(1).prints_nothing().says(says).says("a.initflow:2:");
    assert_eq!(folder.text("a.initflow"), broken);
    assert_eq!(folder.text("b.initflow"), "let b = 2\n");
    // A pipe that replaces a file does not lose its text.
    let ran = folder.runs_on(broken, "fmt -").ends_with(1).says(says);
    assert_eq!(ran.stdout, broken);
}

#[test]
fn fmt_keeps_the_line_ends_of_a_file() {
    let folder = Folder::new().with("a.initflow", "pod a {\r\n  app b { image \"c:1\" }\r\n}\r\n");
    folder.runs("fmt --check a.initflow").ends_with(0).prints_nothing().says_nothing();
    let folder = folder.with("a.initflow", "pod a{\r\n\r\n\tapp b { image \"c:1\" }\n}\r\n");
    folder.runs("fmt a.initflow").ends_with(0).says_nothing();
    assert_eq!(folder.text("a.initflow"), "pod a {\r\n  app b { image \"c:1\" }\r\n}\r\n");
}

#[test]
fn fmt_continues_after_a_file_that_it_cannot_read() {
    let folder = Folder::new().with("a.initflow", b"let  a = \xff").with("b.initflow", "let  b = 2");
    folder
        .runs("fmt a.initflow missing.initflow b.initflow")
        .ends_with(2)
        .says("a.initflow")
        .says("missing.initflow");
    assert_eq!(folder.text("b.initflow"), "let b = 2\n");
    assert_eq!(fs::read(folder.0.join("a.initflow")).expect("the file"), b"let  a = \xff");
    assert_eq!(folder.files(), ["a.initflow", "b.initflow"]);
}

#[cfg(unix)]
#[test]
fn fmt_keeps_permissions_links_and_formatted_files() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let folder = Folder::new().with("real/a.initflow", "let  a=1").with("b.initflow", "let b = 2\n");
    let path = |name: &str| folder.0.join(name);
    fs::set_permissions(path("real/a.initflow"), fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink("real/a.initflow", path("link.initflow")).expect("a link");
    let node = |name: &str| fs::metadata(path(name)).expect("a file").ino();
    let before = node("b.initflow");
    folder.runs("fmt link.initflow b.initflow").ends_with(0).prints_nothing().says_nothing();
    assert_eq!(folder.text("real/a.initflow"), "let a = 1\n");
    assert!(fs::symlink_metadata(path("link.initflow")).expect("a link").is_symlink());
    let mode = fs::metadata(path("real/a.initflow")).expect("a file").permissions().mode();
    assert_eq!((mode & 0o777, node("b.initflow")), (0o640, before));
}

#[cfg(unix)]
#[test]
fn fmt_does_not_write_a_read_only_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new().with("a.initflow", "let  a=1");
    let path = folder.0.join("a.initflow");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("permissions");
    // The user root may write everything.
    let may = fs::OpenOptions::new().write(true).open(&path).is_ok();
    let ran = folder.runs("fmt a.initflow");
    assert_eq!(ran.stderr.contains("cannot write `a.initflow`"), !may, "{}", ran.stderr);
    assert_eq!(folder.text("a.initflow") == "let  a=1", !may);
    assert_eq!(folder.files(), ["a.initflow"]);
}
