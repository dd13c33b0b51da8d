//! Lists what a `wait` can wait for, in one table.
//!
//! Invariant: a condition's script defines `check_NAME`, which tries it once and sets `why`. Unless all parts of its address are
//! always known, a function of awk, `NAME`, finds them in an address and prints them below what the log calls it. Neither this
//! name nor `why` contains a password, and no password is passed to another program as an argument.

use super::super::Image;
use super::{job, object};
use crate::kubernetes::names;
use crate::steps::script::{NEWLINE, part};

/// The kinds of condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ConditionKind {
    Tcp,
    Http,
    Dns,
    File,
    Postgres,
    Mysql,
    Redis,
    Job,
    Deployment,
    StatefulSet,
    Service,
    Condition,
    Record,
}

/// A kind of condition.
#[derive(Debug)]
pub struct Condition {
    /// The kind.
    pub kind: ConditionKind,
    /// The statement's name.
    pub name: &'static str,
    /// What tries it once.
    pub script: &'static [&'static str],
    /// What finds the parts of an address that is not known, in awk.
    pub of_address: &'static [&'static str],
    /// The images that have everything the script needs.
    pub images: &'static [Image],
    /// The program that only these images have.
    pub needs: &'static str,
    /// What is wrong with its target.
    pub fault: fn(&str) -> Option<&'static str>,
}

/// Every kind of condition.
pub(in crate::steps) static CONDITIONS: &[Condition] = &[
    Condition {
        kind: ConditionKind::Tcp,
        name: "tcp",
        script: &[part!("tcp.sh")],
        of_address: &[PLACE, part!("tcp.awk")],
        images: &[Image::Wait, Image::WaitPostgres],
        needs: "nc",
        fault: tcp_fault,
    },
    Condition {
        kind: ConditionKind::Http,
        name: "http",
        script: &[part!("http-request.sh")],
        of_address: &[PLACE, URL, part!("http.awk")],
        images: &[Image::Wait],
        needs: "curl",
        fault: http_fault,
    },
    Condition {
        kind: ConditionKind::Dns,
        name: "dns",
        script: &[part!("dns.sh")],
        of_address: &[part!("dns.awk")],
        images: &Image::WAIT,
        needs: "getent",
        fault: dns_fault,
    },
    Condition {
        kind: ConditionKind::File,
        name: "file",
        script: &[part!("file.sh")],
        of_address: &[part!("file.awk")],
        images: &Image::WAIT,
        needs: "sh",
        fault: |_| None,
    },
    Condition {
        kind: ConditionKind::Postgres,
        name: "postgres",
        script: &[NEWLINE, part!("postgres.sh")],
        of_address: &[PLACE, URL, part!("postgres.awk")],
        images: &[Image::WaitPostgres],
        needs: "psql",
        fault: |url| url_fault(url, &["postgres://", "postgresql://"], POSTGRES, SSLMODE),
    },
    Condition {
        kind: ConditionKind::Mysql,
        name: "mysql",
        script: &[NEWLINE, part!("mysql.sh")],
        of_address: &[PLACE, URL, part!("mysql.awk")],
        images: &[Image::WaitMysql],
        needs: "mariadb` or `mysql",
        fault: |url| url_fault(url, &["mysql://", "mariadb://"], MYSQL, SSL_MODE),
    },
    Condition {
        kind: ConditionKind::Redis,
        name: "redis",
        script: &[NEWLINE, part!("redis.sh")],
        of_address: &[PLACE, URL, part!("redis.awk")],
        images: &[Image::Wait, Image::WaitPostgres],
        needs: "nc",
        fault: redis_fault,
    },
    Condition {
        kind: ConditionKind::Job,
        name: "job",
        script: &[API, part!("job.sh")],
        of_address: &[],
        images: &[Image::Wait],
        needs: "curl",
        fault: |name| object::name_fault(name, JOB, names::subdomain),
    },
    Condition {
        kind: ConditionKind::Deployment,
        name: "deployment",
        script: &[API, OBJECT, FACTS, part!("deployment.sh")],
        of_address: &[],
        images: &[Image::Wait],
        needs: "curl",
        fault: |name| object::name_fault(name, WORKLOAD, names::subdomain),
    },
    Condition {
        kind: ConditionKind::StatefulSet,
        name: "statefulset",
        script: &[API, OBJECT, FACTS, part!("statefulset.sh")],
        of_address: &[],
        images: &[Image::Wait],
        needs: "curl",
        fault: |name| object::name_fault(name, WORKLOAD, names::subdomain),
    },
    Condition {
        kind: ConditionKind::Service,
        name: "service",
        script: &[API, OBJECT, FACTS, part!("service.sh")],
        of_address: &[],
        images: &[Image::Wait],
        needs: "curl",
        fault: |name| object::name_fault(name, SERVICE, names::label),
    },
    Condition {
        kind: ConditionKind::Condition,
        name: "condition",
        script: &[API, OBJECT, FACTS, part!("condition.sh")],
        of_address: &[],
        images: &[Image::Wait],
        needs: "curl",
        fault: |target| object::NamedResource::of(target).err(),
    },
    Condition {
        kind: ConditionKind::Record,
        name: job::RECORD,
        script: &[API, part!("record.sh")],
        of_address: &[],
        images: &[Image::Wait],
        needs: "curl",
        fault: |_| None,
    },
];

