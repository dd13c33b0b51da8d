#![doc = include_str!("../../diagnostic/explain/missing-rights.md")]

use super::volume_at;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::rights::{ContainerUser, is_on_windows, is_privileged, lists_capability, user};
use crate::lint::shell::PlainCommand;
use crate::model::Container;
use crate::object::Node;
use crate::source::Span;

/// What is in every command that needs rights.
const WORDS: [&str; 16] = [
    "apk",
    "apt",
    "apt-get",
    "chown",
    "dnf",
    "ip",
    "ip6tables",
    "iptables",
    "microdnf",
    "modprobe",
    "mount",
    "swapoff",
    "sysctl",
    "yum",
    "/proc/sys/",
    "/sys/kernel/",
];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if is_on_windows(pod) {
        return;
    }
    for (container, script) in pod.scripts(&WORDS) {
        let uses_sudo = script.text.is_some_and(|text| text.contains("sudo "));
        if is_privileged(container) || uses_sudo {
            continue;
        }
        let user = user(pod, container);
        let missing = script.commands.iter().find_map(|command| {
            let right = missing(pod, container, user, command)?;
            (!command.guarded && !script.handles_failure(command)).then_some((command, right))
        });
        let Some((command, MissingRight { what, why, help })) = missing else { continue };
        let name = &container.name.text;
        let diagnostic = Diagnostic::warning(
            Code::MissingRights,
            pod.place(script, command),
            format!("`{}` fails in `{name}`: {what}", command.program()),
        )
        .here("is refused");
        let diagnostic = match why.or_else(|| place_of_context(container)) {
            Some(span) => diagnostic.label(span, format!("the rights of `{name}`")),
            None => diagnostic,
        };
        found.push(diagnostic.help(help));
    }
}

/// A right that a command needs and a container does not have.
struct MissingRight {
    /// What is missing, as a clause.
    what: String,
    /// Where it is taken away.
    why: Option<Span>,
    help: String,
}

fn place_of_context(container: &Container) -> Option<Span> {
    Some(container.fields.as_map()?.entry("securityContext")?.key_span)
}

fn missing(
    pod: &Pod<'_>,
    container: &Container,
    user: Option<(ContainerUser, Span)>,
    command: &PlainCommand,
) -> Option<MissingRight> {
    let unprivileged = user.and_then(|(user, span)| Some((user.unprivileged()?, span)));
    let lacks = |capability: &str| !lists_capability(container, "add", capability);
    let is_dropped = |capability: &str| lacks(capability) && lists_capability(container, "drop", capability);
    let needs_root = || {
        let (id, span) = unprivileged?;
        Some(MissingRight {
            what: format!("it needs root, and user {id} is not"),
            why: Some(span),
            help: "do this in the image's build, or run it as root: `securityContext { runAsUser 0 }`"
                .to_owned(),
        })
    };
    let needs_capability = |capability: &str| {
        Some(MissingRight {
            what: format!("it needs the capability `{capability}`"),
            why: None,
            help: format!(
                "add `securityContext {{ capabilities {{ add [\"{capability}\"] }} }}` to the container"
            ),
        })
    };
    let needs_privileges = |what: &str| {
        Some(MissingRight {
            what: format!("{what} read-only in a container that is not privileged"),
            why: None,
            help: "add `securityContext { privileged true }` to the container, or set it on the node"
                .to_owned(),
        })
    };
    let has_operand = |words: &[&str]| command.operands().any(|word| words.contains(&word));
    match command.program() {
        "apt" | "apt-get" | "yum" | "dnf" | "microdnf" if has_operand(&["install", "update", "upgrade"]) => {
            needs_root()
        }
        "apk" if has_operand(&["add", "update", "upgrade"]) && !command.has('\0', "root") => needs_root(),
        "chown" => {
            let owner = new_owner(command)?;
            match unprivileged {
                Some((id, span)) if owner.parse() == Ok(id) => {
                    takes_from_root(pod, container, command).then(|| MissingRight {
                        what: format!("an emptyDir belongs to root, and user {id} cannot take it over"),
                        why: Some(span),
                        help: "remove the `chown`: every user may write to an emptyDir".to_owned(),
                    })
                }
                Some(_) if owner == "root" || owner.parse::<i64>().is_ok() => needs_root(),
                // Root's own files may stay root's.
                None if is_dropped("CHOWN") && !["root", "0"].contains(&owner) => needs_capability("CHOWN"),
                _ => None,
            }
        }
        "iptables" | "ip6tables" | "iptables-restore" | "ip6tables-restore"
            if lacks("NET_ADMIN") && !command.has('V', "version") =>
        {
            needs_capability("NET_ADMIN")
        }
        "ip" if lacks("NET_ADMIN")
            && has_operand(&["add", "del", "set", "replace", "flush"])
            && !has_operand(&["netns"]) =>
        {
            needs_capability("NET_ADMIN")
        }
        "modprobe" | "insmod" if lacks("SYS_MODULE") => needs_capability("SYS_MODULE"),
        "mount" if lacks("SYS_ADMIN") && command.operands().count() > 1 => needs_capability("SYS_ADMIN"),
        "swapoff" | "swapon" if lacks("SYS_ADMIN") => needs_capability("SYS_ADMIN"),
        "sysctl" if sets_kernel(command) => needs_privileges("`/proc/sys` is"),
        _ => {
            let written =
                command.outputs.iter().filter_map(|(path, _)| path.as_deref()).find_map(|path| {
                    let folder =
                        ["/proc/sys", "/sys/kernel"].into_iter().find(|folder| path.starts_with(folder))?;
                    // The node's folder, mounted there, can be written.
                    volume_at(pod.workload, container, path).is_none().then_some(folder)
                })?;
            needs_privileges(&format!("`{written}` is"))
        }
    }
}

