//! Writes a manifest of one of the seven kinds as the statement of its workload.

use super::container::{container, role};
use super::fields;
use super::flow::Directions;
use super::idioms::{Idioms, built_in};
use super::labels::{Labels, labels};
use super::source::{DraftToken, StatementDraft};
use super::volume::volume;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema::{self, ObjectSchema};
use crate::literal;
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};
use crate::model::{Role, WorkloadKind};
use crate::source::Span;
use std::borrow::Cow;

/// The fields of a pod's spec that have statements of their own.
const OF_POD: [&str; 3] = ["volumes", "initContainers", "containers"];
/// The fields of the specs that contain the next level or are in the head.
const OF_SPEC: [&str; 4] = ["template", "jobTemplate", "volumeClaimTemplates", "schedule"];

/// One level of a workload: its metadata and its spec.
struct ManifestLevel<'n> {
    /// The word that names it; `None` for the object itself.
    word: Option<&'static str>,
    metadata: &'n [YamlEntry],
    spec: &'n [YamlEntry],
    object: &'static ObjectSchema,
    /// The place of the level.
    span: Span,
    /// The place of the key of its spec.
    key: Option<Span>,
}

/// `deployment NAME { … }` and its like.
pub(super) fn workload(
    root: &YamlNode,
    kind: WorkloadKind,
    idioms: &Idioms,
    diagnostics: &mut Vec<Diagnostic>,
) -> StatementDraft {
    let levels = levels(root, kind);
    let (Some(outermost), Some(pod)) = (levels.first(), levels.last()) else {
        return StatementDraft::default();
    };
    let metadata = root.get("metadata");
    let labels = labels(root, kind, outermost.spec, pod.metadata, diagnostics);
    let mut block = Vec::new();
    block.extend(metadata_of_object(outermost, &labels));
    for (at, level) in levels.iter().enumerate() {
        let outer: Vec<&ObjectSchema> = levels[..at].iter().map(|level| level.object).collect();
        let (plain, named) = spec(level, &outer, kind, &labels);
        block.extend(plain);
        block.extend(named);
    }
    block.extend(contents(outermost, pod, kind, idioms, diagnostics));
    let name = metadata.and_then(|metadata| metadata.get("name"));
    let mut head = vec![DraftToken::new(head_place(root, pod, kind), kind.keyword())];
    if let Some(name) = name {
        head.push(DraftToken::new(name.span, literal::name(name.as_text().unwrap_or_default())));
    }
    if let Some(schedule) = find(outermost.spec, "schedule").filter(|_| kind == WorkloadKind::CronJob) {
        head.push(DraftToken::text(schedule.node.span, schedule.node.as_text().unwrap_or_default()));
    }
    StatementDraft::new(root.span, head).with_block(block)
}

/// The place of messages about the whole workload: the level in which something is missing, else the name.
fn head_place(root: &YamlNode, pod: &ManifestLevel, kind: WorkloadKind) -> Span {
    let key = |key: &str| root.entry(key).map(|entry| entry.key_span);
    let lacks = |key: &str, inner: &str| root.get(key).is_none_or(|node| node.get(inner).is_none());
    let runs_once = matches!(kind, WorkloadKind::Job | WorkloadKind::CronJob);
    let place = if lacks("metadata", "name") {
        key("metadata")
    } else if kind == WorkloadKind::CronJob && lacks("spec", "schedule") {
        key("spec")
    } else if runs_once && find(pod.spec, "restartPolicy").is_none() {
        pod.key
    } else {
        root.get("metadata").and_then(|metadata| metadata.get("name")).map(|name| name.span)
    };
    place.unwrap_or(Span { end: root.span.start, ..root.span })
}

/// The levels of a kind, outermost first; the last one is the pod's.
fn levels(root: &YamlNode, kind: WorkloadKind) -> Vec<ManifestLevel<'_>> {
    let template = |path: &[&str]| path.iter().try_fold(root, |node, key| node.get(key));
    let object = ManifestLevel::new(None, Some(root), root.span, spec_of(kind));
    let pod = |path: &[&str]| ManifestLevel::new(Some("pod"), template(path), root.span, &schema::POD_SPEC);
    match kind {
        WorkloadKind::Pod => vec![object],
        WorkloadKind::CronJob => {
            let job = template(&["spec", "jobTemplate"]);
            let job = ManifestLevel::new(Some("job"), job, root.span, &schema::JOB_SPEC);
            vec![object, job, pod(&["spec", "jobTemplate", "spec", "template"])]
        }
        _ => vec![object, pod(&["spec", "template"])],
    }
}

