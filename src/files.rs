//! Reads and writes files; paths that a repository names must be inside its root.
//!
//! Invariant: what a source or a project names is read and written only inside its [`Root`], with all links resolved, and
//! only as a regular file. What the command line names may be anywhere, unless a link in a repository leads there.
//!
//! The attacker cannot act during a run: what was committed does not change while a command runs. So paths are resolved
//! and compared once per folder, instead of being walked by descriptors as `cap-std` does, which also refuses absolute
//! links that stay inside.

mod copy;
mod find;
mod follow;
mod private;
mod read;
mod root;
mod surroundings;
mod unrendered;
mod walk;
pub(crate) mod watch;
mod write;

pub(crate) use copy::readable_copy;
pub(crate) use find::{Ground, Grounds};
pub(crate) use private::{PrivateFolder, plain};
pub(crate) use read::{reason, text, unbounded};
pub(crate) use root::Root;
pub(crate) use surroundings::Surroundings;
pub(crate) use unrendered::{KUSTOMIZATIONS, is_unrendered};
pub(crate) use walk::{MANIFESTS, SOURCES, Walk, has_ending};
pub(crate) use write::{OutputTarget, Written, rewrite};

use std::path::Path;

/// Folders whose files are not regular content but state of the machine or of other processes.
const SPECIAL: [&str; 3] = ["/dev", "/proc", "/sys"];

/// Whether a path is in a folder where the kernel shows processes, devices and settings as files.
fn is_special(path: &Path) -> bool {
    SPECIAL.iter().any(|special| path.starts_with(special))
}

/// A path; the empty one means the current folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
