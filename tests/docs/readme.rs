//! Checks that the table of commands in the README is that of the command line.

use std::fmt::Write as _;
use std::fs;

const README: &str = "README.md";
const START: &str = "<!-- commands: written by `UPDATE=1 cargo test --test docs` -->\n";
const END: &str = "<!-- end of commands -->\n";

#[test]
fn the_table_of_commands_is_that_of_the_command_line() {
    let text = fs::read_to_string(README).expect("the README can be read");
    let (before, rest) = text.split_once(START).expect("the README has the table's start");
    let (table, after) = rest.split_once(END).expect("the README has the table's end");
    let expected = commands();
    if std::env::var_os("UPDATE").is_some() {
        let text = format!("{before}{START}{expected}{END}{after}");
        fs::write(README, text).expect("the README can be written");
    } else {
        assert_eq!(table, expected, "{README} is stale: run `UPDATE=1 cargo test --test docs`");
    }
}

fn commands() -> String {
    let mut table = "| command | what it does |\n|---|---|\n".to_owned();
    let mut command = initflow::cli::command();
    // Usage lines are complete only after the whole command line is built.
    command.build();
    for command in command.get_subcommands_mut().filter(|command| command.get_name() != "help") {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace('|', "\\|");
        let _ = writeln!(table, "| `{usage}` | {about} |");
    }
    table
}
