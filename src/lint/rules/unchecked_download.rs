//! # unchecked-download
//! A step keeps whatever a server answers, an error page too.
//!
//! Without `-f`, `curl` takes a 404 or a 502 for a success and writes the page into the file: the application then loads HTML as a plugin. With `-f` it fails, and the step is tried again. The built-in `fetch` also checks the sum, and puts the file to its place only when it is whole. The fix adds `-f`; it is for a look, since a script may want the body of an error.
//!
//! ```initflow fails
//! pod shop {
//!   volume plugins
//!   step download {
//!     image "curlimages/curl:8.17.0"
//!     run "curl -sSL -o /plugins/pay.jar https://repo.acme.dev/pay.jar"
//!     writes plugins at /plugins
//!   }
//!   app web {
//!     image "nginx:1.29"
//!     reads plugins at /srv
//!   }
//! }
//! ```
//!
//! ```initflow
//! pod shop {
//!   volume plugins
//!   fetch download {
//!     from "https://repo.acme.dev/pay.jar"
//!     into plugins "pay.jar"
//!   }
//!   app web {
//!     image "nginx:1.29"
//!     reads plugins at /srv
//!   }
//! }
//! ```

use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::Pod;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps() {
        for command in script.runs("curl") {
            let written = |file: &str| !["/dev/null", "-", "/dev/stdout", "/dev/stderr"].contains(&file);
            let kept = command.has('O', "remote-name")
                || command.has('o', "output")
                || command.outputs.iter().any(|(file, _)| file.as_deref().is_none_or(written));
            let dropped = command.arguments().any(|word| word.ends_with("/dev/null"));
            let checked = command.has('f', "fail")
                || command.has('w', "write-out")
                || command.has('\0', "fail-with-body");
            // What options come out of a variable, nobody knows.
            let known =
                command.words.iter().zip(&command.written).all(|(word, written)| {
                    word.is_some() || written.contains('/') || written.starts_with('"')
                });
            if !kept || dropped || checked || !known {
                continue;
            }
            let place = pod.place(script, command);
            let mut diagnostic = Diagnostic::warning(
                "unchecked-download",
                place,
                format!("the step `{}` keeps the page of an error as the file", step.name.text),
            )
            .here("`curl` succeeds whatever the server answers")
            .help("add `-f`, or use the built-in `fetch`, which checks the sum and renames what is whole");
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
    use crate::lint::tests::{finds, passes, step};

    #[test]
    fn what_is_kept_is_checked() {
        finds("unchecked-download", &step("curl -sL https://a/b -o /v/b"));
        finds("unchecked-download", &step("curl https://a/b > /v/b"));
        passes("unchecked-download", &step("curl -fsSL https://a/b -o /v/b"));
        passes("unchecked-download", &step("curl --fail https://a/b -o /v/b"));
        passes("unchecked-download", &step("curl https://a/health"));
        passes("unchecked-download", &step("curl -o /dev/null -w '%{http_code}' https://a/health"));
        passes("unchecked-download", &step("curl $OPTIONS -o /v/b https://a/b"));
    }
}
