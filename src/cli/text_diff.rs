//! Computes the difference between two texts, in the format of `patch`, and colors it for a terminal.

use crate::diagnostic::screen::{Screen, Style};
use crate::diagnostic::visible::{lines, plain};
use similar::TextDiff;
use std::time::Duration;

/// Finding the smallest difference between very different texts takes long; after this time, a larger one is accepted.
const TIME: Duration = Duration::from_millis(200);

/// The difference between two named texts; empty if there is none. Control characters are shown as visible symbols.
pub(super) fn diff(old: (&str, &str), new: (&str, &str)) -> String {
    let diff = TextDiff::configure().timeout(TIME).diff_lines(old.1, new.1);
    let shown = diff.unified_diff().header(&plain(old.0), &plain(new.0)).to_string();
    lines(&shown).into_owned()
}

/// A difference in the colors that Git uses, if the screen has colors.
pub(super) fn colored(diff: &str, screen: Screen) -> String {
    let style = |line: &str| match line.as_bytes() {
        [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => Style::Title,
        [b'-', ..] => Style::Removed,
        [b'+', ..] => Style::Added,
        [b'@', ..] => Style::Code,
        _ => Style::Plain,
    };
    let mut out = String::with_capacity(diff.len() + diff.len() / 4);
    for whole in diff.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\r', '\n']);
        style(line).write(line, screen, &mut out);
        out.push_str(&whole[line.len()..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_the_color_of_its_kind() {
        let diff = diff(("a", "one\ntwo\n"), ("b", "one\nthree\n"));
        assert_eq!(diff, "--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n");
        assert_eq!(
            colored(&diff, Screen { color: true, ..Screen::default() }),
            "\x1b[1m--- a\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n one\n\x1b[31m-two\x1b[0m\n\x1b[32m+three\x1b[0m\n"
        );
    }
}
