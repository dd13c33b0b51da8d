//! Tests `diff` with revisions of Git.
#![cfg(unix)]

use super::{Folder, HELLO, WITH_PARAM};
use std::process::Command;

impl Folder {
    #[track_caller]
    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(&self.0).args(["-c", "user.name=test", "-c", "user.email=test@example.com"]);
        assert!(command.args(arguments).output().expect("git runs").status.success(), "{arguments:?}");
    }

    fn committed(self, message: &str) -> Self {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "-m", message]);
        self
    }
}

/// A repository whose first commit has other values, other used files and other manifests than the second.
fn repository() -> Folder {
    let folder = Folder::new();
    folder.git(&["init", "-q", "-b", "main", "."]);
    let source = format!(
        "use \"../lib/ports.part\" as lib\n{}",
        WITH_PARAM.replace("nginx:", "nginx:1.#{lib.minor}-")
    );
    folder
        .with("initflow.toml", "members = [\"apps\"]\nprofile = \"p\"\n[profiles.p]\nparams = [\"values/p\"]\n")
        .with("values/p", "tag \"one\"\n")
        .with("lib/ports.part", "let minor = 1\n")
        .with("apps/a.initflow", source)
        .with("yaml/b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: b }\nspec: { containers: [{ name: b, image: \"b:1\" }] }\n")
        .committed("one")
        .with("values/p", "tag \"two\"\n")
        .with("lib/ports.part", "let minor = 2\n")
        .with("apps/new.initflow", HELLO.replace("hello", "new"))
        .committed("two")
}

#[test]
fn a_revision_is_compiled_with_its_own_files() {
    let folder = repository();
    let ran = folder.runs("diff HEAD~1 --exit-code").ends_with(3).says_nothing();
    ran.prints("Pod new (apps/new.initflow)\n\n  the workload is new")
        .prints("`nginx:1.1-one` → `nginx:1.2-two`");
    folder.runs("diff HEAD --exit-code").ends_with(0).prints("the compiled objects have not changed");
    folder.runs("diff HEAD~1..HEAD --exit-code apps/a.initflow").ends_with(3).prints("nginx:1.2-two");
    folder.runs("diff main...HEAD --exit-code apps").ends_with(0);
    folder.runs("diff HEAD~1 apps/new.initflow").ends_with(0).prints("the workload is new");
    folder.runs("diff HEAD..HEAD~1 apps/new.initflow").ends_with(0).prints("the workload was removed");
    let folder = folder.with("yaml/b.yaml", folder_text(&repository(), "yaml/b.yaml").replace("b:1", "b:2"));
    folder.runs("diff HEAD yaml").ends_with(0).prints("`b` image `b:1` → `b:2`");
    let mut below = folder.command("diff HEAD~1 a.initflow");
    let below = below.current_dir(folder.0.join("apps")).output().expect("it runs");
    assert!(String::from_utf8_lossy(&below.stdout).contains("nginx:1.1-one"));
    let folder = folder.with("apps/a.initflow", "pod {").committed("broken").with("apps/a.initflow", HELLO);
    folder.runs("diff HEAD --exit-code").ends_with(1).says("HEAD:apps/a.initflow:1:").prints_nothing();
}

fn folder_text(folder: &Folder, name: &str) -> String {
    folder.text(name)
}

#[test]
fn what_is_neither_or_both_is_said() {
    let folder = repository();
    folder.runs("diff HEAD~9").ends_with(2).says("`HEAD~9` is neither a path nor a revision of Git");
    folder.runs("diff apps").ends_with(2).says("`apps` is a path, and there is nothing to compare it with");
    folder.runs("diff").ends_with(2).says("there is nothing to compare");
    folder.runs("diff HEAD none").ends_with(2).says("neither side has sources");
    folder.runs("diff HEAD ../..").ends_with(2).says("outside the repository");
    for revision in ["--help", "-x", "--output=out", ":/one --", "HEAD:apps"] {
        let mut command = folder.command("diff --");
        let ran = command.arg(revision).output().expect("it runs");
        assert_eq!(ran.status.code(), Some(2), "{revision}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    assert!(!folder.has("out"));
    let folder = folder.with("main/a.initflow", HELLO);
    folder.runs("diff main apps").ends_with(2).says("`main` is both a path and a revision of Git");
    folder.runs("diff ./main apps").ends_with(0);
    folder.runs("diff main^0").ends_with(0);
    let mut without = folder.command("diff HEAD");
    let ran = without.env("PATH", "/nowhere").output().expect("it runs");
    assert!(
        ran.status.code() == Some(2)
            && String::from_utf8_lossy(&ran.stderr).contains("the program is not installed")
    );
}

#[test]
fn a_shallow_clone_lacks_older_commits() {
    let folder = repository();
    let address = format!("file://{}", folder.0.display());
    let clone = Folder::new();
    clone.git(&["clone", "-q", "--depth", "1", &address, "."]);
    clone.runs("diff HEAD --exit-code").ends_with(0);
    clone.runs("diff HEAD~1").ends_with(2).says("in this clone").says("git fetch --unshallow");
}

#[test]
fn nothing_of_a_hostile_repository_runs() {
    let folder = repository();
    let canary = folder.0.join("canary").display().to_string();
    let run = format!("touch {canary}");
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "diff.x.textconv",
        "filter.x.smudge",
        "filter.x.clean",
        "core.alternateRefsCommand",
        "alias.cat-file",
        "alias.ls-tree",
        "core.editor",
    ] {
        folder.git(&["config", setting, &run]);
    }
    folder.git(&["config", "alias.rev-parse", &format!("!{run}")]);
    folder.git(&["config", "extensions.partialClone", "origin"]);
    folder.git(&["config", "remote.origin.url", &format!("ext::sh -c {run}")]);
    folder.git(&["config", "protocol.ext.allow", "always"]);
    let hook = format!("#!/bin/sh\n{run}\n");
    let folder = folder
        .with(".gitattributes", "* filter=x diff=x\n")
        .with(".git/hooks/post-checkout", &hook)
        .with(".git/hooks/reference-transaction", &hook);
    folder.runs("diff HEAD~1").ends_with(0).prints("nginx:1.2-two");
    folder.runs("diff HEAD~1..HEAD apps").ends_with(0);
    // A missing object would be fetched.
    let tree = std::fs::read_dir(folder.0.join(".git/objects")).expect("objects");
    for object in tree.flatten().filter(|entry| entry.file_name().len() == 2) {
        std::fs::remove_dir_all(object.path()).expect("an object");
    }
    folder.runs("diff HEAD~1").ends_with(2);
    assert!(!folder.has("canary"));
}

#[test]
fn links_of_a_revision_lead_nowhere_outside() {
    let folder = repository().with("../secret.initflow", "pod { hunter2 = }\n");
    std::os::unix::fs::symlink("../../secret.initflow", folder.0.join("apps/link.initflow")).expect("a link");
    std::os::unix::fs::symlink("a.initflow", folder.0.join("apps/same.initflow")).expect("a link");
    let folder = folder.committed("links");
    let ran = folder.runs("diff HEAD apps/link.initflow").ends_with(2);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    folder.runs("diff HEAD apps/same.initflow").ends_with(0).prints("have not changed");
}
