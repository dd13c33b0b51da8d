//! Implements `secrets`: writes a secret from Vault or a cloud's store to a file in a volume in RAM.
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
//! | statement | meaning | default |
//! |---|---|---|
//! | `from vault "secret/data/shop"` | a path of Vault's API; in a KV engine of version 2 `data/` follows the mount | one `from` is required |
//! | `from aws "ID"` | a secret's name or ARN in AWS Secrets Manager | |
//! | `from gcp "projects/P/secrets/S"` | a secret in Google's Secret Manager; `/versions/V` may follow | the latest version |
//! | `from azure "VAULT/NAME"` | a secret in an Azure Key Vault, named by its name or its full host name; `/VERSION` may follow | the latest version |
//! | `into VOLUME "path"` | the file to create, in a memory volume; parent folders are created too | required |
//! | `field "key"` | only the text of that key, without a line break after it | the whole secret |
//! | `format json` | `json`, `dotenv` (an env file) or `raw` (as the store has it) | by the file's extension: `.json`, `.env`, any other is raw |
//! | `mode 0400` | the file's mode, in octal | readable for its user, for the pod's `fsGroup` if it has one, and for everyone if neither that nor a `runAsUser` of the pod sets who reads it |
//! | `owner 10001 [group 10001]` | the owner of the file: the step runs as this user | the user that the step runs as |
//! | `address "https://…"` | the server | Vault: `VAULT_ADDR` in `env`; otherwise the cloud's own |
//! | `role "shop"` | Vault: the role to log in with | required for Vault |
//! | `auth "kubernetes"` | Vault: where the Kubernetes auth method is mounted; the JWT method works too | `kubernetes` |
//! | `audience "vault"` | Vault: the audience of the service account's token | the API server |
//! | `namespace "team"` | Vault: the namespace | `VAULT_NAMESPACE` in `env`, or the root |
//! | `ca secret("vault-ca", "ca.crt")` | Vault: the certificate authority of the server, from a Secret or a `configmap` | the well-known ones |
//! | `retries 3` | how many times to retry, after pauses of 2, 4, 6 … at most 30 seconds | `5` |
//! | `timeout 2m` | the time for all tries together, in whole seconds | `5m` |
//!
//! The file is written under a temporary name in a folder that only the step's user can read, gets its mode, and is renamed
//! only then: a reader never sees half of it. It is fetched again on every run. Neither the secret nor a token appears in the
//! step's output, in the arguments of a process or on a disk; the volume must be a memory volume.
//!
//! A JSON file contains what the store has, with Vault's numbers spelled as they are there. An env file has a line
//! `NAME='value'` for each key. Kubernetes reads it (`file(V, "path", "KEY")`), and so do `. file` in a shell and tools that
//! read `.env` files, but not `docker run --env-file`, which treats the quotes as part of the value. A value with a quote in
//! it, an object or a list cannot be written there, and is an error.
//!
//! The step logs in with the identity of its pod: to Vault with a token of the service account that it mounts for itself, to
//! AWS with the service account's role (IRSA, Pod Identity) or with `env`, to Google Cloud through the metadata server
//! (workload identity), to Azure with the workload identity or else the machine's. `$(NAME)` in a text is a variable of the
//! step's `env`. A leased secret, such as one of Vault's database engine, is not renewed: run Vault's agent as a sidecar for
//! that. A file that root did not create can have only one owner; if containers run as different users, `fsGroup` lets all of
//! them read it.

mod script;
mod target;

