//! Reads from the environment how many cases to run, and which: `SEED`, `CASES` and `CONFORMANCE`.

use fastrand::Rng;
use std::env;

const SEED: u64 = 20_261_123;

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    number("SEED").unwrap_or(SEED)
}

/// The random generator of one case, so each case can be repeated without those before it.
pub(crate) fn rng(case: u64) -> Rng {
    let mut rng = Rng::with_seed(seed());
    let salt = rng.u64(..);
    Rng::with_seed(salt.wrapping_add(case.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// How many cases a test has: `short` during development, `full` for conclusive figures.
pub(crate) fn cases(short: u64, full: u64) -> u64 {
    number("CASES").unwrap_or(if is_full() { full } else { short })
}

/// Whether this is the full run.
pub(crate) fn is_full() -> bool {
    env::var("CONFORMANCE").is_ok_and(|size| size == "full")
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("expected a whole number in {name}, found `{text}`")))
}
