//! Writes a record as KYAML, the form of YAML that Kubernetes defines (KEP-5295): braces, and texts in double quotes.
//!
//! Invariant: the bytes are those of the encoder in `sigs.k8s.io/yaml/kyaml`, with two exceptions. Keys that are not ASCII
//! always have quotes. A line that starts with white space that has an escape, such as a no-break space, is read back as it
//! is: the encoder puts a backslash before the escape.

use super::record::{Part, Record};
use std::fmt::Write as _;

const STEP: &str = "  ";

/// Writes a record.
pub(super) fn write(out: &mut String, record: &Record) {
    out.reserve(record.texts.len() + 24 * record.parts.len());
    KyamlWriter { out, texts: &record.texts, parts: record.parts.as_slice() }.value(0);
    out.push('\n');
}

struct KyamlWriter<'r> {
    out: &'r mut String,
    texts: &'r str,
    /// The parts that are not written.
    parts: &'r [Part],
}

impl KyamlWriter<'_> {
    fn next(&mut self) -> Option<Part> {
        let (part, rest) = self.parts.split_first()?;
        self.parts = rest;
        Some(*part)
    }

    /// Writes the next value, whose line is indented so far.
    fn value(&mut self, indent: usize) {
        match self.next() {
            Some(Part::List(0)) => self.out.push_str("[]"),
            Some(Part::Map(0)) => self.out.push_str("{}"),
            Some(Part::List(length)) => self.list(length, indent),
            Some(Part::Map(length)) => self.map(length, indent),
            Some(Part::Text(start, end)) => text(self.out, &self.texts[start..end], indent + 1),
            // Writing to memory cannot fail.
            Some(Part::Bool(bool)) => drop(write!(self.out, "{bool}")),
            Some(Part::Int(int)) => drop(write!(self.out, "{int}")),
            Some(Part::Float(float)) => drop(write!(self.out, "{}", serde_json::Value::from(float))),
            Some(Part::Null | Part::Field(_)) | None => self.out.push_str("null"),
        }
    }

    /// Writes a list. The brackets of its items join its own if all items have brackets.
    fn list(&mut self, length: usize, indent: usize) {
        self.out.push('[');
        if self.all_have_brackets(length) {
            for at in 0..length {
                self.out.push_str(if at == 0 { "" } else { ", " });
                self.value(indent);
            }
        } else {
            for _ in 0..length {
                self.new_line(indent + 1);
                self.value(indent + 1);
                self.out.push(',');
            }
            self.new_line(indent);
        }
        self.out.push(']');
    }

    /// Whether the next values, so many, are all lists or maps.
    fn all_have_brackets(&self, length: usize) -> bool {
        let mut rest = self.parts;
        (0..length).all(|_| {
            let has_brackets = matches!(rest.first(), Some(Part::List(_) | Part::Map(_)));
            rest = after(rest);
            has_brackets
        })
    }

    fn map(&mut self, length: usize, indent: usize) {
        self.out.push('{');
        for _ in 0..length {
            self.new_line(indent + 1);
            match self.next() {
                // No name in the schema needs quotes.
                Some(Part::Field(name)) => self.out.push_str(name),
                Some(Part::Text(start, end)) => key(self.out, &self.texts[start..end]),
                _ => {}
            }
            self.out.push_str(": ");
            self.value(indent + 1);
            self.out.push(',');
        }
        self.new_line(indent);
        self.out.push('}');
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(STEP, indent));
    }
}

/// The parts after those of the next value.
fn after(parts: &[Part]) -> &[Part] {
    let (mut rest, mut open) = (parts, 1);
    while let Some((part, after)) = rest.split_first().filter(|_| open > 0) {
        open = match part {
            Part::List(length) => open - 1 + length,
            Part::Map(length) => open - 1 + 2 * length,
            _ => open - 1,
        };
        rest = after;
    }
    rest
}

/// Writes a key, with quotes if some reader could take it for something else than text.
fn key(out: &mut String, key: &str) {
    if needs_quotes(key) {
        out.push('"');
        key.chars().for_each(|letter| escaped(out, letter, true));
        out.push('"');
    } else {
        out.push_str(key);
    }
}

/// Writes a text in quotes. Each line of several has a line of its own, indented so far and by one more space, in whose
/// place a backslash marks a line that starts with a space.
fn text(out: &mut String, text: &str, indent: usize) {
    out.push('"');
    if !text.contains('\n') {
        text.chars().for_each(|letter| escaped(out, letter, false));
        out.push('"');
        return;
    }
    let begin = |out: &mut String| {
        out.push_str("\\\n");
        out.extend(std::iter::repeat_n(STEP, indent));
    };
    for line in text.split_inclusive('\n') {
        begin(out);
        out.push(if line.starts_with([' ', '\t']) { '\\' } else { ' ' });
        let content = line.strip_suffix('\n');
        content.unwrap_or(line).chars().for_each(|letter| escaped(out, letter, false));
        out.push_str(if content.is_some() { "\\n" } else { "" });
    }
    begin(out);
    out.push('"');
}

