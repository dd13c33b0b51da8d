//! Formats a source in the one style of the language.
//!
//! Invariant: the tree and the comments stay the same, broken parts stay as they were written, and formatting again
//! changes nothing.
//!
//! The author decides where lines and blank lines are; the style decides the space between two words of a line, and the
//! indentation of a line. So a change of one line does not affect others.

mod brackets;
mod faults;
mod layout;
mod lines;
mod sound;
mod tokens;
#[cfg(feature = "cli")]
mod typing;

use crate::diagnostic::applied;
use crate::source::SourceFile;
use crate::syntax::parse;
pub(crate) use sound::edits;
#[cfg(feature = "cli")]
#[cfg(feature = "cli")]
pub(crate) use typing::{Typed, typed};

/// Formats a source.
///
/// ```
/// use initflow::format::format;
/// use initflow::source::{FileId, SourceFile};
///
/// let file = SourceFile::new(FileId(0), "hello.initflow", "pod   hello{\n app web{image \"nginx:1.29\"}\n}");
/// assert_eq!(format(&file), "pod hello {\n  app web { image \"nginx:1.29\" }\n}\n");
/// ```
pub fn format(source: &SourceFile) -> String {
    applied(&source.text, &edits(source, &parse(source), None))
}

#[cfg(test)]
mod tests;
