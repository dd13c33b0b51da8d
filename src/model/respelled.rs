//! Lists the spellings that a number with a foreign unit was probably meant as.

use crate::diagnostic::Applicability::{self, Safe, Unsafe};

/// Another spelling of a number.
pub(super) struct Respelled {
    /// What the change does, as the title of a fix.
    pub(super) title: &'static str,
    /// The number with its unit.
    pub(super) text: String,
    /// Whether nothing else can have been meant.
    pub(super) applicability: Applicability,
}

/// What a number that does not fit was probably meant as, the likeliest first.
pub(super) fn respelled(text: &str) -> Vec<Respelled> {
    let unit = text.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    let number = &text[..text.len() - unit.len()];
    let units: &[(&str, Applicability)] = match unit.to_ascii_lowercase().as_str() {
        "" => {
            let second = Respelled { title: "add a unit", text: format!("{text}s"), applicability: Unsafe };
            let mode =
                Respelled { title: "write it in octal", text: format!("0{text}"), applicability: Unsafe };
            return if text.len() == 3 { vec![second, mode] } else { vec![second] };
        }
        "kib" | "ki" => &[("Ki", Safe)],
        "mib" | "mi" => &[("Mi", Safe)],
        "gib" | "gi" => &[("Gi", Safe)],
        "tib" | "ti" => &[("Ti", Safe)],
        "kb" | "k" => &[("Ki", Unsafe)],
        "mb" => &[("Mi", Unsafe)],
        // Megabytes, or minutes.
        "m" => &[("Mi", Unsafe), ("m", Safe)],
        "gb" | "g" => &[("Gi", Unsafe)],
        "tb" | "t" => &[("Ti", Unsafe)],
        "s" | "sec" | "secs" | "second" | "seconds" => &[("s", Safe)],
        // Minutes, or thousandths of a core.
        "min" | "mins" | "minute" | "minutes" | "mcpu" | "millicpu" | "millicores" => &[("m", Safe)],
        "h" | "hr" | "hrs" | "hour" | "hours" => &[("h", Safe)],
        "d" | "day" | "days" => return days(number),
        "c" | "core" | "cores" | "cpu" | "cpus" | "vcpu" | "vcpus" => &[("", Safe)],
        _ => &[],
    };
    let respelled = |(unit, applicability): &(&str, Applicability)| Respelled {
        title: "change the unit",
        text: format!("{number}{unit}"),
        applicability: *applicability,
    };
    units.iter().map(respelled).collect()
}

fn days(number: &str) -> Vec<Respelled> {
    let hours = number.parse::<u32>().ok().and_then(|days| days.checked_mul(24));
    let respelled =
        |hours| Respelled { title: "write it in hours", text: format!("{hours}h"), applicability: Safe };
    hours.map(respelled).into_iter().collect()
}
