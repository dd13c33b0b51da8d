//! Knows which commands only make something: `&&` after them tests nothing.

use super::PlainCommand;

/// Programs that make or change something: that they succeed says nothing about an earlier run.
const PROGRAMS: [&str; 51] = [
    ".", ":", "alembic", "apk", "apt", "apt-get", "artisan", "cat", "cd", "chgrp", "chmod", "chown", "cp",
    "createdb", "curl", "date", "dnf", "echo", "envsubst", "export", "gunzip", "install", "ip", "iptables",
    "keytool", "ln", "microdnf", "mkdir", "mv", "npm", "openssl", "pip", "pip3", "printf", "rake", "rm",
    "rsync", "sed", "set", "sleep", "source", "sysctl", "tar", "tee", "touch", "true", "ulimit", "umask",
    "unzip", "wget", "yum",
];

/// The words with which other programs make something.
const VERBS: [(&str, &[&str]); 11] = [
    ("aws", &["configure", "cp", "sync"]),
    ("flask", &["upgrade"]),
    ("gcloud", &["auth", "config"]),
    ("git", &["clone", "checkout", "config", "fetch", "init", "pull", "submodule"]),
    ("helm", &["repo"]),
    ("kubectl", &["apply", "config", "create"]),
    ("manage.py", &["collectstatic", "compilemessages", "createcachetable", "loaddata", "migrate"]),
    ("mc", &["alias", "config"]),
    ("prisma", &["deploy", "generate"]),
    ("rails", &["db:migrate", "db:prepare"]),
    ("yarn", &["install"]),
];

/// Whether a command only makes or changes something.
pub(super) fn only_makes(command: &PlainCommand) -> bool {
    let program = command.program();
    let verbs = VERBS.iter().find(|(name, _)| *name == program);
    PROGRAMS.contains(&program)
        || verbs.is_some_and(|(_, verbs)| command.operands().any(|word| verbs.contains(&word)))
}
