//! Defines the versions of Kubernetes that can be targeted, and what each supports.
//!
//! Invariant: a [`Version`] is one of [`Version::ALL`].

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes 1: `Version(37)` is 1.37.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u8);

impl Version {
    /// All versions, from the oldest to the newest.
    pub const ALL: [Self; 5] = [Self(33), Self(34), Self(35), Self(36), Self(37)];
    /// The oldest version that can be targeted.
    pub const OLDEST: Self = Self::ALL[0];
    /// The newest version, which is the default.
    pub const NEWEST: Self = Self::ALL[Self::ALL.len() - 1];
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "1.{}", self.0)
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minor = text.trim_start_matches('v').strip_prefix("1.").and_then(|minor| minor.parse().ok());
        match minor.map(Self) {
            Some(version) if Self::ALL.contains(&version) => Ok(version),
            _ => Err(format!("`{text}` is not a version from {} to {}", Self::OLDEST, Self::NEWEST)),
        }
    }
}

/// Which versions have a field or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Availability {
    /// The first version whose API has it.
    pub from: Version,
    /// The version from which its feature gate is on by default, if one is.
    pub on: Option<Version>,
    /// The feature gate; empty if there is none (any more).
    pub gate: &'static str,
}

/// How a version supports a field or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// The version accepts it.
    Supported,
    /// The API server drops it unless a feature gate is turned on.
    GateOff {
        /// The feature gate.
        gate: &'static str,
        /// The version from which the gate is on by default, if one is.
        on_by_default_from: Option<Version>,
    },
    /// The API does not have it.
    Absent,
}

impl Availability {
    /// Available in every version that can be targeted.
    pub const ALWAYS: Self = Self { from: Version::OLDEST, on: Some(Version::OLDEST), gate: "" };

    /// How a version supports it.
    pub fn in_version(&self, version: Version) -> Support {
        if version < self.from {
            Support::Absent
        } else if self.on.is_some_and(|on| version >= on) {
            Support::Supported
        } else {
            Support::GateOff { gate: self.gate, on_by_default_from: self.on }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        for version in Version::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!("v1.34".parse(), Ok(Version(34)));
        for bad in ["", "1", "1.32", "1.38", "2.33", "1.3x", "1.34.1"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
