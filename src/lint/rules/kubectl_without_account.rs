#![doc = include_str!("../../diagnostic/explain/kubectl-without-account.md")]

use super::{image, variables, volume_at};
use crate::context::{ContextObject, ObjectKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;

/// Where the token of the service account is.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let spec = &pod.workload.pod.spec;
    let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    let has_account = account.is_some_and(|account| account.as_text() != Some("default"));
    let by_pod = spec.entry("automountServiceAccountToken");
    let withheld = match by_pod {
        Some(entry) => Some(entry.key_span).filter(|_| entry.node.as_bool() == Some(false)),
        None => withheld_by_account(pod, account.and_then(Node::as_text).unwrap_or("default")),
    };
    if has_account && withheld.is_none() {
        return;
    }
    for (at, container) in pod.containers().filter(|(_, container)| container.built_in.is_none()) {
        // With its own configuration, it uses another identity.
        let own = variables(container).any(|(name, _, _)| name == "KUBECONFIG")
            || volume_at(pod.workload, container, TOKEN).is_some();
        let Some(asking) = asking(pod, at, container).filter(|_| !own) else { continue };
        let name = &container.name.text;
        let diagnostic = match withheld {
            Some(withheld) => Diagnostic::warning(
                Code::KubectlWithoutAccount,
                asking,
                format!("`{name}` asks the API server, but has no token"),
            )
            .here("the API server does not know who asks")
            .label(withheld, "keeps the token of the service account out of the pod")
            .help(if by_pod.is_some() {
                "remove `automountServiceAccountToken`, or mount a projected volume with a `serviceAccountToken`"
            } else {
                "set `automountServiceAccountToken true` in `pod { }`, or mount a projected volume with a `serviceAccountToken`"
            }),
            None => Diagnostic::warning(
                Code::KubectlWithoutAccount,
                asking,
                format!("`{name}` uses the API server with the namespace's default service account"),
            )
            .here("this account usually has no permissions")
            .help("add `serviceAccountName \"…\"` in `pod { }`, and bind a Role to that account"),
        };
        found.push(diagnostic);
    }
}

/// Where a service account keeps its token out of the pods that do not say otherwise.
fn withheld_by_account(pod: &Pod<'_>, account: &str) -> Option<Span> {
    let field = |object: &&ContextObject| {
        let entry = object.fields.entry("automountServiceAccountToken")?;
        (entry.node.as_bool() == Some(false)).then_some(entry.key_span)
    };
    let candidates = pod.candidates(ObjectKind::ServiceAccount, account);
    let places: Option<Vec<Span>> = candidates.iter().map(field).collect();
    places?.first().copied()
}

/// Where a container asks the API server with the token of the pod.
fn asking(pod: &Pod<'_>, at: usize, container: &Container) -> Option<Span> {
    // This image runs kubectl in its entrypoint.
    if let Some((name, _, span)) = image(container)
        && name.ends_with("k8s-wait-for")
        && container.fields.get("command").is_none()
    {
        return Some(span);
    }
    let script = pod.script(at, &["kubectl", "helm", TOKEN])?;
    let local = ["version", "kustomize", "completion", "options", "explain", "config"];
    let asks = script.commands.iter().find(|command| {
        let by_own_means = command.arguments().any(|word| {
            word.contains("dry-run=client") || word.starts_with("--kubeconfig") || word.starts_with("--token")
        });
        let verb = command.operands().next();
        match command.program() {
            "kubectl" => !by_own_means && verb.is_some_and(|verb| !local.contains(&verb)),
            "helm" => {
                !by_own_means
                    && verb.is_some_and(|verb| ["install", "upgrade", "uninstall", "list"].contains(&verb))
            }
            "cat" => command.arguments().any(|word| word.starts_with(TOKEN) && word.ends_with("/token")),
            _ => false,
        }
    })?;
    Some(pod.place(script, asks))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn commands_within_the_container_are_allowed() {
        let shown = found(Code::KubectlWithoutAccount, [step("kubectl get pods")]);
        insta::assert_snapshot!(shown, @r"
        «kubectl get pods»
          `s` uses the API server with the namespace's default service account
        ");
        passes(Code::KubectlWithoutAccount, &step("kubectl version --client"));
        passes(
            Code::KubectlWithoutAccount,
            &step("kubectl create secret generic a --dry-run=client -o yaml"),
        );
    }

    #[test]
    fn a_token_may_be_withheld() {
        let pod = |statements: &str, step: &str| {
            format!(
                "pod p {{ serviceAccountName \"a\"; automountServiceAccountToken false; {statements}; step s {{ image \"a:1\"; {step} }}; app b {{ image \"b:1\" }} }}"
            )
        };
        let get = "run \"kubectl get pods\"";
        let shown = found(
            Code::KubectlWithoutAccount,
            [
                pod("", get),
                pod("", "image \"groundnuty/k8s-wait-for:v2.0\"; args [\"job\", \"a\"]")
                    .replace("image \"a:1\"; ", ""),
                pod(
                    "",
                    "script \"curl -H \\\"Bearer $(cat /var/run/secrets/kubernetes.io/serviceaccount/token)\\\" https://kubernetes.default.svc\"",
                ),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …tep s { image "a:1"; run «"kubectl get pods"» }; app b { image "b:1" …
          `s` asks the API server, but has no token
        … false; ; step s { image «"groundnuty/k8s-wait-for:v2.0"»; args ["job", "a"] }; a…
          `s` asks the API server, but has no token
        …ript "curl -H \"Bearer $(«cat /var/run/secrets/kubernetes.io/serviceaccount/token»)\" https://kubernetes.d…
          `s` asks the API server, but has no token
        "#);
        let token = "volume t { projected { sources { serviceAccountToken { path \"token\" } } } }";
        let mounted = format!("{get}; mounts t at /var/run/secrets/kubernetes.io/serviceaccount");
        passes(Code::KubectlWithoutAccount, &pod(token, &mounted));
        passes(Code::KubectlWithoutAccount, &pod("", &format!("{get}; env {{ KUBECONFIG \"/k\" }}")));
        passes(Code::KubectlWithoutAccount, &pod("", "run \"kubectl --kubeconfig=/k get pods\""));
    }
}
