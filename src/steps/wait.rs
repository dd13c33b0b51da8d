//! Implements `wait`: ends once everything that the application needs is ready, and fails if that takes too long.
//!
//! ```initflow
//! wait backing {
//!   postgres "$(DATABASE_URL)"
//!   redis "redis://redis:6379"
//!   env { DATABASE_URL secret("shop-db", "url") }
//!   every 1s
//!   timeout 90s
//! }
//! ```
//!
//! | statement | meaning | default |
//! |---|---|---|
//! | `tcp "HOST:PORT"` | until a connection is accepted; write an IPv6 address in `[ ]` | at least one condition is required |
//! | `http "URL" [STATUS] [contains "text"]` | until a GET answers with STATUS, and has the text in its first MiB; redirects are not followed | any status from 200 to 399, as in Kubernetes' own probes |
//! | `dns "NAME"` | until the name has an address, by the resolver of the image (`getent`) | |
//! | `file VOLUME "path"` | until the file or folder exists | |
//! | `postgres ["URL"]` | until the database of the URL accepts a login and answers a query | `PGHOST`, `PGUSER` … of the step's `env`; the default host is 127.0.0.1 |
//! | `mysql "URL"` | the same for MySQL and MariaDB | |
//! | `redis "URL"` | until Redis accepts the password and answers `PING`, which it does not while it loads | |
//! | `job "NAME"` | until the Job with this name, in the pod's namespace, is complete | |
//! | `deployment "NAME"` | until the Deployment, in the pod's namespace, is rolled out: all its pods are up to date and available | |
//! | `statefulset "NAME"` | the same for a StatefulSet, as far as its update strategy and `partition` replace its pods | |
//! | `service "NAME"` | until the Service, in the pod's namespace, has a ready endpoint | |
//! | `condition "RESOURCE/NAME" "TYPE"` | until the object's condition of this type is `True`; `"TYPE=False"` and `"TYPE=Unknown"` wait for these | |
//! | `every 1s` | the pause between two rounds, in whole seconds | `2s` |
//! | `timeout 90s` | the time for all conditions together, in whole seconds | `5m` |
//!
//! A condition may be repeated, and all must hold; each is tried until it holds once. A try takes up to ten seconds. At the
//! timeout the step fails, and its last line names what was missing and why; Kubernetes then restarts it with its usual
//! back-off.
//!
//! `$(NAME)` in a condition is a variable of the step's `env`. The script splits such a condition first and then inserts the
//! values, so a value never becomes more than the part that it replaces; a line break at its end is removed. A value that
//! does not fit (a host with a space, a port that is not a number, a line break in the middle) ends the step at once, with a
//! message that names the part and not the value. A URL that is a variable as a whole (`$(DATABASE_URL)`) is the value of
//! that variable, including its options.
//!
//! The URLs of databases are `SCHEME://USER:PASSWORD@HOST:PORT/DATABASE`, with one host, and with special characters of a
//! name or password as `%XX`. A password that is not in the URL is read from `env`: `PGPASSWORD`, `MYSQL_PWD`,
//! `REDISCLI_AUTH`. The password appears in no message and in no process's arguments; neither does a URL's query. Of the
//! URL's options, `postgres` uses `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `require_auth` and `target_session_attrs`,
//! and `mysql` uses `ssl-mode` and `ssl-ca`; others are ignored. `redis` does not support TLS, and sends the password to
//! whatever answers.
//!
//! `mysql` sends a password only to a server that it can trust: one with a certificate that is valid for its name, or, with
//! MariaDB's client, one that confirms its certificate with the password's own hash. It is an error if the server does not
//! support TLS, or asks for the password itself under a certificate that nobody signed (as MySQL 8 does). Anything weaker
//! must be requested with `ssl-mode`.
//!
//! The tools of the step read no configuration files: `HOME` is `/dev/null`.
//!
//! The compiler itself has two more uses for a `wait`: to wait for the Job of a step with `once`, and to record at the end of that
//! Job that it is complete.
//!
//! For `job`, `deployment`, `statefulset`, `service` and `condition` the compiler adds a Role and a `RoleBinding` that let the
//! pod's service account see these objects, and a `ServiceAccount` if the workload names no `serviceAccountName`. The right is
//! to `get` the objects by their names. Only `service` needs more: the names of endpoint slices are not known before, so
//! the pod may `list` all endpoint slices of its namespace. For what is not in a namespace it is a `ClusterRole` and a
//! `ClusterRoleBinding`, whose names contain the namespace of the pod.
//!
//! A Job that has failed, or that is deleted during the wait, ends the wait at once with an error. One that its
//! `ttlSecondsAfterFinished` has deleted is missing forever. All other objects may be missing, deleted or changed: the wait
//! goes on until its timeout.
//!
//! `deployment` and `statefulset` wait for what `kubectl rollout status` waits for. So a pod that starts while they are being
//! updated waits until the update is complete; `condition "deployment/NAME" "Available"` does not. A StatefulSet with `OnDelete`
//! only needs its pods to be available.
//!
//! `condition` names the resource like kubectl: `crd`, `apiservice`, `deployment`, `pod`, `node` and others by themselves, all
//! others by their plural and group, such as `certificates.cert-manager.io/web` or, with a version,
//! `certificates.v1.cert-manager.io/web`. Of a resource that is not in a namespace, say `cluster-scoped`. As in `kubectl wait`, what
//! an object's controller said before the object's last change does not count.
//!
//! An open port is not yet a database that answers queries. While a server of the official images of PostgreSQL and MySQL
//! initializes itself, it answers only on its socket, so all of these connect by TCP, even within the same pod.
//!
//! One image must serve all conditions of a step: `http` and the objects of the API need `curl`, `postgres` needs `psql`, and `mysql` a client
//! of its own. If none of the compiler's images has them all, write two steps, or set an `image` for the step.

