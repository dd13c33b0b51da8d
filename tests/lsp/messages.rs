//! Tests messages in any order and of any form: each request has an answer, or the server ends with a reason; it never
//! panics, and never stays silent.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::client::{Client, initialize};
use crate::folder::Folder;
use crate::in_full;
use crate::text::{Encoding, Text};
use crate::typing::{REQUESTS, WHOLE, params};

const TEXT: &str = "deployment web {\n  app web { image \"nginx:1.29\" }\n}\n";

const INVALID_REQUEST: i64 = -32_600;
const METHOD_NOT_FOUND: i64 = -32_601;
const NOT_INITIALIZED: i64 = -32_002;

fn code(answer: Result<Value, Value>) -> Option<i64> {
    answer.err().and_then(|error| error["code"].as_i64())
}

#[test]
fn a_request_before_initialize_is_refused() {
    let mut client = Client::spawn();
    let asked = client.request("textDocument/hover", json!({}));
    assert_eq!(code(asked), Some(NOT_INITIALIZED));
    assert!(client.request("initialize", initialize("utf-16", None)).is_ok());
    client.notify("initialized", json!({}));
    client.stop();
}

#[test]
fn an_initialize_that_cannot_be_read_is_refused() {
    for params in [json!(5), json!({ "capabilities": 1 }), Value::Null] {
        let mut client = Client::spawn();
        assert!(client.request("initialize", params).is_err());
        client.notify("exit", Value::Null);
        assert!(client.end().status.code().is_some_and(|code| code > 0));
    }
    // An editor may have no capabilities.
    let mut client = Client::spawn();
    assert!(client.request("initialize", json!({ "capabilities": {} })).is_ok());
    client.notify("initialized", json!({}));
    client.stop();
}

#[test]
fn in_a_terminal_the_server_explains_that_editors_start_it() {
    let ended = Client::spawn().end();
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.complaints.contains("editors start this command themselves"), "{}", ended.complaints);
}

#[test]
fn a_request_after_shutdown_is_refused() {
    let mut client = Client::start("utf-16", None);
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    let asked = client.request("workspace/symbol", json!({ "query": "" }));
    assert_eq!(code(asked), Some(INVALID_REQUEST));
    client.notify("exit", Value::Null);
    assert!(client.end().status.success());
}

#[test]
fn an_end_without_shutdown_is_a_failure() {
    let mut client = Client::start("utf-16", None);
    client.notify("exit", Value::Null);
    assert_eq!(client.end().status.code(), Some(1));
    // The editor has ended.
    assert!(Client::start("utf-16", None).end().status.code().is_some());
    assert!(Client::spawn().end().status.code().is_some());
}

#[test]
fn unknown_methods_and_wrong_params_are_only_errors() {
    let folder = Folder::new("wrong", Encoding::Utf16);
    let uri = folder.uri("main.initflow");
    let mut client = Client::start("utf-16", None);
    client.open(&uri, 1, TEXT);
    assert_eq!(code(client.request("textDocument/nothing", json!({}))), Some(METHOD_NOT_FOUND));
    assert!(client.request("initialize", initialize("utf-16", None)).is_err(), "a second `initialize`");
    client.notify("$/nothing", json!({}));
    client.notify("nothing", json!([1, 2]));
    let wrong = [
        json!({}),
        json!([]),
        Value::Null,
        json!({ "textDocument": 1, "position": "here" }),
        json!({ "textDocument": { "uri": "no uri" }, "position": { "line": 0, "character": 0 } }),
        json!({ "textDocument": { "uri": uri }, "position": { "line": -1, "character": 1.5 } }),
    ];
    for params in wrong {
        let right_place = params["textDocument"]["uri"] == json!(uri);
        for method in REQUESTS {
            let answer = client.request(method, params.clone());
            // Requests about a whole document have no position.
            let whole = right_place && WHOLE.contains(method);
            assert!(whole || answer.is_err(), "{method} of {params}");
        }
        for method in ["didOpen", "didChange", "didClose", "didSave"] {
            client.notify(&format!("textDocument/{method}"), params.clone());
        }
        for method in
            ["didChangeWatchedFiles", "didChangeConfiguration", "didChangeWorkspaceFolders", "executeCommand"]
        {
            client.notify(&format!("workspace/{method}"), params.clone());
        }
        client.notify("$/cancelRequest", params);
    }
    assert_eq!(client.diagnostics(&uri, 1).len(), client.diagnostics(&uri, 1).len());
    client.stop();
}

