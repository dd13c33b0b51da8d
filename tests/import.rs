//! Checks that real manifests, imported and compiled again, are the same objects, and that manifests that the API server
//! refuses are refused.
//!
//! The manifests belong to others and are not in this repository: `CORPUS` names their folder. The tests are ignored by
//! default; `cargo test --test import -- --ignored` runs them.
#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)]

use initflow::compile::{CompileOptions, NoFiles, compile};
use initflow::diagnostic::human::Human;
use initflow::diagnostic::{Diagnostic, Severity};
use initflow::format::format;
use initflow::import::{Strangers, compile_manifests, import};
use initflow::kubernetes::quantity::Quantity;
use initflow::kubernetes::schema::{self, FieldType, ObjectSchema};
use initflow::manifest::yaml;
use initflow::source::{FileId, SourceFile, Sources};
use serde::Deserialize as _;
use serde_json::Value as Json;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The manifests of the corpus that match the schema but are refused by the API server, each with its diagnostic.
const REFUSED: [(&str, &str); 8] = [
    ("061-", "unknown-value"),
    ("107-", "invalid-name"),
    ("322-", "use-the-statement"),
    ("323-", "use-the-statement"),
    ("324-", "use-the-statement"),
    ("338-", "use-the-statement"),
    ("366-", "type-mismatch"),
    ("530-", "out-of-range"),
];

#[test]
#[ignore = "needs CORPUS, a folder of manifests"]
fn a_manifest_compiles_back_to_itself() {
    let mut failed = 0;
    let manifests = manifests("docs");
    for path in &manifests {
        let (text, name) = (read(path), name_of(path));
        if let Err(complaint) = comes_back(&name, &text) {
            failed += 1;
            println!("{name}: {complaint}");
        }
    }
    println!(
        "{} of {} manifests compile back to themselves, or are refused as by the API server",
        manifests.len() - failed,
        manifests.len()
    );
    assert_eq!(failed, 0);
}

#[test]
#[ignore = "needs CORPUS, a folder of manifests"]
fn a_manifest_has_the_findings_of_its_source() {
    let options = CompileOptions { check_only: true, ..CompileOptions::default() };
    let mut compared = 0;
    for path in manifests("docs") {
        let (text, name) = (read(&path), name_of(&path));
        let Some(source) = import(&name, text.clone(), &options).source else { continue };
        let of_manifest = compile_manifests(&name, text, Strangers::Skip, &options, |_| ());
        let of_source = compile(&name, source, &NoFiles, &options);
        assert_eq!(headlines(&of_manifest.diagnostics), headlines(&of_source.diagnostics), "{name}");
        compared += of_manifest.diagnostics.len();
    }
    println!("{compared} findings are the same");
    assert!(compared > 0);
}

fn headlines(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut all: Vec<String> = diagnostics
        .iter()
        .map(|found| format!("{} {:?} {}", found.code.name(), found.severity, found.headline))
        .collect();
    all.sort();
    all
}

