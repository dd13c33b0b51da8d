//! Exchanges messages with the editor over standard input and output.
//!
//! Invariant: messages are written in the order in which they are sent, each before the call returns.

use lsp_server::{ErrorCode, Message, RequestId, Response};
use lsp_types::notification::{Exit, Initialized, Notification as _};
use lsp_types::request::{Initialize, Request as _};
use serde_json::Value;
use std::io::{self, StdoutLock, Write as _};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// How many of the editor's messages are read ahead.
const MAX_WAITING: usize = 256;

/// The editor at the other end.
pub(super) struct Editor {
    /// Its messages as they arrive; if they cannot be read, the last one is the reason.
    messages: Receiver<io::Result<Message>>,
    output: StdoutLock<'static>,
}

impl Editor {
    /// The editor that has started this process.
    pub(super) fn on_stdio() -> Self {
        let (sender, messages) = sync_channel(MAX_WAITING);
        thread::spawn(move || {
            let mut input = io::stdin().lock();
            while let Some(message) = Message::read(&mut input).transpose() {
                let is_last = message.is_err();
                if sender.send(message).is_err() || is_last {
                    break;
                }
            }
        });
        Self { messages, output: io::stdout().lock() }
    }

    /// Waits for `initialize`, and refuses requests before it.
    pub(super) fn introduced(&mut self) -> Result<(RequestId, Value), String> {
        loop {
            match self.next()? {
                Some(Message::Request(request)) if request.method == Initialize::METHOD => {
                    return Ok((request.id, request.params));
                }
                Some(Message::Request(request)) => {
                    let (code, message) = (ErrorCode::ServerNotInitialized, "expected `initialize` first");
                    self.send(Response::new_err(request.id, code as i32, message.to_owned()))?;
                }
                Some(Message::Notification(notification)) if notification.method == Exit::METHOD => {
                    return Err("the editor has sent `exit` before `initialize`".to_owned());
                }
                Some(_) => {}
                None => {
                    return Err(
                        "no editor has sent `initialize`: editors start this command themselves".to_owned()
                    );
                }
            }
        }
    }

    /// Answers `initialize`, and waits until the editor is ready.
    pub(super) fn introduce(&mut self, id: RequestId, introduction: Value) -> Result<(), String> {
        self.send(Response::new_ok(id, introduction))?;
        match self.next()? {
            Some(Message::Notification(notification)) if notification.method == Initialized::METHOD => Ok(()),
            _ => Err("the editor has not sent `initialized` after `initialize`".to_owned()),
        }
    }

    /// Waits for the next message; there is none once the editor has closed its end.
    pub(super) fn next(&self) -> Result<Option<Message>, String> {
        self.messages.recv().ok().transpose().map_err(|error| unreadable(&error))
    }

    /// The messages that have arrived.
    pub(super) fn arrived(&self) -> impl Iterator<Item = Result<Message, String>> {
        self.messages.try_iter().map(|message| message.map_err(|error| unreadable(&error)))
    }

    /// Sends a message.
    pub(super) fn send(&mut self, message: impl Into<Message>) -> Result<(), String> {
        message.into().write(&mut self.output).map_err(|_| closed())
    }

    /// Sends a message that is JSON already.
    pub(super) fn send_json(&mut self, parts: &[&str]) -> Result<(), String> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let written = write!(self.output, "Content-Length: {length}\r\n\r\n");
        let mut parts = parts.iter();
        let written =
            written.and_then(|()| parts.try_for_each(|part| self.output.write_all(part.as_bytes())));
        written.and_then(|()| self.output.flush()).map_err(|_| closed())
    }
}

fn unreadable(error: &io::Error) -> String {
    format!("the editor's messages cannot be read: {error}")
}

fn closed() -> String {
    "the editor has closed its end".to_owned()
}
