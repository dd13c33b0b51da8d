//! Reports workloads that wait for each other: none of them ever becomes ready.
//!
//! Each is a node with the waits that hold it. What is not on a cycle is taken off first; then whoever follows the waits from a
//! node that is left comes to one. Both take linear time.

use super::{AllHooks, SERVERS, Target, Wait};
use crate::context::{ContextObject, ObjectKind, WorkloadFacts, selects};
use crate::diagnostic::{Code, Diagnostic};
use crate::lint::around::Surroundings;
use crate::object::Node;
use crate::source::Span;
use fnv::FnvHashMap;

/// How many pairs of a Service and a workload are compared.
const MAX_COMPARED: usize = 1 << 18;

/// A wait for another workload.
#[derive(Clone, Copy)]
struct Edge<'a> {
    wait: &'a Wait,
    target: &'a Target,
}

/// Reports one cycle of each knot of workloads that wait for each other.
pub(super) fn check<'a>(hooks: &AllHooks<'_>, around: &Surroundings<'a>, diagnostics: &mut Vec<Diagnostic>) {
    let mut waits: FnvHashMap<&Target, Vec<Edge<'_>>> = FnvHashMap::default();
    let mut room = MAX_COMPARED;
    let has_services = around.context.has(ObjectKind::Service);
    let with_file = |workload: &'a WorkloadFacts| (named(workload), workload.file.as_str());
    let files: FnvHashMap<Target, &str> =
        if has_services { around.all().map(with_file).collect() } else { FnvHashMap::default() };
    for wait in hooks.waits.iter().copied() {
        let Some(held) = &wait.held else { continue };
        let Some(target) = target(hooks, around, &files, wait, &mut room) else { continue };
        if held != target && !hooks.made.get(held).is_none_or(|made| made.is_one_of_several) {
            waits.entry(held).or_default().push(Edge { wait, target });
        }
    }
    keep_knots(&mut waits);
    let mut starts: Vec<(Span, &Target)> =
        waits.iter().filter_map(|(target, waits)| Some((waits.first()?.wait.statement, *target))).collect();
    starts.sort_unstable();
    // The number of the walk that has come to a workload.
    let mut seen: FnvHashMap<&Target, usize> = FnvHashMap::default();
    for (walk, (_, start)) in starts.into_iter().enumerate() {
        let (mut path, mut at) = (Vec::new(), start);
        let known = loop {
            if let Some(known) = seen.insert(at, walk) {
                seen.insert(at, known);
                break known;
            }
            let Some(edge) = waits.get(at).and_then(|waits| waits.first()) else { break usize::MAX };
            path.push((at, *edge));
            at = edge.target;
        };
        if known == walk {
            let ring = path.iter().skip_while(|(held, _)| *held != at);
            diagnostics.extend(message(&ring.copied().collect::<Vec<_>>()));
        }
    }
}

/// Takes off, one after the other, the waits for workloads that wait for nothing.
fn keep_knots<'a>(waits: &mut FnvHashMap<&'a Target, Vec<Edge<'a>>>) {
    let mut waiting: FnvHashMap<&Target, Vec<&Target>> = FnvHashMap::default();
    for (held, own) in waits.iter() {
        for wait in own {
            waiting.entry(wait.target).or_default().push(held);
        }
    }
    let mut left: FnvHashMap<&Target, usize> = waits.iter().map(|(held, own)| (*held, own.len())).collect();
    let mut free: Vec<&Target> =
        waiting.keys().copied().filter(|target| !left.contains_key(target)).collect();
    while let Some(target) = free.pop() {
        for held in waiting.remove(target).unwrap_or_default() {
            if let Some(count) = left.get_mut(held) {
                *count -= 1;
                if *count == 0 {
                    left.remove(held);
                    free.push(held);
                }
            }
        }
    }
    waits.retain(|held, own| {
        own.retain(|wait| left.contains_key(wait.target));
        left.contains_key(held)
    });
}

/// The one workload that must be ready before a wait ends.
fn target<'a>(
    hooks: &AllHooks<'a>,
    around: &Surroundings<'_>,
    files: &FnvHashMap<Target, &str>,
    wait: &Wait,
    room: &mut usize,
) -> Option<&'a Target> {
    let made = |target: &Target| {
        let (known, made) = hooks.made.get_key_value(target)?;
        (made.has_pods && !made.is_one_of_several).then_some(*known)
    };
    if !wait.by_host {
        return made(&wait.target);
    }
    let (namespace, _, name) = &wait.target;
    let file = wait.held.as_ref().and_then(|held| files.get(held)).map_or("", |file| *file);
    let services: Vec<&ContextObject> =
        around.context.candidates(ObjectKind::Service, namespace.as_deref(), name, file);
    if services.is_empty() {
        // A host is known by the name of its workload; another one of the same name may serve it as well.
        let own = made(&wait.target)?;
        let others = SERVERS.iter().filter(|kind| made(&(namespace.clone(), kind, name.clone())).is_some());
        return (others.count() == 1).then_some(own);
    }
    let [service] = services.as_slice() else { return None };
    let selector = service.at("spec.selector").map_or(&[][..], Node::entries);
    if selector.is_empty()
        || service.at("spec.publishNotReadyAddresses").and_then(Node::as_bool) == Some(true)
    {
        return None;
    }
    let mut selected = Vec::new();
    for workload in around.all() {
        *room = room.checked_sub(1)?;
        if service.is_in(workload.namespace.as_deref()) && selects(selector, &workload.labels) {
            selected.push(named(workload));
        }
    }
    let [only] = selected.as_slice() else { return None };
    made(only)
}

fn named(workload: &WorkloadFacts) -> Target {
    (workload.namespace.clone(), workload.kind.name(), workload.name.clone())
}

fn message(ring: &[(&Target, Edge<'_>)]) -> Option<Diagnostic> {
    let name = |(_, kind, name): &Target| format!("the {kind} `{name}`");
    let names: Vec<String> = ring.iter().map(|(held, _)| name(held)).collect();
    let who = match names.as_slice() {
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
        _ => names.concat(),
    };
    let mut places = ring.iter().map(|(held, Edge { wait, target })| {
        let (_, kind, own) = held;
        (wait.statement, format!("`{}` of the {kind} `{own}` waits for {}", wait.waiting.text, name(target)))
    });
    let (first, text) = places.next()?;
    let error = Diagnostic::error(Code::WaitCycle, first, format!("{who} wait for each other")).here(text);
    let error = places.fold(error, |error, (place, text)| error.label(place, text));
    Some(error.help("remove one of these waits, and let the app find the other one after it has started"))
}
