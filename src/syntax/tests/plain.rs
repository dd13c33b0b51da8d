//! Holds the scanner of plain text to the grammar.

use super::super::{grammar, plain};
use proptest::prelude::*;

const PROGRAMS: [&str; 5] = [
    include_str!("../../../examples/django/main.initflow"),
    include_str!("../../../tests/steps/kinds/fetch.initflow"),
    include_str!("../../../tests/steps/kinds/render.initflow"),
    include_str!("../../../tests/syntax/nightly.initflow"),
    include_str!("../../std.initflow"),
];

/// What makes a difference where it is inserted.
const PIECES: [&str; 40] = [
    "\"",
    "\"\"",
    "\"\"\"",
    "'",
    "''",
    "'''",
    "\"x\"",
    "'y'",
    "\"\"\"\n    ",
    "\n  '''",
    "\n",
    "\n    ",
    "\r\n",
    " ",
    "\t",
    "{",
    "}",
    "[",
    "](",
    "a [",
    ")",
    ",",
    "1,",
    ";",
    "#",
    "#{a}",
    "\\",
    "\\\"",
    "..",
    ".",
    "=",
    "!=",
    "&",
    "|",
    "://",
    "/*",
    "-",
    "-1%",
    "é",
    "\0",
];

/// A few lines of a program, with a few pieces inserted.
fn damaged_lines() -> impl Strategy<Value = String> {
    let piece = (any::<prop::sample::Index>(), proptest::sample::select(&PIECES[..]));
    let pieces = proptest::collection::vec(piece, 0..4);
    (proptest::sample::select(&PROGRAMS[..]), any::<prop::sample::Index>(), 1..12usize, pieces).prop_map(
        |(program, first, count, pieces)| {
            let lines: Vec<&str> = program.split_inclusive('\n').collect();
            let first = first.index(lines.len());
            let mut text = lines[first..lines.len().min(first + count)].concat();
            for (at, piece) in pieces {
                let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
                text.insert_str(at.get(&places).to_owned(), piece);
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn has_the_tokens_of_the_grammar(text in damaged_lines()) {
        if let Some(tokens) = plain::scan(&text, 0) {
            prop_assert_eq!(tokens, grammar::by_rules(&text, 0));
        }
    }
}

#[test]
fn scans_whole_programs() {
    for program in PROGRAMS {
        let Some(tokens) = plain::scan(program, 0) else { continue };
        assert_eq!(tokens, grammar::by_rules(program, 0));
    }
    assert!(plain::scan(PROGRAMS[0], 0).is_some());
    assert!(plain::scan(PROGRAMS[4], 0).is_some());
}
