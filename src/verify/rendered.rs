//! Reads the workloads and pods of rendered manifests, each with what it may be called in the sources.

use crate::context::typed_object;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::schema;
use crate::manifest::typed;
use crate::manifest::yaml::{self, YamlNode, YamlValue};
use crate::model::{Role, WorkloadKind};
use crate::object::Node;
use crate::source::{SourceFile, Span};
use smol_str::SmolStr;
use std::sync::Arc;

/// The workloads and pods of manifests.
#[derive(Debug, Default)]
pub struct Rendered {
    pub(super) files: Vec<Arc<SourceFile>>,
    pub(super) workloads: Vec<RenderedWorkload>,
    diagnostics: Vec<(Arc<SourceFile>, Vec<Diagnostic>)>,
}

/// A workload or a pod as a manifest has it.
#[derive(Debug)]
pub(super) struct RenderedWorkload {
    pub(super) kind: WorkloadKind,
    pub(super) name: SmolStr,
    pub(super) namespace: Option<SmolStr>,
    /// The place of its name.
    pub(super) place: Span,
    pub(super) file: Arc<SourceFile>,
    /// What it, or what controls it, is called: its kind and name, the likeliest first.
    pub(super) origins: Vec<(WorkloadKind, SmolStr)>,
    /// The init list, in its order.
    pub(super) init: Vec<RenderedContainer>,
    pub(super) apps: Vec<RenderedContainer>,
    /// The spec of its pods.
    pub(super) spec: Node,
}

/// A container of a pod.
#[derive(Debug)]
pub(super) struct RenderedContainer {
    pub(super) name: SmolStr,
    pub(super) role: Role,
    /// The place of its name.
    pub(super) place: Span,
    pub(super) fields: Node,
}

impl Rendered {
    /// Reads the manifests of a file: documents of YAML or JSON, their lists, and the items of a `ResourceList`.
    ///
    /// ```
    /// use initflow::verify::Rendered;
    ///
    /// let mut rendered = Rendered::default();
    /// rendered.read("pods.yaml", "kind: Pod\napiVersion: v1\nmetadata: { name: a }\nspec: {}\n");
    /// assert_eq!(rendered.len(), 1);
    /// ```
    pub fn read(&mut self, name: &str, text: impl Into<String>) {
        let file = Arc::new(SourceFile::shared(name, text));
        let mut diagnostics = Vec::new();
        let stream = yaml::read(&file, &mut diagnostics);
        for document in stream.documents {
            self.add(document, &file, &mut diagnostics);
        }
        self.files.push(Arc::clone(&file));
        if !diagnostics.is_empty() {
            self.diagnostics.push((file, diagnostics));
        }
    }

    /// How many workloads and pods there are.
    pub fn len(&self) -> usize {
        self.workloads.len()
    }

    /// Whether there is no workload and no pod.
    pub fn is_empty(&self) -> bool {
        self.workloads.is_empty()
    }

    /// What cannot be read, for each file that has something of the kind.
    pub fn diagnostics(&self) -> &[(Arc<SourceFile>, Vec<Diagnostic>)] {
        &self.diagnostics
    }

    fn add(&mut self, document: YamlNode, file: &Arc<SourceFile>, diagnostics: &mut Vec<Diagnostic>) {
        let text = |key: &str| document.get(key).and_then(YamlNode::as_text);
        let Some(kind) = text("kind") else { return };
        if kind.ends_with("List") {
            let YamlValue::Map(entries) = document.value else { return };
            let items = entries.into_iter().find(|entry| entry.key == "items").map(|entry| entry.node.value);
            if let Some(YamlValue::List(items)) = items {
                for item in items {
                    self.add(item, file, diagnostics);
                }
            }
            return;
        }
        let version = text("apiVersion").unwrap_or_default();
        let known = WorkloadKind::ALL.into_iter().find(|known| known.name() == kind);
        let known = known.filter(|_| matches!(version, "v1" | "apps/v1" | "batch/v1"));
        let Some((kind, schema)) = known.and_then(|known| Some((known, schema::object(kind)?))) else {
            return;
        };
        let (span, YamlValue::Map(entries)) = (document.span, document.value) else { return };
        let mut found = Vec::new();
        let entries = typed::fields(schema, entries, &mut found);
        // A newer API has more fields, and what they mean does not matter here.
        found.retain(|diagnostic| diagnostic.code != Code::UnknownStatement);
        diagnostics.append(&mut found);
        let fields = typed_object(schema, YamlNode { span, value: YamlValue::Map(entries) });
        self.workloads.extend(RenderedWorkload::of(kind, &fields, file));
    }
}

