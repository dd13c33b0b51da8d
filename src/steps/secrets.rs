//! `secrets`: a secret out of Vault or a cloud's store, as a file in a volume that is in RAM.
//!
//! ```initflow
//! secrets api-keys {
//!   from vault "secret/data/shop"
//!   into creds "keys.json"
//!   role "shop"
//!   address "https://vault.acme.dev:8200"
//! }
//! ```
//!
//! | statement | meaning | without it |
//! |---|---|---|
//! | `from vault "secret/data/shop"` | a path of Vault's API; in a KV engine of version 2 `data/` follows the mount | one `from` is required |
//! | `from aws "ID"` | a secret's name or ARN in AWS Secrets Manager | |
//! | `from gcp "projects/P/secrets/S"` | a secret in Google's Secret Manager; `/versions/V` may follow | the latest version |
//! | `from azure "VAULT/NAME"` | a secret in an Azure Key Vault, named by itself or by its whole host name; `/VERSION` may follow | the latest version |
//! | `into VOLUME "path"` | the file to make, in a memory volume; folders on the way are made too | required |
//! | `field "key"` | that key alone: its text as it is, without a line break after it | the whole secret |
//! | `format json` | `json`, `dotenv` (an env file) or `raw` (as the store has it) | by the file's ending: `.json`, `.env`, any other is raw |
//! | `mode 0400` | the file's mode, in octal | readable for its user, for the `fsGroup` where the pod has one, and for all where neither that nor a `runAsUser` of the pod says who reads it |
//! | `owner 10001 [group 10001]` | the user whom the file belongs to: the step runs as this user | the user that the step runs as |
//! | `address "https://…"` | the server | Vault: `VAULT_ADDR` in `env`; else the cloud's own |
//! | `role "shop"` | Vault: the role to log in for | required for Vault |
//! | `auth "kubernetes"` | Vault: where the Kubernetes auth method is mounted; the method JWT does too | `kubernetes` |
//! | `audience "vault"` | Vault: whom the token of the service account is made for | the API server |
//! | `namespace "team"` | Vault: the namespace | `VAULT_NAMESPACE` in `env`, or the root |
//! | `ca secret("vault-ca", "ca.crt")` | Vault: the certificate authority of the server, out of a Secret or a `configmap` | the well-known ones |
//! | `retries 3` | how many tries may follow the first, after pauses of 2, 4, 6 … at most 30 seconds | `5` |
//! | `timeout 2m` | the time for all tries together, in whole seconds | `5m` |
//!
//! The file is written under a temporary name in its own folder, which only the step's user can read, given its mode and
//! only then renamed: a reader never sees half of it. It is fetched again on every run. Neither the secret nor a token is
//! in the step's output, in the arguments of a process or on a disk; the volume must be a memory volume.
//!
//! A JSON file has what the store has, and Vault's numbers as they are spelt there. An env file has a line
//! `NAME='value'` for each key; Kubernetes reads it (`file(V, "path", "KEY")`), and so do `. file` in a shell and what
//! reads `.env` files, but not `docker run --env-file`, which takes the quotes for a part of the value. A value with a
//! quote in it, an object or a list cannot stand there, and is an error.
//!
//! The step proves who it is as its pod: to Vault by a token of the service account that it mounts for itself, in AWS by
//! the service account's role (IRSA, Pod Identity) or by `env`, in Google Cloud by the metadata server (workload
//! identity), in Azure by the workload identity, or else by the machine's. `$(NAME)` in a text stands for a variable of
//! the step's `env`. A leased secret, as of Vault's database engine, is not renewed: there let Vault's agent run as a
//! sidecar. Only one user can own a file that is not made by root; where containers run as different users, `fsGroup`
//! lets them all read it.

mod script;
mod target;

use super::tries::{Tries, retries, timeout};
use super::{GivenOption, Image, InVolume, Lowered, OwnVolume, RAM, StepInput, User, path_fault, ram, shell};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::{Node, Value};
use crate::source::Span;
use crate::statement::Slot::One;
use crate::statement::{
    Direction, Slot, StatementPlace, StatementSpec, ValueType, clause, of_step, one_of, optional,
};
use smol_str::{SmolStr, format_smolstr};
use target::{SecretTarget, Store};

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "secrets";

