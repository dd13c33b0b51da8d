//! Checks pods for what a level of the Pod Security Standards forbids: the level of `security restricted`, or the one that
//! the namespace enforces.
//!
//! Invariant: accepts and refuses the same as Pod Security Admission does at that level and version. What `security
//! restricted` requires and the program does not set has been added before.

mod missing;
mod standard;

use standard::SecurityLevel;
pub(super) use standard::SecurityStandard;

use super::owners::statement;
use super::report::{Report, filled_entry, is_true, items, shown, text};
use crate::kubernetes::version::Version;
use crate::model::{Container, Storage, Workload, WorkloadKind, may_be_root};
use crate::object::{MapEntry, Node, Value};
use crate::source::Span;
use crate::steps::{BuiltIn, own};

/// Fields that share a namespace of the node.
const OF_THE_NODE: &[(&str, &str)] = &[
    ("hostNetwork", "the node's network"),
    ("hostPID", "the node's processes"),
    ("hostIPC", "the node's shared memory"),
];

/// The kinds of volume that the level allows.
const VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

const SELINUX_TYPES: &[&str] = &["container_t", "container_init_t", "container_kvm_t", ENGINE_TYPE.0];

/// The type that the level allows only in versions from 1.31 on.
const ENGINE_TYPE: (&str, u8) = ("container_engine_t", 31);

/// The sysctls that affect only the pod, each with the first minor version of the standards that allows it.
const SYSCTLS: &[(&str, u8)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.tcp_wmem", 32),
];

/// The minor version from which a level forbids probes and hooks that name a host.
const HOSTS_SINCE: u8 = 34;

/// The minor version from which a pod with a user namespace of its own may see `/proc` at the level `baseline`.
const PROC_IN_USER_NAMESPACE: u8 = 35;

/// The capabilities that `baseline` lets a container add.
const CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Checks a workload with `security restricted`.
pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    if let Some(place) = workload.restricted {
        refuse(workload, &SecurityStandard::of_statement(place, report.version), report);
    }
}

/// Checks a workload against what its namespace enforces.
pub(super) fn check_in_namespace(workload: &Workload, enforced: &SecurityStandard, report: &mut Report<'_>) {
    if workload.restricted.is_none() {
        refuse(workload, enforced, report);
        if enforced.level == SecurityLevel::Restricted {
            missing::check(workload, enforced, report);
        }
    }
}

fn refuse(workload: &Workload, standard: &SecurityStandard, report: &mut Report<'_>) {
    let pod = &workload.pod.spec;
    let mut refusal = RefusalCollector {
        standard,
        windows: pod.at("os.name").and_then(Node::as_text) == Some("windows"),
        user_namespace: pod.as_map().is_some_and(|pod| may_be_root(pod, Version(standard.minor))),
        report,
    };
    refusal.pod(workload);
    for container in &workload.containers {
        match &container.built_in {
            Some(BuiltIn::Own(options)) if standard.level == SecurityLevel::Restricted => {
                refusal.owner(container, options.as_deref());
            }
            _ => refusal.container(&container.fields),
        }
    }
}

/// Collects what a level refuses.
struct RefusalCollector<'r, 'd> {
    standard: &'r SecurityStandard,
    windows: bool,
    /// Whether the pod has a user namespace of its own, which makes it harmless to be root.
    user_namespace: bool,
    report: &'r mut Report<'d>,
}

impl RefusalCollector<'_, '_> {
    fn add(&mut self, span: Span, what: &str, help: &str) {
        self.report.add(self.standard.refusal(span, what, help));
    }

    fn is_restricted(&self) -> bool {
        self.standard.level == SecurityLevel::Restricted
    }

