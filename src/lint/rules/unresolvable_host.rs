#![doc = include_str!("../../diagnostic/explain/unresolvable-host.md")]

use super::hosts::{AskedHost, asked_hosts};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;
use crate::object::{MapEntry, Node};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let blind = of_node(pod);
    let mut blamed = false;
    for (at, container) in pod.containers() {
        let name = &container.name.text;
        for host in asked_hosts(pod, at) {
            if let Some(diagnostic) = malformed(name, &host) {
                found.push(diagnostic);
                break;
            }
            let Some(cause) = blind.filter(|_| !blamed && is_service(pod, host.host())) else { continue };
            found.push(unknown_to_node(pod, name, &host, cause));
            blamed = true;
        }
    }
}

/// What makes the pod ask the DNS of its node, which does not know Services.
fn of_node<'a>(pod: &Pod<'a>) -> Option<&'a MapEntry> {
    let spec = &pod.workload.pod.spec;
    if spec.get("dnsConfig").is_some() {
        return None;
    }
    let host_network = spec.entry("hostNetwork").filter(|entry| entry.node.as_bool() == Some(true));
    match spec.entry("dnsPolicy") {
        None => host_network,
        Some(policy) => match policy.node.as_text()? {
            "Default" => Some(policy),
            "ClusterFirst" => host_network,
            _ => None,
        },
    }
}

/// Whether a host is a Service: a name that spells it out, or a single label.
fn is_service(pod: &Pod<'_>, host: &str) -> bool {
    let aliases = pod.workload.pod.spec.get("hostAliases").map_or(&[][..], Node::items);
    let is_alias = aliases
        .iter()
        .filter_map(|alias| alias.get("hostnames"))
        .any(|names| names.items().iter().any(|name| name.as_text() == Some(host)));
    let is_label = host.starts_with(|first: char| first.is_ascii_lowercase())
        && host.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    let spells_it = host.split('.').skip(1).any(|label| label == "svc");
    !is_alias && host != "localhost" && (is_label || spells_it)
}

fn unknown_to_node(pod: &Pod<'_>, name: &str, host: &AskedHost, cause: &MapEntry) -> Diagnostic {
    const POLICY: &str = "ClusterFirstWithHostNet";
    let service = host.host();
    let diagnostic = Diagnostic::warning(
        Code::UnresolvableHost,
        host.span,
        format!("`{name}` cannot resolve the Service `{service}` with the DNS of its node"),
    )
    .here("only the DNS of the cluster knows Services");
    if cause.key == "dnsPolicy"
        && pod.workload.pod.spec.get("hostNetwork").and_then(Node::as_bool) != Some(true)
    {
        return diagnostic
            .label(cause.node.span, "asks the DNS of the node")
            .help("use `dnsPolicy ClusterFirst`");
    }
    let title = format!("set `dnsPolicy {POLICY}`");
    let diagnostic = diagnostic
        .label(cause.key_span, "makes the pod ask the DNS of the node, unless `dnsPolicy` says otherwise")
        .help(title.clone());
    match pod.workload.pod.spec.entry("dnsPolicy") {
        Some(policy) => diagnostic.fix(title, policy.node.span, POLICY, Applicability::Unsafe),
        None => {
            let end = crate::source::Span { start: cause.node.span.end, ..cause.node.span };
            diagnostic.fix(title, end, format!("; dnsPolicy {POLICY}"), Applicability::Safe)
        }
    }
}

