//! Checks the forms that Kubernetes requires of names, keys and label values.
//!
//! Invariant: a text has no [`NameFault`] exactly if the API server accepts it in that place.

use std::hash::Hasher as _;

/// The annotation of a pod that has the seccomp profile of the container whose name follows.
pub(crate) const SECCOMP_OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// The annotation of a pod that has the `AppArmor` profile of the container whose name follows.
pub(crate) const APPARMOR_OF_CONTAINER: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The annotations of a pod whose value is the name of a container.
pub(crate) const NAME_A_CONTAINER: [&str; 2] =
    ["kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container"];

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It is empty.
    Empty,
    /// It has more characters than this.
    TooLong(usize),
    /// It is not of this form.
    Form(&'static str),
}

/// A form: a function that returns what is wrong with a text, if anything.
pub type NameForm = fn(&str) -> Option<NameFault>;

/// The longest DNS label, except for the names of ports.
pub const LABEL_LIMIT: usize = 63;
/// The longest DNS subdomain.
pub const SUBDOMAIN_LIMIT: usize = 253;

const LABEL_FORM: &str = "lowercase letters, digits and `-`, with a letter or digit at both ends";
const SUBDOMAIN_FORM: &str =
    "lowercase letters, digits, `-` and `.`, with a letter or digit at both ends of every part";
const QUALIFIED_FORM: &str =
    "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, after an optional `domain/`";
const VALUE_FORM: &str = "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";

/// A DNS label (RFC 1123), for the names of containers, volumes and namespaces.
pub fn label(text: &str) -> Option<NameFault> {
    sized(text, LABEL_LIMIT, is_label(text), LABEL_FORM)
}

/// A DNS subdomain (RFC 1123), for the names of most objects.
pub fn subdomain(text: &str) -> Option<NameFault> {
    sized(text, SUBDOMAIN_LIMIT, text.split('.').all(is_label), SUBDOMAIN_FORM)
}

/// The start of a name that the API server completes, which can end with `-`.
pub fn prefix_of(form: NameForm, text: &str) -> Option<NameFault> {
    match text.strip_suffix('-') {
        Some(stem) => form(&format!("{stem}a")),
        None => form(text),
    }
}

/// A qualified name, `[domain/]name`, for keys of labels and annotations, finalizers and resources.
pub fn qualified(text: &str) -> Option<NameFault> {
    let name = match text.split_once('/') {
        Some((prefix, name)) => match subdomain(prefix) {
            Some(NameFault::TooLong(limit)) => return Some(NameFault::TooLong(limit)),
            Some(_) => return Some(NameFault::Form(QUALIFIED_FORM)),
            None => name,
        },
        None => text,
    };
    if text.is_empty() {
        return Some(NameFault::Empty);
    }
    sized(name, LABEL_LIMIT, is_token(name), QUALIFIED_FORM).map(|fault| match fault {
        NameFault::Empty => NameFault::Form(QUALIFIED_FORM),
        other => other,
    })
}

/// The key of an annotation: a qualified name, regardless of case.
pub fn annotation_key(text: &str) -> Option<NameFault> {
    qualified(&text.to_lowercase())
}

/// The value of a label, which can be empty.
pub fn label_value(text: &str) -> Option<NameFault> {
    if text.is_empty() {
        return None;
    }
    sized(text, LABEL_LIMIT, is_token(text), VALUE_FORM)
}

/// The name of a port (RFC 6335).
pub fn port(text: &str) -> Option<NameFault> {
    let fits = is_label(text) && !text.contains("--") && text.bytes().any(|byte| byte.is_ascii_lowercase());
    let form = "lowercase letters, digits and single `-`, with at least one letter and no `-` at the ends";
    sized(text, 15, fits, form)
}

/// The name of an environment variable: any printable ASCII except `=`, as since Kubernetes 1.32.
pub fn variable(text: &str) -> Option<NameFault> {
    let fits = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=');
    sized(text, usize::MAX, fits, "printable ASCII characters without `=`")
}

