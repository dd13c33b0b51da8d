//! Reads which objects the patches of a `Kustomization` may change.

use super::kinds::ObjectKind;
use crate::manifest::yaml::{YamlNode, YamlValue};
use fnv::FnvHashSet;

/// The fields of a `Kustomization` that change objects which they do not name.
const UNNAMED: [&str; 3] = ["components", "replacements", "transformers"];

/// The lists of patches.
const PATCHES: [&str; 3] = ["patches", "patchesJson6902", "patchesStrategicMerge"];

/// The kinds of object that patches may change.
#[derive(Clone, Debug, Default)]
pub(super) struct Patched {
    kinds: FnvHashSet<ObjectKind>,
    /// Whether there is a patch whose kind is not known, since it is in another file.
    any: bool,
}

impl Patched {
    /// Whether objects of a kind may be others when they are applied.
    pub(super) fn may_change(&self, kind: ObjectKind) -> bool {
        self.any || self.kinds.contains(&kind)
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.any |= other.any;
        self.kinds.extend(&other.kinds);
    }

    /// Adds the patches of a `Kustomization`.
    pub(super) fn read(&mut self, kustomization: &YamlNode) {
        self.any |= UNNAMED.iter().any(|field| kustomization.get(field).is_some());
        for field in PATCHES {
            for patch in kustomization.get(field).map_or(&[][..], YamlNode::items) {
                let target = patch.get("target").and_then(|target| target.get("kind"));
                let text = match &patch.value {
                    YamlValue::Text(text) => Some(text.as_str()),
                    _ => patch.get("patch").and_then(YamlNode::as_text),
                };
                let named = target.and_then(YamlNode::as_text).or_else(|| text.and_then(kind_in));
                match named.map(ObjectKind::named) {
                    Some(kind) => self.kinds.extend(kind),
                    None => self.any = true,
                }
            }
        }
    }
}

/// The kind in the text of a patch, which may also be the path of one.
fn kind_in(text: &str) -> Option<&str> {
    let kind = text.lines().find_map(|line| line.strip_prefix("kind:"))?;
    Some(kind.trim().trim_matches(['"', '\'']))
}
