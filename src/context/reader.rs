//! Reads the objects of manifests into a context.

use super::facts::WorkloadFacts;
use super::{Context, ContextObject, ObjectKind, node};
use crate::diagnostic::{Diagnostic, Severity};
use crate::kubernetes::schema::{self, ObjectSchema};
use crate::manifest::typed;
use crate::manifest::yaml::{self, YamlNode, YamlValue};
use crate::model::WorkloadKind;
use crate::object::Node;
use crate::source::SourceFile;
use smol_str::SmolStr;
use std::sync::Arc;

/// What makes an object whose content no file has: the kind that makes it, what it makes, and where it has its name.
const MAKERS: [(&str, ObjectKind, &str); 4] = [
    ("Certificate", ObjectKind::Secret, "spec.secretName"),
    ("ExternalSecret", ObjectKind::Secret, "spec.target.name"),
    ("SealedSecret", ObjectKind::Secret, "metadata.name"),
    ("VaultStaticSecret", ObjectKind::Secret, "spec.destination.name"),
];

/// The lists of a `Kustomization` that make objects, and what they make.
const GENERATORS: [(&str, ObjectKind); 2] =
    [("configMapGenerator", ObjectKind::ConfigMap), ("secretGenerator", ObjectKind::Secret)];

impl Context {
    /// Reads the objects of a file, whose number must be unlike that of every other file of the run
    /// (see [`SourceFile::shared`]). What is wrong in it is a warning: the file is not what is being checked.
    pub fn read(&mut self, file: &Arc<SourceFile>) {
        self.files.entry(file.id).or_insert_with(|| Arc::clone(file));
        let mut found = Vec::new();
        let stream = yaml::read(file, &mut found);
        self.report(found);
        for document in &stream.documents {
            self.add(document, file);
        }
    }

    /// Adds the objects of a document that has been read already, and those of its lists. Kinds that are not known pass.
    pub(crate) fn add(&mut self, document: &YamlNode, file: &Arc<SourceFile>) {
        self.files.entry(file.id).or_insert_with(|| Arc::clone(file));
        let field = |key: &str| document.get(key).and_then(YamlNode::as_text);
        let (Some(kind), Some(version)) = (field("kind"), field("apiVersion")) else { return };
        if kind.ends_with("List")
            && let Some(items) = document.get("items")
        {
            return items.items().iter().for_each(|item| self.add(item, file));
        }
        if let Some(known) = ObjectKind::of(version, kind) {
            return self.add_object(known, document);
        }
        let workload = WorkloadKind::ALL.into_iter().find(|known| known.name() == kind);
        if let Some(known) = workload.filter(|_| matches!(version, "v1" | "apps/v1" | "batch/v1")) {
            if let Some(fields) = schema::object(kind).map(|schema| self.typed(schema, document)) {
                self.workloads.extend(WorkloadFacts::of_object(known, &fields, &file.name).map(Arc::new));
            }
            return;
        }
        self.add_maker(kind, document);
    }

    fn add_object(&mut self, kind: ObjectKind, document: &YamlNode) {
        let Some(schema) = kind.schema() else { return };
        let fields = self.typed(schema, document);
        let text = |path| fields.at(path).and_then(Node::as_text).map(SmolStr::new);
        let Some(name) = text("metadata.name") else { return };
        let namespace = text("metadata.namespace").filter(|_| !kind.is_of_cluster());
        let place = fields.at("metadata.name").map_or(fields.span, |name| name.span);
        self.insert(Arc::new(ContextObject { kind, namespace, name, place, fields }));
    }

    /// The object of a document, without what does not have the type in the schema.
    fn typed(&mut self, schema: &'static ObjectSchema, document: &YamlNode) -> Node {
        let mut found = Vec::new();
        let entries = typed::fields(schema, document.entries().to_vec(), &mut found);
        self.report(found);
        node::object(schema, YamlNode { span: document.span, value: YamlValue::Map(entries) })
    }

    fn report(&mut self, found: Vec<Diagnostic>) {
        let warning = |diagnostic| Diagnostic { severity: Severity::Warning, ..diagnostic };
        self.diagnostics.extend(found.into_iter().map(warning));
    }

    /// Remembers what something else makes in the cluster or before the objects are applied.
    fn add_maker(&mut self, kind: &str, document: &YamlNode) {
        let text = |node: &YamlNode, path: &str| {
            let found = path.split('.').try_fold(node, |node, key| node.get(key));
            found.and_then(YamlNode::as_text).map(SmolStr::new)
        };
        let makes = MAKERS.iter().filter(|(maker, _, _)| *maker == kind);
        let made = makes.filter_map(|(_, makes, path)| {
            Some((*makes, text(document, path).or_else(|| text(document, "metadata.name"))?))
        });
        self.made_elsewhere.extend(made);
        if kind == "Kustomization" {
            self.patched.read(document);
            for (list, makes) in GENERATORS {
                let items = document.get(list).map_or(&[][..], YamlNode::items).iter();
                self.made_elsewhere.extend(items.filter_map(|item| Some((makes, text(item, "name")?))));
            }
        }
    }
}
