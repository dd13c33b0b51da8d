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
    /// The newest version.
    pub const NEWEST: Self = Self::ALL[Self::ALL.len() - 1];
    /// The version that is meant if none is named: the oldest that the Kubernetes project supports. Its support ends on
    /// 2027-02-28; that of 1.34 ended on 2026-10-27. Newer clusters accept the same objects. What the compiler chooses itself,
    /// such as how `copy` reads an image, also runs on the older versions, which some providers support for longer: EKS has
    /// 1.33 until 2027-07-29.
    pub const DEFAULT: Self = Self(35);
}

impl Default for Version {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "1.{}", self.0)
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads `1.35`, or the version of a cluster as `kubectl version` prints it: `v1.35.2`, `v1.35.2-gke.100`, `v1.35.2+k3s1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('v').unwrap_or(text);
        let named =
            |version: &Self| number.strip_prefix(&version.to_string()).is_some_and(is_rest_of_version);
        let unknown = || format!("`{text}` is not a version from {} to {}", Self::OLDEST, Self::NEWEST);
        Self::ALL.into_iter().find(named).ok_or_else(unknown)
    }
}

/// Whether this may follow a minor version: nothing, or `.PATCH` and what a distribution adds after a `-` or a `+`.
fn is_rest_of_version(rest: &str) -> bool {
    let Some(patch) = rest.strip_prefix('.') else { return rest.is_empty() };
    let end = patch.find(|char: char| !char.is_ascii_digit()).unwrap_or(patch.len());
    let (number, added) = patch.split_at(end);
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|char| char.is_ascii_alphanumeric() || "-+.".contains(char))
    };
    !number.is_empty() && (added.is_empty() || added.strip_prefix(['-', '+']).is_some_and(is_word))
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
        for of_cluster in [
            "v1.34",
            "1.34.0",
            "v1.34.12",
            "v1.34.2-gke.100",
            "1.34.2+k3s1",
            "v1.34.2-eks-0a1b2c3",
            "1.34.0-rc.1+x",
        ] {
            assert_eq!(of_cluster.parse(), Ok(Version(34)), "{of_cluster}");
        }
        for bad in [
            "",
            "1",
            "1.32",
            "1.38",
            "2.33",
            "1.3x",
            "1.340",
            "1.34.",
            "1.34.x",
            "1.34.1.2",
            "1.34.1-",
            "1.34-gke",
            "vv1.34",
            " 1.34",
            "1.34.1-a b",
            "1.32.34",
        ] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
