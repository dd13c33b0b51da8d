//! Tests properties of every text, and how much one typo affects.

use super::super::pieces::Pieces;
use super::super::tree::{Argument, Document, Piece, Statement, SyntaxValue, ValueKind};
use super::super::{MAX_BLOCK_DEPTH, Parse, parse};
use crate::diagnostic::{Applicability, applied};
use crate::source::{FileId, SourceFile, Span};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

const PROGRAMS: [&str; 2] = [
    include_str!("../../../tests/syntax/bakery.initflow"),
    include_str!("../../../tests/syntax/nightly.initflow"),
];

/// Pieces of text that are difficult for a parser.
const PIECES: [&str; 64] = [
    "a",
    "app web",
    "env",
    "param",
    "platform.x",
    "\"",
    "\"x\"",
    "'",
    "'''",
    "\"\"\"",
    "#{",
    "#{a}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ";",
    " ",
    "  ",
    "\t",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\r",
    "#",
    "\\",
    "\\n",
    "\\u{",
    "..",
    ".",
    "1",
    "-1",
    "0644",
    "5m",
    "/",
    "/etc",
    "//",
    "/*",
    "*/",
    "é",
    "😀",
    "“",
    "”",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "=",
    "==",
    "!",
    "!=",
    "&&",
    "||",
    "|",
    ":",
    "://",
    "$",
    "@",
    "`",
    "-",
    "^",
];

fn nasty_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..60).prop_map(|pieces| pieces.concat())
}

/// A program with a few stretches removed or inserted.
fn damaged_program() -> impl Strategy<Value = String> {
    let edit = (
        any::<prop::sample::Index>(),
        0..4usize,
        nasty_text().prop_map(|text| text.chars().take(4).collect::<String>()),
    );
    (proptest::sample::select(&PROGRAMS[..]), proptest::collection::vec(edit, 1..4)).prop_map(
        |(program, edits)| {
            let mut characters: Vec<char> = program.chars().collect();
            for (at, length, text) in edits {
                let at = at.index(characters.len());
                let end = characters.len().min(at + length);
                characters.splice(at..end, text.chars());
            }
            characters.into_iter().collect()
        },
    )
}

fn read(text: &str) -> (SourceFile, Parse) {
    let source = SourceFile::new(FileId(0), "test.initflow", text);
    let parsed = parse(&source);
    (source, parsed)
}

/// The leaves of a tree, in order; also checks that every node is inside its parent.
struct Leaves<'s> {
    source: &'s SourceFile,
    leaves: Vec<Span>,
}

impl Leaves<'_> {
    fn within(&self, inner: Span, outer: Span) {
        assert!(
            self.source.text.get(inner.range()).is_some(),
            "{inner:?} is not on the boundaries of characters"
        );
        assert!(outer.start <= inner.start && inner.end <= outer.end, "{inner:?} is not in {outer:?}");
    }

    fn leaf(&mut self, span: Span, outer: Span) {
        self.within(span, outer);
        self.leaves.push(span);
    }

    fn statements(&mut self, statements: &[Statement], outer: Span) {
        for Statement { span, name, values, block, .. } in statements {
            self.within(*span, outer);
            self.leaf(name.span, *span);
            for value in values {
                self.value(value, *span);
            }
            if let Some(block) = block {
                self.within(block.span, *span);
                self.statements(&block.statements, block.span);
            }
        }
    }

    fn value(&mut self, SyntaxValue { span, kind }: &SyntaxValue, outer: Span) {
        match kind {
            ValueKind::Text(pieces) => {
                for piece in pieces.iter() {
                    if let Piece::Name(name) = piece {
                        self.within(name.span, *span);
                    }
                }
                self.leaf(*span, outer);
            }
            ValueKind::Word(_) | ValueKind::Number(_) | ValueKind::Path(_) | ValueKind::Operator(_) => {
                self.leaf(*span, outer);
            }
            ValueKind::Range(low, high) => {
                low.iter().chain([high]).for_each(|end| self.value(end, *span));
            }
            ValueKind::List(values) => values.iter().for_each(|value| self.value(value, *span)),
            ValueKind::Call(call) => {
                self.leaf(call.name.span, *span);
                self.arguments(&call.arguments, *span);
            }
            ValueKind::Group(arguments) => self.arguments(arguments, *span),
        }
        self.within(*span, outer);
    }

    fn arguments(&mut self, arguments: &[Argument], outer: Span) {
        for Argument { name, values } in arguments {
            if let Some(name) = name {
                self.leaf(name.span, outer);
            }
            for value in values {
                self.value(value, outer);
            }
        }
    }
}

