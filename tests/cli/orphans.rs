//! Tests outputs whose source is gone: which ones `compile` removes, and which ones it leaves alone.

use super::{BROKEN, Folder, HELLO};
use std::fs;

const PROJECT: &str = "output = \"manifests\"\nmembers = [\"apps\"]\n";

fn project() -> Folder {
    let folder = Folder::new()
        .with("initflow.toml", PROJECT)
        .with("apps/a.initflow", HELLO)
        .with("apps/old/b.initflow", HELLO.replace("hello", "bye"));
    folder.runs("compile").ends_with(0);
    folder
}

impl Folder {
    fn without(self, name: &str) -> Self {
        fs::remove_file(self.0.join(name)).expect("a file");
        self
    }
}

#[test]
fn the_output_of_a_source_that_is_gone_is_stale_and_removed() {
    let folder = project().without("apps/old/b.initflow");
    let ran = folder.runs("compile --check").ends_with(1);
    ran.prints("--- manifests/apps/old/b.yaml\n+++ /dev/null\n").prints("-kind: Pod\n");
    let report = folder.runs("compile --check --format json").ends_with(1).stderr;
    assert!(report.contains("stale-output") && report.contains("no source compiles to"), "{report}");
    folder.runs("compile --keep-orphans --check").ends_with(0).prints_nothing();
    folder.runs("compile --keep-orphans").ends_with(0).says("1 file unchanged");
    folder.runs("compile apps/a.initflow").ends_with(0);
    folder.runs("compile -o manifests apps/a.initflow").ends_with(0);
    assert!(folder.has("manifests/apps/old/b.yaml"), "other calls leave it alone");
    fs::remove_file(folder.0.join("manifests/a.yaml")).expect("a file");
    let ran = folder.runs("compile").ends_with(0).prints_nothing();
    assert_eq!(ran.stderr, "removed `manifests/apps/old/b.yaml`; 1 file unchanged\n");
    assert!(!folder.has("manifests/apps/old") && folder.has("manifests/apps/a.yaml"));
    folder.runs("compile --check").ends_with(0).prints_nothing();
}

#[test]
fn moved_and_emptied_sources_leave_no_output() {
    let folder = project().with("apps/new/b.initflow", HELLO).without("apps/old/b.initflow");
    let folder = folder.with("apps/a.initflow", "let tag = \"v1\"\n");
    let ran = folder.runs("compile").ends_with(0);
    ran.says(
        "wrote `manifests/apps/new/b.yaml`; removed `manifests/apps/a.yaml`, `manifests/apps/old/b.yaml`",
    );
    let outputs: Vec<String> =
        folder.files().into_iter().filter(|file| file.starts_with("manifests")).collect();
    assert_eq!(outputs, ["manifests/apps/new/b.yaml"]);
}

#[test]
fn a_source_with_errors_is_not_gone() {
    let folder = project().with("apps/old/b.initflow", BROKEN).with("initflow.toml", PROJECT);
    folder.runs("compile").ends_with(1);
    assert!(folder.has("manifests/apps/old/b.yaml"));
    let folder = folder.without("apps/a.initflow");
    folder.runs("compile").ends_with(1);
    assert!(folder.has("manifests/apps/a.yaml"), "nothing is removed while something is wrong");
    let folder =
        project().with("initflow.toml", "output = \"manifests\"\nmembers = [\"apps/ol*\", \"none\"]\n");
    folder.runs("compile").ends_with(1).says("the member `none`");
    assert!(folder.has("manifests/apps/a.yaml"));
}

#[test]
fn only_what_initflow_wrote_is_removed() {
    let yaml = project().text("manifests/apps/a.yaml");
    let kept = [
        ("manifests/service.yaml", "kind: Service\n".to_owned()),
        ("manifests/other.yaml", yaml.clone()),
        ("manifests/copy/a.yaml", format!("{yaml}---\nkind: Service\n")),
        ("manifests/mine/a.yaml", format!("# mine\n{yaml}")),
        ("manifests/a.json", yaml.clone()),
        ("manifests/.hidden/a.yaml", yaml.clone()),
        ("elsewhere/a.yaml", yaml.clone()),
    ];
    let mut folder = project().with("manifests/gone/a.yaml", &yaml);
    for (name, text) in &kept {
        folder = folder.with(name, text);
    }
    folder.runs("compile").ends_with(0).says("removed `manifests/gone/a.yaml`; 2 files unchanged");
    for (name, _) in kept {
        assert!(folder.has(name), "{name}");
    }
    let folder = project().without("apps/old/b.initflow");
    folder.runs("compile --no-header --keep-orphans").ends_with(0);
    folder.runs("compile --emit json").ends_with(0);
    assert!(folder.has("manifests/apps/a.yaml"), "JSON does not replace YAML");
}

#[cfg(unix)]
#[test]
fn links_are_neither_followed_nor_removed() {
    use std::os::unix::fs::symlink;
    let folder = project();
    let yaml = folder.text("manifests/apps/a.yaml");
    let folder = folder.with("outside/x.yaml", yaml.replace("a.initflow", "x.initflow"));
    symlink("../outside", folder.0.join("manifests/folder")).expect("a link");
    symlink("../outside/x.yaml", folder.0.join("manifests/x.yaml")).expect("a link");
    folder.runs("compile").ends_with(0).says("2 files unchanged");
    assert!(folder.has("outside/x.yaml") && folder.has("manifests/x.yaml"));
}

#[test]
fn a_folder_that_the_call_names_belongs_to_all_sources_of_the_repository() {
    let folder = Folder::new().with("apps/a.initflow", HELLO).with("jobs/b.initflow", HELLO);
    folder.runs("compile -o out apps").ends_with(0);
    folder.runs("compile -o out jobs").ends_with(0).says("wrote `out/b.yaml`");
    assert!(folder.has("out/a.yaml"), "its source exists, though this call does not compile it");
    let folder = folder.without("apps/a.initflow").with("apps/deep/c.initflow", HELLO);
    folder.runs("compile -o out/c.yaml/x apps").ends_with(0);
    folder.runs("compile --check -o out jobs").ends_with(1).prints("--- out/a.yaml\n+++ /dev/null\n");
    folder.runs("compile -o out jobs").ends_with(0).says("removed `out/a.yaml`");
    assert!(folder.has("out/b.yaml"));
    let folder = project();
    folder.runs("compile -o . apps").ends_with(0);
    assert!(folder.has("manifests/apps/a.yaml"), "a folder with sources is not only for outputs");
}
