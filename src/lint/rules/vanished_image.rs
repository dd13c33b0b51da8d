#![doc = include_str!("../../diagnostic/explain/vanished-image.md")]

use super::image;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;

/// Registry, beginning of the name, what happened to it, and what to use. An empty registry is Docker Hub.
const MOVED: [(&str, &str, &str, &str); 7] = [
    ("k8s.gcr.io", "", "the registry k8s.gcr.io was frozen in 2023", "use `registry.k8s.io`"),
    ("gcr.io", "google_containers/", "these images moved in 2020", "use `registry.k8s.io`"),
    ("gcr.io", "google-containers/", "these images moved in 2020", "use `registry.k8s.io`"),
    (
        "",
        "bitnami/",
        "Bitnami's versioned images left Docker Hub in 2025",
        "use the project's own image, or `bitnamilegacy/`, which gets no updates",
    ),
    (
        "gcr.io",
        "cloudsql-docker/gce-proxy",
        "version 1 of the proxy is no longer built",
        "use `gcr.io/cloud-sql-connectors/cloud-sql-proxy`",
    ),
    (
        "quay.io",
        "coreos/etcd",
        "etcd left this repository",
        "use `gcr.io/etcd-development/etcd` or `registry.k8s.io/etcd`",
    ),
    (
        "gcr.io",
        "kubernetes-helm/tiller",
        "Tiller ended with Helm 2 in 2020",
        "use Helm 3, which has no server",
    ),
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, container) in pod.containers() {
        let Some((name, registry, span)) = image(container) else { continue };
        let registry = match registry {
            None | Some("docker.io" | "index.docker.io" | "registry-1.docker.io") => "",
            Some(registry) => registry,
        };
        let moved = MOVED.iter().find(|(of, begins, ..)| *of == registry && name.starts_with(begins));
        let Some((_, _, fact, help)) = moved else { continue };
        let headline = format!("the image of `{}` may be gone: {fact}", container.name.text);
        let diagnostic = Diagnostic::warning(Code::VanishedImage, span, headline)
            .here("cannot be pulled, or not for much longer")
            .help(*help);
        // The registry has the same images under the same names.
        let written = pod.sources.slice(span);
        found.push(match written.split_once("k8s.gcr.io/") {
            Some((before, after)) if registry == "k8s.gcr.io" && before.len() == 1 => {
                let image = format!("{before}registry.k8s.io/{after}");
                diagnostic.fix(*help, span, image, Applicability::Safe)
            }
            _ => diagnostic,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    #[test]
    fn the_registry_matters() {
        let pod = |image: &str| format!("pod p {{ app a {{ image \"{image}\" }} }}");
        let shown =
            found(Code::VanishedImage, [pod("bitnami/kubectl:1.30"), pod("docker.io/bitnami/kubectl:1.30")]);
        insta::assert_snapshot!(shown, @r#"
        pod p { app a { image «"bitnami/kubectl:1.30"» } }
          the image of `a` may be gone: Bitnami's versioned images left Docker Hub in 2025
        pod p { app a { image «"docker.io/bitnami/kubectl:1.30"» } }
          the image of `a` may be gone: Bitnami's versioned images left Docker Hub in 2025
        "#);
        passes(Code::VanishedImage, &pod("registry.acme.dev/bitnami/kubectl:1.30"));
        passes(Code::VanishedImage, &pod("bitnamilegacy/kubectl:1.30"));
    }
}
