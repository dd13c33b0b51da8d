//! Holds the facts about Kubernetes: its schema, versions, quantities, names, times and limits.

#[doc(hidden)]
pub mod cron;
#[doc(hidden)]
pub mod image;
#[doc(hidden)]
pub mod names;
pub mod quantity;
#[doc(hidden)]
pub mod schema;
#[doc(hidden)]
pub mod time_zone;
#[doc(hidden)]
pub mod timestamp;
pub mod version;