use super::script::shell;
use super::tries::{Tries, retries, timeout};
use super::{
    FILE_PATH, GivenOption, Image, InVolume, Lowered, OwnVolume, RAM, StepInput, User, mismatch, path_fault,
    ram,
};
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
        "The file to create, in a memory volume. Implies `writes volume`.",
    ),
    of_step(
        HERE,
        "field",
        &[One("\"key\"", ValueType::Text)],
        "The key whose value becomes the file. The default is the whole secret.",
    ),
    of_step(
        HERE,
        "format",
        FORMAT,
        "The format of the file. The default follows its extension: `.json`, `.env`, or else raw.",
    ),
    of_step(HERE, "mode", &[One("mode", ValueType::Mode)], "The file's mode, in octal."),
    of_step(HERE, "owner", OWNER, "The owner of the file, by number: the step runs as this user."),
    of_step(
        HERE,
        "address",
        &[One("\"url\"", ValueType::Text)],
        "The server. The default is `VAULT_ADDR` in `env` for Vault, and the cloud's own for the others.",
    ),
    of_step(HERE, "role", &[One("\"role\"", ValueType::Text)], "The role to log in to Vault with."),
    of_step(
        HERE,
        "auth",
        &[One("\"mount\"", ValueType::Text)],
        "Where Vault's Kubernetes auth method is mounted. The default is `kubernetes`.",
    ),
    of_step(
        HERE,
        "audience",
        &[One("\"audience\"", ValueType::Text)],
        "The audience of the service account's token for Vault. The default is the API server.",
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

/// The statements that only apply to Vault.
const OF_VAULT: &[&str] = &["role", "auth", "audience", "namespace", "ca"];

/// Where the step finds its token and the certificate authority of Vault's server.
const IDENTITY: &str = "/run/initflow";

/// How long the token is valid, in seconds: the minimum that Kubernetes accepts.
const TOKEN_SECONDS: i64 = 600;

/// The options of a `secrets`.
#[derive(Clone, Debug)]
pub struct SecretsOptions {
    target: SecretTarget,
    /// The format of the file.
    format: &'static str,
    /// The file to create.
    into: InVolume,
    mode: u32,
    field: Option<SmolStr>,
    owner: Option<User>,
    address: Option<SmolStr>,
    namespace: Option<SmolStr>,
    /// What only applies to Vault.
    vault: Option<Vault>,
    /// How often and how long it tries.
    pub tries: Tries,
    /// Whether a variable may name a namespace of Vault.
    may_have_namespace: bool,
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

impl SecretsOptions {
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
                Diagnostic::error(Code::InvalidPath, path.span, mismatch(FILE_PATH, path_text)).here(fault),
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
        if let Some(written) = &address
            && written.contains(char::is_whitespace)
            && let Some(node) = given.value("address")
        {
            let headline = format!("the address `{}` contains white space", written.escape_debug());
            diagnostics.push(
                Diagnostic::error(Code::InvalidUrl, node.span, headline)
                    .here("no address has spaces")
                    .help("write the address alone, as in `https://vault.example.com:8200`"),
            );
            return None;
        }
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
                    format!("`{}` is only for Vault", option.name),
                )
                .here("has no effect here")
                .label(from.span, "not from Vault")
                .help(format!("remove `{}`", option.name)),
            );
            return None;
        }
        let (owner, span) = (owner(given), given.span);
        let may_have_namespace = !given.lacks("VAULT_NAMESPACE");
        Some(Self {
            target,
            format,
            into,
            mode,
            field,
            owner,
            address,
            namespace,
            vault,
            tries,
            may_have_namespace,
            span,
        })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let mut lowered = Lowered {
            image: Some(if self.target.store == Store::Aws { Image::SecretsAws } else { Image::Secrets }),
            command: shell(&script::parts(self), "secrets"),
            user: self.owner.clone(),
            ..Lowered::default()
        };
        lowered.env.extend(self.into.variables());
        let mut set =
            |name: &str, value: SmolStr| lowered.env.push((format_smolstr!("INITFLOW_{name}"), value));
        set("FROM", self.target.name.clone());
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
            // The AWS CLI has a cache in its home folder, and reads its configuration from there.
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

/// The format of the file.
fn format(
    given: &StepInput,
    target: &SecretTarget,
    path: &str,
    path_span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'static str> {
    let stated = given.option("format");
    let word = stated.and_then(|option| option.clauses.first()).map(|clause| clause.word);
    if let Some(field) = given.option("field") {
        if let (Some(stated), Some(word @ ("json" | "dotenv"))) = (stated, word) {
            diagnostics.push(
                Diagnostic::error(
                    Code::ConflictingFields,
                    stated.span,
                    format!("`format {word}` cannot be combined with `field`"),
                )
                .here("has no meaning for a single value")
                .label(field.span, "the file is the value of this key")
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
        let (span, here) = match stated {
            Some(stated) => (stated.span, "not possible with Vault"),
            None => (path_span, "this extension does not name a format"),
        };
        diagnostics.push(
            Diagnostic::error(Code::MissingStatement, span, "a secret in Vault is a set of keys, so its file needs a format")
                .here(here)
                .help(
                    "use a file ending in `.json` or `.env`, add `format json` or `format dotenv`, or use a single key: `field \"password\"`",
                ),
        );
        return None;
    }
    Some(format)
}

/// The file's mode; warns if it may keep every other container from reading the file.
fn mode(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> u32 {
    let owned = given.option("owner").is_some();
    let Some(stated) = given.value("mode") else {
        return match (given.readers.share_group, owned || given.readers.share_user) {
            (true, _) => 0o440,
            (false, true) => 0o400,
            (false, false) => 0o444,
        };
    };
    let mode = stated.as_int().and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0o400);
    let by_owner = owned || given.readers.share_user || given.readers.chosen;
    let by_group = given.readers.share_group && mode & 0o040 != 0;
    if !by_owner && !by_group && mode & 0o004 == 0 {
        diagnostics.push(
            Diagnostic::warning(Code::PrivateFile, stated.span, "other containers may be unable to read this file")
                .here(format!("{mode:04o} serves only the user that the step runs as"))
                .help("set the owner, `owner 10001`, or the group of the pod's files, `securityContext { fsGroup 10001 }`"),
        );
    }
    mode
}

/// The user that the step runs as, who then owns the file.
fn owner(given: &StepInput) -> Option<User> {
    let owner = given.option("owner")?;
    let user = owner.values.first()?.clone();
    let group = owner.clause("group").and_then(|clause| clause.values.first()).cloned();
    Some(User { span: owner.span, id: user, group })
}

/// The volume with the token for Vault, and the certificate authority to trust.
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

/// The source of a projected volume for the certificate authority.
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
                "expected a certificate from a Secret or a ConfigMap",
            )
            .here("use `secret(\"name\", \"key\")` or `configmap(\"name\", \"key\")`"),
        );
        return None;
    };
    let (name, key) = (reference.get("name")?.clone(), reference.get("key")?.clone());
    let item = Node::object(value.span, [("key", key), ("path", Node::text(value.span, "ca.crt"))]);
    let items = Node::list(value.span, vec![item]);
    Some(Node::object(value.span, [(source, Node::object(value.span, [("name", name), ("items", items)]))]))
}
