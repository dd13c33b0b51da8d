//! Writes statements as the text of a source, and remembers the place in the manifest of each piece.
//!
//! Invariant: the text follows the style of the language: two spaces per level; up to three plain statements, or a chain of
//! blocks of one statement, on one line if they fit; values that are too wide on lines of their own.

use crate::literal::{self, TextBlock};
use crate::source::{Origins, Span};
use smol_str::SmolStr;

/// The preferred maximum width of a line, in characters.
const WIDTH: usize = 100;
/// The most statements on one line.
const FEW: usize = 3;

/// A statement to be written.
#[derive(Clone, Debug, Default)]
pub(super) struct StatementDraft {
    /// The parts of the manifest that it represents, which decide which comments belong to it.
    pub(super) extents: Vec<Span>,
    /// Its name and values.
    pub(super) head: Vec<DraftToken>,
    /// Its block.
    pub(super) block: Option<Vec<StatementDraft>>,
    /// The comments about it.
    pub(super) comments: Comments,
    /// Whether an empty line separates it from the statement before it.
    pub(super) apart: bool,
}

/// The comments about a statement or an item of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Comments {
    /// Above it, each on a line of its own.
    pub(super) above: Vec<SmolStr>,
    /// On its line.
    pub(super) beside: Option<SmolStr>,
}

impl Comments {
    fn is_empty(&self) -> bool {
        self.above.is_empty() && self.beside.is_none()
    }
}

/// A name or a value of a statement.
#[derive(Clone, Debug)]
pub(super) struct DraftToken {
    /// Where in the manifest it comes from.
    pub(super) origin: Span,
    form: DraftForm,
    /// The comments about it, as an item of a list.
    comments: Comments,
}

#[derive(Clone, Debug)]
enum DraftForm {
    Word(String),
    Lines(TextBlock),
    List(Vec<DraftToken>),
}

impl DraftToken {
    /// A token that is written literally.
    pub(super) fn new(origin: Span, text: impl Into<String>) -> Self {
        Self { origin, form: DraftForm::Word(text.into()), comments: Comments::default() }
    }

    /// A text, in the multi-line form if it has several lines.
    pub(super) fn text(origin: Span, text: &str) -> Self {
        let form = match literal::block(text) {
            Some(block) => DraftForm::Lines(block),
            None => DraftForm::Word(literal::quoted(text)),
        };
        Self { origin, form, comments: Comments::default() }
    }

    /// A list.
    pub(super) fn list(origin: Span, items: Vec<Self>) -> Self {
        Self { origin, form: DraftForm::List(items), comments: Comments::default() }
    }

    /// The comments of the item that begins at a place, if this is a list that has one.
    pub(super) fn item_at(&mut self, place: u32) -> Option<&mut Comments> {
        match &mut self.form {
            DraftForm::List(items) => {
                let item = items.iter_mut().find(|item| item.origin.start == place)?;
                Some(&mut item.comments)
            }
            _ => None,
        }
    }

    /// Its width in characters, if it can be on one line.
    fn width(&self) -> Option<usize> {
        match &self.form {
            _ if !self.comments.is_empty() => None,
            DraftForm::Word(word) => Some(word.chars().count()),
            DraftForm::Lines(..) => None,
            DraftForm::List(items) => Some(joined(items.iter().map(Self::width), ", ")? + "[]".len()),
        }
    }
}

/// The width of pieces on one line, if each of them can be.
fn joined(widths: impl ExactSizeIterator<Item = Option<usize>>, separator: &str) -> Option<usize> {
    let separators = separator.len() * widths.len().saturating_sub(1);
    widths.sum::<Option<usize>>().map(|width| width + separators)
}

impl StatementDraft {
    /// A statement with a name and values, which represents a part of the manifest.
    pub(super) fn new(extent: Span, head: Vec<DraftToken>) -> Self {
        Self { extents: vec![extent], head, ..Self::default() }
    }

    /// The same with a block.
    #[must_use]
    pub(super) fn with_block(mut self, block: Vec<Self>) -> Self {
        self.block = Some(block);
        self
    }

    /// The same with a block, unless the block is empty.
    #[must_use]
    pub(super) fn with_rest(mut self, block: Vec<Self>) -> Self {
        self.block = (!block.is_empty()).then_some(block);
        self
    }

    /// The number of statements, including nested ones, plus the number of list items.
    pub(super) fn count(&self) -> usize {
        let items = |token: &DraftToken| match &token.form {
            DraftForm::List(items) => items.len(),
            _ => 0,
        };
        let inner = self.block.iter().flatten().map(Self::count).sum::<usize>();
        1 + self.head.iter().map(items).sum::<usize>() + inner
    }

    /// Its width with its block, if that fits on one line at this indentation.
    fn width(&self, indentation: usize) -> Option<usize> {
        let head = joined(self.head.iter().map(DraftToken::width), " ")?;
        let Some(block) = &self.block else { return Some(head) };
        let is_plain = |inner: &Self| {
            inner.comments.is_empty() && (inner.block.is_none() || (block.len() == 1 && !inner.apart))
        };
        if block.len() > FEW || !block.iter().all(is_plain) {
            return None;
        }
        let inner = joined(block.iter().map(|inner| inner.width(0)), "; ")?;
        let width = head + if inner == 0 { " { }".len() } else { " {  }".len() + inner };
        (indentation + width <= WIDTH).then_some(width)
    }
}

