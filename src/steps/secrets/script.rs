//! Composes the script for each store: the reader of JSON, the part for the store, and what all have in common.
//!
//! Invariant: secrets and tokens are only in the shell's variables, in pipes and in the target volume.

use super::target::Store;

/// The script of a store.
pub(super) const fn of(store: Store) -> &'static str {
    match store {
        Store::Vault => VAULT,
        Store::Aws => AWS,
        Store::Gcp => GCP,
        Store::Azure => AZURE,
    }
}

/// Every script.
#[cfg(test)]
pub(in crate::steps) const ALL: [&str; 4] = [VAULT, AWS, GCP, AZURE];

macro_rules! script {
    ($($part:literal),+) => {
        concat!(include_str!("../say.sh"), include_str!("../value.sh"), include_str!("../work.sh"), include_str!("json.sh"), include_str!("json.awk"), "'\n}\n", $(include_str!($part)),+)
    };
}

const VAULT: &str = script!("http.sh", "vault.sh", "secrets.sh");
const AWS: &str = script!("aws.sh", "secrets.sh");
const GCP: &str = script!("http.sh", "gcp.sh", "secrets.sh");
const AZURE: &str = script!("http.sh", "azure.sh", "secrets.sh");