impl<'n> ManifestLevel<'n> {
    fn new(
        word: Option<&'static str>,
        node: Option<&'n YamlNode>,
        root: Span,
        object: &'static ObjectSchema,
    ) -> Self {
        let entries = |key| node.and_then(|node| node.get(key)).map(YamlNode::entries).unwrap_or_default();
        Self {
            word,
            metadata: entries("metadata"),
            spec: entries("spec"),
            object,
            span: node.map_or(root, |node| node.span),
            key: node.and_then(|node| node.entry("spec")).map(|entry| entry.key_span),
        }
    }
}

fn spec_of(kind: WorkloadKind) -> &'static ObjectSchema {
    match kind {
        WorkloadKind::Pod => &schema::POD_SPEC,
        WorkloadKind::Deployment => &schema::DEPLOYMENT_SPEC,
        WorkloadKind::StatefulSet => &schema::STATEFUL_SET_SPEC,
        WorkloadKind::DaemonSet => &schema::DAEMON_SET_SPEC,
        WorkloadKind::ReplicaSet => &schema::REPLICA_SET_SPEC,
        WorkloadKind::Job => &schema::JOB_SPEC,
        WorkloadKind::CronJob => &schema::CRON_JOB_SPEC,
    }
}

/// The fields of metadata and specs that come first, in this order.
const FIRST: [&str; 9] = [
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "replicas",
    "selector",
    "serviceName",
    "serviceAccountName",
    "serviceAccount",
];

/// Entries in the order in which they are written.
fn ordered(entries: &[YamlEntry]) -> Vec<&YamlEntry> {
    let mut entries: Vec<&YamlEntry> = entries.iter().collect();
    entries.sort_by_key(|entry| FIRST.iter().position(|key| *key == entry.key).unwrap_or(FIRST.len()));
    entries
}

fn metadata_of_object(level: &ManifestLevel, labels: &Labels) -> Vec<StatementDraft> {
    let mut statements = Vec::new();
    for entry in ordered(level.metadata) {
        match entry.key.as_str() {
            "name" => {}
            "labels" => statements.extend(labels.of_both()),
            _ => statements.extend(fields::field(&schema::OBJECT_META, entry)),
        }
    }
    if let Some(own) = labels.of_object() {
        let head = vec![DraftToken::new(own.head[0].origin, "metadata")];
        statements.push(StatementDraft::new(own.head[0].origin, head).with_block(vec![own]));
    }
    statements
}

/// The fields of a level that are allowed in the workload itself, and the block of the other ones.
fn spec(
    level: &ManifestLevel,
    outer: &[&ObjectSchema],
    kind: WorkloadKind,
    labels: &Labels,
) -> (Vec<StatementDraft>, Option<StatementDraft>) {
    let (mut plain, mut named) = (Vec::new(), Vec::new());
    let is_pod =
        level.word.is_none_or(|word| word == "pod") && (kind == WorkloadKind::Pod || !outer.is_empty());
    if level.word.is_some() {
        for entry in ordered(level.metadata) {
            match entry.key.as_str() {
                "labels" if is_pod => named.extend(labels.of_pods()),
                // A `metadata` block would mean the level of the object.
                _ => named.extend(fields::field(&schema::OBJECT_META, entry)),
            }
        }
    }
    for entry in ordered(level.spec) {
        let key = entry.key.as_str();
        if (is_pod && OF_POD.contains(&key))
            || OF_SPEC.contains(&key)
            || (key == "selector" && labels.imply_selector())
        {
            continue;
        }
        let is_shadowed = outer.iter().any(|object| object.field(key).is_some());
        let statements = fields::field(level.object, entry);
        if is_shadowed { named.extend(statements) } else { plain.extend(statements) }
    }
    let named = (!named.is_empty()).then(|| {
        let place = Span { end: level.span.start, ..level.span };
        let word = level.word.unwrap_or("metadata");
        let extents = named.iter().flat_map(|statement| statement.extents.clone()).collect();
        StatementDraft {
            extents,
            ..StatementDraft::new(place, vec![DraftToken::new(place, word)]).with_block(named)
        }
    });
    (plain, named)
}

