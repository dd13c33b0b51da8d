//! The command as a process: its exit status, what it prints, and what it writes.
#![allow(clippy::expect_used, clippy::panic)]

#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/project.rs"]
mod project;
#[path = "cli/root.rs"]
mod root;

use initflow::kubernetes::version::Version;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const HELLO: &str = "pod hello {\n  app web { image \"nginx:1.27\" }\n}\n";
const BROKEN: &str = "pod hello {\n  app web { image \"nginx:1.27\"; stdin 5 }\n}\n";
const WITH_PARAM: &str = "param tag: string\npod hello {\n  app web { image \"nginx:#{tag}\" }\n}\n";

/// A folder of its own in which the command runs, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file of the test");
        self
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    /// All files, sorted.
    fn files(&self) -> Vec<String> {
        fn gather(root: &Path, folder: &Path, files: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    gather(root, &path, files);
                } else {
                    let below = path.strip_prefix(root).expect("a path below the root");
                    files.push(below.to_string_lossy().into_owned());
                }
            }
        }
        let mut files = Vec::new();
        gather(&self.0, &self.0, &mut files);
        files.sort();
        files
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_initflow"));
        command.current_dir(&self.0).args(arguments.split_whitespace()).env_remove("NO_COLOR");
        command
    }

    /// Runs `initflow` with these arguments, and nothing on standard input.
    fn runs(&self, arguments: &str) -> Ran {
        self.runs_on("", arguments)
    }

    fn runs_on(&self, stdin: &str, arguments: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        // A command that does not read its input closes it early.
        let _ = child.stdin.take().expect("a standard input").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("the command ends");
        Ran {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a run ended.
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    #[track_caller]
    fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn prints(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "no {part:?} in stdout:\n{}", self.stdout);
        self
    }

    #[track_caller]
    fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "");
        self
    }

    #[track_caller]
    fn says(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "no {part:?} in stderr:\n{}", self.stderr);
        self
    }

    #[track_caller]
    fn says_nothing(self) -> Self {
        assert_eq!(self.stderr, "");
        self
    }
}

