//! Reads a program: its file and all files that it uses, each parsed once.
//!
//! Invariant: a file comes after those that it uses, so the program itself is the last one; reading ends, however the
//! files use each other.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{File, FileUse, read_use};
use crate::source::{MAX_SOURCE_BYTES, Origins, SourceFile, Sources, Span};
use crate::syntax::pieces::Pieces;
use crate::syntax::tree::{Document, Statement};
use crate::syntax::{Parse, parse};
use smol_str::SmolStr;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// How deeply files may use files.
const MAX_USE_DEPTH: usize = 64;

/// The most files that a program may use.
const MAX_FILES: usize = 1_000;

/// The path of the library that comes with the compiler.
const STD: &str = "std";

/// Reads the files that a program uses.
pub trait Loader {
    /// The text of a file.
    ///
    /// # Errors
    /// The reason why it cannot be read, as a phrase for a message.
    fn load(&self, path: &str) -> Result<String, String>;
}

/// A loader that has no files.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, _: &str) -> Result<String, String> {
        Err("no files are available here".into())
    }
}

/// Reads the files of a program for an editor, which may have parsed them already.
pub(crate) trait FileReader {
    /// The file at a path, or the reason why it cannot be read, as a phrase for a message.
    fn read(&self, path: &str) -> Result<FileText, String>;
}

/// A file as it was read.
pub(crate) enum FileText {
    /// Its text.
    Text(String),
    /// Its text, and its pieces, which are parsed: for editors.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    Pieces(Arc<SourceFile>, Arc<Pieces>),
    /// A text that was made of another file.
    Made(MadeText),
}

/// A text that was made of another file, such as the source of a manifest.
#[derive(Clone, Debug)]
pub(crate) struct MadeText {
    /// The file.
    pub(crate) file: Arc<SourceFile>,
    /// The text, as a [piece](SourceFile::piece) of the file.
    pub(crate) made: Arc<SourceFile>,
    /// Where the parts of the text come from.
    pub(crate) origins: Arc<Origins>,
}

/// A [`Loader`] as a reader of files.
pub(crate) struct Texts<'l>(pub(crate) &'l dyn Loader);

impl FileReader for Texts<'_> {
    fn read(&self, path: &str) -> Result<FileText, String> {
        self.0.load(path).map(FileText::Text)
    }
}

impl FileText {
    fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Pieces(source, _) => source.text.len(),
            Self::Made(text) => text.file.text.len(),
        }
    }

    /// Adds it to the sources; gives its trees and its errors.
    fn parse(self, path: &str, sources: &mut Sources) -> (Vec<Arc<Document>>, Vec<Diagnostic>) {
        match self {
            Self::Text(text) => {
                let id = sources.add(path, text);
                let Parse { document, errors } = parse(sources.get(id));
                (vec![document], errors)
            }
            Self::Made(MadeText { file, made, origins }) => {
                sources.add_made(&file, &made, &origins);
                let Parse { document, errors } = parse(&made);
                (vec![document], errors)
            }
            Self::Pieces(source, pieces) => {
                let pieces = pieces.all();
                sources
                    .add_in_pieces(&source, pieces.iter().map(|placed| (&placed.piece.source, placed.start)));
                let parses = || pieces.iter().map(|placed| &placed.piece.parse);
                let documents = parses().map(|parse| Arc::clone(&parse.document)).collect();
                (documents, parses().flat_map(|parse| &parse.errors).cloned().collect())
            }
        }
    }
}

