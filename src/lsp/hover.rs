//! Answers requests for hovers and inlay hints.

use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::hints::{Hint, KeptHints};
use crate::ide::hover::{Hover, hover};
use lsp_types::{
    HoverContents, HoverParams, InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip, MarkupContent,
    MarkupKind,
};

pub(super) fn show(
    state: &mut State,
    params: HoverParams,
) -> Result<Option<lsp_types::Hover>, RequestRefusal> {
    let (path, file, offset) = state.place(&params.text_document_position_params)?;
    let Some(analysis) = state.analysis(&path) else { return Ok(None) };
    let found = hover(&state.workspace, &analysis, &path, offset);
    let translate = |found: Hover| {
        let name = found.explained.filter(|_| state.settings.explain_command);
        // The argument of the command is `["NAME"]`, encoded.
        let link =
            name.map(|name| format!("\n\n[Explain `{name}`](command:initflow.explain?%5B%22{name}%22%5D)"));
        let value = found.markdown + &link.unwrap_or_default();
        lsp_types::Hover {
            contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
            range: Some(state.range(&path, &file, found.range)),
        }
    };
    Ok(found.map(translate))
}

pub(super) fn inlay(
    state: &mut State,
    params: InlayHintParams,
) -> Result<Option<Vec<InlayHint>>, RequestRefusal> {
    let (path, file) = state.file(&params.text_document.uri)?;
    if !state.settings.inlay_hints {
        return Ok(Some(Vec::new()));
    }
    let Some(analysis) = state.analysis(&path) else { return Ok(None) };
    let hints = KeptHints::of(&file, &analysis, state.hints.get(&path));
    let lines = state.lines(&path, &file);
    let translate = |hint: &Hint| InlayHint {
        position: lines.position(file.text(), hint.offset),
        label: InlayHintLabel::String(hint.label.clone()),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(hint.tooltip.clone())),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    let within = |hint: &InlayHint| params.range.start <= hint.position && hint.position <= params.range.end;
    let shown = hints.hints().iter().map(translate).filter(within).collect();
    state.hints.insert(path, hints);
    Ok(Some(shown))
}
