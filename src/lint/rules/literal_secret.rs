#![doc = include_str!("../../diagnostic/explain/literal-secret.md")]

use super::variables;
use crate::check::OF_STEPS;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;

/// Last words of a variable's name that mean that its value is secret.
const SECRET: [&str; 8] = ["PASSWORD", "PASSWD", "PASS", "PWD", "SECRET", "TOKEN", "APIKEY", "CREDENTIALS"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, container) in pod.containers() {
        for (name, value, span) in variables(container) {
            let by_name = is_secret(name) && is_literal(value) && !refers(name, value);
            if !by_name && !has_password(value) {
                continue;
            }
            let owner = &container.name.text;
            // The author wrote the address, not the variable in which the step passes it on.
            let (headline, help) = if container.built_in.is_some() && name.starts_with(OF_STEPS) {
                (
                    format!("an address in `{owner}` has a password in plain text"),
                    "write `$(PASSWORD)` in its place, with `env { PASSWORD secret(\"NAME\", \"KEY\") }`"
                        .to_owned(),
                )
            } else {
                (
                    format!("the value of `{name}` in `{owner}` looks like a secret in plain text"),
                    format!("read it from a Secret: `{name} secret(\"NAME\", \"KEY\")`"),
                )
            };
            found.push(
                Diagnostic::warning(Code::LiteralSecret, span, headline)
                    .here("readable in the source, in the YAML and in the cluster")
                    .help(help),
            );
        }
    }
}

/// Whether the last word of a name means that the value is secret; `TOKEN_URL` only refers to one.
pub(crate) fn is_secret(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split(['_', '-', '.']).collect();
    let [before @ .., last] = words.as_slice() else { return false };
    let key = || before.iter().any(|word| ["API", "SECRET", "PRIVATE", "ENCRYPTION"].contains(word));
    SECRET.contains(last) || (*last == "KEY" && key())
}

/// Whether a value may be a secret: not a reference, a path, a switch or a placeholder.
fn is_literal(value: &str) -> bool {
    let plain = value.trim();
    let switch = ["true", "false", "yes", "no", "on", "off", "none", "null", "disabled", "enabled"];
    plain.len() > 3
        && !plain.contains("$(")
        && !plain.starts_with(['/', '$', '<', '{', '%'])
        && !plain.contains("://")
        && !plain.chars().all(|letter| letter.is_ascii_digit() || letter == '*' || letter == 'x')
        && !switch.contains(&plain.to_ascii_lowercase().as_str())
        && !plain.contains(' ')
        && !plain.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'_')
}

/// Whether a value names what has the secret: a file, or, as the value of `…_SECRET`, an object of Kubernetes.
fn refers(name: &str, value: &str) -> bool {
    let plain = value.trim();
    let is_file = plain.starts_with("./")
        || plain.starts_with("../")
        || plain.starts_with("~/")
        || plain.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending));
    let mut words = plain.split('-');
    let is_object = words.clone().count() > 1
        && words.all(|word| word.len() > 1 && word.bytes().all(|letter| letter.is_ascii_lowercase()));
    is_file || (name.to_ascii_uppercase().ends_with("_SECRET") && is_object)
}

/// Endings of files that have secrets.
const FILES: [&str; 11] =
    ["json", "yaml", "yml", "toml", "txt", "pem", "key", "crt", "p12", "jks", "properties"];

/// Whether a URL has a password in it.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':')
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '<', '{', '%']))
}

#[cfg(test)]
mod tests {
    use super::{has_password, is_literal, is_secret, refers};

    #[test]
    fn names_are_split_into_words() {
        for name in [
            "DB_PASSWORD",
            "POSTGRES_PASSWORD",
            "api_token",
            "AWS_SECRET_ACCESS_KEY",
            "STRIPE_API_KEY",
            "MYSQL_PWD",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "PASSWORD_FILE",
            "SECRET_NAME",
            "TOKEN_URL",
            "TOKENIZER",
            "AWS_ACCESS_KEY_ID",
            "BYPASS",
            "TOKEN_TTL",
            "KEY",
            "MINIO_ACCESS_KEY",
            "CREDENTIALS_METADATA_KEY",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn references_to_a_secret_are_not_secrets() {
        assert!(is_literal("hunter22") && is_literal("kT9-vm"));
        for value in [
            "",
            "$(DB_PASSWORD)",
            "/run/secrets/db",
            "true",
            "30000",
            "<password>",
            "xxxx",
            "CHANGE_ME",
            "https://a/b",
        ] {
            assert!(!is_literal(value), "{value}");
        }
        for (name, value) in [
            ("WEBHOOK_SECRET", "shop-webhook-cert"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "creds.json"),
            ("TLS_PRIVATE_KEY", "certs/tls.key"),
            ("DB_PASSWORD", "../secrets/db"),
        ] {
            assert!(refers(name, value), "{name}");
        }
        for (name, value) in
            [("DB_PASSWORD", "example-password"), ("WEBHOOK_SECRET", "hunter-22"), ("SECRET", "verysecure")]
        {
            assert!(!refers(name, value), "{name}");
        }
        assert!(has_password("postgres://shop:hunter22@db/shop"));
        assert!(
            !has_password("postgres://shop@db/shop") && !has_password("postgres://shop:$(PASSWORD)@db/shop")
        );
    }
}
