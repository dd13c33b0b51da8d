//! Finds what the level `restricted` requires and a pod does not set.

use super::standard::SecurityStandard;
use crate::check::report::Report;
use crate::diagnostic::phrase::listed;
use crate::kubernetes::version::Version;
use crate::model::{Container, Workload, may_be_root};
use crate::object::{Node, Value};
use crate::steps::BuiltIn;

/// A field that the level requires.
struct RequiredField {
    /// As a message shows it.
    shown: &'static str,
    /// Its path in a security context.
    path: &'static str,
    /// Whether a pod can set it for all its containers.
    of_pod: bool,
    /// Whether Windows has it.
    on_windows: bool,
}

const REQUIRED: [RequiredField; 4] = [
    RequiredField { shown: "runAsNonRoot true", path: "runAsNonRoot", of_pod: true, on_windows: true },
    RequiredField {
        shown: "seccompProfile { type RuntimeDefault }",
        path: "seccompProfile",
        of_pod: true,
        on_windows: false,
    },
    RequiredField {
        shown: "allowPrivilegeEscalation false",
        path: "allowPrivilegeEscalation",
        of_pod: false,
        on_windows: false,
    },
    RequiredField {
        shown: "capabilities { drop [\"ALL\"] }",
        path: "capabilities.drop",
        of_pod: false,
        on_windows: false,
    },
];

/// Reports everything that is missing in one message, since one statement adds it all.
pub(super) fn check(workload: &Workload, standard: &SecurityStandard, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    if workload.unclear || is_unresolved(pod, "securityContext") {
        return;
    }
    let windows = pod.at("os.name").and_then(Node::as_text) == Some("windows");
    let user_namespace = pod.as_map().is_some_and(|pod| may_be_root(pod, Version(standard.minor)));
    let context = pod.get("securityContext");
    let required = REQUIRED
        .iter()
        .filter(|field| (field.on_windows || !windows) && (field.path != "runAsNonRoot" || !user_namespace));
    let missing: Vec<(&RequiredField, Vec<&Container>)> = required
        .filter_map(|field| {
            if field.of_pod && context.is_some_and(|context| context.at(field.path).is_some()) {
                return None;
            }
            let without = workload.containers.iter().filter(|container| lacks(container, field));
            let without: Vec<&Container> = without.collect();
            (!without.is_empty()).then_some((field, without))
        })
        .collect();
    let Some((_, first)) = missing.first() else { return };
    // Most pods set it for none of their containers.
    let named = match first.as_slice() {
        [only] if missing.iter().all(|(_, without)| without.len() == 1) && workload.containers.len() > 1 => {
            format!("`{}` does", only.name.text)
        }
        _ => "the pod does".to_owned(),
    };
    let what = format!("{named} not set {}", listed(missing.iter().map(|(field, _)| field.shown)));
    report.add_missing(standard.lack(workload.span, &what).help("add `security restricted`"));
}

fn lacks(container: &Container, field: &RequiredField) -> bool {
    // The compiler gives its own steps all rights that they need, and an `own` step has been reported.
    let is_own = matches!(container.built_in, Some(BuiltIn::Own(_)));
    let context = container.fields.get("securityContext");
    let is_set = context.is_some_and(|context| {
        matches!(context.value, Value::Unresolved) || context.at(field.path).is_some()
    });
    !is_own && !is_set
}

fn is_unresolved(object: &Node, field: &str) -> bool {
    object.get(field).is_some_and(|node| matches!(node.value, Value::Unresolved))
}
