//! Finds the structure of a file: its declarations, what can be folded, what is selected step by step, and its links.
//!
//! Invariant: everything follows the tree, so that even a file with errors has a structure.

use super::names::NameKind;
use super::shape::{Cursor, Inside, Meaning, Shaped, ValueRole, at, roles, shape, word};
use super::{Parsed, Range32, Workspace};
use crate::model::WorkloadKind;
use crate::model::read_use;
use crate::program::path_of;
use crate::statement::ValueType;
use crate::syntax::pieces::PlacedPiece;
use crate::syntax::tree::{Document, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::CONTAINERS;

/// A declaration, with the declarations in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// What is declared.
    pub name: String,
    /// How it is declared: `step`, `volume`, `template app`.
    pub detail: String,
    /// What it is.
    pub kind: NameKind,
    /// All of it.
    pub range: Range32,
    /// Its name.
    pub selection: Range32,
    /// What is declared in it.
    pub inner: Vec<Symbol>,
}

/// Lines that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fold {
    /// From the end of what stays visible to the end of what is folded.
    pub range: Range32,
    /// Whether it is a comment.
    pub comment: bool,
}

/// The declarations of a file.
pub(crate) fn symbols(file: &Parsed) -> Vec<Symbol> {
    let of_piece = |PlacedPiece { start, piece }: &PlacedPiece| {
        let mut symbols = of_block(&piece.source.text, &piece.parse.document.statements, Inside::File);
        for symbol in &mut symbols {
            symbol.shift(*start);
        }
        symbols
    };
    file.pieces().iter().flat_map(of_piece).collect()
}

impl Symbol {
    fn shift(&mut self, by: u32) {
        self.range = self.range.shifted(by);
        self.selection = self.selection.shifted(by);
        self.inner.iter_mut().for_each(|inner| inner.shift(by));
    }
}

/// The declarations in the block of a statement.
pub(super) fn symbols_of(file: &Parsed, statement: &Statement) -> Vec<Symbol> {
    let inside = if statement.name.text == "template" || WorkloadKind::of(&statement.name.text).is_some() {
        Inside::File
    } else {
        Inside::Workload(Some(WorkloadKind::Pod))
    };
    let shaped = shape(statement, inside);
    let text = file.text();
    statement.block.as_ref().map_or_else(Vec::new, |block| of_block(text, &block.statements, shaped.body))
}

fn of_block(text: &str, statements: &[Statement], inside: Inside) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for statement in statements {
        let shaped = shape(statement, inside);
        let inner = statement
            .block
            .as_ref()
            .map_or_else(Vec::new, |block| of_block(text, &block.statements, shaped.body));
        match declared(&shaped) {
            Some((named, kind)) => symbols.push(Symbol {
                name: name(text, named),
                detail: detail(&shaped),
                kind,
                range: statement.span.into(),
                selection: named,
                inner,
            }),
            None => symbols.extend(inner),
        }
    }
    symbols
}

/// The place of the name that a statement declares, or of the keyword of a workload without a name.
fn declared(shaped: &Shaped) -> Option<(Range32, NameKind)> {
    let Meaning::Entry(entry) = shaped.meaning else { return None };
    let statement = shaped.statement;
    let kind = match entry.name {
        "let" => NameKind::Let,
        "param" => NameKind::Param,
        "template" => return Some((name_range(statement.values.get(1)?), NameKind::Template)),
        "volume" => NameKind::Volume,
        "port" => NameKind::Port,
        "part" => NameKind::Container,
        name if CONTAINERS.contains(&name) => NameKind::Container,
        name if WorkloadKind::of(name).is_some() && matches!(shaped.inside, Inside::File) => {
            NameKind::Workload
        }
        _ => return None,
    };
    let is_name =
        |role: &ValueRole| matches!(role, ValueRole::Declares | ValueRole::Slot(_, ValueType::Port));
    let named = statement.values.first().filter(|_| roles(shaped).first().is_some_and(is_name));
    let keyword = || (kind == NameKind::Workload).then(|| statement.name.span.into());
    Some((named.map(name_range).or_else(keyword)?, kind))
}

