//! `initflow krm`: runs as a function of the Kubernetes resource model, for kustomize and other programs that run such
//! functions. Reads a `ResourceList` from standard input, adds what sources compile to, and writes it to standard output.
//!
//! The output is JSON, which is also YAML. A compiled object replaces an object of the same kind and name. With `verify`,
//! nothing is changed: the objects are held to the sources.

use super::arguments::Confined;
use super::console::Console;
use super::exit_status::Status;
use super::params;
use crate::compile::{Compilation, CompileOptions, Compiled, compile, compile_with};
use crate::diagnostic::Severity;
use crate::diagnostic::human::Human;
use crate::emit;
use crate::files::Root;
use crate::manifest::yaml::{self, YamlEntry, YamlNode, YamlValue};
use crate::model::Setting;
use crate::source::{MAX_SOURCE_BYTES, SourceFile, Sources};
use crate::total::sure;
use crate::verify::{Rendered, VerifyOptions, unknown_names, verify};
use clap::Args;
use serde_json::{Map, Value as Json, json};
use std::io::Read as _;
use std::path::Path;

/// What the function reads as its configuration.
const CONFIGURATION: &str = "set `spec.files` to a list of sources, or `spec.source` to the text of one, in the function's configuration";

const HELP: &str = "\
Use it as a generator or transformer of kustomize (`kustomize build --enable-alpha-plugins --enable-exec`). The reference
has the configuration: `spec.files` or `spec.source`, `spec.set`, `spec.kube`. With `spec.verify: true`, it holds the objects to the
sources and changes nothing.";

/// What may be read.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct KrmArguments {
    #[command(flatten)]
    confined: Confined,
}

pub(super) fn run(arguments: &KrmArguments, console: &mut Console) -> Status {
    let Some(grounds) = arguments.confined.grounds(console) else { return console.finish() };
    let here = Path::new(".");
    let ground = grounds.of(here, here);
    console.root(&ground.root);
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MAX_SOURCE_BYTES as u64 + 1).read_to_end(&mut bytes);
    let text = match read.map(|_| String::from_utf8(bytes)) {
        Ok(Ok(text)) if text.len() <= MAX_SOURCE_BYTES => text,
        Ok(Ok(_)) => return refuse(console, "the ResourceList is larger than 32 MiB"),
        Ok(Err(_)) => return refuse(console, "the ResourceList is not UTF-8"),
        Err(error) => return refuse(console, &format!("cannot read standard input: {error}")),
    };
    let mut sources = Sources::default();
    let id = sources.add("<stdin>", text);
    let mut diagnostics = Vec::new();
    let stream = yaml::read(sources.get(id), &mut diagnostics);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        console.diagnostics("<stdin>", &sources, &diagnostics);
        return console.finish();
    }
    let [list] = stream.documents.as_slice() else { return refuse(console, "expected one ResourceList") };
    if list.get("kind").and_then(YamlNode::as_text) != Some("ResourceList") {
        return refuse(console, "expected a ResourceList");
    }
    let done = Program::of(list, &ground.root).and_then(|program| match &program.verify {
        Some(options) => Ok((None, program.verified(sources.get(id), options, &ground.root, console)?)),
        None => {
            let (made, results) = program.made(&ground.root, console);
            Ok((Some(made), results))
        }
    });
    let (made, results) = match done {
        Ok(done) => done,
        Err(message) => return refuse(console, &message),
    };
    let failed = results.iter().any(|result| result["severity"] == "error");
    if made.is_none()
        && let Some(same) = unchanged(&sources.get(id).text, list, &results)
    {
        console.print(&same);
        if failed {
            console.raise(Status::Errors);
        }
        return console.finish();
    }
    let mut items: Vec<Json> = list.get("items").map_or(&[][..], YamlNode::items).iter().map(plain).collect();
    for mut object in made.into_iter().flatten() {
        match items.iter_mut().find(|item| is_same(item, &object)) {
            Some(item) => {
                // If the source does not set a namespace, the one that the object was given stays.
                if object["metadata"]["namespace"].is_null() && !item["metadata"]["namespace"].is_null() {
                    object["metadata"]["namespace"] = item["metadata"]["namespace"].take();
                }
                *item = object;
            }
            None => items.push(object),
        }
    }
    let mut output = json!({
        "apiVersion": "config.kubernetes.io/v1",
        "kind": "ResourceList",
        "items": items,
        "results": results,
    });
    if let Some(configuration) = list.get("functionConfig") {
        output["functionConfig"] = plain(configuration);
    }
    console.print(&format!("{output:#}\n"));
    if failed {
        console.raise(Status::Errors);
    }
    console.finish()
}

