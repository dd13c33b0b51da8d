//! Lists the requests that the server answers, one line each.

use super::refusal::RequestRefusal;
use super::state::{State, read};
use super::{actions, aside_answers, completion, formatting, hierarchy, hover, lens};
use super::{library, moving, names, outline, preview, pull, tokens};
use lsp_server::{ErrorCode, Request};
use lsp_types::notification::{DidChangeWatchedFiles, Notification as _};
use lsp_types::request::{
    CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare, CodeActionRequest,
    CodeLensRequest, Completion, DocumentHighlightRequest, DocumentLinkRequest, DocumentSymbolRequest,
    FoldingRangeRequest, Formatting, GotoDefinition, HoverRequest, InlayHintRequest, OnTypeFormatting,
    PrepareRenameRequest, RangeFormatting, References, RegisterCapability, Rename, Request as Method,
    SelectionRangeRequest, SemanticTokensFullDeltaRequest, SemanticTokensFullRequest,
    SemanticTokensRangeRequest, SignatureHelpRequest, WillRenameFiles, WorkspaceSymbolRequest,
};
use lsp_types::{
    CallHierarchyServerCapability, CodeLensOptions, CompletionOptions,
    DidChangeWatchedFilesRegistrationOptions, DocumentLinkOptions, DocumentOnTypeFormattingOptions,
    FileSystemWatcher, FoldingRangeProviderCapability, GlobPattern, HoverProviderCapability,
    InitializeParams, OneOf, Registration, RegistrationParams, RenameOptions, SaveOptions,
    SelectionRangeProviderCapability, ServerCapabilities, SignatureHelpOptions, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde_json::{Value, json};

/// The answer to a request.
pub(super) fn answer(state: &mut State, method: &str, params: Value) -> Result<Value, RequestRefusal> {
    if method == pull::DOCUMENT {
        return pull::document(state, params);
    }
    if let Some(path) = aside_answers::concerned(state, &params) {
        return aside_answers::answer(state, &path, method, params);
    }
    match method {
        pull::WORKSPACE => pull::workspace(state, params),
        WillRenameFiles::METHOD => typed::<WillRenameFiles>(state, params, moving::rename),
        library::CONTENT => library::content(&params),
        CallHierarchyPrepare::METHOD => typed::<CallHierarchyPrepare>(state, params, hierarchy::prepare),
        CallHierarchyIncomingCalls::METHOD => {
            typed::<CallHierarchyIncomingCalls>(state, params, hierarchy::before)
        }
        CallHierarchyOutgoingCalls::METHOD => {
            typed::<CallHierarchyOutgoingCalls>(state, params, hierarchy::after)
        }
        CodeLensRequest::METHOD => typed::<CodeLensRequest>(state, params, lens::lenses),
        Formatting::METHOD => typed::<Formatting>(state, params, formatting::whole),
        RangeFormatting::METHOD => typed::<RangeFormatting>(state, params, formatting::range),
        OnTypeFormatting::METHOD => typed::<OnTypeFormatting>(state, params, formatting::on_type),
        SemanticTokensFullRequest::METHOD => typed::<SemanticTokensFullRequest>(state, params, tokens::full),
        SemanticTokensFullDeltaRequest::METHOD => {
            typed::<SemanticTokensFullDeltaRequest>(state, params, tokens::delta)
        }
        SemanticTokensRangeRequest::METHOD => {
            typed::<SemanticTokensRangeRequest>(state, params, tokens::range)
        }
        GotoDefinition::METHOD => typed::<GotoDefinition>(state, params, names::define),
        References::METHOD => typed::<References>(state, params, names::refer),
        DocumentHighlightRequest::METHOD => {
            typed::<DocumentHighlightRequest>(state, params, names::highlight)
        }
        PrepareRenameRequest::METHOD => typed::<PrepareRenameRequest>(state, params, names::prepare),
        Rename::METHOD => typed::<Rename>(state, params, names::change),
        DocumentSymbolRequest::METHOD => typed::<DocumentSymbolRequest>(state, params, outline::document),
        WorkspaceSymbolRequest::METHOD => typed::<WorkspaceSymbolRequest>(state, params, outline::workspace),
        FoldingRangeRequest::METHOD => typed::<FoldingRangeRequest>(state, params, outline::fold),
        SelectionRangeRequest::METHOD => typed::<SelectionRangeRequest>(state, params, outline::select),
        DocumentLinkRequest::METHOD => typed::<DocumentLinkRequest>(state, params, outline::link),
        HoverRequest::METHOD => typed::<HoverRequest>(state, params, hover::show),
        InlayHintRequest::METHOD => typed::<InlayHintRequest>(state, params, hover::inlay),
        Completion::METHOD => typed::<Completion>(state, params, completion::offer),
        SignatureHelpRequest::METHOD => typed::<SignatureHelpRequest>(state, params, completion::sign),
        CodeActionRequest::METHOD => typed::<CodeActionRequest>(state, params, actions::offer),
        preview::PreviewRequest::METHOD => typed::<preview::PreviewRequest>(state, params, preview::preview),
        preview::PlanRequest::METHOD => typed::<preview::PlanRequest>(state, params, preview::plan),
        preview::ImportRequest::METHOD => typed::<preview::ImportRequest>(state, params, preview::manifests),
        preview::Explain::METHOD => typed::<preview::Explain>(state, params, preview::explain),
        _ => Err(RequestRefusal::new(ErrorCode::MethodNotFound, format!("unknown method `{method}`"))),
    }
}

/// Reads a request's parameters, answers it, and serializes the answer.
fn typed<M: Method>(
    state: &mut State,
    params: Value,
    answer: impl FnOnce(&mut State, M::Params) -> Result<M::Result, RequestRefusal>,
) -> Result<Value, RequestRefusal> {
    let params = read(params).map_err(|message| RequestRefusal::new(ErrorCode::InvalidParams, message))?;
    let result = answer(state, params)?;
    serde_json::to_value(result)
        .map_err(|error| RequestRefusal::new(ErrorCode::InternalError, error.to_string()))
}

/// How the server introduces itself.
pub(super) fn introduction(state: &State) -> Value {
    let mut capabilities = json!(capabilities(state));
    // The types of the protocol do not know this yet.
    if state.shows_content
        && let Some(workspace) = capabilities.get_mut("workspace")
    {
        workspace["textDocumentContent"] = json!({ "schemes": [library::SCHEME] });
    }
    if state.settings.pull_diagnostics {
        capabilities["diagnosticProvider"] = pull::provider();
    }
    json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "initflow", "version": env!("CARGO_PKG_VERSION") },
    })
}