/// A key of a `ConfigMap` or a Secret.
pub fn data_key(text: &str) -> Option<NameFault> {
    let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        && text != "."
        && !text.starts_with("..");
    sized(
        text,
        SUBDOMAIN_LIMIT,
        fits,
        "letters, digits, `-`, `_` and `.`, but neither `.` alone nor `..` at the start",
    )
}

/// The name of an HTTP header.
pub fn header(text: &str) -> Option<NameFault> {
    let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    sized(text, usize::MAX, fits, "letters, digits and `-`")
}

/// A name under a domain, such as `example.com/controller`.
pub fn domain_path(text: &str) -> Option<NameFault> {
    let path = |path: &str| {
        !path.is_empty()
            && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/%:@-._~!$&'()*+,;=".contains(&byte))
    };
    let fits = text.split_once('/').is_some_and(|(domain, rest)| subdomain(domain).is_none() && path(rest));
    sized(text, LABEL_LIMIT, fits, "a domain, `/` and a path, such as `example.com/controller`")
}

/// A key under a domain, such as `example.com/name`, regardless of case.
pub fn prefixed_key(text: &str) -> Option<NameFault> {
    let bare = !text.is_empty() && !text.contains('/');
    if bare {
        Some(NameFault::Form("a name with a domain, such as `example.com/name`"))
    } else {
        annotation_key(text)
    }
}

/// The name of a signer of certificates: a domain of at least two parts, `/` and a name.
pub fn signer(text: &str) -> Option<NameFault> {
    const LIMIT: usize = SUBDOMAIN_LIMIT + 1 + LABEL_LIMIT + 1 + SUBDOMAIN_LIMIT;
    let domain = |domain: &str| {
        domain.len() <= SUBDOMAIN_LIMIT
            && domain.contains('.')
            && domain.split('.').all(|part| label(part).is_none())
    };
    let path = |path: &str| path.split('.').all(|part| subdomain(part).is_none());
    let fits = text.split_once('/').is_some_and(|(front, rest)| domain(front) && path(rest));
    sized(text, LIMIT, fits, "a domain, `/` and a name, such as `example.com/signer`")
}

/// The name of a kernel parameter, such as `net.core.somaxconn` or `net/core/somaxconn`.
pub fn sysctl(text: &str) -> Option<NameFault> {
    let part = |part: &str| is_ended(part, |byte| is_lower_or_digit(byte) || b"-_".contains(&byte));
    let fits = text.split(['.', '/']).all(part) && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    sized(
        text,
        SUBDOMAIN_LIMIT,
        fits,
        "lowercase letters, digits, `-` and `_`, in parts joined by `.` or `/`",
    )
}

/// The DNS label that is nearest to a text, if any part of the text can be kept.
pub fn nearest_label(text: &str, limit: usize) -> Option<String> {
    let mut near = String::new();
    for char in text.chars().flat_map(char::to_lowercase) {
        if char.is_ascii_alphanumeric() {
            near.push(char);
        } else if !near.ends_with('-') && !near.is_empty() {
            near.push('-');
        }
    }
    near.truncate(limit);
    let near = near.trim_matches('-');
    (!near.is_empty()).then(|| near.to_string())
}

/// A name of at most `limit` characters: the name itself, or its start and a digest of the whole name.
pub fn shortened(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let room = limit.saturating_sub(DIGEST_LENGTH + 1);
    let start: String = name.chars().take(room).filter(char::is_ascii).collect();
    format!("{}-{}", start.trim_end_matches(['-', '.']), digest(name.as_bytes()))
}

/// The length of a [`digest`].
pub const DIGEST_LENGTH: usize = 10;

/// A short name for some content, the same on every machine.
pub fn digest(content: &[u8]) -> String {
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(content);
    format!("{:010x}", hasher.finish() >> 24)
}

fn sized(text: &str, limit: usize, fits: bool, form: &'static str) -> Option<NameFault> {
    if text.is_empty() {
        Some(NameFault::Empty)
    } else if !fits {
        Some(NameFault::Form(form))
    } else if text.len() > limit {
        Some(NameFault::TooLong(limit))
    } else {
        None
    }
}

fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    is_ended(text, |byte| is_lower_or_digit(byte) || byte == b'-')
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_token(text: &str) -> bool {
    is_ended(text, |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether all bytes are allowed, and those at both ends are letters or digits.
fn is_ended(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    end(bytes.first()) && end(bytes.last()) && bytes.iter().all(|byte| allowed(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: NameForm, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(form(text), None, "{text:?}");
        }
        for text in bad {
            assert!(form(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn a_long_name_is_shortened_and_stays_unique() {
        assert_eq!(shortened("schema", 20), "schema");
        let (one, other) = (shortened(&"a".repeat(70), 63), shortened(&"a".repeat(71), 63));
        assert!(one != other && [&one, &other].iter().all(|name| name.len() <= 63 && label(name).is_none()));
    }

    #[test]
    fn labels() {
        check(
            label,
            &["a", "0", "a-b", "a--b", &"a".repeat(63)],
            &["", "A", "a.b", "-a", "a-", "a_b", "ä", "a "],
        );
        assert_eq!(label(&"a".repeat(64)), Some(NameFault::TooLong(63)));
        assert_eq!(label(""), Some(NameFault::Empty));
    }

    #[test]
    fn subdomains() {
        check(subdomain, &["a", "a.b", "a-b.0c"], &["", ".", "a.", ".a", "a..b", "a.-b", "A.b"]);
        assert_eq!(subdomain(&"a".repeat(254)), Some(NameFault::TooLong(253)));
        assert_eq!(subdomain(&"a".repeat(253)), None);
        assert_eq!(prefix_of(subdomain, "shop-"), None);
        assert!(prefix_of(subdomain, "Shop-").is_some());
        assert!(prefix_of(subdomain, "").is_some());
    }

    #[test]
    fn qualified_names() {
        check(
            qualified,
            &["a", "A_b.c-d", "example.com/Name", "a/b"],
            &["", "/a", "a/", "a/b/c", "-a", "a-", "Example.com/a", "a b", "a.b/-c"],
        );
        assert_eq!(qualified(&format!("x/{}", "a".repeat(64))), Some(NameFault::TooLong(63)));
        check(annotation_key, &["Example.com/a", "A"], &["", "a//b"]);
    }

    #[test]
    fn values_and_keys() {
        check(label_value, &["", "a", "A.b_c-d", "1"], &["-", "a-", "a/b", "a b", "é"]);
        check(data_key, &["a", "A.b", ".a", "_", "-", "a..b"], &["", ".", "..", "..a", "a/b", "a b"]);
        check(variable, &["A", "a b", "1", "a.b", "-", "~"], &["", "A=B", "é", "a\tb"]);
        check(header, &["Host", "X-1"], &["", "a b", "a_b", "a:"]);
    }

    #[test]
    fn ports() {
        check(port, &["web", "a", "8080a", "a-b"], &["", "8080", "a--b", "-a", "a-", "Web", "a_b", "a.b"]);
        assert_eq!(port("abcdefghijklmnop"), Some(NameFault::TooLong(15)));
    }

    #[test]
    fn other_forms() {
        check(domain_path, &["a.b/c", "a/b/c"], &["", "a", "/a", "a/", "A/b", "a/b c"]);
        check(signer, &["a.b/c", "a.b/c.d"], &["", "a/b", "a.b", "a.b/c/d", "A.b/c", "a.b/C", "a.b/"]);
        check(prefixed_key, &["a.b/c", "A/b"], &["", "a", "a/b/c", "/a"]);
        check(sysctl, &["net.core.a", "kernel/shm_max", "a"], &["", "a.", "A", "a..b", "a-"]);
    }

    #[test]
    fn a_near_label_is_a_label() {
        assert_eq!(nearest_label("Web_App.2", 63).as_deref(), Some("web-app-2"));
        assert_eq!(nearest_label("--", 63), None);
        assert_eq!(nearest_label("ab-cd", 3).as_deref(), Some("ab"));
        for text in ["Ärger", "__x__", "a__b", "9 lives"] {
            assert_eq!(nearest_label(text, 63).as_deref().map(label), Some(None), "{text}");
        }
    }
}
