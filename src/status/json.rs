//! Writes a status as JSON for other tools, in a versioned format.
//!
//! Invariant: fields can be added without a new version, but no field is removed or changes its meaning.

use super::objects::Moment;
use super::pods::PodReport;
use super::steps::StepReport;
use super::trouble::{Next, Trouble};
use super::workloads::{StatusReport, WorkloadReport};
use crate::diagnostic::visible;
use crate::kubernetes::timestamp::time;
use crate::plan::json::{PlaceJson, place};
use crate::source::Sources;
use serde::Serialize;

/// The status of all workloads as one JSON document.
pub(crate) fn json(report: &StatusReport<'_>) -> String {
    visible::document(&StatusJson {
        version: 1,
        at: time(report.at),
        state: report.progress().name(),
        workloads: report.workloads.iter().map(workload).collect(),
        other_pods: report.left_out,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatusJson<'a> {
    version: u32,
    at: String,
    state: &'static str,
    workloads: Vec<WorkloadJson<'a>>,
    other_pods: usize,
}

#[derive(Serialize)]
struct WorkloadJson<'a> {
    kind: &'a str,
    name: &'a str,
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<PlaceJson<'a>>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<i64>,
    pods: Vec<PodJson<'a>>,
    troubles: Vec<TroubleJson<'a>>,
}

#[derive(Serialize)]
struct PodJson<'a> {
    name: &'a str,
    namespace: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    order: Vec<StepJson<'a>>,
    troubles: Vec<TroubleJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StepJson<'a> {
    name: &'a str,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<PlaceJson<'a>>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    took: Option<i64>,
    restarts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TroubleJson<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    headline: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    last_lines: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signal: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    back_off: Option<i64>,
    help: &'a [String],
}

fn workload<'a>(report: &'a WorkloadReport<'_>) -> WorkloadJson<'a> {
    let sources = report.known.map(|(_, sources)| sources);
    WorkloadJson {
        kind: &report.kind,
        name: &report.name,
        namespace: &report.namespace,
        span: report.known.map(|(plan, sources)| place(plan.span, sources)),
        state: if report.is_missing { "missing" } else { report.progress.name() },
        wanted: report.wanted,
        pods: report.pods.iter().map(|report| pod(report, sources)).collect(),
        troubles: report.troubles.iter().map(trouble).collect(),
    }
}

fn pod<'a>(report: &'a PodReport, sources: Option<&'a Sources>) -> PodJson<'a> {
    PodJson {
        name: &report.name,
        namespace: &report.namespace,
        state: report.progress.name(),
        since: moment(report.since),
        until: moment(report.until),
        note: report.note.as_deref(),
        order: report.steps.iter().map(|report| step(report, sources)).collect(),
        troubles: report.troubles.iter().map(trouble).collect(),
    }
}

fn step<'a>(report: &'a StepReport, sources: Option<&'a Sources>) -> StepJson<'a> {
    StepJson {
        name: &report.name,
        role: report.role.name(),
        span: sources.and_then(|sources| Some(place(report.span?, sources))),
        state: report.state.name(),
        since: moment(report.since),
        until: moment(report.until),
        took: report.took,
        restarts: report.restarts,
        waits_for: report.waits_for.as_deref(),
        note: report.note.as_deref(),
    }
}

fn trouble(trouble: &Trouble) -> TroubleJson<'_> {
    let (next, next_at, back_off) = match trouble.next {
        Next::Again { at, back_off } => (Some("again"), moment(Some(at)), Some(back_off)),
        Next::Running => (Some("running"), None, None),
        Next::Never => (Some("never"), None, None),
        Next::Unknown => (None, None, None),
    };
    TroubleJson {
        kind: trouble.kind.name(),
        container: trouble.container.as_deref(),
        headline: &trouble.headline,
        message: trouble.message.as_deref(),
        last_lines: &trouble.last_lines,
        exit_code: trouble.exit_code,
        signal: trouble.signal,
        since: moment(trouble.since),
        next,
        next_at,
        back_off,
        help: &trouble.help,
    }
}

fn moment(moment: Option<Moment>) -> Option<String> {
    moment.map(time)
}
