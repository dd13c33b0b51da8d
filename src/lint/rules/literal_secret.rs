#![doc = include_str!("../../diagnostic/explain/literal-secret.md")]

use super::variables;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;

/// Last words of a variable's name that mean that its value is secret.
const SECRET: [&str; 8] = ["PASSWORD", "PASSWD", "PASS", "PWD", "SECRET", "TOKEN", "APIKEY", "CREDENTIALS"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (_, container) in pod.containers() {
        for (name, value, span) in variables(container) {
            let by_name = is_secret(name) && is_literal(value);
            if !by_name && !has_password(value) {
                continue;
            }
            found.push(
                Diagnostic::warning(
                    Code::LiteralSecret,
                    span,
                    format!(
                        "the value of `{name}` in `{}` looks like a secret in plain text",
                        container.name.text
                    ),
                )
                .here("readable in the source, in the YAML and in the cluster")
                .help(format!("read it from a Secret: `{name} secret(\"NAME\", \"KEY\")`")),
            );
        }
    }
}

/// Whether the last word of a name means that the value is secret; `TOKEN_URL` only refers to one.
fn is_secret(name: &str) -> bool {
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
}

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
    use super::{has_password, is_literal, is_secret};

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
        for value in
            ["", "$(DB_PASSWORD)", "/run/secrets/db", "true", "30000", "<password>", "xxxx", "https://a/b"]
        {
            assert!(!is_literal(value), "{value}");
        }
        assert!(has_password("postgres://shop:hunter22@db/shop"));
        assert!(
            !has_password("postgres://shop@db/shop") && !has_password("postgres://shop:$(PASSWORD)@db/shop")
        );
    }
}
