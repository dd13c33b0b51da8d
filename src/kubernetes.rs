//! The platform's facts: schema, versions, quantities, names and limits.

pub mod cron;
pub mod image;
pub mod names;
pub mod quantity;
pub mod schema;
pub mod time_zone;
pub mod version;