#[test]
#[ignore = "needs CORPUS, a folder of manifests"]
fn manifests_that_the_api_server_refuses_are_refused_at_the_same_place() {
    let manifests = manifests("bad");
    let mut complaints = Vec::new();
    for path in &manifests {
        let text = read(path);
        let name = name_of(path);
        let imported = import(&name, text, &CompileOptions::default());
        let errors =
            || imported.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let file = &imported.sources.files()[0];
        let line = |diagnostic: &Diagnostic| file.line_column(diagnostic.primary.span.start).0;
        let lines: Vec<usize> = errors().map(line).collect();
        for error in errors() {
            println!("{name}:{}: {}: {}", line(error), error.code.name(), error.headline);
        }
        let expected = places(&reason(path, &name), file);
        let is_there = expected.iter().any(|range| lines.iter().any(|line| range.contains(line)));
        if lines.is_empty() || imported.source.is_some() || !is_there {
            complaints.push(format!("{name}: errors at {lines:?}, expected at {expected:?}"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The reason why a manifest is refused, from the index of its folder.
fn reason(path: &Path, name: &str) -> String {
    let index = fs::read_to_string(path.with_file_name("index.tsv")).expect("the folder has an index");
    let row = index.lines().find(|row| row.starts_with(name)).expect("the manifest is in the index");
    row.rsplit('\t').next().unwrap_or_default().to_owned()
}

/// The lines where a message for a reason is accepted: the line of the field, the lines of a syntax error, or any line if
/// the reason names neither.
fn places(reason: &str, file: &SourceFile) -> Vec<RangeInclusive<usize>> {
    let lines: Vec<usize> = reason
        .split("line ")
        .skip(1)
        .filter_map(|rest| rest.split([',', ' ']).next()?.parse().ok())
        .collect();
    if let (Some(first), Some(last)) = (lines.iter().min(), lines.iter().max()) {
        // Other parsers stop after the fault, this one at the fault.
        return vec![first.saturating_sub(1)..=*last];
    }
    let everywhere = vec![1..=usize::MAX];
    let Some(path) = reason.strip_prefix("ValidationError at ").and_then(|rest| rest.split(": ").next())
    else {
        return everywhere;
    };
    let stream = yaml::read(file, &mut Vec::new());
    let Some(mut node) = stream.documents.first() else { return everywhere };
    let mut place = node.span;
    for key in path.split('.') {
        let next = match key.parse::<usize>() {
            Ok(at) => node.items().get(at).map(|item| (item.span, item)),
            Err(_) => node.entry(key).map(|entry| (entry.key_span.to(entry.node.span), &entry.node)),
        };
        let Some((span, inner)) = next else { break };
        (place, node) = (span, inner);
    }
    vec![file.line_column(place.start).0..=file.line_column(place.end).0]
}

fn comes_back(name: &str, text: &str) -> Result<(), String> {
    let imported = import(name, text.to_owned(), &CompileOptions::default());
    let shown = |sources: &Sources, diagnostics: &[Diagnostic]| Human::default().render(sources, diagnostics);
    let Some(source) = imported.source.clone() else {
        let refused = REFUSED.iter().find(|(start, _)| name.starts_with(start));
        if refused
            .is_some_and(|(_, said)| imported.diagnostics.iter().any(|found| found.code.name() == *said))
        {
            return Ok(());
        }
        return Err(shown(&imported.sources, &imported.diagnostics));
    };
    if let Ok(folder) = std::env::var("IMPORTED") {
        fs::write(format!("{folder}/{name}.initflow"), &source).expect("written");
    }
    let again = import(name, text.to_owned(), &CompileOptions::default());
    if again.source.as_ref() != Some(&source) {
        return Err("a second import differs".into());
    }
    if format(&SourceFile::new(FileId(0), "imported", source.as_str())) != source {
        return Err(format!("the imported source is not formatted\n{source}"));
    }
    let compiled = compile("imported", source.clone(), &NoFiles, &CompileOptions::default());
    if compiled.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(format!("{}\n{source}", shown(&compiled.sources, &compiled.diagnostics)));
    }
    let [workload] = compiled.workloads.as_slice() else {
        return Err("the source does not have exactly one workload".into());
    };
    let object = workload.object();
    let got = serde_json::to_value(&object).expect("an object is JSON");
    let wanted = serde_yaml::Deserializer::from_str(text)
        .filter_map(|document| {
            let mut value = serde_yaml::Value::deserialize(document).ok()?;
            value.apply_merge().ok()?;
            serde_json::to_value(value).ok()
        })
        .find(|json| !json.is_null())
        .ok_or("the manifest has no document")?;
    let kind = wanted["kind"].as_str().unwrap_or_default().to_owned();
    let object = schema::object(&kind).ok_or("no such kind")?;
    let (wanted, got) = (object_as_stored(object, wanted), object_as_stored(object, got));
    match difference(&wanted, &got, "") {
        Some(difference) => Err(format!("{difference}\n{source}")),
        None => Ok(()),
    }
}

/// An object without values that mean nothing: `null`, empty lists and maps, and defaults.
fn object_as_stored(object: &'static ObjectSchema, json: Json) -> Json {
    let Json::Object(fields) = json else { return json };
    let mut kept = serde_json::Map::new();
    for (key, value) in fields {
        let Some(field) = object.field(&key) else {
            if key != "status" {
                kept.insert(key, value);
            }
            continue;
        };
        let value = as_stored(&field.ty, value);
        let says_nothing = is_default(object.name, &key, &value)
            || match (object.name, key.as_str()) {
                ("ContainerPort", "protocol") => value == "TCP",
                ("HTTPGetAction", "scheme") => value == "HTTP",
                ("VolumeMount", "readOnly") => value == false,
                // The API server fills these in.
                ("PersistentVolumeClaim", "apiVersion" | "kind") => true,
                (_, "resources" | "strategy" | "updateStrategy" | "rollingUpdate" | "metadata") => {
                    value == serde_json::json!({})
                }
                ("PodSpec", "securityContext") => value == serde_json::json!({}),
                ("EnvVar", "value") | ("EnvFromSource", "prefix") => value == "",
                _ => false,
            };
        let is_empty = match &value {
            Json::Null => true,
            Json::String(text) => text.is_empty() && matches!(field.ty, FieldType::Enum(_)),
            Json::Array(items) => items.is_empty(),
            Json::Object(map) => map.is_empty() && matches!(field.ty, FieldType::Map(_)),
            _ => false,
        };
        if !is_empty && !says_nothing {
            kept.insert(key, value);
        }
    }
    complete(object.name, &mut kept);
    if object.name == "Volume" && kept.len() == 1 {
        kept.insert("emptyDir".into(), serde_json::json!({}));
    }
    Json::Object(kept)
}

/// Whether the API server gives a field this value if it is absent, as its source code says.
fn is_default(object: &str, key: &str, value: &Json) -> bool {
    let defaults = serde_json::json!({
        "PodSpec": {
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
            "terminationGracePeriodSeconds": 30, "enableServiceLinks": true,
            "hostNetwork": false, "hostPID": false, "hostIPC": false,
        },
        "Container": {
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            "stdin": false, "stdinOnce": false, "tty": false,
        },
        "Probe": {
            "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
            "initialDelaySeconds": 0,
        },
        "ObjectFieldSelector": { "apiVersion": "v1" },
        "ConfigMapVolumeSource": { "defaultMode": 420 }, "SecretVolumeSource": { "defaultMode": 420 },
        "ProjectedVolumeSource": { "defaultMode": 420 }, "DownwardAPIVolumeSource": { "defaultMode": 420 },
        "ServiceAccountTokenProjection": { "expirationSeconds": 3600 },
        "PersistentVolumeClaimSpec": { "volumeMode": "Filesystem" },
        "PersistentVolumeClaimVolumeSource": { "readOnly": false }, "CSIVolumeSource": { "readOnly": false },
        "DeploymentSpec": { "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600, "minReadySeconds": 0 },
        "DeploymentStrategy": { "type": "RollingUpdate" },
        "RollingUpdateDeployment": { "maxSurge": "25%", "maxUnavailable": "25%" },
        "StatefulSetSpec": { "podManagementPolicy": "OrderedReady" },
        "StatefulSetUpdateStrategy": { "type": "RollingUpdate" },
        "RollingUpdateStatefulSetStrategy": { "partition": 0 },
        "DaemonSetSpec": { "revisionHistoryLimit": 10, "minReadySeconds": 0 },
        "DaemonSetUpdateStrategy": { "type": "RollingUpdate" },
        "RollingUpdateDaemonSet": { "maxUnavailable": 1, "maxSurge": 0 },
        "JobSpec": { "completionMode": "NonIndexed", "suspend": false, "backoffLimit": 6 },
        "CronJobSpec": {
            "concurrencyPolicy": "Allow", "suspend": false, "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 1,
        },
    });
    defaults[object].get(key) == Some(value)
}

/// Completes what depends on other fields, as the API server does.
fn complete(object: &str, kept: &mut serde_json::Map<String, Json>) {
    let text = |kept: &serde_json::Map<String, Json>, key: &str| kept.get(key)?.as_str().map(str::to_owned);
    match object {
        "Container" => {
            let Some(image) = text(kept, "image") else { return };
            let (name, digest) = image.split_once('@').unwrap_or((&image, ""));
            let tag = name.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag);
            let is_latest = tag == Some("latest") || (tag.is_none() && digest.is_empty());
            let policy = if is_latest { "Always" } else { "IfNotPresent" };
            kept.entry("imagePullPolicy").or_insert_with(|| policy.into());
        }
        "PodSpec" => {
            if let Some(account) = text(kept, "serviceAccountName") {
                kept.entry("serviceAccount").or_insert_with(|| account.into());
            }
        }
        "JobSpec" => {
            if !kept.contains_key("completions") && !kept.contains_key("parallelism") {
                kept.insert("completions".into(), 1.into());
            }
            kept.entry("parallelism").or_insert_with(|| 1.into());
        }
        _ => {}
    }
}

fn as_stored(ty: &'static FieldType, json: Json) -> Json {
    match (ty, json) {
        (FieldType::Object(object), json) => object_as_stored(object, json),
        (FieldType::List(inner), Json::Array(items)) => {
            items.into_iter().map(|item| as_stored(inner, item)).collect()
        }
        (FieldType::Map(inner), Json::Object(entries)) => {
            Json::Object(entries.into_iter().map(|(key, value)| (key, as_stored(inner, value))).collect())
        }
        (FieldType::Quantity, Json::String(text)) => canonical(&text),
        (FieldType::Quantity, Json::Number(number)) => canonical(&number.to_string()),
        // This reader follows YAML 1.2, in which these octal numbers are texts.
        (FieldType::Int32, Json::String(text)) => {
            i64::from_str_radix(&text, 8).map_or(Json::Null, Json::from)
        }
        (FieldType::Text, Json::Null) => Json::String(String::new()),
        (_, json) => json,
    }
}

fn canonical(text: &str) -> Json {
    Json::String(Quantity::parse(text).map_or(text.to_owned(), |quantity| quantity.to_string()))
}

fn difference(wanted: &Json, got: &Json, path: &str) -> Option<String> {
    match (wanted, got) {
        (Json::Object(a), Json::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                difference(
                    a.get(key).unwrap_or(&Json::Null),
                    b.get(key).unwrap_or(&Json::Null),
                    &format!("{path}.{key}"),
                )
            })
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(at, (a, b))| difference(a, b, &format!("{path}[{at}]")))
        }
        _ if wanted == got => None,
        _ => Some(format!("{path}: expected {wanted}, found {got}")),
    }
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a manifest can be read");
    text.trim_start_matches('\u{feff}').to_owned()
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

/// The manifests of a folder of the corpus.
fn manifests(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CORPUS").expect("CORPUS names a folder")).join(folder);
    let entries = fs::read_dir(&folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending != "tsv"));
    paths.sort();
    assert!(!paths.is_empty(), "{} has no manifests", folder.display());
    paths
}
