//! Shows Markdown on a terminal, or as plain text of a readable width.

mod code;

use crate::diagnostic::screen::{Column, Page, Screen, Style, Styled, Table};
use code::highlighted;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The most columns of a line of prose, and those of text for another program.
const WIDEST: usize = 100;
const PLAIN: usize = 80;

/// A text in Markdown as people read it. Programs keep their lines.
pub(super) fn shown(markdown: &str, screen: Screen) -> String {
    let width = screen.width.map_or(PLAIN, |width| width.min(WIDEST));
    let page = Page::new(Screen { width: Some(width), ..screen });
    let mut reader = MarkdownReader::new(page);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        reader.event(event);
    }
    reader.page.finish()
}

/// What is shown so far, and what is open.
struct MarkdownReader {
    page: Page,
    has_text: bool,
    /// The text of the paragraph or of the cell.
    line: Styled,
    styles: Vec<Style>,
    /// The open lists, each with the number of its next item if it counts.
    lists: Vec<Option<u64>>,
    /// Whether an item of the list is shown already.
    is_in_list: bool,
    /// The mark of an item that has no text yet.
    mark: Option<String>,
    code: Option<(String, String)>,
    rows: Vec<Vec<Styled>>,
}

impl MarkdownReader {
    fn new(page: Page) -> Self {
        Self {
            page,
            has_text: false,
            line: Styled::default(),
            styles: Vec::new(),
            lists: Vec::new(),
            is_in_list: false,
            mark: None,
            code: None,
            rows: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, program)) => program.push_str(&text),
                None => self.push(self.style(), &text),
            },
            Event::Code(text) => {
                let style = if self.style() == Style::Title { Style::Title } else { Style::Code };
                // Without colors, backticks set a name off from the words.
                let quoted = if self.page.screen().color { text.to_string() } else { format!("`{text}`") };
                self.push(style, &quoted);
            }
            Event::SoftBreak | Event::HardBreak => self.push(Style::Plain, " "),
            Event::Rule => self.gap(),
            // Our pages have none of the others; their text is shown as it is written.
            Event::Html(text) | Event::InlineHtml(text) => self.push(self.style(), text.trim_end()),
            _ => {}
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn push(&mut self, style: Style, text: &str) {
        self.line.push(style, text);
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } | Tag::Strong => self.styles.push(Style::Title),
            Tag::Emphasis => self.styles.push(Style::Note),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split(' ').next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::List(number) => {
                self.paragraph();
                self.lists.push(number);
            }
            Tag::Item => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                self.mark = Some(mark);
            }
            Tag::TableRow | Tag::TableHead => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.styles.pop();
                self.paragraph();
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.styles.pop();
            }
            TagEnd::Paragraph | TagEnd::Item => self.paragraph(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.is_in_list = !self.lists.is_empty();
            }
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    /// An empty line, unless nothing is above.
    fn gap(&mut self) {
        if self.has_text {
            self.page.blank();
        }
        self.has_text = true;
    }

    fn paragraph(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let Some(mark) = self.mark.take() else {
            self.gap();
            let indent = 2 * self.lists.len();
            return self.page.paragraph(indent, indent, &line);
        };
        // The first item of a list is set off from what is above.
        if !std::mem::replace(&mut self.is_in_list, true) {
            self.gap();
        }
        let indent = 2 * self.lists.len().saturating_sub(1);
        let mut whole = Styled::from(&*mark);
        whole.append(&line);
        self.page.paragraph(indent, indent + mark.chars().count(), &whole);
    }

    fn code_block(&mut self) {
        let Some((language, program)) = self.code.take() else { return };
        self.gap();
        let screen = self.page.screen();
        for line in highlighted(&language, &program) {
            let mut text = String::new();
            if !line.is_empty() {
                text.push_str("    ");
                line.drawn(screen).write(screen, &mut text);
            }
            text.push('\n');
            self.page.raw(&text);
        }
    }

    fn table(&mut self) {
        self.gap();
        let mut rows = std::mem::take(&mut self.rows).into_iter();
        let titles = rows.next().unwrap_or_default();
        let mut table = Table::new(&vec![Column::text(""); titles.len()]).untitled();
        if titles.iter().any(|title| !title.is_empty()) {
            table.row(titles);
        }
        for row in rows {
            table.row(row);
        }
        self.page.table(&table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# unused-thing
A thing that *nobody* uses, described in a sentence that is longer than fifty columns.

- first, `code` and **strong**, which is long enough for two lines
- second
  1. inner

| name | meaning |
|---|---|
| `a \\| b` | what it means, in more words than the line has columns |

```initflow
pod a {  # a comment that stays on its line although it is long
}
```

```yaml
key: value # comment
```
";

    #[test]
    fn a_page_is_readable_without_colors() {
        insta::assert_snapshot!(shown(PAGE, Screen::of_width(50)), @"
        unused-thing

        A thing that nobody uses, described in a sentence
        that is longer than fifty columns.

        • first, `code` and strong, which is long enough
          for two lines
        • second
          1. inner

          name     meaning
          `a | b`  what it means, in more words than the
                   line has columns

            pod a {  # a comment that stays on its line although it is long
            }

            key: value # comment
        ");
    }

    #[test]
    fn a_terminal_gets_colors_and_no_marks() {
        let text = shown(PAGE, Screen { color: true, ..Screen::of_width(100) });
        assert!(text.starts_with("\x1b[1munused-thing\x1b[0m\n"), "{text}");
        assert!(text.contains("\x1b[36mcode\x1b[0m") && text.contains("\x1b[1mstrong\x1b[0m"), "{text}");
        assert!(text.contains("\x1b[35mpod\x1b[0m") && text.contains("\x1b[2m# a comment"), "{text}");
        assert!(text.contains("\x1b[94mkey\x1b[0m: value"), "{text}");
        assert!(!text.contains("**") && !text.contains("```") && !text.contains('`'), "{text}");
    }

    #[test]
    fn every_explanation_fits_the_width() {
        for code in crate::diagnostic::Code::ALL {
            for width in [80, 120] {
                let text = shown(&code.markdown(), Screen::of_width(width));
                let prose = text.lines().filter(|line| !line.starts_with("    "));
                for line in prose {
                    assert!(line.chars().count() <= 100.min(width), "{code}: {line}");
                }
                assert!(!text.contains("```"), "{text}");
            }
        }
    }

    #[test]
    fn hostile_text_has_no_effect() {
        let text = shown("a \u{1b}[31m <b>x</b>\n\n```\n\u{1b}]0;x\u{7}\n```\n", Screen::default());
        assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    }
}
