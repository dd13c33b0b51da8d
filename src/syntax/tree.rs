//! Defines the tree of a source: statements with values and blocks, every node with its span.
//!
//! Invariant: the tree holds only what was written, not its meaning.

use crate::source::{HasPlaces, Span};
use smol_str::SmolStr;
use std::ops::{Deref, DerefMut};
use std::slice;

/// A whole file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The statements outside all blocks.
    pub statements: Vec<Statement>,
    /// All comments, in the order of the text, from `#` to the end of the line.
    pub comments: Vec<Span>,
}

/// `name(args)? value… { block }?`
#[derive(Clone, Debug)]
pub struct Statement {
    /// From the name to the end of the last value or of the block.
    pub span: Span,
    /// The name.
    pub name: Name,
    /// The values after the name. For `name(args)` the first is a [`ValueKind::Group`].
    pub values: Vec<SyntaxValue>,
    /// The block, if there is one (an empty one counts).
    pub block: Option<Box<Block>>,
    /// Whether a part of it could not be read; an error has been reported, and its values are unreliable.
    pub broken: bool,
}

impl Statement {
    /// The statement without its block: from the name to the last value.
    pub fn head(&self) -> Span {
        self.values.last().map_or(self.name.span, |value| self.name.span.to(value.span))
    }
}

/// A name: a word, or a string if the name is not a word.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name itself, without quotes.
    pub text: SmolStr,
    /// The place, with quotes.
    pub span: Span,
    /// Whether it was written as a string.
    pub quoted: bool,
}

/// `{ … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// From `{` to `}` (or to where the block was assumed to end).
    pub span: Span,
    /// The statements between the braces.
    pub statements: Vec<Statement>,
}

impl Block {
    /// Whether the source has its `}`: only then is there something after its last statement.
    pub fn is_closed(&self) -> bool {
        let end = self.statements.last().map_or(self.span.start + 1, |last| last.span.end);
        end < self.span.end
    }
}

/// One value.
#[derive(Clone, Debug)]
pub struct SyntaxValue {
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

impl SyntaxValue {
    /// The items between the parentheses of a call or a group; empty for everything else.
    pub fn arguments(&self) -> &[Argument] {
        match &self.kind {
            ValueKind::Call(call) => &call.arguments,
            ValueKind::Group(arguments) => arguments,
            _ => &[],
        }
    }
}

/// The kinds of value.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// `word`, with or without dots: `platform.cloud_sql_proxy`.
    Word(SmolStr),
    /// A string of any of the four forms, escapes resolved, indentation removed.
    Text(TextPieces),
    /// A number, a mode or a measure, as written: `3`, `0644`, `250m`, `1h30m`, `25%`.
    Number(SmolStr),
    /// An absolute path without quotes.
    Path(SmolStr),
    /// `a..b`, `..b`; the ends are plain values, never ranges.
    Range(Option<Box<SyntaxValue>>, Box<SyntaxValue>),
    /// `[a, b]`
    List(Vec<SyntaxValue>),
    /// `f(a, name: b)`
    Call(Box<Call>),
    /// `(a, name: b)` without a name before it: the parameters of a `template`, or parentheses in a condition.
    Group(Vec<Argument>),
    /// `==` `!=` `&&` `||` `|` `=` `!` `:`
    Operator(Operator),
}

/// The pieces of a string; no two texts are adjacent, and none is empty.
#[derive(Clone, Debug)]
pub enum TextPieces {
    /// The only piece, as most strings have it.
    One(Piece),
    /// None, or several.
    Many(Box<[Piece]>),
}

impl Default for TextPieces {
    fn default() -> Self {
        Self::Many(Box::default())
    }
}

impl Deref for TextPieces {
    type Target = [Piece];

    fn deref(&self) -> &[Piece] {
        match self {
            Self::One(piece) => slice::from_ref(piece),
            Self::Many(pieces) => pieces,
        }
    }
}

impl DerefMut for TextPieces {
    fn deref_mut(&mut self) -> &mut [Piece] {
        match self {
            Self::One(piece) => slice::from_mut(piece),
            Self::Many(pieces) => pieces,
        }
    }
}

impl FromIterator<Piece> for TextPieces {
    fn from_iter<I: IntoIterator<Item = Piece>>(pieces: I) -> Self {
        let mut pieces = pieces.into_iter();
        match (pieces.next(), pieces.next()) {
            (Some(only), None) => Self::One(only),
            (first, second) => Self::Many(first.into_iter().chain(second).chain(pieces).collect()),
        }
    }
}

/// A piece of a string.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Literal text.
    Text(SmolStr),
    /// `#{name}`
    Name(Box<Name>),
}

/// `name(a, name: b)`
#[derive(Clone, Debug)]
pub struct Call {
    /// The name before the parentheses.
    pub name: Name,
    /// The items between them.
    pub arguments: Vec<Argument>,
}

/// One item between parentheses: `value`, `name: value`, or, in a template's parameters, `name: type = default`.
#[derive(Clone, Debug)]
pub struct Argument {
    /// `name:`, if there is one.
    pub name: Option<Name>,
    /// What follows, including operators: usually one value.
    pub values: Vec<SyntaxValue>,
}

/// The operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Bar,
    /// `=`
    Assign,
    /// `!`
    Not,
    /// `:` after a name (`param name: type`)
    Colon,
}

impl HasPlaces for Statement {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.span);
        change(&mut self.name.span);
        self.values.iter_mut().for_each(|value| value.each_place(change));
        if let Some(block) = &mut self.block {
            change(&mut block.span);
            block.statements.iter_mut().for_each(|statement| statement.each_place(change));
        }
    }
}

impl HasPlaces for SyntaxValue {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.span);
        match &mut self.kind {
            ValueKind::Text(pieces) => {
                for piece in pieces.iter_mut() {
                    if let Piece::Name(name) = piece {
                        change(&mut name.span);
                    }
                }
            }
            ValueKind::Range(start, end) => {
                if let Some(start) = start {
                    start.each_place(change);
                }
                end.each_place(change);
            }
            ValueKind::List(items) => items.iter_mut().for_each(|item| item.each_place(change)),
            ValueKind::Call(call) => {
                change(&mut call.name.span);
                call.arguments.iter_mut().for_each(|argument| argument.each_place(change));
            }
            ValueKind::Group(arguments) => {
                for argument in arguments {
                    argument.each_place(change);
                }
            }
            ValueKind::Word(_) | ValueKind::Number(_) | ValueKind::Path(_) | ValueKind::Operator(_) => {}
        }
    }
}

impl HasPlaces for Argument {
    fn each_place(&mut self, change: &mut impl FnMut(&mut Span)) {
        if let Some(name) = &mut self.name {
            change(&mut name.span);
        }
        self.values.iter_mut().for_each(|value| value.each_place(change));
    }
}