const API: &str = part!("api.sh");
const OBJECT: &str = part!("object.sh");
const FACTS: &str = part!("../facts.sh");
const PLACE: &str = part!("place.awk");
const URL: &str = part!("url.awk");

const POSTGRES: &str = "expected `postgres://USER@HOST:PORT/DATABASE`";
const MYSQL: &str = "expected `mysql://USER@HOST:PORT/DATABASE`";
const JOB: &str = "expected the name of a Job: lowercase letters, digits, `-` and `.`";
const WORKLOAD: &str = "expected the name of a workload: lowercase letters, digits, `-` and `.`";
const SERVICE: &str = "expected the name of a Service in the pod's namespace: lowercase letters, digits and `-`, without a port";
const REDIS: &str = "expected `redis://HOST:PORT`, without TLS";

/// An option of a URL, its values, and what is wrong with another one.
type Words = (&'static str, &'static [&'static str], &'static str);

const SSLMODE: Words = (
    "sslmode",
    &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
    "expected `sslmode` to be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`",
);
const SSL_MODE: Words = (
    "ssl-mode",
    &["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"],
    "expected `ssl-mode` to be `DISABLED`, `PREFERRED`, `REQUIRED`, `VERIFY_CA` or `VERIFY_IDENTITY`",
);

impl ConditionKind {
    /// The name of its statement.
    pub(crate) fn name(self) -> Option<&'static str> {
        CONDITIONS.iter().find(|condition| condition.kind == self).map(|condition| condition.name)
    }
}

impl Condition {
    /// The condition with this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        CONDITIONS.iter().find(|condition| condition.name == name)
    }

    /// Whether its address is a URL.
    pub(super) fn has_url(&self) -> bool {
        use ConditionKind::{Http, Mysql, Postgres, Redis};
        matches!(self.kind, Http | Postgres | Mysql | Redis)
    }

    /// Whether it asks the API server for an object.
    pub(crate) fn asks_for_object(&self) -> bool {
        use ConditionKind::{Condition, Deployment, Job, Service, StatefulSet};
        matches!(self.kind, Job | Deployment | StatefulSet | Service | Condition)
    }

    /// Whether its target is, or has, the host that it asks.
    pub(crate) fn has_host(&self) -> bool {
        use ConditionKind::{File, Record, Service};
        self.kind == Service || !(self.asks_for_object() || matches!(self.kind, File | Record))
    }

    /// Whether one image serves both.
    pub(super) fn shares_image(&self, other: &Self) -> bool {
        self.images.iter().any(|image| other.images.contains(image))
    }
}

