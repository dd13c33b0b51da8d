//! Recognizes loops around `nc`, `nslookup`, `curl`, `pg_isready` and the like: `wait`.

use super::action::{DEV_TCP, PIPED_TO_GREP, Tries, WITH_STATUS};
use super::idiom::{Idiom, ONLY_PORT, statement};
use super::options::OptionSpec;
use super::step::Step;
use crate::literal;
use crate::steps::StepKind;

pub(super) const NO_LIMIT: &str =
    "set `timeout` for another limit: the step gives up after 5 minutes, and the kubelet runs it again";

const ANY_STATUS: &str =
    "only a status from 200 to 399 ends the wait; the loop ended at any answer, even an error page";
const REDIRECTS: &str = "a redirect ends the wait; the loop followed it";
const GOES_ON: &str = "the step fails if the time is over; the script went on without what it waited for";

/// The default pause and limit of a `wait`, in seconds.
const DEFAULTS: (u64, u64) = (2, 300);

/// The statements of a condition, and what they change.
type ReadCondition = (Vec<String>, &'static [&'static str]);

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let tries = step.tries().filter(|_| step.script.prepared.is_empty())?;
    let mut idiom = Idiom::new(StepKind::Wait, Vec::new());
    for words in &tries.conditions {
        let (statement, changes) = condition(step, words)?;
        if statement[0] == "file" {
            idiom.volume = Some(statement[1].trim_matches('"').to_owned());
        }
        if !idiom.statements.contains(&statement) {
            idiom.statements.push(statement);
        }
        for change in changes {
            if !idiom.changes.contains(change) {
                idiom.changes.push(change);
            }
        }
    }
    let Tries { pause, limit, goes_on, .. } = tries;
    let times = [("every", *pause, DEFAULTS.0), ("timeout", *limit, DEFAULTS.1)];
    for (word, time, default) in times {
        if let Some(seconds) = time.filter(|seconds| *seconds != default && (1..=86_400).contains(seconds)) {
            idiom.statements.push(vec![word.to_owned(), literal::seconds(i64::try_from(seconds).ok()?)]);
        }
    }
    idiom.limit = *limit;
    if limit.is_none() {
        idiom.hints.push(NO_LIMIT);
    }
    if *goes_on {
        idiom.changes.push(GOES_ON);
    }
    Some(idiom)
}

fn condition(step: &Step, words: &[String]) -> Option<ReadCondition> {
    let (program, rest) = words.split_first()?;
    let (rest, grep) = match rest.iter().position(|word| word == PIPED_TO_GREP) {
        Some(at) => (&rest[..at], rest.get(at + 1)),
        None => (rest, None),
    };
    let program = program.rsplit('/').next()?;
    if program == "tcp" || words[0] == DEV_TCP {
        let [host, port] = rest else { return None };
        return address(host, port).filter(|_| grep.is_none()).map(|statement| (statement, &[][..]));
    }
    let read: ReadCondition = match program {
        "nc" | "ncat" | "netcat" => (tcp(rest)?, &[]),
        "pg_isready" => (postgres(rest)?, &[ONLY_PORT]),
        "mysqladmin" | "mariadb-admin" => (mysql(rest)?, &[ONLY_PORT]),
        "redis-cli" => (redis(rest, grep)?, &[]),
        "nslookup" | "host" | "dig" => (name(rest)?, &[]),
        "getent" => (
            name(rest.split_first().filter(|(first, _)| matches!(first.as_str(), "hosts" | "ahosts"))?.1)?,
            &[],
        ),
        "curl" => return http(rest, &CURL, grep),
        "wget" => return http(rest, &WGET, grep),
        "test" => (file(step, rest)?, &[]),
        "[" => (file(step, rest.strip_suffix(&["]".to_owned()])?)?, &[]),
        _ => return None,
    };
    (grep.is_none() || program == "redis-cli").then_some(read)
}

const NC: OptionSpec = OptionSpec { flags: "zvn4t", valued: "w", long: &[], long_valued: &["wait"] };

fn tcp(words: &[String]) -> Option<Vec<String>> {
    let given = NC.read(words)?;
    let [host, port] = given.operands.as_slice() else { return None };
    address(host, port)
}

fn address(host: &str, port: &str) -> Option<Vec<String>> {
    let is_port = port.parse::<u16>().is_ok() || (port.starts_with("$(") && port.ends_with(')'));
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let is_host = !host.is_empty() && !host.contains(['/', ' ', '*', '<', '>']);
    (is_port && is_host).then(|| statement("tcp", [&format!("{host}:{port}")]))
}

const PG_ISREADY: OptionSpec = OptionSpec {
    flags: "q",
    valued: "hpUdt",
    long: &["quiet"],
    long_valued: &["host", "port", "username", "dbname", "timeout"],
};

fn postgres(words: &[String]) -> Option<Vec<String>> {
    let given = PG_ISREADY.read(words)?;
    let host = given.value(&["h", "host"]).filter(|host| !host.starts_with('/'))?;
    given.operands.is_empty().then(|| address(host, given.value(&["p", "port"]).unwrap_or("5432")))?
}

