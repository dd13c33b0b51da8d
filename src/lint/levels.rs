//! Decides whether each warning is shown, hidden, or an error.

use crate::diagnostic::{Code, Diagnostic, Severity};
use std::fmt;
use std::str::FromStr;

/// The name that means all warnings.
pub const ALL: &str = "warnings";

/// How a warning is treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LintLevel {
    /// It is not shown.
    Allow,
    /// It is shown.
    #[default]
    Warn,
    /// It is an error.
    Deny,
}

impl LintLevel {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Deny];

    /// The word for it.
    ///
    /// ```
    /// use initflow::lint::LintLevel;
    ///
    /// assert_eq!(LintLevel::Deny.name().parse(), Ok(LintLevel::Deny));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for LintLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LintLevel {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|level| level.name() == text).ok_or(())
    }
}

/// The levels that were set. The last level of a code counts, and it takes precedence over the level for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintLevels {
    all: Option<LintLevel>,
    of: Vec<(Code, LintLevel)>,
}

impl LintLevels {
    /// Sets the level of one warning.
    ///
    /// ```
    /// use initflow::diagnostic::Code;
    /// use initflow::lint::{LintLevel, LintLevels};
    ///
    /// let mut levels = LintLevels::default();
    /// levels.set_all(LintLevel::Deny);
    /// levels.set(Code::UnpinnedImage, LintLevel::Allow);
    /// assert_eq!(levels.of(Code::UnpinnedImage), LintLevel::Allow);
    /// assert_eq!(levels.of(Code::StepSetsBill), LintLevel::Deny);
    /// ```
    pub fn set(&mut self, code: Code, level: LintLevel) {
        self.of.push((code, level));
    }

    /// Sets the level of all warnings without a level of their own.
    pub fn set_all(&mut self, level: LintLevel) {
        self.all = Some(level);
    }

    /// Sets the level of a name, or of [`ALL`]; returns whether there is a diagnostic with this name.
    pub(crate) fn set_named(&mut self, name: &str, level: LintLevel) -> bool {
        match name.parse() {
            Ok(code) => self.set(code, level),
            Err(()) if name == ALL => self.set_all(level),
            Err(()) => return false,
        }
        true
    }

    /// These levels, overridden by others.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        Self { all: others.all.or(self.all), of: [&*self.of, &others.of].concat() }
    }

    /// Removes the warnings that are allowed, and makes those that are denied errors.
    #[cfg_attr(not(feature = "cli"), allow(dead_code))]
    pub(crate) fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| {
            let level = self.of(diagnostic.code);
            let is_warning = diagnostic.severity == Severity::Warning;
            if is_warning && level == LintLevel::Deny {
                diagnostic.severity = Severity::Error;
            }
            !is_warning || level != LintLevel::Allow
        });
    }

    /// The level of a warning.
    pub fn of(&self, code: Code) -> LintLevel {
        let last = self.of.iter().rev().find(|(set, _)| *set == code).map(|(_, level)| *level);
        last.or(self.all).unwrap_or_default()
    }
}

/// The names that a level can be set for, [`ALL`] last.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    Code::ALL.iter().map(|code| code.name()).chain([ALL])
}
