//! Checks the names, images and restart policies of containers.
//!
//! Invariant: what only a sidecar or an app can have raises a diagnostic of its own on a step.

use super::report::{Report, filled_entry, items};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::kubernetes::{image, names};
use crate::model::{Container, QualifiedName, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::source::Span;
use std::collections::HashMap;

/// The version from which a feature gate controls the restart policies of containers.
const RESTART_GATE: Version = Version(34);
/// The version from which every container can have a restart policy of its own.
const RESTART_RULES: Version = Version(35);
/// The version from which a step can have a resize policy.
const RESIZABLE_STEPS: Version = Version(34);
/// The version from which a sidecar can have restart rules, because a rule can restart all containers.
const RESTART_ALL: Version = Version(36);

const IMAGE_HELP: &str = "set the image, as in `image \"registry.example.com/name:tag\"`";

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    if !workload.unclear && !workload.containers.iter().any(|container| container.role == Role::App) {
        report.add(
            Diagnostic::error(Code::MissingApp, workload.span, "the workload has no `app`")
                .here("nothing would run after the steps")
                .help("add `app NAME { … }`; a pod needs at least one ordinary container"),
        );
    }
    let mut seen: HashMap<&str, &Container> = HashMap::new();
    for container in &workload.containers {
        report.text_form(&container.name.text, container.name.span, "a container's name", names::label);
        match seen.get(container.name.text.as_str()) {
            Some(first) => report.add(duplicate(
                "container",
                (&container.qualified, container.name.span),
                (&first.qualified, first.name.span),
            )),
            None => drop(seen.insert(&container.name.text, container)),
        }
        image(workload.kind, container, report);
        step(container, report);
        restart(container, report);
    }
}

/// The error about a name that appears twice in a pod.
pub(super) fn duplicate(
    what: &str,
    (name, span): (&QualifiedName, Span),
    (first, first_span): (&QualifiedName, Span),
) -> Diagnostic {
    let in_pod = name.in_pod();
    let error = |headline: String| Diagnostic::error(Code::DuplicateName, span, headline);
    let diagnostic = if name == first {
        error(format!("two {what}s are named `{in_pod}`"))
            .here("the name again")
            .label(first_span, "first used here")
    } else {
        let place = |name: &QualifiedName| match &name.part {
            Some(part) => format!("`{}` of the part `{part}` is `{in_pod}` in the pod", name.name),
            None => format!("`{in_pod}` of the workload"),
        };
        error(format!("two {what}s get the name `{in_pod}` in the pod"))
            .here(place(name))
            .label(first_span, place(first))
    };
    diagnostic.help("give one of them another name")
}

fn image(kind: WorkloadKind, container: &Container, report: &mut Report<'_>) {
    let image = container.fields.get("image");
    if image.is_none() {
        report.add_missing(
            Diagnostic::error(
                Code::MissingImage,
                container.span,
                format!("`{}` has no image", container.name.text),
            )
            .here("expected `image` here")
            .help(IMAGE_HELP),
        );
    }
    let Some(node) = image else { return };
    let Some(reference) = node.as_text() else { return };
    if reference.is_empty() {
        report.add(
            Diagnostic::error(
                Code::MissingImage,
                node.span,
                format!("`{}` has an empty image", container.name.text),
            )
            .here("empty")
            .help(IMAGE_HELP),
        );
    } else if let Some(fault) = image::fault(reference) {
        // The API server refuses only white space, and only in a Pod; the kubelet finds the rest.
        let padded = reference.trim() != reference;
        report.leniently(kind != WorkloadKind::Pod || !padded, |report| {
            report.add(invalid_image(reference, node, &fault));
        });
    }
}

/// The error about a text that is not an image reference.
pub(super) fn invalid_image(reference: &str, node: &Node, fault: &str) -> Diagnostic {
    if let Some(placeholder) = image::placeholder(reference) {
        let shown = super::report::shown(placeholder);
        let headline = format!("the image contains the placeholder `{shown}`");
        return Diagnostic::error(Code::InvalidImage, node.span, headline)
            .here("not a valid image reference")
            .help(format!("replace `{shown}` by what it means"));
    }
    let trimmed = reference.trim();
    let headline = format!("the image `{}` {fault}", super::report::shown(reference));
    let diagnostic = Diagnostic::error(Code::InvalidImage, node.span, headline)
        .here("not a valid image reference")
        .help("use `name`, `name:tag` or `registry.example.com/path/name:tag`");
    if trimmed != reference && image::fault(trimmed).is_none() {
        super::report::renamed(diagnostic, node.span, reference, trimmed)
    } else if let Some(bare) = reference.split_once("://").map(|(_, bare)| bare)
        && image::fault(bare).is_none()
    {
        super::report::renamed(diagnostic, node.span, reference, bare)
    } else {
        diagnostic
    }
}

