//! Adds and compares times of which only the bounds are known, or not even these.

use super::duration::duration;
use crate::model::TimeSpan;
use std::fmt;

/// How long something takes, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// At best.
    pub least: u64,
    /// At worst, as far as that is known.
    pub most: u64,
    /// Whether it may take longer than that: part of it is unknown.
    pub open: bool,
}

impl TimeRange {
    /// No time at all.
    pub(crate) const NONE: Self = Self { least: 0, most: 0, open: false };
    /// A time of which nothing is known.
    pub(crate) const UNKNOWN: Self = Self { least: 0, most: 0, open: true };

    /// A time between two bounds.
    pub(crate) const fn between(least: u64, most: u64) -> Self {
        Self { least, most, open: false }
    }

    /// A time that is known.
    pub(crate) const fn exactly(seconds: u64) -> Self {
        Self::between(seconds, seconds)
    }

    /// A time with a lower bound alone.
    pub(crate) const fn at_least(seconds: u64) -> Self {
        Self { least: seconds, most: seconds, open: true }
    }

    /// How long it takes at worst, if that is known.
    ///
    /// ```
    /// use initflow::plan::TimeRange;
    ///
    /// assert_eq!(TimeRange { least: 1, most: 5, open: false }.worst(), Some(5));
    /// assert_eq!(TimeRange { least: 1, most: 5, open: true }.worst(), None);
    /// ```
    pub fn worst(self) -> Option<u64> {
        (!self.open).then_some(self.most)
    }

    /// Whether nothing is known of it.
    pub(crate) fn is_unknown(self) -> bool {
        self == Self::UNKNOWN
    }

    /// One time after the other.
    pub(crate) fn and_then(self, next: Self) -> Self {
        Self {
            least: self.least.saturating_add(next.least),
            most: self.most.saturating_add(next.most),
            open: self.open || next.open,
        }
    }

    /// Both at once, until the longer one is over.
    pub(crate) fn beside(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: self.most.max(other.most),
            open: self.open || other.open,
        }
    }
}

impl From<TimeSpan> for TimeRange {
    fn from(stated: TimeSpan) -> Self {
        Self::between(stated.least, stated.most.max(stated.least))
    }
}

/// The range as a source could have it: `0s..5m`.
impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unknown() {
            return f.write_str("unknown");
        }
        f.write_str(&duration(self.least))?;
        if self.most > self.least {
            write!(f, "..{}", duration(self.most))?;
        }
        if self.open { f.write_str(" or more") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::TimeRange;

    #[test]
    fn a_sum_with_an_unknown_part_keeps_what_is_known() {
        let wait = TimeRange::between(0, 300);
        let sum = wait.and_then(TimeRange::UNKNOWN).and_then(TimeRange::exactly(10));
        assert_eq!(sum, TimeRange { least: 10, most: 310, open: true });
        assert_eq!(sum.to_string(), "10s..5m10s or more");
        assert_eq!(sum.worst(), None);
        let shown = [wait, TimeRange::UNKNOWN, TimeRange::NONE, TimeRange::at_least(5)];
        assert_eq!(shown.map(|range| range.to_string()).join(", "), "0s..5m, unknown, 0s, 5s or more");
    }

    #[test]
    fn times_at_once_take_as_long_as_the_longest() {
        let both = TimeRange::between(5, 20).beside(TimeRange::between(10, 12));
        assert_eq!(both, TimeRange::between(10, 20));
        let huge = TimeRange::exactly(u64::MAX);
        assert_eq!(huge.and_then(huge), huge);
    }
}
