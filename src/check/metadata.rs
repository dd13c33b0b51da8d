//! Checks the names, labels and annotations of the objects.
//!
//! Invariant: names that Kubernetes derives from a workload's name (of pods, in labels) are checked together with it.

use super::report::{Report, items, text, too_long};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names;
use crate::model::{Workload, WorkloadKind};
use crate::object::{MapEntry, Node};
use crate::source::Span;

/// The most bytes that the keys and values of all annotations may have together.
const ANNOTATIONS_LIMIT: usize = 256 << 10;

/// The longest name of a field manager, and of the subresource that it used.
const MANAGER_LIMIT: usize = 128;
const SUBRESOURCE_LIMIT: usize = 256;

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    names_of(workload, report);
    // An empty namespace counts as none.
    let namespace = workload.object.metadata.get("namespace").filter(|node| node.as_text() != Some(""));
    report.form(namespace, "a namespace", names::label);
    object(&workload.object.metadata, report);
    described(&workload.pod.metadata, report);
    // These mistakes only show when a Job or a pod is created.
    report.leniently(true, |report| {
        if let Some(job) = &workload.job {
            object(&job.metadata, report);
        }
        tracked(&workload.pod.metadata, report);
    });
}

/// The metadata of a workload's pods.
pub(super) fn of_pods(workload: &Workload) -> &Node {
    let level = if workload.kind == WorkloadKind::Pod { &workload.object } else { &workload.pod };
    &level.metadata
}

/// Checks the labels, annotations, finalizers and owners of one object.
pub(super) fn object(metadata: &Node, report: &mut Report<'_>) {
    described(metadata, report);
    tracked(metadata, report);
}

/// Checks labels and annotations.
pub(super) fn described(metadata: &Node, report: &mut Report<'_>) {
    report.labels(metadata.get("labels"));
    if let Some(annotations) = metadata.get("annotations") {
        for entry in annotations.entries() {
            report.label_key(entry, "an annotation's key", names::annotation_key);
        }
        annotations_size(annotations, report);
    }
}

/// Checks that annotations are not too large in total.
pub(super) fn annotations_size(annotations: &Node, report: &mut Report<'_>) {
    let bytes = |entry: &MapEntry| entry.key.len() + entry.node.as_text().map_or(0, str::len);
    let size: usize = annotations.entries().iter().map(bytes).sum();
    if size > ANNOTATIONS_LIMIT {
        let headline = format!(
            "the annotations have {size} bytes in total, but at most {ANNOTATIONS_LIMIT} are allowed"
        );
        report.add(
            Diagnostic::error(Code::AnnotationsTooLarge, annotations.span, headline)
                .here("too large in total")
                .help("move long texts to a ConfigMap"),
        );
    }
}

/// Checks finalizers, owners and managed fields.
fn tracked(metadata: &Node, report: &mut Report<'_>) {
    for entry in items(metadata, "managedFields") {
        managed_fields(entry, report);
    }
    let finalizers = items(metadata, "finalizers");
    for finalizer in finalizers {
        report.form(Some(finalizer), "a finalizer", finalizer_form);
    }
    let finalizer = |name: &str| finalizers.iter().find(|node| node.as_text() == Some(name));
    if let (Some(_), Some(both)) = (finalizer("orphan"), finalizer("foregroundDeletion")) {
        report.unmet(
            both.span,
            "foregroundDeletion",
            "cannot be combined with `orphan`",
            "remove one of the two",
        );
    }
    let mut controller = None;
    for owner in items(metadata, "ownerReferences") {
        for field in ["apiVersion", "kind", "name", "uid"] {
            report.required(owner, field, "an owner reference", owner.span);
        }
        if let Some(version) = owner.get("apiVersion") {
            report.form(Some(version), "a version of the API", api_version);
        }
        if let Some(kind) = owner.get("kind")
            && kind.as_text() == Some("Event")
            && text(owner, "apiVersion") == Some("v1")
        {
            report.unmet(
                kind.span,
                "Event",
                "cannot own an object",
                "name the object that the event is about",
            );
        }
        let Some(entry) = owner.as_map().and_then(|map| map.entry("controller")) else { continue };
        if entry.node.as_bool() != Some(true) {
            continue;
        }
        if let Some(first) = controller.replace(entry.key_span) {
            report.add(
                Diagnostic::error(
                    Code::DuplicateItem,
                    entry.key_span,
                    "two owners are marked as `controller`",
                )
                .here("again")
                .label(first, "first given here")
                .help("keep `controller true` on one owner only"),
            );
        }
    }
}

