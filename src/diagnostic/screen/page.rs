//! Writes lines, paragraphs and tables to a screen, one below the other.

use super::{Screen, Style, Styled, Table};

/// What is written so far.
#[derive(Debug)]
pub(crate) struct Page {
    screen: Screen,
    text: String,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(screen: Screen) -> Self {
        Self { screen, text: String::new() }
    }

    /// What it is written on.
    pub(crate) fn screen(&self) -> Screen {
        self.screen
    }

    /// The text of the page.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line, wrapped with a deeper indentation where it is too long.
    pub(crate) fn line(&mut self, indent: usize, line: impl Into<Styled>) {
        self.paragraph(indent, indent + 2, &line.into());
    }

    /// A message, with its code in color.
    pub(crate) fn message(&mut self, indent: usize, text: &str) {
        self.line(indent, Styled::default().message(text));
    }

    /// Parts of a line with two spaces between them; each on a line of its own if they are too long for one.
    pub(crate) fn heading(&mut self, parts: &[Styled]) {
        let mut line = Styled::default();
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if !line.is_empty() {
                line.push(Style::Plain, "  ");
            }
            line.append(part);
        }
        if self.screen.width.is_none_or(|width| line.width() <= width) {
            return self.line(0, line);
        }
        for (at, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
            self.line(if at == 0 { 0 } else { 2 }, part.clone());
        }
    }

    /// Text whose first line begins at one column and its other lines at another.
    pub(crate) fn paragraph(&mut self, first: usize, rest: usize, line: &Styled) {
        let line = line.drawn(self.screen);
        let lines = match self.screen.width {
            Some(width) if line.width() + first > width => {
                // All lines have the width of the narrower ones: the first one begins further left.
                line.wrapped(width.saturating_sub(first.max(rest)).max(8))
            }
            _ => vec![line],
        };
        for (at, line) in lines.iter().enumerate() {
            let indent = if at == 0 { first } else { rest };
            self.text.extend(std::iter::repeat_n(' ', indent));
            line.write(self.screen, &mut self.text);
            self.text.push('\n');
        }
    }

    /// A table.
    pub(crate) fn table(&mut self, table: &Table) {
        table.write(self.screen, &mut self.text);
    }

    /// Text that is ready: its lines are whole, and it has no control characters but those of its colors.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }
}