mod address;
mod condition;
mod job;
mod object;
mod script;

pub(crate) use condition::{Condition, ConditionKind};
pub(crate) use job::{JOB, LATER, RECORD, RECORDED, RECORDS};
pub(crate) use object::{AwaitedObject, ReadRight};
pub(crate) use object::{job, known_resource};

use super::{GivenOption, Image, InVolume, Lowered, StepInput, with_prefix};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::statement::Slot::{Maybe, One};
use crate::statement::{
    Direction, Slot, StatementPlace, StatementSpec, ValueType, clause, of_step, optional,
};
use script::Script;
use smol_str::{SmolStr, ToSmolStr};

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "wait";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    condition(
        "tcp",
        &[One("\"host:port\"", ValueType::Text)],
        "Waits until a TCP connection is accepted. An open port is not yet a database that answers.",
    ),
    condition(
        "http",
        HTTP,
        "Waits until a GET answers with this status (by default any from 200 to 399) and has the text in its first MiB.",
    ),
    condition("dns", &[One("\"name\"", ValueType::Text)], "Waits until the name has an address."),
    condition(
        "file",
        &[One("volume", ValueType::MountedVolume(Direction::Reads)), One("\"path\"", ValueType::Text)],
        "Waits until the file exists. Implies `reads volume`.",
    ),
    condition(
        "postgres",
        &[Maybe("\"url\"", ValueType::Text)],
        "Waits until a PostgreSQL database answers a query. The default database is that of `PGHOST`, `PGUSER` … in `env`.",
    ),
    condition(
        "mysql",
        &[One("\"url\"", ValueType::Text)],
        "Waits until a MySQL or MariaDB database answers a query.",
    ),
    condition(
        "redis",
        &[One("\"url\"", ValueType::Text)],
        "Waits until Redis accepts the password and answers `PING`.",
    ),
    condition(
        "job",
        &[One("\"name\"", ValueType::Text)],
        "Waits until a Job in the same namespace is complete. The pod gets the right to see that Job.",
    ),
    condition(
        "deployment",
        &[One("\"name\"", ValueType::Text)],
        "Waits until a Deployment in the same namespace is rolled out and available. The pod gets the right to see it.",
    ),
    condition(
        "statefulset",
        &[One("\"name\"", ValueType::Text)],
        "Waits until a StatefulSet in the same namespace is rolled out and available. The pod gets the right to see it.",
    ),
    condition(
        "service",
        &[One("\"name\"", ValueType::Text)],
        "Waits until a Service in the same namespace has a ready endpoint. The pod gets the right to list endpoint slices.",
    ),
    condition(
        "condition",
        CONDITION,
        "Waits until an object has a condition, such as `\"crd/NAME\" \"Established\"`. The pod gets the right to see it.",
    ),
    of_step(
        HERE,
        "every",
        &[One("time", ValueType::Seconds)],
        "The pause between two rounds, at least one second. The default is `2s`.",
    ),
    of_step(
        HERE,
        "timeout",
        &[One("time", ValueType::Seconds)],
        "The time for all conditions together. The default is `5m`.",
    ),
];

