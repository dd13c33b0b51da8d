//! Recognizes a container that does the work of a built-in step, and says which statements that step has.
//!
//! Invariant: a container matches only if everything that it runs is understood; what the step does differently is listed in
//! `changes`. Import asks here to convert a container, and the lints to show the step that can replace it.

mod bounds;
mod candidate;
mod clone;
mod copy;
mod fetch;
mod job;
mod migrate;
mod options;
mod own;
mod script;
mod shell_words;
mod tries;
mod wait;

pub(crate) use candidate::{Candidate, MountPlace, Variable};

use crate::literal;
use crate::steps::StepKind;
use crate::steps::existing::NAME;
use candidate::Step;

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
}

/// The idioms, in the order in which they are tried.
const IDIOMS: [fn(&Step) -> Option<Idiom>; 7] =
    [wait::of, job::of, clone::of, fetch::of, own::of, copy::of, migrate::of];

/// The built-in step that a container matches, if it plainly does the same work.
pub(crate) fn of(candidate: &Candidate) -> Option<Idiom> {
    let step = Step { candidate, script: script::read(candidate)? };
    let mut idiom = IDIOMS.iter().find_map(|idiom| idiom(&step))?;
    idiom.changes.extend(&step.script.aside);
    Some(idiom)
}

impl Idiom {
    /// Whether the step finds out less than the command.
    pub(crate) fn is_weaker(&self) -> bool {
        self.changes.contains(&wait::ONLY_PORT)
    }

    fn new(kind: StepKind, statements: Vec<Vec<String>>) -> Self {
        Self {
            kind,
            statements,
            volume: None,
            folder: None,
            keeps_image: false,
            hints: Vec::new(),
            changes: Vec::new(),
        }
    }
}

/// A statement of a word and texts.
fn statement<const N: usize>(word: &str, texts: [&str; N]) -> Vec<String> {
    std::iter::once(word.to_owned()).chain(texts.map(literal::quoted)).collect()
}

/// `into VOLUME "path"`
fn into(volume: &str, path: &str) -> Vec<String> {
    let mut words = vec!["into".to_owned(), literal::name(volume)];
    if !path.is_empty() {
        words.push(literal::quoted(path));
    }
    words
}

/// `existing WORD`
fn existing(word: &str) -> Vec<String> {
    vec![NAME.to_owned(), word.to_owned()]
}
