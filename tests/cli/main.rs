//! Tests the command as a process: its exit status, what it prints, and what it writes.
#![allow(clippy::expect_used, clippy::panic)]

mod compile;
mod expectations;
mod fixes;
mod fmt;
mod folder;
mod hostile;
mod images;
mod import;
mod inputs;
mod manifests;
mod orphans;
mod outputs;
mod profiles;
mod project;
mod reports;
mod revisions;
mod root;
mod settings;
#[cfg(unix)]
mod status;
mod terminal;
mod verify;
mod watch;
mod with;

use folder::Folder;

const HELLO: &str = "pod hello {\n  app web { image \"nginx:1.27\" }\n}\n";
const BROKEN: &str = "pod hello {\n  app web { image \"nginx:1.27\"; stdin 5 }\n}\n";
const WITH_PARAM: &str = "param tag: string\npod hello {\n  app web { image \"nginx:#{tag}\" }\n}\n";