    fn pod(&mut self, workload: &Workload) {
        let pod = &workload.pod.spec;
        for (field, what) in OF_THE_NODE {
            if is_true(pod, field)
                && let Some(found) = filled_entry(pod, field)
            {
                self.add(found.key_span, &format!("`{field}` shares {what}"), "remove it");
            }
        }
        for volume in workload.volumes.iter().filter(|volume| volume.storage != Storage::ClaimTemplate) {
            if self.is_restricted() {
                self.volume(&volume.fields);
            } else if let Some(path) = filled_entry(&volume.fields, "hostPath") {
                let help = "use a claim, or a `scratch` volume";
                self.add(path.key_span, "`hostPath` mounts files of the node", help);
            }
        }
        let level = if workload.kind == WorkloadKind::Pod { &workload.object } else { &workload.pod };
        for annotation in level.metadata.get("annotations").map_or(&[][..], Node::entries) {
            self.annotation(annotation);
        }
        let Some(context) = pod.get("securityContext") else { return };
        self.context(context);
        for sysctl in items(context, "sysctls") {
            let Some(name) = sysctl.get("name") else { continue };
            let known = |written| SYSCTLS.iter().find(|(known, _)| *known == written);
            match name.as_text().map(|written| (written, known(written))) {
                None => {}
                Some((_, Some((_, since)))) if self.standard.minor >= *since => {}
                Some((written, Some((_, since)))) => {
                    let what = format!(
                        "the pod sets the sysctl `{}`, unsafe before Kubernetes 1.{since}",
                        shown(written)
                    );
                    self.add(name.span, &what, "remove it");
                }
                Some((written, None)) => {
                    let what = format!("the pod sets the unsafe sysctl `{}`", shown(written));
                    self.add(name.span, &what, "remove it");
                }
            }
        }
    }

    fn volume(&mut self, volume: &Node) {
        let mut sources = volume.entries().iter().filter(|entry| entry.key != "name");
        let first = sources.clone().next();
        if let Some(source) = first
            && sources.all(|source| !VOLUMES.contains(&source.key.as_str()))
        {
            let what = match source.key.as_str() {
                "hostPath" => "`hostPath` mounts files of the node".to_owned(),
                kind => format!("`{kind}` names storage in the pod itself"),
            };
            self.add(source.key_span, &what, "use a claim, or a `scratch` volume");
        }
    }

    /// Checks the annotation that set a container's profile before there was a field for it.
    fn annotation(&mut self, annotation: &MapEntry) {
        let Some(profile) = annotation.node.as_text() else { return };
        let safe = profile.is_empty() || profile == "runtime/default" || profile.starts_with("localhost/");
        if annotation.key.starts_with(APP_ARMOR) && !safe {
            self.add(annotation.node.span, "the annotation turns AppArmor's profile off", "remove it");
        }
    }

    /// Checks what the contexts of pods and containers have in common.
    fn context(&mut self, context: &Node) {
        if self.is_restricted() && !self.user_namespace {
            if context.get("runAsNonRoot").and_then(Node::as_bool) == Some(false)
                && let Some(found) = filled_entry(context, "runAsNonRoot")
            {
                self.add(found.key_span, "`runAsNonRoot false` lets the user be root", "remove it");
            }
            if let Some(user) = context.get("runAsUser")
                && user.as_int() == Some(0)
            {
                self.add(user.span, "user 0 is root", "set another user");
            }
        }
        for (field, what) in
            [("seccompProfile", "every system call"), ("appArmorProfile", "what AppArmor forbids")]
        {
            if let Some(kind) = context.get(field).and_then(|profile| profile.get("type"))
                && kind.as_text() == Some("Unconfined")
                && !(self.windows && field == "seccompProfile")
            {
                let what = format!("`Unconfined` allows {what}");
                self.add(kind.span, &what, "use `RuntimeDefault`");
            }
        }
        if let Some(options) = context.get("seLinuxOptions") {
            self.selinux(options);
        }
        if is_true(context, "windowsOptions.hostProcess")
            && let Some(options) = context.get("windowsOptions")
            && let Some(found) = filled_entry(options, "hostProcess")
        {
            self.add(found.key_span, "`hostProcess` runs on the node itself", "remove it");
        }
    }

