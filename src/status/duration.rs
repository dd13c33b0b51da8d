//! Writes durations for people, and reads those that the kubelet writes.

/// A number of seconds as its two largest units: `42s`, `3m 20s`, `2h 5m`, `4d 1h`.
pub(super) fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let units = [(86_400, 3600, "d", "h"), (3600, 60, "h", "m"), (60, 1, "m", "s")];
    for (large, small, large_name, small_name) in units {
        if seconds >= large {
            let rest = seconds % large / small;
            let rest = if rest == 0 { String::new() } else { format!(" {rest}{small_name}") };
            return format!("{}{large_name}{rest}", seconds / large);
        }
    }
    format!("{seconds}s")
}

/// The seconds of a duration as Go writes it, such as `2m40s`.
pub(super) fn go_duration(text: &str) -> Option<i64> {
    let (mut seconds, mut number) = (0_i64, None::<i64>);
    for letter in text.chars() {
        if let Some(digit) = letter.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(digit))?);
            continue;
        }
        let unit = match letter {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    (number.is_none() && !text.is_empty()).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units() {
        for (seconds, text) in [
            (-1, "0s"),
            (59, "59s"),
            (60, "1m"),
            (200, "3m 20s"),
            (3600, "1h"),
            (7500, "2h 5m"),
            (349_200, "4d 1h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn durations_of_go_are_read() {
        for (text, seconds) in [
            ("20s", Some(20)),
            ("2m40s", Some(160)),
            ("1h0m1s", Some(3601)),
            ("", None),
            ("20", None),
            ("s", None),
            ("1.5s", None),
            ("99999999999999999999s", None),
            ("9223372036854775807h", None),
        ] {
            assert_eq!(go_duration(text), seconds, "{text}");
        }
    }
}
