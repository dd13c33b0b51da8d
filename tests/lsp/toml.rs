//! Tests the TOML documents of a project: they are checked as settings, never as sources.

use serde_json::{Value, json};

use crate::client::Client;
use crate::folder::Folder;
use crate::text::Encoding;

const TOO_NEW: &str = "deployment web {\n  app web { image \"nginx:1.29\" }\n  step s { image \"a:1\"; restartPolicy OnFailure }\n}\n";

fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().map(|found| found["code"].as_str().unwrap()).collect()
}

#[test]
fn settings_are_checked_and_fixed_as_settings() {
    let mut folder = Folder::new("toml-settings", Encoding::Utf16);
    let uri = folder.uri("initflow.toml");
    let text = "kubee = \"1.34\"\n[lints]\nwarnings = \"denny\"\n";
    folder.hold("initflow.toml", text);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&uri, 1, text);
    let found = client.diagnostics(&uri, 1);
    assert_eq!(codes(&found), ["unknown-setting", "unknown-value"], "{found:?}");
    let params = json!({
        "textDocument": { "uri": uri }, "range": found[0]["range"], "context": { "diagnostics": found },
    });
    let actions = client.request("textDocument/codeAction", params).unwrap();
    assert_eq!(actions[0]["title"], "Change to `kube`");
    assert_eq!(actions[0]["diagnostics"], json!([found[0]]));
    let edits = actions[0]["edit"]["changes"][&uri].as_array().unwrap();
    assert_eq!(folder.text(&uri).unwrap().edited(edits), text.replace("kubee", "kube"));
    client.change(&uri, 2, &[json!({ "text": "kube = \"1.34\"\n[lints\n" })]);
    assert_eq!(codes(&client.diagnostics(&uri, 2)), ["invalid-toml"]);
    let range = json!({ "start": { "line": 1, "character": 6 }, "end": { "line": 1, "character": 6 } });
    client.change(&uri, 3, &[json!({ "range": range, "text": "]" })]);
    assert_eq!(client.diagnostics(&uri, 3), Vec::<Value>::new());
    client.stop();
}

#[test]
fn settings_apply_as_the_editor_has_them() {
    let mut folder = Folder::new("toml-unsaved", Encoding::Utf16);
    folder.write("main.initflow", TOO_NEW);
    folder.write("initflow.toml", "");
    let (main, config) = (folder.uri("main.initflow"), folder.uri("initflow.toml"));
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&main, 1, TOO_NEW);
    assert_eq!(client.diagnostics(&main, 1), Vec::<Value>::new());
    client.open(&config, 1, "kube = \"1.33\"\n");
    client.until(&main, "what version 1.33 does not have", |found| codes(found) == ["field-too-new"]);
    client.change(&config, 2, &[json!({ "text": "kube = \"1.33\"\nnonsense = 1\n" })]);
    let found = client.diagnostics(&config, 2);
    assert_eq!(codes(&found), ["unknown-setting"], "each finding once");
    client.close(&config);
    client.until(&main, "the settings on disk again", <[_]>::is_empty);
    client.until(&config, "no findings in the file on disk", <[_]>::is_empty);
    client.stop();
}

#[test]
fn expectations_and_digests_are_checked() {
    let folder = Folder::new("toml-expectations", Encoding::Utf16);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    for (name, text, code) in [
        ("shop.test.toml", "[[case]]\nname = \"a\"\nfails = \"missing-imagee\"\n", "unknown-value"),
        ("shop.test.toml", "case = 1\n", "type-mismatch"),
        ("initflow.lock", "[images]\n\"a:1\" = \"sha256:0\"\n", "invalid-image"),
    ] {
        let uri = folder.uri(name);
        client.open(&uri, 1, text);
        assert_eq!(codes(&client.diagnostics(&uri, 1)), [code], "{text}");
        client.close(&uri);
        client.until(&uri, "no findings in a closed document", <[_]>::is_empty);
    }
    client.stop();
}

#[test]
fn documents_of_others_are_left_alone() {
    let folder = Folder::new("toml-others", Encoding::Utf16);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    for name in ["Cargo.toml", "deployment.yaml"] {
        let uri = folder.uri(name);
        client.open(&uri, 1, "[package]\nname = broken {\n");
        let document = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 1 } });
        for method in ["hover", "completion", "semanticTokens/full", "documentSymbol", "definition"] {
            assert_eq!(client.request(&format!("textDocument/{method}"), document.clone()), Ok(Value::Null));
        }
        assert!(client.request("initflow/preview", document).is_err());
        assert!(!client.published.contains_key(&uri), "{:?}", client.published);
    }
    client.stop();
}

#[test]
fn a_huge_document_is_answered_in_time() {
    let folder = Folder::new("toml-huge", Encoding::Utf16);
    let uri = folder.uri("initflow.toml");
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    for (version, text) in
        [(1, "[".repeat(900_000)), (2, "a = 1\n".repeat(1_000_000)), (3, "a.".repeat(400_000))]
    {
        if version == 1 {
            client.open(&uri, 1, &text);
        } else {
            client.change(&uri, version, &[json!({ "text": text })]);
        }
        client.diagnostics(&uri, version);
    }
    client.stop();
}