static HTTP: &[Slot] = &[
    One("\"url\"", ValueType::Text),
    Maybe("status", ValueType::Int(100, 599)),
    clause!(optional "contains", One("\"text\"", ValueType::Text)),
];

static CONDITION: &[Slot] = &[
    One("\"resource/name\"", ValueType::Text),
    One("\"type\"", ValueType::Text),
    clause!(optional "cluster-scoped"),
];

const fn condition(name: &'static str, head: &'static [Slot], meaning: &'static str) -> StatementSpec {
    StatementSpec { repeats: true, ..of_step(HERE, name, head, meaning) }
}

const EVERY: u64 = 2;
const TIMEOUT: u64 = 300;

/// The options of a `wait`.
#[derive(Clone, Debug)]
pub struct WaitOptions {
    /// What it waits for, in order.
    pub wanted: Vec<Wanted>,
    /// The pause between two rounds, in seconds.
    pub every: u64,
    /// The time for all conditions together, in seconds.
    pub timeout: u64,
    /// The image that serves all conditions, if there is one.
    pub image: Option<Image>,
    /// The names of the step's variables, unless some are known only in the cluster.
    variables: Option<Vec<SmolStr>>,
    /// The head of the step.
    pub span: Span,
}

/// A condition that a step waits for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its kind.
    pub condition: &'static Condition,
    /// The statement's name in the source.
    pub span: Span,
    /// The address, URL, name or path; empty if variables set it.
    pub target: SmolStr,
    /// The status of an HTTP answer, or `any`.
    pub status: Option<SmolStr>,
    /// The text in an HTTP answer.
    pub contains: Option<SmolStr>,
    /// The object of the API that it looks at.
    pub object: Option<AwaitedObject>,
    /// The type of the object's condition, with its status if that is not `True`.
    pub condition_type: Option<SmolStr>,
}

impl WaitOptions {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let options =
            || given.options.iter().filter_map(|option| Some((Condition::named(option.name)?, option)));
        if options().next().is_none() {
            diagnostics.push(
                Diagnostic::error(Code::MissingStatement, given.span, "this step needs a condition to wait for")
                    .here("expected `tcp \"host:port\"`, `http \"url\"`, `postgres \"url\"` or another condition in it"),
            );
            return None;
        }
        let wanted: Vec<_> =
            options().map(|(condition, option)| Wanted::read(condition, option, diagnostics)).collect();
        let every = given.time("every", EVERY, diagnostics);
        let timeout = given.time("timeout", TIMEOUT, diagnostics)?;
        let wanted: Vec<Wanted> = wanted.into_iter().collect::<Option<_>>()?;
        let image = image(&wanted);
        if image.is_none() && given.image.is_none() {
            diagnostics.extend(no_image(&wanted));
            return None;
        }
        let variables = given.variables.clone();
        Some(Self { wanted, every: every?, timeout, image, variables, span: given.span })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let (command, mut env) = Script::of(self);
        env.push(("INITFLOW_EVERY".into(), self.every.to_smolstr()));
        env.push(("INITFLOW_TIMEOUT".into(), self.timeout.to_smolstr()));
        let awaited: Vec<AwaitedObject> =
            self.wanted.iter().filter_map(|wanted| wanted.object.clone()).collect();
        let records = self.wanted.iter().any(|wanted| wanted.condition.kind == ConditionKind::Record);
        let numbers = (1..=self.wanted.len()).map(|number| number.to_smolstr());
        Lowered {
            image: self.image,
            command,
            args: if self.wanted.len() > 1 { numbers.collect() } else { Vec::new() },
            env,
            variables: if records { vec![job::own_name(self.span)] } else { Vec::new() },
            volumes: (records || !awaited.is_empty()).then(|| job::token(self.span)).into_iter().collect(),
            awaited,
            ..Lowered::default()
        }
    }

    /// Whether the step is known to have this variable.
    fn has(&self, variable: &str) -> bool {
        self.variables.as_ref().is_some_and(|variables| variables.iter().any(|name| name == variable))
    }

    /// Whether the step is known not to have this variable.
    fn lacks(&self, variable: &str) -> bool {
        self.variables.as_ref().is_some_and(|variables| variables.iter().all(|name| name != variable))
    }

    /// The targets of all conditions of a kind.
    pub fn targets(&self, kind: ConditionKind) -> impl Iterator<Item = &SmolStr> {
        self.wanted.iter().filter(move |wanted| wanted.condition.kind == kind).map(|wanted| &wanted.target)
    }
}

