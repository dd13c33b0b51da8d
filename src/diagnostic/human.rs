//! Diagnostics for a person, shown in their source.