#[cfg(test)]
pub(super) use script::ALL as SCRIPTS;

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

const FROM: &[Slot] = &[
    clause!(one_of "vault", One("\"path\"", ValueType::Text)),
    clause!(one_of "aws", One("\"id\"", ValueType::Text)),
    clause!(one_of "gcp", One("\"name\"", ValueType::Text)),
    clause!(one_of "azure", One("\"vault/name\"", ValueType::Text)),
];

const FORMAT: &[Slot] = &[clause!(one_of "json"), clause!(one_of "dotenv"), clause!(one_of "raw")];

const OWNER: &[Slot] = &[
    One("user", ValueType::Int(1, MAX_ID)),
    clause!(optional "group", One("group", ValueType::Int(1, MAX_ID))),
];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(
        HERE,
        "from",
        FROM,
        "The secret: a path in Vault, or a name in AWS Secrets Manager, Google's Secret Manager or an Azure Key Vault.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", ValueType::MountedVolume(Direction::Writes)), One("\"path\"", ValueType::Text)],
        "The file to make, in a memory volume; implies `writes volume`.",
    ),
    of_step(
        HERE,
        "field",
        &[One("\"key\"", ValueType::Text)],
        "The key whose value alone makes the file; without it the whole secret does.",
    ),
    of_step(
        HERE,
        "format",
        FORMAT,
        "What the file is; without it, what its ending says: `.json`, `.env`, or else raw.",
    ),
    of_step(HERE, "mode", &[One("mode", ValueType::Mode)], "The file's mode, in octal."),
    of_step(
        HERE,
        "owner",
        OWNER,
        "The user, by number, whom the file belongs to: the step runs as this user.",
    ),
    of_step(
        HERE,
        "address",
        &[One("\"url\"", ValueType::Text)],
        "The server; without it Vault's is `VAULT_ADDR` in `env`, any other the cloud's own.",
    ),
    of_step(HERE, "role", &[One("\"role\"", ValueType::Text)], "Vault's role to log in for."),
    of_step(
        HERE,
        "auth",
        &[One("\"mount\"", ValueType::Text)],
        "Where Vault's Kubernetes auth method is mounted; without it `kubernetes`.",
    ),
    of_step(
        HERE,
        "audience",
        &[One("\"audience\"", ValueType::Text)],
        "Whom the service account's token for Vault is made for; without it the API server.",
    ),
    of_step(HERE, "namespace", &[One("\"namespace\"", ValueType::Text)], "Vault's namespace."),
    of_step(
        HERE,
        "ca",
        &[One("certificate", ValueType::Variable)],
        "The certificate authority of Vault's server: `secret(\"name\", \"key\")` or `configmap(…)`.",
    ),
    retries(HERE),
    timeout(HERE),
];

/// The highest number of a user or a group.
const MAX_ID: i64 = 2_147_483_647;

/// The statements that only Vault has a use for.
const OF_VAULT: &[&str] = &["role", "auth", "audience", "namespace", "ca"];

/// Where the step finds its token and Vault's certificate authority.
const IDENTITY: &str = "/run/initflow";

/// How long the token is good for, in seconds: the least that Kubernetes takes.
const TOKEN_SECONDS: i64 = 600;

/// The options of a `secrets`.
#[derive(Clone, Debug)]
pub struct Options {
    target: SecretTarget,
    /// How the file is made.
    format: &'static str,
    /// The file to make.
    into: InVolume,
    mode: u32,
    field: Option<SmolStr>,
    owner: Option<User>,
    address: Option<SmolStr>,
    namespace: Option<SmolStr>,
    /// What Vault alone has a use for.
    vault: Option<Vault>,
    tries: Tries,
    /// The head of the step.
    span: Span,
}

