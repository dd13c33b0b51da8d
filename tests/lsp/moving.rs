//! Tests that files which get other paths keep their users.

use serde_json::{Value, json};

use crate::client::{Client, edits_by_file};
use crate::folder::Folder;
use crate::text::Encoding;

#[test]
fn every_use_follows_a_renamed_file_or_folder() {
    let mut folder = Folder::new("moving", Encoding::Utf16);
    folder.write("main.initflow", "use \"parts/lib.initflow\"\npod a { app b from lib.web() }\n");
    folder.write("parts/lib.initflow", "use \"../base.initflow\"\ntemplate app web() { image base.image }\n");
    folder.write("base.initflow", "let image = \"nginx:1.29\"\n");
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    assert!(client.capabilities["workspace"]["fileOperations"]["willRename"]["filters"].is_array());
    for (from, to, changed) in [
        (
            "parts/lib.initflow",
            "web.initflow",
            vec![
                ("main.initflow", "use \"web.initflow\" as lib\n"),
                ("parts/lib.initflow", "use \"base.initflow\"\n"),
            ],
        ),
        (
            "parts",
            "more/parts",
            vec![
                ("main.initflow", "use \"more/parts/lib.initflow\"\n"),
                ("parts/lib.initflow", "use \"../../base.initflow\"\n"),
            ],
        ),
    ] {
        let params = json!({ "files": [{ "oldUri": folder.uri(from), "newUri": folder.uri(to) }] });
        let edit = client.request("workspace/willRenameFiles", params).unwrap();
        let changes = edits_by_file(&edit);
        assert_eq!(changes.len(), changed.len(), "{edit}");
        for (name, line) in changed {
            let uri = folder.uri(name);
            let text = folder.text(&uri).unwrap().edited(&changes[&uri]);
            assert!(text.starts_with(line), "{text}");
        }
    }
    for files in [json!([]), json!([{ "oldUri": "nonsense", "newUri": "" }])] {
        assert_eq!(client.request("workspace/willRenameFiles", json!({ "files": files })), Ok(Value::Null));
    }
    client.stop();
}