/// The leaves of a document and its comments, each in order.
fn leaves(source: &SourceFile, document: &Document) -> Vec<Span> {
    let mut all = Leaves { source, leaves: Vec::new() };
    all.statements(&document.statements, source.span());
    let in_order = |spans: &[Span]| spans.windows(2).all(|two| two[0].end <= two[1].start);
    assert!(in_order(&all.leaves), "the leaves are not in order");
    assert!(in_order(&document.comments), "the comments are not in order");
    all.leaves.extend(&document.comments);
    all.leaves.sort();
    assert!(in_order(&all.leaves), "a comment overlaps a leaf");
    all.leaves
}

fn any_broken(statements: &[Statement]) -> bool {
    let inside =
        |statement: &Statement| statement.block.as_ref().is_some_and(|block| any_broken(&block.statements));
    statements.iter().any(|statement| statement.broken || inside(statement))
}

/// Checks the properties of every text.
fn check_invariants(source: &SourceFile, Parse { document, errors }: &Parse) {
    let text = &source.text;
    let leaves = leaves(source, document);
    assert!(errors.is_sorted_by_key(|error| error.primary.span.start), "the errors are not in order");
    for error in errors {
        let places = error.labels.iter().map(|label| label.span).chain([error.primary.span]);
        let edits = error.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in places.chain(edits) {
            assert!(
                span.start <= span.end && text.get(span.range()).is_some(),
                "{}: {span:?}",
                error.code.name()
            );
        }
    }
    if !errors.is_empty() {
        return;
    }
    assert!(!any_broken(&document.statements), "broken without an error");
    // Without errors, the leaves and the gaps between them are the whole text.
    let mut end = 0;
    for leaf in leaves.iter().chain([&source.span().after()]) {
        let gap = &text[end..leaf.start as usize];
        let known = |character: char| " \t\r\n{}[](),;:=!&|.\u{feff}".contains(character);
        assert!(gap.chars().all(known), "{gap:?} is lost");
        end = leaf.end as usize;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_is_read(text in nasty_text()) {
        let (source, parsed) = read(&text);
        check_invariants(&source, &parsed);
    }

    #[test]
    fn every_damaged_program_is_read(text in damaged_program()) {
        let (source, parsed) = read(&text);
        check_invariants(&source, &parsed);
    }

    #[test]
    fn pieces_are_the_whole_text(texts in proptest::collection::vec(damaged_program(), 2..5)) {
        let mut editor = PieceEditor::default();
        for (at, text) in texts.iter().enumerate() {
            let text = texts[..at].concat() + text;
            prop_assert_eq!(editor.reads(&text), format!("{:?}", read(&text).1));
        }
    }

    #[test]
    fn nasty_pieces_are_the_whole_text(texts in proptest::collection::vec(nasty_text(), 2..5)) {
        let mut editor = PieceEditor::default();
        for at in 0..texts.len() {
            let text = texts[..=at].join("\n}\n");
            prop_assert_eq!(editor.reads(&text), format!("{:?}", read(&text).1));
        }
    }
}

#[test]
fn a_mark_at_the_start_of_a_piece_is_not_at_the_start_of_the_text() {
    let mut editor = PieceEditor::default();
    for text in ["", "\n}\n\u{feff}a", "\n}\n\u{feff}a {\n}\n}b", "\u{feff}}\n}\n"] {
        assert_eq!(editor.reads(text), format!("{:?}", read(text).1));
    }
}

/// Reads one text after the other in pieces.
#[derive(Default)]
struct PieceEditor {
    last: Option<(String, Pieces)>,
}

impl PieceEditor {
    fn reads(&mut self, text: &str) -> String {
        let source = SourceFile::new(FileId(0), "test.initflow", text);
        let pieces = Pieces::of(&source, self.last.as_ref().map(|(text, pieces)| (pieces, text.as_str())));
        let whole = format!("{:?}", pieces.whole(FileId(0)));
        self.last = Some((text.to_owned(), pieces));
        whole
    }
}

#[test]
fn a_range_ends_before_a_comma() {
    for text in ["..\"x\"..,a/", "a 1..,b/", "a [1..,b/]", "a 1../* x */b/"] {
        let (source, parsed) = read(text);
        check_invariants(&source, &parsed);
    }
}

#[test]
fn one_character_less_is_read_again() {
    let program = PROGRAMS.concat();
    let mut editor = PieceEditor::default();
    editor.reads(&program);
    for text in deletions(&program) {
        assert_eq!(editor.reads(&text), format!("{:?}", read(&text).1), "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_before_the_first_piece() {
    let mut editor = PieceEditor::default();
    for text in ["{\\u{", "{\\u{\n}\n", "{\\u{\n}\n\n}\n", "}\n}\n", " a\n  \\\n}\n"] {
        let text = format!("\u{feff}{text}");
        assert_eq!(editor.reads(&text), format!("{:?}", read(&text).1), "{text:?}");
    }
}

#[test]
fn only_the_changed_piece_is_read_again() {
    let text =
        |name| format!("let a = 1\npod a {{\n}}\n\npod {name} {{\n  app x {{ }}\n}}\n# c\npod c {{\n}}\n");
    let of = |text: &str, known| Pieces::of(&SourceFile::new(FileId(0), "a", text), known);
    let before = of(&text("b"), None);
    let after = of(&text("other"), Some((&before, &text("b"))));
    let same: Vec<bool> = before
        .all()
        .iter()
        .zip(after.all())
        .map(|(one, other)| Arc::ptr_eq(&one.piece, &other.piece))
        .collect();
    assert_eq!(same, [true, false, true]);
}

/// Every text that results from removing one character of a program.
fn deletions(program: &str) -> impl Iterator<Item = String> {
    program.char_indices().map(move |(at, character)| {
        let mut text = program.to_owned();
        text.replace_range(at..at + character.len_utf8(), "");
        text
    })
}

/// Counts the statements of a text by depth and content.
fn statements(source: &SourceFile, document: &Document) -> HashMap<(usize, String), usize> {
    fn walk(
        source: &SourceFile,
        statements: &[Statement],
        depth: usize,
        found: &mut HashMap<(usize, String), usize>,
    ) {
        for statement in statements {
            let head = source.slice(statement.head());
            *found.entry((depth, head.to_owned())).or_default() += 1;
            if let Some(block) = &statement.block {
                walk(source, &block.statements, depth + 1, found);
            }
        }
    }
    let mut found = HashMap::new();
    walk(source, &document.statements, 0, &mut found);
    found
}

#[test]
fn programs_have_no_errors() {
    for program in PROGRAMS {
        let (source, parsed) = read(program);
        assert_eq!(parsed.errors, []);
        check_invariants(&source, &parsed);
    }
}

/// The worst cases, in which one character affects more than itself: a `{` or a quote of a block on one line
/// (`tolerations { key "arch"; operator "Equal" }`: up to five statements, which then are one level up or are
/// text), and the bracket before parameters on lines of their own (one statement, but an error per line).
#[test]
fn one_character_less_costs_its_own_statement() {
    let (mut costs, mut errors) = (Vec::new(), Vec::new());
    for program in PROGRAMS {
        let (source, parsed) = read(program);
        let whole = statements(&source, &parsed.document);
        for text in deletions(program) {
            let (source, parsed) = read(&text);
            check_invariants(&source, &parsed);
            let rest = statements(&source, &parsed.document);
            let left = |key| rest.get(key).copied().unwrap_or(0);
            costs.push(whole.iter().map(|(key, count)| count.saturating_sub(left(key))).sum::<usize>());
            errors.push(parsed.errors.len());
        }
    }
    costs.sort_unstable();
    errors.sort_unstable();
    let figures =
        |sorted: &[usize]| [50, 95, 99, 100].map(|percent| sorted[(sorted.len() - 1) * percent / 100]);
    assert_eq!(figures(&costs), [1, 1, 2, 5], "statements lost: the median, 95 %, 99 %, the most");
    assert_eq!(figures(&errors), [0, 1, 2, 8], "errors: the median, 95 %, 99 %, the most");
}

#[test]
fn a_safe_fix_resolves_its_error_and_causes_no_other() {
    for program in PROGRAMS {
        for text in deletions(program).step_by(3) {
            let errors = read(&text).1.errors;
            for error in &errors {
                let Some(fix) = error.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe)
                else {
                    continue;
                };
                let fixed = applied(&text, &fix.edits);
                let after = read(&fixed).1.errors;
                assert!(after.len() < errors.len(), "{error:#?}\n{after:#?}\n{fixed}");
            }
        }
    }
}

#[test]
fn any_depth_is_read_on_a_small_stack() {
    let deep = || {
        for (open, close) in [("a {", "}"), ("a [", "]"), ("a(", ")"), ("[", "]"), ("\"#{", "}\"")] {
            let text = open.repeat(100_000) + &close.repeat(100_000);
            let (_, Parse { errors, .. }) = read(&text);
            assert!(!errors.is_empty());
            read(&open.repeat(300_000));
        }
        let blocks = "a {".repeat(MAX_BLOCK_DEPTH) + &"}".repeat(MAX_BLOCK_DEPTH);
        assert_eq!(read(&blocks).1.errors, []);
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(deep).unwrap().join().unwrap();
}