/// A host in a form that its program does not read, or a name that no Service has.
fn malformed(name: &str, asked: &AskedHost) -> Option<Diagnostic> {
    let (written, host) = (asked.written.as_str(), asked.host());
    let warning = |headline: String, here: &str, help: String| {
        Some(Diagnostic::warning(Code::UnresolvableHost, asked.span, headline).here(here).help(help))
    };
    if let Some(program) = &asked.program {
        let waits = program.starts_with("wait-for");
        if written.contains("://")
            && !(waits && written.starts_with("http"))
            && program != "redis-cli"
            && !program.starts_with("psql")
        {
            let help = format!("write the host alone: `{host}`");
            return warning(
                format!("`{program}` in `{name}` takes a host, not the URL `{written}`"),
                "not a host",
                help,
            );
        }
        let port = written.rsplit_once(':').map(|(_, port)| port).filter(|port| port.parse::<u16>().is_ok());
        let is_one_word = port.is_some() && written.matches(':').count() == 1;
        if is_one_word && ["nslookup", "dig", "host", "getent", "ping"].contains(&program.as_str()) {
            let help = format!("write the host alone: `{host}`");
            return warning(
                format!("`{program}` in `{name}` looks up a name, and `{written}` has a port"),
                "no name has a port",
                help,
            );
        }
        if is_one_word && ["nc", "ncat", "netcat"].contains(&program.as_str()) {
            let help = format!("write host and port as two words: `{host} {}`", port.unwrap_or_default());
            return warning(
                format!("`{program}` in `{name}` takes host and port apart, not as `{written}`"),
                "is read as a host",
                help,
            );
        }
    }
    let (before, _) =
        host.split_once(".svc").filter(|(_, rest)| rest.is_empty() || rest.starts_with(".cluster.local"))?;
    if before.contains('_') {
        return warning(
            format!("`{name}` asks for `{host}`, but the name of a Service has no `_`"),
            "no Service has this name",
            format!("use `{}`, if that is its name", host.replace('_', "-")),
        );
    }
    (!before.contains('.') && !before.is_empty()).then(|| {
        let headline = format!("`{name}` asks for `{host}`, which names no namespace");
        Diagnostic::warning(Code::UnresolvableHost, asked.span, headline)
            .here("no Service has this name")
            .help(format!(
                "write `{before}.NAMESPACE{}`, or `{before}` alone for the same namespace",
                &host[before.len()..]
            ))
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::UnresolvableHost;

    fn pod(spec: &str, step: &str) -> String {
        format!("daemonset d {{ {spec}; {step}; app b {{ image \"b:1\" }} }}")
    }

    fn script(text: &str) -> String {
        format!("step s {{ image \"a:1\"; script \"{text}\" }}")
    }

    #[test]
    fn the_node_knows_no_services() {
        let shown = found(
            CODE,
            [
                pod("hostNetwork true", &script("until nc -z -w 2 collector 4317; do sleep 1; done")),
                pod("hostNetwork true; dnsPolicy ClusterFirst", "wait c { tcp \"collector:4317\" }"),
                pod("hostNetwork true", "step s { image \"a:1\"; env { URL \"http://c.o.svc:80\" } }"),
                pod("dnsPolicy Default", &script("curl -f http://c.o.svc.cluster.local/")),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …age "a:1"; script "until «nc -z -w 2 collector 4317;» do sleep 1; done" }; ap…
          `s` cannot resolve the Service `collector` with the DNS of its node
          fix (safe): set `dnsPolicy ClusterFirstWithHostNet`
          - …et d { hostNetwork true; step s { image "a:1"; sc…
          + …et d { hostNetwork true; dnsPolicy ClusterFirstWithHostNet; step s { image "a:1"; sc…
        …y ClusterFirst; wait c { «tcp» "collector:4317" }; app…
          `c` cannot resolve the Service `collector` with the DNS of its node
          fix (unsafe): set `dnsPolicy ClusterFirstWithHostNet`
          - …e; dnsPolicy ClusterFirst; wait c { tcp "collecto…
          + …e; dnsPolicy ClusterFirstWithHostNet; wait c { tcp "collecto…
        …{ image "a:1"; env { URL «"http://c.o.svc:80"» } }; app b { image "b:1…
          `s` cannot resolve the Service `c.o.svc` with the DNS of its node
          fix (safe): set `dnsPolicy ClusterFirstWithHostNet`
          - …et d { hostNetwork true; step s { image "a:1"; en…
          + …et d { hostNetwork true; dnsPolicy ClusterFirstWithHostNet; step s { image "a:1"; en…
        …s { image "a:1"; script "«curl -f http://c.o.svc.cluster.local/»" }; app b { image "b:1"…
          `s` cannot resolve the Service `c.o.svc.cluster.local` with the DNS of its node
        "#);
        for text in [
            pod("hostNetwork true; dnsPolicy ClusterFirstWithHostNet", &script("nc -z collector 4317")),
            pod("hostNetwork true", &script("nc -z localhost 4317; curl http://10.0.0.1/; nc -l 80")),
            pod("hostNetwork true", &script("curl https://acme.dev/a; nc -z $HOST 80")),
            pod(
                "hostNetwork true; hostAliases { ip \"10.0.0.1\"; hostnames [\"db\"] }",
                &script("nc -z db 80"),
            ),
            pod("hostNetwork false", &script("nc -z collector 4317")),
        ] {
            passes(CODE, &text);
        }
    }

    #[test]
    fn programs_read_hosts_in_one_form() {
        let shown = found(
            CODE,
            [
                pod("minReadySeconds 1", &script("nslookup db:5432")),
                pod("minReadySeconds 1", &script("nc -z http://db 80")),
                pod("minReadySeconds 1", &script("nc -z db:5432")),
                pod("minReadySeconds 1", &script("curl http://my_db.shop.svc/")),
                pod(
                    "minReadySeconds 1",
                    "step s { image \"a:1\"; env { HOST \"redis.svc.cluster.local\" } }",
                ),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …s { image "a:1"; script "«nslookup db:5432»" }; app b { image "b:1"…
          `nslookup` in `s` looks up a name, and `db:5432` has a port
        …s { image "a:1"; script "«nc -z http://db 80»" }; app b { image "b:1"…
          `nc` in `s` takes a host, not the URL `http://db`
        …s { image "a:1"; script "«nc -z db:5432»" }; app b { image "b:1"…
          `nc` in `s` takes host and port apart, not as `db:5432`
        …s { image "a:1"; script "«curl http://my_db.shop.svc/»" }; app b { image "b:1"…
          `s` asks for `my_db.shop.svc`, but the name of a Service has no `_`
        … image "a:1"; env { HOST «"redis.svc.cluster.local"» } }; app b { image "b:1…
          `s` asks for `redis.svc.cluster.local`, which names no namespace
        "#);
        for text in [
            "nslookup db.shop.svc.cluster.local",
            "nc -z db 5432",
            "wait-for-it.sh db:5432 -- true",
            "dig @10.0.0.1 db",
        ] {
            passes(CODE, &pod("minReadySeconds 1", &script(text)));
        }
    }
}
