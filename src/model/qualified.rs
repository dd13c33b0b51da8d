//! Names the volumes and containers of a pod as a source does: plain, or with the part that declares them.
//!
//! Invariant: lookups compare these names, and only [`QualifiedName::in_pod`] makes the name that Kubernetes gets.

use super::PlacedName;
use super::scope::Scope;
use crate::object::Node;
use crate::source::Span;
use smol_str::{SmolStr, format_smolstr};
use std::fmt;

/// The name of a volume or a container, and the part that it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct QualifiedName {
    /// The part.
    pub part: Option<SmolStr>,
    /// The name without the part.
    pub name: SmolStr,
}

impl QualifiedName {
    /// A name outside all parts.
    pub(crate) fn plain(name: impl Into<SmolStr>) -> Self {
        Self { part: None, name: name.into() }
    }

    /// Reads `name` or `part.name`.
    pub(super) fn read(written: &str) -> Self {
        match written.split_once('.') {
            Some((part, name)) => Self { part: Some(part.into()), name: name.into() },
            None => Self::plain(written),
        }
    }

    /// The name in the pod: `part-name`.
    pub(crate) fn in_pod(&self) -> SmolStr {
        match &self.part {
            Some(part) => format_smolstr!("{part}-{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The name as it is written in a part. The part's own names have no prefix there.
    pub(crate) fn written_in(&self, part: Option<&SmolStr>) -> String {
        if self.part.as_ref() == part { self.name.to_string() } else { self.to_string() }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{part}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A declared name, and the place of its declaration.
pub(super) struct Declared {
    pub(super) name: QualifiedName,
    pub(super) span: Span,
}

impl Declared {
    /// The name that a node declares at its place.
    pub(super) fn of(node: &Node, scope: &Scope) -> Option<Self> {
        let name = QualifiedName { part: scope.part.map(SmolStr::new), name: node.as_text()?.into() };
        Some(Self { name, span: node.span })
    }

    /// The name in the pod.
    pub(super) fn in_pod(&self) -> PlacedName {
        PlacedName { text: self.name.in_pod(), span: self.span }
    }
}

/// A reference to a volume or a container, and the part in which it was written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// The name as it was written.
    pub(super) name: QualifiedName,
    pub(super) span: Span,
    /// The part whose names come first.
    pub(super) inside: Option<SmolStr>,
}

impl Named {
    /// A reference to something that the compiler adds.
    pub(super) fn plain(name: SmolStr, span: Span) -> Self {
        Self { name: QualifiedName::plain(name), span, inside: None }
    }

    /// The names that it may mean, the nearest first.
    pub(super) fn candidates(&self) -> impl Iterator<Item = QualifiedName> {
        let inner = self.inside.clone().filter(|_| self.name.part.is_none());
        let inner = inner.map(|part| QualifiedName { part: Some(part), ..self.name.clone() });
        inner.into_iter().chain([self.name.clone()])
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::{CompileOptions, NoFiles, compile};
    use crate::diagnostic::{Diagnostic, Severity};

    /// A pod with the part `db`, which has the volume `data`, the step `init`, and a sidecar that reads `data`.
    fn pod(statements: &str) -> String {
        format!(
            "template part store() {{\n  volume data\n  step init {{ image \"i:1\"; writes data at /d }}\n  \
             sidecar serve {{ image \"s:1\"; reads data at /d; started tcp 80 }}\n}}\n\
             pod shop {{\n  part db from store()\n  {statements}\n}}\n"
        )
    }

    /// What a program compiles to, or its errors: the headline, the labels, and the help.
    fn outcome(program: &str) -> String {
        let compilation = compile("main.initflow", program.to_owned(), &NoFiles, &CompileOptions::default());
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        let shown = compilation.diagnostics.iter().filter(is_error).map(|found| {
            let labels = std::iter::once(&found.primary).chain(&found.labels);
            let texts = labels.map(|label| label.text.as_str()).chain(found.help.iter().map(String::as_str));
            format!("{}: {} ({})", found.code.name(), found.headline, texts.collect::<Vec<_>>().join("; "))
        });
        let shown: Vec<String> = shown.collect();
        if shown.is_empty() { compilation.workloads[0].yaml(None) } else { shown.join("\n") }
    }

    #[test]
    fn what_a_part_declares_is_named_by_the_part_outside_of_it() {
        let app = "app web { image \"a:1\"; env { X file(db.data, \"x\", \"X\") } }";
        let yaml = outcome(&pod(&format!(
            "step use {{ image \"a:1\"; reads db.data at /x; after db.init }}\n{app}"
        )));
        for line in ["- name: db-data", "- name: db-init", "- name: db-serve", "volumeName: db-data"] {
            assert!(yaml.contains(line), "{yaml}");
        }
    }

    #[test]
    fn a_name_that_only_looks_the_same_in_the_pod_is_unknown() {
        let app = "app web { image \"a:1\" }";
        let step = |statements: &str| format!("step use {{ image \"a:1\"; {statements} }}\n{app}");
        let unknown = [
            format!("volume my-data\n{}", step("reads my.data at /x")),
            step("reads db-data at /x"),
            format!("step my-init {{ image \"i:1\" }}\n{}", step("after my.init")),
            step("after db-init"),
            step("reads db.date at /x"),
            step("reads db.thing at /x"),
            format!("volume db-cache\n{}", step("reads db-cash at /x")),
            format!("volume my-data\n{}", step("env { X file(my.data, \"x\", \"X\") }")),
        ];
        let found: Vec<String> = unknown.iter().map(|statements| outcome(&pod(statements))).collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        unknown-volume: no volume is called `my.data` (not declared in this workload; change to `my-data`)
        unknown-volume: no volume is called `db-data` (not declared in this workload; change to `db.data`)
        unknown-container: no step or sidecar is called `my.init` (not declared in this workload; change to `my-init`)
        unknown-container: no step or sidecar is called `db-init` (not declared in this workload; change to `db.init`)
        unknown-volume: no volume is called `db.date` (not declared in this workload; change to `db.data`)
        unknown-volume: no volume is called `db.thing` (not declared in this workload; use a volume of the part `db`: `db.data`)
        unknown-volume: no volume is called `db-cash` (not declared in this workload; change to `db-cache`)
        unknown-volume: no volume is called `my.data` (not declared in this workload; change to `my-data`)
        ");
    }

    #[test]
    fn inside_a_part_its_own_names_come_first_and_have_no_prefix() {
        let mounted = |name: &str| {
            let made = outcome(&format!(
                "template part store() {{\n  volume data\n  \
                 sidecar serve {{ image \"s:1\"; mounts {name} at /d; started tcp 80 }}\n}}\n\
                 pod shop {{\n  volume data claim \"c\"\n  volume db-log claim \"c\"\n  part db from store()\n  \
                 app web {{ image \"a:1\" }}\n}}\n"
            ));
            let mount = made.split_once("volumeMounts:\n").and_then(|(_, mounts)| mounts.lines().next());
            mount.map_or(made.clone(), |mount| mount.trim().to_owned())
        };
        assert_eq!(mounted("data"), "- name: db-data");
        assert_eq!(mounted("db.data"), "- name: db-data");
        assert_eq!(mounted("db-log"), "- name: db-log");
        insta::assert_snapshot!(["db.log", "dato", "db-data"].map(mounted).join("\n"), @r"
        unknown-volume: no volume is called `db.log` (not declared in this workload; change to `db-log`)
        unknown-volume: no volume is called `dato` (not declared in this workload; change to `data`)
        unknown-volume: no volume is called `db-data` (not declared in this workload; change to `data`)
        ");
    }

    #[test]
    fn two_names_that_are_one_in_the_pod_are_a_duplicate() {
        let app = "app web { image \"a:1\" }";
        let found = [
            format!("volume db-data\n{app}"),
            format!("step db-init {{ image \"i:1\" }}\n{app}"),
            format!("sidecar db-serve {{ image \"i:1\"; started tcp 80 }}\n{app}"),
        ]
        .map(|statements| outcome(&pod(&statements)));
        insta::assert_snapshot!(found.join("\n"), @r"
        duplicate-name: two volumes get the name `db-data` in the pod (`db-data` of the workload; `data` of the part `db` is `db-data` in the pod; give one of them another name)
        duplicate-name: two containers get the name `db-init` in the pod (`db-init` of the workload; `init` of the part `db` is `db-init` in the pod; give one of them another name)
        duplicate-name: two containers get the name `db-serve` in the pod (`db-serve` of the workload; `serve` of the part `db` is `db-serve` in the pod; give one of them another name)
        ");
    }

    #[test]
    fn a_field_of_kubernetes_has_the_name_in_the_pod() {
        let field = |name: &str| {
            let key = format!("fileKeyRef {{ volumeName \"{name}\"; path \"x\"; key \"X\" }}");
            let app = format!("app web {{ image \"a:1\"; env {{ X {{ valueFrom {{ {key} }} }} }} }}");
            let annotations = "annotations { \"kubectl.kubernetes.io/default-container\" \"web\" }";
            outcome(&pod(&format!("{annotations}\n{app}")))
        };
        assert!(field("db-data").contains("volumeName: db-data"), "{}", field("db-data"));
        insta::assert_snapshot!(field("db.data"), @r"
        unknown-volume: there is no volume `db.data` (not declared in this workload; change to `db-data`)
        ");
    }
}
