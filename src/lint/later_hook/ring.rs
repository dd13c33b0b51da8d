//! Reports workloads that wait for each other: none of them ever becomes ready.
//!
//! Each is a node with the waits that hold it. What is not on a cycle is taken off first; then whoever follows the waits from a
//! node that is left comes to one. Both take linear time.

use super::{Hooks, Made, SERVERS, Target, Wait};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use fnv::FnvHashMap;

/// Reports one cycle of each knot of workloads that wait for each other.
pub(super) fn check(hooks: &Hooks, diagnostics: &mut Vec<Diagnostic>) {
    let mut waits: FnvHashMap<&Target, Vec<&Wait>> = FnvHashMap::default();
    for wait in hooks.waits.iter().filter(|wait| is_certain(hooks, wait)) {
        if let Some(held) = &wait.held {
            waits.entry(held).or_default().push(wait);
        }
    }
    keep_knots(&mut waits);
    let mut starts: Vec<(Span, &Target)> =
        waits.iter().filter_map(|(target, waits)| Some((waits.first()?.statement, *target))).collect();
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
            let Some(wait) = waits.get(at).and_then(|waits| waits.first()) else { break usize::MAX };
            path.push((at, *wait));
            at = &wait.target;
        };
        if known == walk {
            let ring = path.iter().skip_while(|(held, _)| *held != at);
            diagnostics.extend(message(&ring.copied().collect::<Vec<_>>()));
        }
    }
}

/// Takes off, one after the other, the waits for workloads that wait for nothing.
fn keep_knots<'a>(waits: &mut FnvHashMap<&'a Target, Vec<&'a Wait>>) {
    let mut waiting: FnvHashMap<&Target, Vec<&Target>> = FnvHashMap::default();
    for (held, own) in waits.iter() {
        own.iter().for_each(|wait| waiting.entry(&wait.target).or_default().push(held));
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
        own.retain(|wait| left.contains_key(&wait.target));
        left.contains_key(held)
    });
}

/// Whether a wait ends only when another workload of the program is ready.
fn is_certain(hooks: &Hooks, wait: &Wait) -> bool {
    let (namespace, _, name) = &wait.target;
    let made = |target: &Target| hooks.made.get(target).is_some_and(|made: &Made| made.has_pods);
    let is_other = |target: &Target| wait.held.as_ref() != Some(target);
    // Another workload of the same name may serve the host as well.
    let others = || SERVERS.iter().filter(|kind| made(&(namespace.clone(), kind, name.clone()))).count();
    made(&wait.target) && is_other(&wait.target) && (!wait.by_host || others() == 1)
}

fn message(ring: &[(&Target, &Wait)]) -> Option<Diagnostic> {
    let name = |(_, kind, name): &Target| format!("the {kind} `{name}`");
    let names: Vec<String> = ring.iter().map(|(held, _)| name(held)).collect();
    let who = match names.as_slice() {
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
        _ => names.concat(),
    };
    let mut places = ring.iter().map(|(held, wait)| {
        let (_, kind, own) = held;
        (
            wait.statement,
            format!("`{}` of the {kind} `{own}` waits for {}", wait.waiting.text, name(&wait.target)),
        )
    });
    let (first, text) = places.next()?;
    let error = Diagnostic::error(Code::WaitCycle, first, format!("{who} wait for each other")).here(text);
    let error = places.fold(error, |error, (place, text)| error.label(place, text));
    Some(error.help("remove one of these waits, and let the app find the other one after it has started"))
}
