#![doc = include_str!("../../diagnostic/explain/lost-files.md")]

mod idle;

use super::variables;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::{FileChange, FileEffect, WRITERS, changes, has_mount_below, inside, mount_at};
use crate::lint::shell::ShellScript;
use crate::model::{Container, Role, Storage};
use crate::object::Node;
use crate::source::Span;

/// Files that all containers of a pod share, and folders for what nobody else needs.
const SHARED_OR_OWN: [&str; 7] =
    ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/tmp", "/var/tmp", "/run", "/var/run"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let words = [&WRITERS[..], &["ulimit", "npm", "yarn"]].concat();
    for (container, script) in pod.scripts(&words).filter(|(container, _)| container.role != Role::App) {
        let changes = changes(container, script);
        let lost: Vec<&FileChange<'_>> = changes.iter().filter(|change| is_lost(container, change)).collect();
        let missed = lost.iter().find_map(|change| missed(pod, container, script, change, &changes));
        let idle = || idle::warning(pod, container, script, &changes, &lost);
        found.extend(missed.or_else(idle));
    }
}

/// Whether a change is in no volume.
fn is_lost(container: &Container, change: &FileChange<'_>) -> bool {
    !matches!(change.effect, FileEffect::Remove | FileEffect::MoveAway)
        && mount_at(container, &change.path).is_none()
        && !has_mount_below(container, &change.path)
}