/// How a step logs in to Vault.
#[derive(Clone, Debug)]
struct Vault {
    role: SmolStr,
    auth: SmolStr,
    /// The volume with the token and the certificate authority.
    identity: OwnVolume,
}

impl Options {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let [from, into] = given.must(
            [("from", "from vault \"secret/data/shop\""), ("into", "into VOLUME \"keys.json\"")],
            diagnostics,
        )?;
        let target = SecretTarget::of(from, diagnostics)?;
        let path = into.values.get(1)?;
        let path_text = path.as_text()?;
        if let Some(fault) = path_fault(path_text) {
            diagnostics.push(
                Diagnostic::error(Code::InvalidPath, path.span, "this is no path of a file in a volume")
                    .here(fault),
            );
            return None;
        }
        let format = format(given, &target, path_text, path.span, diagnostics)?;
        let into = InVolume::of(into, path_text)?;
        let mode = mode(given, diagnostics);
        let tries = Tries::of(given, diagnostics)?;
        let text = |statement| match given.value(statement) {
            Some(node) => Some(Some(SmolStr::new(node.as_text()?))),
            None => Some(None),
        };
        let (field, address, namespace) = (text("field")?, text("address")?, text("namespace")?);
        let mut vault = None;
        if target.store == Store::Vault {
            let [role] = given.must([("role", "role \"shop\"")], diagnostics)?;
            vault = Some(Vault {
                role: role.values.first()?.as_text()?.into(),
                auth: text("auth")?.unwrap_or("kubernetes".into()),
                identity: identity(given, diagnostics)?,
            });
        } else if let Some(option) = given.options.iter().find(|option| OF_VAULT.contains(&option.name)) {
            diagnostics.push(
                Diagnostic::error(
                    Code::IdleField,
                    option.span,
                    format!("`{}` is for Vault alone", option.name),
                )
                .here("has no effect here")
                .label(from.span, "not out of Vault")
                .help("remove it"),
            );
            return None;
        }
        let (owner, span) = (owner(given), given.span);
        Some(Self { target, format, into, mode, field, owner, address, namespace, vault, tries, span })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let mut lowered = Lowered {
            image: Some(if self.target.store == Store::Aws { Image::SecretsAws } else { Image::Secrets }),
            command: shell(script::of(self.target.store), "secrets"),
            user: self.owner.clone(),
            ..Lowered::default()
        };
        lowered.env.extend(self.into.variables());
        let mut set =
            |name: &str, value: SmolStr| lowered.env.push((format_smolstr!("INITFLOW_{name}"), value));
        set("FROM", self.target.name.clone());
        set("FORMAT", SmolStr::new_static(self.format));
        set("MODE", format_smolstr!("{:04o}", self.mode));
        lowered.env.extend(self.tries.variables());
        let mut set =
            |name: &str, value: SmolStr| lowered.env.push((format_smolstr!("INITFLOW_{name}"), value));
        for (text, name) in
            [(&self.field, "FIELD"), (&self.address, "ADDRESS"), (&self.namespace, "NAMESPACE")]
        {
            if let Some(text) = text {
                set(name, text.clone());
            }
        }
        if self.target.store == Store::Aws {
            // The AWS CLI keeps a cache in its home, and takes its configuration from there.
            set("RAM", RAM.into());
            lowered.volumes.push(ram(self.span, "4Mi"));
        }
        if let Some(vault) = &self.vault {
            set("ROLE", vault.role.clone());
            set("AUTH", vault.auth.clone());
            lowered.volumes.push(vault.identity.clone());
        }
        lowered
    }
}

