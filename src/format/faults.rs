//! Compares how two texts with faults are read.
//!
//! Invariant: places are ignored; everything else that a reader sees is compared.

use crate::source::SourceFile;
use crate::syntax::Parse;
use crate::syntax::tree::{Argument, Name, Piece, Statement, SyntaxValue, ValueKind};

/// Whether two texts have the same statements, the same comments and the same faults.
pub(super) fn same(one: (&SourceFile, &Parse), other: (&SourceFile, &Parse)) -> bool {
    seen(one) == seen(other)
}

/// What a reader sees, as a flat list: words, values as written, and what encloses them.
fn seen<'s>((source, parsed): (&'s SourceFile, &'s Parse)) -> Vec<&'s str> {
    let mut reader = FaultReader { source, seen: Vec::new() };
    reader.statements(&parsed.document.statements);
    let whitespace = [' ', '\t', '\r'];
    let comments = parsed.document.comments.iter();
    reader.seen.extend(comments.map(|span| source.slice(*span).trim_end_matches(whitespace)));
    reader.seen.extend(parsed.errors.iter().map(|error| error.code.name()));
    reader.seen
}

struct FaultReader<'s> {
    source: &'s SourceFile,
    seen: Vec<&'s str>,
}

impl<'s> FaultReader<'s> {
    fn statements(&mut self, statements: &'s [Statement]) {
        for statement in statements {
            self.seen.push(if statement.broken { "broken" } else { "statement" });
            self.name(&statement.name);
            self.values(&statement.values);
            if let Some(block) = &statement.block {
                self.seen.push("{");
                self.statements(&block.statements);
                self.seen.push("}");
            }
        }
    }

    fn values(&mut self, values: &'s [SyntaxValue]) {
        for value in values {
            match &value.kind {
                ValueKind::Text(pieces) => {
                    self.seen.push("text");
                    self.seen.extend(pieces.iter().map(|piece| match piece {
                        Piece::Text(text) => text.as_str(),
                        Piece::Name(name) => name.text.as_str(),
                    }));
                }
                ValueKind::List(items) => {
                    self.seen.push("[");
                    self.values(items);
                    self.seen.push("]");
                }
                ValueKind::Call(call) => {
                    self.name(&call.name);
                    self.arguments(&call.arguments);
                }
                ValueKind::Group(arguments) => self.arguments(arguments),
                _ => self.seen.push(self.source.slice(value.span)),
            }
        }
    }

    fn arguments(&mut self, arguments: &'s [Argument]) {
        self.seen.push("(");
        for argument in arguments {
            self.seen.push("argument");
            argument.name.iter().for_each(|name| self.name(name));
            self.values(&argument.values);
        }
        self.seen.push(")");
    }

    fn name(&mut self, name: &'s Name) {
        self.seen.extend([if name.quoted { "quoted" } else { "name" }, name.text.as_str()]);
    }
}
