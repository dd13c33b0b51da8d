//! Changes the names of objects as kustomize, Helm and controllers do: they are found again, or asked for.

use crate::{compiled, held, objects, shown};
use initflow::compile::Compilation;
use initflow::verify::{Held, VerifyOptions};
use serde_json::Value;

const SOURCE: &str = r#"
deployment shop { app web { image "web:1.0" } }
deployment shop-worker { app worker { image "worker:1.0" } }
cronjob report { schedule "@daily"; restartPolicy OnFailure; app report { image "report:1.0" } }
"#;

/// What becomes of the source if its objects get other names.
fn renamed(rename: impl Fn(&str) -> Vec<String>, options: &VerifyOptions) -> (Compilation, Vec<Held>) {
    let mut compilation = compiled("shop.initflow", SOURCE);
    let named = |object: Value| {
        let names = rename(object["metadata"]["name"].as_str().expect("a name"));
        names.into_iter().map(move |name| {
            let mut object = object.clone();
            match name.split_once('/') {
                Some((namespace, name)) => {
                    object["metadata"]["namespace"] = namespace.into();
                    object["metadata"]["name"] = name.into();
                }
                None => object["metadata"]["name"] = name.into(),
            }
            object
        })
    };
    let objects: Vec<Value> = objects(&compilation).into_iter().flat_map(named).collect();
    let held = held(&mut compilation, &objects, options);
    (compilation, held)
}

fn codes(compilation: &Compilation) -> Vec<&'static str> {
    compilation.diagnostics.iter().map(|found| found.code.name()).collect()
}

#[test]
fn prefixes_suffixes_and_hashes_are_seen_through() {
    let one = |form: fn(&str) -> String| move |name: &str| vec![form(name)];
    for rename in [
        one(str::to_owned),
        one(|name| format!("prod-{name}")),
        one(|name| format!("{name}-v2")),
        one(|name| format!("a.b-{name}-5d7fbc8h2k")),
        one(|name| format!("other/{name}")),
    ] {
        let (compilation, held) = renamed(rename, &VerifyOptions::default());
        assert!(compilation.diagnostics.is_empty(), "{}", shown(&compilation));
        assert_eq!(held.len(), 3);
        let is_same = |held: &Held| held.object.1.contains(held.name.as_str());
        assert!(held.iter().all(is_same) && held[1].object.1.contains("shop-worker"));
    }
}

#[test]
fn two_objects_are_asked_for() {
    let both = |name: &str| vec![format!("dev-{name}"), format!("prod-{name}")];
    let (compilation, held) = renamed(both, &VerifyOptions::default());
    assert_eq!((codes(&compilation), held.len()), (vec!["ambiguous-workload"; 3], 0));
    let name = |workload: &str, object: &str| (workload.to_owned(), object.to_owned());
    let names = ["shop", "shop-worker", "cronjob/report"]
        .map(|workload| name(workload, &format!("prod-{}", workload.rsplit('/').next().unwrap_or_default())));
    let (compilation, held) = renamed(both, &VerifyOptions { names: names.into(), partial: false });
    assert!(compilation.diagnostics.is_empty(), "{}", shown(&compilation));
    assert_eq!(held[0].object.1, "prod-shop");
    // One name that is given tells what the others are called.
    let one = VerifyOptions { names: vec![name("shop", "prod-shop")], partial: false };
    let (compilation, held) = renamed(both, &one);
    assert!(compilation.diagnostics.is_empty(), "{}", shown(&compilation));
    assert!(held.iter().all(|held| held.object.1.starts_with("prod-")));
}

#[test]
fn two_namespaces_are_asked_for() {
    let both = |name: &str| vec![format!("dev/{name}"), format!("prod/{name}")];
    let (compilation, _) = renamed(both, &VerifyOptions::default());
    assert_eq!(codes(&compilation), ["ambiguous-workload"; 3]);
    assert!(compilation.diagnostics[0].help[0].contains("--name shop=dev/shop"));
    let names = ["shop", "shop-worker", "report"].map(|name| (name.to_owned(), format!("prod/{name}")));
    let (compilation, held) = renamed(both, &VerifyOptions { names: names.into(), partial: false });
    assert!(compilation.diagnostics.is_empty(), "{}", shown(&compilation));
    assert_eq!(held.len(), 3);
}

#[test]
fn a_name_that_only_has_the_other_one_in_it_is_asked_for() {
    let (compilation, held) = renamed(|name| vec![format!("my{name}")], &VerifyOptions::default());
    assert_eq!((codes(&compilation), held.len()), (vec!["ambiguous-workload"; 3], 0));
    assert!(compilation.diagnostics[0].help[0].contains("--name shop=myshop"), "{}", shown(&compilation));
}

#[test]
fn what_is_not_there_is_missing_unless_the_call_is_partial() {
    let only = |name: &str| if name == "shop" { vec!["shop".to_owned()] } else { Vec::new() };
    let (compilation, held) = renamed(only, &VerifyOptions::default());
    assert_eq!((codes(&compilation), held.len()), (vec!["missing-workload"; 2], 1));
    let (compilation, held) = renamed(only, &VerifyOptions { partial: true, ..VerifyOptions::default() });
    assert_eq!((codes(&compilation).len(), held.len()), (0, 1));
    // An unrelated name is not guessed.
    let (compilation, _) = renamed(|_| vec!["other".to_owned()], &VerifyOptions::default());
    assert_eq!(codes(&compilation), ["missing-workload"; 3]);
    let names = vec![("shop".to_owned(), "nothing".to_owned())];
    let (compilation, _) = renamed(|name| vec![name.to_owned()], &VerifyOptions { names, partial: false });
    assert_eq!(codes(&compilation), ["missing-workload"]);
}
