//! Finds where in a TOML text an offset is: in which table, in a key or in a value. It reads line by line, so that text
//! which is being typed has an answer, too.

use std::ops::Range;

/// Where an offset is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TomlPlace {
    /// The names of the tables around it.
    pub(super) tables: Vec<String>,
    pub(super) part: TomlPart,
    /// The bytes of the word at the offset.
    pub(super) word: Range<usize>,
}

/// What is at an offset.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TomlPart {
    /// A key of the table.
    Key,
    /// The name of a table; the names are those before it.
    Header,
    /// The value of a key.
    Value {
        key: Vec<String>,
        /// Whether it is in quotes.
        is_text: bool,
    },
}

/// The place of an offset; nothing in a comment or in a text of several lines.
pub(super) fn place(text: &str, offset: usize) -> Option<TomlPlace> {
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let mut tables = Vec::new();
    let mut start = 0;
    let mut open = None;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let is_here = offset < end || end == text.len() && !line.ends_with('\n');
        let was_open = open;
        open = multiline(line, open);
        if is_here {
            return if was_open.is_some() { None } else { in_line(line, start, offset, tables) };
        }
        if was_open.is_none()
            && let Some(header) = header(line)
        {
            tables = names(header);
        }
        start = end;
    }
    in_line("", start, offset, tables).filter(|_| open.is_none())
}

fn in_line(line: &str, start: usize, offset: usize, tables: Vec<String>) -> Option<TomlPlace> {
    let at = offset - start;
    let before = &line[..at];
    if is_comment(before) {
        return None;
    }
    let is_own = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_');
    let first = before.trim_end_matches(is_own).len();
    let after = line.len() - line[at..].trim_start_matches(is_own).len();
    let word = start + first..start + after;
    let lead = line.trim_start();
    if lead.starts_with('[') && !before.contains('=') {
        let written = before.trim_start().trim_start_matches('[');
        let outer = written.rsplit_once('.').map_or("", |(outer, _)| outer);
        return Some(TomlPlace { tables: names(outer), part: TomlPart::Header, word });
    }
    let Some((key, value)) = before.split_once('=') else {
        let outer = before[..first].trim();
        let inner = outer.strip_suffix('.').map(names).unwrap_or_default();
        let tables = tables.into_iter().chain(inner).collect();
        return Some(TomlPlace { tables, part: TomlPart::Key, word });
    };
    // Inside `{ }`, the keys are others.
    if value.contains('{') {
        return None;
    }
    let is_text = value.matches('"').count() % 2 == 1 || value.matches('\'').count() % 2 == 1;
    let value_word = if is_text {
        let opened = start + key.len() + 1 + value.rfind(['"', '\'']).map_or(0, |quote| quote + 1);
        let end = line[at..].find(['"', '\'', '\n', '\r', ',', ']']).map_or(line.len(), |end| at + end);
        opened..start + end
    } else {
        word
    };
    Some(TomlPlace { tables, part: TomlPart::Value { key: names(key), is_text }, word: value_word })
}

fn is_comment(before: &str) -> bool {
    let mut quote = None;
    for char in before.chars() {
        match (quote, char) {
            (None, '#') => return true,
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
    }
    false
}

/// The quotes of a text of several lines that is open after a line.
fn multiline(line: &str, mut open: Option<&'static str>) -> Option<&'static str> {
    let mut rest = line;
    loop {
        open = match open {
            Some(quotes) => match rest.find(quotes) {
                Some(at) => {
                    rest = &rest[at + quotes.len()..];
                    None
                }
                None => return Some(quotes),
            },
            None => {
                let found = |quotes: &'static str| rest.find(quotes).map(|at| (at, quotes));
                let (at, quotes) = ["\"\"\"", "'''"].into_iter().filter_map(found).min()?;
                rest = &rest[at + quotes.len()..];
                Some(quotes)
            }
        };
    }
}

/// The text between the brackets of a line that begins a table.
fn header(line: &str) -> Option<&str> {
    let inner = line.trim_start().strip_prefix('[')?;
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    Some(inner.split(']').next().unwrap_or(inner))
}

fn names(dotted: &str) -> Vec<String> {
    let names = dotted.split('.').map(|name| name.trim().trim_matches(['"', '\'']).to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is at the `$` of a text.
    fn at(text: &str) -> Option<(String, TomlPart, String)> {
        let offset = text.find('$').unwrap();
        let text = text.replace('$', "");
        let place = place(&text, offset)?;
        Some((place.tables.join("."), place.part, text[place.word].to_owned()))
    }

    fn value(key: &str, is_text: bool) -> TomlPart {
        TomlPart::Value { key: names(key), is_text }
    }

    #[test]
    fn a_place_is_in_a_table_and_in_a_key_or_a_value() {
        let found = |table: &str, part, word: &str| Some((table.to_owned(), part, word.to_owned()));
        assert_eq!(at("ku$be"), found("", TomlPart::Key, "kube"));
        assert_eq!(at("$"), found("", TomlPart::Key, ""));
        assert_eq!(at("[lints]\n\n$"), found("lints", TomlPart::Key, ""));
        assert_eq!(at("[[case]]\nfails = \"mi$s\""), found("case", value("fails", true), "mis"));
        assert_eq!(at("warns = [\"a-b\", \"c-$d\"]"), found("", value("warns", true), "c-d"));
        assert_eq!(at("a = tr$"), found("", value("a", false), "tr"));
        assert_eq!(at("lints.$x"), found("lints", TomlPart::Key, "x"));
        assert_eq!(at("[profiles.pr$od]"), found("profiles", TomlPart::Header, "prod"));
        assert_eq!(at("a = 1 # b$"), None);
        assert_eq!(at("source = '''\n[lints]\nx$\n'''"), None);
        assert_eq!(at("source = '''\n[x]\n'''\nna$me"), found("", TomlPart::Key, "name"));
        assert_eq!(at("set = { a$ = 1 }"), None);
        assert_eq!(at("é = \"é$é\""), found("", value("é", true), "éé"));
    }

    #[test]
    fn every_offset_of_any_text_has_an_answer() {
        let text = "[[a.\"é\"]\n=\n\"\"\"\n]\n\"\"\"x = \'é\" #\n[ü.\n\r= [\n";
        for offset in 0..=text.len() + 2 {
            if let Some(place) = place(text, offset) {
                assert!(text.get(place.word.clone()).is_some(), "{offset}: {place:?}");
            }
        }
    }
}
