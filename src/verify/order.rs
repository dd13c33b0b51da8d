//! Checks that what has to come after something else still does.

use super::pair::{Pair, other};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Direction;
use crate::order::Because;
use crate::source::Span;

/// Reports each link of the source that the init list of the object breaks.
pub(super) fn check(pair: &Pair<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (container, links) in pair.links.iter().enumerate() {
        let Some(place) = pair.init_place(container) else { continue };
        for because in links {
            let before = other(because).and_then(|other| Some((other, pair.init_place(other)?)));
            if let Some((before, before_place)) = before.filter(|(_, before_place)| *before_place > place) {
                diagnostics.push(broken(pair, (container, place), (before, before_place), because));
            }
        }
    }
}

fn broken(
    pair: &Pair<'_>,
    (container, place): (usize, usize),
    (before, before_place): (usize, usize),
    because: &Because,
) -> Diagnostic {
    let name = |container: usize| &pair.workload().containers[container].name.text;
    let (name, before) = (name(container), name(before));
    let (what, span) = match *because {
        Because::Files { does: Direction::Updates, span, .. } => ("whose files it updates", span),
        Because::Files { span, .. } => ("whose files it reads", span),
        Because::After { span, .. } => ("but has to run after it", span),
        Because::AsWritten => ("", pair.workload().span),
    };
    let at = |place: usize| pair.at(place).map_or(pair.rendered.place, |container| container.place);
    let error =
        Diagnostic::error(Code::BrokenOrder, span, format!("`{name}` starts before `{before}`, {what}"))
            .here(pair.sentence(container, because))
            .label(at(place), format!("`{name}` is number {} of `initContainers`", place + 1))
            .label(at(before_place), format!("`{before}` is number {}", before_place + 1))
            .help(format!("move `{before}` before `{name}` in `initContainers`"));
    let is_first = (0..place).all(|earlier| !pair.is_own(earlier));
    if is_first {
        error.help(format!("if a patch names `{name}`, list {} before it there: kustomize moves the init containers that a strategic merge patch names to the front", earlier(pair, container)))
    } else {
        error
    }
}

/// The containers that come before one in the source.
fn earlier(pair: &Pair<'_>, container: usize) -> String {
    let order = pair.compiled.order.init_containers();
    let before: Vec<usize> = order.take_while(|other| *other != container).collect();
    let name = |container: &usize| format!("`{}`", pair.workload().containers[*container].name.text);
    match before.as_slice() {
        [] => "the others".to_owned(),
        [one] => name(one),
        [first, second] => format!("{} and {}", name(first), name(second)),
        [first, .., last] => format!("{} to {}", name(first), name(last)),
    }
}

/// The place of a link in the source.
pub(super) fn span_of(because: &Because) -> Option<Span> {
    match *because {
        Because::AsWritten => None,
        Because::After { span, .. } | Because::Files { span, .. } => Some(span),
    }
}
