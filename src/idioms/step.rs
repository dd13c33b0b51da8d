//! Answers what an idiom asks about a candidate and what it runs.

use super::action::{Action, Preparation, ReadScript, Tries};
use super::candidate::{Candidate, MountPlace, Variable};

/// A candidate with what it runs.
pub(super) struct Step<'s> {
    pub(super) candidate: &'s Candidate<'s>,
    pub(super) script: ReadScript,
}

impl Step<'_> {
    /// A path from the root, without a slash at its end.
    pub(super) fn absolute(&self, path: &str) -> Option<String> {
        let path = self.resolved(path)?;
        let path = path.strip_suffix("/.").unwrap_or(&path);
        let folder = self.script.folder.as_deref().or(self.candidate.working_dir);
        let full = match (path.starts_with('/'), folder) {
            (true, _) => path.to_owned(),
            (false, Some(folder)) if path == "." => folder.to_owned(),
            (false, Some(folder)) => {
                format!("{}/{}", folder.trim_end_matches('/'), path.trim_start_matches("./"))
            }
            (false, None) => return None,
        };
        let full = full.trim_end_matches('/');
        (!full.split('/').any(|part| part == "..") && !full.contains('*')).then(|| full.to_owned())
    }

    /// A text with the values of its variables; `None` if one is not known.
    pub(super) fn resolved(&self, text: &str) -> Option<String> {
        let mut resolved = text.to_owned();
        for Variable { name, value } in &self.candidate.variables {
            if let Some(value) = value {
                resolved = resolved.replace(&format!("$({name})"), value);
            }
        }
        (!resolved.contains("$(")).then_some(resolved)
    }

    /// The mount that contains a path, and the path inside its volume.
    pub(super) fn within(&self, path: &str) -> Option<(&MountPlace<'_>, String)> {
        let path = self.absolute(path)?;
        let found = self.candidate.mounts.iter().filter_map(|mount| {
            let at = mount.path.trim_end_matches('/');
            let rest = path.strip_prefix(at)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((at.len(), mount, rest.trim_matches('/')))
        });
        let (_, mount, rest) = found.max_by_key(|(length, ..)| *length)?;
        // A step can only name whole volumes.
        mount.is_whole.then(|| (mount, rest.to_owned()))
    }

    /// The words of a command that runs once, with nothing that prepares it.
    pub(super) fn once(&self) -> Option<&[String]> {
        match &self.script.action {
            Action::Once(words) if self.script.prepared.is_empty() => Some(words),
            Action::Once(_) | Action::Unless(..) | Action::Until(_) => None,
        }
    }

    /// What is tried until it succeeds.
    pub(super) fn tries(&self) -> Option<&Tries> {
        match &self.script.action {
            Action::Until(tries) => Some(tries),
            Action::Once(_) | Action::Unless(..) => None,
        }
    }

    /// The words of a command that runs once, or unless something is there already.
    pub(super) fn making(&self) -> Option<&[String]> {
        match &self.script.action {
            Action::Once(words) | Action::Unless(_, words) => Some(words),
            Action::Until(_) => None,
        }
    }

    /// Whether a command makes this file or folder under no condition, or only where it is missing, and whether all that
    /// prepares it makes room for it.
    pub(super) fn may_make(&self, made: &str) -> bool {
        let Some(full) = self.absolute(made) else { return false };
        let makes_room = |prepared: &Preparation| match prepared {
            Preparation::Makes(folder) => {
                self.absolute(folder).is_some_and(|folder| full.starts_with(&folder))
            }
            Preparation::Removes(path) => self.absolute(path).is_some_and(|path| path == full),
        };
        if !self.script.prepared.iter().all(makes_room) {
            return false;
        }
        match &self.script.action {
            Action::Unless(there, _) => self.absolute(there).is_some_and(|there| there == full),
            Action::Once(_) | Action::Until(_) => true,
        }
    }

    /// Whether the script removes what it then makes.
    pub(super) fn replaces(&self) -> bool {
        self.script.prepared.iter().any(|prepared| matches!(prepared, Preparation::Removes(_)))
    }

    /// What `existing` says for a command that does this by itself: nothing, where the volume is empty when a pod starts.
    pub(super) fn existing(&self, mount: &MountPlace<'_>, itself: &'static str) -> Option<&'static str> {
        match &self.script.action {
            Action::Unless(..) => Some("keep"),
            _ if self.replaces() => None,
            _ => Some(itself).filter(|_| !mount.is_fresh),
        }
    }
}
