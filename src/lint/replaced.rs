//! Finds steps that replace, at every start, files that others change and that outlive the pod; this needs all workloads of
//! a program, since several can use one claim.

mod scripts;

use super::first_in_block;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix};
use crate::model::{Container, Direction, Mount, Role, Storage, Volume, Workload};
use crate::object::Node;
use crate::source::{Sources, Span};
use crate::steps::{BuiltIn, InVolume};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};

/// The sources of volumes whose files do not outlive the pod, or that nobody can change.
const PASSING: [&str; 8] =
    ["configMap", "csi", "downwardAPI", "ephemeral", "gitRepo", "image", "projected", "secret"];

/// Files that outlive a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Store {
    /// A claim, in its namespace.
    Claim(Option<SmolStr>, SmolStr),
    /// The files of the node.
    Node,
    /// A volume of one workload, by its place.
    Of(Span),
}

/// A path in a store, without slashes at its ends.
#[derive(Clone, Debug)]
struct StorePath {
    /// As far as it is known.
    known: String,
    /// Whether that is all of it.
    whole: bool,
}

/// A container that may change what is at a path and below.
#[derive(Clone, Debug)]
struct ReplacedChange {
    container: SmolStr,
    span: Span,
}

/// A step that replaces what is at a path.
#[derive(Clone, Debug)]
struct Replacement {
    store: Store,
    path: StorePath,
    /// The container that replaces it.
    step: SmolStr,
    role: Role,
    volume: SmolStr,
    span: Span,
    /// Where `existing keep` can be added, with its text.
    insertion: Option<(Span, String)>,
    by: ReplacedBy,
}

/// What replaces files.
#[derive(Clone, Debug)]
enum ReplacedBy {
    /// A built-in step, which may be able to add the missing files instead.
    Step { can_merge: bool },
    /// A command that puts files over those that are there, and what to do instead.
    Command(String),
    /// A command that deletes all files.
    Deletion,
}

/// Which files are replaced and which are changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replacements {
    steps: Vec<Replacement>,
    changes: HashMap<Store, Changes>,
}

/// The changes in one store, by their paths.
#[derive(Clone, Debug, Default)]
struct Changes {
    whole: BTreeMap<String, ReplacedChange>,
    /// Those whose path is known only in part.
    below: BTreeMap<String, ReplacedChange>,
}

impl Replacements {
    /// Those of one workload.
    pub(crate) fn of(workload: &Workload, sources: &Sources) -> Self {
        let mut found = Self::default();
        if workload.unclear {
            return found;
        }
        for container in &workload.containers {
            let fields = container.fields.get("volumeMounts").map_or(&[][..], Node::items);
            let commands = scripts::replacements(workload, container, sources);
            for (at, (mount, fields)) in container.mounts.iter().zip(fields).enumerate() {
                let volume = mount.index.and_then(|index| workload.volumes.get(index));
                let Some((store, base)) = volume.and_then(|volume| store(volume, workload)) else { continue };
                if let Some((into, can_merge)) = replaced(container) {
                    let inside = into.path.strip_prefix(into.volume.as_str()).unwrap_or_default();
                    if !is_at(fields, into) {
                        continue;
                    }
                    found.steps.push(Replacement {
                        store,
                        path: StorePath::of([&base, sub(fields), inside]),
                        step: container.name.text.clone(),
                        role: container.role,
                        volume: mount.volume.text.clone(),
                        span: mount.span,
                        insertion: first_in_block(sources, container, "existing keep"),
                        by: ReplacedBy::Step { can_merge },
                    });
                    continue;
                }
                // On a node, it is programs that are installed so.
                let commands = commands.iter().filter(|_| store != Store::Node);
                for replaced in commands.filter(|replaced| replaced.mount == at) {
                    found.steps.push(Replacement {
                        store: store.clone(),
                        path: StorePath::of([&base, sub(fields), &replaced.inside]),
                        step: container.name.text.clone(),
                        role: container.role,
                        volume: mount.volume.text.clone(),
                        span: replaced.span,
                        insertion: None,
                        by: replaced.by.clone(),
                    });
                }
                if changes(container, mount, fields) {
                    let StorePath { known, whole } = StorePath::of([&base, sub(fields)]);
                    let of_store = found.changes.entry(store).or_default();
                    let paths = if whole { &mut of_store.whole } else { &mut of_store.below };
                    let change = ReplacedChange { container: container.name.text.clone(), span: mount.span };
                    paths.entry(known).or_insert(change);
                }
            }
        }
        found
    }

    /// Adds those of another workload.
    pub(crate) fn extend(&mut self, other: Self) {
        self.steps.extend(other.steps);
        for (store, changes) in other.changes {
            let known = self.changes.entry(store).or_default();
            for (known, more) in [(&mut known.whole, changes.whole), (&mut known.below, changes.below)] {
                for (path, change) in more {
                    known.entry(path).or_insert(change);
                }
            }
        }
    }

    /// Warns about steps that replace what others change.
    pub(crate) fn check(&self, diagnostics: &mut Vec<Diagnostic>) {
        for step in &self.steps {
            let change = self.changes.get(&step.store).and_then(|changes| changes.around(&step.path));
            diagnostics.extend(change.map(|change| step.diagnostic(change)));
        }
    }
}

