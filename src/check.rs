//! Checks a [`Workload`] against the rules of the API server, and against those of the flow of files.
//!
//! Invariant: nothing passes that the API server would refuse for a reason visible in the source. Values that are
//! [`Unresolved`](crate::object::Value::Unresolved) have been reported already and are skipped.
//!
//! Each family of rules is one file, which raises its own diagnostics. `tests/rules` has cases that break each rule, and
//! cases that do not, under the rule's name.

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
mod insertions;
mod jobs;
mod legacy;
mod metadata;
mod mounts;
mod owners;
mod placement;
mod pod_resources;
mod pod_security;
mod pods;
mod ports;
mod probes;
mod projections;
mod report;
mod resources;
mod secrets;
mod security;
mod selectors;
mod variables;
mod volumes;
mod windows;
mod workloads;

pub(crate) use checked::Checked;
pub(crate) use disturbed::Earlier;
pub(crate) use environment::OF_STEPS;
pub(crate) use identity::{Identified, Identities};
pub(crate) use selectors::{Miss, miss};
pub(crate) use variables::{Lookup, Variables};

pub(crate) use fields::{IN_VARIABLE as REFERABLE_FIELDS, RESOURCES as REFERABLE_RESOURCES};

use crate::admission::NamespaceOf;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::kubernetes::version::Version;
use crate::model::Workload;
use disturbed::Disturbed;
use pod_security::SecurityStandard;
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
    pod_security::check,
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
    earlier: &Earlier<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Checked, Box<Workload>> {
    let disturbed = Disturbed::of(&workload, earlier, diagnostics);
    let mut report = Report::new(version, disturbed, diagnostics);
    report.named(workload.name.as_ref().map(|name| name.span));
    for family in FAMILIES {
        family(&workload, &mut report);
    }
    insertions::merge(diagnostics);
    if has_errors(diagnostics) { Err(Box::new(workload)) } else { Ok(Checked::new(workload)) }
}

/// Checks a workload without errors against the level of Pod Security that its namespace enforces.
pub(crate) fn check_in_namespace(
    workload: &Workload,
    namespace: &NamespaceOf,
    version: Version,
    earlier: &Earlier<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some((name, metadata)) = &namespace.namespace.object else { return };
    let Some(standard) = SecurityStandard::of_namespace(name, metadata, version) else { return };
    let disturbed = Disturbed::of(workload, earlier, diagnostics);
    let mut report = Report::new(version, disturbed, diagnostics);
    report
        .leniently(namespace.assumed, |report| pod_security::check_in_namespace(workload, &standard, report));
}
