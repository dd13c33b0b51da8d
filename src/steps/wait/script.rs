//! Composes the script of a `wait`: for each condition what finds the parts of its address, and the function that tries it.
//!
//! An address without variables is taken apart here, and the script gets its parts. Any other address reaches the script as
//! it is, since its variables have their values only there.

use super::address::{Url, host, is_known};
use super::condition::{ConditionKind, located};
use super::job::LATER;
use super::object::{NamedResource, condition};
use super::{WaitOptions, Wanted};
use crate::steps::script::{part, shell};
use smol_str::{SmolStr, format_smolstr};

pub(super) const TRIM: &str = part!("../trim.sh");
pub(super) const CLEAN: &str = part!("clean.sh");
pub(super) const LOCATE: &str = part!("../locate.sh");
pub(super) const ENDPOINT: &str = part!("endpoint.sh");
const PART: &str = part!("part.sh");
const DECODE: &str = part!("../decode.sh");
const PARSE: &str = part!("../url.sh");
const FILL: &str = part!("fill.sh");

/// What takes a URL apart, besides what fills it.
const URL: &[&str] = &[TRIM, CLEAN, PART, DECODE, PARSE, LOCATE, ENDPOINT];
/// The options of the URL of a PostgreSQL database, and the variables of the client that hold them.
const POSTGRES: [(&str, &str); 6] = [
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("require_auth", "PGREQUIREAUTH"),
];

/// A script in the making.
pub(super) struct Script<'a> {
    options: &'a WaitOptions,
    /// What the conditions need, in order.
    parts: Vec<&'static str>,
    /// The variables that it reads.
    env: Vec<(SmolStr, SmolStr)>,
    /// What the names of the variables of a condition end with.
    suffix: SmolStr,
    /// Whether it has to put values into texts: some variable is not all of its text.
    fills: bool,
    /// Whether some request needs a user or a password.
    logs_in: bool,
}

