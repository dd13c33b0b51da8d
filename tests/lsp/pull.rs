//! Tests an editor that asks for diagnostics itself.

use serde_json::{Value, json};

use crate::client::{Client, initialize};
use crate::folder::Folder;
use crate::text::Encoding;

#[test]
fn an_editor_asks_for_the_diagnostics_of_a_document_and_of_all() {
    let mut folder = Folder::new("pull", Encoding::Utf16);
    folder.write("initflow.toml", "kubee = 1\n");
    folder.write("closed.initflow", "nothing {");
    folder.write("main.initflow", "deployment {");
    let uris = ["main.initflow", "closed.initflow", "initflow.toml"].map(|name| folder.uri(name));
    let mut params = initialize("utf-16", Some(&folder.uri("")));
    params["initializationOptions"]["pullDiagnostics"] = json!(true);
    let mut client = Client::spawn();
    let introduced = client.request("initialize", params).unwrap();
    assert_eq!(introduced["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.notify("initialized", json!({}));
    client.open(&uris[0], 3, "deployment {");
    let asked = json!({ "textDocument": { "uri": uris[0] } });
    let report = client.request("textDocument/diagnostic", asked.clone()).unwrap();
    assert_eq!((&report["kind"], report["items"].as_array().unwrap().is_empty()), (&json!("full"), false));
    let mut again = asked.clone();
    again["previousResultId"] = report["resultId"].clone();
    assert_eq!(client.request("textDocument/diagnostic", again.clone()).unwrap()["kind"], "unchanged");
    let text = "pod a { app b { image \"c:1\" } }\n";
    client.change(&uris[0], 4, &[json!({ "text": text })]);
    let report = client.request("textDocument/diagnostic", again).unwrap();
    assert_eq!(report["items"], json!([]));
    assert!(
        client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uris[1] } })).is_err()
    );

    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let of = |all: &Value, uri: &str| {
        all["items"].as_array().unwrap().iter().find(|item| item["uri"] == uri).cloned()
    };
    assert_eq!(of(&all, &uris[0]).unwrap()["version"], 4);
    for uri in &uris[1..] {
        let item = of(&all, uri).unwrap();
        assert!(!item["items"].as_array().unwrap().is_empty() && item["version"].is_null(), "{item}");
    }
    // A file that is gone has no diagnostics; the others did not change.
    let known: Vec<Value> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!({ "uri": item["uri"], "value": item["resultId"] }))
        .collect();
    folder.remove("closed.initflow");
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uris[1], "type": 3 }] }));
    let all = client.request("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    assert_eq!(of(&all, &uris[1]).unwrap()["items"], json!([]));
    assert_eq!(of(&all, &uris[2]).unwrap()["kind"], "unchanged");
    let ended = client.stop();
    assert!(ended.published.is_empty(), "{:?}", ended.published);
}
