//! A workload that compiles to what would go wrong with it in a cluster: practices, not rules of the API.
//!
//! Each rule is one file of `rules/`, which opens with its documentation; `RULES` is their list. A rule finds warnings;
//! what becomes of a warning, the level of its name decides (`Levels`), or an allowance in the source (`allowances`).
//!
//! Invariant: a rule says nothing where the source does not settle it.

mod allowances;
mod hidden;
mod later_hook;
mod levels;
mod reorder;
// What opens a rule is text for users, who know the names.
#[allow(clippy::doc_markdown)]
mod rules;
mod shell;

pub(crate) use allowances::settle;
pub(crate) use hidden::find_hidden;
pub(crate) use later_hook::Hooks;
pub(crate) use levels::names;
pub use levels::{ALL, Level, Levels};

use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::order::Order;
use crate::source::{Sources, Span};
use rules::Ports;
use shell::{Command, Script};
use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

/// Looks for what the rules warn of in a workload without errors, whose containers start in an order.
pub(crate) fn lint(
    workload: &Workload,
    order: &Order,
    version: Version,
    levels: &Levels,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut places = vec![None; workload.containers.len()];
    for (at, place) in order.places.iter().enumerate() {
        places[place.container] = Some(at);
    }
    let pod = Pod {
        workload,
        order,
        version,
        sources,
        scripts: workload
            .containers
            .iter()
            .map(|container| written(container).then(|| Script::of(container))?)
            .collect(),
        places,
        ports: OnceCell::new(),
    };
    for (code, rule) in rules::RULES {
        if levels.of(*code) != Level::Allow {
            rule(&pod, diagnostics);
        }
    }
    leave_out_repeated(diagnostics);
}

/// Leaves out what another diagnostic says better at the same place.
fn leave_out_repeated(diagnostics: &mut Vec<Diagnostic>) {
    let places: HashSet<(Code, Span)> =
        diagnostics.iter().map(|diagnostic| (diagnostic.code, diagnostic.primary.span)).collect();
    diagnostics.retain(|diagnostic| {
        let better = diagnostic.code.yields_to();
        better.is_none_or(|better| !places.contains(&(better, diagnostic.primary.span)))
    });
}

/// Whether a container's command is its author's, not that of a built-in step.
fn written(container: &Container) -> bool {
    container.built_in.is_none()
}

/// What the rules look at.
struct Pod<'a> {
    workload: &'a Workload,
    order: &'a Order,
    version: Version,
    sources: &'a Sources,
    /// What each container runs, where that can be known.
    scripts: Vec<Option<Script<'a>>>,
    /// The place of each container in the init list.
    places: Vec<Option<usize>>,
    ports: OnceCell<Ports>,
}

impl<'a> Pod<'a> {
    /// The containers, each with its index.
    fn containers(&self) -> impl Iterator<Item = (usize, &'a Container)> + use<'a> {
        self.workload.containers.iter().enumerate()
    }

    /// The steps that an author wrote a command for, with that command.
    fn steps(&self) -> impl Iterator<Item = (&'a Container, &Script<'a>)> {
        self.scripts().filter(|(container, _)| container.role == Role::Step)
    }

    /// The containers that an author wrote a command for, with that command.
    fn scripts(&self) -> impl Iterator<Item = (&'a Container, &Script<'a>)> {
        let workload = self.workload;
        self.scripts
            .iter()
            .enumerate()
            .filter_map(|(at, script)| Some((&workload.containers[at], script.as_ref()?)))
    }

    /// Who serves which port of the pod, and who asks for it.
    fn ports(&self) -> &Ports {
        self.ports.get_or_init(|| Ports::of(self))
    }

    /// The metadata of the pods.
    fn metadata(&self) -> &'a Node {
        match self.workload.kind {
            WorkloadKind::Pod => &self.workload.object.metadata,
            _ => &self.workload.pod.metadata,
        }
    }

    /// Where, and how, a statement would be written first in a container's block.
    fn first_in_block(&self, container: &Container, statement: &str) -> Option<(Span, String)> {
        let file = self.sources.files().iter().find(|file| file.id == container.span.file)?;
        let head = container.span.range();
        let opening = head.end + file.text.get(head.end..)?.find('{')?;
        if !file.text.get(head.end..opening)?.trim().is_empty() {
            return None;
        }
        let span = Span::new(file.id, opening + 1, opening + 1);
        let ends_line = file.text.get(opening + 1..)?.starts_with(['\n', '\r']);
        if !ends_line {
            return Some((span, format!(" {statement};")));
        }
        let line = file.text.get(..head.start)?.rfind('\n').map_or(0, |at| at + 1);
        let indent: String = file.text.get(line..)?.chars().take_while(|letter| *letter == ' ').collect();
        Some((span, format!("\n{indent}  {statement}")))
    }

    /// The place of a command in the source.
    fn place(&self, script: &Script<'_>, command: &Command) -> Span {
        self.place_of(script, &command.range)
    }

    /// The place in the source of some bytes of a script: their first line, where it stands there as it is, else the
    /// whole value.
    fn place_of(&self, script: &Script<'_>, range: &Range<usize>) -> Span {
        let found = || {
            let text = script.text?;
            let part = text.get(range.clone())?.lines().next()?.trim_end();
            let before = text.get(..range.start)?.matches(part).count();
            let source = self.sources.slice(script.span);
            let (at, _) = source.match_indices(part).nth(before)?;
            let start = script.span.start + u32::try_from(at).ok()?;
            let end = start + u32::try_from(part.len()).ok()?;
            (!part.is_empty()).then_some(Span { start, end, ..script.span })
        };
        found().unwrap_or(script.span)
    }
}

#[cfg(test)]
mod tests;
