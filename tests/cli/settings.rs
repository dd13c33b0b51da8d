//! Tests which `initflow.toml` applies, and what happens if it is wrong or cannot be read.

use super::{Folder, HELLO};
use std::fs;

const FETCHING: &str = "pod hello {
  volume data
  fetch page { from \"https://acme.dev/a\"; into data \"a\" }
  app web { image \"nginx:1.27\"; reads data at /data }
}
";

#[test]
fn the_nearest_settings_apply() {
    let folder = Folder::new()
        .with("initflow.toml", "registry = \"far.acme.dev\"\n")
        .with("apps/initflow.toml", "[images]\nfetch-https = \"near.acme.dev/curl:8\"\n")
        .with("apps/team/a.initflow", FETCHING)
        .with("b.initflow", FETCHING)
        .with("other.toml", "images.fetch-https = \"other.acme.dev/curl:8\"\n");
    let (near, far) = ("image: near.acme.dev/curl:8\n", "image: far.acme.dev/curlimages/curl:");
    folder.runs("compile apps").ends_with(0).prints(near);
    folder.runs("compile b.initflow").ends_with(0).prints(far);
    folder.runs("compile .").ends_with(0).prints(near).prints(far);
    folder.runs_on(FETCHING, "compile -").ends_with(0).prints(far);
    folder.runs("compile apps --config other.toml").ends_with(0).prints("image: other.acme.dev/curl:8\n");
    folder.runs("compile apps --no-config").ends_with(0).prints("image: curlimages/curl:");
    folder.runs("compile apps --no-config --config other.toml").ends_with(2);
    let own = FETCHING.replace("fetch page {", "fetch page { image \"own:1\";");
    folder.runs_on(&own, "compile -").ends_with(0).prints("image: own:1\n");
    let defaults = format!("defaults fetch {{ image \"team:1\" }}\n{FETCHING}");
    folder.runs_on(&defaults, "compile -").ends_with(0).prints("image: team:1\n");
}

#[test]
fn settings_set_the_version_unless_the_call_does() {
    let newer = HELLO
        .replace("app web {", "app web { env { A file(v, \"e\", \"A\") };")
        .replace("  app", "  volume v\n  step s { image \"a:1\"; run \"a\"; writes v at /v }\n  app");
    let folder = Folder::new().with("initflow.toml", "kube = \"1.33\"\n").with("a.initflow", newer);
    folder.runs("check a.initflow").ends_with(1).says("1.33");
    folder.runs("check a.initflow --kube 1.37").ends_with(0);
    folder.runs("plan a.initflow --no-config").ends_with(0);
}

#[test]
fn mistakes_in_settings_are_shown_once_and_nothing_is_compiled() {
    let folder =
        Folder::new().with("initflow.toml", "[imags]\n").with("a.initflow", HELLO).with("b.initflow", HELLO);
    let ran = folder.runs("compile -o out .").ends_with(1).says("initflow.toml:1:2");
    let ran = ran.says("error[unknown-setting]: unknown setting `imags`").says("change to `images`");
    ran.says("1 error in initflow.toml");
    assert!(!folder.has("out"));
    folder.runs("compile a.initflow --no-config").ends_with(0);
}

#[test]
fn unreadable_settings_end_with_status_2() {
    let folder = Folder::new().with("a.initflow", HELLO).with("initflow.toml/in-the-way", "");
    folder
        .runs("check a.initflow")
        .ends_with(2)
        .says("cannot read `initflow.toml`: it is a folder, not a file");
    folder.runs("check a.initflow --config none.toml").ends_with(2).says("there is no such file");
    let folder = Folder::new().with("a.initflow", HELLO).with("initflow.toml", b"kube = \"\xff\"");
    folder.runs("check a.initflow").ends_with(2).says("it is not UTF-8: byte 9 is 0xff");
    let folder = Folder::new().with("a.initflow", HELLO).with("initflow.toml", vec![b'#'; 2 << 20]);
    folder.runs("check a.initflow").ends_with(2).says("larger than 1 MiB");
}

#[cfg(unix)]
#[test]
fn settings_that_are_not_a_file_do_not_block() {
    let folder = Folder::new().with("a.initflow", HELLO);
    std::os::unix::fs::symlink("/dev/zero", folder.0.join("initflow.toml")).expect("a link");
    folder.runs("check a.initflow").ends_with(2).says("it is not a regular file");
    fs::remove_file(folder.0.join("initflow.toml")).expect("the link can be removed");
    std::os::unix::fs::symlink("nowhere", folder.0.join("initflow.toml")).expect("a link");
    folder.runs("check a.initflow").ends_with(2).says("there is no such file");
}
