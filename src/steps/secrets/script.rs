//! Composes the script of a `secrets`: the reader of JSON, the part for the store, and what becomes of the secret.
//!
//! Invariant: secrets and tokens are only in the shell's variables, in pipes and in the target volume.

use super::SecretsOptions;
use super::target::Store;
use crate::steps::script::{NEWLINE, part};

const ONE_LINE: &str = part!("../one-line.sh");
const HTTP: &str = part!("http.sh");

/// The parts for these options.
pub(super) fn parts(options: &SecretsOptions) -> Vec<&'static str> {
    let mut parts = vec![part!("../say.sh"), part!("json.sh"), part!("json.awk")];
    let shape = match options.format {
        "dotenv" => Some(part!("dotenv.awk")),
        "field" => Some(part!("field.awk")),
        _ => None,
    };
    parts.extend(shape);
    parts.push(part!("main.awk"));
    parts.extend(shape.map(|_| part!("shape.awk")));
    parts.push(part!("end.awk"));
    match options.target.store {
        Store::Vault if is_known(options) => parts.push(part!("vault-known.sh")),
        Store::Vault => parts.extend([ONE_LINE, part!("sound.sh"), part!("vault-from.sh")]),
        Store::Aws if is_known(options) => {}
        Store::Aws => parts.extend([ONE_LINE, part!("from.sh")]),
        Store::Gcp | Store::Azure => parts.extend([ONE_LINE, part!("from.sh"), part!("sound.sh")]),
    }
    parts.extend(match options.target.store {
        Store::Vault => [NEWLINE, HTTP, part!("vault.sh")],
        Store::Aws => ["", part!("../run.sh"), part!("aws.sh")],
        Store::Gcp => [NEWLINE, HTTP, part!("gcp.sh")],
        Store::Azure => [NEWLINE, HTTP, part!("azure.sh")],
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

/// Whether no text has variables or could end a quoted text, so that the script need not look.
fn is_known(options: &SecretsOptions) -> bool {
    let vault = options.vault.as_ref();
    let texts = [
        options.address.as_ref(),
        options.namespace.as_ref(),
        vault.map(|vault| &vault.role),
        vault.map(|vault| &vault.auth),
    ];
    let needed = vault.is_none()
        || options.address.is_some() && (options.namespace.is_some() || !options.may_have_namespace);
    needed && texts.into_iter().flatten().chain([&options.target.name]).all(|text| is_sound(text))
}

/// Whether a text has no variables, and nothing that `sound.sh` refuses.
fn is_sound(text: &str) -> bool {
    let graphic = |byte: u8| byte.is_ascii_graphic() && !b"\"\\?#".contains(&byte);
    !text.contains("$(")
        && text.bytes().all(graphic)
        && !text.split('/').any(|part| part == "." || part == "..")
}
