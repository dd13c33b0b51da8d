//! Reads which hosts a script waits for.

use crate::lint::shell::{Loop, PlainCommand, ShellScript};
use crate::model::Container;
use crate::steps::BuiltIn;
use crate::steps::wait::Wanted;
use std::ops::Range;

/// What a built-in step waits for.
pub(in crate::lint) fn built_in(step: &Container) -> &[Wanted] {
    match &step.built_in {
        Some(BuiltIn::Wait(Some(wait))) => &wait.wanted,
        _ => &[],
    }
}

/// The host that a condition asks, without its port.
pub(in crate::lint) fn built_in_host(wanted: &Wanted) -> Option<String> {
    let target = wanted.condition.has_host().then_some(wanted.target.as_str())?;
    hosts_of(target.split_whitespace()).next()
}

/// Whether what a script waits for, at this place of its text, lets it go on only when it is there: the script gives up with an
/// error, or never.
pub(in crate::lint) fn insists(script: &ShellScript<'_>, range: &Range<usize>) -> bool {
    let rest = script.text.and_then(|text| text.get(range.start..)).and_then(|text| text.lines().next());
    let mut loops = script.waits().filter(|repeated| repeated.range.contains(&range.start)).peekable();
    match loops.peek() {
        Some(_) => loops.all(|repeated| !repeated.bounded),
        None => rest.is_some_and(|line| !line.contains("||")),
    }
}

/// The hosts that the commands of a script wait for, without their ports, each with its place in the text.
pub(in crate::lint) fn hosts(script: &ShellScript<'_>) -> Vec<(String, Range<usize>)> {
    let is_repeated =
        |command: &PlainCommand| script.waits().any(|repeated| repeated.range.contains(&command.range.start));
    let asking = script.commands.iter().filter(|command| {
        let program = command.program();
        !command.tested && (WAITERS.contains(&program) || (ASKERS.contains(&program) && is_repeated(command)))
    });
    let mut found: Vec<(String, Range<usize>)> = asking
        .flat_map(|command| {
            let words = addresses(command);
            let numbered = command.written.iter().filter_map(|word| numbered(script, command, word));
            let hosts: Vec<String> = hosts_of(words.into_iter()).chain(numbered).collect();
            hosts.into_iter().map(|host| (host, command.range.clone()))
        })
        .collect();
    let waits =
        script.waits().filter_map(|repeated| Some((repeated, script.text?.get(repeated.range.clone())?)));
    found.extend(waits.flat_map(|(repeated, text)| {
        devices(text).map(|(host, _)| (host.to_owned(), repeated.range.clone()))
    }));
    found
}

/// A host with the variable of a loop over numbers, for one of them: `db-$i.db` of `for i in 0 1 2`.
fn numbered(script: &ShellScript<'_>, command: &PlainCommand, word: &str) -> Option<String> {
    let word = word.trim_matches('"');
    let (before, rest) = word.split_once('$')?;
    let rest = rest.trim_start_matches('{');
    let name = rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next()?;
    let after = rest[name.len()..].trim_start_matches('}');
    let counts = |repeated: &Loop| {
        let list = repeated.list.as_ref().filter(|_| repeated.range.contains(&command.range.start));
        list.is_some_and(|list| list.iter().all(|word| is_number_list(word)))
    };
    let is_variable = !name.is_empty() && script.text?.contains(&format!("for {name} in "));
    let known = is_variable && !after.contains('$') && script.loops.iter().any(counts);
    hosts_of(known.then(|| format!("{before}1{after}")).as_deref().into_iter()).next()
}

/// Whether a word of a list is numbers that the text says: `2`, `{0..2}` or `$(seq 0 2)`.
fn is_number_list(word: &str) -> bool {
    let numbers = word.strip_prefix("$(seq").or_else(|| word.strip_prefix('{')).unwrap_or(word);
    !word.is_empty()
        && numbers.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, ' ' | '.' | ')' | '}'))
}

/// Programs that ask a server, and wait if they are repeated.
const ASKERS: [&str; 24] = [
    "cqlsh",
    "curl",
    "dig",
    "etcdctl",
    "getent",
    "grpc_health_probe",
    "grpcurl",
    "host",
    "mariadb",
    "mariadb-admin",
    "mongo",
    "mongosh",
    "mysql",
    "mysqladmin",
    "nc",
    "ncat",
    "netcat",
    "nslookup",
    "pg_isready",
    "ping",
    "psql",
    "redis-cli",
    "telnet",
    "wget",
];

/// Programs that wait by themselves.
const WAITERS: [&str; 6] =
    ["dockerize", "wait-for", "wait-for-it", "wait-for-it.sh", "wait-for.sh", "wait4x"];

/// The hosts and ports of the devices that bash connects: `/dev/tcp/db/5432`.
pub(in crate::lint) fn devices(text: &str) -> impl Iterator<Item = (&str, i64)> {
    text.match_indices("/dev/tcp/").filter_map(|(at, device)| {
        let (host, rest) = text.get(at + device.len()..)?.split_once('/')?;
        let digits = rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len());
        let named = host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
        Some((host, rest[..digits].parse().ok()?)).filter(|_| named)
    })
}

/// Clients that take their host as an option.
const CLIENTS: [&str; 12] = [
    "mariadb",
    "mariadb-admin",
    "mongo",
    "mongosh",
    "mysql",
    "mysqladmin",
    "pg_dump",
    "pg_isready",
    "psql",
    "redis-cli",
    "valkey-cli",
    "etcdctl",
];

/// Options whose value is something else than an address, for all other programs.
const NO_ADDRESS: [&str; 10] = ["-H", "-O", "-T", "-X", "-d", "-m", "-o", "-t", "-u", "-w"];

/// The host that a client is given as an option.
pub(in crate::lint) fn client_host(command: &PlainCommand) -> Option<&str> {
    let mut words =
        command.arguments().skip_while(|word| !word.starts_with("-h") && !word.starts_with("--host"));
    let option = words.next().filter(|_| CLIENTS.contains(&command.program()))?;
    if ["-h", "--host"].contains(&option) {
        return words.next();
    }
    option.strip_prefix("--host=").or_else(|| option.strip_prefix("-h")).filter(|host| !host.is_empty())
}

/// The words of a command that may be addresses.
fn addresses(command: &PlainCommand) -> Vec<&str> {
    if CLIENTS.contains(&command.program()) {
        let urls = command.arguments().filter(|word| word.contains("://"));
        let urls = urls.map(|word| word.split_once('=').map_or(word, |(_, value)| value));
        return urls.chain(client_host(command)).collect();
    }
    let mut found = Vec::new();
    let mut words = command.arguments();
    while let Some(word) = words.next() {
        if NO_ADDRESS.contains(&word) {
            words.next();
        } else {
            found.push(word);
        }
    }
    found
}

/// The hosts in URLs, in `host:port`, and in plain words.
fn hosts_of<'w>(words: impl Iterator<Item = &'w str>) -> impl Iterator<Item = String> {
    words.filter_map(|word| {
        let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
        let rest = rest.split(['/', '?']).next()?.rsplit('@').next()?;
        let host = rest.split(':').next()?;
        let named = host.starts_with(|first: char| first.is_ascii_lowercase())
            && host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'));
        let plain = word == host
            && ["tcp", "http", "dns", "any", "postgres", "mysql", "redis", "file", "job", "ping"]
                .contains(&host);
        (named && !plain && host != "localhost").then(|| host.to_owned())
    })
}
