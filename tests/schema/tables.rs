//! Reads the tables with the facts that the JSON schemas lack: words of enumerations, versions, and the order of fields.

use crate::definitions::Definitions;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fs;

pub(crate) struct Tables {
    /// The words of a field, by `Object.field`.
    enums: HashMap<String, Vec<String>>,
    /// The version since which a field or one of its words exists, by `Object.field` or `Object.field=word`.
    gates: HashMap<String, Gate>,
    /// The fields of an object that people write first, and those that they write last.
    order: HashMap<String, (Vec<String>, Vec<String>)>,
}

/// A row of `gates.tsv`.
pub(crate) struct Gate {
    pub(crate) from: u8,
    pub(crate) on: Option<u8>,
    pub(crate) gate: String,
}

impl Tables {
    pub(crate) fn read() -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let minor = |text: &str| text.strip_prefix("1.")?.parse().ok();
        Self {
            enums: rows("enums.tsv", |row| words(&row[0])),
            gates: rows("gates.tsv", |row| Gate {
                from: minor(&row[0]).expect("a version is 1.N"),
                on: (row[1] != "-").then(|| minor(&row[1]).expect("a version is 1.N, or -")),
                gate: row[2].clone(),
            }),
            order: rows("order.tsv", |row| {
                (words(&row[0]), row.get(1).map(|last| words(last)).unwrap_or_default())
            }),
        }
    }

    /// The words that a text field may have, if they are known.
    pub(crate) fn words(&self, path: &str) -> Option<&[String]> {
        self.enums.get(path).map(Vec::as_slice)
    }

    /// The versions that have a field or a word, if some do not have it.
    pub(crate) fn gate(&self, path: &str) -> Option<&Gate> {
        self.gates.get(path)
    }

    /// The fields of an object in the order in which people write them.
    pub(crate) fn in_order<'f>(
        &self,
        object: &str,
        fields: &'f Map<String, Value>,
        required: &[&str],
    ) -> Vec<&'f str> {
        let none = (Vec::new(), Vec::new());
        let (first, last) = self.order.get(object).unwrap_or(&none);
        let mut names: Vec<&str> = fields.keys().map(String::as_str).collect();
        names.sort_by_key(|name| {
            let rank = |names: &[String]| names.iter().position(|listed| listed == name);
            match (rank(first), rank(last)) {
                (Some(at), _) => (0, at),
                (None, Some(at)) => (3, at),
                (None, None) if *name == "name" => (1, 0),
                (None, None) if required.contains(name) => (1, 1),
                (None, None) => (2, 0),
            }
        });
        names
    }

    /// Checks that every row names something in the schema.
    pub(crate) fn check(&self, definitions: &Definitions) {
        let field = |path: &str| {
            let (object, field) = path.split_once('.').expect("a row names object.field");
            let found = definitions.get(object).map_or(&Value::Null, |schema| &schema["properties"][field]);
            assert!(!found.is_null(), "a table has {path}, but the schema does not");
            found
        };
        for (path, words) in &self.enums {
            let schema = field(path);
            let text = [&schema["type"], &schema["items"]["type"]].contains(&&Value::from("string"));
            assert!(text && !words.is_empty(), "enums.tsv: {path} is not text, or has no words");
        }
        for path in self.gates.keys() {
            let (path, word) =
                path.split_once('=').map_or((&**path, None), |(path, word)| (path, Some(word)));
            field(path);
            let known = word.is_none_or(|word| self.enums[path].iter().any(|known| known == word));
            assert!(known, "gates.tsv: {path} does not have the word {word:?}");
        }
        for (object, (first, last)) in &self.order {
            for name in first.iter().chain(last) {
                field(&format!("{object}.{name}"));
            }
        }
    }
}

/// The rows of a table by their first column, without its comments.
fn rows<T>(file: &str, row: impl Fn(&[String]) -> T) -> HashMap<String, T> {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut rows = HashMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let twice = rows.insert(columns[0].clone(), row(&columns[1..])).is_some();
        assert!(!twice, "{file} has two rows for {}", columns[0]);
    }
    rows
}
