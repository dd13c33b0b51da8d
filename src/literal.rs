//! Writes values in the syntax of a source.
//!
//! Invariant: the written text reads back as exactly the same value.

use crate::diagnostic::visible::is_hidden;
use crate::vocabulary::KEYWORDS;
use std::fmt::Write as _;

/// A name in a declaration or reference, or the key of a map: a word literally, anything else in quotes.
pub(crate) fn name(text: &str) -> String {
    let is_word = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_word && !KEYWORDS.contains(&text) { text.to_owned() } else { quoted(text) }
}

/// A text in quotes, on one line: raw if it would need escapes and has no single quote.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |char: char| !char.is_control() && !is_invisible(char);
    if text.contains(['"', '\\']) && !text.contains('\'') && text.chars().all(plain) {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (at, char) in text.char_indices() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '#' if text[at + 1..].starts_with('{') => out.push_str("\\#"),
            char if plain(char) => out.push(char),
            char => {
                // Writing to a text does not fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(char));
            }
        }
    }
    out.push('"');
    out
}

/// An absolute path literally, anything else in quotes.
pub(crate) fn path(text: &str) -> String {
    let needs_no_quotes = |char: char| {
        char.is_ascii_alphanumeric()
            || "-./:?@_<=>$%&*+!\\^`|~".contains(char)
            || (!char.is_ascii() && !char.is_whitespace() && !char.is_control() && !is_invisible(char))
    };
    let bare = text.starts_with('/')
        && !text.starts_with("//")
        && !text.starts_with("/*")
        && text.chars().all(needs_no_quotes);
    if bare { text.to_owned() } else { quoted(text) }
}

/// A text in an `env` block or a map: plain numbers and booleans without quotes.
pub(crate) fn plain(text: &str) -> String {
    let is_number = text.len() < 16
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || text.starts_with(|first: char| ('1'..='9').contains(&first)));
    if is_number || text == "true" || text == "false" { text.to_owned() } else { quoted(text) }
}

/// A number of seconds with its unit.
pub(crate) fn seconds(count: i64) -> String {
    match count {
        3600.. if count % 3600 == 0 => format!("{}h", count / 3600),
        120.. if count % 60 == 0 => format!("{}m", count / 60),
        _ => format!("{count}s"),
    }
}

/// The lines of a text for the raw multi-line form, and whether a newline ends it; `None` if that form cannot express it.
pub(crate) fn lines(text: &str) -> Option<(Vec<&str>, bool)> {
    let (body, newline) = text.strip_suffix('\n').map_or((text, false), |body| (body, true));
    let lines: Vec<&str> = body.split('\n').collect();
    // Indentation that all lines share would be removed.
    let is_blank = |line: &str| line.bytes().all(|byte| byte == b' ' || byte == b'\t');
    let shared = lines.iter().filter(|line| !is_blank(line)).all(|line| line.starts_with([' ', '\t']));
    let fits = text.contains('\n')
        && !shared
        && !text.contains("'''")
        && lines.iter().all(|line| line.is_empty() || !is_blank(line))
        && !text.contains(|char: char| (char.is_control() && char != '\n' && char != '\t') || is_invisible(char))
        // Closing quotes at the end of a line would merge with quotes of the text.
        && (newline || !body.ends_with(['\'', '\n']));
    fits.then_some((lines, newline))
}

/// Whether a character is invisible or easily mistaken for another.
fn is_invisible(char: char) -> bool {
    (is_hidden(char) && !char.is_control()) || matches!(char, '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_or_quoted() {
        assert_eq!(name("shop-web_1"), "shop-web_1");
        assert_eq!(name("2fa"), "\"2fa\"");
        assert_eq!(name("host"), "\"host\"");
        assert_eq!(name("app.kubernetes.io/name"), "\"app.kubernetes.io/name\"");
    }

    #[test]
    fn text_is_quoted_with_as_few_escapes_as_can_be() {
        assert_eq!(quoted("a b"), r#""a b""#);
        assert_eq!(quoted(r#"{"a": 1}"#), r#"'{"a": 1}'"#);
        assert_eq!(quoted(r#"it's "a""#), r#""it's \"a\"""#);
        assert_eq!(quoted("a\tb #{c}\u{7}"), r#""a\tb \#{c}\u{7}""#);
    }

    #[test]
    fn short_texts_stay_short() {
        assert_eq!(path("/etc/shop"), "/etc/shop");
        assert_eq!(path("/a b"), "\"/a b\"");
        assert_eq!(path(r"C:\data"), r"'C:\data'");
        assert_eq!(plain("8080"), "8080");
        assert_eq!(plain("0080"), "\"0080\"");
        assert_eq!([90, 60, 120, 7200].map(seconds).join(" "), "90s 60s 2m 2h");
    }

    #[test]
    fn many_lines_need_a_line_without_indentation() {
        assert_eq!(lines("a\n b\n"), Some((vec!["a", " b"], true)));
        assert_eq!(lines("a\n\nb"), Some((vec!["a", "", "b"], false)));
        assert_eq!(lines(" a\n b\n"), None);
        assert_eq!(lines("a\n \nb\n"), None);
        assert_eq!(lines("a'''\nb\n"), None);
        assert_eq!(lines("one"), None);
    }
}
