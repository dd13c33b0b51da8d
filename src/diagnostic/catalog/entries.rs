//! The table of diagnostics; generated from the files of `explain/` by the test `the_table_is_the_folder`.

use super::Entry;

#[rustfmt::skip]
pub(super) const ENTRIES: &[Entry] = &[
];
