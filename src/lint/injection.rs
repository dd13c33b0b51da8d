//! Lists what adds containers to a pod when it is created: who does, what requests it, and what ends such a container.
//!
//! Invariant: all facts about injected containers are in this table.

use super::Pod;
use crate::context::ObjectKind;
use crate::diagnostic::Diagnostic;
use crate::object::{MapEntry, Node, Value};
use crate::source::Span;

/// A webhook that adds a container to pods that request it.
pub(super) struct Injector {
    /// The container that it adds, as a sentence names it.
    pub(super) container: &'static str,
    /// The label or annotation that requests the container.
    pub(super) key: &'static str,
    /// The values that request it.
    pub(super) yes: &'static [&'static str],
    /// The values that refuse it.
    pub(super) no: &'static [&'static str],
    /// The labels and annotations with which a namespace requests the container for all its pods, each with the values that
    /// do; without values, any does.
    namespace: &'static [(&'static str, &'static [&'static str])],
    /// What it takes from a pod's network; `None` if it leaves that alone.
    pub(super) mesh: Option<Mesh>,
    /// How the container ends once the work of a pod is done; `None` if its controller ends it.
    pub(super) end: Option<InjectedEnd>,
}

/// How a proxy takes over the traffic of its pod.
pub(super) struct Mesh {
    /// Its name in `initflow.toml`.
    name: &'static str,
    /// The user whose traffic it leaves alone.
    pub(super) user: i64,
    /// Labels and annotations that let traffic bypass it, by the start of their keys.
    pub(super) exceptions: &'static [&'static str],
    /// What lets a step use the network.
    pub(super) help: &'static str,
}

/// What ends a container when the work of its pod is done.
pub(super) struct InjectedEnd {
    /// Labels and annotations that see to it, by a part of their keys.
    keys: &'static [&'static str],
    /// What a command or a variable says that tells the container to end.
    texts: &'static [&'static str],
    /// What to do.
    help: &'static str,
}

/// The values that programs in Go read as yes and no.
const GO_YES: &[&str] = &["true", "1", "t", "T", "TRUE", "True"];
const GO_NO: &[&str] = &["false", "0", "f", "F", "FALSE", "False"];

const NATIVE_ISTIO: &str = "run the proxy as a native sidecar: `\"sidecar.istio.io/nativeSidecar\" \"true\"`";
const NATIVE_LINKERD: &str =
    "run the proxy as a native sidecar: `\"config.beta.linkerd.io/proxy-enable-native-sidecar\" \"true\"`";

/// Every injector.
pub(super) const INJECTORS: [Injector; 6] = [
    Injector {
        container: "Vault agent",
        key: "vault.hashicorp.com/agent-inject",
        yes: GO_YES,
        no: GO_NO,
        namespace: &[],
        mesh: None,
        end: Some(InjectedEnd {
            keys: &["agent-pre-populate-only"],
            texts: &["agent/v1/quit"],
            help: "add the annotation `\"vault.hashicorp.com/agent-pre-populate-only\" \"true\"`, which adds only an init container",
        }),
    },
    Injector {
        container: "Istio proxy",
        key: "sidecar.istio.io/inject",
        yes: &["true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"],
        no: &["false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"],
        namespace: &[("istio-injection", &["enabled"]), ("istio.io/rev", &[])],
        mesh: Some(Mesh {
            name: "istio",
            user: 1337,
            exceptions: &[
                "traffic.sidecar.istio.io/excludeOutboundPorts",
                "traffic.sidecar.istio.io/excludeOutboundIPRanges",
                "traffic.sidecar.istio.io/includeOutboundIPRanges",
            ],
            help: NATIVE_ISTIO,
        }),
        end: Some(InjectedEnd {
            keys: &["sidecar.istio.io/nativeSidecar"],
            texts: &["quitquitquit", ":15020", ":15000", "pilot-agent", "scuttle"],
            help: NATIVE_ISTIO,
        }),
    },
    Injector {
        container: "Linkerd proxy",
        key: "linkerd.io/inject",
        yes: &["enabled", "ingress"],
        no: &["disabled"],
        namespace: &[("linkerd.io/inject", &["enabled", "ingress"])],
        mesh: Some(Mesh {
            name: "linkerd",
            user: 2102,
            exceptions: &["config.linkerd.io/skip-outbound-ports", "config.linkerd.io/skip-subnets"],
            help: NATIVE_LINKERD,
        }),
        end: Some(InjectedEnd {
            keys: &["native-sidecar"],
            texts: &["linkerd-await", ":4191", "scuttle"],
            help: NATIVE_LINKERD,
        }),
    },
    Injector {
        container: "Kuma proxy",
        key: "kuma.io/sidecar-injection",
        yes: &["enabled", "true"],
        no: &["disabled", "false"],
        namespace: &[("kuma.io/sidecar-injection", &["enabled", "true"])],
        mesh: Some(Mesh {
            name: "kuma",
            user: 5678,
            exceptions: &["traffic.kuma.io/exclude-outbound"],
            help: "let the step bypass the proxy: `\"traffic.kuma.io/exclude-outbound-ports\" \"443\"`, with the ports that it uses",
        }),
        // The control plane ends the proxy when all other containers have ended.
        end: None,
    },
    Injector {
        container: "Consul proxy",
        key: "consul.hashicorp.com/connect-inject",
        yes: GO_YES,
        no: GO_NO,
        namespace: &[],
        mesh: Some(Mesh {
            name: "consul",
            user: 5995,
            exceptions: &["consul.hashicorp.com/transparent-proxy"],
            help: "let the step bypass the proxy: `\"consul.hashicorp.com/transparent-proxy-exclude-outbound-ports\" \"443\"`, with the ports that it uses",
        }),
        end: Some(InjectedEnd {
            keys: &[],
            texts: &["graceful_shutdown", ":20600", "quitquitquit", ":19000"],
            help: "request `http://127.0.0.1:20600/graceful_shutdown` at the end of the work; the annotation `\"consul.hashicorp.com/enable-sidecar-proxy-lifecycle\" \"true\"` offers it",
        }),
    },
    Injector {
        container: "Dapr sidecar",
        key: "dapr.io/enabled",
        yes: &["true", "True", "TRUE", "y", "yes", "on", "1"],
        no: &["false", "False", "FALSE", "n", "no", "off", "0"],
        namespace: &[],
        mesh: None,
        end: Some(InjectedEnd {
            keys: &[],
            texts: &["/shutdown", "DAPR_"],
            help: "end the sidecar after the work: `curl -X POST http://localhost:3500/v1.0/shutdown`",
        }),
    },
];