#[test]
fn compile_prints_yaml_with_a_header() {
    let folder = Folder::new().with("a.initflow", HELLO);
    let ran = folder.runs("compile a.initflow").ends_with(0).says_nothing();
    let ran = ran.prints("# Pod hello, compiled by initflow from a.initflow\n").prints("kind: Pod\n");
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
fn errors_are_shown_plainly_and_nothing_is_printed() {
    let folder = Folder::new().with("a.initflow", HELLO).with("b.initflow", BROKEN);
    let ran = folder.runs("compile a.initflow b.initflow").ends_with(1).prints_nothing();
    let ran = ran.says("error[").says("b.initflow:2:").says("1 error in b.initflow\n");
    assert!(!ran.stderr.contains('\x1b'));
}

#[test]
fn errors_of_all_sources_are_shown_in_their_order() {
    let mut folder = Folder::new();
    for name in ["b", "a", "d", "c", "h", "g", "f", "e", "j", "i"] {
        folder = folder.with(&format!("{name}.initflow"), BROKEN);
    }
    let ran = folder.runs("check .").ends_with(1).says("10 errors in 10 files\n");
    let places = ran.stderr.lines().filter(|line| line.contains(".initflow:"));
    let files: Vec<char> = places.filter_map(|line| line.split("./").nth(1)?.chars().next()).collect();
    assert_eq!(files, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
}

#[test]
fn colour_can_be_forced() {
    let folder = Folder::new().with("a.initflow", BROKEN);
    let ran = folder.runs("check --color always a.initflow").ends_with(1);
    assert!(ran.stderr.contains("\x1b["));
}

#[test]
fn a_folder_of_outputs_mirrors_the_sources() {
    let folder = Folder::new()
        .with("apps/a.initflow", HELLO)
        .with("apps/team/b.initflow", HELLO)
        .with("apps/.hidden/c.initflow", BROKEN)
        .with("apps/notes.txt", "no source")
        .with("apps/library.initflow", "let tag = \"v2\"\n");
    folder.runs("compile -o out/yaml apps").ends_with(0).prints_nothing().says_nothing();
    let written: Vec<String> = folder.files().into_iter().filter(|file| file.starts_with("out")).collect();
    assert_eq!(written, ["out/yaml/a.yaml", "out/yaml/team/b.yaml"]);
    assert_eq!(folder.text("out/yaml/a.yaml"), folder.runs("compile apps/a.initflow").stdout);
}

#[test]
fn a_source_with_errors_leaves_its_output_alone() {
    let folder = Folder::new()
        .with("apps/a.initflow", HELLO)
        .with("apps/b.initflow", BROKEN)
        .with("apps/c.initflow", BROKEN)
        .with("out/b.yaml", "old\n");
    folder.runs("compile -o out apps").ends_with(1).says("2 errors in 2 files");
    assert_eq!(folder.text("out/b.yaml"), "old\n");
    let written: Vec<String> = folder.files().into_iter().filter(|file| file.starts_with("out")).collect();
    assert_eq!(written, ["out/a.yaml", "out/b.yaml"], "nothing half written, and no temporary files");
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_no_trace() {
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
fn check_compares_with_what_is_committed() {
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
fn check_without_a_folder_compares_with_the_file_beside() {
    let folder = Folder::new().with("apps/a.initflow", HELLO);
    folder.runs("compile --check apps/a.initflow").ends_with(1).prints("+++ apps/a.yaml");
    let yaml = folder.runs("compile apps/a.initflow").stdout;
    let folder = folder.with("apps/a.yaml", yaml);
    folder.runs("compile --check apps").ends_with(0);
    folder.runs_on(HELLO, "compile --check -").ends_with(2).says("-o");
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

#[test]
fn what_cannot_be_read_is_said() {
    let folder = Folder::new().with("latin.initflow", b"# caf\xe9\n").with("empty/notes.txt", "");
    folder
        .runs("check none.initflow")
        .ends_with(2)
        .says("cannot read `none.initflow`: there is no such file");
    folder.runs("check empty").ends_with(2).says("there is no .initflow file in `empty`");
    folder.runs("check latin.initflow").ends_with(2).says("it is not UTF-8: byte 6 is 0xe9");
    folder.runs_on("use \"empty\"\n", "check -").ends_with(1).says("it is a folder");
    let folder = folder.with("a.initflow", BROKEN);
    folder.runs("check none.initflow a.initflow").ends_with(2).says("no such file").says("a.initflow:2:");
}

#[test]
fn what_is_too_large_is_refused_without_being_read() {
    let folder = Folder::new();
    let large = fs::File::create(folder.0.join("large.initflow")).expect("a file");
    large.set_len(100 << 20).expect("a file with a hole");
    let started = Instant::now();
    folder.runs("check large.initflow").ends_with(2).says("larger than 32 MiB");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[cfg(unix)]
#[test]
fn a_device_without_an_end_is_refused() {
    Folder::new().runs("check /dev/zero").ends_with(2).says("larger than 32 MiB");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_above_is_no_loop() {
    let folder = Folder::new().with("apps/a.initflow", HELLO);
    std::os::unix::fs::symlink(".", folder.0.join("apps/loop")).expect("a link");
    folder.runs("compile -o out apps").ends_with(0);
    assert!(folder.has("out/a.yaml") && !folder.has("out/loop"));
}

#[cfg(unix)]
#[test]
fn terminal_escapes_in_names_and_sources_are_shown_not_sent() {
    let folder = Folder::new().with("a\u{1b}[31m.initflow", "pod x { \u{1b}]0;owned\u{7} }\n");
    let ran = folder.runs("check .").ends_with(1);
    assert!(
        !ran.stderr.chars().any(|character| character.is_control() && character != '\n'),
        "{:?}",
        ran.stderr
    );
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = Folder::new().with("a.initflow", HELLO);
    let mut command = folder.command("completions bash");
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut stderr).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn plan_shows_order_and_totals() {
    let folder = Folder::new().with("a.initflow", HELLO);
    folder.runs("plan a.initflow").ends_with(0).prints("Pod hello").prints("QoS class BestEffort");
    let json = folder.runs("plan --format json a.initflow").ends_with(0).stdout;
    let plan: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(plan["version"], 1);
    assert_eq!(plan["workloads"][0]["order"][0]["name"], "web");
    assert_eq!(plan["workloads"][0]["order"][0]["span"]["line"], 2);
    folder.runs_on(BROKEN, "plan -").ends_with(1).prints_nothing();
}

const MANIFEST: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: hello}\nspec: {containers: [{name: web, image: \"nginx:1.27\"}]}\n";

#[test]
fn fmt_writes_in_place_what_is_not_in_the_style() {
    let folder = Folder::new().with("apps/a.initflow", "let  a=1\n").with("apps/b.initflow", "let b = 2\n");
    folder.runs("fmt --check apps").ends_with(1).prints("-let  a=1\n+let a = 1");
    assert_eq!(folder.text("apps/a.initflow"), "let  a=1\n");
    folder.runs("fmt apps").ends_with(0).prints_nothing().says_nothing();
    assert_eq!(folder.text("apps/a.initflow"), "let a = 1\n");
    folder.runs("fmt --check apps").ends_with(0).prints_nothing();
    folder.runs_on("pod  a{", "fmt -").ends_with(0).prints("pod  a{");
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
    let ran =
        folder.runs_on("let  a = 1\r\n", "fmt --check -").ends_with(1).says("`<stdin>` is not formatted");
    assert_eq!(ran.stdout, "--- <stdin>\n+++ <stdin>\n@@ -1 +1 @@\n-let  a = 1\r\n+let a = 1\n");
    folder
        .runs("fmt --check b.initflow missing.initflow")
        .ends_with(2)
        .prints_nothing()
        .says("missing.initflow");
    folder.runs("fmt --check a.initflow missing.initflow").ends_with(2).prints("+let e = 5");
}

#[test]
fn fmt_goes_on_behind_what_it_cannot_read() {
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
fn fmt_keeps_permissions_links_and_what_needs_no_change() {
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
fn fmt_does_not_write_what_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new().with("a.initflow", "let  a=1");
    let path = folder.0.join("a.initflow");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("permissions");
    // Root may write everything.
    let may = fs::OpenOptions::new().write(true).open(&path).is_ok();
    let ran = folder.runs("fmt a.initflow");
    assert_eq!(ran.stderr.contains("cannot write `a.initflow`"), !may, "{}", ran.stderr);
    assert_eq!(folder.text("a.initflow") == "let  a=1", !may);
    assert_eq!(folder.files(), ["a.initflow"]);
}

#[test]
fn import_prints_a_source_that_compiles_to_the_same() {
    let folder = Folder::new();
    let imported = folder.runs_on(MANIFEST, "import -");
    assert_eq!((imported.status, imported.stderr.as_str()), (Some(0), ""));
    assert_eq!(imported.stdout, "pod hello {\n  app web { image \"nginx:1.27\" }\n}\n");
    assert_eq!(folder.runs_on(&imported.stdout, "compile -").status, Some(0));
}

#[test]
fn import_of_a_folder_mirrors_it_and_replaces_nothing_unasked() {
    let folder =
        Folder::new().with("in/a/one.yaml", MANIFEST).with("in/two.json", MANIFEST).with("in/x.txt", "x");
    assert_eq!(folder.runs("import -o out in").status, Some(0));
    assert_eq!(
        folder.files(),
        ["in/a/one.yaml", "in/two.json", "in/x.txt", "out/a/one.initflow", "out/two.initflow"]
    );
    fs::write(folder.0.join("out/two.initflow"), "mine").expect("a file of the test");
    let again = folder.runs("import -o out in/two.json");
    assert_eq!((again.status, folder.text("out/two.initflow").as_str()), (Some(2), "mine"));
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(folder.runs("import --force -o out in/two.json").status, Some(0));
    assert_ne!(folder.text("out/two.initflow"), "mine");
}

#[test]
fn import_shows_faults_in_the_manifest_and_prints_nothing() {
    let manifest = MANIFEST.replace("image", "imag");
    let imported = Folder::new().with("a.yaml", &manifest).runs("import a.yaml");
    assert_eq!((imported.status, imported.stdout.as_str()), (Some(1), ""));
    assert!(imported.stderr.contains("a.yaml:4:"), "{}", imported.stderr);
}

#[test]
fn what_is_no_workload_is_left_alone() {
    let imported = Folder::new().runs_on("apiVersion: v1\nkind: Service\n", "import -");
    assert_eq!((imported.status, imported.stdout.as_str()), (Some(0), ""));
    assert!(imported.stderr.contains("not-a-workload"), "{}", imported.stderr);
}

#[test]
fn explain_knows_diagnostics_statements_and_fields() {
    let folder = Folder::new();
    folder.runs("explain").ends_with(0).says_nothing();
    folder.runs("explain fetch").ends_with(0).prints("fetch");
    folder.runs("explain Container.imagePullPolicy").ends_with(0).prints("Container.imagePullPolicy");
    folder.runs("explain imge").ends_with(2).prints_nothing().says("did you mean `image`?");
}

#[test]
fn a_wrong_call_is_explained() {
    let folder = Folder::new();
    folder.runs("").ends_with(2).says("Usage:");
    folder.runs("compile").ends_with(2).says("no PATH is given");
    folder.runs("compile --kube 1.32 a.initflow").ends_with(2).says(&format!(
        "{} to {}",
        Version::OLDEST,
        Version::NEWEST
    ));
    folder.runs("completions klingon").ends_with(2).says("klingon");
    folder.runs("--help").ends_with(0).prints("Examples:").says_nothing();
    folder.runs("--version").ends_with(0).prints(env!("CARGO_PKG_VERSION"));
}

#[test]
fn completions_are_for_five_shells() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        Folder::new().runs(&format!("completions {shell}")).ends_with(0).prints("initflow");
    }
}

const FETCHING: &str = "pod hello {
  volume data
  fetch page { from \"https://acme.dev/a\"; into data \"a\" }
  app web { image \"nginx:1.27\"; reads data at /data }
}
";

#[test]
fn the_nearest_settings_hold() {
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
fn settings_name_the_version_unless_the_call_does() {
    let newer = HELLO
        .replace("app web {", "app web { env { A file(v, \"e\", \"A\") };")
        .replace("  app", "  volume v\n  step s { image \"a:1\"; run \"a\"; writes v at /v }\n  app");
    let folder = Folder::new().with("initflow.toml", "kube = \"1.33\"\n").with("a.initflow", newer);
    folder.runs("check a.initflow").ends_with(1).says("1.33");
    folder.runs("check a.initflow --kube 1.37").ends_with(0);
    folder.runs("plan a.initflow --no-config").ends_with(0);
}

#[test]
fn mistakes_in_settings_are_shown_once_and_keep_sources_from_being_compiled() {
    let folder =
        Folder::new().with("initflow.toml", "[imags]\n").with("a.initflow", HELLO).with("b.initflow", HELLO);
    let ran = folder.runs("compile -o out .").ends_with(1).says("initflow.toml:1:2");
    let ran = ran.says("error[unknown-setting]: `imags` is no setting").says("did you mean `images`?");
    ran.says("1 error in initflow.toml");
    assert!(!folder.has("out"));
    folder.runs("compile a.initflow --no-config").ends_with(0);
}

#[test]
fn settings_that_cannot_be_read_are_trouble() {
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
fn settings_that_are_no_file_are_not_waited_for() {
    let folder = Folder::new().with("a.initflow", HELLO);
    std::os::unix::fs::symlink("/dev/zero", folder.0.join("initflow.toml")).expect("a link");
    folder.runs("check a.initflow").ends_with(2).says("it is not a regular file");
    fs::remove_file(folder.0.join("initflow.toml")).expect("the link goes");
    std::os::unix::fs::symlink("nowhere", folder.0.join("initflow.toml")).expect("a link");
    folder.runs("check a.initflow").ends_with(2).says("there is no such file");
}

const OLD: &str = "deployment shop {
  replicas 2
  volume v
  sidecar proxy { image \"proxy:1\"; memory 256Mi }
  step unpack { image \"tools:1\"; run \"unpack\"; memory 512Mi; writes v at /v }
  step gone { image \"tools:1\"; run \"x\" }
  app web { image \"nginx:1.29\"; memory 512Mi; reads v at /v }
}
";

#[test]
fn what_changed_is_said_in_words() {
    let new = OLD
        .replace("memory 256Mi", "memory 256Mi; after unpack")
        .replace("memory 512Mi; writes", "memory 1Gi; writes")
        .replace("nginx:1.29", "nginx:1.31")
        .replace("replicas 2", "replicas 3");
    let new: String =
        new.lines().filter(|line| !line.contains("step gone")).map(|line| line.to_owned() + "\n").collect();
    let folder = Folder::new()
        .with("old/shop.initflow", OLD)
        .with("new/shop.initflow", &new)
        .with("new/more.initflow", HELLO);
    let text = folder.runs("diff old new").ends_with(0).says_nothing().stdout;
    for said in [
        "Pod hello (more.initflow)\n\n  the workload is new\n",
        "Deployment shop (shop.initflow)\n\n  replicas 2 → 3\n",
        "  `unpack` requests memory 512Mi → 1Gi\n  step `gone` is gone\n  `web` has the image `nginx:1.31`, not `nginx:1.29`\n  `unpack` starts before `proxy` now\n",
        "  effective memory 768Mi → 1Gi (+256Mi, +1536Mi in all replicas): set by step `unpack`\n",
        "-        image: nginx:1.29\n+        image: nginx:1.31\n",
    ] {
        assert!(text.contains(said), "no {said:?} in:\n{text}");
    }
    let markdown = folder.runs("diff --format markdown old/shop.initflow new/shop.initflow").ends_with(0);
    markdown.prints("| memory | 768Mi | 1Gi | +256Mi | +1536Mi | step `unpack` |\n").prints("```diff\n");
    let json = folder.runs("diff --format json old new").ends_with(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["changes"][1]["totals"][0]["ofAllReplicas"], "+1536Mi");
    folder.runs("diff --exit-code old old").ends_with(0).prints("nothing changed");
    folder.runs("diff --exit-code old new").ends_with(1).prints("replicas");
    folder.runs("diff old none").ends_with(2).prints_nothing().says("none");
    folder.runs("diff old").ends_with(2).prints_nothing();
}

const RESOURCE_LIST: &str = "apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig:
  spec:
    files: [a.initflow]
    set: {tag: 1.29}
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: \"yes\"}}
- {apiVersion: v1, kind: Pod, metadata: {name: hello, namespace: prod}, spec: {}}
";

#[test]
fn a_resource_list_goes_through() {
    let folder = Folder::new().with("a.initflow", WITH_PARAM);
    let ran = folder.runs_on(RESOURCE_LIST, "krm").ends_with(0).says_nothing();
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "{list}");
    assert_eq!(list["items"][0]["data"]["x"], "yes");
    assert_eq!(list["items"][1]["spec"]["containers"][0]["image"], "nginx:1.29");
    assert_eq!(list["items"][1]["metadata"]["namespace"], "prod");
    assert_eq!(list["functionConfig"]["spec"]["set"]["tag"], 1.29);
    let wrong = RESOURCE_LIST.replace("tag: 1.29", "tg: 1");
    let ran = folder.runs_on(&wrong, "krm").ends_with(1).says("error[");
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(list["results"][0]["severity"], "error");
    assert_eq!(list["results"][0]["file"]["path"], "a.initflow");
    for (text, said) in [
        ("kind: List", "this is no ResourceList"),
        ("kind: ResourceList", "no functionConfig with a spec"),
        ("a: [", "error["),
        ("", "this is not one ResourceList"),
        (&RESOURCE_LIST.replace("files: [a.initflow]", "fils: [a.initflow]"), "`spec.fils` is not known"),
        (&RESOURCE_LIST.replace("files: [a.initflow]", "files: [b.initflow]"), "cannot read `b.initflow`"),
    ] {
        let ran = folder.runs_on(text, "krm").prints_nothing().says(said);
        assert_ne!(ran.status, Some(0));
    }
}

#[test]
fn findings_are_reported_for_programs() {
    let untagged = HELLO.replace("nginx:1.27", "nginx");
    let folder = Folder::new().with("a.initflow", &untagged);
    let line = "a.initflow:2:19: warning[unpinned-image]: the image of `web` has no tag\n";
    folder.runs("check --format short .").ends_with(0).prints(line).says_nothing();
    folder.runs("check --format short --deny warnings .").ends_with(1).prints("error[unpinned-image]");
    folder.runs("check --max-warnings 1 .").ends_with(0);
    folder
        .runs("check --max-warnings 0 .")
        .ends_with(1)
        .says("1 warning is more than the 0 that --max-warnings allows");
    folder
        .runs("check --max-warnings 0 --format junit .")
        .ends_with(1)
        .prints("tests=\"2\" failures=\"0\" errors=\"1\"")
        .prints(
            "<error type=\"trouble\" message=\"1 warning is more than the 0 that --max-warnings allows\"/>",
        );
    folder
        .runs("check --deny warnings --format junit .")
        .ends_with(1)
        .prints("tests=\"1\" failures=\"1\" errors=\"0\"")
        .prints("<failure type=\"unpinned-image\" message=\"the image of `web` has no tag\">");
    folder.runs("check --allow unpinned-image .").ends_with(0).says_nothing();
    folder.runs("check --allow unpined-image .").ends_with(2).says("did you mean `unpinned-image`?");
    // What is compiled has standard output to itself.
    folder.runs("compile --format short a.initflow").ends_with(0).prints("kind: Pod").says(line);
    folder
        .runs("check --format sarif --report out/a.sarif .")
        .ends_with(0)
        .prints_nothing()
        .says("warning[unpinned-image]");
    let sarif: serde_json::Value = serde_json::from_str(&folder.text("out/a.sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unpinned-image");
    folder.runs("compile -o out a.initflow").ends_with(0);
    let folder = folder.with("a.initflow", untagged.replace("web", "app"));
    folder
        .runs("compile --check -o out --format json --report r.json a.initflow")
        .ends_with(1)
        .prints("-  - name: web");
    let report: serde_json::Value = serde_json::from_str(&folder.text("r.json")).expect("JSON");
    let stale = &report["diagnostics"][1];
    assert_eq!((&stale["name"], &stale["place"]["path"]), (&"stale-output".into(), &"out/a.yaml".into()));
    assert!(
        stale["explain"].is_null()
            && report["diagnostics"][0]["explain"] == "initflow explain unpinned-image"
    );
    folder.runs("check --format github none.initflow").ends_with(2).prints("::error title=initflow::");
}
