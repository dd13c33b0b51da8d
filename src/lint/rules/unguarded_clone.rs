#![doc = include_str!("../../diagnostic/explain/unguarded-clone.md")]

use super::volume_at;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::lint::files::{FileChange, changes};
use crate::lint::rerun::Leftover;
use crate::steps::StepKind;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["clone"]) {
        let changes = changes(step, script);
        let clones = changes.iter().filter(|change| change.command.program() == "git");
        for FileChange { at, command, path: folder, .. } in clones {
            if command.tested || !script.fails_with(command) {
                continue;
            }
            let Some(volume) = volume_at(pod.workload, step, folder) else { continue };
            let cleared = &script.commands[..*at];
            if cleared.iter().any(|before| before.program() == "rm" && before.has('r', "recursive")) {
                continue;
            }
            let Some(when) = pod.runs_again(step, Leftover::Volume(volume)) else { continue };
            let diagnostic = Diagnostic::warning(
                Code::UnguardedClone,
                pod.place(script, command),
                format!("the step `{}` cannot run twice: it clones into `{folder}`", step.name.text),
            )
            .here("fails if the folder has files")
            .label(volume.span, format!("keeps its files, and the step {when}"));
            let otherwise = "use the built-in `clone`, or clone into a new folder and rename it afterwards";
            found.push(pod.offering(StepKind::Clone, step, diagnostic, otherwise));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn the_program_may_be_the_entrypoint_of_the_image() {
        let pod = |image: &str| {
            format!(
                "pod p {{ volume v; step s {{ image \"{image}\"; args [\"clone\", \"https://a/b\", \"/v\"]; mounts v at /v }}; app b {{ image \"b:1\"; mounts v at /v }} }}"
            )
        };
        let shown = found(Code::UnguardedClone, [pod("alpine/git:2.47.2")]);
        insta::assert_snapshot!(shown, @r#"
        …lpine/git:2.47.2"; args [«"clone", "https://a/b", "/v"»]; mounts v at /v }; app…
          the step `s` cannot run twice: it clones into `/v`
        "#);
        passes(Code::UnguardedClone, &pod("registry.acme.dev/cloner:1"));
    }

    #[test]
    fn only_files_that_survive_a_restart_matter() {
        let shown = found(Code::UnguardedClone, [step("git -c a=b clone --depth 1 https://a/b /v/c")]);
        insta::assert_snapshot!(shown, @r"
        «git -c a=b clone --depth 1 https://a/b /v/c»
          the step `s` cannot run twice: it clones into `/v/c`
        ");
        found(Code::UnguardedClone, [step("cd /v && git clone https://a/b.git && chmod -R a+r b")]);
        passes(Code::UnguardedClone, &step("git clone https://a/b /tmp/c"));
        passes(Code::UnguardedClone, &step("[ -d /v/c ] || git clone https://a/b /v/c"));
        passes(Code::UnguardedClone, &step("rm -rf /v/c; git clone https://a/b /v/c"));
        passes(Code::UnguardedClone, &step("if [ ! -d /v/c ]; then git clone https://a/b /v/c; fi"));
    }
}
