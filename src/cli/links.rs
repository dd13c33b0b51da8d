//! Leads from the name of a diagnostic to its explanation, which a terminal opens in a browser: a page of the site or, as long as
//! there is none, in the user's cache.

use super::cache::cache_folder;
use crate::diagnostic::Code;
use crate::files::readable_copy;
use crate::source::uri_path;
use pulldown_cmark::{Options, Parser, html};
use std::path::{Path, PathBuf};

const STYLE: &str = "body{max-width:46em;margin:2em auto;padding:0 1em;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}pre{padding:1em;overflow:auto;background:#8882;border-radius:6px}code{font-family:ui-monospace,monospace;font-size:.9em}";

/// The address of the page that explains a diagnostic; nothing if it cannot be written.
pub(super) fn explanation(code: Code) -> Option<String> {
    code.page().or_else(|| page(&folder()?, code))
}

/// The folder of the pages of this version.
fn folder() -> Option<PathBuf> {
    Some(cache_folder()?.join("initflow").join(concat!("explain-", env!("CARGO_PKG_VERSION"))))
}

fn page(folder: &Path, code: Code) -> Option<String> {
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(&code.markdown(), Options::ENABLE_TABLES));
    let text = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{code}</title>\n<style>{STYLE}</style>\n{body}"
    );
    let path = readable_copy(folder, &format!("{code}.html"), &text).ok()?;
    let path = path.to_str()?.replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!("file://{slash}{}", uri_path(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn a_page_is_written_once_and_its_address_has_no_spaces() {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("a b");
        let address = page(&place, Code::UnwrittenVolume).unwrap();
        assert!(
            address.starts_with("file:///") && address.ends_with("/a%20b/unwritten-volume.html"),
            "{address}"
        );
        let text = std::fs::read_to_string(place.join("unwritten-volume.html")).unwrap();
        assert!(
            text.contains("<h1>unwritten-volume</h1>")
                && text.contains("<pre><code class=\"language-initflow\">"),
            "{text}"
        );
        assert_eq!(page(&place, Code::UnwrittenVolume), Some(address));
        assert_eq!(page(&place.join("unwritten-volume.html"), Code::UnwrittenVolume), None);
    }
}