/// How the file is made.
fn format(
    given: &StepInput,
    target: &SecretTarget,
    path: &str,
    path_span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'static str> {
    let said = given.option("format");
    let word = said.and_then(|option| option.clauses.first()).map(|clause| clause.word);
    if let Some(field) = given.option("field") {
        if let (Some(said), Some("json" | "dotenv")) = (said, word) {
            diagnostics.push(
                Diagnostic::error(
                    Code::ConflictingFields,
                    said.span,
                    "one key alone makes a file that is only its value",
                )
                .here("has no meaning for one value")
                .label(field.span, "one key alone")
                .help("remove one of the two"),
            );
            return None;
        }
        return Some("field");
    }
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let format = word.unwrap_or(match ending {
        Some("json") => "json",
        Some("env") => "dotenv",
        _ => "raw",
    });
    if format == "raw" && target.store == Store::Vault {
        let (span, here) = match said {
            Some(said) => (said.span, "not possible with Vault"),
            None => (path_span, "not the ending of a format"),
        };
        diagnostics.push(
            Diagnostic::error(Code::MissingStatement, span, "a secret in Vault has keys, and no text of its own")
                .here(here)
                .help(
                    "name a file `….json` or `….env`, write `format json` or `format dotenv`, or take one key: `field \"password\"`",
                ),
        );
        return None;
    }
    Some(format)
}

/// The file's mode; warns where it shuts everybody else out.
fn mode(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> u32 {
    let owned = given.option("owner").is_some();
    let Some(said) = given.value("mode") else {
        return match (given.readers.share_group, owned || given.readers.share_user) {
            (true, _) => 0o440,
            (false, true) => 0o400,
            (false, false) => 0o444,
        };
    };
    let mode = said.as_int().and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0o400);
    let by_owner = owned || given.readers.share_user || given.readers.chosen;
    let by_group = given.readers.share_group && mode & 0o040 != 0;
    if !by_owner && !by_group && mode & 0o004 == 0 {
        diagnostics.push(
            Diagnostic::warning(Code::PrivateFile, said.span, "no other container can be known to read this file")
                .here(format!("{mode:04o} is for the step's own user"))
                .help("say who owns it, `owner 10001`, or whose the pod's files are: `securityContext { fsGroup 10001 }`"),
        );
    }
    mode
}

/// Who the step runs as, so that the file is theirs.
fn owner(given: &StepInput) -> Option<User> {
    let owner = given.option("owner")?;
    let user = owner.values.first()?.clone();
    let group = owner.clause("group").and_then(|clause| clause.values.first()).cloned();
    Some(User { span: owner.span, user, group })
}

/// The volume with the token that the step shows to Vault, and the certificate authority that it trusts.
fn identity(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<OwnVolume> {
    let span = given.span;
    let mut token = Node::object(
        span,
        [
            ("path", Node::text(span, "token")),
            ("expirationSeconds", Node::new(span, Value::Int(TOKEN_SECONDS))),
        ],
    );
    if let Some(audience) = given.value("audience") {
        token.map_mut().set("audience", audience.span, audience.clone());
    }
    let mut sources = vec![Node::object(span, [("serviceAccountToken", token)])];
    if let Some(option) = given.option("ca") {
        sources.push(authority(option, diagnostics)?);
    }
    Some(OwnVolume {
        name: "identity",
        mount_path: SmolStr::new_static(IDENTITY),
        read_only: true,
        source: "projected",
        fields: Node::object(span, [("sources", Node::list(span, sources))]),
    })
}

/// The source of a projected volume that brings the certificate authority.
fn authority(option: &GivenOption, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let value = option.values.first()?;
    if matches!(value.value, Value::Unresolved) {
        return None;
    }
    let sources = [("secretKeyRef", "secret"), ("configMapKeyRef", "configMap")];
    let found = sources.iter().find_map(|(from, to)| Some((value.get("valueFrom")?.get(from)?, *to)));
    let Some((reference, source)) = found else {
        diagnostics.push(
            Diagnostic::error(
                Code::TypeMismatch,
                value.span,
                "a certificate comes out of a Secret or a ConfigMap",
            )
            .here("expected `secret(\"name\", \"key\")` or `configmap(\"name\", \"key\")`"),
        );
        return None;
    };
    let (name, key) = (reference.get("name")?.clone(), reference.get("key")?.clone());
    let item = Node::object(value.span, [("key", key), ("path", Node::text(value.span, "ca.crt"))]);
    let items = Node::list(value.span, vec![item]);
    Some(Node::object(value.span, [(source, Node::object(value.span, [("name", name), ("items", items)]))]))
}
