//! Checks texts that are points in time (RFC 3339).
//!
//! Invariant: accepts only what both the API server and the typed objects can read.

/// The last year in which every moment can be represented in every offset from UTC.
const LAST_YEAR: u32 = 9998;

/// Whether a text is a time such as `2026-01-31T12:00:00Z` or `2026-01-31T12:00:00.5+01:00`.
pub fn is_timestamp(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let Some((hour, minute, second, rest)) = clock(time) else { return false };
    let in_day = hour < 24 && minute < 60 && second < 60;
    in_day && is_date(date) && is_offset(rest)
}

/// The moment that a time means, in whole seconds since 1970 in UTC.
#[cfg(feature = "cli")]
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T').filter(|_| is_timestamp(text))?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?.map(i64::from);
    let (hour, minute, second, offset) = clock(time)?;
    // The year begins in March, so that the day that not all years have is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = offset.get(1..).and_then(|text| numbers(text, ':', [2, 2])).unwrap_or_default();
    let seconds = |hours: u32, minutes: u32| i64::from(hours) * 3600 + i64::from(minutes) * 60;
    Some(days * 86_400 + seconds(hour, minute) + i64::from(second) - sign * seconds(hours, minutes))
}

/// A moment in whole seconds since 1970 in UTC as a time, which has four digits for the year.
#[cfg(feature = "cli")]
pub(crate) fn time(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (year + era * 400, month);
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn is_date(date: &str) -> bool {
    let [year, month, day] = numbers(date, '-', [4, 2, 2]).unwrap_or_default();
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    };
    year <= LAST_YEAR && (1..=days).contains(&day)
}

/// Hour, minute and second, and what follows them and their fraction.
fn clock(time: &str) -> Option<(u32, u32, u32, &str)> {
    let (clock, rest) = time.split_at_checked(8)?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.find(|char: char| !char.is_ascii_digit())?;
            (1..=9).contains(&end).then_some(&fraction[end..])?
        }
        None => rest,
    };
    Some((hour, minute, second, rest))
}

fn is_offset(text: &str) -> bool {
    let signed = text.strip_prefix('+').or_else(|| text.strip_prefix('-'));
    let offset = signed.and_then(|text| numbers(text, ':', [2, 2]));
    text == "Z" || offset.is_some_and(|[hours, minutes]| hours < 24 && minutes < 60)
}

/// Numbers of the given numbers of digits, with a separator between them.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(between);
    let mut found = [0; N];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        let all_digits = part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| all_digits)?;
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moments() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2026-11-29T04:25:04Z", 1_795_926_304),
            ("2026-11-29T06:25:04.5+02:00", 1_795_926_304),
            ("2026-11-28T22:55:04-05:30", 1_795_926_304),
            ("1969-12-31T23:59:59Z", -1),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        assert_eq!(seconds("2026-13-01T00:00:00Z"), None);
        for moment in (-62_000_000_000..250_000_000_000).step_by(86_399 * 97) {
            assert_eq!(seconds(&time(moment)), Some(moment));
        }
    }

    #[test]
    fn follows_rfc_3339() {
        for good in [
            "2026-01-31T12:00:00Z",
            "2024-02-29T23:59:59.123456789Z",
            "2000-02-29T00:00:00+14:00",
            "1999-12-31T00:00:00.5-00:30",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "2026-01-31",
            "2026-01-31 12:00:00Z",
            "2026-01-31T12:00:00",
            "2026-01-31T12:00Z",
            "2026-1-31T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-01-00T12:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:60Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00z",
            "2026-01-31T12:00:00+1:00",
            "+026-01-31T12:00:00Z",
            "é",
            "2026-01-31Té",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }
}
