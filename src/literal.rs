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
            '#' if text[at + 1..].starts_with('{') => out.push_str("\\#"),
            char if plain(char) => out.push(char),
            char => escape(char, &mut out),
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

/// A text in the multi-line form.
#[derive(Clone, Debug)]
pub(crate) struct TextBlock {
    /// The quotes around it: raw, or with escapes.
    pub(crate) quotes: &'static str,
    pub(crate) lines: Vec<String>,
    /// Whether a newline ends the text.
    pub(crate) ends_line: bool,
}

/// A text of several lines in the multi-line form: raw if that can express it, else with escapes where they are needed.
pub(crate) fn block(text: &str) -> Option<TextBlock> {
    if !text.contains('\n') {
        return None;
    }
    let (body, ends_line) = text.strip_suffix('\n').map_or((text, false), |body| (body, true));
    let lines: Vec<&str> = body.split('\n').collect();
    if lines.iter().all(|line| is_blank(line))
        || (!ends_line && lines.last().is_some_and(|last| is_blank(last)))
    {
        return None;
    }
    // Indentation that all lines share would be removed.
    let shared = lines.iter().filter(|line| !is_blank(line)).all(|line| line.starts_with([' ', '\t']));
    let is_odd = |char: char| (char.is_control() && char != '\n' && char != '\t') || is_invisible(char);
    let is_raw = !shared
        && !text.contains("'''")
        && lines.iter().all(|line| line.is_empty() || !is_blank(line))
        && !text.contains(is_odd)
        // Closing quotes at the end of a line would merge with quotes of the text.
        && (ends_line || !body.ends_with('\''));
    if is_raw {
        let lines = lines.into_iter().map(str::to_owned).collect();
        return Some(TextBlock { quotes: "'''", lines, ends_line });
    }
    let last = lines.len() - 1;
    let first = lines.iter().position(|line| !is_blank(line));
    let escaped = |(at, line): (usize, &&str)| {
        let mut escaped = String::with_capacity(line.len());
        let is_indented = line.starts_with([' ', '\t']) && (is_blank(line) || (shared && Some(at) == first));
        for (place, char) in line.char_indices() {
            let rest = &line[place..];
            let is_last_quote = !ends_line && at == last && rest == "\"";
            match char {
                ' ' | '\t' if place == 0 && is_indented => escape(char, &mut escaped),
                '\\' => escaped.push_str("\\\\"),
                '"' if rest.starts_with("\"\"\"") || is_last_quote => escaped.push_str("\\\""),
                '#' if rest.starts_with("#{") => escaped.push_str("\\#"),
                char if is_odd(char) => escape(char, &mut escaped),
                char => escaped.push(char),
            }
        }
        escaped
    };
    let lines = lines.iter().enumerate().map(escaped).collect();
    Some(TextBlock { quotes: "\"\"\"", lines, ends_line })
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| byte == b' ' || byte == b'\t')
}

fn escape(char: char, out: &mut String) {
    match char {
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        char => {
            // Writing to a text does not fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(char));
        }
    }
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
    fn many_lines_are_raw_if_they_can_be() {
        let written = |text: &str| {
            let block = block(text)?;
            let end = if block.ends_line { "\n" } else { "" };
            Some(format!("{0}\n{1}{end}{0}", block.quotes, block.lines.join("\n")))
        };
        let cases = [
            "a\n b\n",
            "a\n\nb",
            "\na\\\n",
            " a\n b\n",
            "a\\\n \nb\n",
            "a'''\nb\n",
            "a\r\nb\"\r\n",
            "a'''\n\"\"\"b\"",
            "a\n#{b}\r\n",
        ];
        insta::assert_snapshot!(cases.map(|text| written(text).unwrap()).join("\n"), @r#"
        '''
        a
         b
        '''
        '''
        a

        b'''
        '''

        a\
        '''
        """
        \u{20}a
         b
        """
        """
        a\\
        \u{20}
        b
        """
        """
        a'''
        b
        """
        """
        a\r
        b"\r
        """
        """
        a'''
        \"""b\""""
        """
        a
        \#{b}\r
        """
        "#);
        assert_eq!((written("one"), written("a\n "), written("\n")), (None, None, None));
    }
}
