//! Every diagnostic's name with its documentation, out of `explain/`.
//!
//! Invariant: the entries are sorted by name, and they are exactly the files of `explain/`.

include!(concat!(env!("OUT_DIR"), "/diagnostics.rs"));

/// The documentation of one diagnostic.
#[derive(Debug)]
pub struct Entry {
    /// The name.
    pub name: &'static str,
    /// The text, in Markdown: what is wrong, why it matters, a program that fails, and the same one cured.
    pub text: &'static str,
}

/// The entry of a name.
///
/// ```
/// use initflow::diagnostic::catalog::find;
///
/// assert!(find("unwritten-volume").is_some_and(|entry| entry.text.starts_with("# unwritten-volume")));
/// assert!(find("no-such-name").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static Entry> {
    let at = ENTRIES.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
    ENTRIES.get(at)
}

/// All entries, sorted by name.
///
/// ```
/// use initflow::diagnostic::catalog::all;
///
/// assert!(all().is_sorted_by_key(|entry| entry.name));
/// ```
pub fn all() -> &'static [Entry] {
    ENTRIES
}

impl Entry {
    /// What is wrong, in one sentence.
    ///
    /// ```
    /// use initflow::diagnostic::catalog::find;
    ///
    /// assert!(find("unwritten-volume").is_some_and(|entry| entry.summary().ends_with('.')));
    /// ```
    pub fn summary(&self) -> &'static str {
        self.text.lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// What its programs are written in.
    ///
    /// ```
    /// use initflow::diagnostic::catalog::{Language, find};
    ///
    /// assert_eq!(find("unwritten-volume").map(|entry| entry.language()), Some(Language::Initflow));
    /// ```
    pub fn language(&self) -> Language {
        let is_in = |language: &Language| self.text.contains(&format!("\n```{} fails\n", language.name()));
        Language::ALL.into_iter().find(is_in).unwrap_or(Language::Initflow)
    }

    /// The program that raises this diagnostic and no other.
    ///
    /// ```
    /// use initflow::compile::{NoFiles, Options, compile};
    /// use initflow::diagnostic::catalog::find;
    ///
    /// let program = find("unwritten-volume").and_then(|entry| entry.failing()).unwrap_or_default();
    /// let compilation = compile("bad.initflow", program.into(), &NoFiles, &Options::default());
    /// assert_eq!(compilation.diagnostics[0].name, "unwritten-volume");
    /// ```
    pub fn failing(&self) -> Option<&'static str> {
        fence(self.text, &format!("```{} fails\n", self.language().name()))
    }

    /// The same program, cured.
    ///
    /// ```
    /// use initflow::compile::{NoFiles, Options, compile};
    /// use initflow::diagnostic::catalog::find;
    ///
    /// let program = find("unwritten-volume").and_then(|entry| entry.cured()).unwrap_or_default();
    /// let compilation = compile("good.initflow", program.into(), &NoFiles, &Options::default());
    /// assert!(compilation.diagnostics.is_empty());
    /// ```
    pub fn cured(&self) -> Option<&'static str> {
        fence(self.text, &format!("```{}\n", self.language().name()))
    }
}

/// What the programs in documentation are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Sources.
    Initflow,
    /// Files of settings.
    Toml,
    /// Manifests that are imported.
    Yaml,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Initflow, Self::Toml, Self::Yaml];

    /// The word that opens a fence in Markdown.
    ///
    /// ```
    /// use initflow::diagnostic::catalog::Language;
    ///
    /// assert_eq!(Language::Initflow.name(), "initflow");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Initflow => "initflow",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
        }
    }
}

/// What stands between an opening line and the next closing one.
fn fence(text: &'static str, opening: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once(opening)?;
    let end = if rest.starts_with("```") { 0 } else { rest.find("\n```")? + 1 };
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Entry = Entry {
        name: "bad-thing",
        text: "# bad-thing\nSomething is bad.\n\nWhy.\n\n```initflow fails\na\nb\n```\n\n```initflow\n```\n",
    };

    #[test]
    fn an_entry_has_its_parts() {
        assert_eq!(ENTRY.summary(), "Something is bad.");
        assert_eq!(ENTRY.failing(), Some("a\nb\n"));
        assert_eq!(ENTRY.cured(), Some(""));
    }

    #[test]
    fn every_entry_is_found_by_its_name() {
        for entry in all() {
            assert_eq!(find(entry.name).map(|found| found.name), Some(entry.name));
        }
        assert!(find("no such name").is_none());
    }
}
