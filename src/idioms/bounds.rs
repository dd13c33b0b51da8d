//! Reads the comparisons that bound the tries of a loop.

use super::reader::ScriptReader;
use shuck_ast::Stmt;

/// What a comparison allows.
pub(super) struct TriesBound {
    /// The number of tries, or of seconds.
    pub(super) count: u64,
    pub(super) is_time: bool,
}

/// The operators of comparisons, each with how many more tries it allows.
const OPERATORS: [(&str, u64); 11] = [
    ("-ge", 0),
    ("-gt", 1),
    ("-le", 1),
    ("-lt", 0),
    ("-eq", 0),
    ("-ne", 0),
    (">=", 0),
    ("<=", 1),
    (">", 1),
    ("<", 0),
    ("==", 0),
];

impl ScriptReader<'_> {
    /// The bound in a statement that compares a counter with a number: `[ $i -ge 30 ]`, `((i > 30))`.
    pub(super) fn bound(&self, statement: &Stmt) -> Option<TriesBound> {
        let text = self.written(statement);
        let inner = text
            .strip_prefix("((")
            .and_then(|text| text.strip_suffix("))"))
            .or_else(|| text.strip_prefix("[[")?.strip_suffix("]]"))
            .or_else(|| text.strip_prefix("[ ")?.strip_suffix(']'))
            .or_else(|| text.strip_prefix("test "))?;
        self.comparison(inner)
    }

    /// The bound in a comparison.
    pub(super) fn comparison(&self, text: &str) -> Option<TriesBound> {
        if text.contains("$(") || text.contains('`') || text.contains("&&") || text.contains("||") {
            return None;
        }
        let (left, more, right) = OPERATORS.iter().find_map(|(operator, more)| {
            let (left, right) = text.split_once(operator)?;
            Some((left.trim(), *more, right.trim()))
        })?;
        let name = left.trim_matches(['"', '\'', '$', '{', '}', ' ']);
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let number = self.number(right)?;
        // A counter that counts down starts at its constant.
        let count = if number == 0 { self.constants.get(name)?.parse().ok()? } else { number };
        is_name.then_some(TriesBound { count: count + more, is_time: name == "SECONDS" })
    }
}
