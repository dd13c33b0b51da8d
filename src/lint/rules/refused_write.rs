#![doc = include_str!("../../diagnostic/explain/refused-write.md")]

mod images;

use super::variables;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::{FileChange, FileEffect, WRITERS, changes, inside, mount_at};
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::{OnFailure, ShellScript};
use crate::model::{Container, Volume};
use crate::object::Node;
use crate::source::Span;

/// The sources of volumes that nobody can write to.
const READ_ONLY: [&str; 5] = ["configMap", "secret", "projected", "downwardAPI", "image"];

/// The files outside volumes that the kubelet gives to each container.
const OF_KUBELET: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if !pod.containers().any(|(_, container)| refuses(pod, container)) {
        return;
    }
    let mut reported = Vec::new();
    for (container, place, script) in pod.all_scripts(&WRITERS) {
        if reported.contains(&container.span) || !refuses(pod, container) {
            continue;
        }
        let changes = changes(container, script);
        let refused = changes.iter().find_map(|change| of_change(pod, container, place, script, change));
        if let Some(refused) = refused {
            reported.push(container.span);
            found.push(refused);
        }
    }
    for (at, container) in pod.containers().filter(|(_, container)| !reported.contains(&container.span)) {
        let script = pod.scripts[at].as_ref().and_then(|script| script.get());
        found.extend(images::warning(pod, container, script));
    }
}

/// Whether something that a container could write to refuses it.
fn refuses(pod: &Pod<'_>, container: &Container) -> bool {
    read_only_root(container).is_some()
        || (0..container.mounts.len()).any(|mount| refusal(pod, container, mount).is_some())
}

/// The place where a container's root file system is made read-only.
fn read_only_root(container: &Container) -> Option<Span> {
    let set = container.fields.at("securityContext.readOnlyRootFilesystem")?;
    (set.as_bool() == Some(true)).then_some(set.span)
}

/// Why a mount refuses every write, with the place that says so.
fn refusal(pod: &Pod<'_>, container: &Container, at: usize) -> Option<(&'static str, Span)> {
    let mount = &container.mounts[at];
    let node = container.fields.get("volumeMounts")?.items().get(at)?;
    let volume: &Volume = pod.workload.volumes.get(mount.index?)?;
    let is_true = |node: &Node| node.as_bool() == Some(true);
    if let Some(source) = READ_ONLY.iter().find(|source| volume.fields.get(source).is_some()) {
        let why = match *source {
            "configMap" => "the files of a ConfigMap are read-only",
            "secret" => "the files of a Secret are read-only",
            "image" => "the files of an image are read-only",
            _ => "its files are read-only",
        };
        return Some((why, volume.span));
    }
    if node.get("readOnly").is_some_and(is_true) {
        return Some(("mounted read-only", mount.span));
    }
    let mut sources = volume.fields.entries().iter();
    let read_only = sources.find_map(|entry| entry.node.get("readOnly").filter(|node| is_true(node)));
    read_only.map(|node| ("the volume is read-only", node.span))
}

fn of_change(
    pod: &Pod<'_>,
    container: &Container,
    place: ScriptPlace,
    script: &ShellScript<'_>,
    change: &FileChange<'_>,
) -> Option<Diagnostic> {
    let (command, path) = (change.command, change.path.as_str());
    // What an earlier run left cannot be told from what the image has.
    let may_be_idle = matches!(change.effect, FileEffect::Remove | FileEffect::Folder);
    if may_be_idle || command.tested || command.on_failure == OnFailure::GoOn || path.contains('*') {
        return None;
    }
    // With `TMPDIR`, `mktemp` writes elsewhere.
    if command.program() == "mktemp" && variables(container).any(|(name, ..)| name == "TMPDIR") {
        return None;
    }
    let span = pod.place(script, command);
    let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let Some(mounted) = mount_at(container, path) else {
        let is_left_alone = OF_KUBELET.contains(&path) || change.effect == FileEffect::MoveAway;
        let root = read_only_root(container).filter(|_| !is_left_alone)?;
        return Some(of_root(pod, container, place, path, span, root));
    };
    let at = nodes.iter().position(|node| std::ptr::eq(node, mounted))?;
    let (why, because) = refusal(pod, container, at)?;
    let volume = &container.mounts[at].volume.text;
    let does = if change.effect == FileEffect::MoveAway { "moves" } else { "writes" };
    let headline = format!("{} {does} `{path}`, but `{volume}` is read-only there", place.of(container));
    let folder = mounted.get("mountPath").and_then(Node::as_text).unwrap_or(path);
    let help = if why == "mounted read-only" {
        format!("let it write: `updates {volume} at {folder}`")
    } else {
        format!(
            "let a step copy the files into a `volume` of the pod's own, change them there, and mount that one at `{folder}`"
        )
    };
    Some(
        Diagnostic::warning(Code::RefusedWrite, span, headline)
            .here("fails at every start")
            .label(because, why)
            .help(help),
    )
}

