//! Describes the built-in step that a container matches.

use crate::literal;
use crate::steps::StepKind;
use crate::steps::existing::NAME;

/// What an open port does not say.
pub(super) const ONLY_PORT: &str =
    "an open port ends the wait; the loop asked the server whether it accepts connections";

/// The built-in step that a container matches.
#[derive(Debug)]
pub(crate) struct Idiom {
    pub(crate) kind: StepKind,
    /// The statements of the step, each as words.
    pub(crate) statements: Vec<Vec<String>>,
    /// The volume that the step mounts by itself.
    pub(crate) volume: Option<String>,
    /// The folder in this volume to which the files move that were in its root.
    pub(crate) folder: Option<String>,
    /// Whether the step runs in the container's own image.
    pub(crate) keeps_image: bool,
    /// What an author may want to set.
    pub(crate) hints: Vec<&'static str>,
    /// What the step does differently.
    pub(crate) changes: Vec<&'static str>,
    /// How long the container goes on, in seconds, if it waits and has a limit.
    pub(crate) limit: Option<u64>,
}

impl Idiom {
    /// Whether the step finds out less than the command.
    pub(crate) fn is_weaker(&self) -> bool {
        self.changes.contains(&ONLY_PORT)
    }

    pub(super) fn new(kind: StepKind, statements: Vec<Vec<String>>) -> Self {
        Self {
            kind,
            statements,
            volume: None,
            folder: None,
            keeps_image: false,
            hints: Vec::new(),
            changes: Vec::new(),
            limit: None,
        }
    }
}

/// A statement of a word and texts.
pub(super) fn statement<const N: usize>(word: &str, texts: [&str; N]) -> Vec<String> {
    std::iter::once(word.to_owned()).chain(texts.map(literal::quoted)).collect()
}

/// `into VOLUME "path"`
pub(super) fn into(volume: &str, path: &str) -> Vec<String> {
    let mut words = vec!["into".to_owned(), literal::name(volume)];
    if !path.is_empty() {
        words.push(literal::quoted(path));
    }
    words
}

/// `existing WORD`
pub(super) fn existing(word: &str) -> Vec<String> {
    vec![NAME.to_owned(), word.to_owned()]
}
