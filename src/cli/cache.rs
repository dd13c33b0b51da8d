//! Finds the user's folder for what can be made again.

use std::env;
use std::path::PathBuf;

/// The folder of the user for what can be made again, if it is known.
pub(super) fn cache_folder() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let at_home =
        |below: &str| env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(below));
    if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        named("XDG_CACHE_HOME").or_else(|| at_home("Library/Caches"))
    } else {
        named("XDG_CACHE_HOME").or_else(|| at_home(".cache"))
    }
}
