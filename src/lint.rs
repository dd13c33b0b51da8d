//! Warns about what would go wrong with a valid workload in a cluster: bad practices, not violations of the API's rules.
//!
//! Each rule is a file in `rules/` that opens with its documentation; `RULES` lists them. The level of a warning's name
//! (`Levels`) or an allowance in the source (`allowances`) decides whether a warning is shown.
//!
//! Invariant: a rule does not warn unless the source proves the fault.

mod allowances;
mod around;
mod awaited;
mod built_in;
mod files;
mod hidden;
mod injection;
mod kubectl;
mod later_hook;
mod levels;
mod objects;
mod overlap;
mod reorder;
mod replaced;
mod rerun;
mod rights;
// The rules' documentation is text for users, not for rustdoc.
#[allow(clippy::doc_markdown)]
mod rules;
mod scripts;
mod shell;

pub(crate) use allowances::Allowances;
pub(crate) use around::{AROUND, around, host_waits};
pub(crate) use hidden::find_hidden;
pub(crate) use later_hook::{AllHooks, Hooks};
pub(crate) use levels::names;
pub use levels::{ALL, LintLevel, LintLevels};
pub(crate) use overlap::{Selection, Selections};
pub(crate) use replaced::Replacements;

use crate::admission::{NamespaceOf, Scaler};
use crate::context::{Context, ContextObject, ObjectKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::model::{Container, Role, Workload, WorkloadKind};
use crate::object::Node;
use crate::order::Order;
use crate::resources::{PodDemand, Totals};
use crate::source::{FileId, Sources, Span};
use rules::Ports;
#[cfg(feature = "cli")]
pub(crate) use rules::names_a_secret;
use scripts::HandlerScript;
use shell::{LazyScript, PlainCommand, ShellScript};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::ops::Range;

/// What surrounds a workload.
pub(crate) struct Around<'a> {
    /// All objects.
    pub context: &'a Context,
    /// What the workload's namespace does, if that is known.
    pub namespace: Option<&'a NamespaceOf>,
}

/// Warnings that are not found by a rule.
const OTHERS: &[Code] = &[
    Code::Deprecated,
    Code::DuplicateItem,
    Code::HiddenCharacter,
    Code::IdleField,
    Code::IdleInsertion,
    Code::InvalidHostname,
    Code::InvalidImage,
    Code::ListForm,
    Code::MalformedAllowance,
    Code::MissingSelector,
    Code::MissingSource,
    Code::OverlappingSelectors,
    Code::PrivateFile,
    Code::RelativePath,
    Code::ReplacedData,
    Code::ShadowedVariable,
    Code::SidecarWithoutStartupProbe,
    Code::UnknownPort,
    Code::UnprotectedDownload,
    Code::UnreadVolume,
    Code::UnusedAllowance,
    Code::UnusedVolume,
    Code::UseFsgroup,
    Code::WaitsForLaterHook,
];

/// The names of all warnings.
pub(crate) fn warnings() -> impl Iterator<Item = Code> {
    let rules = rules::RULES.iter().map(|(code, _)| *code);
    rules.chain(OTHERS.iter().copied()).collect::<BTreeSet<Code>>().into_iter()
}

/// Applies the rules to a workload without errors, whose containers start in `order`.
pub(crate) fn lint(
    workload: &Workload,
    order: &Order,
    version: Version,
    levels: &LintLevels,
    sources: &Sources,
    around: &Around<'_>,
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
        context: around.context,
        namespace: around.namespace,
        scripts: workload
            .containers
            .iter()
            .map(|container| has_own_command(container).then(|| LazyScript::of(container))?)
            .collect(),
        handlers: scripts::handlers(&workload.containers),
        places,
        ports: OnceCell::new(),
        demand: OnceCell::new(),
    };
    for (code, rule) in rules::RULES {
        if levels.of(*code) != LintLevel::Allow {
            rule(&pod, diagnostics);
        }
    }
    remove_yielding(diagnostics);
}

/// Removes diagnostics that yield to another one at the same place.
fn remove_yielding(diagnostics: &mut Vec<Diagnostic>) {
    let places: HashSet<(Code, Span)> =
        diagnostics.iter().map(|diagnostic| (diagnostic.code, diagnostic.primary.span)).collect();
    diagnostics.retain(|diagnostic| {
        let better = diagnostic.code.yields_to();
        !better.iter().any(|better| places.contains(&(*better, diagnostic.primary.span)))
    });
}

/// Whether the author wrote the container's command, unlike that of a built-in step.
fn has_own_command(container: &Container) -> bool {
    container.built_in.is_none()
}

/// A pod as the rules see it.
struct Pod<'a> {
    workload: &'a Workload,
    order: &'a Order,
    version: Version,
    sources: &'a Sources,
    /// What surrounds the workload.
    context: &'a Context,
    /// What its namespace does, if that is known.
    namespace: Option<&'a NamespaceOf>,
    /// What each container runs, if that is known and the author wrote it.
    scripts: Vec<Option<LazyScript<'a>>>,
    /// The scripts of hooks and probes that the author wrote.
    handlers: Vec<HandlerScript<'a>>,
    /// The position of each container in the init list.
    places: Vec<Option<usize>>,
    ports: OnceCell<Ports>,
    demand: OnceCell<(PodDemand, Totals)>,
}

impl<'a> Pod<'a> {
    /// The containers, each with its index.
    fn containers(&self) -> impl Iterator<Item = (usize, &'a Container)> + use<'a> {
        self.workload.containers.iter().enumerate()
    }

    /// Whether there is a container with this role.
    fn has(&self, role: Role) -> bool {
        self.workload.containers.iter().any(|container| container.role == role)
    }

    /// Which containers serve and which ones use the ports of the pod.
    fn ports(&self) -> &Ports {
        self.ports.get_or_init(|| Ports::of(self))
    }

    /// What the pod requests, and what is reserved for it.
    fn demand(&self) -> &(PodDemand, Totals) {
        self.demand.get_or_init(|| {
            let demand = PodDemand::of(self.workload, self.order.init_containers());
            let totals = demand.totals(self.version);
            (demand, totals)
        })
    }

    /// The objects of a kind that a name means to the workload, the nearest one first.
    fn candidates(&self, kind: ObjectKind, name: &str) -> Vec<&'a ContextObject> {
        let file = &self.sources.get(self.sources.in_file(self.workload.span).file).name;
        self.context.candidates(kind, self.workload.namespace(), name, file)
    }

    /// The autoscaler of the workload.
    fn scaler(&self) -> Option<&'a Scaler> {
        self.namespace?.namespace.scaler(self.workload)
    }

    /// The metadata of the pods.
    fn metadata(&self) -> &'a Node {
        match self.workload.kind {
            WorkloadKind::Pod => &self.workload.object.metadata,
            _ => &self.workload.pod.metadata,
        }
    }

    /// The place of a command in the source.
    fn place(&self, script: &ShellScript<'_>, command: &PlainCommand) -> Span {
        self.place_of(script, &command.range)
    }

    /// The place in the source of some bytes of a script: their first line if the source contains it literally, else the
    /// whole value.
    fn place_of(&self, script: &ShellScript<'_>, range: &Range<usize>) -> Span {
        script.place_of(self.sources, range)
    }
}

/// The place and text to insert a statement at the beginning of a container's block.
fn first_in_block(sources: &Sources, container: &Container, statement: &str) -> Option<(Span, String)> {
    let file = sources.get(container.span.file);
    if file.id == FileId::STD {
        return None;
    }
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

#[cfg(test)]
mod tests;