/// A warning about files that another container expects.
fn missed(
    pod: &Pod<'_>,
    container: &Container,
    script: &ShellScript<'_>,
    change: &FileChange<'_>,
    changes: &[FileChange<'_>],
) -> Option<Diagnostic> {
    let path = change.path.trim_end_matches(['*', '/']);
    let is_made = !matches!(change.effect, FileEffect::Folder | FileEffect::Attributes | FileEffect::Edit);
    let is_own = SHARED_OR_OWN.iter().any(|folder| inside(path, folder).is_some());
    if !is_made || is_own || change.command.tested || path.matches('/').count() < 2 {
        return None;
    }
    let others = pod.containers().filter(|(_, other)| other.name.text != container.name.text);
    let (other, place) = others.into_iter().find_map(|(_, other)| {
        let used_here = changes.iter().any(|later| {
            later.at > change.at && later.command.arguments().any(|word| inside(word, path).is_some())
        });
        if used_here || makes(pod, other, path) {
            return None;
        }
        let by_mount = || expecting_mount(pod, other, path);
        Some((other, mentioned(other, path).or_else(by_mount)?))
    })?;
    let (name, other) = (&container.name.text, &other.name.text);
    let ends =
        if container.role == Role::Step { "gone when the step ends" } else { "only this container has it" };
    let headline = format!("`{name}` makes `{path}` in no volume, so `{other}` does not see it");
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    Some(
        Diagnostic::warning(Code::LostFiles, pod.place(script, change.command), headline)
            .here(ends)
            .label(place, "expects it here")
            .help(format!(
                "mount one volume at `{folder}`, or at another path, in `{name}` and in `{other}`"
            )),
    )
}

/// Whether a container itself makes what is at a path.
fn makes(pod: &Pod<'_>, container: &Container, path: &str) -> bool {
    let at = pod.workload.containers.iter().position(|other| std::ptr::eq(other, container));
    let script = at.and_then(|at| pod.script(at, &WRITERS));
    script.is_some_and(|script| {
        changes(container, script)
            .iter()
            .any(|change| inside(&change.path, path).is_some() || inside(path, &change.path).is_some())
    })
}

/// Where the command or a variable of a container names a path, if the container itself has no volume there.
fn mentioned(container: &Container, path: &str) -> Option<Span> {
    if mount_at(container, path).is_some() {
        return None;
    }
    let names = |text: &str| {
        text.match_indices(path).any(|(at, _)| {
            let is_part = |next: Option<char>| {
                next.is_some_and(|next| {
                    next.is_alphanumeric() || matches!(next, '/' | '.' | '-' | '_' | '$' | '}')
                })
            };
            let after = text[at + path.len()..].chars().next();
            !is_part(text[..at].chars().next_back()) && (after == Some('/') || !is_part(after))
        })
    };
    let words = ["command", "args"]
        .into_iter()
        .flat_map(|field| container.fields.get(field).map_or(&[][..], Node::items).iter());
    let texts = words.filter_map(|word| Some((word.as_text()?, word.span)));
    let values = variables(container).map(|(_, value, span)| (value, span));
    texts.chain(values).find(|(text, _)| names(text)).map(|(_, span)| span)
}

/// The mount of a volume for files of the pod in which a path is.
fn expecting_mount(pod: &Pod<'_>, container: &Container, path: &str) -> Option<Span> {
    let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let mounted = mount_at(container, path)?;
    let at = nodes.iter().position(|node| std::ptr::eq(node, mounted))?;
    let mount = container.mounts.get(at)?;
    let volume = pod.workload.volumes.get(mount.index?)?;
    matches!(volume.storage, Storage::Scratch | Storage::Memory).then_some(mount.span)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::LostFiles;

    fn pod(script: &str, step: &str, app: &str) -> String {
        format!(
            "pod p {{\n  volume v\n  volume d claim \"d\"\n  step s {{ image \"a:1\"; script '{script}'; {step} }}\n  app b {{ image \"b:1\"; mounts v at /srv; mounts d at /d; {app} }}\n}}"
        )
    }

    #[test]
    fn steps_that_leave_nothing_are_found() {
        let shown = found(
            CODE,
            [
                pod("mkdir -p /wiki/data && git clone https://a.acme.dev/a /wiki/data/a", "", ""),
                pod("apk add --no-cache curl", "", ""),
                pod("cp -r /app/dist/. /html", "", ""),
                pod("npm ci", "", ""),
                pod("ulimit -n 65536", "", ""),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        … 'mkdir -p /wiki/data && «git clone https://a.acme.dev/a /wiki/data/a»';  }
          what the step `s` makes in `/wiki/data/a` is gone when it ends
        …s { image "a:1"; script '«apk add --no-cache curl»';  }
          what the step `s` installs is gone when it ends
        …s { image "a:1"; script '«cp -r /app/dist/. /html»';  }
          what the step `s` makes in `/html` is gone when it ends
        …s { image "a:1"; script '«npm ci»';  }
          what the step `s` installs is gone when it ends
        …s { image "a:1"; script '«ulimit -n 65536»';  }
          the limit that the step `s` sets is gone when it ends
        "#);
        for script in [
            "cp -r /app/dist/. /v",
            "cp /a /tmp/a; upload /tmp/a",
            "curl -o /tmp/a https://a/ && psql -f /tmp/a",
            "until curl -so /tmp/a http://a/; do sleep 1; done",
            "mkdir -p $DATA/a",
            "curl -X POST -o /tmp/answer http://a/",
            "echo hello",
            "git push origin",
            "sysctl -w net.core.somaxconn=1024",
            "cp -r /etc/v /",
        ] {
            passes(CODE, &pod(script, "mounts v at /v", ""));
        }
    }

    #[test]
    fn files_that_another_container_expects_are_found() {
        let shown = found(
            CODE,
            [
                pod("render > /app/conf/a.yaml", "", "run \"serve --config /app/conf/a.yaml\""),
                pod("render > /srv/a.yaml", "", ""),
                pod("render > /app/a.yaml; upload", "", "env { CONFIG \"/app/a.yaml\" }"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …s { image "a:1"; script '«render > /app/conf/a.yaml»';  }
          `s` makes `/app/conf/a.yaml` in no volume, so `b` does not see it
        …s { image "a:1"; script '«render > /srv/a.yaml»';  }
          `s` makes `/srv/a.yaml` in no volume, so `b` does not see it
        …s { image "a:1"; script '«render > /app/a.yaml;» upload';  }
          `s` makes `/app/a.yaml` in no volume, so `b` does not see it
        "#);
        passes(CODE, &pod("render > /app/a.yaml", "mounts v at /app", "run \"serve /app/a.yaml\""));
        passes(CODE, &pod("render > /app/a.yaml", "", "run \"serve /app/a.yaml.bak\""));
        passes(CODE, &pod("render > /srv/a.tgz; tar -xf /srv/a.tgz -C /v", "mounts v at /v", ""));
        passes(CODE, &pod("render > /d/a", "", ""));
    }
}
