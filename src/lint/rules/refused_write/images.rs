//! Knows where the programs of some public images write when they start.

use super::{of_root, read_only_root};
use crate::diagnostic::Diagnostic;
use crate::lint::Pod;
use crate::lint::files::mount_at;
use crate::lint::rules::image;
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::ShellScript;
use crate::model::Container;
use crate::object::Node;

/// Images with the program that they start, the files that it writes by default, and the files that say otherwise.
const WRITERS: [(&str, &str, &[&str], &[&str]); 5] = [
    ("nginx", "nginx", &["/var/cache/nginx/client_temp", "/var/run/nginx.pid"], &["/etc/nginx/nginx.conf"]),
    ("nginxinc/nginx-unprivileged", "nginx", &["/tmp/nginx.pid"], &["/etc/nginx/nginx.conf"]),
    (
        "postgres",
        "postgres",
        &["/var/run/postgresql/.s.PGSQL.5432.lock"],
        &["/etc/postgresql/postgresql.conf"],
    ),
    ("mysql", "mysqld", &["/var/run/mysqld/mysqld.sock.lock"], &["/etc/my.cnf", "/etc/mysql/my.cnf"]),
    ("httpd", "httpd", &["/usr/local/apache2/logs/httpd.pid"], &["/usr/local/apache2/conf/httpd.conf"]),
];

/// A warning about an image whose program cannot write what it writes by default.
pub(super) fn warning(
    pod: &Pod<'_>,
    container: &Container,
    script: Option<&ShellScript<'_>>,
) -> Option<Diagnostic> {
    let root = read_only_root(container)?;
    let (name, registry, place) = image(container)?;
    let name = name.strip_prefix("library/").unwrap_or(name);
    let of_hub = registry.is_none_or(|registry| registry == "docker.io");
    let (_, program, files, settings) = WRITERS.iter().find(|(image, ..)| of_hub && *image == name)?;
    let given = |field| container.fields.get(field).is_some_and(|node: &Node| !node.items().is_empty());
    let by_default = !given("command") && !given("args");
    let plainly = || {
        let last = script.and_then(|script| script.commands.last());
        last.is_some_and(|last| last.program() == *program && !last.arguments().any(|word| word == "-c"))
    };
    if !(by_default || plainly()) || settings.iter().any(|file| mount_at(container, file).is_some()) {
        return None;
    }
    // `/var/run` is a link to `/run`.
    let is_mounted = |file: &str| {
        mount_at(container, file).is_some()
            || file.strip_prefix("/var").is_some_and(|file| mount_at(container, file).is_some())
    };
    let file = files.iter().find(|file| !is_mounted(file))?;
    Some(of_root(pod, container, ScriptPlace::Command, file, place, root))
}
