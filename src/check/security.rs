//! Checks the security contexts of pods and containers against the rules of the API server and the kubelet.
//!
//! Invariant: what the policy of a namespace forbids is not checked; only the cluster knows it.

use super::report::{IDS, Report, filled_entry, is_true, items, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::model::{Workload, may_be_root};
use crate::object::Node;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    let context = pod.get("securityContext");
    if let Some(context) = context {
        shared(context, report);
        report.in_range(context, "fsGroup", &IDS);
        for group in items(context, "supplementalGroups") {
            if let Some(id) = group.as_int() {
                report.number(group.span, "supplementalGroups", id, &IDS);
            }
        }
        sysctls(pod, context, report);
    }
    user_namespace(workload, report);
    let checked_as_restricted =
        workload.restricted.is_some() && !pod.as_map().is_some_and(|pod| may_be_root(pod, report.version));
    for container in &workload.containers {
        let Some(own) = container.fields.get("securityContext") else { continue };
        shared(own, report);
        escalation(own, report);
        let unmasked =
            filled_entry(own, "procMount").filter(|mount| mount.node.as_text() == Some("Unmasked"));
        if let Some(mount) = unmasked
            && workload.restricted.is_none()
            && pod.get("hostUsers").is_none_or(|users| users.as_bool() == Some(true))
        {
            report.unmet(
                mount.key_span,
                "procMount Unmasked",
                "needs `hostUsers false`",
                "add that to the workload",
            );
        }
        if !checked_as_restricted {
            root(context, own, report);
        }
    }
    if let Some(context) = context
        && !checked_as_restricted
    {
        root(None, context, report);
    }
}

/// Checks what the contexts of pods and containers have in common.
fn shared(context: &Node, report: &mut Report<'_>) {
    report.in_range(context, "runAsUser", &IDS);
    report.in_range(context, "runAsGroup", &IDS);
    for (field, owner) in
        [("seccompProfile", "a seccomp profile"), ("appArmorProfile", "an AppArmor profile")]
    {
        let Some(profile) = context.get(field) else { continue };
        report.required(profile, "type", owner, profile.span);
        let kind = text(profile, "type");
        if kind == Some("Localhost") {
            match profile.get("localhostProfile") {
                Some(path) if field == "seccompProfile" => super::projections::relative(path, report),
                Some(path) if path.as_text().is_some_and(|text| !text.is_empty()) => {
                    report.form(Some(path), "a profile's name", apparmor_profile);
                }
                _ => drop(report.required(profile, "localhostProfile", owner, profile.span)),
            }
        } else if let Some(path) = profile.as_map().and_then(|map| map.entry("localhostProfile"))
            && kind.is_some()
        {
            let help = "remove it, or use `type Localhost`";
            report.unmet(path.key_span, "localhostProfile", "needs `type Localhost`", help);
        }
    }
}

fn apparmor_profile(text: &str) -> Option<names::NameFault> {
    const LONGEST: usize = 4095;
    if text.trim() == text {
        (text.len() > LONGEST).then_some(names::NameFault::TooLong(LONGEST))
    } else {
        Some(names::NameFault::Form("the name without surrounding white space"))
    }
}

fn escalation(context: &Node, report: &mut Report<'_>) {
    let Some(escalation) = filled_entry(context, "allowPrivilegeEscalation") else { return };
    if escalation.node.as_bool() != Some(false) {
        return;
    }
    let help = "remove one of the two";
    let why = if is_true(context, "privileged") {
        "cannot be combined with `privileged true`"
    } else if context
        .at("capabilities.add")
        .is_some_and(|add| add.items().iter().any(|name| name.as_text() == Some("CAP_SYS_ADMIN")))
    {
        "cannot be combined with the capability `CAP_SYS_ADMIN`"
    } else {
        return;
    };
    report.unmet(escalation.key_span, "allowPrivilegeEscalation false", why, help);
}

/// Warns of a user that is root where `runAsNonRoot` forbids it.
fn root(pod: Option<&Node>, own: &Node, report: &mut Report<'_>) {
    let field = |name| own.get(name).or_else(|| pod.and_then(|pod| pod.get(name)));
    if let (Some(not_root), Some(user)) = (field("runAsNonRoot"), field("runAsUser"))
        && not_root.as_bool() == Some(true)
        && user.as_int() == Some(0)
    {
        report.add(
            Diagnostic::warning(Code::RootRefused, user.span, "user 0 is root, which `runAsNonRoot` forbids")
                .here("runs as root")
                .label(not_root.span, "the kubelet refuses to create the container")
                .help("set another user, or remove `runAsNonRoot`"),
        );
    }
}

fn sysctls(pod: &Node, context: &Node, report: &mut Report<'_>) {
    let sysctls = items(context, "sysctls");
    for sysctl in sysctls {
        let Some(name) = report.required(sysctl, "name", "a sysctl", sysctl.span) else { continue };
        report.form(Some(name), "a sysctl's name", names::sysctl);
        let plain = name.as_text().unwrap_or_default().replace('/', ".");
        let of_network = plain.starts_with("net.");
        let of_ipc =
            ["kernel.shm", "kernel.msg", "fs.mqueue."].iter().any(|prefix| plain.starts_with(prefix))
                || plain == "kernel.sem";
        for (field, is_shared) in [("hostNetwork", of_network), ("hostIPC", of_ipc)] {
            if is_shared && is_true(pod, field) {
                let why = format!("cannot be set with `{field} true`, because it belongs to the host then");
                report.unmet(name.span, &plain, &why, "remove one of the two");
            }
        }
    }
    report.distinct(
        "sysctl",
        sysctls.iter().filter_map(|sysctl| Some((text(sysctl, "name")?, sysctl.get("name")?.span))),
    );
}

fn user_namespace(workload: &Workload, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    if pod.get("hostUsers").and_then(Node::as_bool) != Some(false) {
        return;
    }
    let help = "remove it, or remove `hostUsers false`";
    for field in ["hostPID", "hostIPC", "hostNetwork"] {
        if is_true(pod, field)
            && let Some(entry) = filled_entry(pod, field)
        {
            report.unmet(entry.key_span, field, "cannot be combined with `hostUsers false`", help);
        }
    }
    for container in &workload.containers {
        if let Some(devices) = filled_entry(&container.fields, "volumeDevices") {
            report.unmet(
                devices.key_span,
                "volumeDevices",
                "cannot be combined with `hostUsers false`",
                help,
            );
        }
    }
}
