//! Lists commands that refuse what their first run has made, and those that erase it.

use super::{RepeatFault, Repeated};
use crate::lint::rerun::Leftover;
use crate::lint::rules::volume_at;

/// What is in every such command.
pub(super) const WORDS: &[&str] = &[
    "create",
    "tables",
    "add",
    "init",
    "enable",
    "setup",
    "bootstrap",
    "mb",
    "install",
    "basebackup",
    "register",
    "fresh",
    "refresh",
    "wipe",
    "flush",
    "reset",
    "new-",
    "mkfs",
    "route",
];

/// A command that cannot be repeated.
struct Refusal {
    programs: &'static [&'static str],
    /// The words that it has, in this order.
    words: &'static [&'static str],
    /// How a word begins that makes it repeatable.
    unless: &'static [&'static str],
    trace: Trace,
    /// What follows the command's name: why it cannot be repeated.
    why: &'static str,
    help: &'static str,
}

/// Where a command leaves its trace.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trace {
    /// In a server outside the pod.
    Server,
    /// In the pod's network.
    Network,
    /// In the folder that follows one of these options.
    Folder(&'static [&'static str]),
}

const EXISTS: &str = "fails if its object exists";
const TEST: &str = "check first whether it exists, or accept the failure: `|| true`";
const ONCE: &str = "check first whether it was done";
const ERASES: &str = "erases what is there";
const NEVER_ERASE: &str = "do it by hand, or in a Job of its own";

const fn on_server(
    programs: &'static [&'static str],
    words: &'static [&'static str],
    unless: &'static [&'static str],
    why: &'static str,
    help: &'static str,
) -> Refusal {
    Refusal { programs, words, unless, trace: Trace::Server, why, help }
}

const fn in_network(
    programs: &'static [&'static str],
    words: &'static [&'static str],
    why: &'static str,
    help: &'static str,
) -> Refusal {
    Refusal { programs, words, unless: &["-exist", "-!"], trace: Trace::Network, why, help }
}

const fn in_folder(
    programs: &'static [&'static str],
    words: &'static [&'static str],
    options: &'static [&'static str],
) -> Refusal {
    let why = "fails if its folder has files";
    let help = "test first whether the folder is empty";
    Refusal { programs, words, unless: &[], trace: Trace::Folder(options), why, help }
}

