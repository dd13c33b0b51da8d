#![doc = include_str!("../../diagnostic/explain/step-before-mesh.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Role;
use crate::object::{MapEntry, Node};
use crate::steps::BuiltIn;

/// Keys that request a proxy, with the values that do, and the annotation that makes it a native sidecar.
const MESHES: [(&str, &[&str], &str); 2] = [
    ("sidecar.istio.io/inject", &["true"], "sidecar.istio.io/nativeSidecar"),
    ("linkerd.io/inject", &["enabled", "ingress"], "config.beta.linkerd.io/proxy-enable-native-sidecar"),
];

/// Annotations that let some traffic, or all traffic of a user, bypass the proxy.
const EXCEPTIONS: [&str; 5] = [
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
    "config.linkerd.io/skip-outbound-ports",
    "config.linkerd.io/skip-subnets",
];

/// Programs that use the network.
const PROGRAMS: [&str; 12] = [
    "curl",
    "wget",
    "git",
    "nc",
    "aws",
    "gsutil",
    "psql",
    "mysql",
    "pg_isready",
    "alembic",
    "flyway",
    "kubectl",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let entries: Vec<&MapEntry> = ["labels", "annotations"]
        .into_iter()
        .flat_map(|field| pod.metadata().get(field).map_or(&[][..], Node::entries))
        .collect();
    let value = |key: &str| entries.iter().find(|entry| entry.key == key);
    if EXCEPTIONS.into_iter().any(|key| value(key).is_some()) {
        return;
    }
    for (key, values, native) in MESHES {
        let Some(inject) = value(key) else { continue };
        if !inject.node.as_text().is_some_and(|text| values.contains(&text)) || value(native).is_some() {
            continue;
        }
        let step = pod.containers().find(|(at, container)| {
            container.role == Role::Step
                && (container.built_in.as_ref().is_some_and(uses_network)
                    || pod.script(*at, &PROGRAMS).is_some_and(|script| {
                        script.commands.iter().any(|command| PROGRAMS.contains(&command.program()))
                    }))
                // The mesh does not redirect the traffic of its own user.
                && container.fields.at("securityContext.runAsUser").and_then(Node::as_int) != Some(1337)
        });
        let Some((_, step)) = step else { continue };
        found.push(
            Diagnostic::warning(
                Code::StepBeforeMesh,
                step.name.span,
                format!("the step `{}` uses the network before the mesh's proxy is up", step.name.text),
            )
            .here("its traffic is sent to a proxy that does not run yet")
            .label(inject.key_span, "puts a proxy into the pod")
            .help(format!("run the proxy as a native sidecar: `\"{native}\" \"true\"`")),
        );
    }
}

/// Whether a built-in step uses the network.
fn uses_network(step: &BuiltIn) -> bool {
    match step {
        BuiltIn::Fetch(_)
        | BuiltIn::Clone(_)
        | BuiltIn::Wait(_)
        | BuiltIn::Migrate(_)
        | BuiltIn::Secrets(_) => true,
        BuiltIn::Copy(_) | BuiltIn::Own(_) | BuiltIn::Render(_) => false,
    }
}
