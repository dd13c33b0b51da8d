//! Asks Git for commits, trees and contents.
//!
//! Invariant: Git runs nothing that the repository's configuration names, and fetches nothing; what it is given are object
//! names, or text after `--end-of-options`.

use crate::files::reason;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

/// The most files of a revision, and the most bytes of their list: a small repository can list any number.
const MAX_FILES: usize = 1_000_000;
const MAX_LIST_BYTES: u64 = 256 << 20;

/// The most characters of Git's own message that are shown.
const MAX_MESSAGE: usize = 300;

/// The variables that Git sets for its hooks, which would lead it to another repository.
const LOCAL: [&str; 10] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE",
];

/// Settings that take precedence over those of the repository, so that none of them runs a program.
const SETTINGS: [&str; 5] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
];

/// Why Git cannot be asked, or what it cannot answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GitFault {
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: Option<String>,
    /// Whether there is no such program.
    pub(super) is_missing: bool,
}

impl GitFault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, is_missing: false }
    }

    pub(super) fn of_system(error: &io::Error) -> Self {
        Self::new(format!("cannot read the revision: {}", reason(error)))
    }

    fn of_start(error: &io::Error) -> Self {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        let reason = if is_missing { "the program is not installed".to_owned() } else { reason(error) };
        let help = is_missing.then(|| "install Git, or compare two folders".to_owned());
        Self { message: format!("cannot run `git`: {reason}"), help, is_missing }
    }
}

/// A repository that Git is asked about.
#[derive(Clone, Debug)]
pub(super) struct Git {
    top: PathBuf,
}

/// A file or a link of a tree.
#[derive(Debug)]
pub(super) struct TreeEntry {
    /// Its path in the repository.
    pub(super) path: PathBuf,
    /// The name of its content.
    pub(super) id: String,
    /// Whether it is a link.
    pub(super) is_link: bool,
}

impl Git {
    /// The repository in a folder, whose path has all links resolved.
    pub(super) fn of(top: &Path) -> Self {
        Self { top: top.to_owned() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.top).args(["--no-pager", "--no-replace-objects", "--no-optional-locks"]);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        for name in LOCAL {
            command.env_remove(name);
        }
        // Only the repository in this very folder is meant.
        command.env("GIT_CEILING_DIRECTORIES", self.top.parent().unwrap_or(&self.top));
        command
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0");
        command.env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    /// The commit that a revision names, if it names one.
    pub(super) fn commit(&self, revision: &str) -> Result<Option<String>, GitFault> {
        if revision.is_empty() || revision.contains('\0') {
            return Ok(None);
        }
        let mut command = self.command();
        command.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        let output = command.arg(format!("{revision}^{{commit}}")).output();
        let output = output.map_err(|error| GitFault::of_start(&error))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(128) && !said.is_empty() && self.is_unusable()? {
            return Err(GitFault::new(format!("Git cannot read the repository: {}", first_line(&said))));
        }
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Some(id).filter(|id| output.status.success() && is_object(id)))
    }

    /// Whether Git refuses the repository as a whole, such as one of another user.
    fn is_unusable(&self) -> Result<bool, GitFault> {
        let asked = self.command().args(["rev-parse", "--git-dir"]).output();
        asked.map(|output| !output.status.success()).map_err(|error| GitFault::of_start(&error))
    }

    /// Whether the history of the repository is cut off.
    pub(super) fn is_shallow(&self) -> bool {
        let asked = self.command().args(["rev-parse", "--is-shallow-repository"]).output();
        asked.is_ok_and(|output| output.stdout.starts_with(b"true"))
    }

