//! Holds the facts about Kubernetes: its schema, versions, quantities, names, times and limits.

pub mod cron;
pub mod expansion;
pub mod image;
pub mod names;
pub mod quantity;
pub(crate) mod resource;
pub mod schema;
pub mod time_zone;
pub mod timestamp;
pub mod version;
