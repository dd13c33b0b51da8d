#![doc = include_str!("../../diagnostic/explain/missing-object.md")]

use super::hosts::asked_hosts;
use crate::context::ObjectKind;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::lint::Pod;
use crate::lint::objects::references;
use crate::model::{Role, WorkloadKind};
use crate::object::Node;
use crate::source::Span;
use std::collections::HashSet;

/// What each namespace has.
const OF_EVERY_NAMESPACE: [(ObjectKind, &str); 2] =
    [(ObjectKind::ConfigMap, "kube-root-ca.crt"), (ObjectKind::ServiceAccount, "default")];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.context.complete {
        return;
    }
    let mut named: Vec<(ObjectKind, String, Span)> = references(pod.workload)
        .into_iter()
        .filter(|reference| !reference.is_optional)
        .map(|reference| (reference.kind, reference.name.to_owned(), reference.place))
        .collect();
    let spec = &pod.workload.pod.spec;
    let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    named.extend(account.and_then(|node| of_text(ObjectKind::ServiceAccount, node)));
    if pod.workload.kind == WorkloadKind::StatefulSet {
        let service = pod.workload.object.spec.get("serviceName");
        named.extend(service.and_then(|node| of_text(ObjectKind::Service, node)));
    }
    for (at, _) in pod.containers().filter(|(_, container)| container.role == Role::Step) {
        let asked = asked_hosts(pod, at).into_iter().filter(|host| is_label(pod, host.host()));
        named.extend(asked.map(|host| (ObjectKind::Service, host.host().to_owned(), host.span)));
    }
    let mut reported = HashSet::new();
    for (kind, name, place) in named {
        let is_given = OF_EVERY_NAMESPACE.contains(&(kind, name.as_str())) || name.is_empty();
        let lacks = !is_given && pod.context.lacks(kind, pod.workload.namespace(), &name);
        if lacks && reported.insert((kind, name.clone())) {
            found.push(warning(pod, kind, &name, place));
        }
    }
}

fn of_text(kind: ObjectKind, node: &Node) -> Option<(ObjectKind, String, Span)> {
    Some((kind, node.as_text()?.to_owned(), node.span))
}

/// Whether a host can only be a Service of the pod's namespace.
fn is_label(pod: &Pod<'_>, host: &str) -> bool {
    let aliases = pod.workload.pod.spec.get("hostAliases").map_or(&[][..], Node::items);
    let names = aliases.iter().filter_map(|alias| alias.get("hostnames")).flat_map(Node::items);
    let is_alias = names.filter_map(Node::as_text).any(|name| name == host);
    let has_letters = host.starts_with(|first: char| first.is_ascii_lowercase())
        && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    // The API server's Service is in another namespace, but has an address in the environment of each pod.
    has_letters && !is_alias && !["localhost", "kubernetes"].contains(&host)
}

fn warning(pod: &Pod<'_>, kind: ObjectKind, name: &str, place: Span) -> Diagnostic {
    let headline = format!("there is no {} `{name}`", kind.name());
    let what = match kind {
        ObjectKind::Service => "this name is not resolved",
        ObjectKind::ServiceAccount => "no pod is created without it",
        ObjectKind::PersistentVolumeClaim => "the pod is not scheduled without it",
        _ => "the container does not start without it",
    };
    let diagnostic = Diagnostic::warning(Code::MissingObject, place, headline).here(what);
    let all = pod.context.all(kind);
    let names =
        all.iter().filter(|object| object.is_in(pod.workload.namespace())).map(|object| object.name.as_str());
    match nearest(name, names.collect::<Vec<_>>()) {
        Some(near) if pod.sources.slice(place).trim_matches('"') == name => {
            diagnostic.did_you_mean(place, name, [near])
        }
        Some(near) => diagnostic.help(format!("use `{near}`")),
        None => diagnostic
            .help(format!("add the {} to the manifests, or remove `complete` in initflow.toml", kind.name())),
    }
}
