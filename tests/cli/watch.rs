//! Tests `--watch`: what a command runs again for.

use super::{BROKEN, Folder, HELLO};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A command that watches, and the lines of its messages.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn new(folder: &Folder, arguments: &str) -> Self {
        let mut command = folder.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().expect("its messages"));
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// What it says until it waits again.
    #[track_caller]
    fn says(&self) -> String {
        let mut said = String::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_mins(1)).expect("it says something");
            said += &(line.clone() + "\n");
            if line.starts_with("watching: ") {
                return said;
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn check_runs_again_for_each_kind_of_change() {
    let folder = Folder::new()
        .with("apps/a.initflow", format!("use \"../lib.initflow\"\n{HELLO}"))
        .with("lib.initflow", "let x = 5\n");
    let path = |name: &str| folder.0.join(name);
    let write = |name: &str, text: &str| fs::write(path(name), text).expect("a file");
    let watching = Watching::new(&folder, "check --watch apps");
    assert_eq!(watching.says(), "watching: 2 files\n");
    write("lib.initflow", "let x =\n");
    assert!(watching.says().contains("lib.initflow:1:1"));
    write("lib.initflow", "let x = 6\n");
    assert_eq!(watching.says(), "watching: 2 files\n");
    write("apps/b.initflow", BROKEN);
    let said = watching.says();
    assert!(said.contains("apps/b.initflow:2:") && said.ends_with("watching: 3 files\n"), "{said}");
    // Many editors write another file, and give it the name.
    write("apps/.b.tmp", HELLO);
    fs::rename(path("apps/.b.tmp"), path("apps/b.initflow")).expect("a name");
    assert_eq!(watching.says(), "watching: 3 files\n");
    write("initflow.toml", "kube = \"1.2\"\n");
    assert!(watching.says().contains("initflow.toml:1:8"));
    fs::remove_file(path("initflow.toml")).expect("it is removed");
    assert_eq!(watching.says(), "watching: 3 files\n");
    fs::rename(path("apps"), path("gone")).expect("a name");
    assert!(watching.says().contains("cannot read `apps`"));
    fs::rename(path("gone"), path("apps")).expect("a name");
    assert_eq!(watching.says(), "watching: 3 files\n");
}

#[test]
fn compile_and_plan_write_their_files_again() {
    let folder = Folder::new().with("a.initflow", HELLO).with("a.params", "");
    let compiling = Watching::new(&folder, "compile --watch --params a.params -o out .");
    let planning = Watching::new(&folder, "plan --watch -o plan.json a.initflow");
    compiling.says();
    planning.says();
    fs::write(folder.0.join("a.initflow"), HELLO.replace("1.27", "1.28")).expect("a file");
    compiling.says();
    planning.says();
    assert!(folder.text("out/a.yaml").contains("nginx:1.28"));
    assert!(folder.text("plan.json").contains("\"version\": 1"));
    fs::write(folder.0.join("a.params"), "tag 5\n").expect("a file");
    assert!(compiling.says().contains("unknown-param"));
}

#[test]
fn standard_input_cannot_be_watched() {
    let folder = Folder::new();
    for command in ["check", "compile", "plan"] {
        folder
            .runs_on(HELLO, &format!("{command} --watch -"))
            .ends_with(2)
            .prints_nothing()
            .says("cannot be watched");
    }
}
