//! Pairs a workload of a source with its object, container by container.

use super::rendered::{RenderedContainer, RenderedWorkload};
use crate::compile::Compiled;
use crate::model::{Container, Role, Workload};
use crate::order::{Because, links};
use std::collections::HashMap;

/// A workload of a source, and the object that it became.
pub(super) struct Pair<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) rendered: &'a RenderedWorkload,
    /// For each container of the source, the place of the same one among those of the object, if it has it.
    places: Vec<Option<usize>>,
    /// For each container of the object, whether the source has it.
    is_own: Vec<bool>,
    /// For each container of the source, why it comes after others.
    pub(super) links: Vec<Vec<Because>>,
    /// The first container that comes after one, and by which of its links: for any reason, and for the files of a volume.
    followers: HashMap<(usize, Option<usize>), (usize, usize)>,
}

impl<'a> Pair<'a> {
    pub(super) fn new(compiled: &'a Compiled, rendered: &'a RenderedWorkload) -> Self {
        let mut names: HashMap<&str, usize> = HashMap::new();
        for (place, container) in rendered.containers().enumerate() {
            names.entry(container.name.as_str()).or_insert(place);
        }
        let containers = &compiled.workload.containers;
        let places: Vec<Option<usize>> =
            containers.iter().map(|container| names.get(container.name.text.as_str()).copied()).collect();
        let mut is_own = vec![false; rendered.init.len() + rendered.apps.len()];
        for place in places.iter().flatten() {
            is_own[*place] = true;
        }
        let links = links(&compiled.workload, |container| places[container].unwrap_or_default());
        let mut followers = HashMap::new();
        for (after, links) in links.iter().enumerate() {
            for (at, because) in links.iter().enumerate() {
                let Some(other) = other(because) else { continue };
                for volume in [None, volume(because)] {
                    followers.entry((other, volume)).or_insert((after, at));
                }
            }
        }
        Self { compiled, rendered, places, is_own, links, followers }
    }

    pub(super) fn workload(&self) -> &'a Workload {
        &self.compiled.workload
    }

    /// The containers of the source, each with its index and the same one of the object.
    pub(super) fn containers(
        &self,
    ) -> impl Iterator<Item = (usize, &'a Container, Option<&'a RenderedContainer>)> {
        let containers = self.workload().containers.iter().enumerate();
        containers.map(|(at, container)| (at, container, self.places[at].and_then(|place| self.at(place))))
    }

    /// The container of the object at a place: the init list comes first.
    pub(super) fn at(&self, place: usize) -> Option<&'a RenderedContainer> {
        let init = &self.rendered.init;
        init.get(place).or_else(|| self.rendered.apps.get(place - init.len()))
    }

    /// The place of a container of the source in the init list of the object.
    pub(super) fn init_place(&self, container: usize) -> Option<usize> {
        self.places[container].filter(|place| *place < self.rendered.init.len())
    }

    /// Whether the container of the object at a place is in the source.
    pub(super) fn is_own(&self, place: usize) -> bool {
        self.is_own.get(place).copied().unwrap_or_default()
    }

    /// The first link that a container is an end of: the container that comes after, and why.
    pub(super) fn link_of(&self, container: usize) -> Option<(usize, &Because)> {
        let own = self.links[container].first().map(|because| (container, because));
        own.or_else(|| self.follower(container, None))
    }

    /// The first link by the files of a volume that a container is an end of.
    pub(super) fn flow_of(&self, container: usize, volume: usize) -> Option<(usize, &Because)> {
        let own = self.links[container].iter().find(|because| self::volume(because) == Some(volume));
        own.map(|because| (container, because)).or_else(|| self.follower(container, Some(volume)))
    }

    fn follower(&self, container: usize, volume: Option<usize>) -> Option<(usize, &Because)> {
        let (after, at) = *self.followers.get(&(container, volume))?;
        Some((after, self.links[after].get(at)?))
    }

    /// A link as a sentence: `` `web` reads `static`, which `assets` writes ``.
    pub(super) fn sentence(&self, container: usize, because: &Because) -> String {
        let workload = self.workload();
        let verb = if matches!(because, Because::After { .. }) { "runs " } else { "" };
        format!("`{}` {verb}{}", workload.containers[container].name.text, because.text(workload))
    }
}

/// The container that another one comes after.
pub(super) fn other(because: &Because) -> Option<usize> {
    match *because {
        Because::AsWritten => None,
        Because::After { container, .. } => Some(container),
        Because::Files { other, .. } => Some(other),
    }
}

/// The volume whose files make a container come after another one.
fn volume(because: &Because) -> Option<usize> {
    match *because {
        Because::Files { volume, .. } => Some(volume),
        Because::AsWritten | Because::After { .. } => None,
    }
}

/// The article and the word for a role.
pub(super) fn a_role(role: Role) -> &'static str {
    match role {
        Role::Step => "a step",
        Role::Sidecar => "a sidecar",
        Role::App => "an app",
    }
}
