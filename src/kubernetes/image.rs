//! Checks references to container images, which the kubelet would otherwise refuse as `InvalidImageName`.
//!
//! Invariant: follows the reference grammar of the distribution project; a missing registry means Docker Hub.

use std::borrow::Cow;

/// What is wrong with an image reference, if anything, as a clause that follows the reference in a message.
pub fn fault(reference: &str) -> Option<String> {
    if is_import_path(reference) {
        return None;
    }
    if reference.chars().any(char::is_whitespace) {
        return Some("contains white space".into());
    }
    if reference.len() == 64 && reference.bytes().all(is_lower_hex) {
        return Some("is the ID of an image, which cannot be used as a reference".into());
    }
    let (rest, digest) = split_first(reference, '@');
    if let Some(digest) = digest
        && let Some(fault) = digest_fault(digest)
    {
        return Some(fault);
    }
    // A `:` before the last `/` belongs to the registry's port.
    let name_start = rest.rfind('/').map_or(0, |at| at + 1);
    let (last, tag) = split_first(&rest[name_start..], ':');
    if let Some(tag) = tag
        && !is_tag(tag)
    {
        return Some(format!(
            "has the tag `{tag}`; a tag is up to 128 letters, digits, `_`, `.` and `-`, and does not start with `.` or `-`"
        ));
    }
    name_fault(&rest[..name_start + last.len()])
}

/// The first part of a reference that somebody was to replace: `${NAME}`, `$NAME`, `{{ name }}`, `<name>` or `YOUR_NAME`.
pub(crate) fn placeholder(reference: &str) -> Option<&str> {
    let marked =
        [("${", "}"), ("{{", "}}"), ("<", ">"), ("{", "}")].into_iter().find_map(|(opening, closing)| {
            let (before, rest) = reference.split_once(opening)?;
            let (name, _) = rest.split_once(closing)?;
            let end = before.len() + opening.len() + name.len() + closing.len();
            (!name.is_empty()).then_some(&reference[before.len()..end])
        });
    let is_name = |part: &str| {
        let name = part.strip_prefix('$').unwrap_or(part);
        let starts = name.bytes().next().is_some_and(|first| first.is_ascii_uppercase());
        starts && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    marked.or_else(|| reference.split(['/', ':', '@']).find(|part| is_name(part)))
}

/// Whether a reference is a Go import path that `ko` builds and replaces before the manifest is applied.
pub(crate) fn is_import_path(reference: &str) -> bool {
    reference
        .strip_prefix("ko://")
        .is_some_and(|path| !path.is_empty() && !path.contains(char::is_whitespace))
}

/// What is wrong with a registry, with or without a folder, if anything, as a clause that follows it in a message.
pub fn registry_fault(registry: &str) -> Option<String> {
    if let Some((scheme, _)) = registry.split_once("://") {
        return Some(format!("starts with a scheme, `{scheme}://`"));
    }
    if let Some(fault) = fault(&format!("{registry}/image")) {
        return Some(fault);
    }
    let host = registry.split('/').next().unwrap_or_default();
    (!is_registry(host))
        .then(|| format!("starts with `{host}`, which is not a host name with a dot or a port"))
}

/// A reference without its registry: the path of the image in a mirror of that registry.
pub fn path(reference: &str) -> Cow<'_, str> {
    match reference.split_once('/') {
        Some((first, path)) if is_registry(first) => path.into(),
        Some(_) => reference.into(),
        // Docker Hub keeps images without a folder in this one.
        None => format!("library/{reference}").into(),
    }
}

fn name_fault(name: &str) -> Option<String> {
    let (registry, path) = match name.split_once('/') {
        Some((first, path)) if is_registry(first) => (first, path),
        _ => ("docker.io", name),
    };
    if !is_host(registry) {
        return Some(format!("has `{registry}` as its registry, which is not a host name"));
    }
    match path.split('/').find(|part| !is_component(part)) {
        Some("") => Some("has an empty part in its name".into()),
        Some(part) if part.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Some(format!("has uppercase letters in its name, `{part}`"))
        }
        Some(part) => Some(format!(
            "has `{part}` in its name; a part is lowercase letters and digits with single `.`, `_`, `__` or `-` between them"
        )),
        None if registry.len() + 1 + path.len() > 255 => {
            Some("has a name of more than 255 characters".into())
        }
        None => None,
    }
}

fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_host(registry: &str) -> bool {
    if let Some(address) = registry.strip_prefix('[') {
        let Some((address, port)) = address.split_once(']') else { return false };
        let is_address =
            !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_digits));
    }
    let (host, port) = split_first(registry, ':');
    port.is_none_or(is_digits) && host.split('.').all(is_host_part)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a part of the path consists of runs of letters and digits, with one separator between each two.
fn is_component(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = part.bytes().next().is_some_and(plain) && part.bytes().last().is_some_and(plain);
    ends && part
        .split(|char: char| char.is_ascii() && plain(char as u8))
        .all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

fn digest_fault(digest: &str) -> Option<String> {
    let (algorithm, hex) = digest.split_once(':').unwrap_or((digest, ""));
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => {
            return Some(format!(
                "has a digest of the algorithm `{algorithm}`, but needs `sha256`, `sha384` or `sha512`"
            ));
        }
    };
    let fits = hex.len() == length && hex.bytes().all(is_lower_hex);
    (!fits)
        .then(|| format!("has a digest that is not `{algorithm}:` and {length} lowercase hexadecimal digits"))
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

fn split_first(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_path_of_go_is_replaced_later() {
        assert_eq!(fault("ko://github.com/acme/shop/cmd/web"), None);
        assert!(fault("ko://").is_some() && fault("docker://nginx").is_some());
    }

    #[test]
    fn placeholders_are_told_from_names() {
        for (reference, expected) in [
            ("${REGISTRY}/web:1", Some("${REGISTRY}")),
            ("web:$TAG", Some("$TAG")),
            ("ca:v{{ ca.tag }}", Some("{{ ca.tag }}")),
            ("<web image>", Some("<web image>")),
            ("{user}/web:1", Some("{user}")),
            ("gcr.io/YOUR_PROJECT/web:1", Some("YOUR_PROJECT")),
            ("web:${}", None),
            ("Web:1", None),
            ("https://web", None),
        ] {
            assert_eq!(placeholder(reference), expected, "{reference}");
        }
    }

    #[test]
    fn accepts_references() {
        let digest = "a".repeat(64);
        for good in [
            "nginx",
            "nginx:1.27",
            "acme/shop",
            "registry.acme.dev/a/b-c__d.e:v1_2.3-x",
            "localhost/a",
            "localhost:5000/a:1",
            "REGISTRY/a",
            "[::1]:5000/a",
            "host:80/a",
            "a--b",
            "1.2.3.4:5/x",
            &format!("a/b:t@sha256:{digest}"),
            &format!("a@sha256:{digest}"),
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }

    #[test]
    fn a_registry_precedes_paths() {
        for good in ["mirror.acme.dev", "mirror.acme.dev:5000/hub", "localhost", "[::1]:5000/a/b"] {
            assert_eq!(registry_fault(good), None, "{good}");
        }
        for bad in
            ["", "acme", "https://a.dev", "a.dev/", "a.dev/x:1", "a.dev/Hub", "a.dev/x@sha256:00", "a b"]
        {
            assert!(registry_fault(bad).is_some(), "{bad:?}");
        }
        assert_eq!(path("curlimages/curl:8"), "curlimages/curl:8");
        assert_eq!(path("ghcr.io/oras-project/oras:v1"), "oras-project/oras:v1");
        assert_eq!(path("localhost:5000/a@sha256:00"), "a@sha256:00");
        assert_eq!(path("postgres:18"), "library/postgres:18");
    }

    #[test]
    fn refuses_what_is_not_a_reference() {
        for bad in [
            "",
            "Nginx",
            "acme/Shop",
            "a b",
            " a",
            "a\n",
            "a/",
            "/a",
            "a//b",
            "a:",
            "a:-x",
            "a:b:c",
            "-a",
            "a-",
            "a_-b",
            "a___b",
            "a..b",
            "a@sha256:abc",
            "a@md5:aa",
            "a@",
            "https://a.b/c",
            "a.b:x/c",
            "ä",
            &"a".repeat(64),
            &format!("a:{}", "x".repeat(129)),
            &format!("a/{}", "x".repeat(250)),
            &format!("a@sha256:{}", "A".repeat(64)),
        ] {
            assert!(fault(bad).is_some(), "{bad:?}");
        }
    }
}