fn managed_fields(entry: &Node, report: &mut Report<'_>) {
    report.required(entry, "operation", "an entry of managed fields", entry.span);
    if let Some(ty) = entry.get("fieldsType")
        && ty.as_text().is_some_and(|ty| !ty.is_empty() && ty != "FieldsV1")
    {
        report.unmet(ty.span, "fieldsType", "must be `FieldsV1`", "remove it");
    }
    report.form(entry.get("manager"), "the name of a manager", manager);
    if let Some(subresource) = entry.get("subresource")
        && let Some(written) = subresource.as_text()
        && written.len() > SUBRESOURCE_LIMIT
    {
        report.add(too_long(written, subresource.span, "a subresource", SUBRESOURCE_LIMIT));
    }
}

fn manager(name: &str) -> Option<names::NameFault> {
    if name.len() > MANAGER_LIMIT {
        return Some(names::NameFault::TooLong(MANAGER_LIMIT));
    }
    name.chars().any(char::is_control).then_some(names::NameFault::Form("printable characters only"))
}

fn finalizer_form(text: &str) -> Option<names::NameFault> {
    let standard = ["kubernetes", "orphan", "foregroundDeletion"].contains(&text);
    names::qualified(text).or_else(|| {
        (!standard && !text.contains('/'))
            .then_some(names::NameFault::Form("a name with a domain, such as `example.com/name`"))
    })
}

/// `version` or `group/version`.
fn api_version(text: &str) -> Option<names::NameFault> {
    let parts = text.split('/').count();
    let fits = text.is_empty() || (parts <= 2 && !text.ends_with('/'));
    (!fits).then_some(names::NameFault::Form("`VERSION` or `GROUP/VERSION`"))
}

fn names_of(workload: &Workload, report: &mut Report<'_>) {
    use WorkloadKind::{CronJob, Job, StatefulSet};
    let form = if workload.kind == StatefulSet { names::label } else { names::subdomain };
    let prefix = workload.object.metadata.get("generateName");
    // An empty prefix counts as none if there is a name.
    let is_set = |text: &&str| !text.is_empty() || workload.name.is_none();
    let prefix = prefix.and_then(|prefix| Some((prefix, prefix.as_text().filter(is_set)?)));
    if let Some((prefix, written)) = prefix
        && workload.name.is_none()
        && written.contains('.')
        && names::prefix_of(form, written).is_none()
    {
        host_name(workload.kind, written, prefix.span, report);
    }
    if let Some((prefix, written)) = prefix
        && names::prefix_of(form, written).is_some()
    {
        let diagnostic = Diagnostic::error(
            Code::InvalidName,
            prefix.span,
            format!("a name cannot start with `{}`", super::report::shown(written)),
        );
        report.add(
            diagnostic
                .here("not the start of a valid name")
                .help("use lowercase letters, digits and `-`, and begin with a letter or digit"),
        );
    }
    let metadata = &workload.object.metadata;
    if metadata.get("name").is_none() && metadata.get("generateName").is_none() {
        let (kind, keyword) = (kind_word(workload.kind), workload.kind.keyword());
        report.add_missing(
            Diagnostic::error(Code::MissingField, workload.span, format!("a {kind} has no name"))
                .here("expected a name after this")
                .help(format!("write `{keyword} NAME {{ … }}`, or `generateName \"prefix-\"` in the block")),
        );
    }
    let Some(name) = &workload.name else {
        if let Some((prefix, written)) = prefix.filter(|_| workload.kind == Job) {
            let (kept, generated) = GENERATED;
            let kept = written.get(..kept).unwrap_or(written);
            indexed_name(workload, kept, generated, prefix.span, report);
        }
        return;
    };
    let what = format!("a {}'s name", kind_word(workload.kind));
    if form(&name.text).is_some() {
        report.text_form(&name.text, name.span, &what, form);
        return;
    }
    let limit = match workload.kind {
        CronJob => (52, "the names of its Jobs are this name and the time"),
        Job => (63, "the name becomes the value of a label on the Job's pods"),
        _ if selects_by_name(workload) => {
            (63, "the name becomes the value of the label that selects the pods")
        }
        _ => (usize::MAX, ""),
    };
    if name.text.len() > limit.0 {
        report.add(too_long(&name.text, name.span, &what, limit.0).help(limit.1));
    } else if workload.kind == StatefulSet && name.text.len() > 52 {
        let mut diagnostic = too_long(&name.text, name.span, &what, 52);
        diagnostic.severity = crate::diagnostic::Severity::Warning;
        let why = "a label of the pods is this name and a hash, and cannot have more than 63 characters";
        report.add(diagnostic.help(why));
    } else if workload.kind != Job || !indexed_name(workload, &name.text, 0, name.span, report) {
        host_name(workload.kind, &name.text, name.span, report);
    }
}

