//! Composes the script of a `clone`: how the repository is reached, which commit and what of it comes, and the swap.

use super::{CloneOptions, Transport};
use crate::steps::existing::Existing;
use crate::steps::script::{NEWLINE, TRIM, part};

const ONE_LINE: &str = part!("../one-line.sh");
const CONTROL: &str = part!("../control.sh");

/// The parts for these options.
pub(super) fn parts(options: &CloneOptions) -> Vec<&'static str> {
    let reference = options.reference.as_deref().unwrap_or("HEAD");
    let hidden = |text: &str| text.contains("$(") || text.contains(char::is_control);
    let known = !hidden(&options.repo) && !hidden(reference);
    let mut parts = vec![part!("../say.sh")];
    if known && !(options.repo.contains("://") && options.repo.contains('@')) {
        parts.push(part!("known.sh"));
    } else {
        parts.extend([ONE_LINE, CONTROL, part!("from.sh")]);
    }
    parts.push(part!("to-into.sh"));
    parts.extend(options.into.enter());
    parts.extend(options.into.folder());
    let existing = options.existing.unwrap_or(Existing::Replace);
    if existing == Existing::Keep {
        parts.extend([part!("../work/there.sh"), part!("../work/kept.sh")]);
    }
    parts.extend([part!("../work/untouched.sh"), part!("place.sh")]);
    if options.work.is_some() {
        parts.push(part!("work.sh"));
    }
    parts.extend([part!("../deadline.sh"), part!("../run.sh"), part!("git.sh")]);
    if options.transport == Transport::Ssh {
        parts.push(part!("ssh.sh"));
    } else if options.token.is_some() {
        parts.extend([NEWLINE, TRIM, CONTROL, part!("token.sh")]);
    }
    parts.push(if options.depth == 0 { part!("history.sh") } else { part!("depth.sh") });
    if known && is_hash(reference) {
        parts.extend([part!("hash.sh"), part!("fetch-hash.sh")]);
    } else if known {
        parts.extend([part!("name.sh"), part!("by-name.sh"), part!("fetch.sh")]);
    } else {
        parts.extend([part!("name.sh"), part!("any.sh"), part!("fetch-hash.sh")]);
    }
    parts.push(if options.paths.is_empty() { part!("all.sh") } else { part!("paths.sh") });
    parts.push(if options.submodules { part!("submodules.sh") } else { part!("no-submodules.sh") });
    parts.extend([part!("get.sh"), options.tries.script(), part!("here.sh")]);
    if !options.outside_links {
        parts.extend([part!("../links.sh"), part!("links.sh")]);
    }
    if options.work.is_some() {
        parts.push(part!("move.sh"));
    }
    parts.extend(existing.folders());
    parts.push(part!("publish.sh"));
    parts
}

/// Whether a ref is a commit by all of its digits.
fn is_hash(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}
