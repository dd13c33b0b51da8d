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
