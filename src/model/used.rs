//! Reads `use` statements: which file is used, and under which name.

use crate::source::Span;
use crate::syntax::tree::{Piece, Statement, SyntaxValue, ValueKind};

/// A `use "file" [as name]` statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileUse<'s> {
    /// The path of the file as written.
    pub(crate) path: &'s str,
    /// The name of the file in this program.
    pub(crate) alias: &'s str,
    /// The place of the path.
    pub(crate) span: Span,
    /// The place of the name: of the word, or of the path's last part.
    pub(crate) named: Span,
}

/// Reads a `use` statement; nothing if it is another statement, or malformed.
pub(crate) fn read_use(statement: &Statement) -> Option<FileUse<'_>> {
    if statement.name.text != "use" {
        return None;
    }
    let (file, alias) = match statement.values.as_slice() {
        [file] => (file, None),
        [file, keyword, name] if word(keyword) == Some("as") => (file, Some((word(name)?, name.span))),
        _ => return None,
    };
    let ValueKind::Text(pieces) = &file.kind else { return None };
    let [Piece::Text(path)] = &**pieces else { return None };
    let (alias, named) = alias.unwrap_or_else(|| (stem(path), place_of_stem(path, file.span)));
    Some(FileUse { path, alias, span: file.span, named })
}

/// The name of a file without folders and extension.
pub(crate) fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".initflow").unwrap_or(file)
}

/// The place of a path's stem in the quotes around the path; of a path with escapes, all of it.
fn place_of_stem(path: &str, span: Span) -> Span {
    let range = span.range();
    if range.len() != path.len() + 2 {
        return span;
    }
    let start = range.start + 1 + path.rfind('/').map_or(0, |slash| slash + 1);
    Span::new(span.file, start, start + stem(path).len())
}

fn word(value: &SyntaxValue) -> Option<&str> {
    match &value.kind {
        ValueKind::Word(word) => Some(word),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name_without_folders() {
        assert_eq!(stem("teams/platform.initflow"), "platform");
        assert_eq!(stem("std"), "std");
    }
}
