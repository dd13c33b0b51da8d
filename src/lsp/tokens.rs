//! Answers requests for semantic tokens, in the relative form of the protocol.

use super::disk::path_of;
use super::refusal::RequestRefusal;
use super::state::{State, Told};
use crate::ide::tokens::{Class, ClassifiedWord, tokens};
use lsp_types::{
    Position, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensDeltaParams, SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensFullOptions,
    SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, SemanticTokensServerCapabilities, Uri,
};

/// How many numbers represent a token in the protocol.
const NUMBERS: usize = 5;

/// The tokens that the server announces.
pub(super) fn provider() -> SemanticTokensServerCapabilities {
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: Class::ALL.into_iter().map(|class| SemanticTokenType::new(class.name())).collect(),
            token_modifiers: vec![SemanticTokenModifier::DECLARATION],
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    }
    .into()
}

pub(super) fn full(
    state: &mut State,
    params: SemanticTokensParams,
) -> Result<Option<SemanticTokensResult>, RequestRefusal> {
    let (known, data) = last_sent(state, &params.text_document.uri)?;
    let result_id = Some((known.number + 1).to_string());
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id, data })))
}

/// The changes since an earlier answer, or all tokens if that answer was not the last one.
pub(super) fn delta(
    state: &mut State,
    params: SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>, RequestRefusal> {
    let (known, data) = last_sent(state, &params.text_document.uri)?;
    let result_id = Some((known.number + 1).to_string());
    if params.previous_result_id != known.number.to_string() {
        return Ok(Some(SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data })));
    }
    let edits = change(&known.data, data).into_iter().collect();
    Ok(Some(SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })))
}

/// The edit that turns the old tokens into the new ones.
fn change(old: &[SemanticToken], mut new: Vec<SemanticToken>) -> Option<SemanticTokensEdit> {
    let same = |(old, new): &(&SemanticToken, &SemanticToken)| old == new;
    let before = old.iter().zip(&new).take_while(same).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(same).count();
    new.truncate(new.len() - after);
    let data = new.split_off(before);
    let gone = old.len() - before - after;
    let numbers = |tokens: usize| u32::try_from(tokens * NUMBERS).unwrap_or(u32::MAX);
    (gone > 0 || !data.is_empty()).then(|| SemanticTokensEdit {
        start: numbers(before),
        delete_count: numbers(gone),
        data: Some(data),
    })
}

/// The tokens that were last sent for a document, and its tokens now, which are recorded as sent.
fn last_sent(state: &mut State, uri: &Uri) -> Result<(Told, Vec<SemanticToken>), RequestRefusal> {
    let data = encoded(state, uri, None)?;
    let known = state.tokens.remove(&path_of(uri)).unwrap_or_default();
    state.tokens.insert(path_of(uri), Told { number: known.number + 1, data: data.clone() });
    Ok((known, data))
}

pub(super) fn range(
    state: &mut State,
    params: SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>, RequestRefusal> {
    let data = encoded(state, &params.text_document.uri, Some(params.range))?;
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
}

fn encoded(
    state: &State,
    uri: &Uri,
    wanted: Option<lsp_types::Range>,
) -> Result<Vec<SemanticToken>, RequestRefusal> {
    let (path, file) = state.file(uri)?;
    let (text, lines) = (file.text(), state.lines(&path, &file));
    let is_wanted =
        |line: u32| wanted.is_none_or(|wanted| wanted.start.line <= line && line <= wanted.end.line);
    let within = match wanted {
        Some(wanted) => lines.offset(text, wanted.start)..lines.offset(text, wanted.end),
        None => 0..text.len(),
    };
    let mut data = Vec::new();
    let mut last = Position::default();
    for ClassifiedWord { range, class, declares } in tokens(&file, within.into()) {
        // A token of several lines is sent as one per line, without its indentation.
        let mut start = range.range().start;
        for piece in text[range.range()].split_inclusive('\n') {
            let shown = piece.trim_end();
            let indentation =
                if start == range.range().start { 0 } else { shown.len() - shown.trim_start().len() };
            let (from, to) = (start + indentation, start + shown.len());
            start += piece.len();
            if from >= to {
                continue;
            }
            let (from, to) = (lines.position(text, from), lines.position(text, to));
            if from.line != to.line || !is_wanted(from.line) {
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
    Ok(data)
}