impl Wanted {
    /// Reads one condition.
    fn read(
        condition: &'static Condition,
        option: &GivenOption,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let wanted = Self {
            condition,
            span: option.span,
            target: SmolStr::default(),
            status: None,
            contains: None,
            object: None,
            condition_type: None,
        };
        if option.mount_path.is_some() {
            let file = option.values.get(1)?;
            let text = file.as_text()?;
            if let Some(fault) = super::path_fault(text) {
                diagnostics.push(
                    Diagnostic::error(Code::InvalidPath, file.span, super::mismatch(super::FILE_PATH, text))
                        .here(fault),
                );
                return None;
            }
            return Some(Self { target: InVolume::of(option, text)?.path, ..wanted });
        }
        let Some(first) = option.values.first() else { return Some(wanted) };
        let text = first.as_text()?;
        if let Some(fault) = (condition.fault)(text) {
            let what = if condition.asks_for_object() { "object" } else { "address" };
            let headline = format!("`{}` cannot wait for this {what}", condition.name);
            let diagnostic = Diagnostic::error(Code::InvalidAddress, first.span, headline).here(fault);
            let scheme = format!("{}://", condition.name);
            let fits = |meant: &str| (condition.fault)(meant).is_none();
            diagnostics.push(with_prefix(diagnostic, first.span, text, &[&scheme], fits));
            return None;
        }
        let target: SmolStr = text.into();
        let cluster_scoped = option.clause("cluster-scoped");
        let wanted =
            Self { object: object::of(condition.kind, &target, cluster_scoped.is_some()), target, ..wanted };
        if condition.kind == ConditionKind::Condition {
            let condition_type = option.values.get(1)?;
            let text = condition_type.as_text()?;
            if let Some(fault) = object::condition_fault(text) {
                let headline = super::mismatch("the type of a condition", text);
                diagnostics
                    .push(Diagnostic::error(Code::InvalidAddress, condition_type.span, headline).here(fault));
                return None;
            }
            if let Some(clause) = cluster_scoped
                && object::NamedResource::of(&wanted.target).is_ok_and(|named| named.is_namespaced())
            {
                let headline = format!("`{}` is not `cluster-scoped`", wanted.target);
                diagnostics.push(
                    Diagnostic::error(Code::InvalidAddress, clause.span, headline)
                        .here("objects of this resource are in a namespace")
                        .help("remove `cluster-scoped`"),
                );
                return None;
            }
            return Some(Self { condition_type: Some(text.into()), ..wanted });
        }
        if condition.kind != ConditionKind::Http {
            return Some(wanted);
        }
        let status = match option.values.get(1) {
            Some(status) => status.as_int()?.to_smolstr(),
            None => "any".into(),
        };
        let contains = match option.clause("contains").and_then(|clause| clause.values.first()) {
            Some(contains) => Some(contains.as_text()?.into()),
            None => None,
        };
        Some(Self { status: Some(status), contains, ..wanted })
    }
}

/// The image that serves all conditions, if there is one.
fn image(wanted: &[Wanted]) -> Option<Image> {
    Image::WAIT.into_iter().find(|image| wanted.iter().all(|wanted| wanted.condition.images.contains(image)))
}

/// Reports two conditions that no image serves.
fn no_image(wanted: &[Wanted]) -> Option<Diagnostic> {
    let apart = |a: &Wanted, b: &Wanted| !a.condition.shares_image(b.condition);
    let (first, second) = wanted.iter().enumerate().find_map(|(at, second)| {
        Some((wanted.iter().take(at).find(|first| apart(first, second))?, second))
    })?;
    let needs = |wanted: &Wanted| format!("needs `{}`", wanted.condition.needs);
    let (a, b) = (first.condition.name, second.condition.name);
    Some(
        Diagnostic::error(Code::NoCommonImage, second.span, format!("no image serves both `{a}` and `{b}`"))
            .here(needs(second))
            .label(first.span, needs(first))
            .help("split this into two `wait` steps, or set an `image` that has both"),
    )
}

#[cfg(test)]
mod tests {
    use super::condition::{CONDITIONS, ConditionKind};

    #[test]
    fn every_condition_has_a_statement() {
        for condition in CONDITIONS.iter().filter(|condition| condition.kind != ConditionKind::Record) {
            assert!(super::STATEMENTS.iter().any(|entry| entry.name == condition.name), "{}", condition.name);
        }
    }
}
