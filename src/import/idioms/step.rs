//! Reads the commands that built-in steps replace, and writes the words of these steps.

use super::shell::ShellCommand;
use crate::import::flow::Directions;
use crate::import::text;
use crate::import::yaml::YamlNode;
use crate::steps::StepKind;
use crate::steps::existing::NAME;

/// An init container with its command.
pub(super) struct Step<'n> {
    pub(super) node: &'n YamlNode,
    pub(super) command: ShellCommand,
    pub(super) directions: &'n Directions,
}

/// The built-in step that a container matches.
pub(super) struct Idiom {
    pub(super) kind: StepKind,
    /// The statements of the step, each as words.
    pub(super) statements: Vec<Vec<String>>,
    /// The volume that the step mounts automatically.
    pub(super) volume: Option<String>,
    /// Whether the step runs in the container's own image.
    pub(super) keeps_image: bool,
    /// What the conversion changes.
    pub(super) changes: &'static [&'static str],
}

impl Step<'_> {
    /// The volume that contains a path, and the path inside it.
    pub(super) fn within(&self, path: &str) -> Option<(String, String)> {
        let mounts = self.node.get("volumeMounts").map(YamlNode::items).unwrap_or_default();
        let found = mounts.iter().filter_map(|mount| {
            let at = mount.get("mountPath")?.as_text()?.trim_end_matches('/');
            let rest = path.strip_prefix(at)?;
            let is_below = rest.is_empty() || rest.starts_with('/');
            is_below.then_some((at.len(), mount, rest.trim_matches('/')))
        });
        let (_, mount, rest) = found.max_by_key(|(length, ..)| *length)?;
        // A step can only name whole volumes.
        let is_whole = ["subPath", "subPathExpr"].iter().all(|key| mount.get(key).is_none());
        is_whole.then_some((mount.get("name")?.as_text()?.to_owned(), rest.to_owned()))
    }

    /// The words of a command that runs once.
    pub(super) fn once(&self) -> Option<&[String]> {
        match &self.command {
            ShellCommand::Once(words) => Some(words),
            ShellCommand::Unless(..) | ShellCommand::Until(_) => None,
        }
    }

    /// The words of a command that runs once, or unless something is there already.
    pub(super) fn making(&self) -> Option<&[String]> {
        match &self.command {
            ShellCommand::Once(words) | ShellCommand::Unless(_, words) => Some(words),
            ShellCommand::Until(_) => None,
        }
    }

    /// Whether a command makes this file or folder under no condition, or only where it is missing.
    pub(super) fn may_make(&self, made: &str) -> bool {
        match &self.command {
            ShellCommand::Unless(there, _) => there.trim_end_matches('/') == made.trim_end_matches('/'),
            ShellCommand::Once(_) | ShellCommand::Until(_) => true,
        }
    }

    /// What `existing` says for a command that does this by itself: nothing, where the volume is empty when a pod starts.
    pub(super) fn existing(&self, volume: &str, itself: &'static str) -> Option<&'static str> {
        match &self.command {
            ShellCommand::Unless(..) => Some("keep"),
            _ => Some(itself).filter(|_| !self.directions.is_fresh(volume)),
        }
    }
}

impl Idiom {
    pub(super) fn new(
        kind: StepKind,
        statements: Vec<Vec<String>>,
        changes: &'static [&'static str],
    ) -> Self {
        Self { kind, statements, volume: None, keeps_image: false, changes }
    }
}

/// A statement of a word and texts.
pub(super) fn statement<const N: usize>(word: &str, texts: [&str; N]) -> Vec<String> {
    std::iter::once(word.to_owned()).chain(texts.map(text::quoted)).collect()
}

/// `into VOLUME "path"`
pub(super) fn into(volume: &str, path: &str) -> Vec<String> {
    let mut words = vec!["into".to_owned(), text::name(volume)];
    if !path.is_empty() {
        words.push(text::quoted(path));
    }
    words
}

/// `existing WORD`
pub(super) fn existing(word: &str) -> Vec<String> {
    vec![NAME.to_owned(), word.to_owned()]
}

/// The operands of a command, and its options with their values.
pub(super) type Operands<'w> = (Vec<&'w str>, Vec<(&'w str, &'w str)>);

/// Reads a command that has only these options, each with whether it has a value.
pub(super) fn operands<'w>(words: &'w [String], options: &[(&str, bool)]) -> Option<Operands<'w>> {
    let (mut operands, mut given) = (Vec::new(), Vec::new());
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            operands.push(word);
            continue;
        }
        let (name, inline) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let (name, takes) =
            options.iter().find(|(option, _)| *option == name).map(|(_, takes)| (name, *takes))?;
        let value = match (takes, inline) {
            (true, Some(value)) => value,
            (true, None) => words.next()?,
            (false, None) => "",
            (false, Some(_)) => return None,
        };
        given.push((name, value));
    }
    Some((operands, given))
}