/// A container that is added to a pod, and the place that says so; none if the settings of the project do.
pub(super) struct Injection {
    pub(super) injector: &'static Injector,
    pub(super) place: Option<Span>,
    /// Whether the pod itself requests it.
    pub(super) is_own: bool,
}

/// The containers that are added to a pod.
pub(super) fn injections(pod: &Pod<'_>) -> impl Iterator<Item = Injection> {
    INJECTORS.iter().filter_map(|injector| {
        let own = entries(pod.metadata()).filter(|entry| injector.key == entry.key);
        let mut values = own.filter_map(|entry| Some((entry, entry.node.as_text()?)));
        match values.next() {
            Some((entry, value)) if injector.yes.contains(&value) => {
                Some(Injection { injector, place: Some(entry.key_span), is_own: true })
            }
            // What the pod says takes precedence.
            Some(_) => None,
            None => by_namespace(pod, injector),
        }
    })
}

/// The container that the pod's namespace or the settings of the project request.
fn by_namespace(pod: &Pod<'_>, injector: &'static Injector) -> Option<Injection> {
    let mesh = injector.mesh.as_ref()?;
    // No mesh takes over the network of a node.
    if pod.workload.pod.spec.get("hostNetwork").and_then(Node::as_bool) == Some(true) {
        return None;
    }
    if pod.context.mesh.as_deref() == Some(mesh.name) {
        return Some(Injection { injector, place: None, is_own: false });
    }
    let name = pod.workload.namespace()?;
    let namespaces: Vec<&Node> = pod
        .candidates(ObjectKind::Namespace, name)
        .into_iter()
        .filter_map(|namespace| namespace.fields.get("metadata"))
        .collect();
    let request = |metadata: &&Node| {
        entries(metadata).find_map(|entry| {
            let (_, values) = injector.namespace.iter().find(|(key, _)| *key == entry.key)?;
            let value = entry.node.as_text()?;
            (values.is_empty() || values.contains(&value)).then_some(entry.key_span)
        })
    };
    // Each description of the namespace must agree.
    let places: Option<Vec<Span>> = namespaces.iter().map(request).collect();
    Some(Injection { injector, place: Some(*places?.first()?), is_own: false })
}

/// The labels and annotations in an object's metadata.
pub(super) fn entries(metadata: &Node) -> impl Iterator<Item = &MapEntry> {
    ["labels", "annotations"].into_iter().flat_map(|field| metadata.get(field).map_or(&[][..], Node::entries))
}

/// The value of a pod's label or annotation.
pub(super) fn setting<'a>(pod: &Pod<'a>, key: &str) -> Option<&'a str> {
    entries(pod.metadata()).find(|entry| entry.key == key)?.node.as_text()
}

impl Injection {
    /// A warning with the place that puts the container into the pod.
    pub(super) fn labeled(&self, warning: Diagnostic, text: impl Into<String>) -> Diagnostic {
        match self.place {
            Some(place) => warning.label(place, text),
            None => warning,
        }
    }

    /// Whether a label or annotation makes the container end with the work, and start before it.
    pub(super) fn is_told_to_end(&self, pod: &Pod<'_>) -> bool {
        let keys = self.injector.end.as_ref().map_or(&[][..], |end| end.keys);
        entries(pod.metadata()).any(|entry| {
            let is_no = matches!(entry.node.as_text(), Some("false" | "0" | "disabled"));
            !is_no && keys.iter().any(|key| entry.key.contains(key))
        })
    }

    /// What to do so that the container ends with the work, if nothing in the pod sees to it.
    pub(super) fn keeps_running(&self, pod: &Pod<'_>) -> Option<&'static str> {
        let end = self.injector.end.as_ref()?;
        let sees_processes = pod.workload.pod.spec.get("shareProcessNamespace").and_then(Node::as_bool);
        let is_ended = || {
            pod.workload.containers.iter().any(|container| {
                end.texts.iter().any(|text| mentions(&container.fields, text))
                    || (sees_processes == Some(true) && mentions(&container.fields, "kill"))
            })
        };
        (!self.is_told_to_end(pod) && !is_ended()).then_some(end.help)
    }
}

/// Whether a text is part of a value, or of one inside it.
pub(super) fn mentions(node: &Node, text: &str) -> bool {
    match &node.value {
        Value::Text(value) => value.contains(text),
        Value::List(items) => items.iter().any(|item| mentions(item, text)),
        Value::Map(map) => map.entries.iter().any(|entry| mentions(&entry.node, text)),
        _ => false,
    }
}
