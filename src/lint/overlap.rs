//! Finds workloads that select each other's pods; this needs all workloads of a program.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;
use fnv::FnvHasher;
use smol_str::SmolStr;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

/// How many workloads are compared with one selector: those that have its rarest label.
const MAX_COMPARED: usize = 64;

/// What a workload selects, and the labels of its pods.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    kind: WorkloadKind,
    name: SmolStr,
    place: Span,
    /// The labels of the pods, in order.
    labels: LabelHashes,
    /// The labels that the selector asks for; empty if it has none, or also asks for something else.
    selector: LabelHashes,
    /// The label of a selector that asks for only one.
    only: Option<(SmolStr, SmolStr)>,
}

/// A hash for each label with its value and namespace: no two labels of a program have the same one, as good as certainly.
type LabelHashes = Box<[u64]>;

/// The selections of a program.
#[derive(Debug, Default)]
pub(crate) struct Selections(Vec<Arc<Selection>>);

impl Selection {
    /// The selection of a workload, if it has one or could be selected by mistake.
    pub(crate) fn of(workload: &Workload) -> Option<Self> {
        let name = workload.name.as_ref()?;
        // The pods of a Job belong to it, and to no one who happens to select them.
        if !workload.kind.has_selector() && workload.kind != WorkloadKind::Pod {
            return None;
        }
        let metadata = match workload.kind {
            WorkloadKind::Pod => &workload.object.metadata,
            _ => &workload.pod.metadata,
        };
        let selector = workload.object.spec.get("selector");
        let simple = selector.and_then(|selector| selector.get("matchExpressions")).is_none();
        let matched = selector.and_then(|selector| selector.get("matchLabels")).filter(|_| simple);
        let namespace = workload.namespace();
        let only = match matched.map_or(&[][..], Node::entries) {
            [only] => Some((only.key.clone(), only.node.as_text()?.into())),
            _ => None,
        };
        Some(Self {
            kind: workload.kind,
            name: name.text.clone(),
            place: name.span,
            labels: labels(namespace, metadata.get("labels"))?,
            selector: labels(namespace, matched)?,
            only,
        })
    }

    /// Whether this selects the pods of another one.
    fn selects(&self, other: &Self) -> bool {
        self.selector.iter().all(|label| other.labels.binary_search(label).is_ok())
    }
}

/// The labels in a node, unless one is not known.
fn labels(namespace: Option<&str>, node: Option<&Node>) -> Option<LabelHashes> {
    let hash = |key: &str, value: &str| {
        let mut hasher = FnvHasher::default();
        (namespace, key, value).hash(&mut hasher);
        hasher.finish()
    };
    let entries = node.map_or(&[][..], Node::entries).iter();
    let mut labels = entries
        .map(|entry| Some(hash(&entry.key, entry.node.as_text()?)))
        .collect::<Option<LabelHashes>>()?;
    labels.sort_unstable();
    Some(labels)
}

impl Selections {
    /// Adds the selection of the next workload.
    pub(crate) fn add(&mut self, next: Option<Arc<Selection>>) {
        self.0.extend(next);
    }

    /// Warns of workloads that select the pods of others.
    pub(crate) fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        if self.0.len() < 2 {
            return;
        }
        let labels = |at: usize| self.0[at].labels.iter().map(move |label| (*label, at));
        let mut having: Vec<(u64, usize)> = (0..self.0.len()).flat_map(labels).collect();
        having.sort_unstable();
        let labeled = |label: u64| {
            let start = having.partition_point(|(other, _)| *other < label);
            let group = having[start..].iter().take(MAX_COMPARED);
            let length = group.take_while(|(other, _)| *other == label).count();
            &having[start..start + length]
        };
        for (at, selection) in self.0.iter().enumerate() {
            let groups = selection.selector.iter().map(|label| labeled(*label));
            let Some(rarest) = groups.min_by_key(|group| group.len()) else { continue };
            let compared = rarest.iter().filter(|(_, other)| *other != at);
            // Of two that select each other, the second one is reported.
            let found = compared.map(|(_, other)| (*other, &self.0[*other])).find(|(position, other)| {
                selection.selects(other)
                    && !(*position > at && !other.selector.is_empty() && other.selects(selection))
                    && !is_same(selection, other)
            });
            if let Some((_, other)) = found {
                diagnostics.push(selection.overlaps(other));
            }
        }
    }
}

/// Whether two workloads are one object, which is reported as such.
fn is_same(one: &Selection, other: &Selection) -> bool {
    one.kind == other.kind && one.name == other.name
}

impl Selection {
    fn overlaps(&self, other: &Self) -> Diagnostic {
        let (kind, name) = (self.kind.name(), &self.name);
        let pods = if other.kind == WorkloadKind::Pod { "" } else { "the pods of " };
        let headline =
            format!("the {kind} `{name}` also selects {pods}the {} `{}`", other.kind.name(), other.name);
        let diagnostic = Diagnostic::warning(Code::OverlappingSelectors, self.place, headline)
            .label(other.place, "its pods have all labels of that selector");
        if other.kind == WorkloadKind::Pod {
            return diagnostic
                .here("its controller takes the pod over, and may delete it")
                .help("give the pod other labels");
        }
        let diagnostic = diagnostic.here("autoscalers, disruption budgets and `kubectl` count both as one");
        diagnostic.help(match &self.only {
            None => format!("add a label to both selectors that tells the two apart, such as `\"app.kubernetes.io/component\" \"{name}\"`"),
            Some((key, value)) => {
                format!("select by another label than `{key}: {value}`, or give one of the two another value")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::OverlappingSelectors;

    const SHOP: &str = r#"selector { matchLabels { app "shop" } }"#;

    fn pair(one: &str, two: &str) -> String {
        format!("deployment one {{ {one}; app a {{ image \"a:1\" }} }}\n{two}; app b {{ image \"b:1\" }} }}")
    }

    #[test]
    fn one_of_two_is_reported() {
        let more = r#"selector { matchLabels { app "shop"; tier "back" } }"#;
        let shown = found(
            CODE,
            [
                pair(SHOP, &format!("deployment two {{ {SHOP}")),
                pair(SHOP, &format!("deployment two {{ {more}")),
                pair("replicas 1", r#"statefulset one { serviceName "one""#),
                pair(SHOP, r#"pod lone { labels { app "shop" }"#),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        deployment «two» { selector { matchLabel…
          the Deployment `two` also selects the pods of the Deployment `one`
        deployment «one» { selector { matchLabel…
          the Deployment `one` also selects the pods of the Deployment `two`
        statefulset «one» { serviceName "one"; ap…
          the StatefulSet `one` also selects the pods of the Deployment `one`
        deployment «one» { selector { matchLabel…
          the Deployment `one` also selects the Pod `lone`
        "#);
    }

    #[test]
    fn labels_and_namespaces_tell_apart() {
        let other = r#"selector { matchLabels { app "shop"; tier "back" } }"#;
        let one = r#"selector { matchLabels { app "shop"; tier "front" } }"#;
        passes(CODE, &pair(one, &format!("deployment two {{ {other}")));
        passes(CODE, &pair(SHOP, &format!("deployment two {{ namespace \"n\"; {SHOP}")));
        passes(
            CODE,
            &pair(
                SHOP,
                r#"job two { restartPolicy Never; labels { app "shop" }; app c { image "c:1"; run "c" }"#,
            ),
        );
    }
}
