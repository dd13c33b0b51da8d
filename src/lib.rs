//! Compiles `.initflow` sources to Kubernetes YAML: the initflow compiler as a library.
//!
//! [`compile::compile`] compiles a program. The result has its workloads, each with its YAML and its
//! [plan](plan::Plan) (what starts when and why, and what the scheduler reserves), and its
//! [diagnostics](diagnostic::Diagnostic), which [`diagnostic::human::Human`] shows in their source:
//!
//! ```
//! use initflow::compile::{CompileOptions, NoFiles, compile};
//!
//! let source = r#"
//! deployment site {
//!   volume files
//!   step fetch { image "busybox:1.37"; memory 64Mi; writes files at /out; run "wget -O /out/index.html http://origin/" }
//!   app web { image "nginx:1.29"; memory 48Mi; reads files at /usr/share/nginx/html }
//! }
//! "#;
//! let compilation = compile("site.initflow", source.into(), &NoFiles, &CompileOptions::default());
//! assert!(!compilation.failed());
//!
//! let site = &compilation.workloads[0];
//! assert!(site.yaml(None).starts_with("apiVersion: apps/v1\nkind: Deployment\n"));
//!
//! let plan = site.plan();
//! assert_eq!(plan.order[0].name, "fetch");
//! assert_eq!(plan.requests[0].quantity.to_string(), "64Mi");
//! ```
//!
//! Programs in other languages use [`json::compile`]: a request in, an answer out, both JSON.
//!
//! The library does not read files, the environment or the clock: its caller passes all texts. It does not panic,
//! whatever the text: what is wrong is reported as a diagnostic.
//!
//! The feature `cli`, which is on by default, adds the command and its language server. Without it
//! (`default-features = false`) their dependencies are left out.
//!
//! Other programs may use every public module; before version 1.0.0, the CHANGELOG lists what changes in them.

pub mod compile;
pub mod config;
pub mod context;
pub mod diagnostic;
pub mod format;
pub mod import;
pub mod json;
pub mod kubernetes;
pub mod lint;
pub mod manifest;
pub mod plan;
pub mod source;
pub mod syntax;
pub mod verify;
pub mod vocabulary;

#[cfg(feature = "cli")]
pub mod cli;

mod admission;
mod check;
mod emit;
#[cfg(feature = "cli")]
mod expect;
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
mod explain;
#[cfg(feature = "cli")]
mod files;
#[cfg_attr(not(feature = "cli"), allow(dead_code))]
mod ide;
mod idioms;
mod literal;
mod lower;
#[cfg(feature = "cli")]
mod lsp;
mod model;
mod object;
mod once;
mod order;
mod program;
#[cfg(feature = "cli")]
mod repair;
mod resources;
mod restarts;
mod statement;
#[cfg(feature = "cli")]
mod status;
mod steps;
mod timing;
mod total;
