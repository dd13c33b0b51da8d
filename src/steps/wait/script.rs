//! Composes the script of a `wait`: for each condition what finds the parts of its address, and the function that tries it.
//!
//! An address without variables is taken apart here, and the script gets its parts. Any other address reaches the script as
//! it is, since its variables have their values only there.

use super::address::{Url, host, is_known};
use super::condition::{ConditionKind, located};
use super::job::LATER;
use super::object::{NamedResource, condition};
use super::{WaitOptions, Wanted};
use crate::steps::script::{NEWLINE, TRIM, part, shell};
use smol_str::{SmolStr, format_smolstr};

/// What fills in, in awk, an address whose variables have their values only in the cluster.
const FILL: [&str; 2] = [part!("filled.awk"), part!("fill.awk")];
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
    /// What takes addresses apart, in awk.
    awk: Vec<&'static str>,
    /// The kinds of address that it takes apart; for each what it calls, and a variable that has such an address.
    kinds: Vec<(&'static str, String, SmolStr)>,
    /// The variables that it reads.
    env: Vec<(SmolStr, SmolStr)>,
    /// What the names of the variables of a condition end with.
    suffix: SmolStr,
    /// Whether it has to put values into texts: some variable is not all of its text.
    fills: bool,
    /// Whether it takes more than one text apart.
    takes_several: bool,
}

