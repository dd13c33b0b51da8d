//! Checks the mounts and block devices of containers.
//!
//! Invariant: the volume of a mount has been resolved before; only the other fields of the mount are checked.

use super::projections;
use super::report::{Report, filled_entry, is_true, items, text};
use super::volumes;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::schema;
use crate::model::{Container, Direction, Volume, Workload};
use crate::object::Node;
use crate::source::Span;
use crate::syntax::quote;
use std::collections::{HashMap, HashSet};

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    let volumes: HashMap<&str, usize> =
        workload.volumes.iter().enumerate().map(|(at, volume)| (volume.name.text.as_str(), at)).collect();
    for container in &workload.containers {
        directions(workload, container, report);
        mounts(container, report);
        for mount in items(&container.fields, "volumeMounts") {
            let volume = text(mount, "name").and_then(|name| volumes.get(name));
            options(mount, volume.map(|at| &workload.volumes[*at]), report);
        }
        devices(workload, &volumes, container, report);
    }
}

/// Refuses to write to a volume that is always read-only.
fn directions(workload: &Workload, container: &Container, report: &mut Report<'_>) {
    for mount in &container.mounts {
        let Some(volume) = mount.index.and_then(|at| workload.volumes.get(at)) else { continue };
        let verb = match mount.direction {
            Direction::Writes => "writes",
            Direction::Updates => "updates",
            Direction::Reads | Direction::Mounts => continue,
        };
        if let Some(why) = volumes::read_only(volume) {
            let headline =
                format!("`{}` {verb} `{}`, which is read-only", container.name.text, volume.name.text);
            let error = Diagnostic::error(Code::ReadOnlyVolume, mount.span, headline)
                .here(format!("{verb} it here"))
                .label(volume.span, why)
                .help("use `reads`, or write to a scratch volume, declared as `volume NAME`");
            // The mounts of built-in steps have other keywords.
            let is_own = container.built_in.is_none();
            report.add(if is_own { error.other_keyword(mount.span, verb, "reads") } else { error });
        }
    }
}

fn mounts(container: &Container, report: &mut Report<'_>) {
    let Some(list) = container.fields.get("volumeMounts") else { return };
    let mut paths: HashMap<&str, Span> = HashMap::new();
    for mount in list.items() {
        if let Some(path) = mount.get("mountPath") {
            relative(path, report);
        }
        if let Some(path) = report.required(mount, "mountPath", "a mount", mount.span)
            && let Some(written) = path.as_text()
            && let Some(first) = paths.insert(written, path.span)
        {
            report.add(
                Diagnostic::error(
                    Code::DuplicateMountPath,
                    path.span,
                    format!("`{}` has two mounts at `{written}`", container.name.text),
                )
                .here("the same path again")
                .label(first, "first mounted here")
                .help("mount one of them at another path"),
            );
        }
        if let Some(path) = mount.get("mountPath")
            && let Some(written) = path.as_text()
            && without_drive(written).contains(':')
        {
            let help = "use a path without `:`, which container runtimes read as the end of the path";
            let fault = projections::invalid_path(path, written, "contains a `:`", help);
            let is_read_only = mount.get("readOnly").and_then(Node::as_bool) == Some(true);
            let mode = if is_read_only { ":ro" } else { ":rw" };
            let fault = match written.strip_suffix(mode) {
                Some(bare) => super::report::renamed(fault, path.span, written, bare),
                None => fault,
            };
            report.leniently(true, |report| report.add(fault));
        }
        for field in ["subPath", "subPathExpr"] {
            if let Some(path) = mount.get(field) {
                projections::relative(path, report);
            }
        }
        report.not_both(mount, "subPath", "subPathExpr");
        propagation(container, mount, report);
    }
}

/// A path without the drive of Windows that it may begin with, as in `C:\\data`.
fn without_drive(path: &str) -> &str {
    match path.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() => &path[2..],
        _ => path,
    }
}

fn options(mount: &Node, volume: Option<&Volume>, report: &mut Report<'_>) {
    let Some(options) = filled_entry(mount, "bindMountOptions") else { return };
    report.leniently(report.drops(&schema::VOLUME_MOUNT, "bindMountOptions"), |report| {
        let texts = options.node.items().iter().filter_map(|option| Some((option.as_text()?, option.span)));
        report.distinct("option", texts);
        if volume.is_some_and(|volume| volume.fields.get("image").is_some()) {
            let help = "remove it; the mount of an image has no options";
            report.unmet(options.key_span, &options.key, "cannot be set for the mount of an image", help);
        }
    });
}

