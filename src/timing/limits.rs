//! Finds the time limit that a step has of its own: that of a built-in step, or of a script that plainly waits.

use crate::idioms::{Candidate, of};
use crate::model::{Container, Workload};
use crate::object::Node;
use crate::steps::tries::Tries;
use crate::steps::{BuiltIn, StepKind};

/// The variable that tells the script of a built-in step its limit.
const VARIABLE: &str = "INITFLOW_TIMEOUT";

/// What limits the time of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnLimit {
    /// It gives up after so many seconds.
    After(u64),
    /// A part of it gives up after so many seconds: a download that is unpacked, or the pauses between the tries of a loop.
    InPart(u64),
    /// It waits until it has what it waits for.
    Never,
}

impl OwnLimit {
    /// The limit of a built-in step whose author sets none, in seconds.
    pub(crate) fn by_default() -> u64 {
        Tries::default().timeout
    }

    /// That of a container; none if nothing is known about it.
    pub(crate) fn of(workload: &Workload, container: &Container) -> Option<Self> {
        match &container.built_in {
            Some(built_in) => of_built_in(built_in),
            None => of_manifest(container).or_else(|| of_script(workload, container)),
        }
    }
}

fn of_built_in(built_in: &BuiltIn) -> Option<OwnLimit> {
    Some(match built_in {
        BuiltIn::Wait(options) => OwnLimit::After(options.as_ref()?.timeout),
        BuiltIn::Clone(options) => OwnLimit::After(options.as_ref()?.tries.timeout),
        BuiltIn::Secrets(options) => OwnLimit::After(options.as_ref()?.tries.timeout),
        BuiltIn::Fetch(options) => {
            let options = options.as_ref()?;
            let timeout = options.tries.timeout;
            if options.unpack.is_some() { OwnLimit::InPart(timeout) } else { OwnLimit::After(timeout) }
        }
        BuiltIn::Migrate(_) | BuiltIn::Copy(_) | BuiltIn::Own(_) | BuiltIn::Render(_) => return None,
    })
}

/// The limit of a built-in step in a manifest that this compiler wrote.
fn of_manifest(container: &Container) -> Option<OwnLimit> {
    let items = |key: &str| container.fields.get(key).map_or(&[][..], Node::items);
    let is_ours =
        items("command").iter().filter_map(Node::as_text).any(|word| word.contains("INITFLOW_TIMEOUT"));
    let variable = |node: &&Node| node.get("name").and_then(Node::as_text) == Some(VARIABLE);
    let seconds = match items("env").iter().find(variable) {
        _ if !is_ours => return None,
        Some(node) => node.get("value")?.as_text()?.parse().ok()?,
        None => OwnLimit::by_default(),
    };
    let unpacks = items("env").iter().any(|node| {
        node.get("name").and_then(Node::as_text).is_some_and(|name| name.starts_with("INITFLOW_MAX_"))
    });
    Some(if unpacks { OwnLimit::InPart(seconds) } else { OwnLimit::After(seconds) })
}

/// The limit of a loop that waits, if the script does nothing else.
fn of_script(workload: &Workload, container: &Container) -> Option<OwnLimit> {
    let items = |key: &str| container.fields.get(key).map_or(&[][..], Node::items);
    // Reading a script is dear.
    let waits = |word: &str| ["sleep", "wait", "timeout"].iter().any(|it| word.contains(it));
    let mut words = items("command").iter().chain(items("args")).filter_map(Node::as_text);
    if !words.any(waits) {
        return None;
    }
    let idiom = of(&Candidate::of(workload, container)?)?;
    if idiom.kind != StepKind::Wait {
        return None;
    }
    Some(idiom.limit.map_or(OwnLimit::Never, OwnLimit::InPart))
}
