//! Checks a [`Workload`] against the rules of the API server, and against those of the flow of files.
//!
//! Invariant: nothing passes that the API server would refuse for a reason visible in the source. Values that are
//! [`Unresolved`](crate::object::Value::Unresolved) have been reported already and are skipped.
//!
//! Each family of rules is one file. `tests/rules` has cases that break each rule, and cases that do not, under the rule's
//! name. The rules in short, and the diagnostics that they raise:
//!
//! | rules | diagnostics |
//! |---|---|
//! | names, namespaces of objects; limits for CronJob (52), Job (63), StatefulSet (52), indexed Job | `invalid-name` `name-too-long` |
//! | labels, annotations, finalizers, owners | `invalid-label` `annotations-too-large` `invalid-name` `missing-field` `duplicate-item` |
//! | containers: at least one app, names, images | `missing-app` `invalid-name` `duplicate-name` `missing-image` `invalid-image` |
//! | containers: restart policies and rules | `field-too-new` `wrong-restart-policy` `unmet-requirement` `missing-field` `too-many-items` |
//! | steps: no lifecycle, probes, restart on resize | `lifecycle-on-step` `probe-on-step` `resize-on-step` |
//! | volumes: names, one source, the source's own fields | `duplicate-name` `several-sources` `missing-field` `out-of-range` `invalid-path` |
//! | volumes: items, downward API, projected sources | `invalid-path` `missing-source` `several-sources` `duplicate-item` `out-of-range` `unknown-field-path` |
//! | mounts and devices | `relative-path` `duplicate-mount-path` `invalid-path` `conflicting-fields` `unmet-requirement` `unknown-volume` `wrong-volume-kind` |
//! | variables | `invalid-variable` `shadowed-variable` `missing-source` `several-sources` `unknown-field-path` `unknown-resource` `invalid-divisor` |
//! | ports | `out-of-range` `invalid-name` `duplicate-port` `host-port-mismatch` `idle-field` |
//! | probes and hooks | `missing-handler` `several-handlers` `unknown-port` `out-of-range` `unmet-requirement` `missing-field` |
//! | resources of containers and of the pod | `invalid-resource-name` `request-over-limit` `request-not-limit` `missing-limit` `fractional-quantity` `unknown-claim` `limit-over-pod` `pod-below-containers` |
//! | workloads: selectors, restart policies, strategies | `invalid-selector` `selector-mismatch` `wrong-restart-policy` `unmet-requirement` `out-of-range` |
//! | Jobs and CronJobs | `invalid-schedule` `invalid-time-zone` `unknown-container` `unmet-requirement` `duplicate-item` |
//! | annotations that Kubernetes itself reads | `invalid-annotation` `conflicting-fields` `deprecated` |
//! | the pod's own fields, placement, security | `invalid-name` `invalid-ip` `unmet-requirement` `out-of-range` `missing-field` `root-refused` |
//! | what `security restricted` forbids | `not-restricted` |
//! | secrets in files | `disk-backed-secret` |
//! | the right to see a Job | `missing-namespace` |
//! | steps whose work the kubelet can do | `use-fsgroup` |
//! | the flow of files | `unwritten-volume` `updated-before-written` `read-only-volume` `unread-volume` `unused-volume` |

mod access;
mod annotations;
mod checked;
mod claims;
mod containers;
mod disturbed;
mod environment;
mod fields;
mod flow;
mod identity;
mod jobs;
mod legacy;
mod metadata;
mod mounts;
mod owners;
mod placement;
mod pod_resources;
mod pods;
mod ports;
mod probes;
mod projections;
mod report;
mod resources;
mod restricted;
mod secrets;
mod security;
mod selectors;
mod volumes;
mod windows;
mod workloads;

pub(crate) use checked::Checked;
pub(crate) use identity::{Identified, Identities};

use crate::diagnostic::{Diagnostic, has_errors};
use crate::kubernetes::version::Version;
use crate::model::Workload;
use disturbed::Disturbed;
use report::Report;

/// The families of rules, in the order in which a reader thinks of them.
const FAMILIES: &[fn(&Workload, &mut Report<'_>)] = &[
    metadata::check,
    annotations::check,
    containers::check,
    volumes::check,
    mounts::check,
    environment::check,
    ports::check,
    probes::check,
    resources::check,
    pod_resources::check,
    pods::check,
    placement::check,
    security::check,
    windows::check,
    secrets::check,
    restricted::check,
    owners::check,
    workloads::check,
    jobs::check,
    access::check,
    flow::check,
];

/// Checks a workload against the rules of one version of Kubernetes.
///
/// `earlier` holds the syntax errors, `diagnostics` what was found in this workload before.
///
/// # Errors
/// The workload, if there are errors in it.
pub(crate) fn check(
    workload: Workload,
    version: Version,
    earlier: &[Diagnostic],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Checked, Box<Workload>> {
    let disturbed = Disturbed::of(&workload, earlier.iter().chain(diagnostics.iter()));
    let mut report = Report::new(version, disturbed, diagnostics);
    report.named(workload.name.as_ref().map(|name| name.span));
    for family in FAMILIES {
        family(&workload, &mut report);
    }
    if has_errors(diagnostics) { Err(Box::new(workload)) } else { Ok(Checked::new(workload)) }
}
