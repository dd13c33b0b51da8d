//! Kubernetes manifests to the source that a person would have written.
//!
//! Invariant: what is imported compiles to the same object; what the API server would refuse is an error at its place
//! in the manifest.

pub mod yaml;
