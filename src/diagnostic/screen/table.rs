//! Writes a table whose columns fit the screen: cells are wrapped where they must be, and what still has no room is left out
//! by its importance.

use super::{Screen, Style, Styled};

/// The space before each column.
const GAP: usize = 2;

/// The fewest columns of the screen that a cell with words is given.
const NARROWEST: usize = 8;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    wraps: bool,
    is_number: bool,
    /// The higher, the sooner it is left out; a column with 0 stays.
    rank: u8,
}

impl Column {
    /// A column of words that stay on one line.
    pub(crate) const fn whole(title: &'static str) -> Self {
        Self { title, wraps: false, is_number: false, rank: 0 }
    }

    /// A column of text that may take several lines.
    pub(crate) const fn text(title: &'static str) -> Self {
        Self { title, wraps: true, is_number: false, rank: 0 }
    }

    /// A column of numbers, which a terminal shows with their ends below each other.
    pub(crate) const fn number(title: &'static str) -> Self {
        Self { title, wraps: false, is_number: true, rank: 0 }
    }

    /// Whether it is the column with the title of another one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.title == other.title
    }

    /// The same, left out before the columns of a lower rank if there is no room.
    #[must_use]
    pub(crate) const fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// Rows of cells below the titles of their columns.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Styled>>,
    indent: usize,
    is_untitled: bool,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), indent: 0, is_untitled: false }
    }

    /// The same, this much further right.
    #[must_use]
    pub(crate) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// The same, without the titles of its columns.
    #[must_use]
    pub(crate) fn untitled(self) -> Self {
        Self { is_untitled: true, ..self }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Styled>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn write(&self, screen: Screen, out: &mut String) {
        let titles = self.columns.iter().map(|column| Styled::new(Style::Dim, column.title)).collect();
        let rows: Vec<Vec<Styled>> = Some(&titles)
            .filter(|_| !self.is_untitled)
            .into_iter()
            .chain(&self.rows)
            .map(|row| row.iter().map(|cell| cell.drawn(screen)).collect())
            .collect();
        let widest = |width: fn(&Styled) -> usize| {
            let of = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(width).max().unwrap_or(0);
            (0..self.columns.len()).map(of).collect::<Vec<usize>>()
        };
        let natural = widest(Styled::width);
        let widths = match screen.width {
            Some(width) => {
                self.fit(&rows, &natural, &widest(Styled::longest_part), width - self.indent.min(width))
            }
            None => natural.into_iter().map(Some).collect(),
        };
        for row in &rows {
            self.write_row(row, &widths, screen, out);
        }
        let left_out = self.columns.iter().zip(&widths).filter(|(_, width)| width.is_none());
        let left_out: Vec<&str> = left_out.map(|(column, _)| column.title).collect();
        if let (Some(width), false) = (screen.width, left_out.is_empty()) {
            let note = format!("not shown in {width} columns: {}", left_out.join(", "));
            let indent = self.indent + GAP;
            for line in Styled::new(Style::Dim, &note).wrapped(width.saturating_sub(indent)) {
                out.extend(std::iter::repeat_n(' ', indent));
                line.write(screen, out);
                out.push('\n');
            }
        }
    }

    /// The width of each column on a screen; `None` if the column is left out.
    fn fit(
        &self,
        rows: &[Vec<Styled>],
        natural: &[usize],
        words: &[usize],
        screen: usize,
    ) -> Vec<Option<usize>> {
        let fewest = |at: usize| if self.columns[at].wraps { words[at] } else { natural[at] };
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let needed = |shown: &[usize], of: &dyn Fn(usize) -> usize| -> usize {
            shown.iter().map(|at| GAP + of(*at)).sum()
        };
        while needed(&shown, &fewest) > screen
            && let Some(least) = shown
                .iter()
                .copied()
                .filter(|at| self.columns[*at].rank > 0)
                .max_by_key(|at| self.columns[*at].rank)
        {
            shown.retain(|at| *at != least);
        }
        // Words that are longer than what is left are broken.
        let fewest = |at: usize| {
            let is_too_much = needed(&shown, &fewest) > screen && self.columns[at].wraps;
            if is_too_much { fewest(at).min(NARROWEST) } else { fewest(at) }
        };
        let capped = |cap: usize, at: usize| {
            if self.columns[at].wraps { natural[at].min(cap.max(fewest(at))) } else { natural[at] }
        };
        let mut widths: Vec<Option<usize>> = vec![None; self.columns.len()];
        let mut is_settled = vec![false; self.columns.len()];
        // What a wrapped column does not use goes to the others.
        for _ in 0..shown.len() {
            let width = |cap: usize, at: usize| match widths[at] {
                Some(width) if is_settled[at] => width,
                _ => capped(cap, at),
            };
            let cap =
                (0..=screen).rev().find(|cap| needed(&shown, &|at| width(*cap, at)) <= screen).unwrap_or(0);
            let next: Vec<(usize, usize)> = shown.iter().map(|at| (*at, width(cap, *at))).collect();
            let mut has_room = false;
            for (at, width) in next {
                let used = rows.iter().filter_map(|row| row.get(at)).map(|cell| used(cell, width)).max();
                let used = used.unwrap_or(0);
                has_room |= used < width && !is_settled[at];
                is_settled[at] |= used < width || width == natural[at];
                widths[at] = Some(used);
            }
            if !has_room {
                break;
            }
        }
        widths
    }

    fn write_row(&self, row: &[Styled], widths: &[Option<usize>], screen: Screen, out: &mut String) {
        let on_terminal = screen.width.is_some();
        let cells: Vec<(&Column, usize, Vec<Styled>)> = self
            .columns
            .iter()
            .zip(widths)
            .zip(row)
            .filter_map(|((column, width), cell)| {
                let width = (*width)?;
                let lines = if on_terminal { cell.wrapped(width) } else { vec![cell.clone()] };
                Some((column, width, lines))
            })
            .collect();
        let height = cells.iter().map(|(.., lines)| lines.len()).max().unwrap_or(0);
        for line in 0..height {
            // Spaces are written only before the next text: no line ends with one.
            let mut spaces = self.indent;
            for (column, width, lines) in &cells {
                spaces += GAP;
                let Some(text) = lines.get(line).filter(|text| !text.is_empty()) else {
                    spaces += width;
                    continue;
                };
                let room = width.saturating_sub(text.width());
                let before = if column.is_number && on_terminal { room } else { 0 };
                out.extend(std::iter::repeat_n(' ', spaces + before));
                text.write(screen, out);
                spaces = room - before;
            }
            out.push('\n');
        }
    }
}

