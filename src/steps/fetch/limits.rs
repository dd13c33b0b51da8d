//! Implements `max-size` and `max-files`, which limit what may come out of an archive that somebody else made.

use super::super::StepInput;
use smol_str::{SmolStr, ToSmolStr};

/// How much may come out of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes, all files together.
    pub size: u64,
    /// The most files and folders.
    pub files: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 4 << 30, files: 100_000 }
    }
}

impl Limits {
    /// Reads the statements.
    pub(super) fn of(given: &StepInput) -> Self {
        let default = Self::default();
        let size = given.value("max-size").and_then(|node| u64::try_from(node.as_quantity()?.value()).ok());
        Self { size: size.unwrap_or(default.size), files: given.number("max-files", default.files) }
    }

    /// The variables that the script reads.
    pub(super) fn variables(self) -> [(SmolStr, SmolStr); 2] {
        [
            ("INITFLOW_MAX_SIZE".into(), self.size.to_smolstr()),
            ("INITFLOW_MAX_FILES".into(), self.files.to_smolstr()),
        ]
    }
}