/// A warning about a write outside every volume.
fn of_root(
    pod: &Pod<'_>,
    container: &Container,
    place: ScriptPlace,
    path: &str,
    span: Span,
    root: Span,
) -> Diagnostic {
    let name = &container.name.text;
    let headline = format!("{} writes `{path}`, but its root file system is read-only", place.of(container));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let of_image = ["/etc", "/usr", "/bin", "/sbin", "/lib", "/opt", "/var/lib"];
    let hides = folder.is_empty() || of_image.iter().any(|of_image| inside(folder, of_image).is_some());
    let help = if hides {
        "write to a volume, or set `readOnlyRootFilesystem false`".to_owned()
    } else {
        let known = pod.workload.volumes.iter().any(|volume| volume.name.text == "tmp");
        let volume = if known { "work" } else { "tmp" };
        format!("add `volume {volume}` to the workload, and `mounts {volume} at {folder}` to `{name}`")
    };
    Diagnostic::warning(Code::RefusedWrite, span, headline)
        .here("is in no volume, so this fails")
        .label(root, "makes all else read-only")
        .help(help)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::RefusedWrite;

    fn pod(step: &str) -> String {
        format!(
            "pod p {{\n  volume conf configmap \"conf\"\n  volume v\n  step s {{ image \"a:1\"; {step} }}\n  app b {{ image \"b:1\"; reads conf at /conf; mounts v at /v }}\n}}"
        )
    }

    fn mounted(script: &str) -> String {
        pod(&format!("script '''\n    {script}\n  '''\n  reads conf at /conf; mounts v at /v"))
    }

    fn rooted(script: &str) -> String {
        pod(&format!(
            "script '''\n    {script}\n  '''\n  securityContext {{ readOnlyRootFilesystem true }}; mounts v at /v; mounts v at /tmp sub \"tmp\""
        ))
    }

    #[test]
    fn read_only_volumes_refuse() {
        let shown = found(
            CODE,
            [
                mounted("sed -i \"s/a/$B/\" /conf/server.properties"),
                mounted("cd /conf && echo a >> server.properties"),
                mounted("curl -fsSLo /conf/a https://a.acme.dev/a"),
                mounted("chown -R 1000 /conf"),
                mounted("cp -r /v/a /v/b /conf/"),
                mounted("mv /conf/a /v/a"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        «sed -i "s/a/$B/" /conf/server.properties»
          the step `s` writes `/conf/server.properties`, but `conf` is read-only there
        cd /conf && «echo a >> server.properties»
          the step `s` writes `/conf/server.properties`, but `conf` is read-only there
        «curl -fsSLo /conf/a https://a.acme.dev/a»
          the step `s` writes `/conf/a`, but `conf` is read-only there
        «chown -R 1000 /conf»
          the step `s` writes `/conf`, but `conf` is read-only there
        «cp -r /v/a /v/b /conf/»
          the step `s` writes `/conf`, but `conf` is read-only there
        "#);
        for script in [
            "sed -i s/a/b/ /conf/a || true",
            "[ -w /conf ] && cp /v/a /conf/a",
            "cp /conf/a /v/a",
            "sed s/a/b/ /conf/a > /v/a",
            "rm -f /conf/a",
            "tar -cf - /conf | cat > /v/a",
            "curl -s -o /dev/null http://a/",
        ] {
            passes(CODE, &mounted(script));
        }
    }

    #[test]
    fn a_read_only_root_refuses_all_but_volumes() {
        let shown = found(
            CODE,
            [
                rooted("app zk get /a > /work/a"),
                rooted("mkdir /work"),
                rooted("apk add --no-cache curl"),
                rooted("wget https://a.acme.dev/a.tgz -O /work/a.tgz"),
                rooted("git clone https://a.acme.dev/a.git /srv/a"),
            ],
        );
        insta::assert_snapshot!(shown, @r"
        «app zk get /a > /work/a»
          the step `s` writes `/work/a`, but its root file system is read-only
        «mkdir /work»
          the step `s` writes `/work`, but its root file system is read-only
        «apk add --no-cache curl»
          the step `s` writes `/lib/apk`, but its root file system is read-only
        «wget https://a.acme.dev/a.tgz -O /work/a.tgz»
          the step `s` writes `/work/a.tgz`, but its root file system is read-only
        «git clone https://a.acme.dev/a.git /srv/a»
          the step `s` writes `/srv/a`, but its root file system is read-only
        ");
        for script in ["echo a > /tmp/a", "mkdir -p /work", "echo a > /dev/null", "echo a >&2", "tee /v/a"] {
            passes(CODE, &rooted(script));
        }
    }

    #[test]
    fn some_images_write_when_they_start() {
        let web = |more: &str| {
            format!(
                "pod p {{ volume v; app web {{ image \"nginx:1.29\"; securityContext {{ readOnlyRootFilesystem true }}; {more} }} }}"
            )
        };
        insta::assert_snapshot!(found(CODE, [web("mounts v at /var/run")]), @r#"
        …olume v; app web { image «"nginx:1.29"»; securityContext { read…
          the app `web` writes `/var/cache/nginx/client_temp`, but its root file system is read-only
        "#);
        passes(CODE, &web("mounts v at /var/cache/nginx; mounts v at /var/run sub \"run\""));
        passes(CODE, &web("run \"nginx -c /v/nginx.conf\"; mounts v at /v"));
    }
}
