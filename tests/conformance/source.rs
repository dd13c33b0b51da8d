//! Represents a program as a tree of statements, which can be written, changed and shrunk.

use crate::shrink::Shrink;
use initflow::compile::{Compilation, CompileOptions, Loader, compile};
use initflow::kubernetes::version::Version;
use std::fmt::{self, Write as _};
use std::ops::Range;

/// `name value… { block }`, with all parts as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
    pub(crate) block: Option<Vec<Statement>>,
}

/// A program: its statements, those of the file `lib.initflow` that it may use, and its version of Kubernetes.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) version: Version,
    pub(crate) statements: Vec<Statement>,
    pub(crate) library: Vec<Statement>,
}

/// `name value…`
pub(crate) fn line<V: Into<String>>(name: &str, values: impl IntoIterator<Item = V>) -> Statement {
    Statement { name: key(name), values: values.into_iter().map(Into::into).collect(), block: None }
}

/// `name { … }`
pub(crate) fn block(name: &str, statements: Vec<Statement>) -> Statement {
    Statement { name: key(name), values: Vec::new(), block: Some(statements) }
}

impl Statement {
    /// The same statement with a block, unless the block is empty.
    pub(crate) fn with(mut self, statements: Vec<Self>) -> Self {
        self.block = (!statements.is_empty()).then_some(statements);
        self
    }

    /// The statement and all statements in its block, each before its own block.
    pub(crate) fn visit<'s>(&'s self, look: &mut impl FnMut(&'s Self)) {
        look(self);
        for inner in self.block.iter().flatten() {
            inner.visit(look);
        }
    }

    fn write(&self, out: &mut impl fmt::Write, depth: usize) -> fmt::Result {
        write!(out, "{:width$}{}", "", self.name, width = depth * 2)?;
        for value in &self.values {
            write!(out, " {value}")?;
        }
        match self.block.as_deref() {
            None => writeln!(out),
            Some([]) => writeln!(out, " {{ }}"),
            Some(statements) => {
                writeln!(out, " {{")?;
                for statement in statements {
                    statement.write(out, depth + 1)?;
                }
                writeln!(out, "{:width$}}}", "", width = depth * 2)
            }
        }
    }
}

/// The statements as text.
fn text(statements: &[Statement]) -> String {
    let mut out = String::new();
    for statement in statements {
        let _ = statement.write(&mut out, 0);
    }
    out
}

/// A name as written: in quotes unless it is a word.
pub(crate) fn key(name: &str) -> String {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let is_word = starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if is_word || name.starts_with('"') { name.to_owned() } else { quoted(name) }
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' | '#' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            char if char.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out + "\""
}

/// `[a, b]`
pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

impl Program {
    /// Compiles the program.
    pub(crate) fn compile(&self) -> Compilation {
        let options = CompileOptions { version: self.version, ..CompileOptions::default() };
        compile("main.initflow", text(&self.statements), &Library(text(&self.library)), &options)
    }
}

/// The one file that a program may use.
struct Library(String);

impl Loader for Library {
    fn load(&self, path: &str) -> Result<String, String> {
        if path == "lib.initflow" { Ok(self.0.clone()) } else { Err("there is no such file".into()) }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "# --kube {}", self.version)?;
        out.write_str(&text(&self.statements))?;
        if !self.library.is_empty() {
            write!(out, "# lib.initflow\n{}", text(&self.library))?;
        }
        Ok(())
    }
}

/// The parts are the statements.
impl Shrink for Program {
    fn cut(&mut self, parts: &Range<usize>) -> usize {
        let next = cut_statements(&mut self.statements, 0, parts);
        cut_statements(&mut self.library, next, parts)
    }
}

/// Removes the statements with some numbers, of which the first one has `next`; returns the number after the last.
fn cut_statements(statements: &mut Vec<Statement>, mut next: usize, parts: &Range<usize>) -> usize {
    statements.retain_mut(|statement| {
        let number = next;
        next = statement.block.as_mut().map_or(number + 1, |block| cut_statements(block, number + 1, parts));
        !parts.contains(&number)
    });
    next
}

/// Removes the statement with a number, which counts down.
pub(crate) fn take(statements: &mut Vec<Statement>, number: &mut usize) -> Option<Statement> {
    for at in 0..statements.len() {
        if *number == 0 {
            return Some(statements.remove(at));
        }
        *number -= 1;
        let taken = statements[at].block.as_mut().and_then(|block| take(block, number));
        if taken.is_some() {
            return taken;
        }
    }
    None
}
