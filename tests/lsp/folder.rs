//! Manages a folder with sources, on disk and in the editor.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::text::{Encoding, Text};

/// The folder of a test, and the contents of its files in the editor.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) files: BTreeMap<String, Text>,
    encoding: Encoding,
}

impl Folder {
    /// An empty folder; files from an earlier run are removed.
    pub(crate) fn new(name: &str, encoding: Encoding) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp").join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Folder { path: path.canonicalize().unwrap(), files: BTreeMap::new(), encoding }
    }

    pub(crate) fn write(&mut self, name: &str, text: &str) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.hold(name, text);
    }

    /// Adds a text that only the editor has.
    pub(crate) fn hold(&mut self, name: &str, text: &str) {
        self.files.insert(name.to_owned(), Text::new(text, self.encoding));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        fs::remove_file(self.path.join(name)).unwrap();
        self.files.remove(name);
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        let path = self.path.join(name);
        let mut uri = "file://".to_owned();
        for byte in path.to_str().unwrap().bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                    uri.push(char::from(byte));
                }
                _ => uri.push_str(&format!("%{byte:02X}")),
            }
        }
        uri.trim_end_matches('/').to_owned()
    }

    /// The name of a file in the folder; for any other file, its URI.
    pub(crate) fn name<'a>(&self, uri: &'a str) -> &'a str {
        uri.strip_prefix(&self.uri("")).map_or(uri, |name| name.trim_start_matches('/'))
    }

    /// The text of the file with a URI.
    pub(crate) fn text(&self, uri: &str) -> Option<&Text> {
        self.files.get(self.name(uri))
    }
}
