#![doc = include_str!("../../diagnostic/explain/unshared-processes.md")]

use super::image;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::shell::base_name;
use crate::model::Container;

/// Programs that look for processes by their names.
const SEEKERS: [&str; 4] = ["pkill", "killall", "pidof", "pgrep"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let is_shared = |field| pod.workload.pod.spec.get(field).is_some_and(|set| set.as_bool() != Some(false));
    if is_shared("shareProcessNamespace") || is_shared("hostPID") {
        return;
    }
    for (container, place, script) in pod.all_scripts(&SEEKERS) {
        let sought = script.commands.iter().find_map(|command| {
            if !SEEKERS.contains(&command.program()) || script.handles_failure(command) {
                return None;
            }
            let name = base_name(command.operands().last()?);
            let others = pod.containers().filter(|(_, other)| other.name.span != container.name.span);
            let owner = others.map(|(_, other)| other).find(|other| program(other) == Some(name))?;
            let is_own = program(container) == Some(name) || script.runs(name).next().is_some();
            (!is_own).then_some((command, name, owner))
        });
        let Some((command, name, owner)) = sought else { continue };
        found.push(
            Diagnostic::warning(
                Code::UnsharedProcesses,
                pod.place(script, command),
                format!(
                    "{} looks for the process `{name}`, which runs in `{}`",
                    place.of(container),
                    owner.name.text
                ),
            )
            .here("finds only processes of its own container")
            .label(
                owner.name.span,
                format!("has processes of its own, which `{}` does not see", container.name.text),
            )
            .help("add `shareProcessNamespace true` to the pod"),
        );
    }
}

/// The name of a container's main process, if the source tells.
fn program(container: &Container) -> Option<&str> {
    let command = container.fields.get("command").and_then(|words| words.items().first());
    match command {
        Some(word) => word.as_text().map(base_name),
        None => image(container).map(|(name, ..)| base_name(name)),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes};

    const CODE: Code = Code::UnsharedProcesses;

    fn pod(spec: &str, script: &str) -> String {
        format!(
            "pod p {{ {spec} app nginx {{ image \"nginx:1.29\" }}; app b {{ image \"b:1\"; script \"{script}\" }} }}"
        )
    }

    #[test]
    fn processes_belong_to_a_container() {
        let shown = found(CODE, [pod("", "pkill -HUP nginx"), pod("", "kill -HUP $(pidof nginx)")]);
        insta::assert_snapshot!(shown, @r#"
        …b { image "b:1"; script "«pkill -HUP nginx»" } }
          the app `b` looks for the process `nginx`, which runs in `nginx`
        …:1"; script "kill -HUP $(«pidof nginx»)" } }
          the app `b` looks for the process `nginx`, which runs in `nginx`
        "#);
        for text in [
            pod("shareProcessNamespace true;", "pkill -HUP nginx"),
            pod("", "pkill -HUP nginx || true"),
            pod("", "nginx & pkill -HUP nginx"),
            pod("", "pkill -HUP haproxy"),
        ] {
            passes(CODE, &text);
        }
    }
}
