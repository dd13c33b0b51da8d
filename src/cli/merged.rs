//! Merges what the profiles of a project find in one source: what all of them find is shown once, and what only some of
//! them find says with which.

use super::config::Project;
use super::input::Trouble;
use crate::compile::Compilation;
use crate::diagnostic::{Code, Diagnostic, phrase};
use crate::model::Setting;
use crate::source::{HasPlaces as _, Span};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A source that was compiled with one profile.
pub(super) struct CompiledSource<W, T> {
    pub(super) compilation: Compilation<W>,
    /// The result, if the source has no errors.
    pub(super) made: Option<T>,
    /// Whether there is a result even if some workloads have errors: those of manifests do not hide the others.
    pub(super) is_partial: bool,
}

/// The outcome of one source.
#[allow(clippy::large_enum_variant)] // There are few of them, and most are large.
pub(super) enum Outcome<W, T> {
    /// It could not be read.
    Unreadable(Trouble),
    /// It was compiled with each profile, and this is what they found; there is a result for each without errors.
    Compiled(Compilation<W>, Vec<T>),
}

/// The compilations of one source so far.
pub(super) struct Merged<'p, W, T> {
    profiles: &'p [Arc<Project>],
    /// The first compilation, or why the source cannot be read.
    first: Option<Result<Compilation<W>, Trouble>>,
    made: Vec<T>,
    found: Vec<Found>,
    /// Where a finding is in `found`.
    known: HashMap<(Code, Span, String), usize>,
    /// For each profile, the run that tells what it finds.
    run_of: Vec<usize>,
    /// For each run, the values of the params that the source has.
    values: Vec<Vec<(String, String)>>,
}

/// A finding, and the runs that found it.
struct Found {
    diagnostic: Diagnostic,
    runs: Vec<usize>,
}

impl<'p, W, T> Merged<'p, W, T> {
    /// Nothing is compiled yet; there will be one compilation for each profile.
    pub(super) fn new(profiles: &'p [Arc<Project>]) -> Self {
        Self {
            profiles,
            first: None,
            made: Vec::new(),
            found: Vec::new(),
            known: HashMap::new(),
            run_of: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Whether an earlier profile gives all params of the source the same values, so that this one finds the same by itself.
    pub(super) fn knows(&self, profile: usize, call: &[Setting]) -> bool {
        let Some(Ok(first)) = &self.first else { return self.first.is_some() };
        let Some(project) = self.profiles.get(profile) else { return true };
        self.values.contains(&relevant(&project.values, call, &first.params))
    }

    /// Notes that a profile finds the same as an earlier one.
    pub(super) fn repeat(&mut self, profile: usize, call: &[Setting]) {
        if let (Some(Ok(first)), Some(project)) = (&self.first, self.profiles.get(profile)) {
            let values = relevant(&project.values, call, &first.params);
            self.run_of.extend(self.values.iter().position(|known| *known == values));
        }
    }

    /// Adds what a profile makes of the source.
    pub(super) fn add(
        &mut self,
        profile: usize,
        compiled: Result<CompiledSource<W, T>, Trouble>,
        call: &[Setting],
    ) {
        let Some(project) = self.profiles.get(profile) else { return };
        let CompiledSource { mut compilation, made, is_partial } = match compiled {
            Ok(compiled) => compiled,
            Err(trouble) => {
                self.first.get_or_insert(Err(trouble));
                return;
            }
        };
        self.made.extend(made.filter(|_| is_partial || !compilation.failed()));
        if self.profiles.len() == 1 {
            self.first = Some(Ok(compilation));
            return;
        }
        let run = self.values.len();
        self.run_of.push(run);
        self.values.push(relevant(&project.values, call, &compilation.params));
        let diagnostics = std::mem::take(&mut compilation.diagnostics);
        for mut diagnostic in diagnostics {
            diagnostic.each_place(&mut |span| *span = compilation.sources.in_file(*span));
            self.find(diagnostic, run);
        }
        self.first.get_or_insert(Ok(compilation));
    }

    fn find(&mut self, diagnostic: Diagnostic, run: usize) {
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.headline.clone());
        match self.known.get(&key) {
            Some(at) if self.found[*at].runs.last() != Some(&run) => self.found[*at].runs.push(run),
            Some(_) => {}
            None => {
                self.known.insert(key, self.found.len());
                self.found.push(Found { diagnostic, runs: vec![run] });
            }
        }
    }

    /// What all of them found, and the results.
    pub(super) fn outcome(self) -> Outcome<W, T> {
        let Self { profiles, first, made, found, run_of, values, .. } = self;
        let mut compilation = match first {
            Some(Ok(compilation)) => compilation,
            Some(Err(trouble)) => return Outcome::Unreadable(trouble),
            None => {
                return Outcome::Unreadable(Trouble {
                    message: "nothing was compiled".to_owned(),
                    help: None,
                });
            }
        };
        if profiles.len() == 1 {
            return Outcome::Compiled(compilation, made);
        }
        for Found { mut diagnostic, runs } in found {
            if runs.len() < values.len() {
                // An allowance is in use if one profile needs it.
                if diagnostic.code == Code::UnusedAllowance {
                    continue;
                }
                let found: HashSet<usize> = runs.into_iter().collect();
                let names = profiles.iter().zip(&run_of).filter(|(_, run)| found.contains(run));
                let names: Vec<&str> = names.filter_map(|(project, _)| project.profile.as_deref()).collect();
                diagnostic.headline.extend([" (with ", &named(&names), ")"]);
            }
            compilation.diagnostics.push(diagnostic);
        }
        compilation.diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code));
        Outcome::Compiled(compilation, made)
    }
}

/// The most profiles that a message names.
const MAX_NAMED: usize = 3;

fn named(profiles: &[&str]) -> String {
    let (shown, rest) = profiles.split_at(profiles.len().min(MAX_NAMED));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let word = if profiles.len() == 1 { "profile" } else { "profiles" };
    format!("{word} {}{more}", phrase::listed(shown.iter().copied()))
}

/// The values of the params that a source has.
fn relevant(profile: &[Setting], call: &[Setting], params: &[String]) -> Vec<(String, String)> {
    let given: HashMap<&str, &str> =
        profile.iter().chain(call).map(|setting| (setting.name.as_str(), setting.value.as_str())).collect();
    params.iter().filter_map(|name| Some((name.clone(), (*given.get(name.as_str())?).to_owned()))).collect()
}
