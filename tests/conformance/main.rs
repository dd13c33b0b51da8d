//! What the compiler says, held against Kubernetes' own code: many generated cases, each judged by both.
//!
//! The judge is a program of its own (`tests/kubernetes/build` builds it), which `INITFLOW_JUDGE` names; without it these
//! tests are ignored. Cases follow from `SEED`; `CASES` sets how many there are, `CONFORMANCE=full` takes as many as count.
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