impl Changes {
    /// A change at a path, above it or below it.
    fn around(&self, path: &StorePath) -> Option<&ReplacedChange> {
        let above = std::iter::successors(Some(path.known.as_str()), |path| {
            (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(above, _)| above))
        });
        let mut above = above.filter_map(|path| self.whole.get(path));
        let below = |changes: &'_ BTreeMap<String, ReplacedChange>| {
            let inside = match path.known.as_str() {
                "" => String::new(),
                known => format!("{known}/"),
            };
            let first = changes.range(inside.clone()..).next();
            first.filter(|(path, _)| path.starts_with(&inside)).map(|(path, _)| path.clone())
        };
        above.next().or_else(|| {
            let at =
                |changes: &BTreeMap<String, ReplacedChange>| path.whole.then(|| below(changes)).flatten();
            at(&self.whole).and_then(|path| self.whole.get(&path)).or_else(|| {
                let same = self.below.get(&path.known).filter(|_| path.whole);
                same.or_else(|| at(&self.below).and_then(|path| self.below.get(&path)))
            })
        })
    }
}

impl Replacement {
    fn diagnostic(&self, change: &ReplacedChange) -> Diagnostic {
        let ReplacedChange { container, span } = change;
        let does = match self.by {
            ReplacedBy::Step { .. } | ReplacedBy::Command(_) => "replaces files",
            ReplacedBy::Deletion => "deletes the files",
        };
        let kind = self.role.name();
        let changer = if *container == self.step { "it has".to_owned() } else { format!("`{container}`") };
        let headline = format!(
            "the {kind} `{}` {does} in `{}` at every start, and with them what {changer} changed",
            self.step, self.volume
        );
        let diagnostic = Diagnostic::warning(Code::ReplacedData, self.span, headline)
            .here("these files outlive the pod")
            .label(*span, format!("`{container}` can change them here"));
        let can_merge = match &self.by {
            ReplacedBy::Step { can_merge } => *can_merge,
            ReplacedBy::Command(help) => return diagnostic.help(help.clone()),
            ReplacedBy::Deletion => {
                return diagnostic
                    .help("delete only what the step itself makes, or use a volume of the pod's own");
            }
        };
        let title = "add `existing keep`, so that the step changes nothing once the files are there";
        let diagnostic = diagnostic.help(title);
        let mut diagnostic = if can_merge {
            diagnostic.help("or add `existing merge`, so that only missing files are added")
        } else {
            diagnostic
        }
        .help("add `existing replace` if nothing in them is worth keeping");
        if let Some((place, text)) = &self.insertion {
            let edits = vec![crate::diagnostic::Edit { span: *place, text: text.clone() }];
            diagnostic.fix = Some(Fix { title: title.into(), edits, applicability: Applicability::Unsafe });
        }
        diagnostic
    }
}

impl StorePath {
    /// A path of parts, which is known up to the first folder that has a variable in its name.
    fn of<const N: usize>(parts: [&str; N]) -> Self {
        let folders = || parts.iter().flat_map(|part| part.split('/')).filter(|folder| !folder.is_empty());
        let known: Vec<&str> = folders().take_while(|folder| !folder.contains("$(")).collect();
        Self { whole: known.len() == folders().count(), known: known.join("/") }
    }
}

/// What a volume has that outlives the pod, and the path in it.
fn store(volume: &Volume, workload: &Workload) -> Option<(Store, SmolStr)> {
    let root = SmolStr::default();
    match volume.storage {
        Storage::Scratch | Storage::Memory => None,
        Storage::ClaimTemplate => Some((Store::Of(volume.span), root)),
        Storage::Filled => {
            if let Some(claim) = volume.fields.at("persistentVolumeClaim.claimName").and_then(Node::as_text) {
                let namespace = workload.namespace().map(SmolStr::new);
                return Some((Store::Claim(namespace, claim.into()), root));
            }
            if let Some(path) = volume.fields.at("hostPath.path").and_then(Node::as_text) {
                return Some((Store::Node, path.into()));
            }
            let mut sources = volume.fields.entries().iter().filter(|entry| entry.key != "name").peekable();
            let lasts = sources.peek().is_some() && sources.all(|entry| !PASSING.contains(&&*entry.key));
            lasts.then_some((Store::Of(volume.span), root))
        }
    }
}

/// What a step replaces without being told to, and whether it could add files instead.
fn replaced(container: &Container) -> Option<(&InVolume, bool)> {
    match container.built_in.as_ref()? {
        BuiltIn::Copy(Some(copy)) if copy.existing.is_none() => Some((&copy.into, true)),
        // A file with a checksum is what it must be.
        BuiltIn::Fetch(Some(fetch))
            if fetch.existing.is_none() && (fetch.folder || fetch.sha256.is_none()) =>
        {
            Some((&fetch.into, false))
        }
        BuiltIn::Clone(Some(clone)) if clone.existing.is_none() => Some((&clone.into, false)),
        _ => None,
    }
}

/// Whether a container may change what it mounts. What a step makes comes back with its next run.
fn changes(container: &Container, mount: &Mount, fields: &Node) -> bool {
    container.role != Role::Step
        && mount.direction != Direction::Reads
        && fields.get("readOnly").and_then(Node::as_bool) != Some(true)
}

/// Whether a mount is the one that a step makes its files in.
fn is_at(fields: &Node, into: &InVolume) -> bool {
    let path = fields.get("mountPath").and_then(Node::as_text);
    path.is_some_and(|path| path.trim_end_matches('/') == into.volume)
}

/// The path in the volume that is mounted.
fn sub(fields: &Node) -> &str {
    ["subPath", "subPathExpr"].iter().find_map(|key| fields.get(key)?.as_text()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
