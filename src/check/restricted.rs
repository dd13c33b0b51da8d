//! Checks workloads with `security restricted` for what contradicts it.
//!
//! Invariant: accepts and refuses the same as Pod Security Admission does at the level `restricted` of the targeted
//! version. What the level requires and the program does not set has been added before.

use super::owners::statement;
use super::report::{Report, filled_entry, is_true, items, shown, text};
use crate::diagnostic::{Code, Diagnostic};
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

const SELINUX_TYPES: &[&str] = &["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// The sysctls that affect only the pod, each with the first version that allows it.
const SYSCTLS: &[(&str, Version)] = &[
    ("kernel.shm_rmid_forced", Version::OLDEST),
    ("net.ipv4.ip_local_port_range", Version::OLDEST),
    ("net.ipv4.ip_local_reserved_ports", Version::OLDEST),
    ("net.ipv4.ip_unprivileged_port_start", Version::OLDEST),
    ("net.ipv4.ping_group_range", Version::OLDEST),
    ("net.ipv4.tcp_fin_timeout", Version::OLDEST),
    ("net.ipv4.tcp_keepalive_intvl", Version::OLDEST),
    ("net.ipv4.tcp_keepalive_probes", Version::OLDEST),
    ("net.ipv4.tcp_keepalive_time", Version::OLDEST),
    ("net.ipv4.tcp_notsent_lowat", Version(37)),
    ("net.ipv4.tcp_rmem", Version::OLDEST),
    ("net.ipv4.tcp_slow_start_after_idle", Version(37)),
    ("net.ipv4.tcp_syncookies", Version::OLDEST),
    ("net.ipv4.tcp_wmem", Version::OLDEST),
];

/// The version from which the level forbids probes and hooks that name a host.
const HOSTS_SINCE: Version = Version(34);

const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let Some(required_at) = workload.restricted else { return };
    let pod = &workload.pod.spec;
    let mut refusal = RefusalCollector {
        required_at,
        version: report.version,
        windows: pod.at("os.name").and_then(Node::as_text) == Some("windows"),
        root: pod.as_map().is_some_and(|pod| may_be_root(pod, report.version)),
        report,
    };
    refusal.pod(workload);
    for container in &workload.containers {
        match &container.built_in {
            Some(BuiltIn::Own(options)) => refusal.owner(container, options.as_deref()),
            _ => refusal.container(&container.fields),
        }
    }
}

/// Collects what the level refuses.
struct RefusalCollector<'r, 'd> {
    required_at: Span,
    version: Version,
    windows: bool,
    /// Whether the users of the pod may be root.
    root: bool,
    report: &'r mut Report<'d>,
}

impl RefusalCollector<'_, '_> {
    fn add(&mut self, span: Span, what: &str, help: &str) {
        self.report.add(
            Diagnostic::error(Code::NotRestricted, span, format!("{what}, which `restricted` forbids"))
                .here("forbidden here")
                .label(self.required_at, "required here")
                .help(format!("{help}, or remove `security restricted`")),
        );
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
            self.volume(&volume.fields);
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
                Some((_, Some((_, since)))) if self.version >= *since => {}
                Some((written, Some((_, since)))) => {
                    let what = format!(
                        "the pod sets the sysctl `{}`, unsafe before Kubernetes {since}",
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
        if !self.root {
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
            && !SELINUX_TYPES.contains(&written)
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
        if self.version >= HOSTS_SINCE {
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
        {
            self.add(mount.span, "the container sees the kernel's files in `/proc`", "remove it");
        }
        if self.windows {
            return;
        }
        if is_true(context, "allowPrivilegeEscalation")
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
        for added in items(capabilities, "add") {
            if let Some(name) = added.as_text()
                && name != "NET_BIND_SERVICE"
            {
                let what = format!("the container adds the capability `{}`", shown(name));
                self.add(added.span, &what, "remove it (only `NET_BIND_SERVICE` can be added)");
            }
        }
        if let Some(Node { span, value: Value::List(dropped) }) = capabilities.get("drop")
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
