#![doc = include_str!("../../diagnostic/explain/early-subpath.md")]

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::Pod;
use crate::model::{Direction, Role, Storage};
use std::collections::{HashMap, HashSet};

pub(super) fn check(pod: &Pod<'_>, found: &mut Vec<Diagnostic>) {
    let mut written: Option<WrittenVolumes> = None;
    for (at, reader) in pod.containers() {
        for mount in reader.mounts.iter().filter(|mount| mount.direction == Direction::Reads) {
            let (Some(sub), Some(index)) = (mount.sub.as_deref(), mount.index) else { continue };
            let Some(volume) = pod.workload.volumes.get(index) else { continue };
            if !matches!(volume.storage, Storage::Scratch | Storage::Memory) {
                continue;
            }
            let written = written.get_or_insert_with(|| WrittenVolumes::of(pod));
            // If the sidecar itself mounts this part, the kubelet creates the folder before the sidecar starts.
            let has_folder = other_than(at, written.folders.get(&(index, sub))).is_some();
            if has_folder || other_than(at, written.by_others.get(&index)).is_some() {
                continue;
            }
            let Some(sidecar) = other_than(at, written.by_any.get(&index)) else { continue };
            let sidecar = &pod.workload.containers[sidecar];
            found.push(
                Diagnostic::warning(
                    Code::EarlySubpath,
                    mount.span,
                    format!(
                        "`{}` mounts `{sub}`, which `{}` may not have created yet",
                        reader.name.text, sidecar.name.text
                    ),
                )
                .here("if it is missing, an empty folder is mounted")
                .label(sidecar.name.span, "may write after the others have started")
                .help(format!("mount the whole volume `{}`, or create `{sub}` in a step", volume.name.text)),
            );
        }
    }
}

/// The first two containers that do something, which is enough to find one that is not a certain other one.
type FirstTwo = [Option<usize>; 2];

/// Which containers write to volumes.
#[derive(Default)]
struct WrittenVolumes<'a> {
    by_any: HashMap<usize, FirstTwo>,
    /// By steps and apps.
    by_others: HashMap<usize, FirstTwo>,
    /// By those that mount a folder of the volume.
    folders: HashMap<(usize, &'a str), FirstTwo>,
}

impl<'a> WrittenVolumes<'a> {
    fn of(pod: &Pod<'a>) -> Self {
        let mut written = Self::default();
        for (at, container) in pod.containers() {
            let writes = container.mounts.iter().filter(|mount| mount.direction != Direction::Reads);
            let volumes: HashSet<usize> = writes.filter_map(|mount| mount.index).collect();
            for index in &volumes {
                add(at, written.by_any.entry(*index).or_default());
                if container.role != Role::Sidecar {
                    add(at, written.by_others.entry(*index).or_default());
                }
            }
            for mount in &container.mounts {
                let (Some(index), Some(sub)) = (mount.index, mount.sub.as_deref()) else { continue };
                if volumes.contains(&index) {
                    add(at, written.folders.entry((index, sub)).or_default());
                }
            }
        }
        written
    }
}

fn add(container: usize, two: &mut FirstTwo) {
    if !two.contains(&Some(container))
        && let Some(free) = two.iter_mut().find(|place| place.is_none())
    {
        *free = Some(container);
    }
}

/// The first container that is not this one.
fn other_than(container: usize, two: Option<&FirstTwo>) -> Option<usize> {
    two?.iter().flatten().copied().find(|other| *other != container)
}
