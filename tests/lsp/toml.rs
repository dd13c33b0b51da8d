//! Tests the TOML documents of a project: they are checked as settings, never as sources.

use serde_json::{Value, json};

use crate::client::{Client, edits_by_file};
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
    let edits = &edits_by_file(&actions[0]["edit"])[&uri];
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
fn manifests_are_checked_if_the_user_wants_it() {
    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n  - name: web\n    imagee: nginx:1.29\n";
    let mut folder = Folder::new("manifests", Encoding::Utf16);
    folder.write("chart/Chart.yaml", "name: a\n");
    folder.hold("pod.yaml", POD);
    let [pod, values, template] =
        ["pod.yaml", "config.yaml", "chart/templates/pod.yaml"].map(|name| folder.uri(name));
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    for uri in [&pod, &template] {
        client.open(uri, 1, POD);
    }
    client.open(&values, 1, "a: [\n");
    let settings = |check: bool| json!({ "settings": { "initflow": { "checkManifests": check } } });
    client.notify("workspace/didChangeConfiguration", settings(true));
    let found = client.diagnostics(&pod, 1);
    assert_eq!(codes(&found)[0], "unknown-statement", "{found:?}");
    assert_eq!(found[0]["range"]["start"], json!({ "line": 6, "character": 4 }));
    let params = json!({
        "textDocument": { "uri": pod }, "range": found[0]["range"], "context": { "diagnostics": found },
    });
    let actions = client.request("textDocument/codeAction", params).unwrap();
    let edits = &edits_by_file(&actions[0]["edit"])[&pod];
    assert_eq!(folder.text(&pod).unwrap().edited(edits), POD.replace("imagee", "image"));
    for uri in [&values, &template] {
        assert_eq!(client.diagnostics(uri, 1), Vec::<Value>::new());
    }
    client.notify("workspace/didChangeConfiguration", settings(false));
    client.until(&pod, "no findings any more", <[_]>::is_empty);
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

/// The labels of the completions at the `$` of a text, and the description of what is there.
fn asked(client: &mut Client, folder: &mut Folder, name: &str, text: &str) -> (Vec<String>, String) {
    let offset = text.find('$').unwrap();
    let text = text.replace('$', "");
    folder.hold(name, &text);
    let uri = folder.uri(name);
    client.open(&uri, 1, &text);
    let position = folder.text(&uri).unwrap().position(offset);
    let params = json!({ "textDocument": { "uri": uri }, "position": position });
    let items = client.request("textDocument/completion", params.clone()).unwrap();
    let labels = items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned());
    let hover = client.request("textDocument/hover", params).unwrap();
    let hover = hover["contents"]["value"].as_str().unwrap_or_default().to_owned();
    let answer = (labels.collect(), hover);
    client.close(&uri);
    answer
}

#[test]
fn settings_are_completed_and_explained() {
    let mut folder = Folder::new("toml-completion", Encoding::Utf16);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    for (name, text, some, meaning) in [
        ("initflow.toml", "ku$be = \"1.34\"\n", "registry", "the version of Kubernetes"),
        ("initflow.toml", "kube = \"$\"\n", "1.34", ""),
        ("initflow.toml", "kube = $\n", "\"1.34\"", ""),
        ("initflow.toml", "[con$text]\n", "lints", "what surrounds the workloads"),
        ("initflow.toml", "[context]\nme$sh = \"istio\"\n", "complete", "service mesh"),
        ("initflow.toml", "[context]\ncomplete = $", "true", ""),
        ("initflow.toml", "[lints]\nunpinned-im$age = \"deny\"\n", "warnings", "An image has no tag"),
        ("initflow.toml", "[lints]\nunpinned-image = \"de$\"\n", "deny", ""),
        ("initflow.toml", "[profiles.dev]\npara$ms = []\n", "set", "files with the values of params"),
        ("a.test.toml", "[[case]]\nsnap$shot = 1\n", "order", "a file with the YAML"),
        ("a.test.toml", "[[case]]\nwarns = [\"a\", \"$\"]\n", "unpinned-image", ""),
        ("a.test.toml", "[[case]]\nfails = \"$", "missing-image", ""),
    ] {
        let (labels, hover) = asked(&mut client, &mut folder, name, text);
        assert!(labels.iter().any(|label| label == some), "{text}: {labels:?}");
        assert!(hover.contains(meaning) && hover.is_empty() == meaning.is_empty(), "{text}: {hover:?}");
    }
    for text in ["# ku$be\n", "[context]\nwith = [\"$\"]\n", "[nonsense]\n$\n", "a = '''\n$\n'''\n"] {
        assert_eq!(
            asked(&mut client, &mut folder, "initflow.toml", text),
            (Vec::new(), String::new()),
            "{text}"
        );
    }
    client.stop();
}
