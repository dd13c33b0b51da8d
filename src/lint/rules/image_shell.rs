//! Says which shell is the `sh` of an image.

use super::image;
use crate::model::Container;
use crate::object::Node;

/// The shell that `sh` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImageShell {
    /// Debian's and Ubuntu's.
    Dash,
    /// BusyBox's, also in Alpine Linux.
    Ash,
    Bash,
}

/// Words in tags that tell the distribution.
const TAGS: [(ImageShell, &[&str]); 3] = [
    (ImageShell::Ash, &["alpine", "busybox"]),
    (
        ImageShell::Bash,
        &[
            "ubi",
            "centos",
            "rhel",
            "fedora",
            "rocky",
            "alma",
            "oracle",
            "amazonlinux",
            "al2",
            "photon",
            "suse",
        ],
    ),
    (
        ImageShell::Dash,
        &[
            "slim", "debian", "trixie", "bookworm", "bullseye", "buster", "stretch", "ubuntu", "noble",
            "jammy", "focal",
        ],
    ),
];

/// Official images on Debian or Ubuntu, unless the tag says otherwise.
const DASH: [&str; 38] = [
    "debian",
    "ubuntu",
    "buildpack-deps",
    "postgres",
    "mariadb",
    "mongo",
    "redis",
    "valkey",
    "nginx",
    "httpd",
    "python",
    "node",
    "ruby",
    "golang",
    "rust",
    "php",
    "perl",
    "gcc",
    "wordpress",
    "drupal",
    "joomla",
    "nextcloud",
    "rabbitmq",
    "memcached",
    "cassandra",
    "tomcat",
    "maven",
    "gradle",
    "ghost",
    "solr",
    "zookeeper",
    "influxdb",
    "haproxy",
    "redmine",
    "odoo",
    "eclipse-temurin",
    "mediawiki",
    "neo4j",
];

/// Images on Alpine Linux or with BusyBox.
const ASH: [&str; 22] = [
    "alpine",
    "busybox",
    "alpine/git",
    "alpine/helm",
    "alpine/k8s",
    "alpine/curl",
    "alpine/openssl",
    "alpine/socat",
    "curlimages/curl",
    "hashicorp/vault",
    "vault",
    "consul",
    "hashicorp/consul",
    "hashicorp/terraform",
    "docker",
    "traefik",
    "groundnuty/k8s-wait-for",
    "jwilder/dockerize",
    "prom/prometheus",
    "prom/alertmanager",
    "nicolaka/netshoot",
    "amacneil/dbmate",
];

/// Images with `bash` as `sh`.
const BASH: [&str; 10] = [
    "centos",
    "fedora",
    "rockylinux",
    "almalinux",
    "oraclelinux",
    "amazonlinux",
    "archlinux",
    "ubi8/ubi",
    "ubi9/ubi",
    "mysql",
];

/// Images on Alpine Linux that have no `bash` beside their `sh`.
const WITHOUT_BASH: [&str; 13] = [
    "alpine",
    "busybox",
    "node",
    "python",
    "redis",
    "nginx",
    "golang",
    "php",
    "httpd",
    "haproxy",
    "curlimages/curl",
    "memcached",
    "traefik",
];

/// The shell of an image, if that is known.
pub(super) fn image_shell(container: &Container) -> Option<ImageShell> {
    let (name, registry, tag) = parts(container)?;
    let by_tag = TAGS.iter().find(|(_, words)| words.iter().any(|word| has_word(tag, word)));
    // A private registry can have anything under these names.
    if !is_public(registry) {
        return None;
    }
    let by_name = || {
        [(ImageShell::Ash, &ASH[..]), (ImageShell::Dash, &DASH[..]), (ImageShell::Bash, &BASH[..])]
            .into_iter()
            .find(|(_, names)| names.contains(&name))
            .map(|(shell, _)| shell)
    };
    // `bitnami/postgresql:17-debian-12` says it as well; other names with such a tag are built on it, too.
    by_tag.map(|(shell, _)| *shell).or_else(by_name)
}

/// Whether an image is known to have no `bash`.
pub(super) fn lacks_bash(container: &Container) -> bool {
    parts(container).is_some_and(|(name, registry, _)| {
        is_public(registry) && WITHOUT_BASH.contains(&name) && image_shell(container) == Some(ImageShell::Ash)
    })
}

/// The name of an image below its registry, the registry, and the tag.
fn parts(container: &Container) -> Option<(&str, Option<&str>, &str)> {
    let (name, registry, _) = image(container)?;
    let text = container.fields.get("image").and_then(Node::as_text)?;
    let tag = text.split('@').next()?.rsplit_once(':').map_or("", |(_, tag)| tag);
    let name =
        ["docker/library/", "library/"].iter().find_map(|folder| name.strip_prefix(folder)).unwrap_or(name);
    Some((name, registry, if tag.contains('/') { "" } else { tag }))
}

fn is_public(registry: Option<&str>) -> bool {
    registry.is_none_or(|registry| {
        [
            "docker.io",
            "index.docker.io",
            "public.ecr.aws",
            "mirror.gcr.io",
            "registry.access.redhat.com",
            "quay.io",
        ]
        .contains(&registry)
    })
}

/// Whether a tag has a word, also with a version after it: `alpine3.20`, `ubi9`.
fn has_word(tag: &str, word: &str) -> bool {
    tag.split(['-', '_', '.']).any(|part| part.trim_end_matches(|char: char| char.is_ascii_digit()) == word)
        || tag.split(['-', '_', '.']).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn versions_of_a_distribution_are_ignored() {
        assert!(has_word("3.12-alpine3.20", "alpine") && has_word("21-jre-ubi9-minimal", "ubi"));
        assert!(has_word("2-al2", "al2") && !has_word("1.2-slimmer", "slim"));
    }
}
