//! Checks fields that pods on Windows or on Linux cannot set, and the names of users on Windows.
//!
//! Invariant: if the pod does not set its `os`, it can run on both, and only the form of names is checked.

use super::report::{Report, filled_entry, is_true, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::kubernetes::version::Version;
use crate::model::Workload;
use crate::object::{MapEntry, Node, Value};

/// The most bytes that the specification of a group-managed service account may have.
const LONGEST_SPECIFICATION: usize = 64 << 10;
/// The version from which a pod has resources of its own; earlier versions drop them.
const POD_LEVEL: Version = Version(34);

/// Fields of the pod that a pod on Windows cannot set.
const NOT_ON_WINDOWS: &[&str] = &["hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];
/// Fields of the pod's security context that a pod on Windows cannot set.
const NOT_IN_WINDOWS_POD: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];
/// Fields of a container's security context that a pod on Windows cannot set.
const NOT_IN_WINDOWS_CONTAINER: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    let owners = workload.containers.iter().map(|container| &container.fields).chain([pod]);
    for options in owners.filter_map(|owner| owner.at("securityContext.windowsOptions")) {
        self::options(options, report);
    }
    host_process(workload, report);
    match pod.at("os.name").and_then(Node::as_text) {
        Some("windows") => windows(workload, report),
        Some("linux") => linux(workload, report),
        _ => {}
    }
}

fn options(options: &Node, report: &mut Report<'_>) {
    let name = options.get("gmsaCredentialSpecName");
    report.form(name, "a credential specification's name", names::subdomain);
    if let Some(spec) = options.get("gmsaCredentialSpec")
        && let Some(text) = spec.as_text()
        && (text.is_empty() || text.len() > LONGEST_SPECIFICATION)
    {
        let headline = format!(
            "a credential specification must have from 1 to {LONGEST_SPECIFICATION} bytes, but has {}",
            text.len()
        );
        report.add(
            Diagnostic::error(Code::OutOfRange, spec.span, headline)
                .here("the specification")
                .help("set a specification of that size, or remove `gmsaCredentialSpec`"),
        );
    }
    if let Some(user) = options.get("runAsUserName")
        && let Some(name) = user.as_text()
        && let Some(help) = user_fault(name)
    {
        let headline = format!("a Windows user cannot be named `{}`", shown(name));
        report.add(
            Diagnostic::error(Code::InvalidName, user.span, headline)
                .here("not a valid user name")
                .help(help),
        );
    }
}

/// The help for a text that is neither `USER` nor `DOMAIN\USER`.
fn user_fault(text: &str) -> Option<&'static str> {
    let (domain, user) = match text.split_once('\\') {
        Some((domain, user)) => (Some(domain), user),
        None => (None, text),
    };
    if text.is_empty() {
        Some("name a user, or remove `runAsUserName`")
    } else if text.chars().any(|char| char.is_ascii_control()) {
        Some("remove control characters")
    } else if domain.is_some_and(|domain| domain.len() > 255 || !(is_net_bios(domain) || is_dns(domain))) {
        Some("write the name of a domain before the `\\`, or remove both")
    } else if user.is_empty() || user.len() > 104 || user.chars().all(|char| ". ".contains(char)) {
        Some("use a name of 1 to 104 characters that is not only dots and spaces")
    } else if user.contains(|char| "\"/\\:;|=,+*?<>@[]".contains(char)) {
        Some("remove the characters `\" / \\ : ; | = , + * ? < > @ [ ]`")
    } else {
        None
    }
}

fn is_net_bios(domain: &str) -> bool {
    (1..=15).contains(&domain.chars().count())
        && !domain.starts_with('.')
        && !domain.contains(|char| "\\/:*?\"<>|".contains(char))
}

fn is_dns(domain: &str) -> bool {
    domain.split('.').all(|part| names::label(&part.to_ascii_lowercase()).is_none())
}

/// Checks that either all containers are processes of the host, in its network, or none is.
fn host_process(workload: &Workload, report: &mut Report<'_>) {
    // The rules of `restricted` refuse it already.
    if workload.restricted.is_some() {
        return;
    }
    let of = |owner: &Node| {
        let entry = owner
            .at("securityContext.windowsOptions")
            .and_then(|options| filled_entry(options, "hostProcess"));
        entry.and_then(|entry| Some((entry.node.as_bool()?, entry.key_span)))
    };
    let pod = of(&workload.pod.spec);
    let own: Vec<_> = workload.containers.iter().map(|container| of(&container.fields)).collect();
    for (value, span) in own.iter().flatten() {
        if pod.is_some_and(|(of_pod, _)| of_pod != *value) {
            let why = "differs from the value of the pod";
            report.unmet(*span, "hostProcess", why, "remove it from the container, or from the pod");
            return;
        }
    }
    let effective: Vec<_> = own.into_iter().map(|own| own.or(pod)).collect();
    let on_host = |value: &Option<(bool, _)>| matches!(value, Some((true, _)));
    let Some(Some((_, span))) = effective.iter().find(|value| on_host(value)) else { return };
    if !effective.iter().all(on_host) {
        let help = "set it for the whole pod: `securityContext { windowsOptions { hostProcess true } }`";
        report.unmet(*span, "hostProcess", "must be `true` for all containers", help);
    } else if !is_true(&workload.pod.spec, "hostNetwork") {
        report.unmet(*span, "hostProcess", "needs `hostNetwork true`", "add that to the workload");
    }
}

fn windows(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    // `false` and the empty list are the defaults.
    let is_default = |MapEntry { key, node, .. }: &MapEntry| match (key.as_str(), &node.value) {
        ("hostPID" | "hostIPC", Value::Bool(false)) => true,
        ("sysctls", Value::List(items)) => items.is_empty(),
        _ => false,
    };
    let version = report.version;
    let mut refuse = |object: Option<&Node>, fields: &[&str]| {
        for entry in object.map_or(&[][..], Node::entries) {
            if fields.contains(&entry.key.as_str()) && !is_default(entry) {
                let why = "cannot be set for a pod on Windows";
                report.unmet(entry.key_span, &entry.key, why, "remove it");
            }
        }
    };
    refuse(Some(pod), NOT_ON_WINDOWS);
    if version >= POD_LEVEL {
        refuse(Some(pod), &["resources"]);
    }
    refuse(pod.get("securityContext"), NOT_IN_WINDOWS_POD);
    for container in &workload.containers {
        refuse(container.fields.get("securityContext"), NOT_IN_WINDOWS_CONTAINER);
    }
}

fn linux(workload: &Workload, report: &mut Report<'_>) {
    let contexts = workload.containers.iter().map(|container| &container.fields).chain([&workload.pod.spec]);
    for context in contexts.filter_map(|owner| owner.get("securityContext")) {
        if let Some(options) = filled_entry(context, "windowsOptions") {
            report.unmet(options.key_span, "windowsOptions", "cannot be set for a pod on Linux", "remove it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::user_fault;

    #[test]
    fn users_of_windows() {
        let long = "a".repeat(105);
        for good in ["ContainerUser", r"NT AUTHORITY\SYSTEM", r"acme.dev\anna", "a b"] {
            assert_eq!(user_fault(good), None, "{good}");
        }
        for bad in ["", "a\tb", r"a\b\c", r"\anna", r"acme\", "..", "a/b", "a@b", r".acme?\anna", &long] {
            assert!(user_fault(bad).is_some(), "{bad}");
        }
    }
}
