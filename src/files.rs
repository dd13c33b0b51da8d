//! Reads and writes files: of what a repository names, only those inside its root.
//!
//! Invariant: what a source or a project names is read and written inside its [`Root`] alone, with all links resolved, and
//! only as a regular file. What the call names may be anywhere, unless a link that lies in a repository leads there.
//!
//! The attacker is at rest: what was committed cannot change while a command runs. So paths are resolved and compared,
//! once a folder, instead of being walked by descriptors as `cap-std` does, which also refuses absolute links that stay
//! inside.

mod find;
mod follow;
mod read;
mod root;
mod write;

pub(crate) use find::{Ground, Grounds};
pub(crate) use read::{reason, text, unbounded};
pub(crate) use root::Root;
pub(crate) use write::{Target, rewrite};

use std::path::Path;

/// Where files are no files: what is read there is the machine's or another process's.
const SPECIAL: [&str; 3] = ["/dev", "/proc", "/sys"];

/// Whether a path leads to what the kernel shows as files: processes, devices, settings of the machine.
fn is_special(path: &Path) -> bool {
    SPECIAL.iter().any(|special| path.starts_with(special))
}

/// A path, of which the empty one means the current folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
