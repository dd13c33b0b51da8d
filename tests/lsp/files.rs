//! Tests several files: used files have the content that they have in the editor, and diagnostics follow each change.

use serde_json::json;

use crate::client::Client;
use crate::folder::Folder;
use crate::text::Encoding;

const USER: &str = "use \"lib.initflow\"\n\ndeployment web {\n  app web from lib.app()\n}\n";
const LIBRARY: &str = "template app app(image: string = \"nginx:1.29\") {\n  image image\n}\n";

/// A program that uses a file, open in an editor.
fn opened(name: &str) -> (Folder, Client) {
    let mut folder = Folder::new(name, Encoding::Utf16);
    folder.write("main.initflow", USER);
    folder.write("lib.initflow", LIBRARY);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&folder.uri("main.initflow"), 1, USER);
    (folder, client)
}

fn changed(client: &mut Client, uri: &str, kind: u8) {
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": kind }] }));
}

#[test]
fn an_unsaved_buffer_of_a_used_file_is_used() {
    let (folder, mut client) = opened("unsaved");
    let (main, library) = (folder.uri("main.initflow"), folder.uri("lib.initflow"));
    assert_eq!(client.diagnostics(&main, 1), Vec::<serde_json::Value>::new());
    client.open(&library, 1, &LIBRARY.replace("template app app", "template other"));
    client.until(&main, "an error about what is used", |found| !found.is_empty());
    client.change(&library, 2, &[json!({ "text": LIBRARY })]);
    client.until(&main, "no error any more", <[_]>::is_empty);
    client.change(&library, 3, &[json!({ "text": "template" })]);
    client.until(&main, "an error again", |found| !found.is_empty());
    // After the editor has closed the file, its content on disk is used again.
    client.close(&library);
    client.until(&main, "no error any more", <[_]>::is_empty);
    client.stop();
}

#[test]
fn changes_on_disk_are_noticed() {
    let (mut folder, mut client) = opened("watched");
    let (main, library) = (folder.uri("main.initflow"), folder.uri("lib.initflow"));
    assert_eq!(client.diagnostics(&main, 1), Vec::<serde_json::Value>::new());
    folder.write("lib.initflow", &LIBRARY.replace("template app app", "template other"));
    changed(&mut client, &library, 2);
    client.until(&main, "an error about what is used", |found| !found.is_empty());
    folder.write("lib.initflow", LIBRARY);
    changed(&mut client, &library, 2);
    client.until(&main, "no error any more", <[_]>::is_empty);
    folder.remove("lib.initflow");
    changed(&mut client, &library, 3);
    client.until(&main, "an error about the file that is gone", |found| !found.is_empty());
    folder.write("lib.initflow", LIBRARY);
    changed(&mut client, &library, 1);
    client.until(&main, "no error any more", <[_]>::is_empty);
    client.stop();
}

#[test]
fn errors_in_settings_are_shown_in_the_settings_file() {
    let (mut folder, mut client) = opened("settings");
    folder.write("initflow.toml", "[kubernetes]\nvertion = \"1.34\"\n");
    let settings = folder.uri("initflow.toml");
    changed(&mut client, &settings, 1);
    client.until(&settings, "an error in the settings", |found| !found.is_empty());
    folder.remove("initflow.toml");
    changed(&mut client, &settings, 3);
    client.until(&settings, "no error any more", <[_]>::is_empty);
    client.stop();
}

#[test]
fn an_open_file_may_be_deleted_on_disk() {
    let (mut folder, mut client) = opened("vanished");
    let (main, library) = (folder.uri("main.initflow"), folder.uri("lib.initflow"));
    client.open(&library, 1, LIBRARY);
    for name in ["main.initflow", "lib.initflow"] {
        folder.remove(name);
        let uri = folder.uri(name);
        changed(&mut client, &uri, 3);
    }
    // Both are open, so both have the content that they have in the editor.
    client.change(&main, 2, &[json!({ "text": USER })]);
    assert_eq!(client.diagnostics(&main, 2), Vec::<serde_json::Value>::new());
    client.close(&library);
    client.until(&main, "an error about the file that is gone", |found| !found.is_empty());
    client.stop();
}

