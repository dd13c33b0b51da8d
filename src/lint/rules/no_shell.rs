#![doc = include_str!("../../diagnostic/explain/no-shell.md")]

use super::image;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::LazyScript;
use crate::object::Node;

/// Beginnings of the names of images without a shell.
const WITHOUT: [&str; 6] = [
    "distroless/",
    "kube-state-metrics/kube-state-metrics",
    "metrics-server/metrics-server",
    "external-dns/external-dns",
    "coredns/coredns",
    "traefik/whoami",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers() {
        let Some((name, _, span)) = image(container) else { continue };
        let tag = container.fields.get("image").and_then(Node::as_text).unwrap_or_default();
        if !WITHOUT.iter().any(|known| name.starts_with(known)) || tag.contains("debug") {
            continue;
        }
        let script = pod.scripts[at].as_ref().and_then(LazyScript::get);
        let Some(script) = script.filter(|script| script.text.is_some()) else { continue };
        found.push(
            Diagnostic::warning(
                Code::NoShell,
                span,
                format!("`{}` runs a script, but its image has no shell", container.name.text),
            )
            .here("this image has no `sh`")
            .label(script.span, "needs a shell")
            .help("use an image with a shell, or start the program directly: `run \"…\"`"),
        );
    }
}
