//! Compiles for other programs: one request in JSON to one answer in JSON, without files, environment or clock.
//!
//! [`compile()`] compiles a program; [`edit`] answers what an editor asks about one.
//!
//! A request to compile:
//!
//! | field | meaning |
//! |---|---|
//! | `source` | the text of the program; the only required field |
//! | `name` | its name in messages; files that it uses are relative to it; by default `main.initflow` |
//! | `files` | other files that the program may use, text by path |
//! | `params` | values of params: text, numbers or booleans by name |
//! | `kube` | the version of Kubernetes, as text: one of [`Version::ALL`](crate::kubernetes::version::Version::ALL) |
//! | `lints` | levels of warnings by name: `"allow"`, `"warn"`, `"deny"` |
//!
//! The answer has `version` (1) and either `error`, if the request cannot be read, or `report` (what `check --format json`
//! prints), `workloads` (`kind`, `name` and `yaml` of each, with the objects that must be applied before it) and `plan`
//! (what `plan --format json` prints). The last two are empty if the program has errors.
//!
//! Invariant: every request has an answer; within a version, fields may be added but not removed.

mod compilation;
mod editor;
mod request;
mod units;

pub use compilation::compile;
pub use editor::edit;
