//! Parses YAML as kubectl does, into trees in which every node knows its place.
//!
//! Invariant: the trees have a bounded depth and size for any text; a scalar has the type and the value that kubectl (YAML
//! 1.1, then JSON) gives it.

mod fault;
mod map;
mod node;
mod place;
mod scalar;
#[cfg(test)]
mod tests;
mod tree;

pub use fault::MAX_ERRORS;
pub use node::{Comment, YamlEntry, YamlNode, YamlValue};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use tree::Trees;

/// Reads the documents of a text; a broken one is reported, and the other ones are still read.
pub fn read(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> YamlStream {
    let mut trees = Trees::new(file);
    let mut start = 0;
    for (line_start, line_end) in lines(&file.text) {
        // As in kubectl, `---` at the start of a line ends a document in any context, so an unclosed quote does not reach
        // into the next document.
        let Some(rest) = file.text[line_start..line_end].strip_prefix("---") else { continue };
        trees.read(start, line_start);
        if trees.is_full() {
            start = file.text.len();
            break;
        }
        start = line_end;
        let rest = rest.trim();
        if rest.starts_with('#') {
            start = line_start + 3;
        } else if !rest.is_empty() {
            trees.diagnostics.push(fault::beside_separator(Span::new(file.id, line_start, line_end), rest));
        }
    }
    trees.read(start, file.text.len());
    diagnostics.append(&mut trees.diagnostics);
    YamlStream { documents: trees.documents, comments: trees.comments }
}

/// Where each line starts and ends, without its end of line.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.split_inclusive('\n').scan(0, |start, line| {
        let line_start = *start;
        *start += line.len();
        Some((line_start, line_start + line.trim_end_matches(['\n', '\r']).len()))
    })
}

/// The documents of a text.
#[derive(Debug, Default)]
pub struct YamlStream {
    /// The readable documents, without the empty ones.
    pub documents: Vec<YamlNode>,
    /// The comments, in the order of the text.
    pub comments: Vec<Comment>,
}
