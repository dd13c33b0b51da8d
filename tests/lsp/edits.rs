//! Tests random edits: after each, the text of the server is the text of the editor.

use std::ops::Range;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::client::Client;
use crate::folder::Folder;
use crate::in_full;
use crate::text::{Encoding, Text};
use crate::typing::params;

/// Texts that are typed or pasted: words of the language, and characters that are hard to count.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\r\r\n",
    " ",
    "  ",
    "{",
    "}",
    "\"",
    "é",
    "ß",
    "日本",
    "𝒳",
    "👩‍👩‍👧",
    "\u{feff}",
    "\u{301}",
    "\u{2028}",
    "\t",
    "#",
    "# comment\n",
    "app web {\n",
    "step a { image \"a:1\" }\n",
    "use \"std\"\n",
    "volume data\n",
    "after db",
    "#{tag}",
    "\"\"\"",
    "''",
    ";",
    "\\",
    "deployment ünï {\n",
    "100m..1",
    "\0",
];

/// Requests whose answers depend on the whole text and have places in it.
const COMPARED: &[&str] = &[
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "initflow/preview",
];

#[test]
fn random_edits_leave_the_text_of_the_editor() {
    let seeds = if in_full() { 40 } else { 4 };
    for encoding in [Encoding::Utf16, Encoding::Utf8] {
        for seed in 0..seeds {
            edited(seed, encoding);
        }
    }
}

fn edited(seed: u64, encoding: Encoding) {
    let mut rng = Rng::with_seed(seed);
    let folder = Folder::new(&format!("edits-{}-{seed}", encoding.name()), encoding);
    let mut client = Client::start(encoding.name(), Some(&folder.uri("")));
    assert_eq!(client.capabilities["positionEncoding"], encoding.name());
    let uri = folder.uri("main.initflow");
    let mut text = Text::new(include_str!("../../examples/django/main.initflow"), encoding);
    if seed % 2 == 1 {
        text.text = text.text.replace('\n', "\r\n");
    }
    client.open(&uri, 0, &text.text);
    let mut version = 0;
    let mut colors = Colors::default();
    for round in 0..8 {
        for _ in 0..rng.usize(1..12) {
            version += 1;
            let changes: Vec<Value> = (0..rng.usize(1..4)).map(|_| change(&mut rng, &mut text)).collect();
            client.change(&uri, version, &changes);
        }
        let what = format!("seed {seed}, {}, round {round}", encoding.name());
        compare(&mut client, &folder, (&uri, version), &text, &what);
        colors.follow(&mut client, &uri, &text, &what);
    }
    client.stop();
}

/// The semantic tokens as an editor keeps them: updated by the changes since the last request.
#[derive(Default)]
struct Colors {
    id: String,
    data: Vec<Value>,
}

impl Colors {
    fn follow(&mut self, client: &mut Client, uri: &str, text: &Text, what: &str) {
        let mut asked = params(uri, text, 0);
        asked["previousResultId"] = json!(self.id);
        let told = client.request("textDocument/semanticTokens/full/delta", asked.clone()).unwrap();
        match told["edits"].as_array() {
            None => self.data.clone_from(told["data"].as_array().unwrap()),
            Some(edits) => {
                for edit in edits {
                    let number = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
                    let (start, end) = (number("start"), number("start") + number("deleteCount"));
                    self.data.splice(start..end, edit["data"].as_array().unwrap().clone());
                }
            }
        }
        assert!(self.id.is_empty() || told["edits"].is_array(), "{what}: expected changes, found all tokens");
        let whole = client.request("textDocument/semanticTokens/full", asked).unwrap();
        assert_eq!(json!(self.data), whole["data"], "{what}");
        whole["resultId"].as_str().unwrap().clone_into(&mut self.id);
    }
}

/// Changes the text somewhere, and gives the change.
fn change(rng: &mut Rng, text: &mut Text) -> Value {
    if rng.usize(..40) == 0 {
        text.text = (0..rng.usize(..30)).map(|_| PIECES[rng.usize(..PIECES.len())]).collect();
        return json!({ "text": text.text });
    }
    let start = place(rng, &text.text);
    let range = if rng.bool() { start..start } else { start..end(rng, &text.text, start) };
    let with: String = (0..rng.usize(..3)).map(|_| PIECES[rng.usize(..PIECES.len())]).collect();
    text.replace(between_line_ends(&text.text, range), &with)
}

fn place(rng: &mut Rng, text: &str) -> usize {
    let mut at = rng.usize(..=text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn end(rng: &mut Rng, text: &str, start: usize) -> usize {
    let mut at = (start + rng.usize(..20)).min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// An editor does not have a position between `\r` and `\n`.
fn between_line_ends(text: &str, range: Range<usize>) -> Range<usize> {
    let moved =
        |at: usize| if text[..at].ends_with('\r') && text[at..].starts_with('\n') { at + 1 } else { at };
    moved(range.start)..moved(range.end)
}

/// Checks that the answers about the document are those about a new document with the editor's text.
fn compare(client: &mut Client, folder: &Folder, (uri, version): (&str, i64), text: &Text, what: &str) {
    let other = folder.uri("other.initflow");
    client.open(&other, version, &text.text);
    let alike = |client: &mut Client, uri: &str| {
        let mut answers = vec![json!(client.diagnostics(uri, version))];
        for method in COMPARED {
            answers.push(
                client.request(method, params(uri, text, 0)).unwrap_or_else(|error| error["message"].clone()),
            );
        }
        json!(answers).to_string().replace("other.initflow", "main.initflow")
    };
    let (edited, opened) = (alike(client, uri), alike(client, &other));
    assert!(edited == opened, "{what}: {:?}\nedited: {edited}\nopened: {opened}", text.text);
    client.close(&other);
    client.until(&other, "the diagnostics of a closed document", <[_]>::is_empty);
    client.published.remove(&other);
}
