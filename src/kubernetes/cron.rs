//! Checks the schedule of a `CronJob`.
//!
//! Invariant: accepts the same schedules as the parser of Kubernetes (robfig/cron, version 3, its standard form),
//! except for those with a time zone, which the API server refuses itself.

use crate::diagnostic::phrase::listed;
use std::ops::RangeInclusive;

struct CronField {
    name: &'static str,
    range: RangeInclusive<u64>,
    words: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DESCRIPTORS: &[&str] =
    &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

const FIELDS: [CronField; 5] = [
    CronField { name: "minute", range: 0..=59, words: &[] },
    CronField { name: "hour", range: 0..=23, words: &[] },
    CronField { name: "day of the month", range: 1..=31, words: &[] },
    CronField { name: "month", range: 1..=12, words: MONTHS },
    CronField { name: "day of the week", range: 0..=6, words: DAYS },
];

/// What is wrong with a schedule, if anything, as a clause that follows the schedule in a message.
pub fn fault(schedule: &str) -> Option<String> {
    if schedule.is_empty() {
        return Some("is empty".into());
    }
    if schedule.contains("TZ") {
        return Some("contains a time zone, which belongs in `timeZone`".into());
    }
    if schedule.starts_with('@') {
        return descriptor_fault(schedule);
    }
    let parts: Vec<&str> = schedule.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(format!(
            "has {} field{}, but needs 5: minute, hour, day of the month, month, day of the week",
            parts.len(),
            if parts.len() == 1 { "" } else { "s" }
        ));
    }
    // Kubernetes' parser drops empty items of a list (`1,,2`).
    FIELDS.iter().zip(parts).find_map(|(field, part)| {
        part.split(',').filter(|item| !item.is_empty()).find_map(|item| item_fault(field, item))
    })
}

fn descriptor_fault(schedule: &str) -> Option<String> {
    if DESCRIPTORS.contains(&schedule) {
        return None;
    }
    match schedule.strip_prefix("@every ") {
        Some(duration) if is_duration(duration) => None,
        Some(duration) => {
            Some(format!("has `{duration}` after `@every`, but needs a duration such as `1h30m`"))
        }
        None => Some(format!("is not one of {} or `@every 1h30m`", listed(DESCRIPTORS.iter().copied()))),
    }
}

fn item_fault(field: &CronField, item: &str) -> Option<String> {
    let CronField { name, range, .. } = field;
    let mut halves = item.split('/');
    let (ends, step) = (halves.next().unwrap_or_default(), halves.next());
    if halves.next().is_some() {
        return Some(format!("has more than one `/` in the {name}, `{item}`"));
    }
    let mut ends = ends.split('-');
    let (low, high) = (ends.next().unwrap_or_default(), ends.next());
    let (start, end) = if low == "*" || low == "?" {
        (*range.start(), *range.end())
    } else {
        let Some(start) = number(field, low) else { return Some(not_a_value(field, low)) };
        if ends.next().is_some() {
            return Some(format!("has more than one `-` in the {name}, `{item}`"));
        }
        match high.map(|high| (high, number(field, high))) {
            Some((_, Some(end))) => (start, end),
            Some((high, None)) => return Some(not_a_value(field, high)),
            None if step.is_some() => (start, *range.end()),
            None => (start, start),
        }
    };
    match step.map(unsigned) {
        Some(None) => return Some(format!("has a step that is not a whole number in the {name}, `{item}`")),
        Some(Some(0)) => return Some(format!("has a step of 0 in the {name}, `{item}`")),
        _ => {}
    }
    if start < *range.start() || end > *range.end() {
        let outside = if start < *range.start() { start } else { end };
        Some(format!("has {outside} for the {name}, but needs {} to {}", range.start(), range.end()))
    } else if start > end {
        Some(format!("has a {name} range that ends before it starts, `{item}`"))
    } else {
        None
    }
}

fn not_a_value(field: &CronField, text: &str) -> String {
    let or_word = field.words.first().map_or(String::new(), |word| format!(" or a name such as `{word}`"));
    format!("has `{text}` for the {}, but needs a number{or_word}", field.name)
}

fn number(field: &CronField, text: &str) -> Option<u64> {
    let lower = text.to_lowercase();
    match field.words.iter().position(|word| *word == lower) {
        Some(at) => Some(at as u64 + field.range.start()),
        None => unsigned(text),
    }
}

/// A whole number of at least zero, as Go reads it, which accepts a sign.
fn unsigned(text: &str) -> Option<u64> {
    text.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok())
}

/// Whether Go's `time.ParseDuration` accepts a text.
fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text == "0" {
        return true;
    }
    let (mut rest, mut total) = (text, 0_f64);
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
        let letters = after.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return false,
        };
        total += number.trim_end_matches('.').parse().unwrap_or(0.0) * seconds;
        if !is_number || total > 9.223_372_036e9 {
            return false;
        }
        rest = after;
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_kubernetes_accepts() {
        let good = "* * * * *|0 3 * * *|*/5 * * * ?|1,15,30 * * * *|0-30/10 0-23 1-31 1-12 0-6|0 0 * JAN-mar Sun\
            |5/15 * * * *|1,,2 * * * *|, * * * *|*-5 * * * *|  0\t0 1 1 *  |@hourly|@yearly|@midnight\
            |@every 1h30m|@every 1.5s|@every 0|@every -5m|@every .5h|@every 1.h|+5 * * * *|0 0 31 2 *|?/2 * * * *\
            |59 23 31 12 sat|0 0 * * mon-fri|*/100 * * * *";
        for schedule in good.split('|') {
            assert_eq!(fault(schedule), None, "{schedule:?}");
        }
    }

    #[test]
    fn refuses_what_kubernetes_refuses() {
        let bad = "|* * * *|* * * * * *|60 * * * *|* 24 * * *|* * 0 * *|* * 32 * *|* * * 0 *|* * * 13 *|* * * * 7\
            |a * * * *|jan * * * *|* * * foo *|5-1 * * * *|*/0 * * * *|*/-1 * * * *|*/a * * * *|1/2/3 * * * *|1-2-3 * * * *\
            |-5 * * * *|1- * * * *|@Hourly|@every|@every 5|@every x|@every 1h 5m|@every .s|@reboot|@daily \
            |TZ=UTC * * * * *|CRON_TZ=UTC 0 0 * * *|@every 9999999999h|@every 1..5s|0 0 * * monday| |L * * * *|*/99999999999999999999 * * * *";
        for schedule in bad.split('|') {
            assert!(fault(schedule).is_some(), "{schedule:?}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let says = |schedule| fault(schedule).unwrap_or_default();
        assert_eq!(says("0 25 * * *"), "has 25 for the hour, but needs 0 to 23");
        assert_eq!(says("0 0 * * 7"), "has 7 for the day of the week, but needs 0 to 6");
        assert_eq!(
            says("0 0 * *"),
            "has 4 fields, but needs 5: minute, hour, day of the month, month, day of the week"
        );
        assert_eq!(says("0 0 * x *"), "has `x` for the month, but needs a number or a name such as `jan`");
    }
}