/// What is wrong with the `host:port` of a `tcp` condition.
///
/// Nothing is known about a part with a `$(NAME)` in it, such as a host or a port: the script checks it.
fn tcp_fault(address: &str) -> Option<&'static str> {
    if address.contains("://") {
        return Some("expected `HOST:PORT`, without a scheme");
    }
    let (host, port) = located(address);
    if host.is_empty() || host == "[]" {
        Some("expected `HOST:PORT`: the host is missing")
    } else if port.is_none() && !host.contains("$(") {
        Some("expected `HOST:PORT`: the port is missing")
    } else if host.contains(':') && !host.starts_with('[') {
        Some("write an IPv6 address in brackets: `[::1]:5432`")
    } else {
        place_fault(host, port)
    }
}

/// What is wrong with the URL of an `http` condition.
fn http_fault(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        let known = !url.starts_with("$(");
        return known.then_some("expected a URL that starts with `http://` or `https://`");
    };
    authority_fault(url, rest)
}

/// What is wrong with the name of a `dns` condition.
fn dns_fault(name: &str) -> Option<&'static str> {
    (name.contains(':') || !is_host(name)).then_some("expected a host name, without a scheme or a port")
}

/// What is wrong with the URL of a database; `shape` describes what was expected.
fn url_fault(
    url: &str,
    schemes: &[&str],
    shape: &'static str,
    (name, words, fault): Words,
) -> Option<&'static str> {
    if url.starts_with("$(") {
        return None;
    }
    let Some(rest) = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)) else {
        return Some(shape);
    };
    authority_fault(url, rest).or_else(|| {
        let mut options = rest.split_once('?')?.1.split('&').filter_map(|option| option.split_once('='));
        let (_, value) = options.find(|(given, _)| *given == name)?;
        (!value.contains("$(") && !words.contains(&value)).then_some(fault)
    })
}

/// What is wrong with the URL of a `redis` condition.
fn redis_fault(url: &str) -> Option<&'static str> {
    if url.starts_with("$(") {
        return None;
    }
    let Some(rest) = url.strip_prefix("redis://") else { return Some(REDIS) };
    authority_fault(url, rest).or_else(|| {
        let base = rest.split(['?', '#']).next()?.split_once('/')?.1;
        let number = base.contains("$(") || base.bytes().all(|byte| byte.is_ascii_digit());
        (!number).then_some("expected a number as the database of Redis")
    })
}

/// What is wrong with the part of a URL after its scheme.
fn authority_fault(url: &str, rest: &str) -> Option<&'static str> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = located(place);
    if url.contains(char::is_whitespace) {
        Some("a URL has no spaces: write `%20`")
    } else if url.contains(char::is_control) {
        Some("a URL has no control characters")
    } else if host.is_empty() {
        Some("the URL names no host")
    } else if host.contains(',') {
        Some("only one host is possible: write a condition for each")
    } else {
        place_fault(host, port)
    }
}

/// A host, with the brackets of an IPv6 address, and its port.
pub(super) fn located(place: &str) -> (&str, Option<&str>) {
    match place.rsplit_once(':') {
        Some((host, port)) if !host.starts_with('[') || host.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    }
}

/// What is wrong with a host and a port.
fn place_fault(host: &str, port: Option<&str>) -> Option<&'static str> {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if !address.map_or_else(|| is_host(host), is_address) {
        Some("expected a host with letters, digits, `.`, `-` and `_`, or an IPv6 address in brackets")
    } else if !port.is_none_or(is_port) {
        Some("expected a port from 1 to 65535")
    } else {
        None
    }
}

// The script checks the values that it inserts by the same rules: see `place.awk`.

fn is_host(host: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    host.contains("$(") || (!host.is_empty() && !host.starts_with('-') && host.chars().all(known))
}

