#![doc = include_str!("../../diagnostic/explain/missing-permission.md")]

use super::{variables, volume_at};
use crate::context::{Context, ContextObject, ObjectKind, same_namespace};
use crate::diagnostic::{Code, Diagnostic, nearly};
use crate::lint::Pod;
use crate::lint::kubectl::{Access, access};
use crate::object::Node;
use crate::source::Span;

/// Where the token of the service account is.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The roles that each cluster has. What they allow depends on the cluster.
const OF_EVERY_CLUSTER: [&str; 4] = ["admin", "cluster-admin", "edit", "view"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let context = pod.context;
    if ![ObjectKind::RoleBinding, ObjectKind::ClusterRoleBinding].iter().any(|kind| context.has(*kind)) {
        return;
    }
    let spec = &pod.workload.pod.spec;
    let written = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    // That the namespace's own account has no rights is known without its bindings.
    let Some((account, place)) = written.and_then(|account| Some((account.as_text()?, account.span))) else {
        return;
    };
    let account = Account { name: account, namespace: pod.workload.namespace() };
    let mut known = None;
    for (at, container) in pod.containers().filter(|(_, container)| container.built_in.is_none()) {
        let own = variables(container).any(|(name, _, _)| name == "KUBECONFIG")
            || volume_at(pod.workload, container, TOKEN).is_some();
        let Some(script) = pod.script(at, &["kubectl", "oc"]).filter(|_| !own) else { continue };
        let accesses: Vec<_> =
            script.commands.iter().filter_map(|command| Some((command, access(command)?))).collect();
        if accesses.is_empty() {
            continue;
        }
        let Some(bindings) = known.get_or_insert_with(|| account.bindings(context)) else { return };
        let refused = accesses.into_iter().find_map(|(command, access)| {
            let verb = account.refused(&access, bindings)?;
            Some((command, access, verb))
        });
        let Some((command, access, verb)) = refused else { continue };
        let by = &container.name.text;
        let place_of_command = pod.place(script, command);
        if bindings.is_empty() {
            found.extend(account.nearly_bound(context, by, place_of_command, place));
        } else {
            found.push(account.warning(by, &access, verb, bindings, place_of_command));
        }
        return;
    }
}

/// The service account of the pods.
struct Account<'a> {
    name: &'a str,
    namespace: Option<&'a str>,
}

/// A binding of an account to a role.
struct Binding<'a> {
    object: &'a ContextObject,
    role: &'a ContextObject,
}

impl Binding<'_> {
    fn is_of_cluster(&self) -> bool {
        self.object.kind == ObjectKind::ClusterRoleBinding
    }
}

