#![doc = include_str!("../../diagnostic/explain/hidden-program.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::{changes, inside, mount_at};
use crate::lint::shell::PlainCommand;
use crate::model::{Direction, Storage};
use crate::object::Node;

/// Programs that run a file.
const INTERPRETERS: [&str; 10] =
    ["bash", "java", "node", "perl", "php", "python", "python3", "ruby", "sh", "deno"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (at, container) in pod.containers().filter(|(_, container)| container.built_in.is_none()) {
        let scratch: Vec<usize> =
            (0..container.mounts.len()).filter(|mount| is_own(pod, at, *mount)).collect();
        if scratch.is_empty() {
            continue;
        }
        let Some(script) = pod.script(at, &["/"]) else { continue };
        let nodes = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
        let made = changes(container, script);
        let hidden = script.commands.iter().find_map(|command| {
            let path = program_path(command).filter(|_| !command.tested)?;
            let mounted = mount_at(container, path)?;
            let mount = scratch
                .iter()
                .copied()
                .find(|mount| nodes.get(*mount).is_some_and(|node| std::ptr::eq(node, mounted)))?;
            let folder = mounted.get("mountPath").and_then(Node::as_text)?;
            let is_filled = made.iter().any(|change| inside(&change.path, folder).is_some());
            (!is_filled).then_some((command, path, folder, mount))
        });
        let Some((command, path, folder, mount)) = hidden else { continue };
        let mount = &container.mounts[mount];
        let headline = format!(
            "the {} `{}` runs `{path}`, which the empty volume `{}` hides",
            container.role.name(),
            container.name.text,
            mount.volume.text
        );
        found.push(
            Diagnostic::warning(Code::HiddenProgram, pod.place(script, command), headline)
                .here("is not there")
                .label(mount.span, format!("nothing writes to this volume, which replaces `{folder}` of the image"))
                .help(format!("mount the volume at another path than `{folder}`, or let a step copy the files of the image into it")),
        );
    }
}

/// Whether a mount is of scratch space that no other container mounts.
fn is_own(pod: &Pod<'_>, container: usize, mount: usize) -> bool {
    let Some(index) = pod.workload.containers[container].mounts[mount].index else { return false };
    let is_scratch = pod
        .workload
        .volumes
        .get(index)
        .is_some_and(|volume| matches!(volume.storage, Storage::Scratch | Storage::Memory));
    is_scratch
        && pod.containers().all(|(at, other)| {
            at == container
                || other
                    .mounts
                    .iter()
                    .all(|mount| mount.index != Some(index) || mount.direction == Direction::Reads)
        })
}

/// The absolute path of the file that a command runs.
fn program_path(command: &PlainCommand) -> Option<&str> {
    let program = command.word(0)?;
    if program.starts_with('/') && !INTERPRETERS.contains(&command.program()) {
        return Some(program);
    }
    let file = command.arguments().find(|word| !word.starts_with('-'))?;
    let is_run = INTERPRETERS.contains(&command.program())
        && command.arguments().all(|word| word != "-c" && word != "-e");
    Some(file).filter(|file| is_run && file.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::HiddenProgram;

    fn pod(app: &str) -> String {
        format!("pod p {{ volume v; volume c claim \"c\"; app b {{ image \"b:1\"; {app} }} }}")
    }

    #[test]
    fn an_empty_volume_hides_what_the_image_has() {
        let shown = found(
            CODE,
            [
                pod("run \"/app/server --port 80\"; mounts v at /app"),
                pod("run \"java -jar /app/lib/shop.jar\"; mounts v at /app"),
                pod("script 'cd /app && exec node /app/server.js'; mounts v at /app"),
            ],
        );
        insta::assert_snapshot!(shown, @r#"
        …app b { image "b:1"; run «"/app/server --port 80"»; mounts v at /app } }
          the app `b` runs `/app/server`, which the empty volume `v` hides
        …app b { image "b:1"; run «"java -jar /app/lib/shop.jar"»; mounts v at /app } }
          the app `b` runs `/app/lib/shop.jar`, which the empty volume `v` hides
        …b:1"; script 'cd /app && «exec node /app/server.js»'; mounts v at /app } }
          the app `b` runs `/app/server.js`, which the empty volume `v` hides
        "#);
        passes(CODE, &pod("run \"/app/server\"; mounts v at /app/cache"));
        passes(CODE, &pod("run \"/app/server\"; mounts c at /app"));
        passes(CODE, &pod("run \"server --data /app/x\"; mounts v at /app"));
        passes(CODE, &pod("script 'cp -r /src/. /app; /app/server'; mounts v at /app"));
        let step = "step s { image \"a:1\"; run \"fill /v\"; writes v at /v }; app b";
        passes(CODE, &pod("run \"/app/server\"; reads v at /app").replace("app b", step));
    }
}
