//! Writes commands for a person to copy.
//!
//! Invariant: a command has only names that mean nothing to a shell; otherwise there is no command.

use super::objects::ClusterObject;

/// The command that prints the log of a container.
pub(super) fn log_command(pod: &ClusterObject, container: &str, is_previous: bool) -> Option<String> {
    let (name, namespace) = (&pod.metadata.name, &pod.metadata.namespace);
    if !is_name(name) || !is_name(container) || !(namespace.is_empty() || is_name(namespace)) {
        return None;
    }
    let previous = if is_previous { " --previous" } else { "" };
    Some(format!("read its log: `kubectl logs {name} -c {container}{previous}{}`", in_namespace(namespace)))
}

/// The command that shows all about an object.
pub(super) fn describe_command(kind: &str, object: &ClusterObject) -> Option<String> {
    let (name, namespace) = (&object.metadata.name, &object.metadata.namespace);
    let is_plain = is_name(name) && (namespace.is_empty() || is_name(namespace));
    let command =
        || format!("see what the cluster says: `kubectl describe {kind} {name}{}`", in_namespace(namespace));
    is_plain.then(command)
}

fn in_namespace(namespace: &str) -> String {
    if namespace.is_empty() { String::new() } else { format!(" -n {namespace}") }
}

/// Whether a text is a name as Kubernetes accepts them.
fn is_name(text: &str) -> bool {
    let is_inner =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let is_plain = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 253
        && text.bytes().all(is_inner)
        && is_plain(text.bytes().next())
        && is_plain(text.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_get_into_commands() {
        let pod = |name: &str| {
            let mut pod = ClusterObject::default();
            pod.metadata.name = name.into();
            pod.metadata.namespace = "shop".into();
            pod
        };
        let command = log_command(&pod("web-1"), "app", true);
        assert_eq!(command.as_deref(), Some("read its log: `kubectl logs web-1 -c app --previous -n shop`"));
        for name in ["", "-o", "a b", "a;id", "$(id)", "a`id`", "a\n", "A", "é"] {
            assert_eq!(log_command(&pod(name), "app", false), None, "{name}");
            assert_eq!(log_command(&pod("a"), name, false), None, "{name}");
            assert_eq!(describe_command("pod", &pod(name)), None, "{name}");
        }
    }
}
