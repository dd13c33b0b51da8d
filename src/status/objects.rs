//! Holds what the cluster says of pods, the objects that make them, and events: only the fields that a status needs.
//!
//! Invariant: a field that is absent or `null` is empty, so that only a value of another type is refused.

use crate::kubernetes::timestamp;
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;

/// A moment in whole seconds since 1970.
pub(crate) type Moment = i64;

/// A pod, an object that makes pods, an event, or a list of these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, expecting = "a Kubernetes object")]
pub(crate) struct ClusterObject {
    #[serde(deserialize_with = "nullable")]
    pub(crate) kind: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) metadata: Metadata,
    #[serde(deserialize_with = "nullable")]
    pub(crate) spec: Spec,
    #[serde(deserialize_with = "nullable")]
    pub(crate) status: ObjectState,
    /// What a list has.
    #[serde(deserialize_with = "nullable")]
    pub(crate) items: Vec<ClusterObject>,
    /// The fields of an event.
    #[serde(deserialize_with = "nullable")]
    pub(crate) reason: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) message: String,
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub(crate) level: SmolStr,
    #[serde(deserialize_with = "moment")]
    last_timestamp: Option<Moment>,
    #[serde(deserialize_with = "moment")]
    event_time: Option<Moment>,
    #[serde(deserialize_with = "nullable")]
    series: Series,
    #[serde(deserialize_with = "nullable")]
    pub(crate) involved_object: Reference,
}

impl ClusterObject {
    /// When an event was seen last.
    pub(crate) fn seen(&self) -> Option<Moment> {
        self.series.last_observed_time.or(self.last_timestamp).or(self.event_time)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Series {
    #[serde(deserialize_with = "moment")]
    last_observed_time: Option<Moment>,
}

/// What an event is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Reference {
    #[serde(deserialize_with = "nullable")]
    pub(crate) kind: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) namespace: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) field_path: SmolStr,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Metadata {
    #[serde(deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) namespace: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) labels: BTreeMap<SmolStr, SmolStr>,
    #[serde(deserialize_with = "moment")]
    pub(crate) creation_timestamp: Option<Moment>,
    #[serde(deserialize_with = "moment")]
    pub(crate) deletion_timestamp: Option<Moment>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) owner_references: Vec<Owner>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) generation: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Owner {
    #[serde(deserialize_with = "nullable")]
    pub(crate) kind: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) controller: bool,
}

/// The specification of a pod, or of an object that makes pods.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Spec {
    #[serde(deserialize_with = "nullable")]
    pub(crate) init_containers: Vec<ContainerSpec>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) containers: Vec<ContainerSpec>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) restart_policy: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) node_name: SmolStr,
    pub(crate) active_deadline_seconds: Option<i64>,
    /// How many pods are wanted.
    pub(crate) replicas: Option<i64>,
    pub(crate) ttl_seconds_after_finished: Option<i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) selector: Selector,
    #[serde(deserialize_with = "nullable")]
    pub(crate) suspend: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Selector {
    #[serde(deserialize_with = "nullable")]
    pub(crate) match_labels: BTreeMap<SmolStr, SmolStr>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ContainerSpec {
    #[serde(deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) image: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) restart_policy: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) env: Vec<Variable>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) resources: Amounts,
    pub(crate) startup_probe: Option<Probe>,
    pub(crate) readiness_probe: Option<Probe>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) lifecycle: Lifecycle,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Variable {
    #[serde(deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) value: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Amounts {
    #[serde(deserialize_with = "nullable")]
    pub(crate) limits: BTreeMap<SmolStr, Amount>,
}

/// An amount, which YAML may write as a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Amount {
    Text(SmolStr),
    Number(serde_json::Number),
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Lifecycle {
    pub(crate) post_start: Option<Anything>,
}

/// A value of which only its presence matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A probe, in seconds and times; Kubernetes fills in what the author leaves out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Probe {
    initial_delay_seconds: Option<i64>,
    period_seconds: Option<i64>,
    timeout_seconds: Option<i64>,
    failure_threshold: Option<i64>,
}

impl Probe {
    /// How long the last attempt of a start-up probe may end after the start of its container.
    pub(crate) fn gives_up_after(&self) -> i64 {
        let positive = |value: Option<i64>, default: i64| value.filter(|value| *value > 0).unwrap_or(default);
        let attempts = positive(self.failure_threshold, 3).saturating_sub(1);
        positive(self.initial_delay_seconds, 0)
            .saturating_add(attempts.saturating_mul(positive(self.period_seconds, 10)))
            .saturating_add(positive(self.timeout_seconds, 1))
    }
}

/// The status of a pod, or of an object that makes pods.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ObjectState {
    #[serde(deserialize_with = "nullable")]
    pub(crate) phase: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) reason: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) message: String,
    #[serde(deserialize_with = "moment")]
    pub(crate) start_time: Option<Moment>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) conditions: Vec<Condition>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) init_container_statuses: Vec<ContainerState>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) container_statuses: Vec<ContainerState>,
    pub(crate) desired_number_scheduled: Option<i64>,
    #[serde(deserialize_with = "nullable")]
    pub(crate) updated_number_scheduled: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) updated_replicas: i64,
    /// The generation of the object that its controller has seen.
    pub(crate) observed_generation: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Condition {
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) status: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) reason: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) message: String,
    #[serde(deserialize_with = "moment")]
    pub(crate) last_transition_time: Option<Moment>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ContainerState {
    #[serde(deserialize_with = "nullable")]
    pub(crate) name: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) ready: bool,
    #[serde(deserialize_with = "nullable")]
    pub(crate) started: bool,
    #[serde(deserialize_with = "nullable")]
    pub(crate) restart_count: u64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) state: RunState,
    #[serde(deserialize_with = "nullable")]
    pub(crate) last_state: RunState,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RunState {
    pub(crate) waiting: Option<Waiting>,
    pub(crate) running: Option<Running>,
    pub(crate) terminated: Option<Ended>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Waiting {
    #[serde(deserialize_with = "nullable")]
    pub(crate) reason: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) message: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Running {
    #[serde(deserialize_with = "moment")]
    pub(crate) started_at: Option<Moment>,
}

/// How a container has ended.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Ended {
    #[serde(deserialize_with = "nullable")]
    pub(crate) exit_code: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) signal: i64,
    #[serde(deserialize_with = "nullable")]
    pub(crate) reason: SmolStr,
    #[serde(deserialize_with = "nullable")]
    pub(crate) message: String,
    #[serde(deserialize_with = "moment")]
    pub(crate) started_at: Option<Moment>,
    #[serde(deserialize_with = "moment")]
    pub(crate) finished_at: Option<Moment>,
}

impl Ended {
    /// Whether it was removed with all others of its pod, because the end of one of them restarts the whole pod.
    pub(crate) fn is_of_pod(&self) -> bool {
        self.reason == "RestartingAllContainers"
    }

    /// How long it ran, in seconds.
    pub(crate) fn duration(&self) -> Option<i64> {
        Some((self.finished_at? - self.started_at?).max(0))
    }
}

fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A time; nothing if it is not one, or if it is the beginning of time, which the kubelet writes of what never started.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
    let text = Option::<SmolStr>::deserialize(deserializer)?;
    Ok(text.and_then(|text| timestamp::seconds(&text)).filter(|seconds| *seconds > 0))
}
