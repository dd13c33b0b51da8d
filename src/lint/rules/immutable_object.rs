#![doc = include_str!("../../diagnostic/explain/immutable-object.md")]

use crate::context::ObjectKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::kubectl::access;
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.context.has(ObjectKind::ConfigMap) && !pod.context.has(ObjectKind::Secret) {
        return;
    }
    for (container, script) in pod.scripts(&["kubectl", "oc"]) {
        let patches = script.commands.iter().filter(|command| command.operands().next() == Some("patch"));
        for command in patches {
            let Some(access) = access(command) else { continue };
            let kind = match access.resource.name {
                "configmaps" => ObjectKind::ConfigMap,
                "secrets" => ObjectKind::Secret,
                _ => continue,
            };
            let namespace = access.namespace.as_deref().or(pod.workload.namespace());
            let Some(name) = access.object.filter(|_| namespace == pod.workload.namespace()) else {
                continue;
            };
            let candidates = pod.candidates(kind, &name);
            let immutable: Option<Vec<&Node>> = candidates
                .iter()
                .map(|object| object.at("immutable").filter(|node| node.as_bool() == Some(true)))
                .collect();
            let Some(place) = immutable.and_then(|all| all.first().map(|node| node.span)) else { continue };
            let kind = kind.name();
            let headline =
                format!("`{}` changes the {kind} `{name}`, which is immutable", container.name.text);
            found.push(
                Diagnostic::warning(Code::ImmutableObject, pod.place(script, command), headline)
                    .here("is refused")
                    .label(place, format!("nobody can change this {kind}"))
                    .help(format!("remove `immutable` from the {kind}, or replace the {kind}: delete it and create it again")),
            );
        }
    }
}
