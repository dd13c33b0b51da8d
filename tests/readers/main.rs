//! Checks that the output of the compiler is read back exactly: reads hostile text in every place of a pod with
//! `serde_yaml`, and compares it with the source and with the compiler's JSON. `tests/readers/run` has the other readers;
//! it reads the YAML and the JSON from the folder `READERS_DIR`.
#![allow(clippy::unwrap_used)]

mod hostile;

use initflow::compile::{CompileOptions, Compiled, NoFiles, compile};
use serde::Deserialize as _;
use serde_json::Value;
use std::fmt::Write as _;

#[test]
fn output_is_read_back_exactly() {
    let texts = hostile::texts();
    let pods: Vec<Compiled> = texts.iter().enumerate().map(|(at, text)| pod(at, text)).collect();
    let mut stream = Vec::new();
    let mut items = Vec::new();
    for (text, pod) in texts.iter().zip(&pods) {
        // The comment above has the text, too.
        let yaml = pod.yaml(Some(&format!("pod\n{text}")));
        let json: Value = serde_json::from_str(&pod.json()).unwrap();
        let read = serde_yaml::from_str::<Value>(&yaml).map_err(|error| error.to_string());
        assert_eq!(read, Ok(json.clone()), "of {text:?}, written as\n{yaml}");
        said_as_in_the_source(text, &json);
        stream.push(yaml);
        items.push(json);
    }

    let all = stream.join("---\n");
    let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": items });
    let read: Vec<Value> =
        serde_yaml::Deserializer::from_str(&all).map(|one| Value::deserialize(one).unwrap()).collect();
    assert_eq!(list["items"], Value::Array(read));
    if let Some(folder) = std::env::var_os("READERS_DIR") {
        std::fs::write(std::path::Path::new(&folder).join("all.yaml"), all).unwrap();
        std::fs::write(std::path::Path::new(&folder).join("all.json"), list.to_string()).unwrap();
    }
}

/// A pod with the text in every place where it is allowed.
fn pod(at: usize, text: &str) -> Compiled {
    let quoted = quote(text);
    let label = if is_label(text) { quoted.as_str() } else { "\"-\"" };
    let label = label.replace("\"-\"", "\"x\"");
    // A key of a map, and names, if the text is valid there.
    let key = if is_label(text) && !text.is_empty() { &quoted } else { "key" };
    let name = if is_name(text) { quoted.clone() } else { format!("hostile-{at}") };
    let mut source = format!(
        "pod {name} {{
          labels {{ {key} {label}; other {label} }}
          annotations {{ {key} {quoted}; first {quoted} }}
          volume {name}
          step {name} {{
            image \"i\"
            env {{ TEXT {quoted}; NEXT {quoted} }}
            command [{quoted}, {quoted}]
            args [\"-c\", {quoted}]
            writes {name} at /in
          }}
          app main {{
            image \"i\"
            cpu 1
            memory 64Mi
            port 80
            reads {name} at /in"
    );
    if !text.trim().is_empty() {
        let _ = write!(source, "\n script {quoted}");
    }
    source += "\n}\n}\n";
    let compilation = compile("hostile", source.clone(), &NoFiles, &CompileOptions::default());
    let errors: Vec<String> = compilation.diagnostics.iter().map(|found| found.headline.clone()).collect();
    assert!(!compilation.failed(), "{errors:?} in {source}");
    compilation.workloads.into_iter().next().unwrap()
}

/// Checks that the compiler's JSON has the text of the source.
fn said_as_in_the_source(text: &str, json: &Value) {
    let step = &json["spec"]["initContainers"][0];
    assert_eq!(json["metadata"]["annotations"]["first"], text);
    assert_eq!(step["env"][1]["value"], text);
    assert_eq!(step["command"], serde_json::json!([text, text]));
    assert_eq!(step["args"], serde_json::json!(["-c", text]));
    // Scripts escape what Kubernetes would replace.
    let script = &json["spec"]["containers"][0]["command"][3];
    assert!(script.is_null() || text.contains('$') || script == text, "{script} is not {text:?}");
}

/// The text as a string of the language.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            '"' | '\\' | '#' => out.extend(['\\', character]),
            ' '..='~' => out.push(character),
            _ if character.is_alphanumeric() => out.push(character),
            _ => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
            }
        }
    }
    out + "\""
}

/// Whether a text may be the value of a label.
fn is_label(text: &str) -> bool {
    let ends = |text: &str| text.ends_with(|end: char| end.is_ascii_alphanumeric());
    let inner = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    text.is_empty()
        || text.len() <= 63
            && text.starts_with(|start: char| start.is_ascii_alphanumeric())
            && ends(text)
            && text.chars().all(inner)
}

/// Whether a text may be a name.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && is_label(text)
        && !text.contains(|char: char| char.is_ascii_uppercase() || "_.".contains(char))
}
