//! Generates values at the edge of what Kubernetes accepts: numbers at the ends of ranges, and texts that are almost right.

mod annotations;
mod names;
mod node;
mod numbers;
mod references;
mod storage;
mod times;

pub(super) use annotations::ANNOTATIONS;
use fastrand::Rng;
pub(super) use numbers::{int, int_or_string, quantity, time};

/// Names of fields, with or without their object, that have the same kind of text, and texts of this kind.
type Pool = (&'static [&'static str], &'static [&'static str]);

/// All pools; each name is in only one of them.
const POOLS: [&[Pool]; 5] = [names::POOLS, node::POOLS, references::POOLS, storage::POOLS, times::POOLS];

/// Texts that are not valid as any kind of name.
const ODD: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "Shop",
    "shop",
    "1",
    "-a",
    "a-",
    "_a",
    "a_b",
    "a.b",
    ".a",
    "a.",
    "a..b",
    "a/b",
    "/a",
    "a/",
    "a//b",
    "/",
    "..",
    "../a",
    "a/../b",
    "a b",
    " a",
    "a ",
    "a\nb",
    "a\tb",
    "é",
    "a:b",
    "a=b",
    "a,b",
    "a@b",
    "*",
    "a*",
    "$(A)",
    "${A}",
    "#{a}",
    "true",
    "null",
    "~",
    "0755",
    "1e3",
    "acme.dev/shop",
    "acme.dev/a/b",
    "Acme.dev/shop",
    "/shop",
    "acme.dev/",
    "kubernetes.io/shop",
    "'",
    "\"",
    "\\",
    "a--b",
    "01",
    "1a",
    "a1",
    "<none>",
    "%",
    "50%",
    "\u{0}",
    "\u{7f}",
];

/// A text for a field: usually of its kind, sometimes an odd one.
pub(super) fn text(rng: &mut Rng, (object, field): (&str, &str)) -> String {
    let full = format!("{object}.{field}");
    let known = POOLS
        .into_iter()
        .flatten()
        .filter(|(names, _)| names.contains(&full.as_str()) || names.contains(&field));
    // A pool for the field of one object takes precedence over a pool for all fields with the name.
    let pool = known.min_by_key(|(names, _)| !names.contains(&full.as_str())).map(|(_, pool)| *pool);
    match pool {
        Some(pool) if rng.usize(..10) < 7 => pick(rng, pool).to_owned(),
        _ => odd(rng),
    }
}

/// A text that is wrong in most places.
pub(super) fn odd(rng: &mut Rng) -> String {
    const LENGTHS: &[usize] =
        &[15, 16, 52, 53, 63, 64, 120, 128, 253, 254, 255, 256, 317, 1024, 2048, 4096, 4097];
    match rng.usize(..5) {
        0 => "a".repeat(*rng.choice(LENGTHS).expect("lengths")),
        1 => {
            // A text of the same length, made of labels that are short enough.
            let length = *rng.choice(LENGTHS).expect("lengths");
            let mut text = format!("{}.", "a".repeat(50)).repeat(length / 51 + 1);
            text.truncate(length);
            if text.ends_with('.') {
                text.replace_range(text.len() - 1.., "a");
            }
            text
        }
        _ => pick(rng, ODD).to_owned(),
    }
}

/// One of some texts.
pub(super) fn pick<'t>(rng: &mut Rng, texts: &[&'t str]) -> &'t str {
    texts[rng.usize(..texts.len())]
}
