//! Tests that an editor shows what the command line shows: with the settings of the project, its digests, the values of
//! its profile, and what surrounds the workloads.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::Client;
use crate::folder::Folder;
use crate::text::Encoding;

const SOURCE: &str = "param size: memory = 999Mi\npod shop {\n  serviceAccountName \"shopp\"\n  app web {\n    image \"nginx\"\n    memory size..64Mi\n    env { A configmap(\"settings\", \"b\") }\n  }\n}\n";
const SETTINGS: &str = "profile = \"dev\"\n[context]\nwith = [\"k8s\"]\ncomplete = true\n[profiles.dev]\nparams = [\"dev.params\"]\n";
const OBJECTS: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: shop }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { a: \"1\" }\n";

/// The names of the diagnostics with their lines, as the command line reports them.
fn checked(folder: &Folder) -> Vec<(String, u64)> {
    let output = Command::new(env!("CARGO_BIN_EXE_initflow"))
        .args(["check", "--format", "json", "main.initflow"])
        .current_dir(&folder.path)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["diagnostics"].as_array().unwrap();
    let mut found: Vec<_> = found
        .iter()
        .filter(|found| found["place"]["path"] == "main.initflow")
        .map(|found| {
            (found["name"].as_str().unwrap().to_owned(), found["place"]["start"]["line"].as_u64().unwrap())
        })
        .collect();
    found.sort();
    found
}

fn named(found: &[Value]) -> Vec<(String, u64)> {
    let line = |found: &Value| found["range"]["start"]["line"].as_u64().unwrap() + 1;
    let mut named: Vec<_> =
        found.iter().map(|found| (found["code"].as_str().unwrap().to_owned(), line(found))).collect();
    named.sort();
    named
}

#[test]
fn an_editor_shows_what_check_shows() {
    let mut folder = Folder::new("project", Encoding::Utf16);
    for (name, text) in [
        ("main.initflow", SOURCE),
        ("initflow.toml", SETTINGS),
        ("dev.params", "size 32Mi\n"),
        ("k8s/objects.yaml", OBJECTS),
    ] {
        folder.write(name, text);
    }
    let main = folder.uri("main.initflow");
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&main, 1, SOURCE);
    let found = client.diagnostics(&main, 1);
    // Without the value of the profile, the request would be above the limit.
    assert_eq!(named(&found), checked(&folder));
    let codes: Vec<&str> = found.iter().map(|found| found["code"].as_str().unwrap()).collect();
    for code in ["missing-object", "unknown-key", "unpinned-image"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    let lead = found.iter().flat_map(|found| found["relatedInformation"].as_array().into_iter().flatten());
    let objects = folder.uri("k8s/objects.yaml");
    assert!(lead.map(|lead| &lead["location"]["uri"]).any(|uri| *uri == *objects), "{found:?}");

    // Each of these takes one finding away, after the editor has told of the change, or with the next key.
    let mut version = 1;
    for (name, text, gone) in [
        ("k8s/objects.yaml", OBJECTS.replace("name: shop }", "name: shopp }"), "missing-object"),
        ("k8s/more.yaml", OBJECTS.replace("{ a:", "{ b:").replace("shop", "other"), "unknown-key"),
        ("initflow.lock", format!("[images]\n\"nginx\" = \"sha256:{}\"\n", "0".repeat(64)), "unpinned-image"),
    ] {
        folder.write(name, &text);
        version += 1;
        client.change(&main, version, &[json!({ "text": SOURCE })]);
        let found = client.diagnostics(&main, version);
        assert_eq!(named(&found), checked(&folder), "{name}");
        assert!(found.iter().all(|found| found["code"] != gone), "{name}: {found:?}");
    }
    client.stop();
}

#[test]
fn what_settings_name_and_cannot_be_used_is_shown_in_them() {
    let mut folder = Folder::new("project-broken", Encoding::Utf16);
    folder.write("main.initflow", SOURCE);
    folder.write("initflow.toml", SETTINGS);
    folder.write("k8s/broken.yaml", "kind: [\n");
    let (main, settings) = (folder.uri("main.initflow"), folder.uri("initflow.toml"));
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&main, 1, SOURCE);
    client.until(&settings, "the missing file", |found| {
        found.len() == 1 && found[0]["code"] == "unreadable-file" && found[0]["range"]["start"]["line"] == 5
    });
    client.until(&folder.uri("k8s/broken.yaml"), "what is wrong in a manifest", |found| !found.is_empty());
    client.close(&main);
    client.until(&settings, "nothing open", <[_]>::is_empty);
    // The settings themselves say the same.
    client.open(&settings, 1, SETTINGS);
    assert_eq!(client.diagnostics(&settings, 1).len(), 1);
    client.change(&settings, 2, &[json!({ "text": SETTINGS.replace("k8s", "nowhere") })]);
    assert_eq!(client.diagnostics(&settings, 2).len(), 2);
    client.stop();
}
