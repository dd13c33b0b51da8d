//! Shows the standard library: as a document with a URI of its own, or as a file that cannot be written to.
//!
//! The second way is for editors that open only files. The file is a copy in the user's cache, named by its content, so
//! that servers of several versions do not share one.

use super::disk::{path_of, uri_of};
use super::refusal::RequestRefusal;
use crate::files::readable_copy;
use crate::source::std;
use lsp_server::ErrorCode;
use lsp_types::Uri;
use serde_json::{Value, json};
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};

/// The scheme of the documents that only this server has.
pub(super) const SCHEME: &str = "initflow";

/// The library as a document.
const LIBRARY: &str = "initflow:/std.initflow";

/// The name of the file.
const NAME: &str = "std.initflow";

/// The request for the text of such a document.
pub(super) const CONTENT: &str = "workspace/textDocumentContent";

/// Whether an editor can show documents of which only the server has the text, by the parameters of `initialize`.
pub(super) fn shows_content(params: &Value) -> bool {
    params.pointer("/capabilities/workspace/textDocumentContent").is_some_and(Value::is_object)
}

/// Where an editor finds the library; nowhere if it cannot be written to the cache.
pub(super) fn library_uri(shows_content: bool, cache: Option<&Path>) -> Option<Uri> {
    if shows_content {
        return LIBRARY.parse().ok();
    }
    let path = readable_copy(&folder(cache?), NAME, &std().text).ok()?;
    uri_of(path.to_str()?)
}

fn folder(cache: &Path) -> PathBuf {
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(std().text.as_bytes());
    cache.join("initflow").join(format!("std-{:016x}", hasher.finish()))
}

/// Whether a document is the library, which other editors find elsewhere: nothing in it is for the author to change.
pub(super) fn is_library(path: &str, elsewhere: impl FnOnce() -> Option<Uri>) -> bool {
    path == LIBRARY || path.ends_with(NAME) && elsewhere().is_some_and(|uri| path == path_of(&uri))
}

/// The text of a document.
pub(super) fn content(params: &Value) -> Result<Value, RequestRefusal> {
    match params.get("uri").and_then(Value::as_str) {
        Some(LIBRARY) => Ok(json!({ "text": std().text })),
        Some(other) => {
            let message = format!("there is no document `{other}`");
            Err(RequestRefusal::new(ErrorCode::InvalidParams, message))
        }
        None => Err(RequestRefusal::new(ErrorCode::InvalidParams, "expected a `uri`")),
    }
}
