//! Answers requests for completion and signature help.

use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::complete::{Suggestion, SuggestionKind, complete, signature};
use crate::ide::names::NameKind;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionParams, CompletionResponse,
    CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind, ParameterInformation,
    ParameterLabel, SignatureHelp, SignatureHelpParams, SignatureInformation, TextEdit,
};

pub(super) fn offer(
    state: &mut State,
    params: CompletionParams,
) -> Result<Option<CompletionResponse>, RequestRefusal> {
    let (path, file, offset) = state.place(&params.text_document_position)?;
    let version = state.options(&path).version;
    let in_use =
        file.text()[..offset].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("use"));
    if in_use {
        state.know_all();
    } else {
        state.know_used(&path);
    }
    let (replaced, items) = complete(&state.workspace, &path, offset, version);
    let range = state.range(&path, &file, replaced);
    let snippets = takes_snippets(state);
    let translate = |(at, item): (usize, Suggestion)| {
        let snippet = item.snippet.clone().filter(|_| snippets);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        let documentation = MarkupContent { kind: MarkupKind::Markdown, value: item.documentation };
        let new_text = snippet.unwrap_or_else(|| item.label.clone());
        CompletionItem {
            kind: Some(kind(item.sort)),
            detail: Some(item.detail).filter(|detail| !detail.is_empty()),
            documentation: Some(Documentation::MarkupContent(documentation)),
            tags: item.unsupported.then(|| vec![CompletionItemTag::DEPRECATED]),
            sort_text: Some(format!("{}{at:04}", u8::from(item.unsupported))),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            label: item.label,
            ..CompletionItem::default()
        }
    };
    Ok(Some(CompletionResponse::Array(items.into_iter().enumerate().map(translate).collect())))
}

fn takes_snippets(state: &State) -> bool {
    let document = state.client.text_document.as_ref();
    let item = document.and_then(|document| document.completion.as_ref()?.completion_item.as_ref());
    item.and_then(|item| item.snippet_support).unwrap_or(false)
}

fn kind(sort: SuggestionKind) -> CompletionItemKind {
    match sort {
        SuggestionKind::Statement | SuggestionKind::Word => CompletionItemKind::KEYWORD,
        SuggestionKind::Field => CompletionItemKind::FIELD,
        SuggestionKind::Value => CompletionItemKind::ENUM_MEMBER,
        SuggestionKind::Function | SuggestionKind::Name(NameKind::Template) => CompletionItemKind::FUNCTION,
        SuggestionKind::Parameter | SuggestionKind::Name(NameKind::Parameter | NameKind::Param) => {
            CompletionItemKind::VARIABLE
        }
        SuggestionKind::Type => CompletionItemKind::TYPE_PARAMETER,
        SuggestionKind::File => CompletionItemKind::FILE,
        SuggestionKind::Name(NameKind::Let) => CompletionItemKind::CONSTANT,
        SuggestionKind::Name(NameKind::File) => CompletionItemKind::MODULE,
        SuggestionKind::Name(NameKind::Workload | NameKind::Container) => CompletionItemKind::CLASS,
        SuggestionKind::Name(NameKind::Volume | NameKind::Port) => CompletionItemKind::REFERENCE,
    }
}

pub(super) fn sign(
    state: &mut State,
    params: SignatureHelpParams,
) -> Result<Option<SignatureHelp>, RequestRefusal> {
    let (path, _, offset) = state.place(&params.text_document_position_params)?;
    state.know_used(&path);
    let Some(found) = signature(&state.workspace, &path, offset) else { return Ok(None) };
    let parameter =
        |text: String| ParameterInformation { label: ParameterLabel::Simple(text), documentation: None };
    let active = found.active.and_then(|active| u32::try_from(active).ok());
    Ok(Some(SignatureHelp {
        signatures: vec![SignatureInformation {
            label: found.label,
            documentation: None,
            parameters: Some(found.parameters.into_iter().map(parameter).collect()),
            active_parameter: active,
        }],
        active_signature: Some(0),
        active_parameter: active,
    }))
}
