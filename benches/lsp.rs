//! Measures how long an author waits for the language server in a source of 10,000 lines: from a key to diagnostics, and
//! to completions; and in a project of 200 files, from a key in the file that all of them use to its diagnostics, and to
//! those of all open files. Runs the real binary over its standard streams, and prints a table.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::panic, clippy::print_stdout)]
#![allow(clippy::needless_pass_by_value, clippy::cast_precision_loss)]

#[path = "../tests/lsp/client.rs"]
mod client;
#[path = "../tests/lsp/text.rs"]
mod text;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use client::Client;
use serde_json::{Value, json};
use text::{Encoding, Text};

const LINES: usize = 10_000;
const URI: &str = "file:///bench/main.initflow";

/// The text that is typed character by character at several places of the source, and then deleted.
const TYPED: &str = "  step extra {\n    image \"busybox:1.36\"\n    cpu 100m..1\n    after build\n  }\n";
const PLACES: usize = 6;

/// The files of a project, of which so many are open.
const FILES: usize = 200;
const OPEN: usize = 5;

/// The requests that an editor sends by itself after each key.
const ASKED: &[&str] = &[
    "textDocument/semanticTokens/full",
    "textDocument/inlayHint",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/codeLens",
];

/// An open document.
struct Session {
    client: Client,
    text: Text,
    version: i64,
}

fn main() {
    let text = source();
    println!("{} lines, {} bytes; times in milliseconds", text.lines().count(), text.len());
    println!("{:<46}{:>5}{:>9}{:>9}{:>9}", "", "keys", "p50", "p99", "max");
    row("key to diagnostics", &typed(&text, |session, _| session.diagnosed()));
    row("key to completions", &typed(&text, Session::completed));
    row(
        "key to all answers that an editor requests",
        &typed(&text, |session, at| {
            let asked: Vec<i64> =
                ASKED.iter().map(|method| session.client.ask(method, params(&session.text, at))).collect();
            for id in asked {
                session.client.answer(id).unwrap();
            }
            session.diagnosed();
        }),
    );
    let [first, open] = typed_in_common();
    println!("a project of {FILES} files, {OPEN} of which are open; keys in the file that all of them use");
    row("key to diagnostics of this file", &first);
    row("key to the answer after those of all open files", &open);
}

/// Types in the file that all files of a project use, and measures the time until it, and until all open files have their
/// diagnostics. The next key is typed when those of all files have come.
fn typed_in_common() -> [Vec<Duration>; 2] {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp-project");
    fs::create_dir_all(folder.join(".git")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let uri = |name: &str| format!("file://{}", folder.join(name).display());
    let common = "template app web(image: image) {\n  image image\n  cpu 100m..1\n}\n";
    write("initflow.toml", "");
    write("common.initflow", common);
    let text = |at: usize| {
        format!(
            "use \"common.initflow\"\ndeployment shop-{at} {{\n  app web from common.web(\"nginx:1.29\")\n  step build {{ image \"busybox:1.36\"; run \"true\"; cpu 1 }}\n}}\n"
        )
    };
    for at in 1..FILES {
        write(&format!("{at}.initflow"), &text(at));
    }
    let mut client = Client::start("utf-16", Some(&uri("")));
    client.open(&uri("common.initflow"), 0, common);
    for at in 1..OPEN {
        client.open(&uri(&format!("{at}.initflow")), 0, &text(at));
    }
    client.diagnostics(&uri("common.initflow"), 0);
    let mut times = [Vec::new(), Vec::new()];
    let mut shared = Text::new(common, Encoding::Utf16);
    let start = common.find("  cpu").unwrap();
    for round in 0..40 {
        // Every other round, the statement is not known, which concerns every user.
        let (range, with) = if round % 2 == 0 { (start..start, "x") } else { (start..start + 1, "") };
        let change = shared.replace(range, with);
        let pressed = Instant::now();
        client.change(&uri("common.initflow"), round + 1, &[change]);
        client.diagnostics(&uri("common.initflow"), round + 1);
        times[0].push(pressed.elapsed());
        // Whatever follows was sent after the diagnostics of the open files.
        let position = json!({ "textDocument": { "uri": uri("1.initflow") }, "position": { "line": 0, "character": 0 } });
        client.request("textDocument/hover", position).unwrap();
        times[1].push(pressed.elapsed());
        client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    }
    client.stop();
    times
}

/// Types at all places, and measures the time until `wait` returns for each key.
fn typed(text: &str, wait: impl Fn(&mut Session, usize)) -> Vec<Duration> {
    let mut client = Client::start("utf-16", None);
    client.open(URI, 0, text);
    let mut session = Session { client, text: Text::new(text, Encoding::Utf16), version: 0 };
    session.diagnosed();
    let mut times = Vec::new();
    for place in 0..PLACES {
        let about = text.len() * place / (PLACES - 1);
        // After the head of a workload.
        let before = text[..about].rfind("\ndeployment ").or_else(|| text.find("\ndeployment ")).unwrap() + 1;
        let start = before + text[before..].find('\n').unwrap() + 1;
        let keys = TYPED.char_indices().map(|(at, key)| (start + at..start + at, key.to_string()));
        let back = TYPED
            .char_indices()
            .rev()
            .map(|(at, key)| (start + at..start + at + key.len_utf8(), String::new()));
        for (range, with) in keys.chain(back) {
            let cursor = range.start + with.len();
            let change = session.text.replace(range, &with);
            session.version += 1;
            let pressed = Instant::now();
            session.client.change(URI, session.version, &[change]);
            wait(&mut session, cursor);
            times.push(pressed.elapsed());
            // The next key is typed only when the server is idle again.
            session.diagnosed();
        }
    }
    assert_eq!(session.text.text, text);
    session.client.stop();
    times
}

impl Session {
    fn diagnosed(&mut self) {
        self.client.diagnostics(URI, self.version);
    }

    fn completed(&mut self, at: usize) {
        let params = params(&self.text, at);
        self.client.request("textDocument/completion", params).unwrap();
    }
}

fn params(text: &Text, at: usize) -> Value {
    json!({
        "textDocument": { "uri": URI },
        "position": text.position(at),
        "range": text.range(0..text.text.len()),
    })
}

fn row(what: &str, times: &[Duration]) {
    let mut times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let share = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1];
    println!("{what:<46}{:>5}{:>9.1}{:>9.1}{:>9.1}", times.len(), share(50), share(99), share(100));
}

/// A source of workloads that fetch, build, migrate and serve, some of them from a template.
fn source() -> String {
    let mut text = include_str!("lsp.initflow").to_owned();
    let (_, service) = text.split_once("\n# Service 0").unwrap();
    let service = format!("\n# Service 0{service}");
    let mut at = 1;
    while text.lines().count() < LINES {
        text +=
            &service.replace("Service 0", &format!("Service {at}")).replace("shop-0", &format!("shop-{at}"));
        at += 1;
    }
    text
}
