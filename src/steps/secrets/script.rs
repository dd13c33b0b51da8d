//! Composes the script of a `secrets`: the reader of JSON, the part for the store, and what becomes of the secret.
//!
//! Invariant: secrets and tokens are only in the shell's variables, in pipes and in the target volume.

use super::SecretsOptions;
use super::target::Store;
use crate::steps::script::part;

const HTTP: &str = part!("http.sh");

/// The parts for these options.
pub(super) fn parts(options: &SecretsOptions) -> Vec<&'static str> {
    let mut parts = vec![part!("../say.sh"), part!("../one-line.sh"), part!("json.sh"), part!("json.awk")];
    let shape = match options.format {
        "dotenv" => Some(part!("dotenv.awk")),
        "field" => Some(part!("field.awk")),
        _ => None,
    };
    parts.extend(shape);
    parts.push(part!("main.awk"));
    parts.extend(shape.map(|_| part!("shape.awk")));
    parts.push(part!("end.awk"));
    parts.extend(match options.target.store {
        Store::Vault => [HTTP, part!("vault.sh")],
        Store::Aws => [part!("../run.sh"), part!("aws.sh")],
        Store::Gcp => [HTTP, part!("gcp.sh")],
        Store::Azure => [HTTP, part!("azure.sh")],
    });
    parts.push(part!("../to-into.sh"));
    parts.extend(options.into.enter());
    parts.extend(options.into.file());
    parts.extend([part!("../deadline.sh"), options.tries.script()]);
    parts.push(match (options.format, shape) {
        ("raw", _) => part!("raw.sh"),
        (_, None) => part!("source.sh"),
        (_, Some(_)) => part!("shaped.sh"),
    });
    parts.push(part!("../work/publish-file.sh"));
    parts
}