/// Writes a character of a text in quotes.
fn escaped(out: &mut String, letter: char, is_key: bool) {
    match letter {
        '"' | '\\' => out.extend(['\\', letter]),
        '\t' if !is_key => out.push('\t'),
        ' '..='~' => out.push(letter),
        '\0' => out.push_str("\\0"),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\x0b' => out.push_str("\\v"),
        '\x0c' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '\x1b' => out.push_str("\\e"),
        '\u{85}' => out.push_str("\\N"),
        '\u{a0}' => out.push_str("\\_"),
        '\u{2028}' => out.push_str("\\L"),
        '\u{2029}' => out.push_str("\\P"),
        '\x01'..='\x7f' => drop(write!(out, "\\x{:02x}", u32::from(letter))),
        _ if is_printable(letter) => out.push(letter),
        '\u{80}'..='\u{ffff}' => drop(write!(out, "\\u{:04x}", u32::from(letter))),
        _ => drop(write!(out, "\\U{:08x}", u32::from(letter))),
    }
}

/// Whether a character that is not ASCII is a letter, a mark, a number, a punctuation mark or a symbol.
fn is_printable(letter: char) -> bool {
    // At the start of a text, Rust also escapes marks that join the character before.
    let mut pair = [0; 5];
    pair[0] = b'a';
    let length = letter.encode_utf8(&mut pair[1..]).len();
    let text = std::str::from_utf8(&pair[..=length]).unwrap_or_default();
    text.escape_debug().nth(1) == Some(letter)
}

fn needs_quotes(key: &str) -> bool {
    let letters = key.trim_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    let is_interior = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let starts_and_ends_plainly = |key: &str| {
        let is_plain =
            |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_plain(key.bytes().next()) && is_plain(key.bytes().last())
    };
    key.is_empty() || !letters.chars().all(is_interior) || !starts_and_ends_plainly(key) || is_ambiguous(key)
}

/// Whether some reader of YAML takes a text without quotes for null, a boolean, a number or a date. The text starts and ends
/// with a letter, a digit or `_`, and has only these, `-`, `.` and `/`.
fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f"];
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let number = text.replace('_', "");
    is_integer_in_base(&number) || is_float(&number) || is_date(text)
}

fn is_integer_in_base(number: &str) -> bool {
    let bases = [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)];
    bases.into_iter().any(|(prefix, base)| {
        number.strip_prefix(prefix).is_some_and(|digits| i64::from_str_radix(digits, base).is_ok())
    })
}

fn is_float(number: &str) -> bool {
    let is_decimal = || {
        let parsed = number.parse::<f64>();
        // A number that is too large is none.
        parsed.is_ok_and(|float| {
            !float.is_infinite() || !number.contains(|letter: char| letter.is_ascii_digit())
        })
    };
    let is_hexadecimal = || {
        let digits = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"))?;
        let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
        let is_mantissa = mantissa.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '.')
            && mantissa.matches('.').count() <= 1
            && mantissa != "."
            && !mantissa.is_empty();
        Some(is_mantissa && exponent.parse::<i16>().is_ok())
    };
    is_decimal() || is_hexadecimal() == Some(true)
}

/// Whether a text is a day, such as `2026-1-31`.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, most: usize| {
        let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| is_number)
    };
    let (Some(year), Some(month), Some(day)) =
        (number(year, 4).filter(|_| year.len() == 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_quotes_where_they_could_be_something_else() {
        let quoted = [
            "",
            "no",
            "Y",
            "null",
            "TRUE",
            "1",
            "1.5",
            "1e5",
            "0x1f",
            "0b1",
            "1_000",
            "inf",
            "NaN",
            "2026-01-31",
            "-a",
            "a-",
            ".a",
            "a b",
            "a:b",
            "é",
            "0x1p4",
            "~",
        ];
        for key in quoted {
            assert!(needs_quotes(key), "{key}");
        }
        for key in
            ["a", "app.kubernetes.io/name", "1a", "_", "2026-02-30", "1e999", "a_b", "node.js", "x-y.z/w"]
        {
            assert!(!needs_quotes(key), "{key}");
        }
    }

    #[test]
    fn lines_of_a_text_are_lines() {
        let mut out = String::new();
        text(&mut out, "a\n  b\n\nc \"d\" \\\te\n", 2);
        assert_eq!(
            out,
            "\"\\\n     a\\n\\\n    \\  b\\n\\\n     \\n\\\n     c \\\"d\\\" \\\\\te\\n\\\n    \""
        );
        let mut out = String::new();
        text(&mut out, "\n\u{a0}", 0);
        assert_eq!(out, "\"\\\n \\n\\\n \\_\\\n\"");
        let mut out = String::new();
        text(&mut out, "é\u{301}\u{200b}\u{1f600}\u{e000}\u{a0}\x01", 0);
        assert_eq!(out, "\"é\u{301}\\u200b\u{1f600}\\ue000\\_\\x01\"");
    }
}
