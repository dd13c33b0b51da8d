//! Lays out the help for the width of the terminal: the lines of examples stay whole, other text is wrapped.

use super::terminal::{self, Color};
use crate::diagnostic::screen::{Page, Screen, Style, Styled};
use clap::error::ErrorKind;
use clap::{Command, ValueEnum as _};
use std::ffi::OsString;
use std::io::Write as _;

/// The most columns that help takes, and those of help for another program.
const WIDEST: usize = 100;

/// The help that a call asks for; each command is built, with its name as it is called.
pub(super) fn of_call(
    mut root: Command,
    arguments: impl Iterator<Item = OsString>,
    screen: Screen,
) -> String {
    root.build();
    let (mut command, mut is_long) = (&root, false);
    for argument in arguments {
        let argument = argument.to_string_lossy();
        match &*argument {
            "-h" => break,
            "--help" => {
                is_long = true;
                break;
            }
            "help" => is_long = true,
            name => command = command.find_subcommand(name).unwrap_or(command),
        }
    }
    let width = screen.width.map_or(WIDEST, |width| width.min(WIDEST));
    let end = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    // Examples are calls, too.
    let end = end.replace(
        &format!("\n  {} ", root.get_name()),
        &format!("\n  {} ", root.get_bin_name().unwrap_or(root.get_name())),
    );
    let mut command = command.clone().after_help(None).term_width(width);
    let help = if is_long { command.render_long_help() } else { command.render_help() };
    let help = if screen.color { help.ansi().to_string() } else { help.to_string() };
    let end = laid_out(&end, Screen { width: Some(width), ..screen });
    if end.is_empty() { help } else { format!("{}\n\n{end}", help.trim_end()) }
}

/// The end of a help text: examples, and paragraphs. An example that is too long for a line has what it does below it.
fn laid_out(text: &str, screen: Screen) -> String {
    let mut page = Page::new(screen);
    for (at, block) in text.split("\n\n").filter(|block| !block.is_empty()).enumerate() {
        if at > 0 {
            page.blank();
        }
        let (title, rest) = block.split_once(':').filter(|(title, _)| is_title(title)).unwrap_or(("", block));
        if !title.is_empty() {
            page.line(0, Styled::new(Style::Title, &format!("{title}:")));
        }
        if rest.lines().any(|line| line.starts_with("  ")) {
            for line in whole_lines(rest) {
                example(&mut page, &line);
            }
            continue;
        }
        let indent = if title.is_empty() { 0 } else { 2 };
        let words = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        // A list of cases has a line for each.
        for case in if title.is_empty() { vec![&*words] } else { words.split("; ").collect() } {
            page.paragraph(
                indent,
                indent + if title.is_empty() { 0 } else { 2 },
                &Styled::default().message(case),
            );
        }
    }
    page.finish()
}

/// The examples, each with all that is said of it on one line.
fn whole_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match lines.last_mut() {
            Some(last) if line.starts_with("        ") => {
                let gap = if last.trim_start().contains("   ") { " " } else { "   " };
                last.extend([gap, line.trim_start()]);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Whether a block of the help is a list below this title.
fn is_title(title: &str) -> bool {
    title.chars().next().is_some_and(char::is_uppercase) && title.split(' ').count() <= 2
}

/// A line of an example: a command, and after at least three spaces what it does.
fn example(page: &mut Page, line: &str) {
    let width = page.screen().width.unwrap_or(WIDEST);
    let gap = line.trim_start().find("   ").map(|at| at + line.len() - line.trim_start().len());
    let (command, comment) = gap.map_or((line, ""), |at| line.split_at(at));
    let mut whole = Styled::new(Style::Code, command);
    if line.chars().count() <= width {
        whole.push(Style::Dim, comment);
        return write_whole(page, &whole);
    }
    write_whole(page, &whole);
    if !comment.is_empty() {
        page.paragraph(6, 6, &Styled::new(Style::Dim, comment.trim()));
    }
}

/// A command keeps its line, so that it can be copied.
fn write_whole(page: &mut Page, line: &Styled) {
    let mut text = String::new();
    line.drawn(page.screen()).write(page.screen(), &mut text);
    text.push('\n');
    page.raw(&text);
}

/// Prints the help that the process was called for, or the fault of the call.
pub(super) fn print(error: &clap::Error, root: Command) {
    let arguments = || std::env::args_os().skip(1);
    let color = color(arguments());
    // If printing fails, nobody can be told.
    let _ = match error.kind() {
        ErrorKind::DisplayHelp => {
            let text = of_call(root, arguments(), terminal::results(color));
            std::io::stdout().lock().write_all(text.as_bytes())
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let text = of_call(root, arguments(), terminal::messages(color));
            std::io::stderr().lock().write_all(text.as_bytes())
        }
        _ => error.print(),
    };
}

/// When a call that was not read as a whole wants colors.
fn color(arguments: impl Iterator<Item = OsString>) -> Color {
    let mut is_next = false;
    for argument in arguments {
        let argument = argument.to_string_lossy();
        let value = argument.strip_prefix("--color=").or(is_next.then_some(&*argument));
        if let Some(color) = value.and_then(|value| Color::from_str(value, false).ok()) {
            return color;
        }
        is_next = argument == "--color";
    }
    Color::Auto
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "\
Examples:
  initflow plan shop.initflow                    print what starts when, why, and what it costs
  initflow compile shop.initflow | kubectl apply -f -

Exit status: 0 on success; 1 if a source has errors or is not
formatted, or if output is out of date; 2 if a file cannot be read";

    #[test]
    fn examples_keep_their_lines() {
        insta::assert_snapshot!(laid_out(HELP, Screen::of_width(100)), @"
        Examples:
          initflow plan shop.initflow                    print what starts when, why, and what it costs
          initflow compile shop.initflow | kubectl apply -f -

        Exit status:
          0 on success
          1 if a source has errors or is not formatted, or if output is out of date
          2 if a file cannot be read
        ");
        insta::assert_snapshot!(laid_out(HELP, Screen::of_width(60)), @"
        Examples:
          initflow plan shop.initflow
              print what starts when, why, and what it costs
          initflow compile shop.initflow | kubectl apply -f -

        Exit status:
          0 on success
          1 if a source has errors or is not formatted, or if
            output is out of date
          2 if a file cannot be read
        ");
    }

    #[test]
    fn the_help_is_that_of_the_command_that_is_named() {
        let help = |call: &str| {
            let arguments = call.split(' ').map(OsString::from);
            of_call(crate::cli::command(), arguments, Screen::of_width(80))
        };
        for call in ["plan --help", "help plan", "--color never plan -h", "plan a.initflow --help"] {
            assert!(help(call).contains("Usage: initflow plan"), "{call}");
        }
        for call in ["--help plan", "help", "--help", "-h"] {
            assert!(help(call).contains("Usage: initflow [OPTIONS] <COMMAND>"), "{call}");
        }
        // No line is longer than the terminal, except a command that cannot be shorter.
        for command in crate::cli::command().get_subcommands() {
            let help = help(&format!("{} --help", command.get_name()));
            for line in help.lines().filter(|line| !line.starts_with("  initflow ") && !line.contains(" | "))
            {
                assert!(line.chars().count() <= 80, "{}: {line}", command.get_name());
            }
        }
    }
}
