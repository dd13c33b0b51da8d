//! Sends requests to the judge, which runs Kubernetes' own code in a separate process, and reads its verdicts.

use initflow::kubernetes::version::Version;
use serde::Deserialize;
use serde_json::{Value, json};
use std::env;
use std::fmt;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

/// A running judge, which ends when this value is dropped.
pub(crate) struct Judge {
    process: Child,
    requests: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
}

/// The answer of the API server about an object.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Verdict {
    /// The reasons why it is refused; it is admitted if there are none.
    #[serde(default)]
    pub(crate) errors: Vec<FieldError>,
    /// The warnings with which it is admitted.
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    /// The object as it would be stored, if the request wants it.
    #[serde(default)]
    pub(crate) defaulted: Value,
}

/// The reason why an object is refused.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldError {
    /// `Invalid`, `Required`, …, or `decoding`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The path of the field.
    #[serde(default)]
    pub(crate) field: String,
    /// What is wrong with it.
    #[serde(default)]
    pub(crate) detail: String,
    /// `object`, or `pod` if the pod that its controller creates is refused.
    #[serde(default)]
    pub(crate) from: String,
}

impl FieldError {
    /// The broken rule without the place and the values, which distinguishes the kinds of disagreements.
    pub(crate) fn rule(&self) -> String {
        let detail = self.detail.split(['\'', '"', ':']).next().unwrap_or_default();
        format!("{} {} {}", self.kind, without_indices(&self.field), detail.trim())
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {} (from {})", self.field, self.kind, self.detail, self.from)
    }
}

/// A path with `[]` in place of everything in square brackets.
pub(crate) fn without_indices(path: &str) -> String {
    let mut inside = false;
    path.chars()
        .filter(|char| {
            inside = *char == '[' || inside && *char != ']';
            !inside || *char == '['
        })
        .collect()
}

/// Asks whether a version accepts an object.
pub(crate) fn admit(version: Version, object: &Value) -> Value {
    json!({"do": "admit", "version": version.to_string(), "object": object})
}

/// Asks whether a version accepts an object that is written as YAML or JSON.
pub(crate) fn admit_text(version: Version, text: &str) -> Value {
    json!({"do": "admit", "version": version.to_string(), "text": text})
}

impl Judge {
    /// Starts the judge that `INITFLOW_JUDGE` names.
    pub(crate) fn start() -> Self {
        let program = env::var_os("INITFLOW_JUDGE")
            .expect("INITFLOW_JUDGE names the program that tests/kubernetes/build builds");
        let mut process = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("INITFLOW_JUDGE can be run");
        let requests = Some(BufWriter::new(process.stdin.take().expect("piped")));
        let answers = BufReader::new(process.stdout.take().expect("piped"));
        Self { process, requests, answers }
    }

    /// The answers to requests, in their order. Requests are written while answers are read, so that neither side waits
    /// for room in a pipe.
    pub(crate) fn ask(&mut self, requests: &[Value]) -> Vec<Value> {
        let Self { requests: writer, answers, .. } = self;
        let writer = writer.as_mut().expect("open until it is dropped");
        thread::scope(|scope| {
            let writing = scope.spawn(move || {
                for request in requests {
                    writeln!(writer, "{request}")?;
                }
                writer.flush()
            });
            let answers = requests.iter().map(|request| answer(answers, request)).collect();
            writing.join().expect("no panic").expect("the judge reads its requests");
            answers
        })
    }

    /// The verdicts on requests to admit something, in their order.
    pub(crate) fn verdicts(&mut self, requests: &[Value]) -> Vec<Verdict> {
        let answers = self.ask(requests);
        answers.into_iter().map(|answer| serde_json::from_value(answer).expect("a verdict")).collect()
    }

    /// The verdict on one request.
    pub(crate) fn verdict(&mut self, request: &Value) -> Verdict {
        self.verdicts(std::slice::from_ref(request)).remove(0)
    }
}

fn answer(answers: &mut impl BufRead, request: &Value) -> Value {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the judge answers");
    let answer: Value = serde_json::from_str(&line)
        .unwrap_or_else(|error| panic!("the judge answers `{line}` ({error}) to {request}"));
    assert!(answer.get("fault").is_none(), "the judge cannot serve {request}: {}", answer["fault"]);
    answer
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It ends when it has no more requests.
        self.requests = None;
        let _ = self.process.wait();
    }
}
