//! The platform's facts: schema, versions, quantities, names and limits.

pub mod quantity;
pub mod version;
