#![doc = include_str!("../../diagnostic/explain/piped-download.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::steps::StepKind;

/// Programs that act on their input at once.
const CONSUMERS: [&str; 9] = ["tar", "sh", "bash", "unzip", "bsdtar", "psql", "mysql", "gunzip", "cpio"];

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["curl", "wget"]).filter(|(_, script)| !script.pipefail) {
        let downloads =
            script.commands.iter().filter(|command| ["curl", "wget"].contains(&command.program()));
        for command in downloads {
            let mut next = command.pipes_to;
            while let Some(at) = next {
                let consumer = &script.commands[at];
                if CONSUMERS.contains(&consumer.program()) {
                    let diagnostic = Diagnostic::warning(
                        Code::PipedDownload,
                        pod.place(script, command),
                        format!(
                            "the step `{}` pipes a download to `{}` before it is complete",
                            step.name.text,
                            consumer.program()
                        ),
                    )
                    .here("the pipe hides a failed download");
                    let otherwise =
                        "use the built-in `fetch` with `unpack`, or save the file first and check its sum";
                    found.push(pod.offering(StepKind::Fetch, step, diagnostic, otherwise));
                    break;
                }
                next = consumer.pipes_to;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn pipes_are_followed() {
        let shown = found(
            Code::PipedDownload,
            [
                step("curl -fsSL https://a/b.tgz | gzip -d | tar -x -C /v"),
                step("curl -fsSL https://a/install.sh | sh"),
            ],
        );
        insta::assert_snapshot!(shown, @r"
        «curl -fsSL https://a/b.tgz |» gzip -d | tar -x -C /v
          the step `s` pipes a download to `tar` before it is complete
        «curl -fsSL https://a/install.sh |» sh
          the step `s` pipes a download to `sh` before it is complete
        ");
        passes(Code::PipedDownload, &step("curl -fsS https://a/b | grep ready"));
        passes(Code::PipedDownload, &step("set -eo pipefail; curl -fsSL https://a/b.tgz | tar -x -C /v"));
        passes(Code::PipedDownload, &step("curl -fsSL -o /v/b https://a/b.tgz; tar -xf /v/b"));
    }
}
