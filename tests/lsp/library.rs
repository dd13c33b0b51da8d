//! Tests that an editor can show the library that comes with the compiler.

use std::fs;

use serde_json::{Value, json};

use crate::client::{Client, initialize};
use crate::folder::Folder;
use crate::text::{Encoding, Text};

const SOURCE: &str = "use \"std\"\npod shop {\n  sidecar proxy from std.cloud_sql_proxy(instance: \"a:b:c\")\n  app web { image \"nginx:1.29\" }\n}\n";

/// Opens [`SOURCE`] in an editor that may be able to show documents that only the server has.
fn opened(name: &str, shows_content: bool) -> (Folder, Client, String) {
    let mut folder = Folder::new(name, Encoding::Utf16);
    folder.write("main.initflow", SOURCE);
    let mut params = initialize("utf-16", Some(&folder.uri("")));
    if !shows_content {
        params["capabilities"]["workspace"].as_object_mut().unwrap().remove("textDocumentContent");
    }
    let mut client = Client::spawn();
    client.capabilities = client.request("initialize", params).unwrap()["capabilities"].clone();
    client.notify("initialized", json!({}));
    let uri = folder.uri("main.initflow");
    client.open(&uri, 1, SOURCE);
    (folder, client, uri)
}

/// Where the editor is led from the name of a template and from the name of the library.
fn definitions(client: &mut Client, uri: &str) -> [Value; 2] {
    [(2, 30), (0, 6)].map(|(line, character)| {
        let position = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": uri }, "position": position });
        client.request("textDocument/definition", params).unwrap()
    })
}

#[test]
fn the_library_is_a_document_of_the_server() {
    let (_folder, mut client, main) = opened("library-content", true);
    assert_eq!(client.capabilities["workspace"]["textDocumentContent"], json!({ "schemes": ["initflow"] }));
    let [template, whole] = definitions(&mut client, &main);
    let uri = template["uri"].as_str().unwrap().to_owned();
    assert_eq!((uri.as_str(), &whole["uri"]), ("initflow:/std.initflow", &template["uri"]));
    let content = client.request("workspace/textDocumentContent", json!({ "uri": uri })).unwrap();
    let text = content["text"].as_str().unwrap().to_owned();
    let shown = Text::new(&text, Encoding::Utf16);
    assert_eq!(&text[shown.span(&template["range"])], "cloud_sql_proxy");
    // An editor opens the document like any other.
    client.open(&uri, 1, &text);
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());
    let tokens =
        client.request("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri } }));
    assert!(!tokens.unwrap()["data"].as_array().unwrap().is_empty());
    for params in [json!({ "uri": "initflow:/other.initflow" }), json!({})] {
        assert!(client.request("workspace/textDocumentContent", params).is_err());
    }
    client.stop();
}

#[test]
fn the_library_is_a_file_for_other_editors() {
    let (_folder, mut client, main) = opened("library-file", false);
    assert_eq!(client.capabilities["workspace"]["textDocumentContent"], Value::Null);
    let [template, whole] = definitions(&mut client, &main);
    assert_eq!(whole["uri"], template["uri"]);
    let path = template["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(&text[Text::new(&text, Encoding::Utf16).span(&template["range"])], "cloud_sql_proxy");
    assert!(fs::metadata(path).unwrap().permissions().readonly());
    client.stop();
}

#[test]
fn a_place_in_the_library_is_related_information() {
    let (_folder, mut client, main) = opened("library-related", true);
    client.change(&main, 2, &[json!({ "text": SOURCE.replace("instance: \"a:b:c\"", "instances: 1") })]);
    let found = client.diagnostics(&main, 2);
    let related: Vec<&Value> = found
        .iter()
        .flat_map(|found| found["relatedInformation"].as_array().into_iter().flatten())
        .filter(|related| related["location"]["uri"] == "initflow:/std.initflow")
        .collect();
    assert!(!related.is_empty(), "{found:?}");
    client.stop();
}