impl RenderedWorkload {
    /// A workload of an object; nothing if it has no pods, like the ReplicaSet of an earlier revision.
    fn of(kind: WorkloadKind, object: &Node, file: &Arc<SourceFile>) -> Option<Self> {
        let spec = match kind {
            WorkloadKind::Pod => object.get("spec"),
            WorkloadKind::CronJob => object.at("spec.jobTemplate.spec.template.spec"),
            _ => object.at("spec.template.spec"),
        };
        let text = |path| object.at(path).and_then(Node::as_text).map(SmolStr::new);
        let place = |path| object.at(path).map(|node| node.span);
        let containers = |list, role: fn(&Node) -> Role| -> Vec<RenderedContainer> {
            let items = spec.and_then(|spec| spec.get(list)).map_or(&[][..], Node::items);
            items.iter().map(|item| RenderedContainer::of(item, role(item))).collect()
        };
        let generated = text("metadata.generateName");
        let name = text("metadata.name").or_else(|| generated.clone())?;
        let origins = origins(kind, &name, object.get("metadata"));
        let is_idle = object.at("spec.replicas").and_then(Node::as_int) == Some(0)
            && kind == WorkloadKind::ReplicaSet
            && object.at("metadata.ownerReferences").is_some();
        (!is_idle).then(|| Self {
            kind,
            namespace: text("metadata.namespace"),
            place: place("metadata.name").or_else(|| place("metadata.generateName")).unwrap_or(object.span),
            file: Arc::clone(file),
            origins,
            init: containers("initContainers", |item| {
                let restarts = item.get("restartPolicy").and_then(Node::as_text);
                if restarts == Some("Always") { Role::Sidecar } else { Role::Step }
            }),
            apps: containers("containers", |_| Role::App),
            spec: spec.cloned().unwrap_or_else(|| Node::map(object.span)),
            name,
        })
    }

    /// How messages name it.
    pub(super) fn title(&self) -> String {
        format!("{} `{}`", self.kind.name(), self.name)
    }

    /// All containers, in the order in which they start.
    pub(super) fn containers(&self) -> impl Iterator<Item = &RenderedContainer> {
        self.init.iter().chain(&self.apps)
    }
}

impl RenderedContainer {
    fn of(fields: &Node, role: Role) -> Self {
        let name = fields.get("name");
        Self {
            name: name.and_then(Node::as_text).map(SmolStr::new).unwrap_or_default(),
            role,
            place: name.map_or(fields.span, |name| name.span),
            fields: fields.clone(),
        }
    }
}

/// What an object is called, and what it belongs to: by its owner, or by the form of the names that controllers make.
fn origins(kind: WorkloadKind, name: &SmolStr, metadata: Option<&Node>) -> Vec<(WorkloadKind, SmolStr)> {
    let text = |node: &Node, key| node.get(key).and_then(Node::as_text).map(SmolStr::new);
    let hash = metadata.and_then(|metadata| text(metadata.get("labels")?, "pod-template-hash"));
    let owners = metadata.and_then(|metadata| metadata.get("ownerReferences")).map_or(&[][..], Node::items);
    let owner = owners.iter().find_map(|owner| {
        let kind = text(owner, "kind")?;
        Some((WorkloadKind::ALL.into_iter().find(|known| known.name() == kind)?, text(owner, "name")?))
    });
    let own = (kind, name.clone());
    let mut origins = match owner {
        Some((owner @ WorkloadKind::ReplicaSet, name)) => {
            vec![(WorkloadKind::Deployment, without_hash(&name, hash.as_deref())), (owner, name)]
        }
        Some((owner @ WorkloadKind::Job, name)) => {
            let scheduled = name.rsplit_once('-').filter(|(_, time)| is_number(time));
            let cron = scheduled.map(|(cron, _)| (WorkloadKind::CronJob, cron.into()));
            [(owner, name.clone())].into_iter().chain(cron).collect()
        }
        Some(owner) => vec![owner],
        None => {
            let generated = metadata.and_then(|metadata| text(metadata, "generateName"));
            let whole = generated.clone().map(|name| (kind, name));
            let stem = generated.as_deref().and_then(|name| name.strip_suffix('-')).map(SmolStr::new);
            let deployment = stem.filter(|_| hash.is_some());
            let deployment =
                deployment.map(|stem| (WorkloadKind::Deployment, without_hash(&stem, hash.as_deref())));
            deployment.into_iter().chain(whole).collect()
        }
    };
    // It may have been described by itself, whatever controls it.
    origins.push(own);
    origins
}

/// The name of a Deployment, from that of its ReplicaSet.
fn without_hash(name: &str, hash: Option<&str>) -> SmolStr {
    let by_label = hash.and_then(|hash| name.strip_suffix(hash)?.strip_suffix('-'));
    by_label.or_else(|| Some(name.rsplit_once('-')?.0)).unwrap_or(name).into()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
