//! Holds the logs of containers, and gives their last lines.

use crate::kubernetes::timestamp::is_timestamp;
use std::collections::HashMap;

/// How many lines of a log are shown, and how many characters of each.
const LINES: usize = 3;
const MAX_LINE: usize = 300;

/// What the kubelet prints instead of a log that is gone.
const GONE: &str = "unable to retrieve container logs for";

/// Logs by the names of the pod and the container.
#[derive(Debug, Default)]
pub(crate) struct Logs(HashMap<(String, String), Vec<String>>);

impl Logs {
    /// Adds the log of a container.
    pub(crate) fn add(&mut self, pod: &str, container: &str, log: &str) {
        let lines = last_lines(log.lines());
        if !lines.is_empty() {
            self.0.insert((pod.to_owned(), container.to_owned()), lines);
        }
    }

    /// Adds the logs of several containers, as `kubectl logs --prefix` prints them.
    pub(crate) fn add_prefixed(&mut self, text: &str) {
        let mut logs: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
        for line in text.lines() {
            let Some((pod, container, rest)) = prefixed(line) else { continue };
            logs.entry((pod, container)).or_default().push(rest);
        }
        for ((pod, container), lines) in logs {
            let lines = last_lines(lines.into_iter());
            self.0.insert((pod.to_owned(), container.to_owned()), lines);
        }
    }

    /// The last lines of the log of a container; a log without the name of a pod is one of all pods.
    pub(crate) fn of(&self, pod: &str, container: &str) -> &[String] {
        let log = |pod: &str| self.0.get(&(pod.to_owned(), container.to_owned()));
        log(pod).or_else(|| log("")).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The pod, the container and the rest of a line such as `[pod/shop/web] started`.
fn prefixed(line: &str) -> Option<(&str, &str, &str)> {
    let (prefix, rest) = line.strip_prefix("[pod/")?.split_once(']')?;
    let (pod, container) = prefix.split_once('/')?;
    Some((pod, container, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// The last lines of a text that are not empty, without the times that `kubectl logs --timestamps` adds.
pub(super) fn last_lines<'t>(lines: impl DoubleEndedIterator<Item = &'t str>) -> Vec<String> {
    let without_time = |line: &'t str| match line.split_once(' ') {
        Some((time, rest)) if is_timestamp(time) => rest,
        None if is_timestamp(line) => "",
        _ => line,
    };
    let texts = lines.rev().map(without_time).map(str::trim_end);
    let texts = texts.filter(|line| !line.trim().is_empty() && !line.starts_with(GONE));
    let mut last: Vec<String> = texts.take(LINES).map(|line| line.chars().take(MAX_LINE).collect()).collect();
    last.reverse();
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_found() {
        let mut logs = Logs::default();
        logs.add("shop", "web", "a\nb\n2026-11-29T04:25:27.439328214Z c\n\n2026-11-29T04:25:27.5Z \nd\r\n");
        assert_eq!(logs.of("shop", "web"), ["b", "c", "d"]);
        logs.add("shop", "gone", "unable to retrieve container logs for containerd://c7cf");
        assert!(logs.of("shop", "gone").is_empty());
        logs.add("", "gone", "e");
        assert_eq!(logs.of("shop", "gone"), ["e"]);
        logs.add_prefixed("[pod/shop/a] one\n[pod/shop/b] two\nthree\n[pod/shop/a] four\n[pod/shop");
        assert_eq!(logs.of("shop", "a"), ["one", "four"]);
        assert_eq!(logs.of("shop", "b"), ["two"]);
    }
}