#[test]
fn a_closed_document_has_no_diagnostics() {
    let (folder, mut client) = opened("closed");
    let main = folder.uri("main.initflow");
    client.change(&main, 2, &[json!({ "text": "nothing right {" })]);
    assert!(!client.diagnostics(&main, 2).is_empty());
    client.close(&main);
    client.until(&main, "no diagnostics of a closed document", <[_]>::is_empty);
    let ended = client.stop();
    assert_eq!(ended.published[&main]["diagnostics"], json!([]));
}

#[test]
fn settings_apply_as_soon_as_they_change() {
    const TOO_NEW: &str = "deployment web {\n  app web { image \"nginx:1.29\" }\n  step s { image \"a:1\"; restartPolicy OnFailure }\n}\n";
    let mut folder = Folder::new("changed-settings", Encoding::Utf16);
    let (main, config) = (folder.uri("main.initflow"), folder.uri("initflow.toml"));
    folder.write("main.initflow", TOO_NEW);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&main, 1, TOO_NEW);
    assert_eq!(client.diagnostics(&main, 1), Vec::<serde_json::Value>::new());
    let too_new = |found: &[serde_json::Value]| found.iter().any(|found| found["code"] == "field-too-new");
    folder.write("initflow.toml", "kube = \"1.33\"\n");
    changed(&mut client, &config, 1);
    client.until(&main, "what version 1.33 does not have", too_new);
    // The author's settings take precedence over the file.
    for (version, old) in [("1.37", false), ("1.33", true), ("1.37", false), ("nonsense", true)] {
        let settings = json!({ "settings": { "initflow": { "kube": version } } });
        client.notify("workspace/didChangeConfiguration", settings);
        client.until(&main, &format!("the diagnostics for {version}"), |found| too_new(found) == old);
    }
    folder.remove("initflow.toml");
    changed(&mut client, &config, 3);
    client.until(&main, "the newest version", |found| !too_new(found));
    client.stop();
}

#[test]
fn a_file_that_is_not_on_disk_is_a_document_too() {
    let folder = Folder::new("new", Encoding::Utf16);
    let mut client = Client::start("utf-16", None);
    for uri in [folder.uri("nö such/new file.initflow"), "untitled:Untitled-1".to_owned()] {
        client.open(&uri, 7, "deployment {");
        assert!(!client.diagnostics(&uri, 7).is_empty());
        client.change(
            &uri,
            8,
            &[json!({ "text": "deployment web {\n  app web { image \"nginx:1.29\" }\n}\n" })],
        );
        let found = client.diagnostics(&uri, 8);
        assert!(found.iter().all(|found| found["severity"] != 1), "{found:?}");
        client.close(&uri);
    }
    client.stop();
}

#[test]
fn the_diagnostics_of_the_last_of_many_changes_are_published() {
    let (folder, mut client) = opened("hurried");
    let main = folder.uri("main.initflow");
    for version in 2..200 {
        let text = if version % 2 == 0 { "deployment {" } else { USER };
        client.change(&main, version, &[json!({ "text": text })]);
    }
    assert_eq!(client.diagnostics(&main, 199), Vec::<serde_json::Value>::new());
    let ended = client.stop();
    assert_eq!(ended.published[&main]["version"], 199);
    assert_eq!(ended.published[&main]["diagnostics"], json!([]));
}

#[test]
fn a_file_outside_the_root_is_not_read() {
    let mut folder = Folder::new("root", Encoding::Utf16);
    folder.write("lib.initflow", LIBRARY);
    folder.write("clone/.git/HEAD", "");
    folder.write("clone/apps/main.initflow", &USER.replace("lib.init", "../../lib.init"));
    folder.write("clone/apps/inside.initflow", &USER.replace("lib.init", "../lib.init"));
    folder.write("clone/lib.initflow", LIBRARY);
    let mut client = Client::start("utf-16", Some(&folder.uri("clone/apps")));
    for (name, refused) in [("main", true), ("inside", false)] {
        let name = format!("clone/apps/{name}.initflow");
        let (uri, text) = (folder.uri(&name), folder.files[&name].text.clone());
        client.open(&uri, 1, &text);
        let found = client.diagnostics(&uri, 1);
        let said = found.first().and_then(|found| found["message"].as_str());
        assert_eq!(said.is_some_and(|said| said.contains("outside the root")), refused, "{found:?}");
        assert_eq!(found.is_empty(), !refused, "{found:?}");
    }
    client.stop();
}
