//! Generates numbers, amounts and times at the edge of what Kubernetes accepts.

use super::{pick, text};
use fastrand::Rng;
use serde_json::{Value, json};

/// Whole numbers at the edges of ranges.
const INTS: &[i64] = &[
    -1,
    0,
    1,
    2,
    3,
    9,
    10,
    20,
    21,
    42,
    63,
    64,
    99,
    100,
    101,
    255,
    256,
    420,
    511,
    512,
    513,
    600,
    601,
    1000,
    3599,
    3600,
    7200,
    30_000,
    65_534,
    65_535,
    65_536,
    86_400,
    99_999,
    100_000,
    100_001,
    1_000_000,
    91_838_000,
    2_147_483_646,
    2_147_483_647,
    2_147_483_648,
    4_294_967_296,
    -2_147_483_648,
    -2_147_483_649,
    i64::MAX,
    i64::MIN,
];

/// Amounts, some of which are not valid.
const QUANTITIES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "100m",
    "-100m",
    "0.5",
    "1.5",
    "1.0",
    ".5",
    "5.",
    "1e3",
    "1E3",
    "1e-3",
    "1Ki",
    "1ki",
    "1K",
    "1k",
    "1.5Gi",
    "1Mi",
    "2Mi",
    "3Mi",
    "1Gi",
    "64Gi",
    "1M",
    "1T",
    "1Pi",
    "1Ei",
    "1.1Gi",
    "0.1m",
    "1n",
    "1u",
    "0.0001",
    "1.0001",
    "+1",
    "",
    " ",
    "1 Gi",
    " 1",
    "1 ",
    "1GiB",
    "12mi",
    "1mm",
    "0x10",
    "1,5",
    "1_000",
    "one",
    "NaN",
    "1e",
    "e3",
    "-0",
    "00",
    "007",
    "--1",
    "9223372036854775807",
    "9223372036854775808",
    "1000000000000",
    "0.1Ki",
    "1.5",
    "500",
    "1Gi1",
];

/// A whole number, sometimes next to the present one.
pub(in crate::mutants) fn int(rng: &mut Rng, near: Option<i64>) -> Value {
    match (rng.usize(..4), near) {
        (0, Some(near)) => json!(near.wrapping_add([-1, 1, 10][rng.usize(..3)])),
        (1, Some(near)) => json!(near.wrapping_mul([2, -1, 1000][rng.usize(..3)])),
        _ if rng.usize(..40) == 0 => json!(9_223_372_036_854_775_808_u64),
        _ => json!(rng.choice(INTS)),
    }
}

/// An amount, as text or as a number.
pub(in crate::mutants) fn quantity(rng: &mut Rng) -> Value {
    match rng.usize(..8) {
        0 => rng
            .choice([json!(1), json!(0), json!(-1), json!(0.5), json!(1e9), json!(2_147_483_648_i64)])
            .into(),
        _ => json!(pick(rng, QUANTITIES)),
    }
}

/// A number or a percentage.
pub(in crate::mutants) fn int_or_string(rng: &mut Rng, field: (&str, &str)) -> Value {
    const SHARES: &[&str] = &[
        "0%", "1%", "25%", "50%", "100%", "101%", "-1%", "%", "25", "0", "1", "", " 25%", "25 %", "2.5%",
        "a%", "025%", "+1%", "25%%", "1000%",
    ];
    match rng.usize(..3) {
        0 => int(rng, None),
        1 => json!(text(rng, field)),
        _ => json!(pick(rng, SHARES)),
    }
}

/// A time.
pub(in crate::mutants) fn time(rng: &mut Rng) -> Value {
    const TIMES: &[&str] = &[
        "2026-11-23T07:00:00Z",
        "2026-11-23T07:00:00+01:00",
        "2026-11-23T07:00:00.5Z",
        "2026-11-23 07:00:00Z",
        "2026-11-23",
        "2026-02-30T07:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T07:00:00",
        "2026-11-23t07:00:00z",
        "",
        "now",
        "2026-11-23T07:00:60Z",
        "0000-01-01T00:00:00Z",
        "2026-11-23T7:00:00Z",
        "2026-11-23T07:00:00,5Z",
        "2026-11-23T07:00:00+24:00",
        "10000-01-01T00:00:00Z",
    ];
    json!(pick(rng, TIMES))
}
