//! # unpinned-image
//! An image carries no tag, or `latest`.
//!
//! What runs is then whatever the registry has when a node pulls it: two pods of one rollout may differ, and a rollback does not bring back what ran before. A step that ran yesterday may fail today. Name a version, or a digest. There is no fix to apply: which version was meant, its author knows. Names that a build tool replaces (`web_image`) are let be.
//!
//! ```initflow fails
//! pod shop {
//!   app web { image "nginx" }
//! }
//! ```
//!
//! ```initflow
//! pod shop {
//!   app web { image "nginx:1.29" }
//! }
//! ```

use crate::diagnostic::Diagnostic;
use crate::lint::Pod;
use crate::source::Span;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let mut told: Vec<Span> = Vec::new();
    for (_, container) in pod.containers() {
        let Some(node) = container.fields.get("image") else { continue };
        let Some(image) = node.as_text().filter(|image| !image.is_empty() && !image.contains('@')) else {
            continue;
        };
        let last = image.rsplit('/').next().unwrap_or(image);
        let tag = last.split_once(':').map(|(_, tag)| tag);
        if !matches!(tag, None | Some("latest")) || told.contains(&node.span) || is_placeholder(image) {
            continue;
        }
        told.push(node.span);
        let what = if tag.is_some() { "has the tag `latest`" } else { "has no tag" };
        found.push(
            Diagnostic::warning(
                "unpinned-image",
                node.span,
                format!("the image of `{}` {what}", container.name.text),
            )
            .here("another image tomorrow")
            .help("name a version: `image \"name:1.2.3\"`"),
        );
    }
}

/// Whether a build tool puts the real image in the place of this name, which no registry has: Docker Hub's own images, the
/// only ones without a folder, have neither such letters nor such names.
fn is_placeholder(image: &str) -> bool {
    let filled =
        image.contains(|letter: char| letter.is_ascii_uppercase() || matches!(letter, '{' | '}' | '<' | '$'));
    filled || (!image.contains('/') && (image.contains('_') || image.contains("image")))
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::{finds, passes};

    #[test]
    fn a_port_is_no_tag() {
        let pod = |image: &str| format!("pod p {{ app a {{ image \"{image}\" }} }}");
        finds("unpinned-image", &pod("localhost:5000/shop"));
        finds("unpinned-image", &pod("nginx:latest"));
        passes("unpinned-image", &pod("localhost:5000/shop:1"));
        passes("unpinned-image", &pod("shop_server_image"));
        passes(
            "unpinned-image",
            &pod("nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123"),
        );
    }
}