fn is_address(address: &str) -> bool {
    let known = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    address.contains("$(") || (address.matches(':').count() > 1 && address.chars().all(known))
}

fn is_port(port: &str) -> bool {
    let digits = !port.starts_with('0') && port.bytes().all(|byte| byte.is_ascii_digit());
    port.contains("$(") || (digits && matches!(port.parse::<u16>(), Ok(1..)))
}

#[cfg(test)]
mod tests {
    use super::Condition;

    fn fault(name: &str, target: &str) -> Option<&'static str> {
        (Condition::named(name).unwrap().fault)(target)
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for address in [
            "db:5432",
            "127.0.0.1:1",
            "[::1]:65535",
            "db.shop.svc.cluster.local:5432",
            "$(DB_HOST):5432",
            "[$(DB_HOST)]:5432",
            "db:$(DB_PORT)",
            "$(DB)",
        ] {
            assert_eq!(fault("tcp", address), None, "{address}");
        }
        for address in [
            "",
            "db",
            "db:",
            ":5432",
            "db:0",
            "db:65536",
            "db:+1",
            "::1:5432",
            "[]:1",
            "-e:1",
            "a b:1",
            "tcp://db:5432",
            "db:5432/x",
            "db:080",
            "db;id:1",
            "-$(HOST)x:1 -e",
            "$(HOST):-e",
            "[fe80::1%eth0]:80",
            "[-e]:1",
            "a,b:1",
        ] {
            assert!(fault("tcp", address).is_some(), "{address}");
        }
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        assert_eq!(fault("http", "http://search:9200/health?wait=1"), None);
        assert_eq!(fault("http", "$(SEARCH)/health"), None);
        for url in [
            "",
            "search:9200",
            "ftp://a",
            "http://",
            "https:///x",
            "http://a b",
            "http://-x/",
            "http://a:b/",
            "http://a\u{1b}/",
        ] {
            assert!(fault("http", url).is_some(), "{url}");
        }
    }

    #[test]
    fn a_name_is_only_a_name() {
        for name in ["db", "db.shop.svc.cluster.local.", "$(DB)", "10.0.0.1"] {
            assert_eq!(fault("dns", name), None, "{name}");
        }
        for name in ["", "db:5432", "http://db", "a b", "-x", "a;b", "ä"] {
            assert!(fault("dns", name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_database_has_a_url() {
        for (name, url) in [
            ("postgres", "postgresql://shop@db:5432/shop?sslmode=require"),
            ("postgres", "postgres://db/shop"),
            ("postgres", "$(DATABASE_URL)"),
            ("postgres", "postgres://shop:$(PASSWORD)@$(HOST):$(PORT)/shop"),
            ("mysql", "mysql://shop@[::1]/shop"),
            ("mysql", "mariadb://shop@[::1]:3306/shop"),
            ("mysql", "mysql://shop@db/shop?ssl-mode=VERIFY_CA&ssl-ca=/ca.pem"),
            ("postgres", "postgres://shop@db/shop?x=a@b"),
            ("redis", "redis://:p@cache:6379/1"),
        ] {
            assert_eq!(fault(name, url), None, "{url}");
        }
        for (name, url) in [
            ("postgres", ""),
            ("postgres", "db:5432"),
            ("postgres", "mysql://db/shop"),
            ("postgres", "postgres:///shop"),
            ("postgres", "postgres://a,b/shop"),
            ("postgres", "postgres://db:port/shop"),
            ("mysql", "mysql://shop@db/a b"),
            ("redis", "rediss://cache:6379"),
            ("redis", "cache:6379"),
            ("redis", "redis://-le:sh"),
            ("redis", "redis://cache/one"),
            ("mysql", "mysql://shop@db/shop?ssl-mode=off"),
            ("postgres", "postgres://shop@db/shop?sslmode=full"),
            ("postgres", "postgres://shop@/run/postgresql/shop"),
        ] {
            assert!(fault(name, url).is_some(), "{url}");
        }
    }
}