/// Whether a command changes the root of an emptyDir, which always belongs to root.
fn takes_from_root(pod: &Pod<'_>, container: &Container, command: &PlainCommand) -> bool {
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    command.operands().any(|path| {
        let is_root = |mount: &&Node| {
            let place = mount.get("mountPath").and_then(Node::as_text).unwrap_or_default();
            place.trim_end_matches('/') == path.trim_end_matches('/') && mount.get("subPath").is_none()
        };
        path.starts_with('/')
            && mounts.iter().any(|mount| is_root(&mount))
            && volume_at(pod.workload, container, path)
                .is_some_and(|volume| volume.fields.get("emptyDir").is_some())
    })
}

/// The owner that a `chown` sets, if it is known and is a user.
fn new_owner(command: &PlainCommand) -> Option<&str> {
    let words = command.words.iter().skip(1);
    let owner =
        words.into_iter().find(|word| word.as_ref().is_none_or(|word| !word.starts_with('-')))?.as_deref()?;
    let user = owner.split([':', '.']).next().filter(|user| !user.is_empty())?;
    (!command.arguments().any(|word| word.starts_with("--reference"))).then_some(user)
}

/// Whether a `sysctl` changes a setting of the node's kernel.
fn sets_kernel(command: &PlainCommand) -> bool {
    let assigns = || command.written.iter().skip(1).any(|word| word.contains('='));
    (command.has('w', "write") || assigns()) && command.written.len() > 1
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::MissingRights;

    fn step(context: &str, script: &str) -> String {
        format!(
            "pod p {{ volume v; step s {{ image \"a:1\"; securityContext {{ {context} }}; script \"{script}\"; mounts v at /v }}; app b {{ image \"b:1\"; mounts v at /v }} }}"
        )
    }

    #[test]
    fn rights_are_those_of_the_container() {
        let shown = found(
            CODE,
            [
                step("runAsUser 1000", "apt-get install -y curl"),
                step("runAsUser 1000", "chown -R 999:999 /v"),
                step("runAsUser 1000", "chown -R 1000:1000 /v/"),
                step("runAsUser 0; capabilities { drop [\"ALL\"] }", "chown 999 /v"),
                step("runAsUser 0", "sysctl -w vm.max_map_count=262144"),
                step("", "iptables -t nat -A OUTPUT -p tcp -j REDIRECT"),
                step("", "echo never > /sys/kernel/mm/transparent_hugepage/enabled"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …unAsUser 1000 }; script "«apt-get install -y curl»"; mounts v at /v }; app…
          `apt-get` fails in `s`: it needs root, and user 1000 is not
        …unAsUser 1000 }; script "«chown -R 999:999 /v»"; mounts v at /v }; app…
          `chown` fails in `s`: it needs root, and user 1000 is not
        …unAsUser 1000 }; script "«chown -R 1000:1000 /v/»"; mounts v at /v }; app…
          `chown` fails in `s`: an emptyDir belongs to root, and user 1000 cannot take it over
        …rop ["ALL"] } }; script "«chown 999 /v»"; mounts v at /v }; app…
          `chown` fails in `s`: it needs the capability `CHOWN`
        …{ runAsUser 0 }; script "«sysctl -w vm.max_map_count=262144»"; mounts v at /v }; app…
          `sysctl` fails in `s`: `/proc/sys` is read-only in a container that is not privileged
        …ityContext {  }; script "«iptables -t nat -A OUTPUT -p tcp -j REDIRECT»"; mounts v at /v }; app…
          `iptables` fails in `s`: it needs the capability `NET_ADMIN`
        …ityContext {  }; script "«echo never > /sys/kernel/mm/transparent_hugepage/enabled»"; mounts v at /v }; app…
          `echo` fails in `s`: `/sys/kernel` is read-only in a container that is not privileged
        "#);
    }

    #[test]
    fn rights_that_may_be_there_are_fine() {
        for (context, script) in [
            ("privileged true", "sysctl -w vm.max_map_count=262144"),
            ("runAsUser 0", "apt-get install -y curl"),
            ("runAsUser 1000", "chown -R 1000 /v/own"),
            ("runAsUser 1000", "chown -R 999 /v || true"),
            ("runAsUser 1000", "sudo apt-get install -y curl"),
            ("capabilities { drop [\"ALL\"]; add [\"CHOWN\"] }", "chown 999 /v"),
            ("capabilities { add [\"NET_ADMIN\"] }", "iptables -t nat -L"),
            ("", "sysctl -n vm.max_map_count"),
            ("", "mount"),
            ("", "chown 999 /v"),
        ] {
            passes(CODE, &step(context, script));
        }
    }
}