#[test]
fn places_outside_the_text_are_answered() {
    let folder = Folder::new("outside", Encoding::Utf16);
    let (uri, unknown) = (folder.uri("main.initflow"), folder.uri("unknown.initflow"));
    let mut client = Client::start("utf-16", None);
    // The second half of a surrogate pair is not a valid position.
    let text = TEXT.replace("nginx", "𝒳𝒳");
    client.open(&uri, 1, &text);
    let most = i64::from(u32::MAX);
    for (line, character) in [(most, 0), (0, most), (most, most), (1, 21), (3, 0), (4, 0), (1, 4000)] {
        for uri in [&uri, &unknown] {
            for method in REQUESTS {
                let mut params = params(uri, &Text::new(&text, Encoding::Utf16), 0);
                let position = json!({ "line": line, "character": character });
                params["positions"] = json!([position]);
                // A range whose end comes before its start is not valid.
                params["range"] = json!({ "start": position, "end": { "line": 0, "character": 0 } });
                params["position"] = position;
                let _ = client.request(method, params);
            }
        }
    }
    let range =
        json!({ "start": { "line": 1, "character": most }, "end": { "line": most, "character": most } });
    client.change(&uri, 2, &[json!({ "range": range, "text": "}\n" })]);
    client.diagnostics(&uri, 2);
    let backwards = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 0, "character": 0 } });
    client.change(&uri, 3, &[json!({ "range": backwards, "text": "" })]);
    client.change(&uri, 4, &[json!({ "text": TEXT })]);
    assert_eq!(client.diagnostics(&uri, 4), opened(TEXT, "outside-fresh"));
    client.change(&unknown, 4, &[json!({ "text": TEXT })]);
    client.stop();
}

/// The diagnostics of a document that is opened with this text.
fn opened(text: &str, name: &str) -> Vec<Value> {
    let uri = Folder::new(name, Encoding::Utf16).uri("main.initflow");
    let mut client = Client::start("utf-16", None);
    client.open(&uri, 1, text);
    let diagnostics = client.diagnostics(&uri, 1);
    client.stop();
    diagnostics
}

#[test]
fn unreadable_messages_are_answered_or_end_the_server_with_a_reason() {
    let broken: &[&[u8]] = &[
        b"Content-Length: 5\r\n\r\n{oops",
        b"Content-Length: 2\r\n\r\n\xff\xfe",
        b"Content-Length: 4\r\n\r\nnull",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 2\r\n\r\n{}",
        b"Content-Length: 0\r\n\r\n",
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: -1\r\n\r\n{}",
        b"Content-Length: 99999999999999999999999\r\n\r\n{}",
        b"Content-Length: 1000\r\n\r\n{}",
        b"Nothing: 1\r\n\r\n{}",
        b"\r\n\r\n",
        b"hello\n",
        b"\0\0\0\0",
        b"Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":1",
        b"Content-Length: 17\r\n\r\n{\"method\":\"hover\"",
    ];
    for bytes in broken {
        for ready in [false, true] {
            let mut client = if ready { Client::start("utf-16", None) } else { Client::spawn() };
            client.send_bytes(bytes);
            // No message follows: the stream ends, and the server ends with a message of its own.
            let ended = client.end();
            let shown = String::from_utf8_lossy(bytes);
            assert!(ended.status.code().is_some(), "{shown:?} killed it: {}", ended.status);
            let said = !ended.complaints.is_empty() || !ended.unnumbered.is_empty() || ended.status.success();
            assert!(said, "{shown:?}: {}", ended.status);
        }
    }
}

