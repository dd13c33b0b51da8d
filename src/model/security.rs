//! Adds security contexts: those of the compiler's own steps, and those that `security restricted` requires.
//!
//! Invariant: they are below everything that the author wrote, and do not repeat what the pod sets for all its containers.

use super::draft::{COMPILER, Draft};
use super::resolve::Resolver;
use super::scope::Scope;
use super::workload::Making;
use crate::kubernetes::version::Version;
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use crate::statement;
use crate::steps::Rights;
use crate::syntax::tree::Statement;
use smol_str::SmolStr;

/// The user for the compiler's own images. Some of them set none, or a name, which `runAsNonRoot` cannot check.
const USER: i64 = 65532;

impl Resolver<'_> {
    /// `security restricted`
    pub(super) fn security(
        &mut self,
        entry: &'static statement::StatementSpec,
        statement: &Statement,
        scope: &Scope,
        making: &mut Making,
    ) {
        if self.head(entry, statement).is_none() {
            return;
        }
        match making.restricted {
            Some((layer, before)) if layer == scope.layer => {
                self.duplicate(entry.name, statement.name.span, before);
            }
            _ => making.restricted = Some((scope.layer, statement.head())),
        }
    }

    /// Puts the compiler's security contexts below those of the author.
    pub(super) fn secure(&self, making: &mut Making, containers: &mut [Draft]) {
        let windows = making.pod_spec.get("os").and_then(|os| os.get("name")).and_then(Node::as_text)
            == Some("windows");
        let restricted = making.restricted.map(|(_, span)| span);
        if let Some(span) = restricted {
            let context = of_restricted_pod(&making.pod_spec, windows, self.version, span);
            put_below(&mut making.pod_spec, span, context);
        }
        if windows {
            return;
        }
        let pod = making.pod_spec.get("securityContext");
        for draft in containers {
            let given = draft.fields.get("securityContext");
            let (span, context) = match (draft.rights, restricted) {
                (Rights::Restricted, _) => (draft.span, of_own_step(given, pod, draft.span)),
                (Rights::Root(capabilities), _) => (draft.span, of_root(capabilities, draft.span)),
                (Rights::OfImage, Some(span)) => (span, unprivileged(given, span)),
                (Rights::OfImage, None) => continue,
            };
            put_below(&mut draft.fields, span, context);
        }
    }
}

/// Whether Pod Security allows root in a pod because the pod has a user namespace of its own.
pub(crate) fn may_be_root(pod: &Map, version: Version) -> bool {
    /// Earlier versions of the policy treat all pods alike.
    const SINCE: Version = Version(35);
    version >= SINCE && pod.get("hostUsers").and_then(Node::as_bool) == Some(false)
}

/// What the pod sets for all its containers.
fn of_restricted_pod(pod: &Map, windows: bool, version: Version, span: Span) -> Map {
    let mut context = Map::default();
    if !may_be_root(pod, version) {
        context.set("runAsNonRoot", span, Node::new(span, Value::Bool(true)));
    }
    if !windows {
        context.set("seccompProfile", span, runtime_default(span));
    }
    context
}

/// What each container sets for itself, because a pod has no such fields.
fn unprivileged(given: Option<&Node>, span: Span) -> Map {
    let mut context = Map::default();
    let has = |path: &str, name: &str| {
        let value = given.and_then(|given| given.at(path));
        value.is_some_and(|value| value.items().iter().any(|item| item.as_text() == Some(name)))
    };
    let privileged = given.and_then(|given| given.get("privileged")).and_then(Node::as_bool) == Some(true);
    // Kubernetes does not accept it together with these.
    if !privileged && !has("capabilities.add", "CAP_SYS_ADMIN") {
        context.set("allowPrivilegeEscalation", span, Node::new(span, Value::Bool(false)));
    }
    let drop = Node::list(span, vec![Node::text(span, "ALL")]);
    context.set("capabilities", span, Node::object(span, [("drop", drop)]));
    context
}

/// What a step with the compiler's image needs to be admitted wherever its pod runs.
fn of_own_step(given: Option<&Node>, pod: Option<&Node>, span: Span) -> Map {
    let effective = |field| given.and_then(|given| given.get(field)).or_else(|| pod?.get(field));
    let mut context = unprivileged(given, span);
    context.set("readOnlyRootFilesystem", span, Node::new(span, Value::Bool(true)));
    let (user, non_root) = (effective("runAsUser"), effective("runAsNonRoot"));
    if user.is_none() && non_root.is_none_or(|non_root| non_root.as_bool() != Some(false)) {
        context.set("runAsUser", span, Node::new(span, Value::Int(USER)));
    }
    if non_root.is_none() && user.is_none_or(|user| user.as_int() != Some(0)) {
        context.set("runAsNonRoot", span, Node::new(span, Value::Bool(true)));
    }
    if effective("seccompProfile").is_none() {
        context.set("seccompProfile", span, runtime_default(span));
    }
    context
}

/// What a step needs that works as root: these capabilities, and no other rights of root.
fn of_root(capabilities: &[&'static str], span: Span) -> Map {
    let list = |names: &[&'static str]| {
        Node::list(span, names.iter().map(|name| Node::text(span, SmolStr::new_static(name))).collect())
    };
    let mut context = Map::default();
    context.set("allowPrivilegeEscalation", span, Node::new(span, Value::Bool(false)));
    let capabilities = [("drop", list(&["ALL"])), ("add", list(capabilities))];
    context.set("capabilities", span, Node::object(span, capabilities));
    context.set("readOnlyRootFilesystem", span, Node::new(span, Value::Bool(true)));
    context.set("runAsUser", span, Node::new(span, Value::Int(0)));
    context.set("runAsNonRoot", span, Node::new(span, Value::Bool(false)));
    context.set("seccompProfile", span, runtime_default(span));
    context
}

fn runtime_default(span: Span) -> Node {
    Node::object(span, [("type", Node::text(span, "RuntimeDefault"))])
}

/// Adds the fields of a security context to a pod or a container, except those that the author set.
fn put_below(owner: &mut Map, span: Span, context: Map) {
    if context.entries.is_empty() {
        return;
    }
    let capabilities = context.get("capabilities").cloned();
    let given = below(owner, "securityContext", span);
    let Value::Map(given) = &mut given.value else { return };
    for MapEntry { key, node, .. } in context.entries {
        if given.get(&key).is_none() {
            given.entries.push(MapEntry { key, key_span: span, layer: COMPILER, node });
        }
    }
    // An author who adds capabilities has not decided which ones to drop.
    if let Some(capabilities) = capabilities
        && let Some(Value::Map(given)) = given.get_mut("capabilities").map(|given| &mut given.value)
    {
        for entry in capabilities.entries() {
            if given.get(&entry.key).is_none() {
                given.entries.push(entry.clone());
            }
        }
    }
}

/// The value of a key; an empty object is added if there is none.
fn below<'m>(map: &'m mut Map, key: &'static str, span: Span) -> &'m mut Node {
    let at = map.entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
        map.entries.push(MapEntry {
            key: key.into(),
            key_span: span,
            layer: COMPILER,
            node: Node::map(span),
        });
        map.entries.len() - 1
    });
    &mut map.entries[at].node
}
