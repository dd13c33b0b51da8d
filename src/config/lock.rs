//! Reads and writes `initflow.lock`: the digests of the images of a project.
//!
//! ```toml
//! [images]
//! "nginx:1.29" = "sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c"
//! ```

use super::Tables;
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::image;
use crate::source::SourceFile;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use toml::de::DeValue;

/// The name of the file, which is beside `initflow.toml`.
pub const LOCK_NAME: &str = "initflow.lock";

/// The largest file that is read, in bytes (4 MiB).
pub const MAX_LOCK_BYTES: usize = 4 << 20;

/// Reads the digests of images, by their references.
pub fn read_lock(source: &SourceFile) -> (BTreeMap<SmolStr, SmolStr>, Vec<Diagnostic>) {
    Tables::read(source, |tables, table| {
        let mut digests = BTreeMap::new();
        for (key, value) in table {
            if key.get_ref().as_ref() != "images" {
                let headline = format!("unknown setting `{}`", key.get_ref());
                tables.unknown(key, headline, &["images"]);
                continue;
            }
            let DeValue::Table(images) = value.get_ref() else {
                tables.table("images", value, "\"nginx:1.29\" = \"sha256:…\"");
                continue;
            };
            for (key, value) in images {
                let reference = key.get_ref().as_ref();
                let Some(digest) = tables.text(reference, value) else { continue };
                match image::fault(&format!("{reference}@{digest}")) {
                    None => drop(digests.insert(reference.into(), digest.into())),
                    Some(fault) => {
                        let span = tables.span(value.span());
                        tables.report(
                            Diagnostic::error(
                                Code::InvalidImage,
                                span,
                                format!("the image `{reference}@{digest}` {fault}"),
                            )
                            .here("not the digest of an image")
                            .help("let `initflow images --lock` write this file"),
                        );
                    }
                }
            }
        }
        digests
    })
}

/// The text of the file.
///
/// ```
/// use initflow::config::{lock_text, read_lock};
/// use initflow::source::{FileId, SourceFile};
///
/// let digests = [("nginx:1.29".into(), format!("sha256:{}", "0".repeat(64)).into())].into();
/// let file = SourceFile::new(FileId(0), "initflow.lock", lock_text(&digests));
/// assert_eq!(read_lock(&file), (digests, Vec::new()));
/// ```
pub fn lock_text(digests: &BTreeMap<SmolStr, SmolStr>) -> String {
    let mut text = "# The digests of the images. `initflow images --lock` writes this file, and `initflow compile` adds the digests.\n[images]\n".to_owned();
    for (reference, digest) in digests {
        // The names of images have no character that TOML escapes.
        let _ = writeln!(text, "\"{reference}\" = \"{digest}\"");
    }
    text
}