fn detail(shaped: &Shaped) -> String {
    let kind =
        shaped.statement.values.first().and_then(word).filter(|_| shaped.statement.name.text == "template");
    match kind {
        Some(kind) => format!("template {kind}"),
        None => shaped.statement.name.text.to_string(),
    }
}

fn name_range(value: &SyntaxValue) -> Range32 {
    match &value.kind {
        ValueKind::Call(call) => call.name.span.into(),
        _ => value.span.into(),
    }
}

fn name(text: &str, named: Range32) -> String {
    let text = text.get(named.range()).unwrap_or_default();
    text.trim_matches(['"', '\'']).to_owned()
}

/// What can be folded: blocks, lists, texts and runs of comments on several lines.
pub(crate) fn folds(file: &Parsed) -> Vec<Fold> {
    let of_piece = |PlacedPiece { start, piece }: &PlacedPiece| {
        let mut folds = folds_of(&piece.source.text, &piece.parse.document);
        for fold in &mut folds {
            fold.range = fold.range.shifted(*start);
        }
        folds
    };
    file.pieces().iter().flat_map(of_piece).collect()
}

fn folds_of(text: &str, document: &Document) -> Vec<Fold> {
    let mut folds = Vec::new();
    blocks(&document.statements, &mut folds);
    let comments = &document.comments;
    let alone =
        |start: u32| text[..start as usize].rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    let mut run: Option<(u32, u32)> = None;
    for comment in comments.iter().filter(|comment| alone(comment.start)) {
        let joins =
            run.is_some_and(|(_, end)| text[end as usize..comment.start as usize].matches('\n').count() == 1);
        run = match run {
            Some((start, _)) if joins => Some((start, comment.end)),
            before => {
                folds.extend(before.map(comment_fold));
                Some((comment.start, comment.end))
            }
        };
    }
    folds.extend(run.map(comment_fold));
    folds.retain(|fold| text.get(fold.range.range()).is_some_and(|text| text.contains('\n')));
    folds
}

fn comment_fold((start, end): (u32, u32)) -> Fold {
    Fold { range: Range32 { start, end }, comment: true }
}

fn blocks(statements: &[Statement], folds: &mut Vec<Fold>) {
    let fold = |range: Range32| Fold { range, comment: false };
    for statement in statements {
        let wide = |value: &&SyntaxValue| {
            matches!(value.kind, ValueKind::Text(_) | ValueKind::List(_) | ValueKind::Call(..))
        };
        folds.extend(statement.values.iter().filter(wide).map(|value| fold(value.span.into())));
        if let Some(block) = &statement.block {
            folds.push(fold(block.span.into()));
            blocks(&block.statements, folds);
        }
    }
}

/// The ranges around an offset, the smallest first: a word, a value, the head, the statement, its block, and so on.
pub(crate) fn selections(file: &Parsed, offset: usize) -> Vec<Range32> {
    let Cursor { chain, .. } = at(file, offset);
    let mut ranges = vec![Range32::from(file.source.span())];
    let touches = |range: Range32| range.touches(offset);
    for Shaped { statement, .. } in &chain {
        ranges.push(statement.span.into());
        let head = Range32::from(statement.head());
        if touches(head) {
            ranges.push(head);
            ranges.push(statement.name.span.into());
            statement.values.iter().for_each(|value| within(value, &mut ranges));
        } else if let Some(block) = &statement.block {
            ranges.push(block.span.into());
            ranges.push(Range32 {
                start: block.span.start + 1,
                end: block.span.end.saturating_sub(1).max(block.span.start + 1),
            });
        }
    }
    ranges.retain(|range| touches(*range));
    // Each range must be inside the one before it and smaller.
    let mut steps: Vec<Range32> = Vec::new();
    for range in ranges {
        let inner = steps
            .last()
            .is_none_or(|last| last.start <= range.start && range.end <= last.end && *last != range);
        if inner {
            steps.push(range);
        }
    }
    steps.reverse();
    steps
}

