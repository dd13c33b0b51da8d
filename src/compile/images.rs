//! Finds the images that a workload uses, and pins those that a lock file has.

use super::compiled::Compiled;
use crate::model::{Container, Workload};
use crate::object::{Node, Value};
use crate::source::Span;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// The use of an image.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
pub(crate) struct UsedImage {
    /// The image, as the pod names it.
    pub(crate) reference: SmolStr,
    /// What uses it: `step`, `sidecar`, `app` or `volume`.
    pub(crate) by: &'static str,
    /// The name of that.
    pub(crate) name: SmolStr,
    /// Its place in the source.
    pub(crate) span: Span,
}

impl Compiled {
    /// The images of its containers and volumes, in the order of the source.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn images(&self) -> Vec<UsedImage> {
        let containers = self.workload.containers.iter().filter_map(|container| {
            let reference = container.fields.get("image")?.as_text()?.into();
            let (by, name) = (container.role.name(), container.name.text.clone());
            Some(UsedImage { reference, by, name, span: container.span })
        });
        let volumes = self.workload.volumes.iter().filter_map(|volume| {
            let reference = volume.fields.at("image.reference")?.as_text()?.into();
            Some(UsedImage { reference, by: "volume", name: volume.name.text.clone(), span: volume.span })
        });
        containers.chain(volumes).filter(|used| !used.reference.is_empty()).collect()
    }
}

/// Adds the digests of a lock file to the images of a workload.
pub(super) fn pin(workload: &mut Workload, locked: &BTreeMap<SmolStr, SmolStr>) {
    if locked.is_empty() {
        return;
    }
    for container in &mut workload.containers {
        pin_container(container, locked);
    }
    for volume in &mut workload.volumes {
        if let Some(image) = volume.fields.map_mut().get_mut("image") {
            pin_field(image, "reference", locked);
        }
    }
}

fn pin_container(container: &mut Container, locked: &BTreeMap<SmolStr, SmolStr>) {
    pin_field(&mut container.fields, "image", locked);
    if let Some(once) = &mut container.once {
        for added in [&mut once.waiting, &mut once.recording] {
            pin_field(&mut added.container.fields, "image", locked);
        }
    }
}

fn pin_field(node: &mut Node, field: &str, locked: &BTreeMap<SmolStr, SmolStr>) {
    let Value::Map(map) = &mut node.value else { return };
    let Some(node) = map.get_mut(field) else { return };
    let digest = node.as_text().and_then(|image| Some(format_smolstr!("{image}@{}", locked.get(image)?)));
    if let Some(pinned) = digest {
        node.value = Value::Text(pinned);
    }
}
