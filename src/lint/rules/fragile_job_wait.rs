//! # fragile-job-wait
//! A step waits for a Job by `kubectl wait`.
//!
//! `kubectl wait --for=condition=complete` does not end when the Job fails, and fails at once when the Job is not there yet, or when its `ttlSecondsAfterFinished` has deleted it: a pod that starts a day later never gets ready. The built-in `wait` with `job` ends at a failed Job with an error, waits for one that is still to come, and brings the rights that it needs. There is no fix to apply.
//!
//! ```initflow fails
//! deployment shop {
//!   namespace "shop"
//!   pod { serviceAccountName "shop" }
//!   step schema {
//!     image "bitnamilegacy/kubectl:1.33.4"
//!     run "kubectl wait --for=condition=complete job/migrate --timeout=10m"
//!   }
//!   app web { image "nginx:1.29" }
//! }
//! ```
//!
//! ```initflow
//! deployment shop {
//!   namespace "shop"
//!   wait schema {
//!     job "migrate"
//!     timeout 10m
//!   }
//!   app web { image "nginx:1.29" }
//! }
//! ```

use crate::diagnostic::Diagnostic;
use crate::lint::Pod;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps() {
        let waits = script.runs("kubectl").find(|command| {
            command.arguments().any(|word| word == "wait")
                && command.arguments().any(|word| {
                    matches!(word, "job" | "jobs") || word.starts_with("job/") || word.starts_with("jobs/")
                })
        });
        let Some(command) = waits else { continue };
        found.push(
            Diagnostic::warning(
                "fragile-job-wait",
                pod.place(script, command),
                format!("the step `{}` waits for a Job that may have failed or be gone", step.name.text),
            )
            .here("sees neither")
            .help("use a built-in `wait` with `job \"NAME\"`"),
        );
    }
}
