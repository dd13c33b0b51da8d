#![doc = include_str!("../../diagnostic/explain/idle-annotation.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::injection::{INJECTORS, entries};
use crate::model::WorkloadKind;
use crate::object::MapEntry;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if pod.workload.kind != WorkloadKind::Pod {
        let levels = [Some(&pod.workload.object), pod.workload.job.as_ref()];
        let misplaced = levels.into_iter().flatten().flat_map(|level| entries(&level.metadata));
        found.extend(misplaced.filter_map(|entry| of_workload(pod, entry)));
    }
    for entry in entries(pod.metadata()) {
        found.extend(unread_value(entry));
    }
    found.extend(unrequested(pod));
}

/// A request for a container in the metadata of a workload, where nobody looks for it.
fn of_workload(pod: &Pod<'_>, entry: &MapEntry) -> Option<Diagnostic> {
    let injector = INJECTORS.iter().find(|injector| injector.key == entry.key)?;
    if entries(pod.metadata()).any(|own| own.key == entry.key) {
        return None;
    }
    let kind = pod.workload.kind.name();
    Some(
        Diagnostic::warning(
            Code::IdleAnnotation,
            entry.key_span,
            format!("`{}` has no effect on a {kind}", entry.key),
        )
        .here(format!("is about the {}, which is added to pods", injector.container))
        .help("move it to the pods: `pod { annotations { … } }`"),
    )
}

/// A request with a value that is neither yes nor no.
fn unread_value(entry: &MapEntry) -> Option<Diagnostic> {
    let injector = INJECTORS.iter().find(|injector| injector.key == entry.key)?;
    let value = entry.node.as_text()?;
    let is_read = [injector.yes, injector.no].iter().any(|values| values.contains(&value));
    // A value with `$` or `{` is filled in later.
    if is_read || value.contains(['$', '{']) {
        return None;
    }
    let (yes, no) = (injector.yes.first()?, injector.no.first()?);
    Some(
        Diagnostic::warning(
            Code::IdleAnnotation,
            entry.node.span,
            format!("`{}` is neither `{yes}` nor `{no}`, but `{value}`", entry.key),
        )
        .here(format!("does not add the {}", injector.container))
        .help(format!("use `\"{yes}\"` to add it, or `\"{no}\"` not to")),
    )
}

/// Settings of an injected container that is not requested.
fn unrequested(pod: &Pod<'_>) -> Option<Diagnostic> {
    const SETTINGS: &str = "vault.hashicorp.com/agent-inject-";
    const REQUEST: &str = "vault.hashicorp.com/agent-inject";
    let setting = entries(pod.metadata()).find(|entry| entry.key.starts_with(SETTINGS))?;
    let is_known = [pod.metadata(), &pod.workload.object.metadata]
        .into_iter()
        .any(|metadata| entries(metadata).any(|entry| entry.key == REQUEST));
    (!is_known).then(|| {
        Diagnostic::warning(
            Code::IdleAnnotation,
            setting.key_span,
            format!("`{}` has no effect without `{REQUEST}`", setting.key),
        )
        .here("no Vault agent is added")
        .help(format!("add `\"{REQUEST}\" \"true\"`"))
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::IdleAnnotation;

    fn deployment(metadata: &str) -> String {
        format!("deployment d {{ {metadata}; app b {{ image \"b:1\" }} }}")
    }

    #[test]
    fn requests_belong_to_pods() {
        let shown = found(
            CODE,
            [
                deployment("annotations { \"dapr.io/enabled\" \"true\" }"),
                deployment("pod { annotations { \"linkerd.io/inject\" \"true\" } }"),
                deployment("pod { annotations { \"vault.hashicorp.com/agent-inject-secret-db\" \"a/b\" } }"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …oyment d { annotations { «"dapr.io/enabled"» "true" }; app b { image…
          `dapr.io/enabled` has no effect on a Deployment
        …ns { "linkerd.io/inject" «"true"» } }; app b { image "b:1…
          `linkerd.io/inject` is neither `enabled` nor `disabled`, but `true`
        … d { pod { annotations { «"vault.hashicorp.com/agent-inject-secret-db"» "a/b" } }; app b { imag…
          `vault.hashicorp.com/agent-inject-secret-db` has no effect without `vault.hashicorp.com/agent-inject`
        "#);
        for metadata in [
            "pod { annotations { \"dapr.io/enabled\" \"true\" } }",
            "pod { annotations { \"linkerd.io/inject\" \"disabled\" } }",
            "annotations { \"linkerd.io/inject\" \"enabled\" }; pod { annotations { \"linkerd.io/inject\" \"enabled\" } }",
        ] {
            passes(CODE, &deployment(metadata));
        }
        passes(CODE, "pod p { annotations { \"dapr.io/enabled\" \"true\" }; app b { image \"b:1\" } }");
    }
}