const MYSQLADMIN: OptionSpec = OptionSpec {
    flags: "s",
    valued: "hPu",
    long: &["silent", "wait", "no-beep"],
    long_valued: &["host", "port", "user", "connect-timeout", "connect_timeout", "protocol"],
};

fn mysql(words: &[String]) -> Option<Vec<String>> {
    let given = MYSQLADMIN.read(words)?;
    let host = given.value(&["h", "host"])?;
    matches!(given.operands.as_slice(), ["ping"])
        .then(|| address(host, given.value(&["P", "port"]).unwrap_or("3306")))?
}

const REDIS_CLI: OptionSpec =
    OptionSpec { flags: "", valued: "hpn", long: &["no-auth-warning"], long_valued: &[] };

fn redis(words: &[String], grep: Option<&String>) -> Option<Vec<String>> {
    let given = REDIS_CLI.read(words)?;
    let host = given.value(&["h"])?;
    let port = given.value(&["p"]).unwrap_or("6379");
    address(host, port)?;
    let pings = matches!(given.operands.as_slice(), [ping] if ping.eq_ignore_ascii_case("ping"));
    let expects = grep.is_none_or(|text| text.eq_ignore_ascii_case("pong"));
    (pings && expects).then(|| statement("redis", [&format!("redis://{host}:{port}")]))
}

fn name(words: &[String]) -> Option<Vec<String>> {
    let words: Vec<&String> =
        words.iter().filter(|word| !matches!(word.as_str(), "+short" | "-timeout=1" | "-type=a")).collect();
    let [name] = words.as_slice() else { return None };
    let is_name = !name.starts_with('-')
        && (name.starts_with("$(") && name.ends_with(')') && name.matches('$').count() == 1
            || name.chars().all(|char| char.is_ascii_alphanumeric() || "-._".contains(char)));
    is_name.then(|| statement("dns", [name]))
}

const CURL: OptionSpec = OptionSpec {
    flags: "fsSLIvgi4",
    valued: "momwX",
    long: &["fail", "silent", "show-error", "location", "head", "verbose", "include", "retry-connrefused"],
    long_valued: &["max-time", "output", "write-out", "connect-timeout", "request", "retry", "retry-delay"],
};

const WGET: OptionSpec = OptionSpec {
    flags: "qScv4",
    valued: "TtO",
    long: &["quiet", "spider", "server-response", "no-verbose", "retry-connrefused"],
    long_valued: &["timeout", "tries", "output-document", "waitretry", "max-redirect"],
};

fn http(words: &[String], options: &OptionSpec, grep: Option<&String>) -> Option<ReadCondition> {
    let (words, status) = match words.iter().position(|word| word == WITH_STATUS) {
        Some(at) => (&words[..at], words.get(at + 1)),
        None => (words, None),
    };
    let given = options.read(words)?;
    let [url] = given.operands.as_slice() else { return None };
    let url = if url.contains("://") || url.starts_with("$(") {
        (*url).to_owned()
    } else {
        format!("http://{url}")
    };
    let is_curl = options.flags.starts_with('f');
    let discards = |output: &str| matches!(output, "/dev/null" | "-" | "/dev/stdout");
    let outputs = [given.value(&["o", "output"]), given.value(&["O", "output-document"])];
    let gets = given.value(&["X", "request"]).is_none_or(|method| matches!(method, "GET" | "HEAD"));
    let is_plain = gets
        && outputs.into_iter().flatten().all(discards)
        && (url.starts_with("http://") || url.starts_with("https://") || url.starts_with("$("))
        // In a condition of a step, the whole URL is one variable, or none of its parts is.
        && !url.contains([' ', '*', '<']);
    if !is_plain {
        return None;
    }
    let mut condition = statement("http", [&url]);
    match (status, given.value(&["w", "write-out"])) {
        (Some(status), Some(format)) if format.contains("http_code") => {
            status.parse::<u16>().ok()?;
            condition.push(status.clone());
        }
        (Some(_), _) => return None,
        (None, _) => {}
    }
    if let Some(text) = grep {
        // Others are patterns.
        let is_text = text.chars().all(|char| char.is_ascii_alphanumeric() || " -_\":,{}/=".contains(char));
        condition.extend([is_text.then_some("contains")?.to_owned(), literal::quoted(text)]);
    }
    let fails = !is_curl || given.has(&["f", "fail"]) || status.is_some();
    let follows = !is_curl || given.has(&["L", "location"]);
    let changes: &[&str] = match (fails, follows && status.is_none()) {
        (false, _) => &[ANY_STATUS],
        (true, true) => &[REDIRECTS],
        (true, false) => &[],
    };
    Some((condition, changes))
}

fn file(step: &Step, words: &[String]) -> Option<Vec<String>> {
    let [flag, path] = words else { return None };
    let (mount, rest) = step.within(path)?;
    let known = matches!(flag.as_str(), "-f" | "-e" | "-s" | "-d") && !rest.is_empty();
    known.then(|| vec!["file".into(), literal::name(mount.volume), literal::quoted(&rest)])
}
