//! Reads a file of manifests, and writes its workloads as a source.

use super::idioms::Idioms;
use super::source::Written;
use super::{comments, defaults, foreign, missing, workload};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::kubernetes::schema;
use crate::manifest::typed;
use crate::manifest::yaml::{self, Comment, MAX_ERRORS, YamlNode, YamlStream, YamlValue};
use crate::model::WorkloadKind;
use crate::source::{SourceFile, Span};
use missing::lacks;
use smol_str::SmolStr;
use std::ops::Range;

/// The workloads of a file as a source that is not compiled yet, and the rest of the file.
#[derive(Clone, Default)]
pub(super) struct Draft {
    /// The source.
    pub(super) written: Written,
    /// What cannot be read or has the wrong type.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What is said about documents that are not manifests.
    pub(super) strangers: Vec<Diagnostic>,
    /// The objects that are not workloads.
    pub(super) others: Vec<YamlNode>,
    /// Each workload: its lines in the source, and its place in the manifest.
    pub(super) workloads: Vec<(Range<usize>, Span)>,
    /// The documents that have errors.
    pub(super) broken: Vec<Span>,
    /// The documents that Helm rendered, each with the template.
    pub(super) templates: Vec<(Span, SmolStr)>,
}

impl Draft {
    /// Reads the manifests of a file.
    pub(super) fn of(file: &SourceFile, idioms: &Idioms) -> Self {
        let mut draft = Self::default();
        let YamlStream { documents, comments } = yaml::read(file, &mut draft.diagnostics);
        let mut errors = count_errors(&draft.diagnostics);
        let mut comments = comments.as_slice();
        let starts: Vec<usize> = documents.iter().map(|document| document.span.start as usize).collect();
        for (at, document) in documents.into_iter().enumerate() {
            let end = end_of(&document, starts.get(at + 1).copied(), &file.text);
            let mine = take(&mut comments, end);
            let span = document.span;
            draft.templates.extend(template(mine, span).map(|template| (span, template)));
            let before = draft.diagnostics.len();
            draft.document(document, mine, &file.text, idioms);
            let new = count_errors(&draft.diagnostics[before..]);
            if new > 0 {
                draft.broken.push(span);
            }
            errors += new;
            if errors >= MAX_ERRORS {
                break;
            }
        }
        draft
    }

    /// Writes the workloads of a document, with its comments.
    fn document(&mut self, document: YamlNode, mut comments: &[Comment], text: &str, idioms: &Idioms) {
        let beginnings = comments::beginnings(&document);
        let mut manifests = Vec::new();
        self.find(document, &mut manifests);
        let count = manifests.len();
        for (at, (manifest, kind)) in manifests.into_iter().enumerate() {
            let mut statement = workload::workload(&manifest, kind, idioms, &mut self.diagnostics);
            let is_last = at + 1 == count;
            let mine = take(&mut comments, if is_last { text.len() } else { manifest.span.end as usize });
            let left = comments::place(mine, text, &beginnings, &mut statement);
            if !self.written.text.is_empty() {
                self.written.text.push('\n');
            }
            let start = self.written.text.len();
            self.written.statements(&[statement], 0);
            self.workloads.push((start..self.written.text.len(), manifest.span));
            self.written.comments(&left, 0);
        }
    }

