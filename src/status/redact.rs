//! Hides secret values in what a pod says: passwords in URLs, and values of its variables that are secret by their name.

use super::objects::ClusterObject;
use crate::lint::names_a_secret;

/// What is shown instead of a hidden value.
const HIDDEN: &str = "***";

/// Shorter values would be found everywhere.
const MIN_LENGTH: usize = 4;

/// The most values of one pod, and the most bytes of a text that are searched.
const MAX_VALUES: usize = 100;
const MAX_TEXT: usize = 16 << 10;

/// The values to hide in the texts of one pod.
pub(super) struct Redactor<'a>(Vec<&'a str>);

impl<'a> Redactor<'a> {
    pub(super) fn of(pod: &'a ClusterObject) -> Self {
        let containers = pod.spec.init_containers.iter().chain(&pod.spec.containers);
        let variables = containers.flat_map(|container| &container.env);
        let secret = variables.filter(|variable| names_a_secret(&variable.name));
        let values = secret.map(|variable| variable.value.trim()).filter(|value| value.len() >= MIN_LENGTH);
        let mut values: Vec<&str> = values.take(MAX_VALUES).collect();
        // A value may be a part of another one.
        values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self(values)
    }

    /// A text without these values, and without passwords in URLs.
    pub(super) fn redact(&self, text: &str) -> String {
        let mut end = text.len().min(MAX_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut text = text[..end].to_owned();
        for value in &self.0 {
            if text.contains(value) {
                text = text.replace(value, HIDDEN);
            }
        }
        without_passwords(&text)
    }
}

/// A text with the passwords in its URLs hidden, as in `postgres://shop:***@db/shop`.
fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = after
            .find(|letter: char| letter.is_whitespace() || "\"'`".contains(letter))
            .unwrap_or(after.len());
        let (url, tail) = after.split_at(end);
        match credentials(url) {
            Some((user, host)) => shown.extend([user, ":", HIDDEN, "@", host]),
            None => shown.push_str(url),
        }
        rest = tail;
    }
    shown + rest
}

/// The user and the host of a URL with a password, which may have characters that a URL should not.
fn credentials(url: &str) -> Option<(&str, &str)> {
    let (before, host) = url.rsplit_once('@')?;
    let (user, password) = before.split_once(':')?;
    let port = password.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port =
        port.len() < password.len() && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (!user.contains(['/', '?', '#']) && !is_port).then_some((user, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls_are_hidden() {
        for (text, expected) in [
            ("redis://:s3cret@cache", "redis://:***@cache"),
            ("at mysql://a:b/c@d:e@host/x.", "at mysql://a:***@host/x."),
            ("\"amqp://a:b@c\" http://c:80/?x=a@b", "\"amqp://a:***@c\" http://c:80/?x=a@b"),
            ("git+ssh://git@host/a:b", "git+ssh://git@host/a:b"),
            ("://", "://"),
        ] {
            assert_eq!(without_passwords(text), expected);
        }
    }

    #[test]
    fn secret_values_are_hidden() {
        let pod = r#"{"kind": "Pod", "spec": {"containers": [{"name": "a", "env": [
            {"name": "DB_PASSWORD", "value": "hunter22"}, {"name": "API_TOKEN", "value": "hunter22-more"},
            {"name": "PIN_SECRET", "value": "123"}, {"name": "HOST", "value": "database"}]}]}}"#;
        let pod: ClusterObject = serde_json::from_str(pod).unwrap();
        let redactor = Redactor::of(&pod);
        let text =
            "no hunter22 and hunter22-more at database 123 postgres://shop:s3cret@db/shop https://a/b:c@d é";
        assert_eq!(
            redactor.redact(text),
            "no *** and *** at database 123 postgres://shop:***@db/shop https://a/b:c@d é"
        );
        let long = "é".repeat(MAX_TEXT);
        assert_eq!(redactor.redact(&long).len(), MAX_TEXT);
    }
}
