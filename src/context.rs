//! Holds what surrounds the workloads of a run: objects of other kinds, and workloads that are not compiled, with their
//! places.
//!
//! Invariant: an object has the fields of its kind, each with the type of the schema; whatever had another type was left out
//! and reported.

mod facts;
mod kinds;
mod labels;
mod node;
mod patches;
mod reader;

pub(crate) use facts::{LabelFact, PortFact, WaitFact, WorkloadFacts, mention};
pub(crate) use kinds::ObjectKind;
pub(crate) use labels::selects;
pub(crate) use node::object as typed_object;

use crate::diagnostic::Diagnostic;
use crate::object::Node;
use crate::source::{FileId, SourceFile, Span};
use fnv::{FnvHashMap, FnvHashSet};
use patches::Patched;
use smol_str::SmolStr;
use std::sync::Arc;

/// The objects around the workloads of a run.
#[derive(Clone, Debug, Default)]
pub struct Context {
    objects: FnvHashMap<(ObjectKind, SmolStr), Vec<Arc<ContextObject>>>,
    /// The same objects by their kinds, in the order in which they were read.
    kinds: FnvHashMap<ObjectKind, Vec<Arc<ContextObject>>>,
    workloads: Vec<Arc<WorkloadFacts>>,
    /// The objects whose content is not in any file, since something in the cluster makes them.
    made_elsewhere: FnvHashSet<(ObjectKind, SmolStr)>,
    /// What may change objects before they are applied.
    patched: Patched,
    files: FnvHashMap<FileId, Arc<SourceFile>>,
    diagnostics: Vec<Diagnostic>,
    /// Whether these are all objects of the namespace, so that what is not here does not exist.
    pub complete: bool,
    /// The service mesh that injects its proxy into the pods.
    pub mesh: Option<SmolStr>,
}

/// An object that is not a workload.
#[derive(Debug)]
pub(crate) struct ContextObject {
    pub(crate) kind: ObjectKind,
    /// Its namespace; without one, it may be in any.
    pub(crate) namespace: Option<SmolStr>,
    pub(crate) name: SmolStr,
    /// The place of its name.
    pub(crate) place: Span,
    /// All of its fields.
    pub(crate) fields: Node,
}

impl Context {
    /// Whether nothing is known that could contradict a workload.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.workloads.is_empty() && !self.complete && self.mesh.is_none()
    }

    /// Adds what another context has. The settings of the other one win.
    pub fn extend(&mut self, other: &Self) {
        if other.files.keys().all(|file| self.files.contains_key(file)) {
            return self.adopt_settings(other);
        }
        let is_new = |place: Span| !self.files.contains_key(&place.file);
        let mut new: Vec<&Arc<ContextObject>> =
            other.kinds.values().flatten().filter(|object| is_new(object.place)).collect();
        new.sort_by_key(|object| object.place);
        let new: Vec<Arc<ContextObject>> = new.into_iter().cloned().collect();
        let workloads: Vec<Arc<WorkloadFacts>> =
            other.workloads.iter().filter(|workload| is_new(workload.place)).cloned().collect();
        self.workloads.extend(workloads);
        for object in new {
            self.insert(object);
        }
        self.patched.extend(&other.patched);
        self.made_elsewhere.extend(other.made_elsewhere.iter().cloned());
        self.diagnostics.extend(other.diagnostics.iter().cloned());
        self.files.extend(other.files.iter().map(|(id, file)| (*id, Arc::clone(file))));
        self.adopt_settings(other);
    }

    fn insert(&mut self, object: Arc<ContextObject>) {
        self.kinds.entry(object.kind).or_default().push(Arc::clone(&object));
        self.objects.entry((object.kind, object.name.clone())).or_default().push(object);
    }

    fn adopt_settings(&mut self, other: &Self) {
        self.complete |= other.complete;
        self.mesh = other.mesh.clone().or_else(|| self.mesh.take());
    }

    /// What is wrong with the objects themselves, at places in their files.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The files of the objects.
    pub fn files(&self) -> &FnvHashMap<FileId, Arc<SourceFile>> {
        &self.files
    }

    /// The files in the order in which they were read.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn files_in_order(&self) -> Vec<&Arc<SourceFile>> {
        let mut files: Vec<&Arc<SourceFile>> = self.files.values().collect();
        files.sort_by_key(|file| file.id);
        files
    }

    /// Whether it has an object of a kind.
    pub(crate) fn has(&self, kind: ObjectKind) -> bool {
        self.kinds.contains_key(&kind)
    }

    /// All objects of a kind, in the order in which they were read.
    pub(crate) fn all(&self, kind: ObjectKind) -> Vec<&ContextObject> {
        self.kinds.get(&kind).map_or(&[][..], Vec::as_slice).iter().map(|object| &**object).collect()
    }

    /// The objects that a name in a namespace may mean to a workload of a file, the nearest one first: those of its file,
    /// else of its folder, else all. None if something else makes the object or may change it, since its content is unknown.
    ///
    /// They contradict the workload only if each of them does.
    pub(crate) fn candidates(
        &self,
        kind: ObjectKind,
        namespace: Option<&str>,
        name: &str,
        file: &str,
    ) -> Vec<&ContextObject> {
        let key = (kind, SmolStr::new(name));
        if self.made_elsewhere.contains(&key) || self.patched.may_change(kind) {
            return Vec::new();
        }
        let objects = self.objects.get(&key).map_or(&[][..], Vec::as_slice).iter();
        let mut found: Vec<(usize, &ContextObject)> = objects
            .filter(|object| object.is_in(namespace))
            .map(|object| (self.distance(object.place.file, file), &**object))
            .collect();
        found.sort_by_key(|(distance, object)| (*distance, object.place));
        let nearest = found.first().map(|(distance, _)| *distance);
        found.retain(|(distance, _)| Some(*distance) == nearest);
        found.into_iter().map(|(_, object)| object).collect()
    }

    /// How far one of its files is from another file: the same one, in the same folder, or elsewhere.
    fn distance(&self, of: FileId, file: &str) -> usize {
        let name = self.files.get(&of).map_or("", |file| &file.name);
        let folder =
            |name: &'_ str| name.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        match name {
            same if same == file => 0,
            other if folder(other) == folder(file) => 1,
            _ => 2,
        }
    }

    /// Whether nothing has a name, although these are all objects.
    pub(crate) fn lacks(&self, kind: ObjectKind, namespace: Option<&str>, name: &str) -> bool {
        let key = (kind, SmolStr::new(name));
        self.complete
            && !self.made_elsewhere.contains(&key)
            && !self.objects.get(&key).is_some_and(|all| all.iter().any(|object| object.is_in(namespace)))
    }

    /// The workloads that are not compiled.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = &WorkloadFacts> {
        self.workloads.iter().map(|workload| &**workload)
    }
}

/// Contexts of the same files with the same settings are the same.
impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        self.complete == other.complete
            && self.mesh == other.mesh
            && self.files.len() == other.files.len()
            && self.files.keys().all(|id| other.files.contains_key(id))
    }
}

impl Eq for Context {}

impl ContextObject {
    /// Whether it may be in a namespace: one that is not known may be any.
    pub(crate) fn is_in(&self, namespace: Option<&str>) -> bool {
        same_namespace(self.namespace.as_deref(), namespace)
    }

    /// The field at a dotted path.
    pub(crate) fn at(&self, path: &str) -> Option<&Node> {
        self.fields.at(path)
    }
}

/// Whether two namespaces may be the same one: one that is not known may be any.
pub(crate) fn same_namespace(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}
