//! Finds the objects that are the workloads of sources, although prefixes, suffixes and hashes may have changed their
//! names.
//!
//! Invariant: an object is found only if nothing else could be meant; otherwise the candidates are given.

use super::rendered::{Rendered, RenderedWorkload};
use crate::model::{Workload, WorkloadKind};
use crate::object::Node;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is found of a workload.
pub(super) enum Match<'r> {
    /// Its object, and the pods that belong to it.
    Found(Vec<&'r RenderedWorkload>),
    /// Several objects could be it.
    Ambiguous(Vec<&'r RenderedWorkload>),
    /// Nothing.
    Missing,
}

/// Above this number of pairs of names, changed names are not looked for.
const MOST_PAIRS: usize = 4_000_000;

/// The objects that have one kind and name, or belong to what has them.
type Groups<'r> = BTreeMap<(&'static str, SmolStr), Vec<&'r RenderedWorkload>>;

/// Finds each workload. `named` says which object a workload is, by the names of both.
pub(super) fn find<'r>(
    workloads: &[&Workload],
    rendered: &'r Rendered,
    named: &[(String, String)],
) -> Vec<Match<'r>> {
    let mut groups = Groups::new();
    for object in &rendered.workloads {
        let origins: BTreeSet<_> =
            object.origins.iter().map(|(kind, name)| (kind.name(), name.clone())).collect();
        for origin in origins {
            groups.entry(origin).or_default().push(object);
        }
    }
    let mut taken = HashSet::new();
    let mut affixes: HashMap<Affix, usize> = HashMap::new();
    let mut found: Vec<Option<Match<'r>>> = Vec::with_capacity(workloads.len());
    for workload in workloads {
        let given = given(workload, named);
        let name = given.map_or_else(|| called(workload), |given| without_namespace(given).into());
        found.push(match given {
            Some(given) => Some(named_object(workload, given, rendered, &groups)),
            None => {
                let group = groups.get(&(workload.kind.name(), name.clone()));
                group.map(|group| in_one_namespace(group, workload))
            }
        });
        if found.last().is_some_and(Option::is_some) {
            // What one workload is called tells what the others are.
            if let Some((before, after)) =
                name.split_once(called(workload).as_str()).filter(|_| given.is_some())
            {
                *affixes.entry((before.into(), after.into())).or_default() += 1;
            }
            taken.insert((workload.kind.name(), name));
        }
    }
    find_changed(workloads, &groups, affixes, &mut taken, &mut found);
    found.into_iter().map(|found| found.unwrap_or(Match::Missing)).collect()
}

/// The name of a workload: its own, or the beginning of a generated one.
pub(super) fn called(workload: &Workload) -> SmolStr {
    let generated = || workload.object.metadata.get("generateName").and_then(Node::as_text).map(SmolStr::new);
    workload.name.as_ref().map(|name| name.text.clone()).or_else(generated).unwrap_or_default()
}

/// The object that a call names for a workload: `NAME` or `KIND/NAME` before the `=`.
fn given<'n>(workload: &Workload, named: &'n [(String, String)]) -> Option<&'n str> {
    let found = named.iter().rev().find(|(name, _)| means(name, workload));
    found.map(|(_, object)| object.as_str())
}

fn without_namespace(object: &str) -> &str {
    object.split_once('/').map_or(object, |(_, name)| name)
}

/// Whether a call means a workload by a name.
pub(super) fn means(name: &str, workload: &Workload) -> bool {
    match name.split_once('/') {
        Some((kind, name)) => {
            WorkloadKind::of(&kind.to_ascii_lowercase()) == Some(workload.kind) && name == called(workload)
        }
        None => name == called(workload),
    }
}

/// The object that a call names: `NAME` or `NAMESPACE/NAME`, of the kind of the workload or of one of its pods.
fn named_object<'r>(
    workload: &Workload,
    name: &str,
    rendered: &'r Rendered,
    groups: &Groups<'r>,
) -> Match<'r> {
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, name),
    };
    let is_there =
        |object: &&RenderedWorkload| namespace.is_none() || object.namespace.as_deref() == namespace;
    let group = groups.get(&(workload.kind.name(), SmolStr::new(name))).into_iter().flatten().copied();
    let mut found: Vec<_> = group.filter(is_there).collect();
    if found.is_empty() {
        found = rendered.workloads.iter().filter(|object| object.name == name).filter(is_there).collect();
    }
    if found.is_empty() { Match::Missing } else { in_one_namespace(&found, workload) }
}