impl<'a> Account<'a> {
    /// The bindings of the account; nothing if one may be missing, or if what it allows is not known.
    fn bindings(&self, context: &'a Context) -> Option<Vec<Binding<'a>>> {
        let all = [ObjectKind::RoleBinding, ObjectKind::ClusterRoleBinding];
        let mut found = Vec::new();
        for object in all.into_iter().flat_map(|kind| context.all(kind)) {
            let subjects = object.at("subjects").map_or(&[][..], Node::items);
            // Groups may include the account.
            if subjects.iter().any(|subject| text(subject, "kind") == Some("Group"))
                && object.is_in(self.namespace)
            {
                return None;
            }
            if !subjects.iter().any(|subject| self.is(subject)) {
                continue;
            }
            let (kind, name) = (text(object.at("roleRef")?, "kind")?, text(object.at("roleRef")?, "name")?);
            let kind = if kind == "Role" { ObjectKind::Role } else { ObjectKind::ClusterRole };
            if OF_EVERY_CLUSTER.contains(&name) {
                return None;
            }
            let file = context.files().get(&object.place.file).map_or("", |file| &file.name);
            let [role] = context.candidates(kind, object.namespace.as_deref(), name, file)[..] else {
                return None;
            };
            if role.at("aggregationRule").is_some() {
                return None;
            }
            found.push(Binding { object, role });
        }
        Some(found)
    }

    /// Whether a subject is the account.
    fn is(&self, subject: &Node) -> bool {
        text(subject, "kind") == Some("ServiceAccount")
            && text(subject, "name") == Some(self.name)
            && same_namespace(text(subject, "namespace"), self.namespace)
    }

    /// A verb that no binding allows.
    fn refused(&self, access: &Access, bindings: &[Binding<'_>]) -> Option<&'static str> {
        let namespace = access.namespace.as_deref().or(self.namespace);
        let needs_cluster = access.resource.is_of_cluster || access.in_all_namespaces;
        let applies = |binding: &&Binding<'_>| {
            binding.is_of_cluster() || !needs_cluster && binding.object.is_in(namespace)
        };
        let allows = |verb: &str| {
            bindings.iter().filter(applies).any(|binding| {
                let rules = binding.role.at("rules").map_or(&[][..], Node::items);
                rules.iter().any(|rule| allows(rule, access, verb))
            })
        };
        access.verbs.iter().find(|verb| !allows(verb)).copied()
    }

    fn warning(
        &self,
        by: &str,
        access: &Access,
        verb: &str,
        bindings: &[Binding<'_>],
        place: Span,
    ) -> Diagnostic {
        let resource = resource(access);
        let headline = format!(
            "`{by}` needs `{verb}` on `{resource}`, which its service account `{}` does not have",
            self.name
        );
        let diagnostic = Diagnostic::warning(Code::MissingPermission, place, headline).here("is refused");
        let needs_cluster = access.resource.is_of_cluster || access.in_all_namespaces;
        let fitting = bindings.iter().find(|binding| !needs_cluster || binding.is_of_cluster());
        let Some(binding) = fitting.or(bindings.first()) else { return diagnostic };
        let role = format!("the {} `{}`", binding.role.kind.name(), binding.role.name);
        let rule = format!(
            "- {{ apiGroups: [\"{}\"], resources: [\"{resource}\"], verbs: [{}] }}",
            access.resource.group,
            access.verbs.iter().map(|verb| format!("\"{verb}\"")).collect::<Vec<_>>().join(", ")
        );
        let diagnostic = diagnostic.label(binding.role.place, format!("{role} does not allow it"));
        if needs_cluster && !binding.is_of_cluster() {
            return diagnostic.help(format!(
                "bind the account to a ClusterRole with a ClusterRoleBinding, with the rule `{rule}`"
            ));
        }
        let is_elsewhere =
            access.namespace.as_deref().is_some_and(|namespace| !binding.object.is_in(Some(namespace)));
        match &access.namespace {
            Some(namespace) if is_elsewhere && !binding.is_of_cluster() => diagnostic.help(format!(
                "bind the account in the namespace `{namespace}` to a Role with the rule `{rule}`"
            )),
            _ => diagnostic.help(format!("add the rule `{rule}` to {role}")),
        }
    }

    /// A binding that was meant for the account, but has another name or another namespace.
    fn nearly_bound(&self, context: &Context, by: &str, place: Span, account: Span) -> Option<Diagnostic> {
        let all = [ObjectKind::RoleBinding, ObjectKind::ClusterRoleBinding];
        let bindings = all.into_iter().flat_map(|kind| context.all(kind));
        let mut near = bindings.filter(|binding| binding.is_in(self.namespace)).filter_map(|binding| {
            let subjects = binding.at("subjects").map_or(&[][..], Node::items);
            let subject = subjects.iter().find(|subject| {
                let (name, namespace) = (text(subject, "name"), text(subject, "namespace"));
                let is_known = || {
                    let names = context.candidates(
                        ObjectKind::ServiceAccount,
                        namespace,
                        name.unwrap_or_default(),
                        "",
                    );
                    !names.is_empty()
                };
                text(subject, "kind") == Some("ServiceAccount")
                    && match name {
                        Some(name) if name == self.name => true,
                        Some(name) => {
                            nearly(name, self.name)
                                && same_namespace(namespace, self.namespace)
                                && !is_known()
                        }
                        None => false,
                    }
            })?;
            Some((binding, subject))
        });
        let (Some((binding, subject)), None) = (near.next(), near.next()) else { return None };
        let (kind, name) = (binding.kind.name(), &binding.name);
        let (what, here) = match text(subject, "name") {
            Some(other) if other == self.name => {
                let namespace = text(subject, "namespace").unwrap_or_default();
                (
                    format!("binds the account of this name in the namespace `{namespace}`"),
                    subject.get("namespace"),
                )
            }
            other => (format!("binds `{}`", other.unwrap_or_default()), subject.get("name")),
        };
        let headline = format!(
            "`{by}` uses the API server with the service account `{}`, to which nothing is bound: the {kind} `{name}` {what}",
            self.name
        );
        let diagnostic = Diagnostic::warning(Code::MissingPermission, place, headline)
            .here("is refused")
            .label(account, "the account of the pods")
            .label(here.map_or(subject.span, |node| node.span), "binds another account");
        Some(diagnostic.help("use the same name and namespace in both"))
    }
}

/// Whether a rule of a role allows something.
fn allows(rule: &Node, access: &Access, verb: &str) -> bool {
    let list = |field: &str| rule.get(field).map_or(&[][..], Node::items);
    let has = |field: &str, wanted: &str| {
        list(field).iter().any(|item| item.as_text().is_none_or(|item| item == "*" || item == wanted))
    };
    let resource = resource(access);
    let names = list("resourceNames");
    let is_named = || match &access.object {
        Some(object) => names.iter().any(|name| name.as_text().is_none_or(|name| name == object)),
        // The name may be one that is known only at run time.
        None => true,
    };
    let by_part = access.part.is_some_and(|part| has("resources", &format!("*/{part}")));
    has("verbs", verb)
        && has("apiGroups", access.resource.group)
        && (has("resources", &resource) || by_part)
        && (names.is_empty() || is_named())
}

/// The resource as a rule names it: `pods/log`.
fn resource(access: &Access) -> String {
    match access.part {
        Some(part) => format!("{}/{part}", access.resource.name),
        None => access.resource.name.to_owned(),
    }
}

fn text<'a>(node: &'a Node, field: &str) -> Option<&'a str> {
    node.get(field).and_then(Node::as_text)
}
