//! Finds the directions in which files flow through a pod's mounts, if the manifest proves them.
//!
//! Invariant: the directions never change the order of the containers: readers come after writers.

use crate::manifest::yaml::{YamlNode, YamlValue};
use crate::model::{Direction, Role};
use std::collections::{HashMap, HashSet};

/// The directions of mounts, by container and volume.
#[derive(Debug, Default)]
pub(super) struct Directions {
    known: HashMap<(String, String), Direction>,
    /// The mounted volumes that are empty when a pod starts.
    fresh: HashSet<String>,
    /// The first container that mounts each volume.
    first: HashMap<String, String>,
}

/// A mount of one volume by a container.
struct Mounting<'n> {
    role: Role,
    container: &'n str,
    reads_only: bool,
    /// Whether only a part of the volume is mounted, which proves nothing about the whole.
    partly: bool,
}

impl Directions {
    /// Finds the directions. `containers` are in the order in which they start.
    pub(super) fn find(volumes: &[&YamlNode], claims: &[&str], containers: &[(&YamlNode, Role)]) -> Self {
        let mut mountings: HashMap<&str, Vec<Mounting>> = HashMap::new();
        for (container, role) in containers {
            let name = container.get("name").and_then(YamlNode::as_text).unwrap_or_default();
            for mount in container.get("volumeMounts").map(YamlNode::items).unwrap_or_default() {
                let Some(volume) = mount.get("name").and_then(YamlNode::as_text) else { continue };
                mountings.entry(volume).or_default().push(Mounting {
                    role: *role,
                    container: name,
                    reads_only: matches!(
                        mount.get("readOnly").map(|node| &node.value),
                        Some(YamlValue::Bool(true))
                    ),
                    partly: mount.get("subPath").is_some() || mount.get("subPathExpr").is_some(),
                });
            }
        }
        let sources: HashMap<&str, &YamlNode> =
            volumes.iter().rev().filter_map(|node| Some((node.get("name")?.as_text()?, *node))).collect();
        let claims: HashSet<&str> = claims.iter().copied().collect();
        let mut directions = Self::default();
        for (volume, mountings) in mountings {
            if let Some(first) = mountings.first() {
                directions.first.insert(volume.to_owned(), first.container.to_owned());
            }
            let source = sources.get(volume);
            let starts_empty = !claims.contains(volume)
                && source.is_some_and(|source| {
                    source.entries().iter().all(|entry| matches!(entry.key.as_str(), "name" | "emptyDir"))
                });
            if starts_empty {
                directions.fresh.insert(volume.to_owned());
            }
            let names: HashSet<&str> = mountings.iter().map(|mounting| mounting.container).collect();
            if names.len() < mountings.len() || names.contains("") {
                continue;
            }
            let found = if starts_empty { of_empty(&mountings) } else { of_filled(&mountings) };
            for (mounting, direction) in mountings.iter().zip(found) {
                directions.known.insert((mounting.container.to_owned(), volume.to_owned()), direction);
            }
        }
        directions
    }

    /// Whether a mounted volume is empty when a pod starts.
    pub(super) fn is_fresh(&self, volume: &str) -> bool {
        self.fresh.contains(volume)
    }

    /// Whether a container is the first one that mounts a volume.
    pub(super) fn is_first(&self, container: &str, volume: &str) -> bool {
        self.first.get(volume).is_some_and(|first| first == container)
    }

    /// The direction of a container's mounts of a volume.
    pub(super) fn of(&self, container: &str, volume: &str) -> Direction {
        let key = (container.to_owned(), volume.to_owned());
        self.known.get(&key).copied().unwrap_or(Direction::Mounts)
    }
}

/// The directions of a volume that may have content: containers that mount it read-only read it.
fn of_filled(mountings: &[Mounting]) -> Vec<Direction> {
    let direction = |mounting: &Mounting| {
        if mounting.reads_only { Direction::Reads } else { Direction::Mounts }
    };
    mountings.iter().map(direction).collect()
}

/// The directions of a volume that starts empty: the first container that can write it does, and others read it.
fn of_empty(mountings: &[Mounting]) -> Vec<Direction> {
    let nothing = || vec![Direction::Mounts; mountings.len()];
    let Some(first) = mountings.iter().position(|mounting| !mounting.reads_only) else { return nothing() };
    let is_only_writer = mountings[first + 1..].iter().all(|mounting| mounting.reads_only);
    let is_app = mountings[first].role == Role::App;
    let before = &mountings[..first];
    let proven = mountings.len() > 1
        && mountings.iter().all(|mounting| !mounting.partly)
        && if is_app {
            // Apps start last, but sidecars keep reading while they run.
            is_only_writer && before.iter().all(|mounting| mounting.role != Role::Step)
        } else {
            before.is_empty()
        };
    if !proven {
        return nothing();
    }
    let direction = |(at, mounting): (usize, &Mounting)| {
        if mounting.reads_only {
            Direction::Reads
        } else if at == first {
            Direction::Writes
        } else {
            Direction::Mounts
        }
    };
    mountings.iter().enumerate().map(direction).collect()
}