    /// Finds the workloads of a document and of the lists in it.
    fn find(&mut self, document: YamlNode, found: &mut Vec<(YamlNode, WorkloadKind)>) {
        let diagnostics = &mut self.diagnostics;
        if !matches!(document.value, YamlValue::Map(_)) {
            diagnostics.push(
                Diagnostic::error(Code::TypeMismatch, document.span, "this document is not a manifest")
                    .here("expected a map with `apiVersion`, `kind` and `metadata`"),
            );
            return;
        }
        let field = |key: &str| document.get(key).and_then(YamlNode::as_text);
        let Some(kind) = field("kind").filter(|kind| !kind.is_empty()) else {
            return self.strangers.push(foreign::without_kind(&document));
        };
        let place = document.get("kind").map_or(document.span, |node| node.span);
        let version = field("apiVersion").filter(|version| !version.is_empty());
        if version.is_none() {
            return diagnostics.push(lacks(&document, "apiVersion", "a manifest"));
        }
        if kind == "List" {
            let YamlValue::Map(entries) = document.value else { return };
            let items = entries.into_iter().find(|entry| entry.key == "items").map(|entry| entry.node.value);
            if let Some(YamlValue::List(items)) = items {
                for item in items {
                    self.find(item, found);
                }
            }
            return;
        }
        let is_foreign = version.is_some_and(foreign::is_foreign);
        let workload = WorkloadKind::ALL.into_iter().find(|workload| workload.name() == kind && !is_foreign);
        let Some(workload) = workload else {
            let known = KINDS.iter().find(|(group, _)| Some(*group) == version);
            if let Some((group, kinds)) = known.filter(|(_, kinds)| !kinds.contains(&kind)) {
                let headline = format!("unknown kind `{}` in `{group}`", kind.escape_debug());
                diagnostics.push(
                    Diagnostic::error(Code::UnknownValue, place, headline)
                        .here("not a kind of this API group")
                        .did_you_mean(place, kind, kinds.iter().copied()),
                );
                return;
            }
            return self.others.push(document);
        };
        let Some(version) = document.get("apiVersion") else {
            return diagnostics.push(lacks(&document, "apiVersion", "a manifest"));
        };
        let expected = api_version(workload);
        if version.as_text() != Some(expected) {
            diagnostics.push(
                Diagnostic::error(
                    Code::UnknownValue,
                    version.span,
                    format!("`{kind}` is not in this version of the API"),
                )
                .here(format!("expected `{expected}`"))
                .help(format!("use `apiVersion: {expected}`")),
            );
            return;
        }
        let Some(object) = schema::object(kind) else { return };
        let YamlValue::Map(entries) = document.value else { return };
        let mut entries = typed::fields(object, entries, diagnostics);
        typed::forget_cluster(&mut entries);
        defaults::forget(workload, object, &mut entries);
        found.push((YamlNode { span: document.span, value: YamlValue::Map(entries) }, workload));
    }
}

/// How many diagnostics are errors.
pub(super) fn count_errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// Where the comments of a document end: at the `---` after it.
fn end_of(document: &YamlNode, next: Option<usize>, text: &str) -> usize {
    let end = document.span.end as usize;
    match next {
        None => text.len(),
        Some(next) => {
            let between = text.get(end..next).unwrap_or_default();
            end + between.find("\n---").unwrap_or_default()
        }
    }
}

/// Splits off the comments that start before a place.
fn take<'c>(comments: &mut &'c [Comment], end: usize) -> &'c [Comment] {
    let until = comments.partition_point(|comment| (comment.span.start as usize) < end);
    let (taken, rest) = comments.split_at(until);
    *comments = rest;
    taken
}

/// The template that Helm rendered a document from: Helm names it above the document.
fn template(comments: &[Comment], document: Span) -> Option<SmolStr> {
    let above = comments.iter().take_while(|comment| comment.span.start < document.start);
    let named = above.filter_map(|comment| comment.text.strip_prefix("Source: "));
    named.filter(|path| path.contains("/templates/") || path.contains("/crds/")).last().map(SmolStr::new)
}

/// The kinds of the API groups of workloads, which tell a misspelled kind from a foreign one.
const KINDS: [(&str, &[&str]); 3] = [
    (
        "v1",
        &[
            "Binding",
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "List",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps/v1", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("batch/v1", &["CronJob", "Job"]),
];

fn api_version(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Pod => "v1",
        WorkloadKind::Job | WorkloadKind::CronJob => "batch/v1",
        _ => "apps/v1",
    }
}