    /// The commit at which the histories of two commits part.
    pub(super) fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitFault> {
        let asked = self.command().args(["merge-base", one, other]).output();
        let output = asked.map_err(|error| GitFault::of_start(&error))?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Some(id).filter(|id| output.status.success() && is_object(id)))
    }

    /// The files and links of a commit.
    pub(super) fn tree(&self, commit: &str) -> Result<Vec<TreeEntry>, GitFault> {
        let mut command = self.command();
        command
            .args(["ls-tree", "-r", "-z", "--full-tree", commit])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| GitFault::of_start(&error))?;
        let mut entries = Vec::new();
        let output = child.stdout.take().map(|output| BufReader::new(output.take(MAX_LIST_BYTES)));
        let too_many = read_entries(output, &mut entries).map_err(|error| GitFault::of_system(&error))?;
        if too_many {
            end(&mut child);
            return Err(GitFault::new(format!("the revision has more than {MAX_FILES} files")));
        }
        let ended = child.wait_with_output().map_err(|error| GitFault::of_system(&error))?;
        if ended.status.success() {
            return Ok(entries);
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        Err(GitFault::new(format!("cannot read the revision: {}", first_line(&said))))
    }

    /// The contents of objects, one after the other.
    pub(super) fn contents(&self, ids: &[&str]) -> Result<Contents, GitFault> {
        let mut command = self.command();
        command
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| GitFault::of_start(&error))?;
        let list = ids.join("\n") + "\n";
        let asking = child.stdin.take().map(|mut input| {
            // Git answers while it is still being asked, so both must go on at once. If it ends early, the answers do, too.
            std::thread::spawn(move || drop(input.write_all(list.as_bytes())))
        });
        let output = child.stdout.take().map(BufReader::new);
        Ok(Contents { child, output, asking })
    }
}

/// Reads the list of a tree; the answer is whether there are too many.
fn read_entries(
    output: Option<BufReader<io::Take<ChildStdout>>>,
    entries: &mut Vec<TreeEntry>,
) -> io::Result<bool> {
    let Some(mut output) = output else { return Ok(false) };
    let mut line = Vec::new();
    while output.read_until(0, &mut line)? > 0 {
        if line.pop() != Some(0) || entries.len() == MAX_FILES {
            return Ok(true);
        }
        // `mode type id<tab>path`; anything but files and links, such as submodules, is left out.
        if let Some(tab) = line.iter().position(|byte| *byte == b'\t') {
            let head = String::from_utf8_lossy(&line[..tab]);
            let mut parts = head.split(' ');
            let (mode, kind, id) = (parts.next(), parts.next(), parts.next());
            if let (Some(mode), Some("blob"), Some(id)) = (mode, kind, id)
                && let Some(path) = path_of(&line[tab + 1..])
            {
                entries.push(TreeEntry { path, id: id.to_owned(), is_link: mode == "120000" });
            }
        }
        line.clear();
    }
    Ok(output.get_ref().limit() == 0)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // Other systems have no name for some paths.
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)).to_owned())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// Whether a text is the full name of an object.
fn is_object(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("fatal: ").chars().take(MAX_MESSAGE).collect()
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// Answers of Git, which are read one after the other.
#[derive(Debug)]
pub(super) struct Contents {
    child: Child,
    output: Option<BufReader<ChildStdout>>,
    asking: Option<JoinHandle<()>>,
}

impl Contents {
    /// The next content; nothing if it is larger than a limit.
    pub(super) fn next(&mut self, limit: usize) -> Result<Option<Vec<u8>>, GitFault> {
        let failed = |error: io::Error| GitFault::of_system(&error);
        let Some(output) = &mut self.output else { return Ok(None) };
        let mut head = String::new();
        output.by_ref().take(1 << 10).read_line(&mut head).map_err(failed)?;
        let size = match head.trim_end().split(' ').collect::<Vec<_>>().as_slice() {
            [_, "blob", size] => size.parse::<u64>().ok(),
            [_, "missing"] => {
                let message = "the repository does not have the content of all files of the revision";
                let help = "fetch them: a partial clone has only those that were checked out";
                return Err(GitFault { help: Some(help.to_owned()), ..GitFault::new(message) });
            }
            _ => None,
        };
        let Some(size) = size else {
            return Err(GitFault::new("cannot read the revision: Git does not answer"));
        };
        let mut content = Vec::new();
        if size > limit as u64 {
            io::copy(&mut output.by_ref().take(size + 1), &mut io::sink()).map_err(failed)?;
            return Ok(None);
        }
        output.by_ref().take(size).read_to_end(&mut content).map_err(failed)?;
        output.by_ref().take(1).read_to_end(&mut Vec::new()).map_err(failed)?;
        Ok(Some(content))
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.output = None;
        end(&mut self.child);
        if let Some(asking) = self.asking.take() {
            // The thread cannot panic.
            let _ = asking.join();
        }
    }
}