/// Volumes and containers.
fn contents(
    outermost: &ManifestLevel,
    pod: &ManifestLevel,
    kind: WorkloadKind,
    idioms: &Idioms,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<StatementDraft> {
    let items = |entries: &'_ [YamlEntry], key| {
        find(entries, key).map(|entry| entry.node.items().to_vec()).unwrap_or_default()
    };
    let volumes = items(pod.spec, "volumes");
    let claims = find(outermost.spec, "volumeClaimTemplates").filter(|_| kind == WorkloadKind::StatefulSet);
    let claim_names: Vec<&str> = claims
        .iter()
        .flat_map(|claims| claims.node.items())
        .filter_map(|claim| claim.get("metadata")?.get("name")?.as_text())
        .collect();
    let (init, apps) = (items(pod.spec, "initContainers"), items(pod.spec, "containers"));
    let given = find(pod.spec, "containers");
    if apps.is_empty() && given.is_none_or(|entry| !matches!(entry.node.value, YamlValue::Null)) {
        let place = given.map(|entry| entry.key_span).or(pod.key).unwrap_or(pod.span);
        diagnostics.push(
            Diagnostic::error(Code::MissingApp, place, "the pod has no `containers`")
                .here("needs at least one container")
                .help("add an ordinary container to `containers`"),
        );
    }
    let of = |node, init| (node, role(node, init));
    let containers: Vec<(&YamlNode, Role)> =
        init.iter().map(|node| of(node, true)).chain(apps.iter().map(|node| of(node, false))).collect();
    let directions = Directions::find(&volumes.iter().collect::<Vec<_>>(), &claim_names, &containers);
    let mut statements: Vec<StatementDraft> = Vec::new();
    statements.extend(volumes.iter().map(volume));
    if let Some(claims) = claims {
        statements.extend(fields::field(outermost.object, claims));
    }
    if let Some(first) = statements.first_mut() {
        first.apart = true;
    }
    let mut moved: Vec<(String, String)> = Vec::new();
    for (node, role) in containers {
        let is_step = role == Role::Step && idioms.allow(node);
        let node = &in_folders(node, &moved);
        let built_in = if is_step { built_in(node, &directions, diagnostics) } else { None };
        let statement = match built_in {
            Some(built_in) => {
                diagnostics.push(built_in.note);
                moved.extend(built_in.moved);
                built_in.statement
            }
            None => container(node, role, &directions, diagnostics),
        };
        statements.push(StatementDraft { apart: true, ..statement });
    }
    statements
}

/// A container that mounts folders of volumes where it mounted their roots.
fn in_folders<'n>(node: &'n YamlNode, moved: &[(String, String)]) -> Cow<'n, YamlNode> {
    if moved.is_empty() {
        return Cow::Borrowed(node);
    }
    let mut entries = node.entries().to_vec();
    for mounts in entries.iter_mut().filter(|entry| entry.key == "volumeMounts") {
        let YamlValue::List(mounts) = &mut mounts.node.value else { continue };
        for mount in mounts {
            let name = mount.get("name").and_then(YamlNode::as_text);
            let Some((_, folder)) = moved.iter().find(|(volume, _)| Some(volume.as_str()) == name) else {
                continue;
            };
            let (inner, place) = (mount.get("subPath").and_then(YamlNode::as_text), mount.span);
            let path = inner.map_or(folder.clone(), |inner| format!("{folder}/{inner}"));
            if let YamlValue::Map(fields) = &mut mount.value {
                fields.retain(|field| field.key != "subPath");
                let node = YamlNode { span: place, value: YamlValue::Text(path.into()) };
                fields.push(YamlEntry { key: "subPath".into(), key_span: place, node });
            }
        }
    }
    Cow::Owned(YamlNode { span: node.span, value: YamlValue::Map(entries) })
}

fn find<'n>(entries: &'n [YamlEntry], key: &str) -> Option<&'n YamlEntry> {
    entries.iter().find(|entry| entry.key == key)
}
