mod mistakes;

use super::*;
use crate::diagnostic::{Code, human::Human};
use crate::source::{FileId, Sources};
use proptest::prelude::*;
use smol_str::SmolStr;
use std::fmt::Write as _;

/// A text as JSON, one document per line, and its diagnostics.
fn check(text: &str) -> (String, String) {
    let mut sources = Sources::default();
    let id = sources.add("pod.yaml", text);
    let mut diagnostics = Vec::new();
    let stream = read(sources.get(id), &mut diagnostics);
    let documents: Vec<String> = stream.documents.iter().map(json).collect();
    (documents.join("\n"), Human::default().render(&sources, &diagnostics))
}

fn json(node: &YamlNode) -> String {
    let text = |text: &SmolStr| serde_json::to_string(text.as_str()).unwrap();
    match &node.value {
        YamlValue::Null => "null".to_owned(),
        YamlValue::Bool(value) => value.to_string(),
        YamlValue::Number(number) => number.to_string(),
        YamlValue::Text(value) => text(value),
        YamlValue::List(nodes) => format!("[{}]", nodes.iter().map(json).collect::<Vec<_>>().join(",")),
        YamlValue::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{}:{}", text(&entry.key), json(&entry.node)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    }
}

/// A text without errors as JSON.
#[track_caller]
fn fine(text: &str) -> String {
    let (json, shown) = check(text);
    assert_eq!(shown, "", "{text}");
    json
}

#[test]
fn scalars_are_what_kubectl_makes_of_them() {
    let rows: Vec<&str> = include_str!("tests/scalars.tsv").lines().skip(1).collect();
    assert!(rows.len() > 300, "{}", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let [spelling, value, key] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        for (text, expected) in [
            (format!("v: {spelling}"), format!("{{\"v\":{value}}}")),
            (format!("{spelling} : v"), format!("{{{key}:\"v\"}}")),
        ] {
            let (found, shown) = check(&text);
            let is_right = if expected.contains('!') && expected.len() < 9 {
                shown.starts_with("error[invalid-yaml]")
            } else {
                found == expected && shown.is_empty()
            };
            if !is_right {
                wrong.push(format!("{text}: {expected} expected, {found}\n{shown}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_form_of_yaml_is_read() {
    for (text, expected) in [
        ("", ""),
        ("# nothing\n---\n---\nnull\n--- # no\n~\n", ""),
        ("a: 1\n---\nb: 2\n--- # c\n- d\n", "{\"a\":1}\n{\"b\":2}\n[\"d\"]"),
        (
            "\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: d\r\n",
            "{\"a\":1,\"b\":\"x\\ny\\n\"}\n{\"c\":\"d\"}",
        ),
        ("a:\nb:\n- \n- c:\n", "{\"a\":null,\"b\":[null,{\"c\":null}]}"),
        ("a:\n- 1\nb: x\n  y\n", "{\"a\":[1],\"b\":\"x y\"}"),
        ("a: >-\n  x\n  y\n\nb: |+\n  z\n\n", "{\"a\":\"x y\",\"b\":\"z\\n\\n\"}"),
        ("{\n\t\"a\": [1, 2,],\n\t\"b\": {c: d,},\n}\n", "{\"a\":[1,2],\"b\":{\"c\":\"d\"}}"),
        ("{\"a\":1}{\"b\":\"\\ud83d\\ude00\\/\"}\n\n{\"c\":[]}\n", "{\"a\":1}\n{\"b\":\"😀/\"}\n{\"c\":[]}"),
        ("{$a: 1}", "{\"$a\":1}"),
        ("a: 'it''s'\nb: \"\\x41\\t\"\nc: \"d\\\n  e\"", "{\"a\":\"it's\",\"b\":\"A\\t\",\"c\":\"de\"}"),
        (
            "a: &x [1, {b: c}]\nd: *x\ne: &y f\n*y : g",
            "{\"a\":[1,{\"b\":\"c\"}],\"d\":[1,{\"b\":\"c\"}],\"e\":\"f\",\"f\":\"g\"}",
        ),
        ("a: &x 1\nb: &x 2\nc: *x", "{\"a\":1,\"b\":2,\"c\":2}"),
        ("? a\n: b\n? c\n", "{\"a\":\"b\",\"c\":null}"),
        ("x\n", "\"x\""),
    ] {
        assert_eq!(fine(text), expected, "{text}");
    }
}

#[test]
fn maps_are_merged_as_in_kubectl() {
    let base = "x: &x {p: 1}\ny: &y {p: 2, q: 3}\nz: ";
    let merged = |text: &str| fine(&format!("{base}{text}")).split_once("\"z\":").unwrap().1.to_owned();
    assert_eq!(merged("{<<: *x, p: 9}"), "{\"p\":9}}");
    assert_eq!(merged("{<<: [*x, *y]}"), "{\"p\":1,\"q\":3}}");
    assert_eq!(merged("{p: 9, <<: *x}"), "{\"p\":1}}");
    assert_eq!(merged("{<<: *x, <<: *y}"), "{\"p\":2,\"q\":3}}");
    assert_eq!(merged("{'<<': 1}"), "{\"<<\":1}}");
    assert!(check("a: {<<: 1}").1.contains("map or a list of maps for `<<`"));
    assert!(check("a: {<<: [{}, 1]}").1.contains("map or a list of maps for `<<`"));
}

#[test]
fn a_broken_document_does_not_hide_the_others() {
    let (json, shown) = check("a: 'x\n---\nb: 1\n---\nc: d: e\n---\nf: 2\n");
    assert_eq!(json, "{\"b\":1}\n{\"f\":2}");
    insta::assert_snapshot!(shown, @r#"
    error[invalid-yaml]: this `'` is never closed
      ┌─ pod.yaml:1:4
      │
    1 │ a: 'x
      │    ^ opened here
      │
      = help: close it with `'`

    error[invalid-yaml]: unexpected second `: ` on one line
      ┌─ pod.yaml:5:4
      │
    5 │ c: d: e
      │    ^^^^ a value without quotes cannot contain `: `
      │
      = help: put the value in quotes: `"d: e"`
    "#);
}

#[test]
fn nodes_and_comments_know_their_place() {
    let text = "# é\nä: # right\n  - \"ö\"   # x\n  - {b: 1, c: }\n  - |\n    text # no\n\n    é\n  # last\nd: &n e\nf: *n\ng:\n";
    let file = SourceFile::new(FileId(0), "pod.yaml", text);
    let mut diagnostics = Vec::new();
    let stream = read(&file, &mut diagnostics);
    assert_eq!(diagnostics, []);
    let mut shown = String::new();
    places(&file, &stream.documents[0], 0, &mut shown);
    for comment in &stream.comments {
        let alone = if comment.alone { "alone" } else { "behind" };
        let _ = writeln!(shown, "{:?} {:?} {alone}", file.slice(comment.span), comment.text);
    }
    insta::assert_snapshot!(shown, @r##"
    "ä: # right\n  - \"ö\"   # x\n  - {b: 1, c: }\n  - |\n    text # no\n\n    é\n  # last\nd: &n e\nf: *n\ng"
      "ä":
        "- \"ö\"   # x\n  - {b: 1, c: }\n  - |\n    text # no\n\n    é"
          "\"ö\""
          "{b: 1, c: }"
            "b":
              "1"
            "c":
              ""
          "text # no\n\n    é"
      "d":
        "e"
      "f":
        "*n"
      "g":
        ""
    "# é" "é" alone
    "# right" "right" behind
    "# x" "x" behind
    "# last" "last" alone
    "##);
}

fn places(file: &SourceFile, node: &YamlNode, depth: usize, shown: &mut String) {
    let _ = writeln!(shown, "{}{:?}", "  ".repeat(depth), file.slice(node.span));
    match &node.value {
        YamlValue::List(nodes) => nodes.iter().for_each(|node| places(file, node, depth + 1, shown)),
        YamlValue::Map(entries) => {
            for entry in entries {
                let _ = writeln!(shown, "{}{:?}:", "  ".repeat(depth + 1), file.slice(entry.key_span));
                places(file, &entry.node, depth + 2, shown);
            }
        }
        _ => {}
    }
}

#[test]
fn hostile_texts_are_refused() {
    let many = 100_000;
    let bomb = (1..9).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
        let last = format!("*a{},", at - 1);
        text + &format!("a{at}: &a{at} [{}]\n", last.repeat(10))
    });
    for (text, name) in [
        ("[".repeat(many), Code::TooDeep),
        ("{a: ".repeat(many), Code::TooDeep),
        ("- ".repeat(many), Code::TooDeep),
        ((0..many).take(300).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n"), Code::TooDeep),
        (bomb, Code::TooLarge),
        (
            (0..70).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
                text + &format!("a{}: &a{} [*a{at}]\n", at + 1, at + 1)
            }),
            Code::TooDeep,
        ),
        ("'".repeat(many + 1), Code::InvalidYaml),
        ("&a ".repeat(many), Code::InvalidYaml),
        ("a: *b\n---\n".repeat(many), Code::InvalidYaml),
        ("a: 1\n".repeat(many), Code::DuplicateKey),
    ] {
        let mut diagnostics = Vec::new();
        read(&SourceFile::new(FileId(0), "pod.yaml", text), &mut diagnostics);
        assert!(diagnostics.len() <= MAX_ERRORS);
        let found = diagnostics.first().map(|diagnostic| diagnostic.code);
        assert_eq!(found, Some(name));
    }
}

/// Texts that are nearly YAML.
fn texts() -> impl Strategy<Value = String> + use<> {
    const PIECES: &[&str] = &[
        "a", "b: ", "- ", ": ", "\n", "\n  ", "\n    ", "\t", "\r\n", "[", "]", "{", "}", ",", "'", "\"",
        "|", ">-", "#", " # é", "&a ", "*a", "<<: ", "---\n", "\n---\n", "...\n", "!!int ", "!x ", "? ", "é",
        "😀", "\u{feff}", "\u{85}", "\\", "\\x", "\\u12", "%Y ", "@", "1_0", "~", " ", "{{ x }}", "\0",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn reading_never_fails_and_places_are_in_the_text(text in texts()) {
        let file = SourceFile::new(FileId(0), "pod.yaml", text.clone());
        let mut diagnostics = Vec::new();
        let stream = read(&file, &mut diagnostics);
        let mut spans: Vec<Span> = stream.comments.iter().map(|comment| comment.span).collect();
        for diagnostic in &diagnostics {
            spans.push(diagnostic.primary.span);
            spans.extend(diagnostic.labels.iter().map(|label| label.span));
        }
        let mut rest: Vec<&YamlNode> = stream.documents.iter().collect();
        while let Some(node) = rest.pop() {
            spans.push(node.span);
            match &node.value {
                YamlValue::List(nodes) => rest.extend(nodes),
                YamlValue::Map(entries) => {
                    spans.extend(entries.iter().map(|entry| entry.key_span));
                    rest.extend(entries.iter().map(|entry| &entry.node));
                }
                _ => {}
            }
        }
        for span in spans {
            prop_assert!(text.get(span.range()).is_some(), "{span:?}");
        }
        for comment in &stream.comments {
            prop_assert!(file.slice(comment.span).starts_with('#'));
        }
    }
}
