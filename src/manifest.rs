//! Reads manifests: YAML and JSON as kubectl reads them, and their fields as the API server does.
//!
//! Invariant: a tree has a bounded size, and every node of it knows its place in the manifest.

pub(crate) mod typed;
pub mod yaml;
