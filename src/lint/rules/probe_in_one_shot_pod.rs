#![doc = include_str!("../../diagnostic/explain/probe-in-one-shot-pod.md")]

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::lint::Pod;
use crate::model::Role;

/// The version from which the kubelet restarts such a sidecar (kubernetes#133072). Late patches of 1.33 and 1.34 do, too, but
/// a minor version does not tell.
const MENDED: Version = Version(35);

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    if pod.version >= MENDED {
        return;
    }
    let Some(policy) = pod.workload.pod.spec.get("restartPolicy") else { return };
    if policy.as_text() != Some("Never") {
        return;
    }
    for (_, sidecar) in pod.containers().filter(|(_, container)| container.role == Role::Sidecar) {
        let Some(probe) = sidecar.fields.entry("startupProbe") else { continue };
        let diagnostic = Diagnostic::warning(
            Code::ProbeInOneShotPod,
            sidecar.name.span,
            format!("the pod can hang if the startup probe of `{}` fails", sidecar.name.text),
        )
        .here("not restarted after its startup probe failed")
        .label(probe.key_span, "can fail before the sidecar is up")
        .label(policy.span, "prevents restarts")
        .help("use `restartPolicy OnFailure`");
        let written = pod.sources.slice(policy.span) == "Never";
        found.push(if written {
            diagnostic.fix("use `restartPolicy OnFailure`", policy.span, "OnFailure", Applicability::Unsafe)
        } else {
            diagnostic
        });
    }
}
