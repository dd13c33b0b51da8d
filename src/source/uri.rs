//! Writes paths as parts of URIs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// What the path of a URI has as it is.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// The path, with what the path of a URI cannot have encoded.
pub(crate) fn uri_path(path: &str) -> PercentEncode<'_> {
    utf8_percent_encode(path, PATH)
}
