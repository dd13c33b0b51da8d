//! Makes characters visible that a terminal, an editor or a log obeys or hides; the only module that knows them.
//!
//! Invariant: the output has no control characters except line breaks and tabs, and these only where requested.

use crate::total::sure;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Makes a text safe to print on one line: control characters become symbols.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Makes a text of several lines safe to print; keeps line breaks of both forms and tabs.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    let stays = |letter: char| matches!(letter, '\n' | '\t') || visible(letter) == letter;
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let shown = |line: &str| -> String {
        line.chars().map(|letter| if stays(letter) { letter } else { visible(letter) }).collect()
    };
    text.split("\r\n").map(shown).collect::<Vec<_>>().join("\r\n").into()
}

/// Writes a value as an indented JSON document without characters that hide or reorder text.
pub(crate) fn document(value: &impl Serialize) -> String {
    // JSON refuses only keys that are not text; the fields of our own types are text.
    let mut text = sure(serde_json::to_string_pretty(value));
    text.push('\n');
    json(&text).into_owned()
}

/// Escapes the characters of a JSON document that hide or reorder text; the values stay the same.
pub(crate) fn json(document: &str) -> Cow<'_, str> {
    // The other ones are escaped already, or are the line breaks and spaces between values.
    let hides = |letter: char| !letter.is_ascii_control() && visible(letter) != letter || letter == '\x7f';
    if !document.contains(hides) {
        return Cow::Borrowed(document);
    }
    let mut escaped = String::with_capacity(document.len() + document.len() / 8);
    for letter in document.chars() {
        if hides(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to memory cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

/// The symbol of a control character, or a replacement for a hidden character.
pub(crate) fn visible(letter: char) -> char {
    match letter {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        _ if is_hidden(letter) => '\u{fffd}',
        _ => letter,
    }
}

/// Whether a character is invisible or changes the order in which others are shown.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || reorders(letter)
        || matches!(letter,
            '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character changes the order in which others are shown.
pub(crate) fn reorders(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_hidden_gets_through() {
        for letter in ('\0'..=char::MAX).filter(|letter| is_hidden(*letter)) {
            let text = format!("a{letter}b");
            assert!(!plain(&text).contains(is_hidden), "{letter:?}");
            let stays = matches!(letter, '\n' | '\t');
            assert_eq!(lines(&text).contains(is_hidden), stays, "{letter:?}");
            let document = serde_json::to_string(&text).unwrap();
            assert!(!json(&document).contains(is_hidden), "{letter:?}");
            assert_eq!(serde_json::from_str::<String>(&json(&document)).unwrap(), text);
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        let text = "é עברית العربية नमस्ते 👍🏽 ☕️ |`'\"\n\tx";
        assert_eq!(lines(text), text);
        assert_eq!(json(text), text);
        assert_eq!(lines("a\r\r\nb\rc\n"), "a␍\r\nb␍c\n");
        assert_eq!(plain("a\u{1b}[2J\u{9b}\u{202e}"), "a␛[2J��");
    }
}
