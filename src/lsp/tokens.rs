//! Semantic tokens, in the protocol's relative form.

use super::answers::Refusal;
use super::state::State;
use crate::ide::tokens::{Class, Token, tokens};
use lsp_types::{
    Position, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens,
    SemanticTokensFullOptions, SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams,
    SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult,
    SemanticTokensServerCapabilities, Uri,
};
use std::ops::Range;

/// What the server says about its tokens.
pub(super) fn provider() -> SemanticTokensServerCapabilities {
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: Class::ALL.into_iter().map(|class| SemanticTokenType::new(class.name())).collect(),
            token_modifiers: vec![SemanticTokenModifier::DECLARATION],
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Bool(true)),
        ..SemanticTokensOptions::default()
    }
    .into()
}

pub(super) fn full(
    state: &mut State,
    params: SemanticTokensParams,
) -> Result<Option<SemanticTokensResult>, Refusal> {
    let tokens = encoded(state, &params.text_document.uri, |_| true)?;
    Ok(Some(SemanticTokensResult::Tokens(tokens)))
}

pub(super) fn range(
    state: &mut State,
    params: SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>, Refusal> {
    let wanted = params.range;
    let within = |lines: &Range<u32>| lines.start <= wanted.end.line && wanted.start.line <= lines.end;
    let tokens = encoded(state, &params.text_document.uri, within)?;
    Ok(Some(SemanticTokensRangeResult::Tokens(tokens)))
}

fn encoded(
    state: &State,
    uri: &Uri,
    within: impl Fn(&Range<u32>) -> bool,
) -> Result<SemanticTokens, Refusal> {
    let (path, file) = state.file(uri)?;
    let (text, lines) = (file.text(), state.lines(&path, &file));
    let mut data = Vec::new();
    let mut last = Position::default();
    for Token { range, class, declares } in tokens(&file) {
        // A token of several lines is one a line, without the blanks that it begins with.
        let mut start = range.range().start;
        for piece in text[range.range()].split_inclusive('\n') {
            let shown = piece.trim_end();
            let blanks =
                if start == range.range().start { 0 } else { shown.len() - shown.trim_start().len() };
            let (from, to) = (start + blanks, start + shown.len());
            start += piece.len();
            if from >= to {
                continue;
            }
            let (from, to) = (lines.position(text, from), lines.position(text, to));
            if from.line != to.line || !within(&(from.line..to.line)) {
                continue;
            }
            let delta_line = from.line - last.line;
            data.push(SemanticToken {
                delta_line,
                delta_start: if delta_line == 0 { from.character - last.character } else { from.character },
                length: to.character - from.character,
                token_type: class as u32,
                token_modifiers_bitset: u32::from(declares),
            });
            last = from;
        }
    }
    Ok(SemanticTokens { result_id: None, data })
}