/// The objects of a group, if they are in one namespace, or those in that of the workload.
fn in_one_namespace<'r>(group: &[&'r RenderedWorkload], workload: &Workload) -> Match<'r> {
    let own: Vec<_> =
        group.iter().copied().filter(|object| object.namespace.as_deref() == workload.namespace()).collect();
    let namespaces: BTreeSet<_> = group.iter().map(|object| object.namespace.as_deref()).collect();
    match namespaces.len() {
        0 | 1 => Match::Found(group.to_vec()),
        _ if workload.namespace().is_some() && !own.is_empty() => Match::Found(own),
        _ => {
            let mut seen = BTreeSet::new();
            let one_each = group.iter().copied().filter(|object| seen.insert(object.namespace.as_deref()));
            Match::Ambiguous(one_each.collect())
        }
    }
}

/// A name around that of a workload: what comes before and after it.
type Affix = (SmolStr, SmolStr);

/// Finds workloads whose names were changed: the name of the object is that of the workload with something before or
/// after it, and both have a container in common. Longer names are found first, since they have shorter ones in them.
///
/// What is put before or after a name ends or begins with a `-` or a `.`; if it does not, only the author knows.
fn find_changed<'r>(
    workloads: &[&Workload],
    groups: &Groups<'r>,
    mut affixes: HashMap<Affix, usize>,
    taken: &mut HashSet<(&'static str, SmolStr)>,
    found: &mut [Option<Match<'r>>],
) {
    let mut open: Vec<usize> = (0..workloads.len()).filter(|at| found[*at].is_none()).collect();
    if open.len().saturating_mul(groups.len()) > MOST_PAIRS {
        return;
    }
    open.sort_by_key(|at| std::cmp::Reverse(called(workloads[*at]).len()));
    let mut unsettled = Vec::new();
    for at in open {
        let workload = workloads[at];
        let candidates = candidates(workload, groups, taken);
        match candidates.as_slice() {
            [] => {}
            [(key, affix)] if is_apart(affix) => {
                *affixes.entry(affix.clone()).or_default() += 1;
                found[at] = Some(in_one_namespace(&groups[key], workload));
                taken.insert(key.clone());
            }
            _ => unsettled.push(at),
        }
    }
    // What most other names were changed to, decides.
    let usual = affixes.into_iter().max_by(|(a, x), (b, y)| (x, a).cmp(&(y, b))).map(|(affix, _)| affix);
    for at in unsettled {
        let workload = workloads[at];
        let candidates = candidates(workload, groups, taken);
        let one = candidates.iter().find(|(_, affix)| Some(affix) == usual.as_ref());
        let one = one.or(candidates.first().filter(|(_, affix)| candidates.len() == 1 && is_apart(affix)));
        found[at] = match one {
            Some((key, _)) => {
                taken.insert(key.clone());
                Some(in_one_namespace(&groups[key], workload))
            }
            None if candidates.is_empty() => None,
            None => {
                let all = candidates.iter().filter_map(|(key, _)| groups[key].first().copied());
                Some(Match::Ambiguous(all.collect()))
            }
        };
    }
}

/// Whether an affix ends or begins in a way that names are put together.
fn is_apart((before, after): &Affix) -> bool {
    let is_link = |letter: char| !letter.is_alphanumeric();
    (before.is_empty() || before.ends_with(is_link)) && (after.is_empty() || after.starts_with(is_link))
}

/// The groups that could be a workload; if some have all of its containers, or a name that is put together, only these.
fn candidates(
    workload: &Workload,
    groups: &Groups<'_>,
    taken: &HashSet<(&'static str, SmolStr)>,
) -> Vec<((&'static str, SmolStr), Affix)> {
    let name = called(workload);
    if name.is_empty() {
        return Vec::new();
    }
    let own: HashSet<&str> =
        workload.containers.iter().map(|container| container.name.text.as_str()).collect();
    let mut candidates = Vec::new();
    for (key, group) in groups {
        if key.0 != workload.kind.name() || taken.contains(key) {
            continue;
        }
        let Some((before, after)) = key.1.split_once(name.as_str()) else { continue };
        let Some(object) = group.first() else { continue };
        let there: HashSet<&str> = object.containers().map(|container| container.name.as_str()).collect();
        let shared = own.intersection(&there).count();
        if shared > 0 {
            let affix = (before.into(), after.into());
            candidates.push(((shared == own.len(), is_apart(&affix)), (key.clone(), affix)));
        }
    }
    let best = candidates.iter().map(|(fit, _)| *fit).max();
    candidates.retain(|(fit, _)| Some(*fit) == best);
    candidates.into_iter().map(|(_, candidate)| candidate).collect()
}
