//! Serves an editor as a language server: messages over standard input and output, answered by [`crate::ide`].
//!
//! Invariant: one thread answers in order. An answer and a diagnostic are about the text at the time they were sent, and
//! nothing about an older text is sent after a newer one has been read.

// All answers have one signature: they take the parameters of the protocol by value, and may be refused.
#![allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)]

mod actions;
mod answers;
mod aside;
mod aside_answers;
mod completion;
mod diagnostics;
mod disk;
mod edited;
mod editor;
mod edits;
mod findings;
mod formatting;
mod hierarchy;
mod hover;
mod lens;
mod library;
mod moving;
mod names;
mod outline;
mod position;
mod preview;
mod project;
mod pull;
mod refusal;
mod state;
mod tokens;
mod toml_answers;
mod toml_place;
mod unopened;

use editor::Editor;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{Cancel, Exit, Notification as _};
use lsp_types::request::{Request as _, Shutdown};
use lsp_types::{CancelParams, InitializeParams, NumberOrString};
use refusal::RequestRefusal;
pub(crate) use state::ServerOptions;
use state::State;
use std::collections::HashSet;

/// How an editor ended the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// With `shutdown` and then `exit`.
    Orderly,
    /// Without `shutdown`, or without any message.
    Abrupt,
}

/// Serves one editor until it sends `exit` or closes its end.
///
/// # Errors
/// Why the session could not continue, as a phrase for a message.
pub(crate) fn serve(call: &ServerOptions) -> Result<Leave, String> {
    let mut editor = Editor::on_stdio();
    let (id, params) = editor.introduced()?;
    let shows_content = library::shows_content(&params);
    let params: InitializeParams = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => {
            let message = format!("`initialize` cannot be read: {error}");
            editor.send(Response::new_err(id, ErrorCode::InvalidParams as i32, message.clone()))?;
            return Err(message);
        }
    };
    let mut state = State::new(&params, call, shows_content);
    editor.introduce(id, answers::introduction(&state))?;
    if let Some(request) = answers::registrations(&params) {
        editor.send(request)?;
    }
    let mut waiting: Vec<Result<Message, String>> = Vec::new();
    let mut shut_down = false;
    loop {
        // Read what has arrived before starting to work: a request may have been canceled.
        waiting.extend(editor.arrived());
        if waiting.is_empty() {
            if !shut_down {
                for notification in diagnostics::publish(&mut state) {
                    editor.send_json(&notification.json())?;
                }
                state.retired.clear();
                // Another message may arrive meanwhile, so only one is checked at a time.
                if diagnostics::check_unopened(&mut state) {
                    continue;
                }
            }
            let Some(message) = editor.next()? else { return Ok(Leave::Abrupt) };
            waiting.push(Ok(message));
            continue;
        }
        let cancelled: HashSet<RequestId> = waiting.iter().flatten().filter_map(cancelled).collect();
        for message in waiting.drain(..) {
            state.look_again();
            match message? {
                Message::Request(Request { id, .. }) if shut_down => {
                    let message = "the server has been shut down".to_owned();
                    editor.send(Response::new_err(id, ErrorCode::InvalidRequest as i32, message))?;
                }
                Message::Request(Request { id, method, .. }) if method == Shutdown::METHOD => {
                    shut_down = true;
                    editor.send(Response::new_ok(id, ()))?;
                }
                Message::Request(request) => {
                    editor.send(answer(&mut state, request, &cancelled))?;
                }
                Message::Notification(notification) => {
                    if notification.method == Exit::METHOD {
                        return Ok(if shut_down { Leave::Orderly } else { Leave::Abrupt });
                    }
                    for message in state.notice(notification) {
                        editor.send(message)?;
                    }
                }
                Message::Response(_) => {}
            }
        }
    }
}

/// The request that a message cancels.
fn cancelled(message: &Message) -> Option<RequestId> {
    let Message::Notification(Notification { method, params }) = message else { return None };
    if method != Cancel::METHOD {
        return None;
    }
    let params: CancelParams = serde_json::from_value(params.clone()).ok()?;
    Some(match params.id {
        NumberOrString::Number(id) => id.into(),
        NumberOrString::String(id) => id.into(),
    })
}

fn answer(state: &mut State, request: Request, cancelled: &HashSet<RequestId>) -> Response {
    if cancelled.contains(&request.id) {
        let code = ErrorCode::RequestCanceled as i32;
        return Response::new_err(request.id, code, "cancelled".to_owned());
    }
    match answers::answer(state, &request.method, request.params) {
        Ok(result) => Response::new_ok(request.id, result),
        Err(RequestRefusal { code, message }) => Response::new_err(request.id, code as i32, message),
    }
}