impl Script<'_> {
    /// The command for these options, and the variables that it reads.
    pub(super) fn of(options: &WaitOptions) -> (Vec<SmolStr>, Vec<(SmolStr, SmolStr)>) {
        let mut script = Script {
            options,
            parts: vec![part!("../say.sh")],
            env: Vec::new(),
            suffix: SmolStr::default(),
            fills: options.wanted.iter().any(|wanted| has_templates(wanted, options)),
            logs_in: options.wanted.iter().any(logs_in),
        };
        let (holds, rounds) = if let [wanted] = options.wanted.as_slice() {
            (format!("holds() {{\n{}}}\n", script.lines(wanted, "  ")), part!("one.sh"))
        } else {
            let mut cases = String::new();
            for (number, wanted) in (1_usize..).zip(&options.wanted) {
                script.suffix = format_smolstr!("_{number}");
                let lines = script.lines(wanted, "      ");
                cases.extend(["    ", script.suffix.trim_start_matches('_'), ")\n", &lines, "      ;;\n"]);
            }
            (format!("holds() {{\n  case $1 in\n{cases}  esac\n}}\n"), part!("several.sh"))
        };
        let parts: Vec<&str> = script.parts.iter().copied().chain([holds.as_str(), rounds]).collect();
        (shell(&parts, "wait"), script.env)
    }

    /// The lines that try a condition; its parts and variables are added.
    fn lines(&mut self, wanted: &Wanted, indent: &str) -> String {
        let mut lines = self.known(wanted).unwrap_or_else(|| self.unknown(wanted));
        if wanted.condition.kind == ConditionKind::Http {
            lines.extend(self.http(wanted));
        }
        self.parts.extend(wanted.condition.script);
        lines.iter().flat_map(|line| [indent, line, "\n"]).collect()
    }

    /// Gives the script a text as it is, and returns how the script reads it.
    fn set(&mut self, name: &str, text: &str) -> String {
        self.fill(name, text.replace('$', "$$").into())
    }

    /// The same for a text in which Kubernetes replaces the variables.
    fn fill(&mut self, name: &str, text: SmolStr) -> String {
        let name = format_smolstr!("INITFLOW_{name}{}", self.suffix);
        let read = format!("${name}");
        self.env.push((name, text));
        read
    }

    /// The lines for an address whose parts are all known.
    fn known(&mut self, wanted: &Wanted) -> Option<Vec<String>> {
        let target = wanted.target.as_str();
        match wanted.condition.kind {
            ConditionKind::Job if target == LATER => {
                self.parts.push(part!("job-of-once.sh"));
                Some(vec!["job=$INITFLOW_JOB".into(), "check_once".into()])
            }
            ConditionKind::Record => Some(vec!["check_record".into()]),
            _ if !is_known(target) => None,
            ConditionKind::Job => {
                self.parts.push(part!("job-of-others.sh"));
                Some(vec![format!("job={}", self.set("JOB", target)), "check_job".into()])
            }
            ConditionKind::Deployment | ConditionKind::StatefulSet | ConditionKind::Service => {
                let name = wanted.condition.name;
                let variable = name.to_ascii_uppercase();
                Some(vec![format!("{name}={}", self.set(&variable, target)), format!("check_{name}")])
            }
            ConditionKind::Condition => self.condition(wanted),
            ConditionKind::Dns => {
                Some(vec![format!("host={}", self.set("HOST", target)), "check_dns".into()])
            }
            ConditionKind::File => {
                Some(vec![format!("file={}", self.set("FILE", target)), "check_file".into()])
            }
            ConditionKind::Tcp => {
                let port = located(target).1?;
                let place = format!("host={} port={port}", self.set("HOST", host(target)));
                Some(vec![place, "check_tcp".into()])
            }
            ConditionKind::Http => {
                let url = Url::of(target)?;
                url.user.is_empty().then_some(())?;
                let mut lines = vec![
                    format!("url={}", self.set("URL", target)),
                    "name=\"http ${url%%[?#]*}\"".to_owned(),
                ];
                lines.extend(self.logs_in.then(|| "login=''".to_owned()));
                Some(lines)
            }
            ConditionKind::Postgres => self.postgres(&Url::of(target)?),
            ConditionKind::Mysql => self.mysql(&Url::of(target)?),
            ConditionKind::Redis => self.redis(&Url::of(target)?),
        }
    }

    /// The lines for a condition of an object, whose texts have no character that means something to the shell.
    fn condition(&mut self, wanted: &Wanted) -> Option<Vec<String>> {
        let named = NamedResource::of(&wanted.target).ok()?;
        let object = wanted.object.as_ref()?;
        let (group, version) = named.path();
        let (space, scope) =
            if object.right.cluster_scoped { ("", "'in the cluster'") } else { ("namespaces/$space/", "''") };
        let rest = format!("{space}{}/{}", object.right.resource, object.name);
        let (name, status) = condition(wanted.condition_type.as_deref()?);
        let mut lines = vec![format!("object={} condition={name}={status} scope={scope}", wanted.target)];
        lines.push(match version {
            Some(version) => format!("path=\"{group}/{version}/{rest}\" && check_condition"),
            None => {
                self.parts.extend([
                    part!("api.sh"),
                    part!("object.sh"),
                    part!("../facts.sh"),
                    part!("preferred.sh"),
                ]);
                format!("prefer {group} \"{rest}\" && check_condition")
            }
        });
        Some(lines)
    }

    fn postgres(&mut self, url: &Url) -> Option<Vec<String>> {
        let options = url.options(POSTGRES.map(|(option, _)| option))?;
        let port = url.port().or_else(|| self.options.lacks("PGPORT").then_some("5432"))?;
        let base = match url.base()? {
            base if base.is_empty() => self.options.lacks("PGDATABASE").then(|| url.user.clone())?,
            base => base,
        };
        if url.user.is_empty() {
            return None;
        }
        let place = self.place(url, port, &base);
        let password = password("PGPASSWORD");
        let mut words =
            format!("check_postgres PGUSER=\"{}\" PGPASSWORD=\"$password\"", self.set("USER", &url.user));
        for ((_, variable), value) in POSTGRES.iter().zip(options) {
            if let Some(value) = value {
                words.extend([" ", variable, "=\"", &self.set(variable, &value), "\""]);
            }
        }
        Some(vec![place, password, words])
    }

    fn mysql(&mut self, url: &Url) -> Option<Vec<String>> {
        let [mode, authority] = url.options(["ssl-mode", "ssl-ca"])?;
        let place = self.place(url, url.port().unwrap_or("3306"), &url.base()?);
        // It becomes a line of a file.
        self.parts.push(CLEAN);
        let password = "kind=mysql && clean password \"${MYSQL_PWD-}\" && password=$value".into();
        let rest = format!(
            "user={} mode={} authority={}",
            self.given("USER", Some(&url.user)),
            self.given("MODE", mode.as_deref()),
            self.given("AUTHORITY", authority.as_deref()),
        );
        Some(vec![place, password, rest, "check_mysql".into()])
    }

    fn redis(&mut self, url: &Url) -> Option<Vec<String>> {
        let place = self.place(url, url.port().unwrap_or("6379"), &url.base()?);
        let user = format!("user={}", self.given("USER", Some(&url.user)));
        Some(vec![place, user, password("REDISCLI_AUTH"), "check_redis".into()])
    }

    /// Where a database is.
    fn place(&mut self, url: &Url, port: &str, base: &str) -> String {
        let host = self.set("HOST", url.host());
        format!("host={host} port={port} base={}", self.given("DATABASE", Some(base)))
    }

    /// A text that may be missing.
    fn given(&mut self, name: &str, text: Option<&str>) -> String {
        match text {
            None | Some("") => "''".into(),
            Some(text) => self.set(name, text),
        }
    }

    /// The lines for an address that the script takes apart.
    fn unknown(&mut self, wanted: &Wanted) -> Vec<String> {
        let condition = wanted.condition;
        self.parts.push(if self.fills { FILL } else { part!("fill-nothing.sh") });
        self.parts.extend(condition.of_address);
        let of = format!("of_{}", condition.name);
        if !condition.has_url() {
            return vec![format!("{of} \"{}\"", self.set("ADDRESS", &wanted.target))];
        }
        self.parts.extend(URL);
        if wanted.target.is_empty() {
            vec![if self.fills { format!("whole=1 && {of} ''") } else { format!("{of} ''") }]
        } else if self.fills {
            self.parts.push(part!("take.sh"));
            vec![format!("take \"{}\" && {of} \"$text\"", self.set("URL", &wanted.target))]
        } else {
            // It has a password, or is all one variable.
            let url = if is_known(&wanted.target) {
                self.set("URL", &wanted.target)
            } else {
                self.fill("URL", wanted.target.clone())
            };
            vec![format!("{of} \"{url}\"")]
        }
    }

    /// What a `http` condition wants of the answer.
    fn http(&mut self, wanted: &Wanted) -> Vec<String> {
        let status = wanted.status.as_deref().unwrap_or("any");
        self.parts.push(if self.logs_in { part!("http-login.sh") } else { part!("http-url.sh") });
        let Some(text) = &wanted.contains else {
            self.parts.push(part!("http.sh"));
            return vec![format!("wanted={status}"), "check_http".into()];
        };
        self.parts.extend([TRIM, part!("http-body.sh")]);
        let contains = self.set("CONTAINS", text);
        let contains = if text.contains("$(") {
            self.parts.extend([FILL, part!("of-contains.sh")]);
            format!("of_contains \"{contains}\"")
        } else {
            format!("contains={contains}")
        };
        vec![format!("wanted={status}"), contains, "check_body".into()]
    }
}

/// Whether the script has to put the values of variables into a text of a condition. Kubernetes does it where a variable of
/// the step's `env` is all of a URL.
fn has_templates(wanted: &Wanted, options: &WaitOptions) -> bool {
    let target = wanted.target.as_str();
    let whole = wanted.condition.has_url() && variable(target).is_some_and(|name| options.has(name));
    !is_known(target) && !whole && target != LATER
        || wanted.contains.as_deref().is_some_and(|text| text.contains("$("))
}

/// The line for a password that is in a variable of the client.
fn password(variable: &str) -> String {
    format!("trim \"${{{variable}-}}\" && password=$value")
}

/// Whether a condition is a request with a user or a password, as far as is known.
fn logs_in(wanted: &Wanted) -> bool {
    wanted.condition.kind == ConditionKind::Http
        && Url::of(&wanted.target).is_none_or(|url| !url.user.is_empty())
}

/// The variable that is all of a text.
fn variable(text: &str) -> Option<&str> {
    text.strip_prefix("$(")?.strip_suffix(')')
}
