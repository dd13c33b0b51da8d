//! Defines why a request has no answer.

use lsp_server::ErrorCode;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) struct RequestRefusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl RequestRefusal {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