/// A text, and the places in the manifest that its pieces come from.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    /// The text.
    pub(super) text: String,
    /// Where its pieces come from.
    pub(super) origins: Origins,
}

impl Written {
    /// Writes statements, each on its own line or lines.
    pub(super) fn statements(&mut self, statements: &[StatementDraft], depth: usize) {
        for (at, statement) in statements.iter().enumerate() {
            if at > 0 && statement.apart {
                self.text.push('\n');
            }
            self.statement(statement, depth);
        }
    }

    /// Writes comments, each on a line of its own.
    pub(super) fn comments(&mut self, comments: &[SmolStr], depth: usize) {
        for comment in comments {
            self.indent(depth);
            self.text.push('#');
            if !comment.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(comment);
            self.text.push('\n');
        }
    }

    fn statement(&mut self, statement: &StatementDraft, depth: usize) {
        let is_line = statement.width(2 * depth).is_some();
        self.comments_above(&statement.comments, is_line, depth);
        self.indent(depth);
        self.marked(statement, |written| {
            written.head(&statement.head, depth);
            if let Some(block) = &statement.block {
                if is_line {
                    written.block_on_line(block);
                } else {
                    written.text.push_str(" {\n");
                    written.statements(block, depth + 1);
                    written.indent(depth);
                    written.text.push('}');
                }
            }
        });
        self.comment_beside(&statement.comments, is_line);
        self.text.push('\n');
    }

    /// Writes the comments above; a comment beside something of several lines is written above, too.
    fn comments_above(&mut self, comments: &Comments, is_line: bool, depth: usize) {
        self.comments(&comments.above, depth);
        self.comments(comments.beside.as_slice().get(usize::from(is_line)..).unwrap_or_default(), depth);
    }

    fn comment_beside(&mut self, comments: &Comments, is_line: bool) {
        if let (true, Some(comment)) = (is_line, &comments.beside) {
            self.text.push_str("  # ");
            self.text.push_str(comment);
        }
    }

    fn block_on_line(&mut self, block: &[StatementDraft]) {
        self.text.push_str(" {");
        for (at, inner) in block.iter().enumerate() {
            self.text.push_str(if at == 0 { " " } else { "; " });
            self.marked(inner, |written| {
                written.head(&inner.head, 0);
                if let Some(block) = &inner.block {
                    written.block_on_line(block);
                }
            });
        }
        self.text.push_str(" }");
    }

    fn marked(&mut self, statement: &StatementDraft, write: impl FnOnce(&mut Self)) {
        let first = statement.head.first();
        let piece = first.map(|first| self.origins.begin(self.text.len(), first.origin));
        write(self);
        if let Some(piece) = piece {
            self.origins.end(piece, self.text.len());
        }
    }

    fn head(&mut self, tokens: &[DraftToken], depth: usize) {
        // A list that makes the line too wide is written with one item per line.
        let width = |token: &DraftToken| token.width().map_or(0, |width| width + 1);
        let wide = 2 * depth + tokens.iter().map(width).sum::<usize>() > WIDTH + 1;
        for (at, token) in tokens.iter().enumerate() {
            if at > 0 {
                self.text.push(' ');
            }
            self.token(token, depth, wide);
        }
    }

    fn token(&mut self, token: &DraftToken, depth: usize, wide: bool) {
        let piece = self.origins.begin(self.text.len(), token.origin);
        match &token.form {
            DraftForm::Word(word) => self.text.push_str(word),
            DraftForm::Lines(block) => self.lines(block, depth),
            DraftForm::List(items) => self.list(items, depth, wide),
        }
        self.origins.end(piece, self.text.len());
    }

    fn lines(&mut self, block: &TextBlock, depth: usize) {
        self.text.push_str(block.quotes);
        for line in &block.lines {
            self.text.push('\n');
            if !line.is_empty() {
                self.indent(depth + 1);
                self.text.push_str(line);
            }
        }
        if block.ends_line {
            self.text.push('\n');
            self.indent(depth);
        }
        self.text.push_str(block.quotes);
    }

    fn list(&mut self, items: &[DraftToken], depth: usize, wide: bool) {
        let several = items.iter().any(|item| item.width().is_none());
        self.text.push('[');
        match items {
            [only] if several && only.comments.is_empty() => self.token(only, depth, wide),
            items if several || wide => {
                for item in items {
                    self.text.push('\n');
                    let is_line = !matches!(item.form, DraftForm::Lines(..));
                    self.comments_above(&item.comments, is_line, depth + 1);
                    self.indent(depth + 1);
                    self.token(item, depth + 1, wide);
                    self.text.push(',');
                    self.comment_beside(&item.comments, is_line);
                }
                self.text.push('\n');
                self.indent(depth);
            }
            items => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.text.push_str(", ");
                    }
                    self.token(item, depth, wide);
                }
            }
        }
        self.text.push(']');
    }

    fn indent(&mut self, depth: usize) {
        self.text.extend(std::iter::repeat_n("  ", depth));
    }
}
