//! Changes one thing anywhere in a program, so that it is close to what compiles.

use super::reuse::{leaf, leaves};
use crate::source::{Program, Statement, quoted, take};
use fastrand::Rng;
use initflow::kubernetes::version::Version;
use initflow::vocabulary::CONTAINERS;

const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "99999999999",
    "100000",
    "300",
    "1000",
    "0777",
    "01777",
    "86400",
];
const AMOUNTS: &[&str] = &[
    "0",
    "1",
    "1m",
    "100m",
    "0.1m",
    "1.5",
    "1Ki",
    "1Ei",
    "8Ei",
    "1500m",
    "1e3",
    "100n",
    "9223372036854775807",
    "0.5Mi",
];
const WORKLOADS: &[&str] = &["pod", "deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob"];

/// Changes one thing.
pub(super) fn mutate(program: &mut Program, rng: &mut Rng) {
    match rng.usize(..10) {
        0 => {
            take(&mut program.statements, &mut rng.usize(..40));
        }
        1..=4 => change_value(program, rng),
        5 => duplicate(program, rng),
        6 => transplant(program, rng),
        7 => rename(program, rng, CONTAINERS),
        8 => rename(program, rng, WORKLOADS),
        _ => program.version = Version::ALL[rng.usize(..Version::ALL.len())],
    }
}

fn pick(rng: &mut Rng, items: &[&str]) -> String {
    items[rng.usize(..items.len())].into()
}

/// Another value of about the same type.
fn change_value(program: &mut Program, rng: &mut Rng) {
    let Some(workload) = program.statements.last_mut() else { return };
    let count = leaves(workload);
    if count == 0 {
        return;
    }
    let mut number = rng.usize(..count);
    let Some(value) = leaf(workload, &mut number) else { return };
    let digits = value.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '.');
    *value = match value.as_str() {
        "true" => "false".into(),
        "false" => "true".into(),
        text if text.starts_with(['"', '\'']) => edge_text(text, rng),
        text if text.starts_with('[') => {
            let items = text.trim_matches(['[', ']']).to_owned();
            match rng.usize(..4) {
                0 => "[]".into(),
                1 => format!("[{items}, {items}]"),
                2 => format!("[{}]", edge_text(&items, rng)),
                _ => format!("[{items}, {}]", edge_text("\"\"", rng)),
            }
        }
        text if text.starts_with('/') => {
            pick(rng, &["/", "/a/../b", "/a:b", "/a//b", "\"\"", "\"a\"", "\"/a b\"", "/.."])
        }
        text if digits && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            pick(rng, NUMBERS)
        }
        text if digits && text.contains("..") => {
            let (low, high) = (pick(rng, AMOUNTS), pick(rng, AMOUNTS));
            format!("{low}..{high}")
        }
        text if text.ends_with('%') => {
            pick(rng, &["0", "0%", "101%", "\"5\"", "\"x\"", "-1", "\"-5%\"", "1000"])
        }
        _ if digits => pick(rng, AMOUNTS),
        text => text.to_owned(),
    };
}

/// Text at the edge of what a name, a path or a label may be.
fn edge_text(text: &str, rng: &mut Rng) -> String {
    let inner = text.trim_matches('"').to_owned();
    let edge = match rng.usize(..26) {
        0 => String::new(),
        1 => inner.to_uppercase(),
        2 => format!("{inner}."),
        3 => format!("-{inner}"),
        4 => format!("{inner}-"),
        5 => format!("{inner}.{inner}"),
        6 => "a".repeat(63),
        7 => "a".repeat(64),
        8 => "a".repeat(253),
        9 => "a".repeat(254),
        10 => format!("{}.{}", "a".repeat(63), "b".repeat(64)),
        11 => format!("/{inner}"),
        12 => format!("../{inner}"),
        13 => format!("{inner}/.."),
        14 => format!("..{inner}"),
        15 => format!("{inner} "),
        16 => format!("{inner}:"),
        17 => format!("{inner}/"),
        18 => format!("é{inner}"),
        19 => format!("{inner}_x"),
        20 => "0".into(),
        21 => "a.b/c".into(),
        22 => "a/b/c".into(),
        23 => "*".into(),
        24 => ".".into(),
        _ => "10.0.0.300".into(),
    };
    quoted(&edge)
}

/// Repeats a statement.
fn duplicate(program: &mut Program, rng: &mut Rng) {
    let number = rng.usize(..40);
    let Some(statement) = take(&mut program.statements.clone(), &mut number.clone()) else { return };
    insert(&mut program.statements, &mut number.clone(), &statement);
}

/// Puts a statement into another block of a statement of the same kind, or into a container of another kind.
fn transplant(program: &mut Program, rng: &mut Rng) {
    let Some(statement) = take(&mut program.statements.clone(), &mut rng.usize(..60)) else { return };
    insert(&mut program.statements, &mut rng.usize(..60), &statement);
}

/// Inserts a statement before the statement with a number, which counts down.
fn insert(statements: &mut Vec<Statement>, number: &mut usize, new: &Statement) -> bool {
    for at in 0..statements.len() {
        if *number == 0 {
            statements.insert(at, new.clone());
            return true;
        }
        *number -= 1;
        if statements[at].block.as_mut().is_some_and(|block| insert(block, number, new)) {
            return true;
        }
    }
    false
}

/// Replaces the name of a statement with another of some words.
fn rename(program: &mut Program, rng: &mut Rng, words: &[&str]) {
    let to = pick(rng, words);
    let mut skip = rng.usize(..4);
    for statement in &mut program.statements {
        let inner = statement.block.iter_mut().flatten();
        if words.contains(&statement.name.as_str()) {
            statement.name = to;
            return;
        }
        for statement in inner.filter(|statement| words.contains(&statement.name.as_str())) {
            if skip == 0 {
                statement.name = to;
                return;
            }
            skip -= 1;
        }
    }
}
