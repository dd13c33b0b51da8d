//! The initflow compiler: from `.initflow` source to Kubernetes YAML.
#![allow(missing_docs)]

pub mod check;
pub mod cli;
pub mod compile;
pub mod config;
pub mod diagnostic;
pub mod emit;
pub mod expect;
pub mod format;
pub mod ide;
pub mod import;
pub mod json;
pub mod kubernetes;
pub mod lint;
pub mod lower;
pub mod lsp;
pub mod model;
pub mod object;
pub mod once;
pub mod order;
pub mod plan;
pub mod resources;
pub mod source;
pub mod statement;
pub mod steps;
pub mod syntax;
pub mod vocabulary;
