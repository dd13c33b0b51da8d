//! Gives steps whose tools look up their user an `/etc/passwd` with an entry for it.
//!
//! Invariant: the file is an annotation of the pod, mounted through the downward API. It needs no other object, and
//! a copy of the Pod template includes it.
//!
//! OpenSSH refuses a user without an entry, and images seldom have an entry for a pod's `runAsUser`.

use super::draft::{COMPILER, Draft};
use super::qualified::Named;
use super::references::MountDraft;
use super::resolve::{OWN, Resolver};
use super::workload::Making;
use super::{Direction, PlacedName, QualifiedName, Storage, Volume, WorkloadKind};
use crate::object::{Map, Node, Value};
use crate::source::Span;
use smol_str::SmolStr;

const ANNOTATION: &str = "initflow/passwd";
const VOLUME: &str = "initflow-passwd";

impl Resolver<'_> {
    /// Mounts, in the steps that need one, a file with an entry for the user that the compiler or the author chose.
    pub(super) fn introduce(making: &mut Making, containers: &mut [Draft]) {
        let mut users: Vec<(i64, i64)> = Vec::new();
        let mut first = None;
        for draft in containers.iter_mut().filter(|draft| draft.asks_for_its_user) {
            let pod = making.pod_spec.get("securityContext");
            let own = draft.fields.get("securityContext");
            let id =
                |field| own.and_then(|own| own.get(field)).or_else(|| pod?.get(field)).and_then(Node::as_int);
            // Otherwise it is the image's own user, which the image has an entry for.
            let Some(user) = id("runAsUser") else { continue };
            users.push((user, id("runAsGroup").unwrap_or_default()));
            first.get_or_insert(draft.span);
            draft.mounts.push(mount(draft.span));
        }
        let Some(span) = first else { return };
        users.sort_unstable();
        users.dedup_by_key(|(user, _)| *user);
        let lines = users.iter().filter(|(user, _)| *user != 0);
        let lines = lines.map(|(user, group)| format!("user-{user}:x:{user}:{group}::/:/bin/sh\n"));
        let text: String = std::iter::once("root:x:0:0::/:/bin/sh\n".to_owned()).chain(lines).collect();
        let metadata = match making.kind {
            WorkloadKind::Pod => &mut making.metadata,
            _ => &mut making.pod_metadata,
        };
        if metadata.get("annotations").is_none() {
            metadata.set("annotations", span, Node::map(span));
        }
        if let Some(Value::Map(annotations)) = metadata.get_mut("annotations").map(|node| &mut node.value) {
            annotations.insert(ANNOTATION, span, COMPILER, Node::text(span, text)).ok();
        }
        making.add_volume(OWN, volume(span));
    }
}

fn volume(span: Span) -> Volume {
    let field = Node::object(
        span,
        [("fieldPath", Node::text(span, format!("metadata.annotations['{ANNOTATION}']")))],
    );
    let item = Node::object(span, [("path", Node::text(span, "passwd")), ("fieldRef", field)]);
    let source = Node::object(span, [("items", Node::list(span, vec![item]))]);
    Volume {
        name: PlacedName { text: VOLUME.into(), span },
        qualified: QualifiedName::plain(VOLUME),
        storage: Storage::Filled,
        span,
        fields: Node::object(span, [("name", Node::text(span, VOLUME)), ("downwardAPI", source)]),
    }
}

fn mount(span: Span) -> MountDraft {
    let mut fields = Map::default();
    fields.set("mountPath", span, Node::text(span, "/etc/passwd"));
    fields.set("subPath", span, Node::text(span, "passwd"));
    fields.set("readOnly", span, Node::new(span, Value::Bool(true)));
    let volume = Named::plain(SmolStr::new_static(VOLUME), span);
    MountDraft {
        layer: COMPILER,
        volume,
        direction: Direction::Mounts,
        fields,
        span,
        implied: true,
        makes: None,
    }
}
