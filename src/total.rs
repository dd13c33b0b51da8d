//! Makes total what only its type says may fail.

use std::fmt::Debug;

/// Takes the value of a result that is never an error where this is called.
///
/// Serializers return a `Result` because some types refuse to be written, and some writers fail. The trees and typed
/// objects that the compiler writes refuse nothing, and memory is always writable; each caller says what else its own
/// result could be an error for, and why it is none. If that were wrong, a debug build would stop here; any other goes on
/// with the default, which has to be nothing that a cluster accepts.
pub(crate) fn sure<T: Default, E: Debug>(result: Result<T, E>) -> T {
    debug_assert!(result.is_ok(), "cannot fail, but did: {:?}", result.err());
    result.unwrap_or_default()
}
