//! Talks to the server over its standard streams, as an editor does. Every wait has a limit, after which the server is
//! killed and the test fails with what it was waiting for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Far longer than any answer takes, even on a slow machine.
const LIMIT: Duration = Duration::from_mins(1);

/// An editor with its own server.
pub(crate) struct Client {
    server: Child,
    input: Option<ChildStdin>,
    incoming: Receiver<Value>,
    complaints: Option<JoinHandle<String>>,
    asked: i64,
    answers: BTreeMap<i64, Value>,
    /// The answers without the number of a request: those to messages that could not be read.
    pub(crate) unnumbered: Vec<Value>,
    /// The diagnostics that were published last, by URI.
    pub(crate) published: BTreeMap<String, Value>,
    /// The answer to `initialize`.
    pub(crate) capabilities: Value,
}

/// How a server ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) complaints: String,
    pub(crate) published: BTreeMap<String, Value>,
    pub(crate) unnumbered: Vec<Value>,
}

impl Client {
    /// A server that has not received a message yet.
    pub(crate) fn spawn() -> Client {
        let mut server = Command::new(env!("CARGO_BIN_EXE_initflow"))
            .arg("lsp")
            .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/lsp-cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, incoming) = channel();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut errors = server.stderr.take().unwrap();
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Client {
            input: server.stdin.take(),
            server,
            incoming,
            complaints: Some(complaints),
            asked: 0,
            answers: BTreeMap::new(),
            unnumbered: Vec::new(),
            published: BTreeMap::new(),
            capabilities: Value::Null,
        }
    }

    /// A server that is initialized for an editor with this encoding and this open folder.
    pub(crate) fn start(encoding: &str, folder: Option<&str>) -> Client {
        let mut client = Client::spawn();
        let answer = client.request("initialize", initialize(encoding, folder)).unwrap();
        client.capabilities = answer["capabilities"].clone();
        client.notify("initialized", json!({}));
        client
    }

    /// Sends bytes as they are. This fails if the server has already ended.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        if let Some(input) = &mut self.input {
            let _ = input.write_all(bytes).and_then(|()| input.flush());
        }
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_body(message.to_string().as_bytes());
    }

    /// Sends any body with the right header.
    pub(crate) fn send_body(&mut self, body: &[u8]) {
        let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend(body);
        self.send_bytes(&bytes);
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request without waiting, and gives its number.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.asked += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params }));
        self.asked
    }

    /// Waits for the answer to a request: its result or its error.
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            if let Some(mut answer) = self.answers.remove(&id) {
                return match answer.get_mut("error") {
                    Some(error) => Err(error.take()),
                    None => Ok(answer["result"].take()),
                };
            }
            self.hear(&format!("the answer to request {id}"));
        }
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    pub(crate) fn open(&mut self, uri: &str, version: i64, text: &str) {
        let document = json!({ "uri": uri, "languageId": "initflow", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, uri: &str, version: i64, changes: &[Value]) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// The diagnostics of this version of a document; waits until they are published.
    pub(crate) fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        loop {
            match self.published.get(uri) {
                Some(params) if params["version"] == version => {
                    return params["diagnostics"].as_array().unwrap().clone();
                }
                Some(params) if params["version"].as_i64().is_some_and(|newest| newest > version) => {
                    panic!("waited for version {version} of {uri}, received {}", params["version"])
                }
                _ => self.hear(&format!("the diagnostics of version {version} of {uri}")),
            }
        }
    }

    /// Waits until the diagnostics of a document, whatever its version, are as expected.
    pub(crate) fn until(&mut self, uri: &str, what: &str, holds: impl Fn(&[Value]) -> bool) {
        while !self.published.get(uri).is_some_and(|params| holds(params["diagnostics"].as_array().unwrap()))
        {
            self.hear(what);
        }
    }

    /// Shuts the server down as an editor does; it must end without a complaint.
    pub(crate) fn stop(mut self) -> Ended {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null), "the answer to `shutdown`");
        self.notify("exit", Value::Null);
        let ended = self.end();
        assert!(ended.status.success(), "ended with {}: {}", ended.status, ended.complaints);
        assert_eq!(ended.complaints, "");
        ended
    }

    /// Closes the server's input, and waits until the server has ended.
    pub(crate) fn end(mut self) -> Ended {
        drop(self.input.take());
        let by = Instant::now() + LIMIT;
        loop {
            match self.incoming.recv_timeout(by.saturating_duration_since(Instant::now())) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => self.hung("its end"),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = loop {
            match self.server.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > by => self.hung("its end, after the end of its output"),
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        let complaints = self.complaints.take().unwrap().join().unwrap();
        assert!(!complaints.contains("panicked"), "{complaints}");
        Ended {
            status,
            complaints,
            published: std::mem::take(&mut self.published),
            unnumbered: std::mem::take(&mut self.unnumbered),
        }
    }

    /// Handles the next message of the server.
    fn hear(&mut self, what: &str) {
        match self.incoming.recv_timeout(LIMIT) {
            Ok(message) => self.take(message),
            Err(RecvTimeoutError::Timeout) => self.hung(what),
            Err(RecvTimeoutError::Disconnected) => {
                let complaints = self.complaints.take().map(|complaints| complaints.join().unwrap());
                panic!("the server ended before {what} came: {}", complaints.unwrap_or_default());
            }
        }
    }

    fn take(&mut self, mut message: Value) {
        let method = message["method"].as_str().map(str::to_owned);
        match (method.as_deref(), message["id"].as_i64()) {
            (None, Some(id)) => {
                assert!((1..=self.asked).contains(&id), "an answer without a request: {message}");
                assert!(
                    message.get("result").is_some() != message.get("error").is_some(),
                    "expected either a result or an error: {message}"
                );
                assert!(self.answers.insert(id, message).is_none(), "request {id} was answered twice");
            }
            (None, None) => self.unnumbered.push(message),
            (Some("textDocument/publishDiagnostics"), _) => {
                let uri = message["params"]["uri"].as_str().unwrap().to_owned();
                self.published.insert(uri, message["params"].take());
            }
            (Some(_), _) if !message["id"].is_null() => {
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            }
            _ => (),
        }
    }

    fn hung(&mut self, what: &str) -> ! {
        let _ = self.server.kill();
        let complaints = self.complaints.take().map(|complaints| complaints.join().unwrap());
        panic!(
            "waited {} s for {what}; the server said: {}",
            LIMIT.as_secs(),
            complaints.unwrap_or_default()
        );
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The edits of a change of files, by the URIs of the files.
pub(crate) fn edits_by_file(change: &Value) -> BTreeMap<String, Vec<Value>> {
    let of_file = |file: &Value| {
        let uri = file["textDocument"]["uri"].as_str().unwrap().to_owned();
        (uri, file["edits"].as_array().unwrap().clone())
    };
    change["documentChanges"].as_array().unwrap().iter().map(of_file).collect()
}

/// The parameters of `initialize` of an editor with all capabilities.
pub(crate) fn initialize(encoding: &str, folder: Option<&str>) -> Value {
    let folders = folder.map(|uri| json!([{ "uri": uri, "name": "folder" }]));
    json!({
        "processId": null,
        "initializationOptions": { "explainLinks": true, "explainCommand": true },
        "rootUri": folder,
        "workspaceFolders": folders,
        "capabilities": {
            "general": { "positionEncodings": [encoding] },
            "workspace": {
                "applyEdit": true,
                "didChangeConfiguration": { "dynamicRegistration": true },
                "didChangeWatchedFiles": { "dynamicRegistration": true },
                "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] },
                "textDocumentContent": { "dynamicRegistration": true },
            },
            "textDocument": {
                "publishDiagnostics": {
                    "relatedInformation": true, "versionSupport": true, "codeDescriptionSupport": true, "dataSupport": true,
                },
                "completion": {
                    "completionItem": {
                        "snippetSupport": true,
                        "documentationFormat": ["markdown"],
                        "resolveSupport": { "properties": ["documentation", "detail"] },
                    },
                },
                "hover": { "contentFormat": ["markdown"] },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                "rename": { "prepareSupport": true },
                "codeAction": {
                    "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "refactor", "source"] } },
                    "resolveSupport": { "properties": ["edit"] },
                    "dataSupport": true,
                },
                "signatureHelp": {
                    "signatureInformation": {
                        "documentationFormat": ["markdown"],
                        "parameterInformation": { "labelOffsetSupport": true },
                        "activeParameterSupport": true,
                    },
                },
            },
        },
    })
}

/// The next message; none at the end of the stream.
fn read(input: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end_matches("\r\n").split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok(),
            Some(_) => (),
            None => break,
        }
    }
    let mut body = vec![0; length?];
    input.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap_or_else(|error| json!({ "unreadable": error.to_string() })))
}
