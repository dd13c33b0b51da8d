//! `initflow plan`: shows what starts when and why, and what it costs.

use super::arguments::ProgramArguments;
use super::config::Project;
use super::console::Console;
use super::each::{compile_each, inputs, settle};
use super::exit_status::Status;
use super::input::Input;
use super::profiles::AllProfiles;
use super::wanted::Reading;
use super::watch::WatchArguments;
use crate::compile::{Compilation, Compiled};
use crate::diagnostic::screen::Screen;
use crate::plan::{self, Axis, Plan};
use crate::source::Sources;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

const HELP: &str = "\
Examples:
  initflow plan shop.initflow
  kubectl get deployments -o yaml | initflow plan -
  initflow plan --format json shop.initflow | jq '.workloads[].effective.requests'
  initflow plan -o shop.svg shop.initflow        draw a picture for a document
  initflow plan --axis seconds -o shop.svg shop.initflow
  initflow plan -o plans.html .                  write a page with the plans of all sources";

/// The formats of a plan.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// Tables
    Text,
    /// JSON with a stable, versioned format, for other tools
    Json,
    /// A picture of the start over time, with CPU and memory at each moment
    Svg,
    /// A page with the pictures, tables and details
    Html,
    /// A flowchart that GitHub draws in Markdown
    Mermaid,
    /// A graph for Graphviz
    Dot,
}

/// The horizontal axis of a picture.
#[derive(Clone, Copy, ValueEnum)]
enum PlanAxis {
    /// The order of starts, each as wide as the others
    Order,
    /// Seconds, at worst, as far as they are known
    Seconds,
}

/// What to plan, and how to show it.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    profiles: AllProfiles,
    #[command(flatten)]
    watch: WatchArguments,
    #[command(flatten)]
    reading: Reading,
    /// The format of the plan [default: from the extension of the -o file, else text]
    #[arg(long, value_enum)]
    format: Option<PlanFormat>,
    /// What the horizontal axis of a picture (svg, html) counts
    #[arg(long, value_enum)]
    axis: Option<PlanAxis>,
    /// Write the plans of all sources into this one file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &PlanArguments, console: &mut Console) -> Status {
    arguments.watch.run(&arguments.program.inputs.paths, console, |console| plan(arguments, console))
}

fn plan(arguments: &PlanArguments, console: &mut Console) -> Status {
    let format = match format(arguments) {
        Ok(format) => format,
        Err(message) => {
            console.trouble(&message);
            return console.finish();
        }
    };
    let axis = match (arguments.axis, format) {
        (Some(_), PlanFormat::Text | PlanFormat::Json | PlanFormat::Mermaid | PlanFormat::Dot) => {
            console.trouble("--axis is for pictures: use it with --format svg or --format html");
            return console.finish();
        }
        (Some(PlanAxis::Seconds), PlanFormat::Svg | PlanFormat::Html) => Axis::Seconds,
        (Some(PlanAxis::Order) | None, _) => Axis::Order,
    };
    let Some(grounds) = arguments.program.inputs.confined.grounds(console) else { return console.finish() };
    let target = match arguments.output.as_ref().map(|file| grounds.target(file)).transpose() {
        Ok(target) => target,
        Err(message) => {
            console.trouble(&message);
            return console.finish();
        }
    };
    let profiles = arguments.profiles.choice(&arguments.program);
    let inputs = inputs(&arguments.program, profiles, arguments.reading.wanted(), &grounds, console);
    arguments.profiles.hold(&inputs, console);
    let plan = |_: &Input, compiled: Compiled| compiled.plan();
    let all = |_: &Input, project: &Project, compilation: &mut Compilation<Plan>| {
        let mut plans = std::mem::take(&mut compilation.workloads);
        if arguments.profiles.all_profiles {
            for plan in &mut plans {
                plan.profile.clone_from(&project.profile);
            }
        }
        plans
    };
    let plans = compile_each(&arguments.program, false, &grounds, console, &inputs, plan, all);
    let mut settled = Vec::new();
    let mut is_complete = true;
    for (input, outcome) in inputs.iter().zip(plans.into_iter().flatten()) {
        let plans = settle(input, outcome, console);
        is_complete &= plans
            .as_ref()
            .is_some_and(|(compilation, made)| !compilation.failed() || made.len() == input.variants.len());
        settled.extend(plans);
    }
    // Of manifests, the workloads without errors are shown; a file is written only if there are no errors.
    let is_shown = is_complete && target.is_none() && console.status() == Status::Errors;
    if is_shown || console.status() == Status::Fine {
        let sources: Vec<(&Sources, &[Plan])> = settled
            .iter()
            .flat_map(|(compilation, all)| all.iter().map(|plans| (&compilation.sources, plans.as_slice())))
            .collect();
        // A file gets whole lines without colors.
        let screen = if target.is_some() { Screen::default() } else { console.screen() };
        let text = shown(format, axis, &sources, screen);
        match target {
            None => console.print(&text),
            Some(target) => {
                if let Err(message) = target.write(&text) {
                    console.trouble(&message);
                }
            }
        }
    }
    console.finish()
}

/// The format that the call chooses, by name or by the extension of the output.
fn format(arguments: &PlanArguments) -> Result<PlanFormat, String> {
    let (None, Some(file)) = (arguments.format, &arguments.output) else {
        return Ok(arguments.format.unwrap_or(PlanFormat::Text));
    };
    match Path::extension(file).and_then(|ending| ending.to_str()) {
        Some("txt") => Ok(PlanFormat::Text),
        Some("json") => Ok(PlanFormat::Json),
        Some("svg") => Ok(PlanFormat::Svg),
        Some("html" | "htm") => Ok(PlanFormat::Html),
        Some("mmd" | "mermaid") => Ok(PlanFormat::Mermaid),
        Some("dot" | "gv") => Ok(PlanFormat::Dot),
        _ => Err(format!(
            "the extension of `{}` does not name a format: set one with --format",
            file.display()
        )),
    }
}

fn shown(format: PlanFormat, axis: Axis, sources: &[(&Sources, &[Plan])], screen: Screen) -> String {
    let mut plans = Vec::new();
    for (sources, each) in sources {
        plans.extend(each.iter().map(|plan| (plan, *sources)));
    }
    let plans = || plans.iter().copied();
    let alone = || plans().map(|(plan, _)| plan);
    match format {
        PlanFormat::Text => {
            let texts = sources.iter().filter(|(_, plans)| !plans.is_empty());
            let texts: Vec<String> =
                texts.map(|(sources, plans)| plan::text(plans, sources, screen)).collect();
            texts.join("\n")
        }
        PlanFormat::Json => plan::json(plans()),
        PlanFormat::Svg => plan::svg(plans(), axis),
        PlanFormat::Html => plan::html(plans(), axis),
        PlanFormat::Mermaid => plan::mermaid(alone()),
        PlanFormat::Dot => plan::dot(alone()),
    }
}