impl Script<'_> {
    /// The command for these options, and the variables that it reads.
    pub(super) fn of(options: &WaitOptions) -> (Vec<SmolStr>, Vec<(SmolStr, SmolStr)>) {
        let mut script = Script {
            options,
            parts: vec![part!("../say.sh")],
            awk: Vec::new(),
            kinds: Vec::new(),
            env: Vec::new(),
            suffix: SmolStr::default(),
            fills: options.wanted.iter().any(|wanted| has_templates(wanted, options)),
            takes_several: options.wanted.len() > 1
                || options
                    .wanted
                    .iter()
                    .any(|wanted| has_variables(wanted.contains.as_ref()) && !is_known(&wanted.target)),
        };
        let rounds = if let [wanted] = options.wanted.as_slice() {
            let mut lines = script.lines(wanted);
            let check = lines.pop().unwrap_or_default();
            let prepared: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            // One try takes up to 10 seconds, and no longer than there is time.
            let until = "until try=$((deadline - $(date +%s))) why='no answer' && try=$((try > 10 ? 10 : try < 1 ? 1 : try)) &&";
            [&*prepared, part!("one.sh"), until, "\n  ", &check, "; do\n", part!("rounds.sh")].concat()
        } else {
            let mut cases = String::new();
            for (number, wanted) in (1_usize..).zip(&options.wanted) {
                script.suffix = format_smolstr!("_{number}");
                let lines = script.lines(wanted);
                cases.extend(["    ", script.suffix.trim_start_matches('_'), ")\n"]);
                cases.extend(lines.iter().flat_map(|line| ["      ", line, "\n"]));
                cases += "      ;;\n";
            }
            format!("holds() {{\n  case $1 in\n{cases}  esac\n}}\n{}", part!("several.sh"))
        };
        let address = script.address();
        let parts: Vec<&str> = script.parts.iter().copied().chain([address.as_str(), &rounds]).collect();
        (shell(&parts, "wait"), script.env)
    }

    /// The lines that try a condition, which the last one does; its parts and variables are added.
    fn lines(&mut self, wanted: &Wanted) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(text) = &wanted.contains {
            lines.extend(self.contains(text));
        }
        lines.extend(self.known(wanted).unwrap_or_else(|| self.unknown(wanted)));
        if wanted.condition.kind == ConditionKind::Http {
            lines.extend(self.http(wanted));
        }
        self.parts.extend(wanted.condition.script);
        lines
    }

    /// What takes addresses apart: at once if there is only one address, else a function.
    fn address(&self) -> String {
        let mut functions = String::new();
        for (at, part) in self.awk.iter().enumerate() {
            if !self.awk[..at].contains(part) {
                functions += part;
            }
        }
        if self.kinds.is_empty() {
            return String::new();
        }
        if let ([(kind, call, from)], false) = (self.kinds.as_slice(), self.takes_several) {
            let begin = format!("parts=$(LC_ALL=C awk -v kind={kind} -v from={from} '\n");
            return [&*begin, &functions, "  BEGIN { ", call, " }\n", part!("parts.sh")].concat();
        }
        let mut calls = Vec::new();
        for (kind, call, _) in &self.kinds {
            let call = format!("    if (kind == \"{kind}\") {{ {call} }}\n");
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        ["address='\n", &functions, "  BEGIN {\n", &calls.concat(), "  }\n'\n", part!("address.sh")].concat()
    }

    /// Gives the script a text as it is, and returns how the script reads it.
    fn set(&mut self, name: &str, text: &str) -> String {
        let name = format_smolstr!("INITFLOW_{name}{}", self.suffix);
        let read = format!("${name}");
        self.env.push((name, escaped(text)));
        read
    }

    /// The lines for an address whose parts are all known.
    fn known(&mut self, wanted: &Wanted) -> Option<Vec<String>> {
        let target = wanted.target.as_str();
        match wanted.condition.kind {
            ConditionKind::Job if target == LATER => {
                self.parts.extend([part!("api.sh"), part!("job-of-once.sh")]);
                Some(vec!["check_job".into()])
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
            ConditionKind::Dns => Some(vec![
                format!("host={} name=\"dns $host\"", self.set("HOST", target)),
                "check_dns".into(),
            ]),
            ConditionKind::File => Some(vec![
                format!("file={} name=\"file $file\"", self.set("FILE", target)),
                "check_file".into(),
            ]),
            ConditionKind::Tcp => {
                let (place, port) = located(target);
                let host = self.set("HOST", host(target));
                let (left, right) = if place.starts_with('[') { ("[", "]") } else { ("", "") };
                let port = port?;
                let name = format!("name=\"tcp {left}$host{right}:{port}\"");
                Some(vec![format!("host={host} port={port} {name}"), "check_tcp".into()])
            }
            ConditionKind::Http => {
                let url = Url::of(target)?;
                (url.user.is_empty() && !target.contains(['"', '\\'])).then_some(())?;
                let name = format_smolstr!("INITFLOW_URL{}", self.suffix);
                let read = self.set("URL", target);
                Some(vec![format!("config=\"url = \\\"{read}\\\"\" name=\"http ${{{name}%%[?#]*}}\"")])
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
        let (host, base) = (self.set("HOST", url.host()), self.set("DATABASE", &base));
        let mut lines = vec![format!("name=\"postgres {host}:{port}/{base}\"")];
        lines.push(format!(
            "set -- PGHOST=\"{host}\" PGPORT={port} PGDATABASE=\"{base}\" PGUSER=\"{}\"",
            self.set("USER", &url.user)
        ));
        for ((_, variable), value) in POSTGRES.iter().zip(options) {
            if let Some(value) = value {
                lines.push(format!("set -- \"$@\" {variable}=\"{}\"", self.set(variable, &value)));
            }
        }
        lines.push(self.password("PGPASSWORD"));
        lines.push("set -- \"$@\" PGPASSWORD=\"$password\"".into());
        lines.push("check_postgres \"$@\"".into());
        Some(lines)
    }

    fn mysql(&mut self, url: &Url) -> Option<Vec<String>> {
        let [mode, authority] = url.options(["ssl-mode", "ssl-ca"])?;
        let place = self.place(url, url.port().unwrap_or("3306"), &url.base()?);
        let rest = format!(
            "user={} mode={} authority={}",
            self.given("USER", Some(&url.user)),
            self.given("MODE", mode.as_deref()),
            self.given("AUTHORITY", authority.as_deref()),
        );
        let name = "name=\"mysql $host:$port/$base\"".into();
        // It becomes a line of a file.
        let line = part!("line.sh").trim_end().into();
        Some(vec![place, rest, name, self.password("MYSQL_PWD"), line, "check_mysql".into()])
    }

    fn redis(&mut self, url: &Url) -> Option<Vec<String>> {
        let place = self.place(url, url.port().unwrap_or("6379"), &url.base()?);
        let user = format!(
            "user={} name=\"redis $host:$port${{base:+/$base}}\"",
            self.given("USER", Some(&url.user))
        );
        Some(vec![place, user, self.password("REDISCLI_AUTH"), "check_redis".into()])
    }

    /// The line for a password that is in a variable of the client.
    fn password(&mut self, variable: &str) -> String {
        // It may come from elsewhere than the source: from the image, or from who changes pods on their way to the cluster.
        self.parts.extend([NEWLINE, TRIM]);
        format!("trim \"${{{variable}-}}\" && password=$value")
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

    /// Gives the script a text to take apart: `call` is what awk calls for it. Returns the line that does it, unless it is
    /// done anyway.
    fn take(&mut self, kind: &'static str, name: &str, text: SmolStr, call: String) -> Option<String> {
        self.parts.push(NEWLINE);
        self.awk.push(part!("values.awk"));
        if self.fills {
            self.awk.extend(FILL);
        }
        let mut from = SmolStr::new_static("''");
        if !text.is_empty() {
            from = format_smolstr!("INITFLOW_{name}{}", self.suffix);
            self.env.push((from.clone(), text));
        }
        let line = format!("address {kind} {from}");
        self.kinds.push((kind, call, from));
        self.takes_several.then_some(line)
    }

    /// The lines for an address that the script takes apart.
    fn unknown(&mut self, wanted: &Wanted) -> Vec<String> {
        let (condition, target) = (wanted.condition, wanted.target.as_str());
        let is_whole = !self.fills && !is_known(target);
        let text = if is_whole { target.into() } else { escaped(target) };
        let (name, call) = match (condition.has_url(), self.fills) {
            (true, true) => ("URL", "take(opened(ENVIRON[from])); fill(); "),
            (true, false) => ("URL", "take(trimmed(ENVIRON[from])); "),
            _ => ("ADDRESS", ""),
        };
        let line = self.take(condition.name, name, text, format!("{call}{}()", condition.name));
        self.awk.extend(condition.of_address);
        let words =
            matches!(condition.kind, ConditionKind::Postgres | ConditionKind::Mysql | ConditionKind::Redis);
        if words {
            self.parts.push(part!("words.sh"));
        }
        let own: &[&str] = match condition.kind {
            ConditionKind::Tcp => &["host=${parts%%\"$newline\"*} port=${parts#*\"$newline\"}", "check_tcp"],
            ConditionKind::Dns => &["host=$parts", "check_dns"],
            ConditionKind::File => &["file=$parts", "check_file"],
            ConditionKind::Http => &["config=$parts"],
            ConditionKind::Postgres => &["check_postgres $parts"],
            ConditionKind::Redis => &["set -- $parts", LOGIN, "check_redis"],
            ConditionKind::Mysql => &["set -- $parts", LOGIN, "mode=${6#=} authority=${7#=}", "check_mysql"],
            _ => &[],
        };
        line.into_iter().chain(own.iter().map(|line| (*line).to_owned())).collect()
    }

    /// The lines for the text that an answer must have.
    fn contains(&mut self, text: &str) -> Vec<String> {
        if !text.contains("$(") {
            return vec![format!("contains={}", self.set("CONTAINS", text))];
        }
        let line = self.take("contains", "CONTAINS", escaped(text), "contains()".into());
        self.awk.push(part!("contains.awk"));
        line.into_iter().chain(["contains=$parts".into()]).collect()
    }

    /// What a `http` condition wants of the answer.
    fn http(&mut self, wanted: &Wanted) -> Vec<String> {
        let status = wanted.status.as_deref().unwrap_or("any");
        let (script, check) = if wanted.contains.is_some() {
            self.parts.push(NEWLINE);
            (part!("http-body.sh"), "check_body")
        } else {
            (part!("http.sh"), "check_http")
        };
        self.parts.push(script);
        vec![format!("wanted={status}"), check.into()]
    }
}

/// The parts of an address that awk has printed, each after a sign, since it may be empty.
const LOGIN: &str = "host=${1#=} port=${2#=} user=${3#=} password=${4#=} base=${5#=}";

/// Whether the script has to put the values of variables into a text of a condition. Kubernetes does it where a variable of
/// the step's `env` is all of a URL.
fn has_templates(wanted: &Wanted, options: &WaitOptions) -> bool {
    let target = wanted.target.as_str();
    let whole = wanted.condition.has_url() && variable(target).is_some_and(|name| options.has(name));
    !is_known(target) && !whole && target != LATER || has_variables(wanted.contains.as_ref())
}

/// Whether a text has variables.
fn has_variables(text: Option<&SmolStr>) -> bool {
    text.is_some_and(|text| text.contains("$("))
}

/// A text in which Kubernetes replaces nothing.
fn escaped(text: &str) -> SmolStr {
    text.replace('$', "$$").into()
}

/// The variable that is all of a text.
fn variable(text: &str) -> Option<&str> {
    text.strip_prefix("$(")?.strip_suffix(')')
}
