//! Reads from annotations when Argo CD and Helm make an object.

use crate::object::Node;
use crate::source::Span;

/// The phases of hooks.
const BEFORE: [&str; 6] =
    ["pre-install", "pre-upgrade", "pre-rollback", "PreSync", "crd-install", "PreDelete"];
const AFTER: [&str; 9] = [
    "post-install",
    "post-upgrade",
    "post-rollback",
    "post-delete",
    "test",
    "test-success",
    "PostSync",
    "PostDelete",
    "SyncFail",
];

/// The annotations that order objects within a phase.
const WAVE: &str = "argocd.argoproj.io/sync-wave";
const WEIGHT: &str = "helm.sh/hook-weight";

/// When an object is made.
#[derive(Clone, Debug, Default)]
pub(in crate::lint) struct Turn {
    /// Before all other objects, with them, or after them.
    phase: i8,
    phase_place: Option<Span>,
    /// Whether it is made when nothing of the program is there yet.
    is_first: bool,
    wave: Option<(i64, Span, &'static str)>,
}

/// How one object comes after another one.
#[derive(Debug)]
pub(in crate::lint) enum Later {
    /// It is a hook of a later phase.
    Phase(Option<Span>),
    /// It is in a later wave.
    Wave { own: i64, other: i64, annotation: &'static str, place: Option<Span> },
    /// It is not a hook, and the other one is a hook of an earlier phase.
    Main,
}

impl Turn {
    /// The turn of an object with this metadata; none if it depends.
    pub(in crate::lint) fn of(metadata: &Node) -> Option<Self> {
        let annotations = metadata.get("annotations");
        let get = |key: &str| annotations.and_then(|annotations| annotations.get(key));
        let mut turn = Self::default();
        if let Some(hook) = ["argocd.argoproj.io/hook", "helm.sh/hook"].into_iter().find_map(get) {
            let phases: Vec<&str> = hook.as_text()?.split(',').map(str::trim).collect();
            let all = |of: &[&str]| phases.iter().all(|phase| of.contains(phase));
            turn.phase = match () {
                () if all(&BEFORE) => -1,
                () if all(&AFTER) => 1,
                () if all(&["Sync"]) => 0,
                () => return None,
            };
            turn.phase_place = Some(hook.span);
            turn.is_first = phases.iter().any(|phase| ["pre-install", "PreSync"].contains(phase));
        }
        turn.wave = [WAVE, WEIGHT].into_iter().find_map(|key| {
            let node: &Node = get(key)?;
            Some((node.as_text()?.trim().parse().ok()?, node.span, key))
        });
        Some(turn)
    }

    /// The place that says when.
    pub(in crate::lint) fn place(&self) -> Option<Span> {
        self.phase_place.or(self.wave.map(|(_, place, _)| place))
    }

    /// How this comes after another turn, if it does.
    pub(in crate::lint) fn later_than(&self, other: &Self) -> Option<Later> {
        if self.phase != other.phase {
            return match self.phase {
                0 => other.is_first.then_some(Later::Main),
                1 => Some(Later::Phase(self.phase_place)),
                _ => None,
            };
        }
        let annotation = self.wave.or(other.wave).map(|(_, _, annotation)| annotation)?;
        // Helm orders only hooks by their weight.
        if annotation == WEIGHT && self.phase == 0 {
            return None;
        }
        let number = |turn: &Self| turn.wave.map_or(0, |(number, ..)| number);
        let (own, wave) = (number(other), number(self));
        let place = self.wave.map(|(_, place, _)| place);
        (wave > own).then_some(Later::Wave { own, other: wave, annotation, place })
    }
}

impl Later {
    /// The place that makes it later.
    pub(in crate::lint) fn place(&self) -> Option<Span> {
        match self {
            Self::Phase(place) | Self::Wave { place, .. } => *place,
            Self::Main => None,
        }
    }
}
