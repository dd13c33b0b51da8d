//! Types the examples character by character: every request is answered at every step, and the diagnostics at the end are
//! those of a newly opened file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Client;
use crate::folder::Folder;
use crate::in_full;
use crate::text::{Encoding, Text};

/// The examples that are always typed; the others are typed only in the full run.
const QUICK: &[&str] = &["examples/platform/main.initflow", "examples/image-assets/main.initflow"];

/// All requests of an editor about a document, or a place in it.
pub(crate) const REQUESTS: &[&str] = &[
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/signatureHelp",
    "textDocument/documentHighlight",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/semanticTokens/full",
    "textDocument/inlayHint",
    "textDocument/documentLink",
    "textDocument/codeLens",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "initflow/preview",
    "initflow/plan",
];

/// The requests about a whole document.
pub(crate) const WHOLE: &[&str] = &[
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/semanticTokens/full",
    "textDocument/documentLink",
    "textDocument/codeLens",
    "initflow/preview",
    "initflow/plan",
];

/// The params of any of these requests, for a place in a document.
pub(crate) fn params(uri: &str, text: &Text, offset: usize) -> Value {
    let position = text.position(offset);
    json!({
        "textDocument": { "uri": uri },
        "position": position,
        "positions": [position],
        "range": text.range(offset..text.text.len()),
        "newName": "other",
        "ch": "\n",
        "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "isRetrigger": false },
        "options": { "tabSize": 2, "insertSpaces": true },
    })
}

fn examples() -> Vec<PathBuf> {
    let mut examples = Vec::new();
    for folder in fs::read_dir("examples").unwrap() {
        let folder = folder.unwrap().path();
        if folder.is_dir() {
            let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            examples.extend(files.filter(|file| file.extension().is_some_and(|kind| kind == "initflow")));
        }
    }
    examples.sort();
    examples
}

#[test]
fn every_prefix_of_every_example_is_answered() {
    for example in examples() {
        if in_full() || QUICK.iter().any(|quick| Path::new(quick) == example) {
            typed(&example);
        }
    }
}

/// Types an example, next to the files that it uses.
fn typed(example: &Path) {
    let encoding = Encoding::Utf16;
    let mut folder = Folder::new(&format!("typed-{}", example.to_str().unwrap().replace('/', "-")), encoding);
    for file in examples().iter().filter(|file| file.parent() == example.parent()) {
        folder.write(file.file_name().unwrap().to_str().unwrap(), &fs::read_to_string(file).unwrap());
    }
    let uri = folder.uri(example.file_name().unwrap().to_str().unwrap());
    let whole = fs::read_to_string(example).unwrap();
    let mut client = Client::start(encoding.name(), Some(&folder.uri("")));
    let mut text = Text::new("", encoding);
    let mut version = 1;
    client.open(&uri, version, "");
    let mut asked = Vec::new();
    for (at, character) in whole.char_indices() {
        version += 1;
        let change = text.replace(at..at, character.encode_utf8(&mut [0; 4]));
        client.change(&uri, version, &[change]);
        // The requests take turns, so within a few lines each is sent at every kind of place.
        let method = REQUESTS[at % REQUESTS.len()];
        asked.push((method, client.ask(method, params(&uri, &text, text.text.len()))));
        if asked.len() == 64 {
            answered(&mut client, &mut asked, &text);
        }
    }
    answered(&mut client, &mut asked, &text);
    let last = client.diagnostics(&uri, version);
    let ended = client.stop();
    assert_eq!(ended.published[&uri]["diagnostics"], json!(last), "published after the last");

    let mut fresh = Client::start(encoding.name(), Some(&folder.uri("")));
    fresh.open(&uri, 1, &whole);
    assert_eq!(last, fresh.diagnostics(&uri, 1), "{}", example.display());
    fresh.stop();
}

/// Waits for the answers. The only expected errors are that the text has changed since, and that there is nothing to
/// rename or to format.
fn answered(client: &mut Client, asked: &mut Vec<(&str, i64)>, text: &Text) {
    for (method, id) in asked.drain(..) {
        if let Err(error) = client.answer(id) {
            let code = error["code"].as_i64().unwrap();
            let expected =
                matches!(code, -32_803..=-32_801) || (method.ends_with("ename") && code == -32_602);
            assert!(expected, "{method}: {error}\nafter {:?}", text.text);
        }
    }
}
