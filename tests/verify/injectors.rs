//! Puts on every example what the injectors of Istio, Linkerd and Vault add to pods: nothing that the source says is broken,
//! and each container is shown at its place, with what it changes. The texts of some are in `expected/`; `UPDATE=1` writes them.

use crate::{compiled, examples, held, list, objects, pod_spec, shown};
use initflow::diagnostic::Code;
use initflow::diagnostic::screen::Screen;
use initflow::verify::{VerifyOptions, text};
use serde_json::{Value, json};
use std::fs;

/// What an injector adds, from a file in `injected/`.
struct Injector {
    name: &'static str,
    added: Value,
}

impl Injector {
    fn all() -> Vec<Self> {
        let names = [
            "istio-native",
            "istio-classic",
            "istio-classic-held",
            "linkerd-native",
            "linkerd-classic",
            "vault",
            "vault-init-first",
        ];
        let read = |name| {
            let text = fs::read_to_string(format!("tests/verify/injected/{name}.yaml")).expect("a file");
            Self { name, added: serde_yaml::from_str(&text).expect("YAML") }
        };
        names.map(read).into()
    }

    /// Changes an object as the webhook changes its pods.
    fn inject(&self, object: &mut Value) {
        let spec = pod_spec(object);
        for key in ["initContainers", "containers"] {
            let added = &self.added[key];
            let own = list(spec, key);
            // The API server fills in the probes' port; a mesh sends HTTP probes through its own.
            if let Some(port) = self.added["probes"].as_u64() {
                for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                    for container in
                        own.iter_mut().filter(|container| container[probe]["httpGet"].is_object())
                    {
                        let path = format!("/app-health/{}", container["name"].as_str().expect("a name"));
                        container[probe]["httpGet"] = json!({ "path": path, "port": port });
                    }
                }
            }
            for mount in items(&self.added["mounts"]) {
                for container in own.iter_mut() {
                    list(container, "volumeMounts").push(mount.clone());
                }
            }
            let last = std::mem::take(own);
            own.extend(items(&added["first"]).chain(last).chain(items(&added["last"])));
        }
        list(spec, "volumes").extend(items(&self.added["volumes"]));
    }

    /// The names of the containers that it adds, in the order in which they start.
    fn names(&self) -> Vec<String> {
        let places = ["initContainers", "containers"].map(|key| ["first", "last"].map(|place| (key, place)));
        let added = places.into_iter().flatten().flat_map(|(key, place)| items(&self.added[key][place]));
        added.map(|container| container["name"].as_str().expect("a name").to_owned()).collect()
    }
}

fn items(list: &Value) -> std::vec::IntoIter<Value> {
    list.as_array().cloned().unwrap_or_default().into_iter()
}

#[test]
fn what_injectors_add_is_allowed_and_shown_at_its_place() {
    let mut judged = 0;
    for injector in Injector::all() {
        for (name, source) in examples() {
            let mut compilation = compiled(&name, &source);
            let mut objects = objects(&compilation);
            for object in &mut objects {
                injector.inject(object);
            }
            let held = held(&mut compilation, &objects, &VerifyOptions::default());
            // A budget counts everything that the pod reserves.
            let mut others = compilation.diagnostics.iter().filter(|found| found.code != Code::OverBudget);
            assert!(others.next().is_none(), "{} on {name}: {}", injector.name, shown(&compilation));
            for (held, object) in held.iter().zip(&mut objects) {
                let added = held.containers.iter().filter(|container| container.added.is_some());
                let added: Vec<&str> = added.map(|container| container.name.as_str()).collect();
                assert_eq!(added, injector.names(), "{} on {name}", injector.name);
                let spec = pod_spec(object);
                let order = ["initContainers", "containers"].map(|key| list(spec, key).clone()).concat();
                let order: Vec<&str> =
                    order.iter().map(|one| one["name"].as_str().expect("a name")).collect();
                let shown: Vec<&str> = held.containers.iter().map(|one| one.name.as_str()).collect();
                assert_eq!(shown, order, "{} on {name}", injector.name);
                judged += 1;
            }
        }
    }
    assert!(judged > 90, "{judged}");
}

#[test]
fn the_texts_are_as_reviewed() {
    let mut stale = Vec::new();
    let mut expected = Vec::new();
    for injector in Injector::all() {
        let mut all = String::new();
        for example in ["django", "static-site", "vault-secrets"] {
            let name = format!("examples/{example}/main.initflow");
            let source = fs::read_to_string(&name).expect("a source can be read");
            let mut compilation = compiled(&name, &source);
            let mut objects = objects(&compilation);
            for object in &mut objects {
                injector.inject(object);
            }
            let held = held(&mut compilation, &objects, &VerifyOptions::default());
            all.extend([text(&held, Screen::default()), shown(&compilation), "\n".to_owned()]);
        }
        // The places are those of the JSON of this test.
        let path = format!("tests/verify/expected/{}.txt", injector.name);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &all).expect("a text can be written");
        } else if fs::read_to_string(&path).ok() != Some(all) {
            stale.push(path.clone());
        }
        expected.push(path);
    }
    assert!(stale.is_empty(), "{stale:?} are stale: run `UPDATE=1 cargo test --test verify`");
    for file in fs::read_dir("tests/verify/expected").expect("the folder can be read") {
        let path = file.expect("a file").path().display().to_string();
        assert!(expected.contains(&path), "{path} does not belong to an injector");
    }
}

#[test]
fn an_injection_that_breaks_a_link_is_found() {
    let name = "examples/vault-secrets/main.initflow";
    let source = fs::read_to_string(name).expect("a source can be read");
    let break_by = |change: fn(&mut Value)| {
        let mut compilation = compiled(name, &source);
        let mut objects = objects(&compilation);
        for object in &mut objects {
            for injector in Injector::all().iter().filter(|injector| injector.name == "istio-native") {
                injector.inject(object);
            }
            change(pod_spec(object));
        }
        held(&mut compilation, &objects, &VerifyOptions::default());
        compilation.diagnostics.iter().map(|found| found.code.name()).collect::<Vec<_>>()
    };
    assert!(break_by(|_| ()).is_empty());
    // Sorted by name, as some tools sort lists: `check-schema` comes before `vault-agent`.
    let sort = |spec: &mut Value| list(spec, "initContainers").sort_by_key(|one| one["name"].to_string());
    assert_eq!(break_by(sort), ["broken-order"]);
    // A policy that is older than native sidecars drops the fields that it does not know.
    let drop_fields = |spec: &mut Value| {
        for container in list(spec, "initContainers") {
            let fields = container.as_object_mut().expect("an object");
            fields.remove("restartPolicy");
            fields.remove("startupProbe");
        }
    };
    assert_eq!(break_by(drop_fields), ["changed-role"]);
    let drop_probe = |spec: &mut Value| {
        for container in list(spec, "initContainers") {
            container.as_object_mut().expect("an object").remove("startupProbe");
        }
    };
    assert_eq!(break_by(drop_probe), ["lost-gate"]);
}