/// Warns of a workload name from which no valid host name can be derived for its pods.
fn host_name(kind: WorkloadKind, name: &str, span: Span, report: &mut Report<'_>) {
    use WorkloadKind::{DaemonSet, StatefulSet};
    if names::label(name).is_none() || matches!(kind, StatefulSet | DaemonSet) {
        return;
    }
    let fault = if name.contains('.') { "contains a `.`" } else { "is too long for a host name" };
    report.add(
        Diagnostic::warning(
            Code::InvalidHostname,
            span,
            format!("`{}` becomes the host name of its pods, but {fault}", super::report::shown(name)),
        )
        .here("not a DNS label")
        .help("use at most 63 lowercase letters, digits and `-`"),
    );
}

/// Whether the name is the value of the label by which the workload finds its pods.
fn selects_by_name(workload: &Workload) -> bool {
    let labels = workload.object.spec.at("selector.matchLabels").map_or(&[][..], Node::entries);
    workload.name.as_ref().is_some_and(|name| labels.iter().any(|label| label.node.span == name.span))
}

/// How many characters of a `generateName` the API server keeps, and how many it appends.
const GENERATED: (usize, usize) = (58, 5);

/// Checks that the host names of an indexed Job's pods, its name and their index, are DNS labels; whether it reported.
///
/// `written` is the part of the name that is given, `generated` the number of characters that the API server appends.
fn indexed_name(
    workload: &Workload,
    written: &str,
    generated: usize,
    span: Span,
    report: &mut Report<'_>,
) -> bool {
    let spec = &workload.object.spec;
    let completions = super::jobs::completions(workload.kind, spec).unwrap_or(0);
    if text(spec, "completionMode") != Some("Indexed") || completions <= 0 {
        return false;
    }
    let last = format!("{written}{}-{}", "x".repeat(generated), completions - 1);
    if names::label(&last).is_none() {
        return false;
    }
    let suffix = last.len() - written.len();
    let diagnostic = if written.contains('.') {
        let headline = format!("an indexed Job's name cannot be `{}`", super::report::shown(written));
        Diagnostic::error(Code::InvalidName, span, headline)
            .here("contains a `.`")
            .help("use only lowercase letters, digits and `-`")
    } else {
        too_long(written, span, "an indexed Job's name", names::LABEL_LIMIT - suffix)
    };
    report.add(diagnostic.help(format!("the host name of its last pod would be `{last}`")));
    true
}

/// A workload's kind, as Kubernetes spells it.
pub(super) fn kind_word(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Pod => "Pod",
        WorkloadKind::Deployment => "Deployment",
        WorkloadKind::StatefulSet => "StatefulSet",
        WorkloadKind::DaemonSet => "DaemonSet",
        WorkloadKind::ReplicaSet => "ReplicaSet",
        WorkloadKind::Job => "Job",
        WorkloadKind::CronJob => "CronJob",
    }
}
