//! Tests that the sources of a project are checked that are not open.

use serde_json::json;

use crate::client::Client;
use crate::folder::Folder;
use crate::text::Encoding;

const LIBRARY: &str = "template app web() { image \"nginx:1.29\" }\n";
const USER: &str = "use \"lib.initflow\"\ndeployment web { app web from lib.web() }\n";

fn project(name: &str) -> Folder {
    let mut folder = Folder::new(name, Encoding::Utf16);
    for (name, text) in [("lib.initflow", LIBRARY), ("user.initflow", USER), ("broken.initflow", "nothing {")]
    {
        folder.write(name, text);
    }
    folder
}

#[test]
fn sources_of_a_project_are_checked_after_each_change_of_what_they_use() {
    let mut folder = project("unopened");
    folder.write("initflow.toml", "");
    let [library, user, broken] =
        ["lib", "user", "broken"].map(|name| folder.uri(&format!("{name}.initflow")));
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.until(&broken, "an error in a closed file", |found| !found.is_empty());
    client.open(&library, 1, LIBRARY);
    client.change(&library, 2, &[json!({ "text": LIBRARY.replace("web()", "other()") })]);
    client.until(&user, "an error in a closed user", |found| !found.is_empty());
    client.change(&library, 3, &[json!({ "text": LIBRARY })]);
    client.until(&user, "no error any more", <[_]>::is_empty);
    // What the editor has wins over what is on disk, and the other way round after closing.
    client.open(&broken, 1, "pod a { app b { image \"c:1\" } }\n");
    client.until(&broken, "no error in the editor", <[_]>::is_empty);
    client.close(&broken);
    client.until(&broken, "the error on disk", |found| !found.is_empty());
    folder.remove("broken.initflow");
    let gone = json!({ "changes": [{ "uri": broken, "type": 3 }] });
    client.notify("workspace/didChangeWatchedFiles", gone);
    client.until(&broken, "nothing of a file that is gone", <[_]>::is_empty);
    client.stop();
}

#[test]
fn only_projects_are_checked_and_only_if_the_user_wants_it() {
    let mut folder = project("unopened-not");
    let (user, broken) = (folder.uri("user.initflow"), folder.uri("broken.initflow"));
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.open(&user, 1, USER);
    client.diagnostics(&user, 1);
    assert!(!client.stop().published.contains_key(&broken));
    folder.write("initflow.toml", "");
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    client.until(&broken, "an error in a closed file", |found| !found.is_empty());
    let settings = json!({ "settings": { "initflow": { "checkProject": false } } });
    client.notify("workspace/didChangeConfiguration", settings);
    client.until(&broken, "nothing of closed files", <[_]>::is_empty);
    client.stop();
}
