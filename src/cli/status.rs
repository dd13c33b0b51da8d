//! `initflow status`: says what the pods of sources are doing now, asking the cluster by `kubectl` or reading files.

use super::arguments::ProgramArguments;
use super::cluster::{self, Question};
use super::config::{ProfileChoice, Project};
use super::console::Console;
use super::each::{compile_each, inputs, settle};
use super::exit_status::Status;
use super::input::Input;
use super::kubectl::{Kubectl, KubectlFault};
use super::recorded::{self, Recorded};
use super::rollout::{self, Look};
use super::wanted::Reading;
use crate::compile::{Compilation, CompileOptions, Compiled};
use crate::diagnostic::screen::Screen;
use crate::import::{Strangers, compile_manifests};
use crate::plan::Plan;
use crate::source::Sources;
use crate::status::{self, ClusterObject, Known, Logs, Moment, Observed, Progress, StatusReport};
use crate::total::sure;
use clap::{Args, ValueEnum};
use smol_str::SmolStr;
use std::collections::HashMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const HELP: &str = "\
Examples:
  initflow status shop.initflow                  ask the cluster about the pods of a source
  initflow status -n shop --context prod --watch shop.initflow
  kubectl get pods -o json | initflow status --pods -
  initflow status --pods pods.json --events events.json --logs logs shop.initflow

Without --pods, initflow runs `kubectl get` and `kubectl logs`; it changes nothing in the cluster. With --pods and without
PATH, it reports on all pods of the file, whatever made them.

Exit status: 0 if all pods are up or done; 1 if one has failed; 3 if none has failed and one is still starting; 2 if a source has
errors, the cluster does not answer, or something cannot be read";

/// The formats of a status.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    /// Tables
    Text,
    /// JSON with a stable, versioned format, for other tools
    Json,
}

/// Which pods to report on, and how.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct StatusArguments {
    #[command(flatten)]
    program: ProgramArguments,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    kubectl: Kubectl,
    #[command(flatten)]
    recorded: Recorded,
    /// Follow the pods until all are up or done, or one has failed for good; Ctrl-C stops
    #[arg(long, conflicts_with = "pods")]
    watch: bool,
    /// The format of the output
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: StatusFormat,
}

pub(super) fn run(arguments: &StatusArguments, console: &mut Console) -> Status {
    let Some(sourced) = Sourced::of(arguments, console) else { return console.finish() };
    let screen = console.screen();
    match &arguments.recorded.pods {
        Some(path) => of_files(arguments, &sourced, path, console),
        None if arguments.watch && arguments.format == StatusFormat::Json => {
            console.trouble("--watch prints text: leave `--format json` out");
        }
        None if arguments.watch => rollout::follow(console, |console| {
            of_cluster(arguments, &sourced, console, |report, missing| Look {
                text: status::text(report, screen),
                lines: status::lines(report),
                is_final: report.is_final(),
                status: status_of(report),
                missing,
            })
        }),
        None => {
            let shown = of_cluster(arguments, &sourced, console, |report, missing| {
                (arguments.text(report, screen), status_of(report), missing)
            });
            match shown {
                Ok(shown) => show(shown, console),
                Err(fault) => fault.report(console),
            }
        }
    }
    console.finish()
}

/// Reports on pods that files have.
fn of_files(arguments: &StatusArguments, sourced: &Sourced, path: &Path, console: &mut Console) {
    let Some(text) = recorded::text(path, console) else { return };
    let recorded = &arguments.recorded;
    let Some((observed, logs)) = recorded.read((path, &text), console) else { return };
    let own = if sourced.files.is_empty() { own_plans(&observed, text) } else { HashMap::new() };
    let known = sourced.known(None);
    let report = status::report(&known, &own, &observed, &logs, recorded.at.unwrap_or_else(now));
    let mut missing = missing(&report, |kind, name| format!("there is no pod of {kind} `{name}` among them"));
    if report.workloads.is_empty() {
        missing.push(format!("there are no pods in `{}`", recorded::name(path)));
    }
    show((arguments.text(&report, console.screen()), status_of(&report), missing), console);
}

