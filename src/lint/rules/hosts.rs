//! Finds the hosts that a container asks for: in commands, in variables, and in built-in steps.

use super::variables;
use crate::lint::Pod;
use crate::lint::awaited::client_host;
use crate::lint::shell::PlainCommand;
use crate::source::Span;
use crate::steps::BuiltIn;

/// What is in every command that asks for a host.
const WORDS: [&str; 20] = [
    ".svc",
    "curl",
    "dig",
    "getent",
    "grpcurl",
    "mongosh",
    "mysql",
    "mariadb",
    "nc",
    "ncat",
    "netcat",
    "nslookup",
    "pg_isready",
    "ping",
    "psql",
    "redis-cli",
    "telnet",
    "wait-for",
    "wget",
    "://",
];

/// A host that a container asks for.
pub(super) struct AskedHost {
    /// The host as it is written: `db`, `db:5432`, `http://db`.
    pub(super) written: String,
    /// The program that is given the host in place of a URL; `None` for a URL, a variable or a built-in step.
    pub(super) program: Option<String>,
    pub(super) span: Span,
}

impl AskedHost {
    /// The host alone, without scheme, user, port and path.
    pub(super) fn host(&self) -> &str {
        let rest = self.written.split_once("://").map_or(self.written.as_str(), |(_, rest)| rest);
        let place = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let place = place.rsplit('@').next().unwrap_or(place);
        place.split([':', ',']).next().unwrap_or(place)
    }
}

/// The hosts that a container asks for.
pub(super) fn asked_hosts(pod: &Pod<'_>, at: usize) -> Vec<AskedHost> {
    let container = &pod.workload.containers[at];
    let mut asked = Vec::new();
    if let Some(BuiltIn::Wait(Some(wait))) = &container.built_in {
        let named = wait
            .wanted
            .iter()
            .filter(|wanted| wanted.condition.has_host() && !wanted.condition.asks_for_object());
        asked.extend(named.map(|wanted| AskedHost {
            written: wanted.target.to_string(),
            program: None,
            span: wanted.span,
        }));
    } else if let Some(BuiltIn::Fetch(Some(fetch))) = &container.built_in {
        asked.push(AskedHost { written: fetch.from.to_string(), program: None, span: container.name.span });
    }
    if container.built_in.is_some() {
        return asked;
    }
    for (_, value, span) in variables(container) {
        let names = service_names(value).map(ToOwned::to_owned);
        asked.extend(names.map(|written| AskedHost { written, program: None, span }));
    }
    let Some(script) = pod.script(at, &WORDS) else { return asked };
    for command in script.commands.iter().filter(|command| !names_dns_server(command)) {
        let span = pod.place(script, command);
        if let Some(written) = of_program(command) {
            let program = Some(command.program().to_owned());
            asked.push(AskedHost { written, program, span });
            continue;
        }
        let urls = command.arguments().filter(|word| word.contains("://") && fetches(command));
        let names = command.arguments().flat_map(service_names);
        asked.extend(urls.chain(names).map(|written| AskedHost {
            written: written.to_owned(),
            program: None,
            span,
        }));
    }
    asked
}

/// Whether a command looks up a name with a DNS server of its own.
fn names_dns_server(command: &PlainCommand) -> bool {
    let is_lookup = |text: &str| text.contains("nslookup ") || text.contains("dig ");
    command.program() == "nslookup" && command.operands().count() > 1
        || command.program() == "dig" && command.arguments().any(|word| word.starts_with('@'))
        // A health check that is given a whole command.
        || command.arguments().any(is_lookup)
}

/// Whether a program is given URLs to open.
fn fetches(command: &PlainCommand) -> bool {
    ["curl", "wget", "http", "grpcurl"].contains(&command.program())
}

/// The host that a program is given as a word of its own.
fn of_program(command: &PlainCommand) -> Option<String> {
    let valued = |options: &[&str]| {
        let mut skips = false;
        command
            .words
            .iter()
            .skip(1)
            .filter(|word| {
                let is_value = std::mem::replace(
                    &mut skips,
                    word.as_deref().is_some_and(|word| options.contains(&word)),
                );
                !is_value && word.as_ref().is_none_or(|word| !word.starts_with(['-', '+', '@']))
            })
            .cloned()
            .collect::<Vec<Option<String>>>()
    };
    let first = |options: &[&str]| valued(options).into_iter().next().flatten();
    match command.program() {
        // What listens is given its own address.
        "nc" | "ncat" | "netcat" if !command.has('l', "listen") => {
            first(&["-w", "-i", "-p", "-s", "-q", "-e", "-X", "-x"])
                .filter(|word| word.parse::<u16>().is_err())
        }
        "telnet" => first(&["-l"]),
        "nslookup" => first(&["-t", "-W", "-R"]),
        "ping" => first(&["-c", "-W", "-w", "-i", "-I", "-s"]),
        "dig" => first(&["-p", "-t", "-q", "-b"]),
        "getent" => {
            let words = valued(&["-s"]);
            let database = words.first()?.as_deref()?;
            ["hosts", "ahosts", "ahostsv4"].contains(&database).then(|| words.get(1).cloned().flatten())?
        }
        "wait-for-it" | "wait-for-it.sh" | "wait-for" | "wait-for.sh" => first(&["-t", "-h", "-p"]),
        _ => client_host(command).map(ToOwned::to_owned),
    }
}

/// The names of Services in a text that spell it out: `db.shop.svc`, `db.shop.svc.cluster.local`.
fn service_names(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    text.match_indices(".svc").filter_map(move |(at, found)| {
        let start = text[..at].rfind(|letter| !is_part(letter)).map_or(0, |before| before + 1);
        let rest = &text[at + found.len()..];
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let is_whole = rest.is_empty()
            || !rest
                .starts_with(|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
        // What is put in before it at run time is not known.
        let is_known = text[..start]
            .chars()
            .next_back()
            .is_none_or(|before| !matches!(before, ')' | '}' | '$' | '*' | '%'));
        // A path or a file may end so, too.
        let is_host = rest.is_empty()
            || rest.starts_with([':', '/', ',', ' ', '"', '\''])
            || rest.starts_with(".cluster.local");
        (is_whole && is_known && is_host && start < at).then(|| &text[start..at + found.len() + end])
    })
}

#[cfg(test)]
mod tests {
    use super::service_names;

    #[test]
    fn names_of_services_are_found_in_texts() {
        let names = |text| service_names(text).collect::<Vec<_>>();
        assert_eq!(
            names("http://db.shop.svc:80,x.y.svc.cluster.local"),
            ["db.shop.svc", "x.y.svc.cluster.local"]
        );
        assert!(names("$(A).svc a.svcs /etc/a.svc.yaml .svc").is_empty());
    }
}
