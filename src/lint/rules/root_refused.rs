#![doc = include_str!("../../diagnostic/explain/root-refused.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::rights::{ContainerUser, context, image_user, is_on_windows};
use crate::object::Node;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if is_on_windows(pod) {
        return;
    }
    for (_, container) in pod.containers() {
        let Some(not_root) = context(pod, container, "runAsNonRoot") else { continue };
        if not_root.as_bool() != Some(true) || context(pod, container, "runAsUser").is_some() {
            continue;
        }
        let Some((user, span)) = image_user(container) else { continue };
        let name = &container.name.text;
        let image = container.fields.get("image").and_then(Node::as_text).unwrap_or_default();
        let (headline, here, number) = match user {
            ContainerUser::Root => (
                format!("`{image}` runs as root, which `runAsNonRoot` forbids"),
                "the user of this image is root".to_owned(),
                None,
            ),
            ContainerUser::Name(word, number) => (
                format!("`runAsNonRoot` cannot tell whether the user of `{image}` is root"),
                format!("the user of this image is the name `{word}`, not a number"),
                Some(number),
            ),
            ContainerUser::Number(_) => continue,
        };
        let help = match number {
            Some(number) => format!("add `securityContext {{ runAsUser {number} }}` to `{name}`"),
            None => {
                format!("set `runAsUser` for `{name}` to a user other than 0, or use an image that has one")
            }
        };
        found.push(
            Diagnostic::warning(Code::RootRefused, span, headline)
                .here(here)
                .label(not_root.span, "the kubelet refuses to create the container")
                .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::RootRefused;

    fn pod(context: &str, image: &str) -> String {
        format!("pod p {{ securityContext {{ {context} }}; app b {{ image \"{image}\" }} }}")
    }

    #[test]
    fn images_bring_a_user() {
        let shown = found(
            CODE,
            [pod("runAsNonRoot true", "nginx:1.29"), pod("runAsNonRoot true", "curlimages/curl:8.16.0")],
        );
        insta::assert_snapshot!(shown, @r#"
        …ot true }; app b { image «"nginx:1.29"» } }
          `nginx:1.29` runs as root, which `runAsNonRoot` forbids
        …ot true }; app b { image «"curlimages/curl:8.16.0"» } }
          `runAsNonRoot` cannot tell whether the user of `curlimages/curl:8.16.0` is root
        "#);
        passes(CODE, &pod("runAsNonRoot true; runAsUser 101", "nginx:1.29"));
        passes(CODE, &pod("runAsNonRoot true", "registry.acme.dev/nginx:1.29"));
        passes(CODE, &pod("runAsNonRoot true", "nginxinc/nginx-unprivileged:1.29"));
        passes(CODE, &pod("runAsNonRoot false", "nginx:1.29"));
    }
}
