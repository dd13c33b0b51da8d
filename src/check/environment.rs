//! Checks the names and sources of environment variables.
//!
//! Invariant: a name that appears twice is a warning, because Kubernetes accepts it and uses the last one.

use super::fields;
use super::mounts::{unknown_volume, wrong_volume};
use super::projections;
use super::report::{Report, SOURCE, filled_entry, is_true, shown, text};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::names::{self, NameFault};
use crate::model::{Container, Direction, Storage, Volume, Workload};
use crate::object::Node;
use crate::source::Span;
use std::collections::{HashMap, HashSet};

const SOURCES: &[&str] = &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let volumes: HashMap<&str, &Volume> =
        workload.volumes.iter().map(|volume| (volume.name.text.as_str(), volume)).collect();
    let containers: HashSet<&str> =
        workload.containers.iter().map(|container| container.name.text.as_str()).collect();
    for container in &workload.containers {
        variables(container, &volumes, workload, report);
        for variable in container.fields.get("env").map_or(&[][..], Node::items) {
            let name = variable.at("valueFrom.resourceFieldRef.containerName");
            // Only the kubelet looks for the container.
            report.leniently(true, |report| report.known_container(name, &containers));
        }
        for source in container.fields.get("envFrom").map_or(&[][..], Node::items) {
            bulk(source, report);
        }
    }
}

fn variables(
    container: &Container,
    volumes: &HashMap<&str, &Volume>,
    workload: &Workload,
    report: &mut Report<'_>,
) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for variable in container.fields.get("env").map_or(&[][..], Node::items) {
        if let Some(node) = report.required(variable, "name", "a variable", variable.span)
            && let Some(name) = node.as_text()
        {
            name_form(name, node.span, report);
            if let Some(first) = seen.insert(name, node.span)
                && !builds_on(variable, name)
            {
                report.add(
                    Diagnostic::warning(
                        Code::ShadowedVariable,
                        node.span,
                        format!("`{name}` is set twice in `{}`", container.name.text),
                    )
                    .here("this value is used")
                    .label(first, "this value is lost")
                    .help("remove one of the two"),
                );
            }
        }
        let Some(source) = variable.get("valueFrom") else { continue };
        report.not_both(variable, "value", "valueFrom");
        let Some(kind) = report.exactly_one(source, SOURCES, "a variable's source", source.span, SOURCE)
        else {
            continue;
        };
        match kind.key.as_str() {
            "fieldRef" => fields::field(&kind.node, fields::IN_VARIABLE, report),
            "resourceFieldRef" => fields::resource(&kind.node, report),
            "fileKeyRef" => file_key(&kind.node, volumes, workload, report),
            _ => key_reference(&kind.node, kind.key == "secretKeyRef", report),
        }
    }
}

/// Whether a variable extends the earlier value of its name, as in `PATH "$(PATH):/opt/bin"`.
fn builds_on(variable: &Node, name: &str) -> bool {
    let reference = format!("$({name})");
    let value = variable.get("value").and_then(Node::as_text);
    variable.get("valueFrom").is_none()
        && value.is_some_and(|value| value != reference && value.contains(&reference))
}

fn name_form(name: &str, span: Span, report: &mut Report<'_>) {
    if let Some(NameFault::Form(form)) = names::variable(name) {
        report.add(
            Diagnostic::error(
                Code::InvalidVariable,
                span,
                format!("a variable cannot be named `{}`", shown(name)),
            )
            .here("not a valid name for a variable")
            .help(format!("use {form}")),
        );
    }
}

fn key_reference(reference: &Node, secret: bool, report: &mut Report<'_>) {
    let owner = if secret { "a reference to a Secret's key" } else { "a reference to a ConfigMap's key" };
    let what = if secret { "a Secret's name" } else { "a ConfigMap's name" };
    if let Some(name) = report.required(reference, "name", owner, reference.span) {
        report.form(Some(name), what, names::subdomain);
    }
    if let Some(key) = report.required(reference, "key", owner, reference.span) {
        report.form(Some(key), "a key", names::data_key);
    }
}

fn file_key(
    reference: &Node,
    volumes: &HashMap<&str, &Volume>,
    workload: &Workload,
    report: &mut Report<'_>,
) {
    let owner = "a variable from a file";
    if let Some(key) = report.required(reference, "key", owner, reference.span)
        && let Some(written) = key.as_text()
    {
        name_form(written, key.span, report);
    }
    if let Some(path) = report.required(reference, "path", owner, reference.span) {
        projections::no_backsteps(path, report);
        report.leniently(true, |report| projections::relative(path, report));
    }
    let Some(name) = report.required(reference, "volumeName", owner, reference.span) else { return };
    let Some(written) = name.as_text() else { return };
    match volumes.get(written) {
        Some(volume) if matches!(volume.storage, Storage::Scratch | Storage::Memory) => {
            written_file(reference, volume, workload, report);
        }
        Some(volume) => report.add(wrong_volume(
            name.span,
            written,
            volume.span,
            "the source of a variable",
            "a scratch or memory volume",
        )),
        None => report.add(unknown_volume(name.span, written, volumes.keys().copied())),
    }
}

/// Checks that a step creates the file, which is known only if all steps that write to the volume are built in.
fn written_file(reference: &Node, volume: &Volume, workload: &Workload, report: &mut Report<'_>) {
    if workload.unclear || is_true(reference, "optional") {
        return;
    }
    let Some(node) = reference.get("path") else { return };
    let Some(path) = node.as_text() else { return };
    let mounts = workload.containers.iter().flat_map(|container| &container.mounts);
    let fills =
        mounts.filter(|mount| mount.volume.text == volume.name.text && mount.direction != Direction::Reads);
    let Some(made) = fills.map(|mount| mount.makes.as_deref()).collect::<Option<Vec<&str>>>() else { return };
    let holds = |made: &&str| {
        let rest = path.strip_prefix(made.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if !made.is_empty() && !made.iter().any(holds) {
        let list = made.iter().map(|made| format!("`{made}`")).collect::<Vec<_>>().join(", ");
        report.add(
            Diagnostic::error(
                Code::UnwrittenFile,
                node.span,
                format!("no step creates the file `{}`", shown(path)),
            )
            .here("the container could not start without it")
            .label(volume.span, format!("steps create these files in it: {list}"))
            .did_you_mean(node.span, path, made),
        );
    }
}

/// Checks a Secret or a `ConfigMap` whose keys all become variables.
fn bulk(source: &Node, report: &mut Report<'_>) {
    let kinds = ["configMapRef", "secretRef"];
    if let Some(kind) = report.exactly_one(source, &kinds, "a source of variables", source.span, SOURCE)
        && let Some(name) = report.required(&kind.node, "name", "a source of variables", kind.node.span)
    {
        let what = if kind.key == "secretRef" { "a Secret's name" } else { "a ConfigMap's name" };
        report.form(Some(name), what, |text| names::prefix_of(names::subdomain, text));
    }
    if let Some(prefix) = filled_entry(source, "prefix")
        && let Some(written) = text(source, "prefix")
    {
        name_form(written, prefix.node.span, report);
    }
}
