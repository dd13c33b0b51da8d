//! Compares the compiler with Kubernetes' own code: both judge many generated cases.
//!
//! The judge is a separate program (`tests/kubernetes/build` builds it), which `INITFLOW_JUDGE` names. Tests that need it
//! are ignored by default. Cases depend on `SEED`; `CASES` sets their number, and `CONFORMANCE=full` runs as many as are
//! needed for conclusive figures.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, dead_code)]

#[path = "../rules/cases.rs"]
mod cases;
mod complete;
mod corpus;
mod coverage;
mod examples;
mod generate;
mod imports;
mod judge;
mod lost;
mod manifest;
mod mutants;
mod naming;
mod report;
mod rules;
mod shrink;
mod size;
mod sound;
mod source;
mod totals;
