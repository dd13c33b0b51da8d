#![doc = include_str!("../../diagnostic/explain/unreadable-volume.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::rights::{context, is_on_windows, is_privileged, user};
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;

/// Who may read a file by its mode.
const GROUP_READS: i64 = 0o040;
const OTHERS_READ: i64 = 0o004;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    // With a group, the kubelet lets that group read the files.
    if is_on_windows(pod) || pod.workload.pod.spec.at("securityContext.fsGroup").is_some() {
        return;
    }
    for (at, volume) in pod.workload.volumes.iter().enumerate() {
        let Some((mode, span)) = restricted(&volume.fields) else { continue };
        let reader = pod.containers().find_map(|(_, container)| {
            let mounts = container.mounts.iter().any(|mount| mount.index == Some(at));
            let (user, place) = user(pod, container).filter(|_| mounts && !is_privileged(container))?;
            let id = user.unprivileged()?;
            (mode & GROUP_READS == 0 || is_outside_root(pod, container)).then_some((container, id, place))
        });
        let Some((container, id, place)) = reader else { continue };
        let (name, written) = (&container.name.text, &volume.qualified);
        found.push(
            Diagnostic::warning(
                Code::UnreadableVolume,
                span,
                format!("`{name}` cannot read the files of `{written}`: they belong to root and have mode {mode:04o}"),
            )
            .here("lets only root read them")
            .label(place, format!("`{name}` runs as user {id}"))
            .help(format!("add `fsGroup {id}` to the `securityContext` of the pod: the kubelet lets that group read them")),
        );
    }
}

/// The strictest mode of a volume's files that keeps others from reading them, and where it is set.
fn restricted(volume: &Node) -> Option<(i64, Span)> {
    let kind =
        ["secret", "configMap", "downwardAPI", "projected"].into_iter().find_map(|kind| volume.get(kind))?;
    let strict = |node: &Node| {
        let mode = node.as_int().filter(|mode| mode & OTHERS_READ == 0)?;
        Some((mode, node.span))
    };
    let sources = kind.get("sources").map_or(&[][..], Node::items);
    // The kubelet makes tokens readable for the pod's user.
    let only_tokens = !sources.is_empty()
        && sources.iter().all(|source| {
            ["secret", "configMap", "downwardAPI"].iter().all(|field| source.get(field).is_none())
        });
    if only_tokens {
        return None;
    }
    let items = kind.get("items").map_or(&[][..], Node::items);
    let of_items = items.iter().filter_map(|item| strict(item.get("mode")?));
    let all_have_one = !items.is_empty() && items.iter().all(|item| item.get("mode").is_some());
    let of_volume = kind.get("defaultMode").filter(|_| !all_have_one).and_then(strict);
    of_volume.into_iter().chain(of_items).min_by_key(|(mode, _)| *mode)
}

/// Whether a container certainly has another group than root's, and does not have that one too.
fn is_outside_root<'a>(pod: &Pod<'a>, container: &'a Container) -> bool {
    let group = context(pod, container, "runAsGroup").and_then(Node::as_int);
    let more = pod.workload.pod.spec.at("securityContext.supplementalGroups").map_or(&[][..], Node::items);
    group.is_some_and(|group| group != 0)
        && more.iter().all(|group| group.as_int().is_some_and(|group| group != 0))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::UnreadableVolume;

    fn pod(volume: &str, context: &str, image: &str) -> String {
        format!(
            "pod p {{ volume key {volume}; securityContext {{ {context} }}; app b {{ image \"{image}\"; reads key at /k }} }}"
        )
    }

    const KEY: &str = "secret \"key\" { defaultMode 0400 }";

    #[test]
    fn files_of_root_have_a_mode() {
        let shown = found(
            CODE,
            [
                pod(KEY, "runAsUser 1000", "b:1"),
                pod(KEY, "runAsNonRoot true", "nginxinc/nginx-unprivileged:1.29"),
                pod("secret \"key\" { defaultMode 0440 }", "runAsUser 1000; runAsGroup 1000", "b:1"),
                pod("secret \"key\" { items { key \"a\"; path \"a\"; mode 0600 } }", "runAsUser 1000", "b:1"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …cret "key" { defaultMode «0400» }; securityContext { ru…
          `b` cannot read the files of `key`: they belong to root and have mode 0400
        …cret "key" { defaultMode «0400» }; securityContext { ru…
          `b` cannot read the files of `key`: they belong to root and have mode 0400
        …cret "key" { defaultMode «0440» }; securityContext { ru…
          `b` cannot read the files of `key`: they belong to root and have mode 0440
        … key "a"; path "a"; mode «0600» } }; securityContext { …
          `b` cannot read the files of `key`: they belong to root and have mode 0600
        "#);
        for text in [
            pod(KEY, "runAsUser 1000; fsGroup 1000", "b:1"),
            pod(KEY, "runAsUser 0", "b:1"),
            pod(KEY, "runAsGroup 1000", "b:1"),
            pod("secret \"key\" { defaultMode 0440 }", "runAsUser 1000", "b:1"),
            pod("secret \"key\" { defaultMode 0444 }", "runAsUser 1000", "b:1"),
            pod("secret \"key\"", "runAsUser 1000", "b:1"),
        ] {
            passes(CODE, &text);
        }
    }
}
