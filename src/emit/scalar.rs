//! Writes texts and keys so that every reader of YAML reads them back as text.
//!
//! Invariant: the bytes are those of serde-saphyr, which decides about quotes and escapes where the answer is not obvious.

use super::literal::{STEP, block, fits_block, new_line};
use crate::total::sure;
use serde::{Serialize, Serializer};
use serde_saphyr::SerializerOptions;

/// Writes a text as an item of a list, or as the value of a key, which is indented so far.
pub(super) fn text(out: &mut String, text: &str, indent: usize) {
    if is_plain(text.as_bytes()) {
        out.push_str(text);
    } else if is_number(text.as_bytes()) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else if fits_block(text) {
        block(out, text, indent + STEP);
    } else {
        other(out, &text);
    }
}

/// Writes another value that is neither a list nor a map.
pub(super) fn other(out: &mut String, value: &impl Serialize) {
    let entry = entry("k", value);
    out.push_str(entry.strip_prefix("k: ").unwrap_or(&entry));
}

/// Writes a key that is indented so far, with its colon.
pub(super) fn key(out: &mut String, key: &str, indent: usize) {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if key.len() <= MAX_PLAIN_KEY && is_plain(key.as_bytes()) && key.bytes().all(is_name) {
        out.push_str(key);
        out.push(':');
        return;
    }
    let entry = entry(key, &());
    let key = entry.strip_suffix(" null").unwrap_or(&entry);
    match key.split_once('\n') {
        None => out.push_str(key),
        // A long key has a line of its own.
        Some((key, colon)) => {
            out.push_str(key);
            new_line(out, indent);
            out.push_str(colon);
        }
    }
}

/// The length of a key above which YAML needs another notation.
const MAX_PLAIN_KEY: usize = 1024;

/// A map of one entry, without the last end of a line.
fn entry(key: &str, value: &impl Serialize) -> String {
    struct Entry<'e, V>(&'e str, &'e V);

    impl<V: Serialize> Serialize for Entry<'_, V> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([(self.0, self.1)])
        }
    }

    let mut options = SerializerOptions::default();
    options.prefer_block_scalars = false;
    let mut out = String::new();
    // The writer accepts every text and number.
    sure(serde_saphyr::to_fmt_writer_with_options(&mut out, &Entry(key, value), options));
    if out.ends_with('\n') {
        out.pop();
    }
    out
}

/// Words that start with a letter, and that some reader does not read as text.
const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// Whether a text obviously means itself without quotes, as names, images, paths, options and amounts do.
fn is_plain(text: &[u8]) -> bool {
    // A number or a date has a digit, a sign or a dot where this text has a letter; only `-inf` has not.
    let (first, rest) = match text {
        [b'-', b'-', rest @ ..] | [b'-', rest @ ..] => (rest.first(), rest),
        [b'1'..=b'9', ..] => {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let unit = text.get(digits..).unwrap_or_default();
            return matches!(unit, b"m" | b"k" | b"M" | b"G" | b"Ki" | b"Mi" | b"Gi" | b"s");
        }
        _ => (text.first(), text),
    };
    let Some(b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'$') = first else { return false };
    if rest.len() <= 5 && WORDS.iter().any(|word| rest.eq_ignore_ascii_case(word.as_bytes())) {
        return false;
    }
    let mut before = b' ';
    for byte in rest {
        let is_safe = match byte {
            b' ' => before != b':',
            b'#' => before != b' ',
            b'!'..=b'~' => true,
            _ => false,
        };
        if !is_safe {
            return false;
        }
        before = *byte;
    }
    !matches!(before, b' ' | b':')
}

/// Whether a text obviously needs quotes, which keep it text: a number or a version.
fn is_number(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'9', rest @ ..] if rest.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.')))
}
