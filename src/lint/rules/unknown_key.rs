#![doc = include_str!("../../diagnostic/explain/unknown-key.md")]

use crate::context::ContextObject;
use crate::diagnostic::phrase::listed;
use crate::diagnostic::{Applicability, Code, Diagnostic, change_to, nearest};
use crate::lint::Pod;
use crate::lint::objects::{ObjectReference, references};
use crate::object::Node;
use crate::source::Span;

/// The fields that hold the keys of a ConfigMap or a Secret.
const DATA: [&str; 3] = ["data", "binaryData", "stringData"];

/// The most keys that a message lists.
const MAX_LISTED: usize = 8;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if pod.context.is_empty() {
        return;
    }
    for reference in references(pod.workload) {
        let Some((key, place)) = reference.key.filter(|_| !reference.is_optional) else { continue };
        let candidates = pod.candidates(reference.kind, reference.name);
        let Some(first) = candidates.first() else { continue };
        if candidates.iter().any(|object| may_have(object, key)) {
            continue;
        }
        found.push(warning(pod, &reference, key, place, first));
    }
}

/// The keys of an object.
fn keys(object: &ContextObject) -> impl Iterator<Item = &str> {
    let data = DATA.iter().filter_map(|field| object.at(field));
    data.flat_map(Node::entries).map(|entry| entry.key.as_str())
}

/// Whether an object has a key, or may get it in the cluster: what has no key at all is filled there.
fn may_have(object: &ContextObject, key: &str) -> bool {
    let kind = object.at("type").and_then(Node::as_text).unwrap_or_default();
    kind == "kubernetes.io/service-account-token"
        || keys(object).next().is_none()
        || keys(object).any(|known| known == key)
}

fn warning(
    pod: &Pod<'_>,
    reference: &ObjectReference<'_>,
    key: &str,
    place: Span,
    object: &ContextObject,
) -> Diagnostic {
    let (kind, name) = (reference.kind.name(), reference.name);
    let known: Vec<&str> = keys(object).collect();
    let shown = listed(known.iter().copied().take(MAX_LISTED));
    let more = if known.len() > MAX_LISTED { ", …" } else { "" };
    let has = if known.len() == 1 { "has only the key" } else { "has the keys" };
    let headline = format!("the {kind} `{name}` has no key `{key}`");
    let diagnostic = Diagnostic::warning(Code::UnknownKey, place, headline)
        .here("the container does not start without this key")
        .label(object.place, format!("{has} {shown}{more}"));
    let Some(near) = nearest(key, known) else {
        return diagnostic.help(format!("add `{key}` to the {kind}, or use one of its keys"));
    };
    let diagnostic = diagnostic.help(change_to(near));
    match pod.sources.slice(place) {
        written if written == key => diagnostic.fix(change_to(near), place, near, Applicability::Unsafe),
        written if written == format!("\"{key}\"") => {
            diagnostic.fix(change_to(near), place, format!("\"{near}\""), Applicability::Unsafe)
        }
        _ => diagnostic,
    }
}
