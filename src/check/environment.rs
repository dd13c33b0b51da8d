//! Checks the names and sources of environment variables.
//!
//! Invariant: a name that appears twice is a warning, because Kubernetes accepts it and uses the last one.

use super::fields;
use super::mounts::{unknown_volume, wrong_volume};
use super::projections;
use super::report::{Report, SOURCE, filled_entry, is_true, shown, text};
use super::variables::{Lookup, Variables};
use crate::diagnostic::{Code, Diagnostic, change_to, nearest};
use crate::kubernetes::expansion::{self, VariableReference};
use crate::kubernetes::names::{self, NameFault};
use crate::model::{Container, Direction, Storage, Volume, Workload};
use crate::object::Node;
use crate::source::Span;
use std::collections::{HashMap, HashSet};

const SOURCES: &[&str] = &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// How the names of the variables begin that a built-in step's script reads.
pub(crate) const OF_STEPS: &str = "INITFLOW_";

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let volumes: HashMap<&str, &Volume> =
        workload.volumes.iter().map(|volume| (volume.name.text.as_str(), volume)).collect();
    let containers: HashSet<&str> =
        workload.containers.iter().map(|container| container.name.text.as_str()).collect();
    for container in &workload.containers {
        variables(container, &volumes, workload, report);
        if container.built_in.is_some() {
            references(container, workload, report);
        }
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

/// Checks each `$(NAME)` of a built-in step. The step gets what it looks like, so a name that nothing defines is a mistake.
fn references(container: &Container, workload: &Workload, report: &mut Report<'_>) {
    let env = container.fields.get("env").map_or(&[][..], Node::items);
    let own = env.iter().enumerate().filter_map(|(at, variable)| {
        let (name, value) = (variable.get("name")?.as_text()?, variable.get("value")?);
        let is_own = !name.starts_with(OF_STEPS) && value.as_text()?.contains("$(");
        is_own.then_some((at, value))
    });
    let own: Vec<(usize, &Node)> = own.collect();
    if own.is_empty() && container.references.is_empty() {
        return;
    }
    let variables = Variables::of(container, workload);
    for node in &container.references {
        if let Some(name) = node.as_text() {
            dangling(name, node.span, container, &variables, None, report);
        }
    }
    for (at, value) in own {
        let text = value.as_text().unwrap_or_default();
        for reference in expansion::references(text).filter(VariableReference::is_plausible) {
            dangling(reference.name, value.span, container, &variables, Some(at), report);
        }
    }
}

/// Reports a `$(NAME)` for which Kubernetes finds no variable.
fn dangling(
    name: &str,
    span: Span,
    container: &Container,
    variables: &Variables<'_>,
    variable: Option<usize>,
    report: &mut Report<'_>,
) {
    let (step, name) = (&container.name.text, shown(name));
    let headline = match variables.look_up(&name, variable) {
        Lookup::Found | Lookup::Perhaps | Lookup::Last => return,
        Lookup::Below(place) => {
            report.add(
                Diagnostic::error(
                    Code::UndefinedVariable,
                    span,
                    format!("`$({name})` comes before `{name}` in the `env` of `{step}`"),
                )
                .here("Kubernetes would leave this text as it is")
                .label(place, "defined here")
                .help(format!("move `{name}` above the variable that uses it")),
            );
            return;
        }
        Lookup::Nothing => format!("`{step}` has no variable `{name}` for `$({name})`"),
    };
    let diagnostic = Diagnostic::error(Code::UndefinedVariable, span, headline)
        .here("Kubernetes would leave this text as it is");
    let known = variables.names(variable).filter(|name| !name.starts_with(OF_STEPS));
    let alone = (span.end - span.start) as usize == name.len() + "$()".len();
    report.add_missing(match nearest(&name, known) {
        Some(meant) if alone => diagnostic.meant(span, &format!("$({meant})")),
        Some(meant) => diagnostic.help(change_to(&format!("$({meant})"))),
        None => diagnostic
            .help(format!("set it with `env {{ {name} … }}`, or write `$$({name})` for this text itself")),
    });
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

#[cfg(test)]
mod tests {
    use crate::compile::{CompileOptions, NoFiles, compile};
    use crate::diagnostic::Code;

    fn found(text: &str) -> Vec<String> {
        let compilation = compile("main.initflow", text.to_owned(), &NoFiles, &CompileOptions::default());
        let found = compilation.diagnostics.into_iter().filter(|found| found.code == Code::UndefinedVariable);
        found.map(|found| format!("{} → {}", found.headline, found.help.join("; "))).collect()
    }

    fn fetch(workload: &str, from: &str, more: &str) -> String {
        format!(
            "{workload} volume v; fetch f {{ from \"https://a/{from}\"; into v \"f\"; {more} }}; app b {{ image \"b:1\"; reads v at /v }} }}"
        )
    }

    #[test]
    fn what_nothing_defines_is_an_error_in_a_built_in_step() {
        let pod = |from: &str, more: &str| fetch("pod p {", from, more);
        insta::assert_debug_snapshot!(found(&pod("$(RELEASES)", "env { RELEASE 1 }")), @r#"
        [
            "`f` has no variable `RELEASES` for `$(RELEASES)` → change to `$(RELEASE)`",
        ]
        "#);
        insta::assert_debug_snapshot!(found(&pod("$(NODE)", "")), @r#"
        [
            "`f` has no variable `NODE` for `$(NODE)` → set it with `env { NODE … }`, or write `$$(NODE)` for this text itself",
        ]
        "#);
        insta::assert_debug_snapshot!(found(&pod("x", "env { A \"$(B)\"; B 1 }")), @r#"
        [
            "`$(B)` comes before `B` in the `env` of `f` → move `B` above the variable that uses it",
        ]
        "#);
        insta::assert_debug_snapshot!(found(&pod("$(JOB_COMPLETION_INDEX)", "")), @r#"
        [
            "`f` has no variable `JOB_COMPLETION_INDEX` for `$(JOB_COMPLETION_INDEX)` → set it with `env { JOB_COMPLETION_INDEX … }`, or write `$$(JOB_COMPLETION_INDEX)` for this text itself",
        ]
        "#);
        let passes = |text: &str| assert_eq!(found(text), Vec::<String>::new(), "{text}");
        for (from, more) in [
            ("$(A)/$(B)", "env { B 1; A \"$(B)\" }"),
            ("$$(A)", ""),
            ("$(P_A)", "env { from configmap(\"c\") prefix \"P_\" }"),
            ("$(SHOP_SERVICE_HOST)", ""),
            ("$(KUBERNETES_PORT_443_TCP_ADDR)", ""),
        ] {
            passes(&pod(from, more));
        }
        let job = "job j { completionMode Indexed; completions 2; pod { restartPolicy Never };";
        passes(&fetch(job, "$(JOB_COMPLETION_INDEX)", ""));
        passes(&fetch(job, "$(A)", "env { A \"$(JOB_COMPLETION_INDEX)\" }"));
    }
}
