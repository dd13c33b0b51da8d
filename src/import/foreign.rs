//! Says what a document is that is not the manifest of a workload, and how to get manifests from it.

use super::missing::lacks;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::manifest::yaml::{YamlNode, YamlValue};

const KUSTOMIZE: &str = "import what it renders: `kustomize build FOLDER | initflow import -`";
const HELM: &str = "import what it renders: `helm template NAME CHART | initflow import -`";
const AS_DEPLOYMENT: &str =
    "to import its pods, make it a `Deployment` of `apps/v1` with the same `spec.template`";

/// Objects of other projects that have pods or lead to some: the group, the kind, and what to do.
const FOREIGN: [(&str, &str, &str); 10] = [
    ("apps.openshift.io", "DeploymentConfig", AS_DEPLOYMENT),
    ("apps.kruise.io", "CloneSet", AS_DEPLOYMENT),
    ("argoproj.io", "Application", "import the manifests that it installs"),
    ("argoproj.io", "Rollout", AS_DEPLOYMENT),
    ("helm.toolkit.fluxcd.io", "HelmRelease", HELM),
    ("kustomize.config.k8s.io", "Component", KUSTOMIZE),
    ("kustomize.config.k8s.io", "Kustomization", KUSTOMIZE),
    ("serving.knative.dev", "Configuration", AS_DEPLOYMENT),
    ("serving.knative.dev", "Service", AS_DEPLOYMENT),
    ("v1", "ReplicationController", "to import its pods, make it a `ReplicaSet` of `apps/v1`"),
];

/// The group of an API version.
fn group(version: &str) -> &str {
    version.split_once('/').map_or(version, |(group, _)| group)
}

/// Whether an API version belongs to another project than Kubernetes.
pub(super) fn is_foreign(version: &str) -> bool {
    // The versions of Kubernetes' own first group are written without it.
    version.split_once('/').is_some_and(|(group, _)| group.contains('.') && !group.ends_with(".k8s.io"))
}

/// The warning about an object that is not a workload.
pub(super) fn not_imported(object: &YamlNode) -> Option<Diagnostic> {
    let kind = object.get("kind")?;
    let name = kind.as_text().unwrap_or_default();
    let version = object.get("apiVersion").and_then(YamlNode::as_text).unwrap_or_default();
    let group = group(version);
    let of = if is_foreign(version) { format!(" of `{}`", group.escape_debug()) } else { String::new() };
    let headline = format!("this `{}`{of} was not imported", name.escape_debug());
    let here = if of.is_empty() { "not a workload" } else { "not a workload of Kubernetes itself" };
    let warning = Diagnostic::warning(Code::NotAWorkload, kind.span, headline).here(here);
    Some(match FOREIGN.iter().find(|(of, foreign, _)| *of == group && *foreign == name) {
        Some((_, _, help)) => warning.help(*help),
        None => warning,
    })
}

/// What to do about documents that are not manifests: values of a chart, a Compose file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strangers {
    /// Warn of them: the file is expected to have manifests.
    Warn,
    /// Pass over them: the file may be something else.
    Skip,
}

/// The warning about a document that is not a manifest.
pub(super) fn as_warning(error: Diagnostic) -> Diagnostic {
    Diagnostic { code: Code::NotAWorkload, severity: Severity::Warning, ..error }
}

/// The error about a document without a `kind`.
pub(super) fn without_kind(document: &YamlNode) -> Diagnostic {
    let has = |key: &str| document.get(key).is_some();
    let is_list = |key: &str| document.get(key).is_some_and(|node| matches!(node.value, YamlValue::List(_)));
    let is_map = |key: &str| document.get(key).is_some_and(|node| matches!(node.value, YamlValue::Map(_)));
    let first = document.entries().first().map_or(document.span, |entry| entry.key_span);
    let other = |what: &str, help: &str| {
        Diagnostic::error(Code::TypeMismatch, first, format!("{what}, not a manifest"))
            .here("expected `apiVersion`, `kind` and `metadata`")
            .help(help)
    };
    let is_kustomization =
        ["resources", "bases", "components", "patches", "patchesStrategicMerge", "configMapGenerator"]
            .into_iter()
            .any(is_list);
    match () {
        () if has("metadata") || has("spec") => lacks(document, "kind", "a manifest"),
        () if is_map("services") => other(
            "this is a Compose file",
            "convert it, and import the result: `kompose convert --stdout | initflow import -`",
        ),
        () if is_kustomization => other("this is a kustomization", KUSTOMIZE),
        () if has("apiVersion") && has("name") && has("version") => {
            other("this is the description of a Helm chart", HELM)
        }
        () if !has("apiVersion") && (has("replicaCount") || is_map("image")) => {
            other("these are the values of a Helm chart", HELM)
        }
        () => lacks(document, "kind", "a manifest"),
    }
}
