//! Answers requests for symbols of a document and of all files, folding, selection ranges and links.

use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::names::NameKind;
use crate::ide::outline::{Fold, Symbol, folds, links, selections, symbols};
use crate::ide::{Location, Parsed};
use lsp_types::{
    DocumentLink, DocumentLinkParams, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse,
    FoldingRange, FoldingRangeKind, FoldingRangeParams, OneOf, SelectionRange, SelectionRangeParams,
    SymbolKind, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};

/// The most symbols of a workspace that are sent at once.
const MAX_SYMBOLS: usize = 1000;

pub(super) fn document(
    state: &mut State,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    let symbols = symbols(&file).into_iter().map(|symbol| translate(state, &path, &file, symbol));
    Ok(Some(DocumentSymbolResponse::Nested(symbols.collect())))
}

#[allow(deprecated)] // The structure cannot be created otherwise.
fn translate(state: &State, path: &str, file: &Parsed, symbol: Symbol) -> DocumentSymbol {
    let inner = symbol.inner.into_iter().map(|inner| translate(state, path, file, inner));
    let children: Vec<DocumentSymbol> = inner.collect();
    DocumentSymbol {
        name: if symbol.name.is_empty() { symbol.detail.clone() } else { symbol.name },
        detail: Some(symbol.detail),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: state.range(path, file, symbol.range),
        selection_range: state.range(path, file, symbol.selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

pub(super) fn workspace(
    state: &mut State,
    params: WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>, RequestRefusal> {
    state.know_all();
    let query = params.query.to_lowercase();
    let mut found = Vec::new();
    for path in state.workspace.paths().filter(|path| *path != "std") {
        let Some(file) = state.workspace.get(path) else { continue };
        gather(state, path, &symbols(file), None, &query, &mut found);
    }
    found.truncate(MAX_SYMBOLS);
    Ok(Some(WorkspaceSymbolResponse::Nested(found)))
}

fn gather(
    state: &State,
    path: &str,
    symbols: &[Symbol],
    outer: Option<&str>,
    query: &str,
    found: &mut Vec<WorkspaceSymbol>,
) {
    for symbol in symbols {
        let place = Location { path: path.to_owned(), range: symbol.selection };
        if contains(&symbol.name.to_lowercase(), query)
            && let Some(location) = state.location(&place)
        {
            found.push(WorkspaceSymbol {
                name: symbol.name.clone(),
                kind: kind(symbol.kind),
                tags: None,
                container_name: outer.map(str::to_owned),
                location: OneOf::Left(location),
                data: None,
            });
        }
        gather(state, path, &symbol.inner, Some(&symbol.name), query, found);
    }
}

/// Whether a name contains the letters of a query in their order.
fn contains(name: &str, query: &str) -> bool {
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// The protocol's kind of what a name names.
pub(super) fn kind(kind: NameKind) -> SymbolKind {
    match kind {
        NameKind::Let => SymbolKind::CONSTANT,
        NameKind::Param | NameKind::Parameter => SymbolKind::VARIABLE,
        NameKind::Template => SymbolKind::FUNCTION,
        NameKind::File => SymbolKind::MODULE,
        NameKind::Workload => SymbolKind::CLASS,
        NameKind::Volume => SymbolKind::FIELD,
        NameKind::Container => SymbolKind::METHOD,
        NameKind::Port => SymbolKind::PROPERTY,
    }
}

pub(super) fn fold(
    state: &mut State,
    params: FoldingRangeParams,
) -> Result<Option<Vec<FoldingRange>>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    let translate = |Fold { range, comment }: Fold| {
        let range = state.range(&path, &file, range);
        // The line of a closing bracket stays visible.
        let end_line = if comment { range.end.line } else { range.end.line.saturating_sub(1) };
        FoldingRange {
            start_line: range.start.line,
            end_line,
            kind: comment.then_some(FoldingRangeKind::Comment),
            ..FoldingRange::default()
        }
    };
    let ranges = folds(&file).into_iter().map(translate);
    Ok(Some(ranges.filter(|range| range.start_line < range.end_line).collect()))
}

pub(super) fn select(
    state: &mut State,
    params: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    let lines = state.lines(&path, &file);
    let around = |position| {
        let steps = selections(&file, lines.offset(file.text(), position));
        let mut outer: Option<SelectionRange> = None;
        for range in steps.into_iter().rev() {
            outer =
                Some(SelectionRange { range: lines.range(file.text(), range), parent: outer.map(Box::new) });
        }
        let here = lsp_types::Range { start: position, end: position };
        outer.unwrap_or(SelectionRange { range: here, parent: None })
    };
    Ok(Some(params.positions.into_iter().map(around).collect()))
}

pub(super) fn link(
    state: &mut State,
    params: DocumentLinkParams,
) -> Result<Option<Vec<DocumentLink>>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    state.know_used(&path);
    let translate = |(range, used): (_, String)| {
        let target = state.uri(&used);
        DocumentLink { range: state.range(&path, &file, range), target, tooltip: None, data: None }
    };
    Ok(Some(links(&state.workspace, &path, &file).into_iter().map(translate).collect()))
}
