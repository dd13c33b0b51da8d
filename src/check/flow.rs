//! Checks the flow of files through volumes: what is read must be written, and what is written should be read.
//!
//! Invariant: only volumes that are empty when the pod starts need to be written, and each volume gets one message.

use super::report::{Report, items, text};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::model::{Container, Direction, Role, Storage, Volume, Workload};
use crate::source::Span;
use std::collections::{HashMap, HashSet};

/// One use of a volume by a container.
struct MountUse<'a> {
    container: &'a Container,
    at: usize,
    direction: Direction,
    sub: &'a str,
    span: Span,
}

pub(super) fn check(workload: &Workload, report: &mut Report<'_>) {
    if workload.unclear {
        return;
    }
    let first = first_of_each_name(workload);
    for (at, (volume, uses)) in workload.volumes.iter().zip(uses(workload)).enumerate() {
        // Another rule reports a second volume with the same name.
        if first.get(volume.name.text.as_str()) != Some(&at) {
            continue;
        }
        if uses.is_empty() {
            if is_for_injected(&volume.name.text) {
                continue;
            }
            let name = &volume.name.text;
            let headline = format!("no container uses the volume `{name}`");
            report.add(
                Diagnostic::warning(Code::UnusedVolume, volume.span, headline)
                    .here("not mounted anywhere")
                    .help(format!("remove it, or mount it with `mounts {name} at /path`"))
                    .fix("remove it", volume.fields.span, "", Applicability::Unsafe),
            );
        } else if matches!(volume.storage, Storage::Scratch | Storage::Memory)
            && !updated_before_written(volume, &uses, report)
            && !read_but_not_written(volume, &uses, report)
        {
            written_but_not_read(volume, &uses, report);
        }
    }
}

/// Whether an injected container uses a volume by this name. Its injector documents the name, so that authors can set the
/// volume's size or source.
fn is_for_injected(name: &str) -> bool {
    let named = [
        "gke-gcsfuse-tmp",
        "gke-gcsfuse-buffer",
        "gke-gcsfuse-cache",
        "istio-certs",
        "istio-data",
        "istio-envoy",
        "istio-token",
        "istiod-ca-cert",
        "workload-socket",
        "workload-certs",
        "credential-socket",
        "vault-secrets",
    ];
    named.contains(&name)
}

fn first_of_each_name(workload: &Workload) -> HashMap<&str, usize> {
    let mut named = HashMap::new();
    for (at, volume) in workload.volumes.iter().enumerate() {
        named.entry(volume.name.text.as_str()).or_insert(at);
    }
    named
}

/// The uses of each volume, in the order of the source.
fn uses(workload: &Workload) -> Vec<Vec<MountUse<'_>>> {
    let named = first_of_each_name(workload);
    let mut uses: Vec<Vec<MountUse<'_>>> = workload.volumes.iter().map(|_| Vec::new()).collect();
    for (at, container) in workload.containers.iter().enumerate() {
        for mount in &container.mounts {
            let Some(volume) = mount.index.and_then(|index| uses.get_mut(index)) else { continue };
            let sub = mount.sub.as_deref().unwrap_or_default();
            volume.push(MountUse { container, at, direction: mount.direction, sub, span: mount.span });
        }
        let devices = items(&container.fields, "volumeDevices")
            .iter()
            .filter_map(|device| Some((text(device, "name")?, "", Direction::Mounts, device.span)));
        for (name, sub, direction, span) in devices {
            let Some(volume) = named.get(name).and_then(|index| uses.get_mut(*index)) else { continue };
            volume.push(MountUse { container, at, direction, sub, span });
        }
    }
    uses
}

fn starts_before_apps(usage: &MountUse<'_>) -> bool {
    usage.container.role != Role::App
}