/// How many columns a cell uses of those that it is given.
fn used(cell: &Styled, width: usize) -> usize {
    cell.wrapped(width).iter().map(Styled::width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::number(""),
        Column::text("name"),
        Column::text("why").rank(1),
        Column::text("requests").rank(2),
    ];

    fn table(width: Option<usize>) -> String {
        let mut table = Table::new(&COLUMNS);
        let amounts = |cpu: &str, memory: &str| {
            let mut cell = Styled::default();
            cell.push_whole(Style::Plain, &format!("cpu {cpu},"));
            cell.push(Style::Plain, " ");
            cell.push_whole(Style::Plain, &format!("memory {memory}"));
            cell
        };
        for (at, name, why) in [
            (9, "settings", "first"),
            (10, "a-name-of-many-letters", "it reads what `settings` has written into the volume"),
        ] {
            table.row([at.to_string().into(), name.into(), why.into(), amounts("100m", "64Mi")]);
        }
        let mut out = String::new();
        table.write(Screen { width, ..Screen::default() }, &mut out);
        for line in out.lines() {
            assert!(width.is_none_or(|width| line.chars().count() <= width), "{line}");
            assert_eq!(line, line.trim_end());
        }
        out
    }

    #[test]
    fn a_file_gets_whole_lines() {
        insta::assert_snapshot!(table(None), @"
            name                    why                                                   requests
        9   settings                first                                                 cpu 100m, memory 64Mi
        10  a-name-of-many-letters  it reads what `settings` has written into the volume  cpu 100m, memory 64Mi
        ");
    }

    #[test]
    fn cells_are_wrapped_where_they_must_be() {
        assert_eq!(table(Some(200)).lines().count(), 3);
        insta::assert_snapshot!(table(Some(80)), @"
            name                    why                          requests
         9  settings                first                        cpu 100m, memory 64Mi
        10  a-name-of-many-letters  it reads what `settings`     cpu 100m, memory 64Mi
                                    has written into the volume
        ");
    }

    #[test]
    fn what_has_no_room_is_left_out_and_named() {
        insta::assert_snapshot!(table(Some(40)), @"
            name             why
         9  settings         first
        10  a-name-of-many-  it reads what
            letters          `settings` has
                             written into the
                             volume
        not shown in 40 columns: requests
        ");
        let narrow = table(Some(24));
        let words: Vec<&str> = narrow.split_whitespace().collect();
        assert!(words.join(" ").ends_with("not shown in 24 columns: why, requests"), "{narrow}");
    }
}
