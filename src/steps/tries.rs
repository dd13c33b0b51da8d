//! Implements `retries` and `timeout` for the steps that send requests to a server.

use super::StepInput;
use super::script::part;
use crate::diagnostic::Diagnostic;
use crate::statement::Slot::One;
use crate::statement::{StatementPlace, StatementSpec, ValueType, of_step};
use smol_str::{SmolStr, ToSmolStr};

/// How often and how long a step tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many times to retry.
    pub retries: u32,
    /// The time for all tries together, in seconds, at least 1.
    pub timeout: u64,
}

impl Default for Tries {
    fn default() -> Self {
        Self { retries: 5, timeout: 300 }
    }
}

impl Tries {
    /// Reads the statements.
    pub(super) fn of(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let default = Self::default();
        Some(Self {
            retries: given.number("retries", default.retries),
            timeout: given.time("timeout", default.timeout, diagnostics)?,
        })
    }

    /// The part of a script that calls `get`.
    pub(super) fn script(self) -> &'static str {
        if self.retries == 0 { part!("once.sh") } else { part!("retry.sh") }
    }

    /// The variables that it reads.
    pub(super) fn variables(self) -> impl Iterator<Item = (SmolStr, SmolStr)> {
        let retries = (self.retries > 0).then(|| ("INITFLOW_RETRIES".into(), self.retries.to_smolstr()));
        retries.into_iter().chain([("INITFLOW_TIMEOUT".into(), self.timeout.to_smolstr())])
    }
}

/// `retries 3`
pub(super) const fn retries(places: &'static [StatementPlace]) -> StatementSpec {
    of_step(
        places,
        "retries",
        &[One("count", ValueType::Int(0, 100))],
        "How many times to retry, 0 to 100. The default is 5.",
    )
}

/// `timeout 2m`
pub(super) const fn timeout(places: &'static [StatementPlace]) -> StatementSpec {
    of_step(
        places,
        "timeout",
        &[One("time", ValueType::Seconds)],
        "The time for all tries together. The default is `5m`.",
    )
}
