//! Writes JSON as a manifest in the layout that people use, and records the place of each value.
//!
//! Invariant: every reader reads the same value, because texts are always quoted.

use serde_json::Value;
use std::fmt::Write as _;
use std::ops::Range;

/// A text with the places of its values.
#[derive(Default)]
pub(crate) struct Manifest {
    pub(crate) text: String,
    /// Every entry and item, from its key or dash to the end of its value, outer ones first.
    pub(crate) places: Vec<Place>,
}

/// A value in a text.
pub(crate) struct Place {
    /// The keys and the indices of items that lead to it.
    pub(crate) path: Vec<String>,
    pub(crate) range: Range<usize>,
}

/// The manifest of an object.
pub(crate) fn manifest(object: &Value) -> Manifest {
    let mut manifest = Manifest::default();
    manifest.block(object, &mut Vec::new(), 0, true);
    let leading = usize::from(manifest.text.starts_with('\n'));
    manifest.text.drain(..leading);
    for place in &mut manifest.places {
        place.range = place.range.start - leading..place.range.end - leading;
    }
    manifest.text.push('\n');
    manifest
}

impl Manifest {
    /// The path of the innermost value that contains a range.
    pub(crate) fn path_at(&self, range: &Range<usize>) -> &[String] {
        let holds = |place: &&Place| place.range.start <= range.start && range.end <= place.range.end;
        self.places.iter().rfind(holds).map_or(&[], |place| &place.path)
    }

    /// Writes a value after a key or a dash; with `breaks`, a block starts on its own line.
    fn block(&mut self, value: &Value, path: &mut Vec<String>, indent: usize, breaks: bool) {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.line(indent, breaks || at > 0);
                    path.push(key.clone());
                    self.place(path, &format!("{}:", name(key)), |out, path| {
                        out.block(value, path, indent + 2, true);
                    });
                    path.pop();
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (at, value) in items.iter().enumerate() {
                    self.line(indent, breaks || at > 0);
                    path.push(at.to_string());
                    self.place(path, "-", |out, path| out.block(value, path, indent + 2, false));
                    path.pop();
                }
            }
            scalar => {
                let _ = write!(self.text, " {}", quoted(scalar));
            }
        }
    }

    fn line(&mut self, indent: usize, breaks: bool) {
        let _ = if breaks { write!(self.text, "\n{:indent$}", "") } else { write!(self.text, " ") };
    }

    fn place(&mut self, path: &mut Vec<String>, head: &str, rest: impl FnOnce(&mut Self, &mut Vec<String>)) {
        let (at, start) = (self.places.len(), self.text.len());
        self.text.push_str(head);
        self.places.push(Place { path: path.clone(), range: start..start });
        rest(self, path);
        self.places[at].range.end = self.text.len();
    }
}

/// A key, without quotes if it is a plain word.
fn name(key: &str) -> String {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let plain = key.starts_with(|char: char| char.is_ascii_alphabetic())
        && key.chars().all(|char| char.is_ascii_alphanumeric())
        && !words.contains(&key.to_ascii_lowercase().as_str());
    if plain { key.to_owned() } else { quoted(&Value::from(key)) }
}

/// A value as JSON, which YAML reads in the same way, with escapes for characters that YAML does not allow in quotes.
fn quoted(value: &Value) -> String {
    let json = value.to_string();
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        if matches!(char, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}') {
            let _ = write!(text, "\\u{:04x}", u32::from(char));
        } else {
            text.push(char);
        }
    }
    text
}

#[test]
fn a_manifest_means_the_same_value() {
    let object = serde_json::json!({
        "kind": "Pod",
        "empty": {}, "none": [], "null": null,
        "list": [1, "a: b", {"name": "x", "list": [[1, [2]], {}], "map": {"no": "yes"}}, [{"a": 1}], "\u{85}\n\t\"\\"],
        "acme.dev/key": {"": 0.5, "- a": -1, "# b": true},
    });
    let Manifest { text, places } = manifest(&object);
    assert_eq!(serde_yaml::from_str::<Value>(&text).expect("YAML"), object, "{text}");
    let place =
        |path: &[&str]| places.iter().find(|place| place.path == path).expect("a place").range.clone();
    assert_eq!(&text[place(&["kind"])], "kind: \"Pod\"");
    assert_eq!(&text[place(&["list", "2", "list", "0", "1"])], "- - 2");
    let at = text.find("\"x\"").expect("the text of a name");
    let manifest = manifest(&object);
    assert_eq!(manifest.path_at(&(at..at + 3)), ["list", "2", "name"]);
}
