#![doc = include_str!("../../diagnostic/explain/needs-later-object.md")]

use crate::context::{ContextObject, ObjectKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::later_hook::{Later, Turn};
use crate::lint::objects::references;
use crate::source::Span;
use std::collections::HashSet;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let Some(own) = Turn::of(&pod.workload.object.metadata) else { return };
    let mut needed: Vec<(ObjectKind, &str, Span)> = references(pod.workload)
        .into_iter()
        .filter(|reference| !reference.is_optional)
        .map(|reference| (reference.kind, reference.name, reference.place))
        .collect();
    let spec = &pod.workload.pod.spec;
    let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    needed.extend(account.and_then(|node| Some((ObjectKind::ServiceAccount, node.as_text()?, node.span))));
    let mut reported = HashSet::new();
    for (kind, name, place) in needed {
        let objects: Vec<&ContextObject> = pod.candidates(kind, name);
        // Another copy of it may be there in time.
        let later: Option<Vec<Later>> = objects.iter().map(|object| later(object, &own)).collect();
        if let (Some(later), Some(object)) = (later, objects.first())
            && let Some(later) = later.first()
            && reported.insert((kind, name.to_owned()))
        {
            found.push(warning(pod, object, later, &own, place));
        }
    }
}

/// How an object comes after the workload, if that is certain.
fn later(object: &ContextObject, own: &Turn) -> Option<Later> {
    let turn = Turn::of(object.fields.get("metadata")?)?;
    match turn.later_than(own)? {
        // Without a wait for readiness, the pods only start later.
        Later::Phase(_) => None,
        certain => Some(certain),
    }
}

fn warning(pod: &Pod<'_>, object: &ContextObject, later: &Later, own: &Turn, place: Span) -> Diagnostic {
    let (kind, name) = (object.kind.name(), &object.name);
    let workload = pod.workload.kind.name();
    let (after, help) = match later {
        Later::Wave { own, other, annotation, .. } => (
            format!("comes in the later wave {other}"),
            format!(
                "give the {kind} the wave of the {workload}, or an earlier one: `{annotation}: \"{own}\"`"
            ),
        ),
        _ => {
            let annotations = pod.workload.object.metadata.get("annotations");
            let hook = |key: &str| Some((key.to_owned(), annotations?.get(key)?.as_text()?.to_owned()));
            let hook = ["argocd.argoproj.io/hook", "helm.sh/hook"].into_iter().find_map(hook);
            let (key, value) = hook.unwrap_or_default();
            let first =
                if key == "helm.sh/hook" { "helm.sh/hook-weight" } else { "argocd.argoproj.io/sync-wave" };
            (
                "is created after this hook".to_owned(),
                format!("make the {kind} a hook that comes before: `{key}: {value}` and `{first}: \"-5\"`"),
            )
        }
    };
    let headline = format!("the {workload} needs the {kind} `{name}`, which {after}");
    let diagnostic = Diagnostic::warning(Code::NeedsLaterObject, place, headline).here("is not there yet");
    let diagnostic = match own.place() {
        Some(own) => diagnostic.label(own, format!("when the {workload} is created")),
        None => diagnostic,
    };
    diagnostic.label(later.place().unwrap_or(object.place), format!("the {kind}")).help(help)
}
