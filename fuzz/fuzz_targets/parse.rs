//! Checks that any text parses without a panic, and that every broken statement comes with an error.
#![no_main]

use initflow::source::{FileId, SourceFile};
use initflow::syntax::{parse, tree::Statement};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = SourceFile::new(FileId(0), "fuzz", text);
    let parse = parse(&source);
    for error in &parse.errors {
        assert!(text.get(error.primary.span.range()).is_some(), "a span beyond the text");
    }
    visit(&parse.document.statements, text, 0);
    if parse.document.statements.iter().any(broken) {
        assert!(!parse.errors.is_empty(), "a broken statement without an error");
    }
});

fn visit(statements: &[Statement], text: &str, depth: usize) {
    assert!(depth <= 128, "blocks nest without a bound");
    for statement in statements {
        assert!(text.get(statement.span.range()).is_some(), "a span beyond the text");
        if let Some(block) = &statement.block {
            visit(&block.statements, text, depth + 1);
        }
    }
}

fn broken(statement: &Statement) -> bool {
    statement.broken || statement.block.as_ref().is_some_and(|block| block.statements.iter().any(broken))
}
