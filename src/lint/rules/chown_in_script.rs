#![doc = include_str!("../../diagnostic/explain/chown-in-script.md")]

use super::volume_at;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::steps::StepKind;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["chown"]) {
        for command in script.runs("chown").filter(|command| command.has('R', "recursive")) {
            // The first operand is the owner.
            let owned = command
                .operands()
                .skip(1)
                .find_map(|path| Some((path, volume_at(pod.workload, step, path)?)));
            let Some((path, volume)) = owned else { continue };
            // The kubelet does not change the owner of files on the node or on a network share, and those of objects are
            // read-only.
            let kinds = [
                "hostPath",
                "nfs",
                "cephfs",
                "glusterfs",
                "configMap",
                "secret",
                "projected",
                "downwardAPI",
                "image",
            ];
            if kinds.into_iter().any(|kind| volume.fields.get(kind).is_some()) {
                continue;
            }
            let diagnostic = Diagnostic::warning(
                Code::ChownInScript,
                pod.place(script, command),
                format!("the step `{}` changes the owner of everything in `{path}`", step.name.text),
            )
            .here("needs root, and runs at each start")
            .label(volume.span, "the kubelet can make this writable for a group")
            .help("add `securityContext { fsGroup …; fsGroupChangePolicy OnRootMismatch }` to the workload");
            let otherwise = "use the built-in `own`, which takes only the rights that it needs";
            found.push(pod.offering(StepKind::Own, step, diagnostic, otherwise));
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn only_volumes_are_reported() {
        let shown = found(Code::ChownInScript, [step("chown -Rv 1000 /v/data")]);
        insta::assert_snapshot!(shown, @r"
        «chown -Rv 1000 /v/data»
          the step `s` changes the owner of everything in `/v/data`
        ");
        passes(Code::ChownInScript, &step("chown -R 1000 /opt"));
        passes(Code::ChownInScript, &step("chown 1000 /v/data"));
    }
}