    fn selinux(&mut self, options: &Node) {
        if let Some(kind) = filled_entry(options, "type")
            && let Some(written) = kind.node.as_text()
            && (!SELINUX_TYPES.contains(&written)
                || written == ENGINE_TYPE.0 && self.standard.minor < ENGINE_TYPE.1)
        {
            let what = format!("the context sets the SELinux type `{}`", shown(written));
            self.add(kind.node.span, &what, "remove it");
        }
        for field in ["user", "role"] {
            if let Some(found) = filled_entry(options, field)
                && found.node.as_text().is_some()
            {
                self.add(found.key_span, &format!("the context sets the SELinux {field}"), "remove it");
            }
        }
    }

    /// Refuses an `own` step, which always runs as root.
    fn owner(&mut self, step: &Container, asked: Option<&own::OwnOptions>) {
        let what = format!("`{}` runs as root to change the owner of files", step.name.text);
        let help = format!(
            "let the kubelet do it with {} in the workload",
            statement(asked.and_then(|asked| asked.group))
        );
        self.add(step.span, &what, &help);
    }

    fn container(&mut self, container: &Node) {
        for port in items(container, "ports") {
            if let Some(host) = filled_entry(port, "hostPort")
                && host.node.as_int().is_some_and(|port| port != 0)
            {
                let what = "the container uses a port of the node";
                self.add(host.node.span, what, "remove it, and reach the pod through a Service");
            }
        }
        if self.standard.minor >= HOSTS_SINCE {
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                self.host(container.get(probe));
            }
            for hook in ["lifecycle.postStart", "lifecycle.preStop"] {
                self.host(container.at(hook));
            }
        }
        let Some(context) = container.get("securityContext") else { return };
        self.context(context);
        if is_true(context, "privileged")
            && let Some(found) = filled_entry(context, "privileged")
        {
            self.add(found.key_span, "`privileged` gives the container full access to the node", "remove it");
        }
        if let Some(mount) = context.get("procMount")
            && mount.as_text().is_some_and(|mount| mount != "Default")
            && (self.is_restricted() || !self.user_namespace || self.standard.minor < PROC_IN_USER_NAMESPACE)
        {
            self.add(mount.span, "the container sees the kernel's files in `/proc`", "remove it");
        }
        if self.is_restricted() && self.windows {
            return;
        }
        if self.is_restricted()
            && is_true(context, "allowPrivilegeEscalation")
            && let Some(found) = filled_entry(context, "allowPrivilegeEscalation")
        {
            let what = "a process can get more rights than its parent";
            self.add(found.key_span, what, "remove it");
        }
        if let Some(capabilities) = context.get("capabilities") {
            self.capabilities(capabilities);
        }
    }

    fn capabilities(&mut self, capabilities: &Node) {
        let allowed = if self.is_restricted() { &["NET_BIND_SERVICE"] } else { CAPABILITIES };
        for added in items(capabilities, "add") {
            if let Some(name) = added.as_text()
                && !allowed.contains(&name)
            {
                let what = format!("the container adds the capability `{}`", shown(name));
                let help = match allowed {
                    [only] => format!("remove it (only `{only}` can be added)"),
                    _ => "remove it".to_owned(),
                };
                self.add(added.span, &what, &help);
            }
        }
        if self.is_restricted()
            && let Some(Node { span, value: Value::List(dropped) }) = capabilities.get("drop")
            && dropped.iter().all(|name| name.as_text().is_some_and(|name| name != "ALL"))
        {
            self.add(*span, "the container keeps some capabilities", "use `drop [\"ALL\"]`");
        }
    }

    /// Refuses a probe or a hook that contacts another host than its own pod.
    fn host(&mut self, handler: Option<&Node>) {
        for kind in ["httpGet", "tcpSocket"] {
            if let Some(action) = handler.and_then(|handler| handler.get(kind))
                && let Some(host) = filled_entry(action, "host")
                && text(action, "host").is_some()
            {
                self.add(
                    host.key_span,
                    "the kubelet would contact another host",
                    "remove it to contact the pod itself",
                );
            }
        }
    }
}
