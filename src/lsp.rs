//! Serves an editor as a language server: messages over standard input and output, answered by [`crate::ide`].
//!
//! Invariant: one thread answers in order. An answer and a diagnostic are about the text at the time they were sent, and
//! nothing about an older text is sent after a newer one has been read.

// All answers have one signature: they take the parameters of the protocol by value, and may be refused.
#![allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps)]

mod actions;
mod answers;
mod completion;
mod diagnostics;
mod disk;
mod formatting;
mod hover;
mod lens;
mod names;
mod outline;
mod position;
mod preview;
mod refusal;
mod state;
mod tokens;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{Cancel, Exit, Notification as _};
use lsp_types::request::{Request as _, Shutdown};
use lsp_types::{CancelParams, InitializeParams, NumberOrString};
use refusal::RequestRefusal;
pub(crate) use state::ServerOptions;
use state::State;
use std::collections::HashSet;
use std::sync::mpsc;
use std::thread;

/// How many of the editor's messages are read ahead.
const MAX_WAITING: usize = 256;

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
    let (connection, threads) = Connection::stdio();
    let ended = converse(&connection, call);
    drop(connection);
    let closed = threads.join().map_err(|error| format!("the editor's messages cannot be read: {error}"));
    let leave = ended?;
    closed.map(|()| leave)
}

fn converse(connection: &Connection, call: &ServerOptions) -> Result<Leave, String> {
    let (id, params) = connection.initialize_start().map_err(|error| {
        if error.channel_is_disconnected() {
            "no editor has sent `initialize`: editors start this command themselves".to_owned()
        } else {
            error.to_string()
        }
    })?;
    let params: InitializeParams = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => {
            let message = format!("`initialize` cannot be read: {error}");
            send(connection, Response::new_err(id, ErrorCode::InvalidParams as i32, message.clone()))?;
            return Err(message);
        }
    };
    let mut state = State::new(&params, call);
    let introduction = answers::introduction(&state);
    connection.initialize_finish(id, introduction).map_err(|error| error.to_string())?;
    if let Some(request) = answers::registrations(&params) {
        send(connection, request)?;
    }
    let messages = queue(connection);
    let mut waiting: Vec<Message> = Vec::new();
    let mut shut_down = false;
    loop {
        // Read what has arrived before starting to work: a request may have been canceled.
        waiting.extend(messages.try_iter());
        if waiting.is_empty() {
            if !shut_down {
                for notification in diagnostics::publish(&mut state) {
                    send(connection, notification)?;
                }
                state.retired.clear();
            }
            let Ok(message) = messages.recv() else { return Ok(Leave::Abrupt) };
            waiting.push(message);
            continue;
        }
        let cancelled: HashSet<RequestId> = waiting.iter().filter_map(cancelled).collect();
        for message in waiting.drain(..) {
            state.look_again();
            match message {
                Message::Request(Request { id, .. }) if shut_down => {
                    let message = "the server has been shut down".to_owned();
                    send(connection, Response::new_err(id, ErrorCode::InvalidRequest as i32, message))?;
                }
                Message::Request(Request { id, method, .. }) if method == Shutdown::METHOD => {
                    shut_down = true;
                    send(connection, Response::new_ok(id, ()))?;
                }
                Message::Request(request) => {
                    send(connection, answer(&mut state, request, &cancelled))?;
                }
                Message::Notification(notification) => {
                    if notification.method == Exit::METHOD {
                        return Ok(if shut_down { Leave::Orderly } else { Leave::Abrupt });
                    }
                    for message in state.notice(notification) {
                        send(connection, message)?;
                    }
                }
                Message::Response(_) => {}
            }
        }
    }
}

/// The editor's messages as they arrive: the connection itself reads only one at a time, when asked.
fn queue(connection: &Connection) -> mpsc::Receiver<Message> {
    let (sender, messages) = mpsc::sync_channel(MAX_WAITING);
    let receiver = connection.receiver.clone();
    thread::spawn(move || receiver.into_iter().try_for_each(|message| sender.send(message)));
    messages
}

fn send(connection: &Connection, message: impl Into<Message>) -> Result<(), String> {
    connection.sender.send(message.into()).map_err(|_| "the editor has closed its end".to_owned())
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
