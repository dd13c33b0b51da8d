#![doc = include_str!("../../diagnostic/explain/unchecked-download.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::lint::Pod;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["curl"]) {
        for command in script.runs("curl") {
            let written = |file: &str| !["/dev/null", "-", "/dev/stdout", "/dev/stderr"].contains(&file);
            let kept = command.has('O', "remote-name")
                || command.has('o', "output")
                || command.outputs.iter().any(|(file, _)| file.as_deref().is_none_or(written));
            let dropped = command.arguments().any(|word| word.ends_with("/dev/null"));
            let checked = command.has('f', "fail")
                || command.has('w', "write-out")
                || command.has('\0', "fail-with-body");
            // A variable may contain any options.
            let known =
                command.words.iter().zip(&command.written).all(|(word, written)| {
                    word.is_some() || written.contains('/') || written.starts_with('"')
                });
            if !kept || dropped || checked || !known {
                continue;
            }
            let place = pod.place(script, command);
            let mut diagnostic = Diagnostic::warning(
                Code::UncheckedDownload,
                place,
                format!(
                    "the step `{}` saves an error page as the file if the server answers with an error",
                    step.name.text
                ),
            )
            .here("without `-f`, `curl` succeeds even if the server answers with an error")
            .help(
                "add `-f`, or use the built-in `fetch`, which checks the sum and renames only complete files",
            );
            if place != script.span
                && let Some(at) = pod.sources.slice(place).find("curl ")
            {
                let start = place.start + u32::try_from(at + "curl".len()).unwrap_or_default();
                let after = crate::source::Span { start, end: start, ..place };
                diagnostic = diagnostic.fix("add `-f`", after, " -f", Applicability::Unsafe);
            }
            found.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::{found, passes, step};

    #[test]
    fn kept_downloads_are_checked() {
        let shown = found(
            Code::UncheckedDownload,
            [step("curl -sL https://a/b -o /v/b"), step("curl https://a/b > /v/b")],
        );
        insta::assert_snapshot!(shown, @r"
        «curl -sL https://a/b -o /v/b»
          the step `s` saves an error page as the file if the server answers with an error
          fix (unsafe): add `-f`
          - curl -sL https://a/b -o /v/b
          + curl -f -sL https://a/b -o /v/b
        «curl https://a/b > /v/b»
          the step `s` saves an error page as the file if the server answers with an error
          fix (unsafe): add `-f`
          - curl https://a/b > /v/b
          + curl -f https://a/b > /v/b
        ");
        passes(Code::UncheckedDownload, &step("curl -fsSL https://a/b -o /v/b"));
        passes(Code::UncheckedDownload, &step("curl --fail https://a/b -o /v/b"));
        passes(Code::UncheckedDownload, &step("curl https://a/health"));
        passes(Code::UncheckedDownload, &step("curl -o /dev/null -w '%{http_code}' https://a/health"));
        passes(Code::UncheckedDownload, &step("curl $OPTIONS -o /v/b https://a/b"));
    }
}
