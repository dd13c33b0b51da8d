//! The table of diagnostics; generated from the files of `explain/` by the test `the_table_is_the_folder`.

use super::Entry;

#[rustfmt::skip]
pub(super) const ENTRIES: &[Entry] = &[
    Entry { name: "after-app", text: include_str!("../explain/after-app.md") },
    Entry { name: "after-itself", text: include_str!("../explain/after-itself.md") },
    Entry { name: "invalid-address", text: include_str!("../explain/invalid-address.md") },
    Entry { name: "invalid-checksum", text: include_str!("../explain/invalid-checksum.md") },
    Entry { name: "invalid-path", text: include_str!("../explain/invalid-path.md") },
    Entry { name: "invalid-url", text: include_str!("../explain/invalid-url.md") },
    Entry { name: "missing-statement", text: include_str!("../explain/missing-statement.md") },
    Entry { name: "order-cycle", text: include_str!("../explain/order-cycle.md") },
    Entry { name: "sidecar-without-startup-probe", text: include_str!("../explain/sidecar-without-startup-probe.md") },
];