fn capabilities(state: &State) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(state.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: Some(vec!["\n".to_owned()]),
        }),
        semantic_tokens_provider: Some(tokens::provider()),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", "\"", "(", ".", "{"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            ..SignatureHelpOptions::default()
        }),
        code_action_provider: Some(actions::provider()),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(moving::provider()),
        }),
        ..ServerCapabilities::default()
    }
}

/// What the server requests from the editor once it runs: notifications of changed files.
pub(super) fn registrations(params: &InitializeParams) -> Option<Request> {
    let workspace = params.capabilities.workspace.as_ref()?;
    workspace.did_change_watched_files.as_ref()?.dynamic_registration.filter(|dynamic| *dynamic)?;
    let watch =
        |pattern: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(pattern.into()), kind: None };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![
            watch("**/*.{initflow,params}"),
            watch("**/initflow.{toml,lock}"),
            // What surrounds the workloads.
            watch("**/*.{yaml,yml,json}"),
        ],
    };
    let registration = Registration {
        id: "files".to_owned(),
        method: DidChangeWatchedFiles::METHOD.to_owned(),
        register_options: serde_json::to_value(options).ok(),
    };
    let params = RegistrationParams { registrations: vec![registration] };
    Some(Request::new("watch-files".to_owned().into(), RegisterCapability::METHOD.to_owned(), params))
}
