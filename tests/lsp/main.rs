//! The language server as an editor meets it: the real binary over its standard streams.
//!
//! `cases` are answers to single requests. The other modules are about all answers at once: that they are those of the text
//! as it is, whatever was typed, and that there is one to every message. `LSP_TESTS=full` tests more of the same.
#![allow(clippy::unwrap_used, clippy::panic)]
// Texts are put together piece by piece, and `json!` is best read where it is handed over.
#![allow(clippy::format_push_string, clippy::needless_pass_by_value)]

mod ask;
mod cases;
mod client;
mod edits;
mod files;
mod folder;
mod messages;
mod show;
mod text;
mod typing;

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
    actions completion definition diagnostics folding formatting highlights hints hover import lenses links preview references rename selection signature symbols tokens
}

/// Whether to test all that there is, and not what is quick.
fn in_full() -> bool {
    std::env::var("LSP_TESTS").is_ok_and(|value| value == "full")
}
