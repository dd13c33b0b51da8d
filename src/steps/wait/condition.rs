//! What a `wait` can wait for: one table.
//!
//! Invariant: a condition's script defines `check_NAME`, which looks at `target`, sets `name` and `why`, neither with a
//! password in it, and hands none to another program as an argument.

use super::super::Image;
use super::job;

/// A kind of condition.
#[derive(Debug)]
pub(in crate::steps) struct Condition {
    /// The statement's name.
    pub name: &'static str,
    /// The functions that try it once.
    pub script: &'static [&'static str],
    /// The images that have what the script needs.
    pub images: &'static [Image],
    /// The program that these images have, and others lack.
    pub needs: &'static str,
    /// What is wrong with its target.
    pub fault: fn(&str) -> Option<&'static str>,
}

/// Every kind of condition.
pub(in crate::steps) static CONDITIONS: &[Condition] = &[
    Condition {
        name: "tcp",
        script: &[include_str!("tcp.sh")],
        images: &[Image::Wait, Image::WaitPostgres],
        needs: "nc",
        fault: tcp_fault,
    },
    Condition {
        name: "http",
        script: &[include_str!("http.sh")],
        images: &[Image::Wait],
        needs: "curl",
        fault: http_fault,
    },
    Condition {
        name: "dns",
        script: &[include_str!("dns.sh")],
        images: &Image::WAIT,
        needs: "getent",
        fault: dns_fault,
    },
    Condition {
        name: "file",
        script: &[include_str!("file.sh")],
        images: &Image::WAIT,
        needs: "sh",
        fault: |_| None,
    },
    Condition {
        name: "postgres",
        script: &[URL, include_str!("postgres.sh")],
        images: &[Image::WaitPostgres],
        needs: "psql",
        fault: |url| url_fault(url, &["postgres://", "postgresql://"], POSTGRES),
    },
    Condition {
        name: "mysql",
        script: &[URL, include_str!("mysql.sh")],
        images: &[Image::WaitMysql],
        needs: "mariadb` or `mysql",
        fault: |url| url_fault(url, &["mysql://", "mariadb://"], MYSQL),
    },
    Condition {
        name: "redis",
        script: &[URL, include_str!("redis.sh")],
        images: &[Image::Wait, Image::WaitPostgres],
        needs: "nc",
        fault: |url| url_fault(url, &["redis://"], REDIS),
    },
    Condition {
        name: "job",
        script: &[include_str!("job.sh")],
        images: &[Image::Wait],
        needs: "curl",
        fault: job::fault,
    },
];

const URL: &str = include_str!("url.sh");
const POSTGRES: &str = "`postgres` takes `postgres://USER@HOST:PORT/DATABASE`";
const MYSQL: &str = "`mysql` takes `mysql://USER@HOST:PORT/DATABASE`";
const REDIS: &str = "`redis` takes `redis://HOST:PORT`, without TLS";

impl Condition {
    /// The condition of a statement's name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        CONDITIONS.iter().find(|condition| condition.name == name)
    }

    /// Whether one image serves both.
    pub(super) fn shares_image(&self, other: &Self) -> bool {
        self.images.iter().any(|image| other.images.contains(image))
    }
}

/// What is wrong with the `host:port` of a `tcp` condition.
///
/// A host or port may be a `$(NAME)`, about which nothing is known.
fn tcp_fault(address: &str) -> Option<&'static str> {
    if address.contains("$(") {
        return None;
    }
    if address.contains("://") {
        return Some("`tcp` takes `HOST:PORT`, without a scheme");
    }
    let Some((host, port)) = address.rsplit_once(':') else {
        return Some("`tcp` takes `HOST:PORT`; the port is missing");
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || host == "[]" {
        Some("`tcp` takes `HOST:PORT`; the host is missing")
    } else if host.contains(':') && !bracketed {
        Some("an IPv6 address stands in brackets: `[::1]:5432`")
    } else if !is_host(host) {
        Some("this is no host name")
    } else if !is_port(port) {
        Some("a port is a number from 1 to 65535")
    } else {
        None
    }
}

/// What is wrong with the URL of an `http` condition.
fn http_fault(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        let known = !url.starts_with("$(");
        return known.then_some("`http` takes a URL that starts with `http://` or `https://`");
    };
    if rest.is_empty() || rest.starts_with('/') {
        Some("the URL names no host")
    } else if url.contains(char::is_whitespace) {
        Some("a URL has no spaces: write `%20`")
    } else {
        None
    }
}

/// What is wrong with the name of a `dns` condition.
fn dns_fault(name: &str) -> Option<&'static str> {
    let known = !name.contains("$(");
    (known && (name.is_empty() || name.contains(':') || !is_host(name)))
        .then_some("`dns` takes a host name, without a scheme or a port")
}

/// What is wrong with the URL of a database; the shape says what it looks like.
fn url_fault(url: &str, schemes: &[&str], shape: &'static str) -> Option<&'static str> {
    if url.starts_with("$(") {
        return None;
    }
    let Some(rest) = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)) else {
        return Some(shape);
    };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if host.is_empty() {
        Some("the URL names no host")
    } else if url.contains(char::is_whitespace) {
        Some("a URL has no spaces: write `%20`")
    } else if host.contains(',') {
        Some("one host can be waited for; make it several conditions")
    } else if host.contains("$(") {
        None
    } else {
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (host, None),
        };
        (!is_host(host) || !port.is_none_or(is_port)).then_some(shape)
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && !host.starts_with('-') && !host.contains(|c: char| c.is_whitespace() || c == '/')
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && matches!(port.parse::<u16>(), Ok(1..))
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
        ] {
            assert!(fault("tcp", address).is_some(), "{address}");
        }
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        assert_eq!(fault("http", "http://search:9200/health?wait=1"), None);
        assert_eq!(fault("http", "$(SEARCH)/health"), None);
        for url in ["", "search:9200", "ftp://a", "http://", "https:///x", "http://a b"] {
            assert!(fault("http", url).is_some(), "{url}");
        }
    }

    #[test]
    fn a_name_is_only_a_name() {
        for name in ["db", "db.shop.svc.cluster.local.", "$(DB)", "10.0.0.1"] {
            assert_eq!(fault("dns", name), None, "{name}");
        }
        for name in ["", "db:5432", "http://db", "a b", "-x"] {
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
        ] {
            assert!(fault(name, url).is_some(), "{url}");
        }
    }
}
