//! Tests the root: nothing outside it is read or written, whatever a repository names.
#![cfg(unix)]

use super::folder::Ran;
use super::{Folder, HELLO};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// It is an error in every format, so if it is read, an excerpt shows it.
const SECRET: &str = "pod { hunter2 = }\n";

/// A repository next to secrets, whose source uses the file `used`.
fn clone(used: &str) -> Folder {
    let folder = Folder::new().with("secret.initflow", SECRET).with("outside/kept", "kept");
    folder
        .with("clone/.git/config", "token = hunter2\n")
        .with("clone/a.initflow", format!("use \"{used}\" as lib\n{HELLO}"))
}

impl Folder {
    fn link(self, target: &str, name: &str) -> Self {
        symlink(target, self.0.join(name)).expect("a link");
        self
    }

    /// Runs a command in the clone, and checks that it prints no secret and changes nothing outside of the clone.
    #[track_caller]
    fn attacks(&self, arguments: &str) -> Ran {
        let mut command = self.command(arguments);
        command.current_dir(self.0.join("clone")).stdin(Stdio::null());
        let output = command.output().expect("the command ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let ran =
            Ran { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
        let outside = self.files().into_iter().filter(|file| !file.starts_with("clone/"));
        assert_eq!(outside.collect::<Vec<_>>(), ["outside/kept", "secret.initflow"]);
        assert_eq!(
            (self.text("secret.initflow").as_str(), self.text("outside/kept").as_str()),
            (SECRET, "kept")
        );
        ran
    }
}

#[test]
fn a_source_uses_only_files_inside() {
    let refused = "it is outside the root";
    let absolute = Folder::new().with("secret.initflow", SECRET);
    let absolute = absolute.0.join("secret.initflow").display().to_string();
    for used in
        ["../secret.initflow", &absolute, "l.initflow", "l/secret.initflow", "none.initflow", ".git/config"]
    {
        let folder = clone(used).link("../secret.initflow", "clone/l.initflow").link("..", "clone/l");
        let folder = folder.link("../nothing", "clone/none.initflow");
        for command in ["compile", "check", "plan", "compile --root ."] {
            folder.attacks(&format!("{command} a.initflow")).ends_with(1).says(refused);
        }
    }
    clone("/proc/self/environ").attacks("check a.initflow").ends_with(1).says("it is not a regular file");
    clone("../lib.initflow").with("lib.initflow", "").runs("check --root . clone/a.initflow").ends_with(0);
}

#[test]
fn a_linked_file_is_found_or_named_only_inside() {
    let folder = clone("std").link("../secret.initflow", "clone/b.initflow").link("..", "clone/up");
    for path in [".", "b.initflow", "up/secret.initflow", "up"] {
        for command in ["check", "fmt", "compile", "import"] {
            let ran = folder.attacks(&format!("{command} {path}"));
            let is_found = command == "import" && path == ".";
            let ran = ran.ends_with(2);
            if is_found {
                ran.says("there is no .yaml")
            } else {
                ran.says("the root")
            };
        }
    }
    let folder =
        clone("std").with("clone/real/c.initflow", HELLO).link("real/c.initflow", "clone/c.initflow");
    folder.attacks("compile c.initflow").ends_with(0).prints("kind: Pod");
}

#[test]
fn a_project_names_only_paths_inside() {
    let settings = [
        ("members = [\"../*\"]", "the member `../*` cannot be used"),
        ("members = [\"up/*\"]", "the member `up/*` cannot be used"),
        ("output = \"../outside\"", "the output folder cannot be used"),
        ("output = \"out\"", "the output folder cannot be used"),
        ("profile = \"p\"\n[profiles.p]\nparams = [\"../secret.initflow\"]", "it is outside the root"),
    ];
    for (settings, said) in settings {
        let folder = clone("std").with("clone/initflow.toml", settings).link("..", "clone/up");
        folder.link("../outside", "clone/out").attacks("compile").ends_with(1).says(said).prints_nothing();
    }
    let folder = clone("std").link("../secret.initflow", "clone/initflow.toml");
    folder.attacks("check a.initflow").ends_with(2).says("it is outside the root");
}

#[test]
fn settings_above_a_repository_are_not_its_own() {
    let folder = clone("std").with("initflow.toml", "[nonsense]\n").with("clone/apps/b.initflow", HELLO);
    let ran = folder.runs("compile --verbose clone/apps/b.initflow").ends_with(0);
    let root = fs::canonicalize(folder.0.join("clone")).expect("a folder");
    let ran = ran.says("note: settings: there is no initflow.toml\n");
    ran.says(&format!("note: root: `{}`\n", root.display()));
    let folder = folder.with("clone/initflow.toml", "");
    let ran = folder.runs("fmt --check --verbose clone/apps/b.initflow").ends_with(0);
    assert!(!ran.stderr.contains("settings"), "{}", ran.stderr);
    folder.runs("check --verbose clone/apps").ends_with(0).says("note: settings: `clone/initflow.toml`\n");
}

#[test]
fn nothing_is_written_through_a_link() {
    let folder = clone("std").link("../outside", "clone/out").link("../outside/kept", "clone/p.svg");
    let folder = folder.with("clone/made/x", "").link("../../outside/kept", "clone/made/a.yaml");
    let folder = folder.with("clone/apps/a.initflow", HELLO).link("../outside/new", "clone/r.json");
    for arguments in [
        "compile -o out apps",
        "compile -o made apps",
        "plan -o p.svg apps",
        "plan -o out/p.svg apps",
        "check --report r.json apps",
        "man -o out",
    ] {
        folder.attacks(arguments).ends_with(2).says("link");
    }
    let test = "[[case]]\nfile = \"apps/a.initflow\"\nsnapshot = \"SNAPSHOT\"\n";
    for snapshot in ["p.svg", "out/new.yaml", "../outside/new.yaml", ".git/config"] {
        let folder = clone("std").with("clone/apps/a.initflow", HELLO).link("../outside", "clone/out");
        let folder = folder.link("../outside/kept", "clone/p.svg");
        let folder = folder.with("clone/a.test.toml", test.replace("SNAPSHOT", snapshot));
        folder.attacks("test --update a.test.toml").ends_with(1).prints("it is outside the root");
        assert_eq!(folder.text("clone/.git/config"), "token = hunter2\n");
    }
}

#[test]
fn a_pipe_in_a_repository_is_not_waited_for() {
    let folder = clone("pipe.initflow");
    let made = Command::new("mkfifo").arg(folder.0.join("clone/pipe.initflow")).status().expect("mkfifo");
    assert!(made.success());
    for arguments in
        ["check a.initflow", "check .", "check pipe.initflow", "fmt .", "check --params pipe.initflow ."]
    {
        let mut command = folder.command(arguments);
        command.current_dir(folder.0.join("clone")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the command starts");
        let started = Instant::now();
        while child.try_wait().expect("a child").is_none() {
            if started.elapsed() > Duration::from_secs(20) {
                let _ = child.kill();
                panic!("`{arguments}` waits for a pipe");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_ne!(child.wait().expect("a status").code(), Some(0));
    }
}
