#![doc = include_str!("../../diagnostic/explain/kubectl-without-account.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let spec = &pod.workload.pod.spec;
    let account = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount"));
    if account.is_some_and(|account| account.as_text() != Some("default")) {
        return;
    }
    for (container, script) in pod.scripts(&["kubectl"]) {
        // With its own configuration, it uses another identity.
        let own = container
            .fields
            .get("env")
            .map_or(&[][..], Node::items)
            .iter()
            .any(|variable| variable.get("name").and_then(Node::as_text) == Some("KUBECONFIG"));
        let local = ["version", "kustomize", "completion", "options", "explain", "config"];
        let asks = script.runs("kubectl").find(|command| {
            let dry = command
                .arguments()
                .any(|word| word.contains("dry-run=client") || word.starts_with("--kubeconfig"));
            !dry && command.operands().next().is_some_and(|verb| !local.contains(&verb))
        });
        let Some(command) = asks.filter(|_| !own) else { continue };
        found.push(
            Diagnostic::warning(
                Code::KubectlWithoutAccount,
                pod.place(script, command),
                format!(
                    "`{}` uses the API server with the namespace's default service account",
                    container.name.text
                ),
            )
            .here("this account usually has no permissions")
            .help("add `serviceAccountName \"…\"` in `pod { }`, and bind a Role to that account"),
        );
    }
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
}