fn within(value: &SyntaxValue, ranges: &mut Vec<Range32>) {
    ranges.push(value.span.into());
    match &value.kind {
        ValueKind::List(items) => items.iter().for_each(|item| within(item, ranges)),
        ValueKind::Call(call) => {
            ranges.push(call.name.span.into());
            call.arguments
                .iter()
                .flat_map(|argument| &argument.values)
                .for_each(|value| within(value, ranges));
        }
        ValueKind::Range(start, end) => start.iter().chain([end]).for_each(|end| within(end, ranges)),
        _ => {}
    }
}

/// The files that a file uses: the place of each name, and the path.
pub(crate) fn links(workspace: &Workspace, path: &str, file: &Parsed) -> Vec<(Range32, String)> {
    let of_piece = |PlacedPiece { start, piece }: &PlacedPiece| {
        let uses = piece.parse.document.statements.iter().filter_map(read_use);
        uses.map(|used| (Range32::from(used.span).shifted(*start), path_of(path, used.path)))
            .collect::<Vec<_>>()
    };
    let uses = file.pieces().iter().flat_map(of_piece);
    uses.filter(|(_, used)| workspace.get(used).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const TEXT: &str = "\
# One
# two
template app web(image: image) { image image }
deployment shop {
  volume a
  when true { step s {
    script '''
      x
    '''
  } }
}
";

    #[test]
    fn declarations_are_nested_as_written() {
        fn shown(symbols: &[Symbol], depth: usize) -> String {
            let line = |symbol: &Symbol| {
                format!(
                    "{}{} {}\n{}",
                    "  ".repeat(depth),
                    symbol.detail,
                    symbol.name,
                    shown(&symbol.inner, depth + 1)
                )
            };
            symbols.iter().map(line).collect()
        }
        insta::assert_snapshot!(shown(&symbols(&Parsed::new("a", TEXT)), 0), @r#"
        template app web
        deployment shop
          volume a
          step s
        "#);
    }

    #[test]
    fn a_workload_without_a_name_is_declared_by_its_keyword() {
        let shown = |text: String| {
            let symbols = symbols(&Parsed::new("a", text));
            symbols.iter().map(|symbol| (symbol.name.clone(), symbol.inner.len())).collect::<Vec<_>>()
        };
        let body = "{ generateName \"x-\"; app a { image \"i\"; port 80 } }\n";
        assert_eq!(shown(format!("deployment from web(a: 1) {body}")), [("deployment".into(), 1)]);
        assert_eq!(shown(format!("deployment {body}")), [("deployment".into(), 1)]);
        assert_eq!(shown("app\nvolume\ntemplate\nlet\n".into()), []);
    }

    #[test]
    fn a_link_is_where_its_file_is_named() {
        let text = "use wrong\nuse \"lib.initflow\"\nuse \"none.initflow\"\nuse \"std\"\n";
        let mut workspace = Workspace::default();
        workspace.set("lib.initflow", Arc::new(Parsed::new("lib.initflow", "")));
        let links = links(&workspace, "main.initflow", &Parsed::new("main.initflow", text));
        let shown: Vec<_> = links.iter().map(|(range, path)| (&text[range.range()], path.as_str())).collect();
        assert_eq!(shown, [("\"lib.initflow\"", "lib.initflow")]);
    }

    #[test]
    fn what_spans_lines_can_be_folded() {
        let file = Parsed::new("a", TEXT);
        let lines = |fold: &Fold| {
            let line = |offset| file.source.line_column(offset).0;
            (line(fold.range.start), line(fold.range.end), fold.comment)
        };
        let folds: Vec<_> = folds(&file).iter().map(lines).collect();
        assert_eq!(folds, [(4, 11, false), (6, 10, false), (6, 10, false), (7, 9, false), (1, 2, true)]);
    }

    #[test]
    fn a_selection_grows_with_the_tree() {
        let text = "pod a { app b { reads c at /d } }\n";
        let offset = text.find("c at").unwrap();
        let texts: Vec<&str> =
            selections(&Parsed::new("a", text), offset).iter().map(|range| &text[range.range()]).collect();
        insta::assert_snapshot!(texts.join("\n"), @r#"
        c
        reads c at /d
         reads c at /d 
        { reads c at /d }
        app b { reads c at /d }
         app b { reads c at /d } 
        { app b { reads c at /d } }
        pod a { app b { reads c at /d } }
        pod a { app b { reads c at /d } }
        "#);
    }
}