const REFUSALS: &[Refusal] = &[
    on_server(&["createdb", "createuser"], &[], &[], EXISTS, TEST),
    on_server(
        &["kubectl", "oc"],
        &["create"],
        &["--dry-run", "-f", "--filename", "-k", "token", "generate"],
        EXISTS,
        "use `kubectl apply`, as in `kubectl create … --dry-run=client -o yaml | kubectl apply -f -`",
    ),
    on_server(
        &["helm"],
        &["install"],
        &["--replace", "--generate-name", "-g", "--dry-run", "plugin"],
        "fails if the release exists",
        "use `helm upgrade --install`",
    ),
    on_server(
        &["manage.py", "django-admin", "django"],
        &["createsuperuser"],
        &[],
        "fails if the user exists",
        TEST,
    ),
    on_server(&["rabbitmqctl"], &["add_user"], &[], "fails if the user exists", TEST),
    on_server(
        &["kafka-topics", "kafka-topics.sh"],
        &["--create"],
        &["--if-not-exists"],
        "fails if the topic exists",
        "add `--if-not-exists`",
    ),
    on_server(
        &["mc"],
        &["mb"],
        &["-p", "--ignore-existing"],
        "fails if the bucket exists",
        "add `--ignore-existing`",
    ),
    on_server(&["aws", "awslocal"], &["s3", "mb"], &[], "fails if the bucket exists", TEST),
    on_server(&["aws", "awslocal"], &["s3api", "create-bucket"], &[], "fails if the bucket exists", TEST),
    on_server(&["aws", "awslocal"], &["dynamodb", "create-table"], &[], "fails if the table exists", TEST),
    on_server(&["gsutil"], &["mb"], &[], "fails if the bucket exists", TEST),
    on_server(
        &["vault"],
        &["operator", "init"],
        &["-status"],
        "fails once Vault is initialized",
        "ask first with `vault operator init -status`",
    ),
    on_server(&["vault", "bao"], &["auth", "enable"], &[], "fails if the path is in use", TEST),
    on_server(&["vault", "bao"], &["secrets", "enable"], &[], "fails if the path is in use", TEST),
    on_server(&["consul", "nomad"], &["acl", "bootstrap"], &[], "works only once", ONCE),
    on_server(&["influx"], &["setup"], &[], "works only once", ONCE),
    on_server(&["cockroach"], &["init"], &[], "fails once the cluster is initialized", ONCE),
    on_server(
        &["redis-cli", "valkey-cli"],
        &["--cluster", "create"],
        &[],
        "fails once the nodes form a cluster",
        ONCE,
    ),
    on_server(&["etcdctl"], &["user", "add"], &[], "fails if the user exists", TEST),
    on_server(&["etcdctl"], &["role", "add"], &[], "fails if the role exists", TEST),
    on_server(&["kcadm.sh", "kcadm"], &["create"], &[], EXISTS, TEST),
    on_server(
        &["temporal"],
        &["operator", "namespace", "create"],
        &[],
        "fails if the namespace exists",
        TEST,
    ),
    on_server(&["tctl"], &["namespace", "register"], &[], "fails if the namespace exists", TEST),
    on_server(&["pulsar-admin"], &["create"], &[], EXISTS, TEST),
    on_server(&["bench"], &["new-site"], &["--force"], "fails if the site exists", ONCE),
    on_server(
        &["occ"],
        &["maintenance:install"],
        &[],
        "fails once Nextcloud is installed",
        "ask first with `occ status`",
    ),
    on_server(&["wp"], &["user", "create"], &[], "fails if the user exists", TEST),
    on_server(
        &["restic"],
        &["init"],
        &[],
        "fails if the repository exists",
        "ask first with `restic cat config`",
    ),
    on_server(&["borg"], &["init"], &[], "fails if the repository exists", "ask first with `borg info`"),
    on_server(
        &["mongosh"],
        &["rs.initiate("],
        &["try", "rs.status"],
        "fails once the set is initialized",
        "ask first with `rs.status()`",
    ),
    on_server(
        &["mongosh", "mongo"],
        &["createUser("],
        &["try", "getUser", "if"],
        "fails if the user exists",
        "ask first with `db.getUser()`",
    ),
    on_server(&["artisan"], &["migrate:fresh"], &[], ERASES, "use `migrate`"),
    on_server(&["artisan"], &["migrate:refresh"], &[], ERASES, "use `migrate`"),
    on_server(&["artisan"], &["db:wipe"], &[], ERASES, NEVER_ERASE),
    on_server(&["drush"], &["site:install"], &[], ERASES, "ask first with `drush status --field=bootstrap`"),
    on_server(&["drush"], &["site-install"], &[], ERASES, "ask first with `drush status --field=bootstrap`"),
    on_server(&["manage.py", "django-admin", "django"], &["flush"], &[], ERASES, NEVER_ERASE),
    on_server(&["prisma"], &["migrate", "reset"], &[], ERASES, "use `migrate deploy`"),
    in_network(
        &["iptables", "ip6tables"],
        &["-N"],
        "finds the new chain still in the network",
        "use `iptables -N NAME || iptables -F NAME`",
    ),
    in_network(
        &["iptables", "ip6tables"],
        &["--new-chain"],
        "finds the new chain still in the network",
        "use `iptables -N NAME || iptables -F NAME`",
    ),
    in_network(
        &["ip"],
        &["link", "add"],
        "fails if the link exists",
        "delete it first: `ip link del NAME 2>/dev/null || true`",
    ),
    in_network(&["ip"], &["route", "add"], "fails if the route exists", "use `ip route replace`"),
    in_network(&["ip"], &["rule", "add"], "fails if the rule exists", TEST),
    in_network(&["ip"], &["addr", "add"], "fails if the link has the address", "use `ip addr replace`"),
    in_network(&["ip"], &["tuntap", "add"], "fails if the device exists", TEST),
    in_network(&["tc"], &["qdisc", "add"], "fails if the link has one", "use `tc qdisc replace`"),
    in_network(&["ipset"], &["create"], "fails if the set exists", "add `-exist`"),
    in_folder(&["initdb"], &[], &["-D", "--pgdata"]),
    in_folder(&["pg_basebackup"], &[], &["-D", "--pgdata"]),
    in_folder(&["mysqld", "mariadbd"], &["--initialize"], &["--datadir"]),
    in_folder(&["mysqld", "mariadbd"], &["--initialize-insecure"], &["--datadir"]),
];

pub(super) fn fault<'p>(context: &Repeated<'p, '_>) -> Option<RepeatFault<'p>> {
    let command = context.command;
    let program = command.program();
    let refusal =
        REFUSALS.iter().find(|refusal| refusal.programs.contains(&program) && refusal.is(context))?;
    let leftover = match refusal.trace {
        Trace::Server => Leftover::Elsewhere,
        Trace::Network => {
            let network = context.network();
            if matches!(network, Leftover::Network) && !context.may_fail_later() {
                return None;
            }
            network
        }
        Trace::Folder(options) => {
            let mut words = command.arguments();
            let folder = loop {
                let word = words.next()?;
                if options.contains(&word) {
                    break words.next()?;
                }
                if let Some(rest) = options.iter().find_map(|option| word.strip_prefix(option)) {
                    break rest.trim_start_matches('=');
                }
            };
            Leftover::Volume(volume_at(context.pod.workload, context.container, folder)?)
        }
    };
    let name = std::iter::once(program).chain(refusal.words.iter().copied()).collect::<Vec<_>>().join(" ");
    let fails = refusal.why != ERASES;
    let why = format!("`{}` {}", name.trim_end_matches('('), refusal.why);
    Some(RepeatFault { why, leftover, fails, help: refusal.help.to_owned(), replaced: None })
}

impl Refusal {
    /// Whether this is the command.
    fn is(&self, context: &Repeated<'_, '_>) -> bool {
        let mut words = context.command.written.iter().skip(1);
        let has_all = self.words.iter().all(|wanted| {
            words.any(|word| {
                let word = word.trim_matches(['"', '\'']);
                word == *wanted
                    || word.ends_with(&format!("/{wanted}"))
                    || wanted.ends_with('(') && word.contains(wanted)
            })
        });
        let mut all = context.command.written.iter().skip(1);
        has_all
            && !all.any(|word| {
                let in_text = self.words.iter().any(|wanted| wanted.ends_with('('));
                self.unless.iter().any(|unless| word.starts_with(unless) || in_text && word.contains(unless))
            })
            && (context.command.words.iter().all(Option::is_some) || !self.programs.contains(&"kubectl"))
    }
}
