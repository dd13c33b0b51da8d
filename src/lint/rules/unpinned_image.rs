#![doc = include_str!("../../diagnostic/explain/unpinned-image.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::image::is_import_path;
use crate::lint::Pod;
use crate::source::Span;
use std::collections::HashSet;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let mut reported: HashSet<Span> = HashSet::new();
    for (_, container) in pod.containers() {
        let Some(node) = container.fields.get("image") else { continue };
        let Some(image) = node.as_text().filter(|image| !image.is_empty() && !image.contains('@')) else {
            continue;
        };
        let last = image.rsplit('/').next().unwrap_or(image);
        let tag = last.split_once(':').map(|(_, tag)| tag);
        if !matches!(tag, None | Some("latest")) || reported.contains(&node.span) || is_placeholder(image) {
            continue;
        }
        reported.insert(node.span);
        let what = if tag.is_some() { "has the tag `latest`" } else { "has no tag" };
        found.push(
            Diagnostic::warning(
                Code::UnpinnedImage,
                node.span,
                format!("the image of `{}` {what}", container.name.text),
            )
            .here("can be a different image at each start")
            .help(format!("set a version: `image \"{}:1.2.3\"`", image.trim_end_matches(":latest"))),
        );
    }
}

/// Whether a build tool replaces this name with the real image. No registry has such a name: Docker Hub's own images, the
/// only ones without a folder, use neither these letters nor these words.
fn is_placeholder(image: &str) -> bool {
    let filled =
        image.contains(|letter: char| letter.is_ascii_uppercase() || matches!(letter, '{' | '}' | '<' | '$'));
    filled
        || is_import_path(image)
        || (!image.contains('/') && (image.contains('_') || image.contains("image")))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn a_port_is_not_a_tag() {
        let pod = |image: &str| format!("pod p {{ app a {{ image \"{image}\" }} }}");
        let shown = found(Code::UnpinnedImage, [pod("localhost:5000/shop"), pod("nginx:latest")]);
        insta::assert_snapshot!(shown, @r#"
        pod p { app a { image «"localhost:5000/shop"» } }
          the image of `a` has no tag
        pod p { app a { image «"nginx:latest"» } }
          the image of `a` has the tag `latest`
        "#);
        passes(Code::UnpinnedImage, &pod("localhost:5000/shop:1"));
        passes(Code::UnpinnedImage, &pod("shop_server_image"));
        passes(Code::UnpinnedImage, &pod("ko://github.com/acme/shop/cmd/web"));
        passes(
            Code::UnpinnedImage,
            &pod("nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123"),
        );
    }
}