/// The text of a list with results at its end, if it is written in lines. kustomize compares not only what objects say
/// before and after a validator, but also how they are written.
fn unchanged(text: &str, list: &YamlNode, results: &[Json]) -> Option<String> {
    let in_lines = |entry: &YamlEntry| {
        let start = entry.key_span.start as usize;
        (start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n')) && entry.key != "results"
    };
    let ends = text.trim_end().ends_with("\n...");
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let results = (!results.is_empty()).then(|| format!("results: {}\n", Json::from(results.to_vec())));
    let is_open = !ends && list.entries().iter().all(in_lines);
    is_open.then(|| format!("{text}{end}{}", results.unwrap_or_default()))
}

fn refuse(console: &mut Console, message: &str) -> Status {
    console.trouble(message);
    console.help(CONFIGURATION);
    console.finish()
}

/// What a configuration names.
struct Program {
    /// The sources, each with its name.
    texts: Vec<(String, String)>,
    options: CompileOptions,
    /// How to hold the items to the sources, if they are not to be changed.
    verify: Option<VerifyOptions>,
}

impl Program {
    fn of(list: &YamlNode, root: &Root) -> Result<Self, String> {
        let spec = list.get("functionConfig").and_then(|configuration| configuration.get("spec"));
        let Some(spec) = spec else {
            return Err("the ResourceList has no functionConfig with a spec".to_owned());
        };
        let known = ["files", "source", "set", "kube", "verify", "names", "partial"];
        if let Some(unknown) = spec.entries().iter().find(|entry| !known.contains(&entry.key.as_str())) {
            return Err(format!(
                "unknown field `spec.{}`, expected one of {}",
                unknown.key,
                known.join(", ")
            ));
        }
        let version =
            spec.get("kube").and_then(YamlNode::as_text).map_or(Ok(None), |text| text.parse().map(Some))?;
        let set = spec
            .get("set")
            .map_or(&[][..], YamlNode::entries)
            .iter()
            .map(|entry| setting(&entry.key, &entry.node));
        let options = CompileOptions {
            version: version.unwrap_or_default(),
            settings: params::last_of_each(set.collect::<Result<_, _>>()?),
            ..CompileOptions::default()
        };
        let mut texts = Vec::new();
        if let Some(source) = spec.get("source") {
            let text = source.as_text().ok_or("`spec.source` is not text")?;
            texts.push(("source.initflow".to_owned(), text.to_owned()));
        }
        for file in spec.get("files").map_or(&[][..], YamlNode::items) {
            let name = file.as_text().ok_or("an item of `spec.files` is not text")?;
            let text = root.read(Path::new(name), MAX_SOURCE_BYTES);
            let text = text.map_err(|reason| format!("cannot read `{name}`: {reason}"))?;
            texts.push((name.to_owned(), text));
        }
        if texts.is_empty() {
            return Err("there is nothing to compile".to_owned());
        }
        let flag = |key: &str| match spec.get(key).map(|node| &node.value) {
            None => Ok(false),
            Some(YamlValue::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("`spec.{key}` is not `true` or `false`")),
        };
        let (is_verified, partial) = (flag("verify")?, flag("partial")?);
        let name = |entry: &YamlEntry| match entry.node.as_text() {
            Some(object) => Ok((entry.key.to_string(), object.to_owned())),
            None => Err(format!("`spec.names.{}` is not text", entry.key)),
        };
        let names = spec.get("names").map_or(&[][..], YamlNode::entries).iter().map(name);
        let names: Vec<_> = names.collect::<Result<_, _>>()?;
        if !is_verified && (partial || !names.is_empty()) {
            return Err("`spec.names` and `spec.partial` need `spec.verify: true`".to_owned());
        }
        Ok(Self { texts, options, verify: is_verified.then_some(VerifyOptions { names, partial }) })
    }

    /// The objects that the sources compile to, and the findings in the sources.
    fn made(&self, root: &Root, console: &mut Console) -> (Vec<Json>, Vec<Json>) {
        let (mut made, mut results) = (Vec::new(), Vec::new());
        for (name, text) in &self.texts {
            let compilation =
                compile_with(name, text.clone(), root, &self.options, |compiled| objects(&compiled));
            // Some programs that run functions do not show their results.
            console.diagnostics(name, &compilation.sources, &compilation.diagnostics);
            results.extend(found(&compilation));
            for objects in compilation.workloads {
                made.extend(objects);
            }
        }
        (made, results)
    }

    /// What the items break of the sources.
    fn verified(
        &self,
        list: &SourceFile,
        options: &VerifyOptions,
        root: &Root,
        console: &mut Console,
    ) -> Result<Vec<Json>, String> {
        let mut rendered = Rendered::default();
        rendered.read(&list.name, &*list.text);
        for (file, diagnostics) in rendered.diagnostics() {
            let mut sources = Sources::default();
            sources.share(file.id, file);
            console.diagnostics(&file.name, &sources, diagnostics);
        }
        if rendered.is_empty() {
            return Err("there is no workload and no pod among the items".to_owned());
        }
        let compiled = self.texts.iter().map(|(name, text)| compile(name, text.clone(), root, &self.options));
        let mut compiled: Vec<Compilation> = compiled.collect();
        if let Some(name) = unknown_names(&compiled.iter().collect::<Vec<_>>(), options).first() {
            return Err(format!("`spec.names.{name}`: the sources have no workload `{name}`"));
        }
        // Warnings about the sources are shown when they are compiled.
        for compilation in &mut compiled {
            compilation.diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
        }
        let held = if compiled.iter().any(Compilation::failed) {
            None
        } else {
            Some(verify(&mut compiled.iter_mut().collect::<Vec<_>>(), &rendered, options))
        };
        let mut results = Vec::new();
        for ((name, _), compilation) in self.texts.iter().zip(&compiled) {
            console.diagnostics(name, &compilation.sources, &compilation.diagnostics);
            results.extend(found(compilation));
        }
        match held {
            Some(held) if held.is_empty() && results.is_empty() => {
                Err("the items have no workload of the sources".to_owned())
            }
            _ => Ok(results),
        }
    }
}

fn setting(name: &str, value: &YamlNode) -> Result<Setting, String> {
    let value = match &value.value {
        YamlValue::Text(text) | YamlValue::Number(text) => text.to_string(),
        YamlValue::Bool(bool) => bool.to_string(),
        _ => return Err(format!("`spec.set.{name}` is not text, a number or a boolean")),
    };
    let origin = format!("`spec.set.{name}`");
    Ok(Setting { origin, ..Setting::new(name, value) })
}

fn objects(compiled: &Compiled) -> Vec<Json> {
    let object = compiled.lowered();
    let objects = compiled.access.iter().chain([&object]);
    // The compiler always writes valid JSON.
    objects.map(|object| sure(serde_json::from_str(&emit::json(&[object])))).collect()
}

/// The diagnostics, as results of the function.
fn found<T>(compilation: &Compilation<T>) -> Vec<Json> {
    let Compilation { sources, diagnostics, .. } = compilation;
    let result = |diagnostic: &crate::diagnostic::Diagnostic| {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let file = &sources.get(diagnostic.primary.span.file).name;
        let message = Human::default().render(sources, std::slice::from_ref(diagnostic));
        json!({
            "message": message.trim_end(),
            "severity": severity,
            "file": { "path": file },
            "tags": { "name": diagnostic.code.name() },
        })
    };
    diagnostics.iter().map(result).collect()
}

/// Whether a compiled object replaces an item.
fn is_same(item: &Json, object: &Json) -> bool {
    let (old, new) = (&item["metadata"], &object["metadata"]);
    let same = |key: &str| item[key] == object[key];
    let namespace = new["namespace"].is_null() || old["namespace"] == new["namespace"];
    same("apiVersion") && same("kind") && old["name"] == new["name"] && namespace
}

/// A node as JSON, without its places.
fn plain(node: &YamlNode) -> Json {
    match &node.value {
        YamlValue::Null => Json::Null,
        YamlValue::Bool(bool) => Json::Bool(*bool),
        YamlValue::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| number.as_str().into()),
        YamlValue::Text(text) => text.as_str().into(),
        YamlValue::List(items) => items.iter().map(plain).collect(),
        YamlValue::Map(entries) => {
            let entries = entries.iter().map(|entry| (entry.key.to_string(), plain(&entry.node)));
            Json::Object(entries.collect::<Map<_, _>>())
        }
    }
}
