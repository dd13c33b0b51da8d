#![doc = include_str!("../../diagnostic/explain/busybox-nslookup.md")]

use super::image;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::steps::StepKind;

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    for (step, script) in pod.steps(&["nslookup"]) {
        if image(step).is_none_or(|(name, ..)| name.rsplit('/').next() != Some("busybox")) {
            continue;
        }
        // A fully qualified name needs no search domains.
        let short = script.runs("nslookup").find(|command| {
            command
                .operands()
                .next()
                .is_some_and(|name| !name.ends_with('.') && name.matches('.').count() < 3)
        });
        let Some(command) = short else { continue };
        let diagnostic = Diagnostic::warning(
            Code::BusyboxNslookup,
            pod.place(script, command),
            format!("the step `{}` looks up a short name with BusyBox's `nslookup`", step.name.text),
        )
        .here("may ignore the pod's search domains");
        let otherwise =
            "use the built-in `wait` with `dns \"NAME\"`, or `getent hosts NAME` in another image";
        found.push(pod.offering(StepKind::Wait, step, diagnostic, otherwise));
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::lint::tests::passes;

    #[test]
    fn other_images_and_full_names_are_allowed() {
        let pod = |image: &str, name: &str| {
            format!(
                "pod p {{ step s {{ image \"{image}\"; run \"nslookup {name}\" }}; app b {{ image \"b:1\" }} }}"
            )
        };
        passes(Code::BusyboxNslookup, &pod("alpine:3.22", "db"));
        passes(Code::BusyboxNslookup, &pod("busybox:1.37", "db.shop.svc.cluster.local"));
    }
}
