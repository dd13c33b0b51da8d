//! Reads `from` into a store and the name of a secret in it.
//!
//! Invariant: a name has the form of the store's API; nothing in it can end a URL or a quoted text.

use crate::diagnostic::{Code, Diagnostic};
use crate::steps::{GivenOption, mismatch};
use smol_str::{SmolStr, format_smolstr};

/// Where a secret is.
#[derive(Clone, Debug)]
pub(super) struct SecretTarget {
    pub(super) store: Store,
    pub(super) name: SmolStr,
}

/// A store of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    Vault,
    Aws,
    Gcp,
    Azure,
}

impl SecretTarget {
    /// The target of a `from`.
    pub(super) fn of(from: &GivenOption, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let clause = from.clauses.first()?;
        let value = clause.values.first()?;
        let store = match clause.word {
            "vault" => Store::Vault,
            "aws" => Store::Aws,
            "gcp" => Store::Gcp,
            _ => Store::Azure,
        };
        let text = value.as_text()?;
        match name(store, text) {
            Ok(name) => Some(Self { store, name }),
            Err(fault) => {
                diagnostics.push(
                    Diagnostic::error(
                        Code::InvalidSecret,
                        value.span,
                        mismatch(&format!("the name of a secret in {}", store.noun()), text),
                    )
                    .here(fault),
                );
                None
            }
        }
    }
}

impl Store {
    /// How a message names it.
    fn noun(self) -> &'static str {
        match self {
            Self::Vault => "Vault",
            Self::Aws => "AWS Secrets Manager",
            Self::Gcp => "Google's Secret Manager",
            Self::Azure => "an Azure Key Vault",
        }
    }
}

/// The name in the form of the store's API, or what is wrong with it.
fn name(store: Store, text: &str) -> Result<SmolStr, &'static str> {
    // `$(NAME)` gets its value when the pod starts.
    let graphic = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'?' | b'#');
    if text.is_empty() {
        return Err("the name is empty");
    } else if !text.bytes().all(graphic) {
        return Err("a name cannot contain spaces, quotes, backslashes, `?`, `#` or letters beyond ASCII");
    } else if text.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("the name starts or ends with `/`, or has an empty part, a `.` or a `..`");
    }
    let parts: Vec<&str> = text.split('/').collect();
    match store {
        Store::Vault if parts.len() < 2 => {
            Err("expected the mount and the path in it, as in `secret/data/shop`")
        }
        Store::Vault if parts[0] == "v1" => Err("leave out `v1/`: only the path after it is needed"),
        Store::Vault | Store::Aws => Ok(text.into()),
        Store::Gcp => match parts.as_slice() {
            ["projects", _, "secrets", _, "versions", _]
            | ["projects", _, "locations", _, "secrets", _, "versions", _] => Ok(text.into()),
            ["projects", _, "secrets", _] | ["projects", _, "locations", _, "secrets", _] => {
                Ok(format_smolstr!("{text}/versions/latest"))
            }
            _ => Err("expected `projects/PROJECT/secrets/NAME`, optionally with `/versions/VERSION`"),
        },
        Store::Azure => match parts.len() {
            2 | 3 => Ok(text.into()),
            _ => Err("expected `VAULT/NAME`, optionally with `/VERSION`"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Store, name};

    #[test]
    fn a_name_has_the_form_of_the_api() {
        for (store, text, taken) in [
            (Store::Vault, "secret/data/shop", "secret/data/shop"),
            (Store::Vault, "kv/$(TEAM)/shop", "kv/$(TEAM)/shop"),
            (Store::Aws, "shop/db", "shop/db"),
            (
                Store::Aws,
                "arn:aws:secretsmanager:eu-west-1:1:secret:shop-1a2b3c",
                "arn:aws:secretsmanager:eu-west-1:1:secret:shop-1a2b3c",
            ),
            (Store::Gcp, "projects/p/secrets/s", "projects/p/secrets/s/versions/latest"),
            (Store::Gcp, "projects/p/secrets/s/versions/3", "projects/p/secrets/s/versions/3"),
            (
                Store::Gcp,
                "projects/p/locations/l/secrets/s",
                "projects/p/locations/l/secrets/s/versions/latest",
            ),
            (Store::Azure, "shop/db", "shop/db"),
            (Store::Azure, "shop.vault.azure.cn/db/0123", "shop.vault.azure.cn/db/0123"),
        ] {
            assert_eq!(name(store, text).as_deref(), Ok(taken));
        }
        for (store, text) in [
            (Store::Vault, ""),
            (Store::Vault, "shop"),
            (Store::Vault, "/secret/data/shop"),
            (Store::Vault, "v1/secret/data/shop"),
            (Store::Vault, "secret/data/../shop"),
            (Store::Vault, "secret/data/shop?version=1"),
            (Store::Vault, "secret/data/sh\u{f6}p"),
            (Store::Aws, "a b"),
            (Store::Gcp, "shop"),
            (Store::Gcp, "projects/p/secrets/s/versions"),
            (Store::Azure, "db"),
            (Store::Azure, "shop/db/1/2"),
        ] {
            assert!(name(store, text).is_err(), "{text}");
        }
    }
}
