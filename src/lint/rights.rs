//! Works out which user a container runs as, and what it may do: from the source, and from what is known about its image.
//!
//! Invariant: all facts about the users of images are in this table.

use super::Pod;
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;

/// The user as which a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContainerUser {
    Root,
    Number(i64),
    /// A name in the image, with the number that it has there.
    Name(&'static str, i64),
}

/// Images that run as a user of their own, by a part of their names, with that user.
const USERS: [(&str, ContainerUser); 23] = [
    ("bitnami/", ContainerUser::Number(1001)),
    ("bitnamilegacy/", ContainerUser::Number(1001)),
    ("bitnamisecure/", ContainerUser::Number(1001)),
    ("cloud-sql-connectors/cloud-sql-proxy", ContainerUser::Number(65532)),
    ("curlimages/curl", ContainerUser::Name("curl_user", 100)),
    ("git-sync/git-sync", ContainerUser::Number(65533)),
    ("grafana/grafana", ContainerUser::Number(472)),
    ("grafana/loki", ContainerUser::Number(10001)),
    ("haproxy", ContainerUser::Name("haproxy", 99)),
    ("jaegertracing/", ContainerUser::Number(10001)),
    ("jenkins/jenkins", ContainerUser::Name("jenkins", 1000)),
    ("kube-state-metrics/kube-state-metrics", ContainerUser::Number(65534)),
    ("memcached", ContainerUser::Name("memcache", 11211)),
    ("nginxinc/nginx-unprivileged", ContainerUser::Number(101)),
    ("oauth2-proxy/oauth2-proxy", ContainerUser::Number(65532)),
    ("prom/alertmanager", ContainerUser::Name("nobody", 65534)),
    ("prom/node-exporter", ContainerUser::Name("nobody", 65534)),
    ("prom/prometheus", ContainerUser::Name("nobody", 65534)),
    ("prom/pushgateway", ContainerUser::Name("nobody", 65534)),
    ("prometheus/alertmanager", ContainerUser::Name("nobody", 65534)),
    ("prometheus/node-exporter", ContainerUser::Name("nobody", 65534)),
    ("prometheus/prometheus", ContainerUser::Name("nobody", 65534)),
    ("otel/opentelemetry-collector", ContainerUser::Number(10001)),
];

/// Images of Docker Hub that run as root.
const ROOT: [&str; 38] = [
    "almalinux",
    "alpine",
    "alpine/git",
    "amazon/aws-cli",
    "amazonlinux",
    "bash",
    "busybox",
    "caddy",
    "centos",
    "debian",
    "docker",
    "drupal",
    "eclipse-temurin",
    "fedora",
    "golang",
    "httpd",
    "influxdb",
    "mariadb",
    "maven",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "openjdk",
    "perl",
    "php",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "registry",
    "rockylinux",
    "ruby",
    "rust",
    "tomcat",
    "traefik",
    "ubuntu",
    "wordpress",
];

/// An image's name without registry, tag and digest, its registry if it names one, and its place.
pub(super) fn image(container: &Container) -> Option<(&str, Option<&str>, Span)> {
    let node = container.fields.get("image")?;
    let text = node.as_text()?;
    let named = text.split('@').next().unwrap_or(text);
    let named = match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => named,
    };
    Some(match named.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (rest, Some(first), node.span)
        }
        _ => (named, None, node.span),
    })
}

/// The user of a container's image, if that is known, and where the image is named.
pub(super) fn image_user(container: &Container) -> Option<(ContainerUser, Span)> {
    let (name, registry, span) = image(container)?;
    let name = name.strip_prefix("library/").unwrap_or(name);
    let on_hub = registry.is_none_or(|registry| registry == "docker.io");
    if on_hub && ROOT.contains(&name) {
        return Some((ContainerUser::Root, span));
    }
    let is_nonroot = |image: &str| name.contains("distroless") && image.contains("nonroot");
    if container.fields.get("image").and_then(Node::as_text).is_some_and(is_nonroot) {
        return Some((ContainerUser::Number(65532), span));
    }
    let user = USERS.iter().find(|(known, _)| {
        // A name without a folder is one of Docker Hub's own images.
        if known.contains('/') {
            name.starts_with(known) || name.ends_with(known)
        } else {
            on_hub && name == *known
        }
    });
    user.map(|(_, user)| (*user, span))
}

/// A field of a container's security context, or of the pod's.
pub(super) fn context<'a>(pod: &Pod<'a>, container: &'a Container, field: &str) -> Option<&'a Node> {
    let of = |owner: &'a Node| owner.get("securityContext")?.get(field);
    of(&container.fields).or_else(|| of(&pod.workload.pod.spec))
}

/// The user of a container, if that is known, and where it is set.
pub(super) fn user<'a>(pod: &Pod<'a>, container: &'a Container) -> Option<(ContainerUser, Span)> {
    match context(pod, container, "runAsUser") {
        Some(user) => Some(match user.as_int()? {
            0 => (ContainerUser::Root, user.span),
            id => (ContainerUser::Number(id), user.span),
        }),
        None => image_user(container),
    }
}

impl ContainerUser {
    /// Its number, if it is not root.
    pub(super) fn unprivileged(self) -> Option<i64> {
        match self {
            Self::Root => None,
            Self::Number(id) | Self::Name(_, id) => Some(id),
        }
    }
}

/// Whether a container has all rights of the node.
pub(super) fn is_privileged(container: &Container) -> bool {
    container
        .fields
        .at("securityContext.privileged")
        .is_some_and(|privileged| privileged.as_bool() != Some(false))
}

/// Whether a capability is among those that a container adds (`add`) or drops (`drop`).
pub(super) fn lists_capability(container: &Container, list: &str, name: &str) -> bool {
    let listed = container.fields.at("securityContext.capabilities").and_then(|all| all.get(list));
    listed.is_some_and(|listed| {
        listed.items().iter().any(|item| {
            item.as_text().is_none_or(|item| {
                let item = item.to_ascii_uppercase();
                [name, "ALL"].contains(&item.strip_prefix("CAP_").unwrap_or(&item))
            })
        })
    })
}

/// Whether the pod runs on Windows, which knows neither numbers of users nor modes.
pub(super) fn is_on_windows(pod: &Pod<'_>) -> bool {
    let spec = &pod.workload.pod.spec;
    spec.at("os.name").and_then(Node::as_text) == Some("windows")
        || spec.get("nodeSelector").and_then(|nodes| nodes.get("kubernetes.io/os")).and_then(Node::as_text)
            == Some("windows")
}
