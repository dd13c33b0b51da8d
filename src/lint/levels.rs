//! What becomes of each warning.

use crate::diagnostic::catalog;
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;

/// The name that stands for all warnings.
pub const ALL: &str = "warnings";

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// It is not shown.
    Allow,
    /// It is shown.
    #[default]
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Deny];

    /// The word for it.
    ///
    /// ```
    /// use initflow::lint::Level;
    ///
    /// assert_eq!(Level::Deny.name().parse(), Ok(Level::Deny));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|level| level.name() == text).ok_or(())
    }
}

/// The levels that were set; the last one of a name counts, and one for a name counts more than one for [`ALL`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(Vec<(SmolStr, Level)>);

impl Levels {
    /// Sets the level of a name, or of [`ALL`].
    ///
    /// ```
    /// use initflow::lint::{ALL, Level, Levels};
    ///
    /// let mut levels = Levels::default();
    /// levels.set(ALL, Level::Deny);
    /// levels.set("unpinned-image", Level::Allow);
    /// assert_eq!(levels.of("unpinned-image"), Level::Allow);
    /// ```
    pub fn set(&mut self, name: impl Into<SmolStr>, level: Level) {
        self.0.push((name.into(), level));
    }

    /// These levels, and others over them.
    #[must_use]
    pub(crate) fn and(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&others.0).cloned().collect())
    }

    /// The level of a name.
    ///
    /// ```
    /// use initflow::lint::{ALL, Level, Levels};
    ///
    /// let mut levels = Levels::default();
    /// levels.set(ALL, Level::Deny);
    /// levels.set("unpinned-image", Level::Allow);
    /// assert_eq!(levels.of("step-sets-bill"), Level::Deny);
    /// ```
    pub fn of(&self, name: &str) -> Level {
        let last = |wanted: &str| self.0.iter().rev().find(|(set, _)| set == wanted).map(|(_, level)| *level);
        last(name).or_else(|| last(ALL)).unwrap_or_default()
    }
}

/// The names that a level can be set for, [`ALL`] last.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    catalog::all().iter().map(|entry| entry.name).chain([ALL])
}
