//! Writes how long a start and a stop take, as JSON.

use super::super::{PlannedDeadline, PlannedStop, StartTime, TimeRange, TimedBy, WholeStart, WholeStop};
use serde::Serialize;

/// A time in seconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RangeJson {
    best: u64,
    /// `null` if it is not known.
    worst: Option<u64>,
    /// As much of it as is known.
    known_worst: u64,
}

/// The start of a container.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TimeJson<'a> {
    begins: RangeJson,
    takes: RangeJson,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gives_up_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<&'a str>,
}

/// The start of a pod.
#[derive(Serialize)]
pub(super) struct StartJson<'a> {
    init: RangeJson,
    whole: RangeJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    longest: Option<&'a str>,
    unknown: Vec<&'a str>,
    deadlines: Vec<DeadlineJson>,
}

#[derive(Serialize)]
struct DeadlineJson {
    field: &'static str,
    seconds: u64,
    default: bool,
    needs: RangeJson,
    then: &'static str,
}

/// The stop of a pod.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StopJson<'a> {
    grace_period: Option<u64>,
    default: bool,
    order: Vec<StoppedJson<'a>>,
    whole: RangeJson,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoppedJson<'a> {
    name: &'a str,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_stop: Option<RangeJson>,
    signal: RangeJson,
    takes: RangeJson,
    stopped: RangeJson,
}

pub(super) fn time(time: &StartTime) -> TimeJson<'_> {
    TimeJson {
        begins: range(time.begins),
        takes: range(time.takes),
        by: by(time.by),
        gives_up_after: time.gives_up,
        then: time.then.as_deref(),
    }
}

pub(super) fn start(start: &WholeStart) -> StartJson<'_> {
    let deadline = |it: &PlannedDeadline| DeadlineJson {
        field: it.field,
        seconds: it.seconds,
        default: it.is_default,
        needs: range(it.needs),
        then: it.then,
    };
    StartJson {
        init: range(start.init),
        whole: range(start.whole),
        longest: start.longest.as_deref(),
        unknown: super::names(&start.unknown),
        deadlines: start.deadlines.iter().map(deadline).collect(),
    }
}

pub(super) fn stop(stop: &WholeStop) -> StopJson<'_> {
    let order = stop.order.iter().map(|it: &PlannedStop| StoppedJson {
        name: &it.name,
        role: it.role.name(),
        pre_stop: it.hook.map(range),
        signal: range(it.signal),
        takes: range(it.takes),
        stopped: range(it.stopped),
    });
    StopJson {
        grace_period: stop.grace,
        default: stop.is_default,
        order: order.collect(),
        whole: range(stop.whole),
    }
}

fn range(range: TimeRange) -> RangeJson {
    RangeJson { best: range.least, worst: range.worst(), known_worst: range.most }
}

fn by(by: TimedBy) -> &'static str {
    match by {
        TimedBy::Process => "process",
        TimedBy::Stated => "takes",
        TimedBy::Limit => "timeout",
        TimedBy::StartupProbe => "startupProbe",
        TimedBy::ReadinessProbe => "readinessProbe",
        TimedBy::PostStart => "postStart",
        TimedBy::Endless => "endless",
        TimedBy::Unknown => "unknown",
    }
}