/// A program with the files that it uses.
pub(crate) struct Loaded {
    /// The texts; the program's is the first.
    pub(crate) sources: Sources,
    /// The files, each after those that it uses.
    pub(crate) files: Vec<File>,
    /// The errors of syntax, and those of `use`.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads the files that a program uses.
pub(crate) fn load(name: &str, program: FileText, reader: &dyn FileReader) -> Loaded {
    let mut loading = Loading {
        reader,
        sources: Sources::default(),
        files: Vec::new(),
        known: HashMap::new(),
        stack: Vec::new(),
        loads: 0,
        is_full: false,
        diagnostics: Vec::new(),
    };
    loading.file(program, name);
    let Loading { sources, files, diagnostics, .. } = loading;
    Loaded { sources, files, diagnostics }
}

/// The path of a used file, resolved against the path of its user.
pub(crate) fn path_of(user: &str, used: &str) -> String {
    if used == STD { used.to_owned() } else { join(user, used) }
}

/// A path relative to the file that uses it, without `.`, and without `..` where that is possible.
fn join(user: &str, used: &str) -> String {
    if used.starts_with('/') {
        return used.to_owned();
    }
    let folder = user.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = user.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(used.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let path = parts.join("/");
    if absolute { format!("/{path}") } else { path }
}

/// The state while a program and the files that it uses are read.
struct Loading<'l> {
    reader: &'l dyn FileReader,
    sources: Sources,
    files: Vec<File>,
    /// The files that have been read, by path.
    known: HashMap<String, usize>,
    /// The files being read, outermost first.
    stack: Vec<String>,
    /// How many files were requested.
    loads: usize,
    /// Whether a limit was reached, so that no more files are read.
    is_full: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Loading<'_> {
    /// Reads one file and those that it uses; gives its index among the files.
    fn file(&mut self, text: FileText, path: &str) -> usize {
        let (documents, errors) = text.parse(path, &mut self.sources);
        self.diagnostics.extend(errors);
        self.stack.push(path.to_owned());
        let uses = self.uses(&documents, path);
        self.stack.pop();
        self.add(path.to_owned(), File { documents, uses })
    }

    fn add(&mut self, path: String, file: File) -> usize {
        self.files.push(file);
        self.known.insert(path, self.files.len() - 1);
        self.files.len() - 1
    }

    fn uses(&mut self, documents: &[Arc<Document>], path: &str) -> Vec<(SmolStr, usize)> {
        let mut uses: Vec<(SmolStr, usize)> = Vec::new();
        let mut places: HashMap<&str, Span> = HashMap::new();
        let is_use = |statement: &&Statement| statement.name.text == "use" && !statement.broken;
        for statement in documents.iter().flat_map(|document| &document.statements).filter(is_use) {
            let Some(used) = read_use(statement) else {
                self.diagnostics.push(malformed(statement));
                continue;
            };
            if let Some(first) = places.get(used.alias) {
                self.diagnostics.push(used_twice(&used, *first));
                continue;
            }
            if let Some(file) = self.used(&used, path) {
                places.insert(used.alias, used.span);
                uses.push((SmolStr::new(used.alias), file));
            }
            if self.is_full {
                break;
            }
        }
        uses
    }

    /// The index of a used file, which is read if it has not been read yet.
    fn used(&mut self, used: &FileUse, user: &str) -> Option<usize> {
        let path = path_of(user, used.path);
        if let Some(at) = self.stack.iter().position(|open| *open == path) {
            self.diagnostics.push(cycle(used, self.stack[at..].iter().chain([&path])));
            return None;
        }
        if let Some(known) = self.known.get(&path) {
            return Some(*known);
        }
        if self.stack.len() > MAX_USE_DEPTH {
            let diagnostic =
                Diagnostic::error(Code::TooDeep, used.span, "`use` statements are nested too deeply");
            self.diagnostics.push(diagnostic.here("this file is not read"));
            return None;
        }
        if used.path == STD {
            return Some(
                self.add(path, File { documents: vec![Arc::clone(parsed_std())], uses: Vec::new() }),
            );
        }
        if self.loads == MAX_FILES {
            return self.too_large(used.span, format!("a program uses more than {MAX_FILES} files"));
        }
        self.loads += 1;
        match self.reader.read(&path) {
            Ok(text) if self.length() + text.length() > MAX_SOURCE_BYTES => {
                let most = MAX_SOURCE_BYTES >> 20;
                let headline = format!("a program and the files that it uses are more than {most} MiB");
                self.too_large(used.span, headline)
            }
            Ok(text) => Some(self.file(text, &path)),
            Err(reason) => {
                self.diagnostics.push(unreadable(used, reason));
                None
            }
        }
    }

    /// The length of all texts so far, in bytes.
    fn length(&self) -> usize {
        self.sources.files().iter().map(|file| file.text.len()).sum()
    }

    /// Reports that no more files are read.
    fn too_large(&mut self, span: Span, headline: String) -> Option<usize> {
        self.is_full = true;
        let diagnostic = Diagnostic::error(Code::TooLarge, span, headline);
        self.diagnostics.push(diagnostic.here("this file and those after it are not read"));
        None
    }
}

/// The library, parsed once for all programs that use it.
fn parsed_std() -> &'static Arc<Document> {
    static PARSED: OnceLock<Arc<Document>> = OnceLock::new();
    PARSED.get_or_init(|| parse(crate::source::std()).document)
}

fn malformed(statement: &Statement) -> Diagnostic {
    Diagnostic::error(Code::MalformedDeclaration, statement.head(), "malformed `use`")
        .here("expected `use \"file.initflow\"`, `use \"file.initflow\" as name` or `use \"std\"`")
}

fn used_twice(used: &FileUse, first: Span) -> Diagnostic {
    let headline = format!("two files are used as `{}`", used.alias);
    Diagnostic::error(Code::DuplicateDeclaration, used.span, headline)
        .here("this name is already used")
        .label(first, "first here")
        .help("give one of them another name: `use \"…\" as name`")
}

fn cycle<'p>(used: &FileUse, paths: impl Iterator<Item = &'p String>) -> Diagnostic {
    let chain: Vec<String> = paths.map(|path| format!("`{path}`")).collect();
    Diagnostic::error(Code::UseCycle, used.span, format!("`{}` uses itself", used.path))
        .here(format!("the cycle: {}", chain.join(" uses ")))
        .help("move what both need to a third file")
}

fn unreadable(used: &FileUse, reason: String) -> Diagnostic {
    let headline = format!("`{}` cannot be used", used.path.escape_debug());
    Diagnostic::error(Code::UnreadableFile, used.span, headline)
        .here(reason)
        .help("use a path that is relative to this file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_user() {
        assert_eq!(join("main.initflow", "platform.initflow"), "platform.initflow");
        assert_eq!(join("a/b/main.initflow", "../platform.initflow"), "a/platform.initflow");
        assert_eq!(join("/srv/a.initflow", "./b.initflow"), "/srv/b.initflow");
        assert_eq!(join("a.initflow", "../b.initflow"), "../b.initflow");
    }
}