/// Asks the cluster, and makes something of the report and of what the cluster does not have.
fn of_cluster<T>(
    arguments: &StatusArguments,
    sourced: &Sourced,
    console: &mut Console,
    make: impl FnOnce(&StatusReport<'_>, Vec<String>) -> T,
) -> Result<T, KubectlFault> {
    let kubectl = &arguments.kubectl;
    let known = sourced.known(kubectl.namespace.as_deref());
    let mut observed = cluster::pods(kubectl, &sourced.questions(), console)?;
    let (mut logs, own) = (Logs::default(), HashMap::new());
    let report = status::report(&known, &own, &observed, &logs, now());
    let missing =
        missing(&report, |kind, name| format!("the cluster has no {kind} `{name}` there, and no pod of it"));
    let reasons = cluster::reasons(&report);
    cluster::explain(kubectl, &reasons, &mut observed, &mut logs, console);
    Ok(make(&status::report(&known, &own, &observed, &logs, now()), missing))
}

/// A message for each workload that is not there.
fn missing(report: &StatusReport<'_>, message: impl Fn(&str, &str) -> String) -> Vec<String> {
    let missing = report.workloads.iter().filter(|workload| workload.is_missing);
    missing.map(|workload| message(&workload.kind, &workload.name)).collect()
}

/// Prints a report, and says what is missing.
fn show((text, status, missing): (String, Status, Vec<String>), console: &mut Console) {
    console.print(&text);
    for message in missing {
        console.trouble(&message);
    }
    if console.status() == Status::Fine {
        console.raise(status);
    }
}

fn status_of(report: &StatusReport<'_>) -> Status {
    match report.progress() {
        Progress::Failed => Status::Errors,
        Progress::Starting => Status::Unsettled,
        Progress::Up | Progress::Done | Progress::Stopping => Status::Fine,
    }
}

impl StatusArguments {
    fn text(&self, report: &StatusReport<'_>, screen: Screen) -> String {
        match self.format {
            StatusFormat::Text => status::text(report, screen),
            StatusFormat::Json => status::json(report),
        }
    }
}

/// The plans of pods that no node takes, made from the pods themselves.
fn own_plans(observed: &Observed, text: String) -> HashMap<(SmolStr, SmolStr), Plan> {
    if !observed.has_unscheduled() {
        return HashMap::new();
    }
    let plan = |compiled: Compiled| {
        let plan = compiled.plan();
        let namespace = compiled.workload.namespace().map(SmolStr::new).unwrap_or_default();
        ((namespace, plan.name.clone()), plan)
    };
    // What is wrong with a pod that the cluster has is not the question; then there is no plan.
    let options = CompileOptions::default();
    compile_manifests("<pods>", text, Strangers::Skip, &options, plan).workloads.into_iter().collect()
}

/// The moment of the call.
fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::try_from(since.as_secs()).unwrap_or(Moment::MAX)
}

/// The workloads of the sources.
struct Sourced {
    files: Vec<(Sources, Vec<SourcedWorkload>)>,
}

/// A workload of a source.
struct SourcedWorkload {
    plan: Plan,
    namespace: Option<SmolStr>,
    question: Question,
    may_be_gone: bool,
}

impl SourcedWorkload {
    fn of(compiled: &Compiled) -> Self {
        let plan = compiled.plan();
        // The object has the fields that are read again of it.
        let object = serde_json::to_value(compiled.lowered()).and_then(serde_json::from_value);
        let object: ClusterObject = sure(object);
        Self {
            namespace: compiled.workload.namespace().map(SmolStr::new),
            question: Question::of(plan.kind.name(), &object),
            may_be_gone: object.spec.ttl_seconds_after_finished.is_some(),
            plan,
        }
    }
}

impl Sourced {
    /// The workloads that the call names; nothing if they have errors, which are reported.
    fn of(arguments: &StatusArguments, console: &mut Console) -> Option<Self> {
        let program = &arguments.program;
        if program.inputs.paths.is_empty() && arguments.recorded.pods.is_some() {
            return Some(Self { files: Vec::new() });
        }
        let grounds = program.inputs.confined.grounds(console)?;
        let profile = program.profile.as_deref().map_or(ProfileChoice::Default, ProfileChoice::Named);
        let inputs = inputs(program, profile, arguments.reading.wanted(), &grounds, console);
        let make = |_: &Input, compiled: Compiled| SourcedWorkload::of(&compiled);
        let all = |_: &Input, _: &Project, compilation: &mut Compilation<SourcedWorkload>| {
            std::mem::take(&mut compilation.workloads)
        };
        let outcomes = compile_each(program, false, &grounds, console, &inputs, make, all);
        let mut files = Vec::new();
        for (input, mut outcome) in inputs.iter().zip(outcomes.into_iter().flatten()) {
            // Warnings are reported when the sources are checked.
            outcome = outcome.without_warnings();
            if let Some((compilation, made)) = settle(input, outcome, console) {
                files.push((compilation.sources, made.into_iter().flatten().collect()));
            }
        }
        if console.status() == Status::Errors {
            console.trouble("the sources have errors, so their workloads are not known");
        }
        (console.status() == Status::Fine).then_some(Self { files })
    }

    /// The workloads, with the namespace that their pods are in: that of the call, or their own.
    fn known(&self, namespace: Option<&str>) -> Vec<Known<'_>> {
        let mut known = Vec::new();
        for (sources, workloads) in &self.files {
            known.extend(workloads.iter().map(|workload| Known {
                plan: &workload.plan,
                sources,
                namespace: namespace.map(SmolStr::new).or_else(|| workload.namespace.clone()),
                may_be_gone: workload.may_be_gone,
            }));
        }
        known
    }

    fn questions(&self) -> Vec<&Question> {
        self.files.iter().flat_map(|(_, workloads)| workloads).map(|workload| &workload.question).collect()
    }
}
