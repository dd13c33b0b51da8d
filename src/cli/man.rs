//! `initflow man`: prints the manual, which is generated from the help texts.

use super::console::Console;
use super::exit_status::Status;
use crate::diagnostic::nearest;
use crate::files::Grounds;
use clap::Args;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::io;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  initflow man | man -l -                        show the page of initflow
  initflow man compile | man -l -                show the page of a command
  initflow man -o ~/.local/share/man/man1        write all pages to where man looks for them";

/// Which page to print, or where to write all pages.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct ManArguments {
    /// The command that the page is about [default: initflow as a whole]
    command: Option<String>,
    /// Write all pages into this folder
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArguments, whole: clap::Command, console: &mut Console) -> Status {
    let mut root = whole.disable_help_subcommand(true);
    root.build();
    if let Err(message) = print(arguments, &root, console) {
        console.trouble(&message);
    }
    console.finish()
}

fn print(arguments: &ManArguments, whole: &clap::Command, console: &mut Console) -> Result<(), String> {
    match (&arguments.output, &arguments.command) {
        (Some(folder), _) => {
            let root = Grounds::of_call(None)?.output(folder)?;
            for command in std::iter::once(whole).chain(whole.get_subcommands()) {
                let name = Man::new(command.clone()).get_filename();
                root.write(&folder.join(name), &page(command)?)?;
            }
        }
        (None, Some(name)) => {
            let command = whole.find_subcommand(name).ok_or_else(|| unknown(name, whole))?;
            console.print(&page(command)?);
        }
        (None, None) => console.print(&page(whole)?),
    }
    Ok(())
}

fn unknown(name: &str, root: &clap::Command) -> String {
    match nearest(name, root.get_subcommands().map(clap::Command::get_name)) {
        Some(near) => format!("there is no command `{name}`; use `{near}`"),
        None => format!("there is no command `{name}`"),
    }
}

fn page(command: &clap::Command) -> Result<String, String> {
    let man =
        Man::new(command.clone()).source(concat!("initflow ", env!("CARGO_PKG_VERSION"))).manual("initflow");
    let mut text = Vec::new();
    render(&man, command, &mut text).map_err(|error| format!("cannot make the page: {error}"))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Renders like [`Man::render`], except for the end of the help: its examples keep their lines.
fn render(man: &Man, command: &clap::Command, text: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(text)?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(text)?;
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, notes) = match help.strip_prefix("Examples:\n") {
        Some(rest) => rest.split_once("\n\n").unwrap_or((rest, "")),
        None => ("", help.as_str()),
    };
    let mut roff = Roff::new();
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.lines() {
            roff.text([roman(line.trim_start())]);
        }
        roff.control("fi", []);
    }
    if !notes.is_empty() {
        roff.control("SH", ["NOTES"]).text([roman(notes)]);
    }
    roff.to_writer(text)
}