/// Warns of a relative path, which the container runtime turns into an absolute one.
fn relative(path: &Node, report: &mut Report<'_>) {
    let Some(text) = path.as_text() else { return };
    let is_of_windows = text.starts_with('\\') || text.chars().nth(1) == Some(':');
    if !text.is_empty() && !text.starts_with('/') && !is_of_windows {
        let (shown, place) = (text.escape_debug(), path.span);
        let headline = format!("the path is relative, so the volume is mounted at `/{shown}`");
        let title = format!("change it to `/{shown}`");
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte));
        let path = if is_plain { format!("/{text}") } else { quote(&format!("/{text}")) };
        report.add(
            Diagnostic::warning(Code::RelativePath, place, headline)
                .here("not an absolute path")
                .help(title.clone())
                .fix(title, place, path, Applicability::Safe),
        );
    }
}

fn propagation(container: &Container, mount: &Node, report: &mut Report<'_>) {
    let propagation = filled_entry(mount, "mountPropagation");
    let privileged = container.fields.at("securityContext.privileged");
    if let Some(propagation) = propagation
        && propagation.node.as_text() == Some("Bidirectional")
        && privileged.is_none_or(|privileged| privileged.as_bool() == Some(false))
    {
        let help = "add `securityContext { privileged true }`, or use `HostToContainer`";
        report.unmet(
            propagation.key_span,
            "mountPropagation Bidirectional",
            "needs a privileged container",
            help,
        );
    }
    let Some(recursive) = filled_entry(mount, "recursiveReadOnly") else { return };
    if !matches!(recursive.node.as_text(), Some("IfPossible" | "Enabled")) {
        return;
    }
    if !is_true(mount, "readOnly") {
        let help = "use `reads`, or `mounts … readonly`";
        report.unmet(recursive.key_span, "recursiveReadOnly", "needs a read-only mount", help);
    } else if let Some(propagation) = propagation
        && propagation.node.as_text().is_some_and(|propagation| propagation != "None")
    {
        let help = "remove `mountPropagation`";
        let why = "cannot be combined with `mountPropagation`";
        report.unmet(recursive.key_span, "recursiveReadOnly", why, help);
    }
}

fn devices(
    workload: &Workload,
    volumes: &HashMap<&str, usize>,
    container: &Container,
    report: &mut Report<'_>,
) {
    let Some(list) = container.fields.get("volumeDevices") else { return };
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
    let mounted: HashSet<&str> = mounts.iter().filter_map(|mount| text(mount, "name")).collect();
    let taken: HashSet<&str> = mounts.iter().filter_map(|mount| text(mount, "mountPath")).collect();
    let placed = |field: &'static str| {
        list.items().iter().filter_map(move |device| Some((text(device, field)?, device.get(field)?.span)))
    };
    report.distinct("device path", placed("devicePath"));
    report.distinct("device", placed("name"));
    for device in list.items() {
        if let Some(path) = report.required(device, "devicePath", "a block device", device.span) {
            projections::no_backsteps(path, report);
            if path.as_text().is_some_and(|path| taken.contains(path)) {
                report.unmet(path.span, "devicePath", "is also the path of a mount", "use another path");
            }
        }
        let Some(name) = report.required(device, "name", "a block device", device.span) else { continue };
        let Some(written) = name.as_text() else { continue };
        let Some(volume) = volumes.get(written).map(|at| &workload.volumes[*at]) else {
            report.add(unknown_volume(name.span, written, volumes.keys().copied()));
            continue;
        };
        if mounted.contains(written) {
            let help = "use it as a device or as a folder, not both";
            report.unmet(name.span, written, "is also mounted as a folder", help);
        }
        let is_block = volume.storage == crate::model::Storage::ClaimTemplate
            || ["persistentVolumeClaim", "ephemeral"].iter().any(|kind| volume.fields.get(kind).is_some());
        if !is_block {
            report.add(wrong_volume(name.span, written, volume.span, "a block device", "a claim"));
        }
    }
}

/// The error about a volume that does not exist.
pub(super) fn unknown_volume<'a>(
    span: Span,
    name: &str,
    volumes: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::error(Code::UnknownVolume, span, format!("there is no volume `{name}`"))
        .here("not declared in this workload")
        .did_you_mean(span, name, volumes)
}

/// The error about a volume of a kind that does not fit its use.
pub(super) fn wrong_volume(span: Span, name: &str, declared: Span, used_as: &str, needs: &str) -> Diagnostic {
    Diagnostic::error(Code::WrongVolumeKind, span, format!("`{name}` cannot be used as {used_as}"))
        .here(format!("needs {needs}"))
        .label(declared, "the volume")
        .help(format!("make the volume {needs}, or use another volume"))
}
