//! Converts loops around `nc`, `nslookup`, `curl`, `pg_isready` and the like to `wait`.

use super::shell::ShellCommand;
use super::step::{Idiom, Step, operands, statement};
use crate::import::text;
use crate::steps::StepKind;

const CHANGES: &[&str] = &[
    "set `timeout` for another limit: the step gives up after 5 minutes, and the kubelet runs it again",
    "set `every` for another pause: the step tries every 2 seconds",
];

const SERVER_CHANGES: &[&str] = &[
    CHANGES[0],
    CHANGES[1],
    "use `postgres` to wait until the server answers a query: the step only checks that the port is open",
];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let ShellCommand::Until(words) = &step.command else { return None };
    let (program, rest) = words.split_first()?;
    let condition = match program.rsplit('/').next()? {
        "nc" | "ncat" | "netcat" => tcp(rest)?,
        "pg_isready" => server(rest, "5432")?,
        "nslookup" | "host" => name(rest)?,
        "getent" => name(rest.strip_prefix(&["hosts".to_owned()])?)?,
        "curl" => http(rest, &CURL)?,
        "wget" => http(rest, &WGET)?,
        "test" => file(step, rest)?,
        "[" => file(step, rest.strip_suffix(&["]".to_owned()])?)?,
        _ => return None,
    };
    let changes = if program.ends_with("pg_isready") { SERVER_CHANGES } else { CHANGES };
    let volume = (condition[0] == "file").then(|| condition[1].trim_matches('"').to_owned());
    Some(Idiom { volume, ..Idiom::new(StepKind::Wait, vec![condition], changes) })
}

fn tcp(words: &[String]) -> Option<Vec<String>> {
    let options = [
        ("-z", false),
        ("-v", false),
        ("-vz", false),
        ("-zv", false),
        ("-n", false),
        ("-w", true),
        ("-zw", true),
    ];
    let (found, _) = operands(words, &options)?;
    let [host, port] = found.as_slice() else { return None };
    port.parse::<u16>().ok()?;
    Some(statement("tcp", [&format!("{host}:{port}")]))
}

fn server(words: &[String], port: &str) -> Option<Vec<String>> {
    let options = [
        ("-h", true),
        ("--host", true),
        ("-p", true),
        ("--port", true),
        ("-U", true),
        ("-d", true),
        ("-q", false),
    ];
    let (found, given) = operands(words, &options)?;
    let option = |short: &str, long: &str| {
        given.iter().find(|(name, _)| *name == short || *name == long).map(|(_, value)| *value)
    };
    let host = option("-h", "--host").filter(|host| !host.starts_with('/'))?;
    let address = format!("{host}:{}", option("-p", "--port").unwrap_or(port));
    found.is_empty().then(|| statement("tcp", [&address]))
}

fn name(words: &[String]) -> Option<Vec<String>> {
    let [name] = words else { return None };
    let is_name = !name.starts_with('-')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || "-._".contains(char));
    is_name.then(|| statement("dns", [name]))
}

const CURL: [(&str, bool); 11] = [
    ("-f", false),
    ("-s", false),
    ("-S", false),
    ("-sf", false),
    ("-fs", false),
    ("-sS", false),
    ("-fsS", false),
    ("--fail", false),
    ("--silent", false),
    ("-m", true),
    ("-o", true),
];
const WGET: [(&str, bool); 5] =
    [("-q", false), ("--quiet", false), ("--spider", false), ("-T", true), ("-O", true)];

fn http(words: &[String], options: &[(&str, bool)]) -> Option<Vec<String>> {
    let (found, given) = operands(words, options)?;
    let [url] = found.as_slice() else { return None };
    let is_url = url.starts_with("http://") || url.starts_with("https://");
    let discards = given
        .iter()
        .all(|(name, value)| !matches!(*name, "-o" | "-O") || matches!(*value, "/dev/null" | "-"));
    (is_url && discards).then(|| statement("http", [url]))
}

fn file(step: &Step, words: &[String]) -> Option<Vec<String>> {
    let [flag, path] = words else { return None };
    let (volume, rest) = step.within(path)?;
    let known = matches!(flag.as_str(), "-f" | "-e" | "-s") && !rest.is_empty();
    known.then(|| vec!["file".into(), text::name(&volume), text::quoted(&rest)])
}
