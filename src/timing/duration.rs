//! Writes a number of seconds for a person, as a source could have it.

use std::fmt::Write as _;

/// A time with its units: `0s`, `45s`, `7m10s`, `1h`.
pub(crate) fn duration(seconds: u64) -> String {
    let parts = [(seconds / 3600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let mut text = String::new();
    for (count, unit) in parts.into_iter().filter(|(count, _)| *count > 0) {
        // Writing to a text does not fail.
        let _ = write!(text, "{count}{unit}");
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn units_that_are_zero_are_left_out() {
        let shown = [0, 45, 60, 90, 430, 3600, 3605, 90_061].map(duration).join(" ");
        assert_eq!(shown, "0s 45s 1m 1m30s 7m10s 1h 1h5s 25h1m1s");
    }
}