fn step(container: &Container, report: &mut Report<'_>) {
    if container.role != Role::Step {
        return;
    }
    let name = &container.name.text;
    if let Some(lifecycle) = filled_entry(&container.fields, "lifecycle") {
        let headline = format!("the step `{name}` has a `lifecycle`");
        let error = Diagnostic::error(Code::LifecycleOnStep, lifecycle.key_span, headline)
            .here("only for a sidecar or an app")
            .label(container.span, "a step runs once, to completion")
            .help("move its command into the step itself, or change `step` to `sidecar`");
        report.add(as_sidecar(error, container));
    }
    let probes = [("livenessProbe", "alive"), ("readinessProbe", "ready"), ("startupProbe", "started")];
    for (field, statement) in probes {
        let Some(probe) = filled_entry(&container.fields, field) else { continue };
        let headline = format!("the step `{name}` has the probe `{statement}`");
        let error = Diagnostic::error(Code::ProbeOnStep, probe.key_span, headline)
            .here("only for a sidecar or an app")
            .label(container.span, "a step runs once, to completion")
            .help("remove the probe, or change `step` to `sidecar`");
        report.add(as_sidecar(error, container));
    }
    if let Some(resize) = filled_entry(&container.fields, "resizePolicy")
        && report.version < RESIZABLE_STEPS
    {
        report.add(newer(resize.key_span, "`resizePolicy` on a step", RESIZABLE_STEPS, report.version));
    }
    resize_policy(container, report);
}

/// Reports a resize that would restart a step.
fn resize_policy(container: &Container, report: &mut Report<'_>) {
    let name = &container.name.text;
    for resize in items(&container.fields, "resizePolicy") {
        let Some(policy) = resize.as_map().and_then(|map| map.entry("restartPolicy")) else { continue };
        if policy.node.as_text() == Some("RestartContainer") {
            report.add(
                Diagnostic::error(
                    Code::ResizeOnStep,
                    policy.key_span,
                    format!("a resize cannot restart the step `{name}`"),
                )
                .here("only for a sidecar or an app")
                .label(container.span, "a step runs once, to completion")
                .help("use `restartPolicy NotRequired`")
                .fix(
                    "use `restartPolicy NotRequired`",
                    policy.node.span,
                    "NotRequired",
                    Applicability::Safe,
                ),
            );
        }
    }
}

/// Offers to make a step a sidecar; a built-in step cannot be one.
fn as_sidecar(error: Diagnostic, step: &Container) -> Diagnostic {
    if step.built_in.is_some() { error } else { error.other_keyword(step.span, "step", "sidecar") }
}

fn restart(container: &Container, report: &mut Report<'_>) {
    let fields = &container.fields;
    let sidecar = container.role == Role::Sidecar;
    let policy = filled_entry(fields, "restartPolicy");
    if let Some(policy) = policy
        && !sidecar
        && report.version < RESTART_RULES
    {
        // Versions without the gate refuse the field; versions with the gate drop it.
        let diagnostic = if report.version < RESTART_GATE {
            let what = "a restart policy for a single container";
            newer(policy.key_span, what, RESTART_RULES, report.version)
        } else {
            let (version, gate) = (report.version, "the feature gate ContainerRestartRules");
            let headline =
                format!("Kubernetes {version} drops a container's `restartPolicy` unless {gate} is on");
            Diagnostic::warning(Code::FeatureGateOff, policy.key_span, headline).here("off by default").help(
                format!("turn on {gate} in the cluster; it is on by default from Kubernetes {RESTART_RULES}"),
            )
        };
        report.add(diagnostic);
        return;
    }
    if let Some(policy) = policy
        && sidecar
        && policy.node.as_text().is_some_and(|policy| policy != "Always")
    {
        report.add(
            Diagnostic::error(Code::WrongRestartPolicy, policy.node.span, "a sidecar is always restarted")
                .here("only `Always` makes a sidecar")
                .label(container.span, "the sidecar")
                .help("remove `restartPolicy`, or change `sidecar` to `step`"),
        );
    }
    if let Some(policy) = policy
        && container.role == Role::Step
        && policy.node.as_text() == Some("Always")
    {
        report.add(
            Diagnostic::error(
                Code::WrongRestartPolicy,
                policy.node.span,
                "a step cannot have the restart policy `Always`",
            )
            .here("only for a sidecar or an app")
            .label(container.span, "a step runs once, to completion")
            .help("change `step` to `sidecar`"),
        );
    }
    let Some(rules) = filled_entry(fields, "restartPolicyRules") else { return };
    if report.version < RESTART_RULES {
        return;
    }
    if policy.is_none() {
        let help = "add `restartPolicy Never` or another policy to the container";
        report.unmet(rules.key_span, "restartPolicyRules", "needs a `restartPolicy` on the container", help);
    }
    if sidecar && report.version < RESTART_ALL {
        report.add(newer(rules.key_span, "`restartPolicyRules` on a sidecar", RESTART_ALL, report.version));
    }
    report.at_most(Some(&rules.node), "restartPolicyRules", 20);
    for rule in rules.node.items() {
        report.required(rule, "action", "a restart rule", rule.span);
        let Some(codes) = report.required(rule, "exitCodes", "a restart rule", rule.span) else { continue };
        report.required(codes, "operator", "a rule about exit codes", codes.span);
        report.at_most(codes.get("values"), "values", 255);
    }
}

/// The error about something that the targeted version does not support.
pub(super) fn newer(span: Span, what: &str, needs: Version, version: Version) -> Diagnostic {
    Diagnostic::error(Code::FieldTooNew, span, format!("{what} needs Kubernetes {needs}"))
        .here(format!("refused by Kubernetes {version}"))
        .help(format!("compile with `--kube {needs}`, or remove it"))
}
