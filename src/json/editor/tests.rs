use super::edit;
use crate::json::units::Units;
use serde_json::{Value, json};

fn ask(question: &Value) -> Value {
    serde_json::from_str(&edit(&question.to_string())).unwrap()
}

/// A question about a file whose text has `|` where the cursor is, and again where the range ends.
fn question(ask: &str, text: &str) -> Value {
    let units: Vec<u16> = text.encode_utf16().collect();
    let marks: Vec<usize> = (0..units.len()).filter(|at| units[*at] == u16::from(b'|')).collect();
    let mut question =
        json!({ "ask": ask, "path": "a.initflow", "files": { "a.initflow": text.replace('|', "") } });
    for (nth, key) in ["at", "to"].into_iter().enumerate() {
        if let Some(mark) = marks.get(nth) {
            question[key] = (mark - nth).into();
        }
    }
    question
}

/// A text after edits whose places are counted in units.
fn edited(text: &str, edits: &Value) -> String {
    let units = Units::of(text);
    let mut edits: Vec<&Value> = edits.as_array().unwrap().iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit["from"].as_u64()));
    let mut text = text.to_owned();
    for edit in edits {
        let byte =
            |key: &str| units.byte(&text.clone(), usize::try_from(edit[key].as_u64().unwrap()).unwrap());
        text.replace_range(byte("from")..byte("to"), edit["text"].as_str().unwrap());
    }
    text
}

#[test]
fn a_program_is_shown_as_the_command_prints_it() {
    for folder in std::fs::read_dir("examples").unwrap().map(|entry| entry.unwrap().path()) {
        let mut files = serde_json::Map::new();
        for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read_to_string(&file).unwrap().into());
        }
        let expected = files.remove("main.yaml").unwrap();
        let shown = ask(&json!({ "ask": "show", "path": "main.initflow", "files": files }));
        assert_eq!(shown["yaml"], expected, "{}", folder.display());
        assert!(shown["svg"].as_str().unwrap().starts_with("<svg"), "{shown}");
        assert!(!shown["table"].as_str().unwrap().is_empty());
    }
}

