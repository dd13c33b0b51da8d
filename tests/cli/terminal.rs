//! Tests what people see: errors in a terminal, help, explanations and completions.

use super::{BROKEN, Folder, HELLO};
use initflow::kubernetes::version::Version;
use std::io::Read as _;
use std::process::Stdio;

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
fn color_can_be_forced() {
    let folder = Folder::new().with("a.initflow", BROKEN);
    let ran = folder.runs("check --color always a.initflow").ends_with(1);
    assert!(ran.stderr.contains("\x1b["));
}

#[test]
fn colors_follow_the_environment_and_the_call() {
    let folder = Folder::new().with("a.initflow", HELLO);
    let plan = |variables: &[(&str, &str)], options: &str| {
        let mut command = folder.command(&format!("plan {options} a.initflow"));
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"] {
            command.env_remove(name);
        }
        let output = command.envs(variables.iter().copied()).output().expect("the command runs");
        String::from_utf8(output.stdout).expect("UTF-8").contains("\x1b[")
    };
    assert!(!plan(&[], "") && plan(&[], "--color always"));
    assert!(plan(&[("CLICOLOR_FORCE", "1")], "") && plan(&[("FORCE_COLOR", "1")], ""));
    assert!(!plan(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], ""));
    assert!(!plan(&[("FORCE_COLOR", "1")], "--color never"));
}

#[test]
fn help_keeps_the_lines_of_its_examples() {
    let help = Folder::new().runs("--help").ends_with(0).stdout;
    assert!(
        help.contains("\n  2 if the command line is wrong, or if a file cannot be read or written\n"),
        "{help}"
    );
    let example = "  initflow plan --format json shop.initflow | jq '.workloads[].effective.requests'\n";
    Folder::new().runs("plan -h").ends_with(0).prints(example);
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
fn a_closed_standard_output_is_not_an_error() {
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
fn explain_knows_diagnostics_statements_and_fields() {
    let folder = Folder::new();
    folder.runs("explain").ends_with(0).says_nothing();
    folder.runs("explain fetch").ends_with(0).prints("fetch");
    folder.runs("explain Container.imagePullPolicy").ends_with(0).prints("Container.imagePullPolicy");
    folder.runs("explain fetch.into").ends_with(0).prints("into site \"theme/\"");
    folder.runs("explain std.cloud_sql_proxy").ends_with(0).prints("Cloud SQL Auth Proxy");
    folder.runs("explain context.mesh").ends_with(0).prints("mesh = \"istio\"");
    folder.runs("explain containers").ends_with(0).prints("Write `app NAME { … }`");
    folder.runs("explain [unwritten-volume]").ends_with(0).prints("unwritten-volume");
    folder.runs("explain imge").ends_with(2).prints_nothing().says("use `image`");
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
