//! Tests the language server as an editor uses it: the real binary over its standard streams.
//!
//! `cases` has answers to single requests. The other modules check all answers at once: that they match the current text,
//! whatever was typed, and that every message has one. `LSP_TESTS=full` runs more of the same tests.
#![allow(clippy::unwrap_used, clippy::panic)]
// Texts are built piece by piece, and `json!` is most readable as an argument.
#![allow(clippy::format_push_string, clippy::needless_pass_by_value)]

mod ask;
mod cases;
mod client;
mod edits;
mod files;
mod folder;
mod library;
mod messages;
mod moving;
mod project;
mod pull;
mod show;
mod text;
mod toml;
mod typing;
mod unopened;

/// A test for each file of cases.
macro_rules! features {
    ($($feature:ident)*) => {
        mod features {
            $(#[test]
            fn $feature() {
                crate::cases::run(stringify!($feature));
            })*

            #[test]
            fn all_files_are_run() {
                let files = std::fs::read_dir("tests/lsp/cases").unwrap().map(|entry| entry.unwrap().path());
                let mut files: Vec<_> = files.map(|path| path.file_stem().unwrap().to_owned()).collect();
                files.sort();
                assert_eq!(files, [$(stringify!($feature)),*]);
            }
        }
    };
}

features! {
    actions completion definition diagnostics folding formatting hierarchy highlights hints hover import lenses links preview references rename selection signature symbols tokens
}

/// Whether to run all tests, not only the quick ones.
fn in_full() -> bool {
    std::env::var("LSP_TESTS").is_ok_and(|value| value == "full")
}