#[test]
fn each_file_has_its_diagnostics() {
    let files = json!({
        "main.initflow": "use \"lib.initflow\"\nparam tag: string\npod p { app a from lib.web(tag) }\n",
        "lib.initflow": "template app web(tag: string) { image \"nginx:#{tag}\"; imag \"x\" }\n",
        "other.initflow": "pod q { app a { } }\n",
        "initflow.toml": "kub = \"1.36\"\n[context]\nwith = [\"k8s\"]\n",
    });
    let show =
        |path: &str| ask(&json!({ "ask": "show", "path": path, "program": "main.initflow", "files": files }));
    let shown = show("lib.initflow");
    let names = |path: &str| {
        let found = shown["files"][path]["diagnostics"].as_array().unwrap().iter();
        found.map(|found| found["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(shown["program"], "main.initflow");
    assert_eq!(names("lib.initflow"), ["unknown-statement"], "{shown}");
    assert_eq!(names("other.initflow"), ["missing-image"]);
    assert_eq!(names("initflow.toml").len(), 2, "{shown}");
    assert_eq!(shown["params"], json!(["tag"]));
    assert_eq!(shown["hints"], json!([]));
    assert_eq!(show("other.initflow")["program"], "other.initflow");
}

#[test]
fn settings_and_params_apply() {
    let mut question = json!({
        "ask": "show",
        "path": "a.initflow",
        "files": {
            "a.initflow": "param tag: string\npod p { app a { image \"nginx:#{tag}\" } }\n",
            "initflow.toml": "kube = \"1.36\"\nprofile = \"dev\"\n[profiles.dev]\nparams = [\"dev.params\"]\n[context]\nwith = [\"k8s\"]\n",
            "dev.params": "tag \"1.29\"\n",
            "k8s/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: p }\nspec: { selector: { app: q } }\n",
        },
    });
    let shown = ask(&question);
    assert!(shown["yaml"].as_str().unwrap().contains("nginx:1.29"), "{shown}");
    assert!(shown["table"].as_str().unwrap().contains("for Kubernetes 1.36"));
    question["params"] = json!({ "tag": "1.30", "unknown": 1 });
    question["kube"] = "1.35".into();
    let shown = ask(&question);
    assert!(shown["yaml"].as_str().unwrap().contains("nginx:1.30"), "{shown}");
    assert!(shown["table"].as_str().unwrap().contains("for Kubernetes 1.35"));
}

#[test]
fn what_cannot_be_compiled_has_a_message() {
    let shown = ask(&question("show", "pod p { app a { image 1 } }\n"));
    assert_eq!((&shown["yaml"], &shown["message"]), (&Value::Null, &json!("the source has 1 error")));
}

#[test]
fn places_are_counted_in_units() {
    let text = "# \u{1F980}é\npod p { app a { imag \"\u{1F980}\" } }\n";
    let shown = ask(&question("show", text));
    let found = &shown["files"]["a.initflow"]["diagnostics"][0];
    let units: Vec<u16> = text.encode_utf16().collect();
    let place = |key: &str| usize::try_from(found[key].as_u64().unwrap()).unwrap();
    assert!(String::from_utf16(&units[place("from")..place("to")]).unwrap().contains("imag"), "{shown}");
    assert_eq!(shown["tokens"][0], json!([0, 5, "comment"]));
    let fixed = edited(text, &found["fix"]["edits"]);
    assert_eq!(fixed, text.replace("imag ", "image "));
}

#[test]
fn statements_are_completed_at_the_cursor() {
    let answer = ask(&question("complete", "# \u{1F980}\npod p { ap| }\n"));
    assert_eq!((&answer["from"], &answer["to"]), (&json!(13), &json!(15)));
    let item = answer["items"].as_array().unwrap().iter().find(|item| item["label"] == "app").unwrap();
    assert_eq!(item["kind"], "keyword");
    assert!(item["snippet"].as_str().unwrap().starts_with("app ${1:name} {"), "{item}");
}

#[test]
fn a_place_is_described() {
    let answer = ask(&question("hover", "pod p { app a { im|age \"nginx:1.29\" } }\n"));
    assert!(answer["markdown"].as_str().unwrap().contains("image"), "{answer}");
    assert_eq!((&answer["from"], &answer["to"]), (&json!(16), &json!(21)));
    assert_eq!(ask(&question("hover", "|\n")), json!({ "version": 1 }));
}

#[test]
fn a_fix_and_an_allowance_are_offered() {
    let marked =
        "pod p {\n  volume data\n  app a {\n    image \"nginx:1.29\"\n    reads d|ta at /x\n  }\n}\n";
    let text = marked.replace('|', "");
    let actions = ask(&question("actions", marked))["actions"].clone();
    assert_eq!(actions[0]["title"], "Change to `data`");
    assert_eq!(edited(&text, &actions[0]["edits"]), text.replace("dta", "data"));
    let warned = ask(&question("actions", "pod p {\n  app a {\n    image \"nginx|\"\n  }\n}\n"));
    let titles: Vec<&str> = warned["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["title"].as_str().unwrap())
        .collect();
    assert!(titles.contains(&"Allow `unpinned-image` here"), "{titles:?}");
}

#[test]
fn names_are_found_and_changed() {
    let text = "let tag = \"1\"\npod p { app a { image \"nginx:#{t|ag}\" } }\n";
    assert_eq!(ask(&question("define", text))["place"], json!({ "path": "a.initflow", "from": 4, "to": 7 }));
    assert_eq!(
        ask(&question("rename", text))["place"],
        json!({ "path": "a.initflow", "from": 45, "to": 48 })
    );
    let mut renaming = question("rename", text);
    renaming["name"] = "version".into();
    let text = text.replace('|', "");
    assert_eq!(edited(&text, &ask(&renaming)["edits"]), text.replace("tag", "version"));
    renaming["name"] = "no name".into();
    assert!(ask(&renaming)["refusal"].as_str().unwrap().contains("is not a name"));
}

#[test]
fn a_file_is_formatted() {
    let text = "pod   p{\napp a{ image \"nginx:1.29\" }\n}\n";
    let edits = &ask(&question("format", text))["edits"];
    assert_eq!(edited(text, edits), "pod p {\n  app a { image \"nginx:1.29\" }\n}\n");
}

#[test]
fn manifests_are_imported() {
    let manifest = "# é\napiVersion: v1\nkind: Pod\nmetadata: { name: hello }\nspec:\n  containers:\n  - { name: web, image: \"nginx\" }\n";
    let answer = ask(&json!({ "ask": "import", "text": manifest }));
    assert!(answer["source"].as_str().unwrap().contains("app web {"), "{answer}");
    let found = &answer["diagnostics"][0];
    assert_eq!((&found["name"], &found["path"]), (&json!("unpinned-image"), &json!("manifests.yaml")));
    let from = usize::try_from(found["from"].as_u64().unwrap()).unwrap();
    let units: Vec<u16> = manifest.encode_utf16().collect();
    assert!(
        String::from_utf16(&units[from..]).unwrap().trim_start_matches('"').starts_with("nginx"),
        "{found}"
    );
    assert_eq!(ask(&json!({ "ask": "import", "text": "kind: Pod" }))["source"], Value::Null);
}

#[test]
fn a_diagnostic_is_explained() {
    let answer = ask(&json!({ "ask": "explain", "name": "missing-image" }));
    assert!(answer["markdown"].as_str().unwrap().contains("missing-image"), "{answer}");
    assert!(
        !ask(&json!({ "ask": "explain", "name": "fetch.from" }))["markdown"].as_str().unwrap().is_empty()
    );
}

#[test]
fn the_versions_are_known() {
    let about = ask(&json!({ "ask": "about" }));
    assert!(about["versions"].as_array().unwrap().contains(&about["kube"]), "{about}");
}

#[test]
fn a_bad_question_has_an_answer() {
    for (question, said) in [
        (json!({}), "no `ask`"),
        (json!({ "ask": "dance" }), "unknown question `dance`"),
        (json!({ "ask": "show" }), "no `path`"),
        (json!({ "ask": "show", "path": "a.initflow" }), "no source `a.initflow`"),
        (json!({ "ask": "hover", "path": "a.initflow", "files": { "a.initflow": "" } }), "no `at`"),
        (
            json!({ "ask": "hover", "at": -1, "path": "a.initflow", "files": { "a.initflow": "" } }),
            "`at` is not a number",
        ),
        (json!({ "ask": "show", "path": "a.initflow", "files": { "a.initflow": 1 } }), "is not text"),
        (json!({ "ask": "import" }), "no `text`"),
        (json!({ "ask": "import", "text": "", "idioms": 1 }), "`idioms` is not"),
        (json!({ "ask": "explain", "name": "nothing" }), "no explanation of `nothing`"),
    ] {
        let answer = ask(&question);
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(said)), "{answer}");
    }
}