#[test]
fn hostile_texts_are_handled() {
    let folder = Folder::new("hostile", Encoding::Utf16);
    let uri = folder.uri("main.initflow");
    let many = if in_full() { 20_000 } else { 2_000 };
    let texts = [
        "{".repeat(many),
        "deployment a { ".repeat(many),
        "\"#{".repeat(many),
        "(".repeat(many),
        format!("let a = {}1", "!".repeat(many)),
        "x".repeat(many * 50),
        "\n".repeat(many * 10),
        "use \"main.initflow\"\n".to_owned(),
        "\0\u{feff}\u{202e}\u{7f}".repeat(100),
    ];
    let mut client = Client::start("utf-16", None);
    client.open(&uri, 0, "");
    for (version, text) in (1..).zip(&texts) {
        client.change(&uri, version, &[json!({ "text": text })]);
        let text = Text::new(text, Encoding::Utf16);
        for method in REQUESTS {
            let _ = client.request(method, params(&uri, &text, text.text.len()));
        }
        client.diagnostics(&uri, version);
    }
    client.stop();
}

#[test]
fn messages_in_any_order_are_answered() {
    let seeds = if in_full() { 60 } else { 6 };
    for seed in 0..seeds {
        in_random_order(seed);
    }
}

/// Opens, changes and closes documents, sends and cancels requests, and reports changes on disk, in an order that depends
/// on the seed. In the end, each document has the diagnostics of its text.
fn in_random_order(seed: u64) {
    const TEXTS: &[&str] = &[
        TEXT,
        "use \"b.initflow\"\ndeployment web {\n  app web from b.app()\n}\n",
        "template app app() { image \"nginx:1.29\" }\n",
        "deployment {",
        "",
        "use \"a.initflow\"\nuse \"std\"\n",
        "deployment web {\r\n  app 𝒳 { image \"nginx\" }\r\n",
    ];
    let mut rng = Rng::with_seed(seed);
    let mut folder = Folder::new(&format!("order-{seed}"), Encoding::Utf16);
    let mut client = Client::start("utf-16", Some(&folder.uri("")));
    let names = ["a.initflow", "b.initflow", "c.initflow"];
    let mut open: [Option<&str>; 3] = [None; 3];
    let mut version = 0;
    let mut asked = Vec::new();
    for _ in 0..120 {
        let at = rng.usize(..names.len());
        let text = TEXTS[rng.usize(..TEXTS.len())];
        let uri = folder.uri(names[at]);
        version += 1;
        match rng.usize(..12) {
            // An open document is not opened again, and only open documents are changed.
            0..3 if open[at].is_none() => {
                client.open(&uri, version, text);
                open[at] = Some(text);
            }
            0..4 if open[at].is_some() => {
                client.change(&uri, version, &[json!({ "text": text })]);
                open[at] = Some(text);
            }
            4 if open[at].is_some() => {
                client.close(&uri);
                open[at] = None;
            }
            5 => {
                folder.write(names[at], text);
                let changes = json!([{ "uri": uri, "type": rng.u8(1..4) }]);
                client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
            }
            6 if !asked.is_empty() => {
                let id = asked[rng.usize(..asked.len())];
                client.notify("$/cancelRequest", json!({ "id": id }));
            }
            7 => {
                client
                    .notify("workspace/didChangeConfiguration", json!({ "settings": { "initflow": text } }));
            }
            8 => client.notify("$/setTrace", json!({ "value": "verbose" })),
            _ => {
                let method = REQUESTS[rng.usize(..REQUESTS.len())];
                asked.push(client.ask(method, params(&uri, &Text::new(text, Encoding::Utf16), 0)));
            }
        }
    }
    for id in asked {
        let _ = client.answer(id);
    }
    // The diagnostics after a last change of each document show that the server has handled all messages.
    for (at, name) in names.iter().enumerate() {
        let uri = folder.uri(name);
        let Some(text) = open[at] else { continue };
        version += 1;
        client.change(&uri, version, &[json!({ "text": text })]);
        client.diagnostics(&uri, version);
    }
    let last = client.stop().published;
    let mut fresh = Client::start("utf-16", Some(&folder.uri("")));
    let all: Vec<(String, &str)> =
        names.iter().zip(open).filter_map(|(name, text)| Some((folder.uri(name), text?))).collect();
    for round in 1..3 {
        for (uri, text) in &all {
            match round {
                1 => fresh.open(uri, 1, text),
                // All are changed again after all are open, because each may use the others.
                _ => fresh.change(uri, 2, &[json!({ "text": text })]),
            }
        }
    }
    for (uri, _) in &all {
        let expected = fresh.diagnostics(uri, 2);
        assert_eq!(last[uri]["diagnostics"], json!(expected), "seed {seed}: {uri}");
    }
    fresh.stop();
}