fn updated_before_written(volume: &Volume, uses: &[MountUse<'_>], report: &mut Report<'_>) -> bool {
    let writes = |usage: &&MountUse<'_>| matches!(usage.direction, Direction::Writes | Direction::Mounts);
    let before_apps = Folders::of(uses.iter().filter(writes).filter(|usage| starts_before_apps(usage)));
    let at_all = Folders::of(uses.iter().filter(writes));
    let unfilled = uses.iter().filter(|usage| usage.direction == Direction::Updates).find(|usage| {
        let filled = if usage.container.role == Role::Step { &before_apps } else { &at_all };
        !filled.overlap(usage.sub)
    });
    let Some(usage) = unfilled else { return false };
    let (user, name) = (&usage.container.name.text, &volume.name.text);
    let headline = format!("`{user}` updates `{name}`, which nothing writes first");
    let error = Diagnostic::error(Code::UpdatedBeforeWritten, usage.span, headline)
        .here("nothing to update yet")
        .label(volume.span, "empty when the pod starts")
        .help(format!("use `writes {name}` here, or let an earlier step write it"));
    let is_own = usage.container.built_in.is_none();
    report.add(if is_own { error.other_keyword(usage.span, "updates", "writes") } else { error });
    true
}

fn read_but_not_written(volume: &Volume, uses: &[MountUse<'_>], report: &mut Report<'_>) -> bool {
    let fills = |usage: &&MountUse<'_>| usage.direction != Direction::Reads;
    let before_apps = Folders::of(uses.iter().filter(fills).filter(|usage| starts_before_apps(usage)));
    let at_all = Folders::of(uses.iter().filter(fills));
    let mut unfilled = uses.iter().filter(|usage| usage.direction == Direction::Reads).filter(|usage| {
        let filled = if usage.container.role == Role::Step { &before_apps } else { &at_all };
        !filled.overlap(usage.sub)
    });
    let Some(first) = unfilled.next() else { return false };
    let (name, reader) = (&volume.name.text, &first.container.name.text);
    let app =
        uses.iter().find(|usage| fills(usage) && !starts_before_apps(usage) && related(usage.sub, first.sub));
    let headline = match app {
        Some(app) => format!(
            "the step `{reader}` reads `{name}`, which only the app `{}` writes",
            app.container.name.text
        ),
        None => format!("`{reader}` reads `{name}`, which nothing writes"),
    };
    let mut diagnostic = Diagnostic::error(Code::UnwrittenVolume, first.span, headline)
        .here("finds an empty folder")
        .label(volume.span, "empty when the pod starts");
    if let Some(app) = app {
        diagnostic = diagnostic.label(app.span, "apps start after every step is done");
    }
    let others = uses.iter().find(|usage| fills(usage) && app.is_none());
    if let Some(other) = others {
        diagnostic = diagnostic.label(other.span, "another folder of it is written here");
    }
    for other in unfilled {
        diagnostic = diagnostic.label(other.span, "also read here");
    }
    report.add(diagnostic.help(format!(
        "let a step or a sidecar write it with `writes {name} at /path`, or declare a volume that is not empty, as in `volume {name} claim \"…\"`"
    )));
    true
}

fn written_but_not_read(volume: &Volume, uses: &[MountUse<'_>], report: &mut Report<'_>) {
    let Some(writer) = uses.iter().find(|usage| usage.direction == Direction::Writes) else { return };
    let read = uses.iter().any(|usage| {
        usage.direction != Direction::Writes
            && (usage.at != writer.at || usage.direction == Direction::Mounts)
    });
    if read {
        return;
    }
    let name = &volume.name.text;
    let headline = format!("`{}` writes `{name}`, which nothing reads", writer.container.name.text);
    let warning = Diagnostic::warning(Code::UnreadVolume, writer.span, headline)
        .here("written here, but never read")
        .label(volume.span, "deleted with the pod")
        .help(format!("let a container read it, or use `mounts {name}` for a container's own scratch space"));
    let is_own = writer.container.built_in.is_none() && writer.direction == Direction::Writes;
    report.add(if is_own { warning.other_keyword(writer.span, "writes", "mounts") } else { warning });
}

/// Folders of a volume, to find quickly whether another folder overlaps any of them.
struct Folders {
    /// The folders, normalized.
    folders: HashSet<String>,
    /// The folders that contain them, up to the volume itself (the empty path).
    around: HashSet<String>,
}

impl Folders {
    fn of<'a>(uses: impl Iterator<Item = &'a MountUse<'a>>) -> Self {
        let (mut folders, mut around) = (HashSet::new(), HashSet::new());
        for usage in uses {
            let path = plain(usage.sub);
            for (end, _) in path.match_indices('/') {
                around.insert(path[..end].to_string());
            }
            around.insert(String::new());
            folders.insert(path);
        }
        Self { folders, around }
    }

    /// Whether one of the folders is this one, is in it, or contains it.
    fn overlap(&self, sub: &str) -> bool {
        let path = plain(sub);
        let inside_of = |folder: &str| self.folders.contains(folder);
        self.around.contains(&path)
            || inside_of(&path)
            || inside_of("")
            || path.match_indices('/').any(|(end, _)| inside_of(&path[..end]))
    }
}

fn related(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    let inside = |inner: &str, outer: &str| {
        outer.is_empty()
            || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(&one, &other) || inside(&other, &one)
}

/// A path without redundant slashes and dots.
fn plain(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}
