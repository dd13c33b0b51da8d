//! Turns the JSON schemas of the `k8s-openapi` crate, with the tables beside `src/kubernetes/schema.rs`, into static Rust:
//! every object of the seven workload kinds with its fields, their types, and the versions that have them.
// A build script has no other way to say what is wrong.
#![allow(clippy::expect_used, clippy::panic)]

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const TABLES: &str = "src/kubernetes/schema";

/// Objects of the schema that are written as text, as a number or as free JSON.
const PLAIN: [&str; 5] = ["Quantity", "IntOrString", "Time", "MicroTime", "FieldsV1"];

fn main() {
    let tables = Tables::read();
    let definitions = definitions();
    let mut code = String::new();
    let mut names = BTreeSet::new();
    for (name, schema) in &definitions {
        object(&mut code, &tables, name, schema);
        names.insert(name.as_str());
    }
    tables.check(&definitions);
    let _ = writeln!(code, "static OBJECTS: &[&Object] = &[");
    for name in names {
        let _ = writeln!(code, "    &{},", constant(name));
    }
    let _ = writeln!(code, "];");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("schema.rs"), code).expect("OUT_DIR can be written");
}

/// The objects with fields, by their short names, which are unique.
fn definitions() -> BTreeMap<String, Value> {
    use k8s_openapi::api::{apps::v1 as apps, batch::v1 as batch, core::v1 as core};
    let mut generator = SchemaSettings::draft07().into_generator();
    add::<core::Pod>(&mut generator);
    add::<apps::Deployment>(&mut generator);
    add::<apps::StatefulSet>(&mut generator);
    add::<apps::DaemonSet>(&mut generator);
    add::<apps::ReplicaSet>(&mut generator);
    add::<batch::Job>(&mut generator);
    add::<batch::CronJob>(&mut generator);
    let mut all = BTreeMap::new();
    for (name, schema) in generator.take_definitions(true) {
        assert!(all.insert(short(&name).to_owned(), schema).is_none(), "two objects are called {name}");
    }
    let mut reached = BTreeMap::new();
    for root in ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"] {
        reach(root, &all, &mut reached);
    }
    reached
}

/// Takes in an object and all that its fields refer to, but for `status`, which only the cluster writes.
fn reach(name: &str, all: &BTreeMap<String, Value>, reached: &mut BTreeMap<String, Value>) {
    if PLAIN.contains(&name) || reached.contains_key(name) {
        return;
    }
    reached.insert(name.to_owned(), all[name].clone());
    let fields = all[name]["properties"].as_object();
    for (_, field) in fields.into_iter().flatten().filter(|(field, _)| *field != "status") {
        for schema in [field, &field["items"], &field["additionalProperties"]] {
            if let Some(reference) = reference(schema) {
                reach(short(reference), all, reached);
            }
        }
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

fn short(name: &str) -> &str {
    name.rsplit(['.', '/']).next().unwrap_or(name)
}

/// Writes the static of one object.
fn object(code: &mut String, tables: &Tables, name: &str, schema: &Value) {
    let empty = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let _ = writeln!(code, "/// `{name}`.");
    let _ = writeln!(
        code,
        "pub static {}: Object = Object {{ name: {name:?}, doc: {:?}, fields: &[",
        constant(name),
        doc(schema)
    );
    for field in tables.in_order(name, properties, &required) {
        let schema = &properties[field];
        // What the cluster says of an object; the `status` that a pattern asks for is plain text.
        if field == "status" && reference(schema).is_some() {
            continue;
        }
        let path = format!("{name}.{field}");
        let _ = writeln!(
            code,
            "    Field {{ name: {field:?}, ty: {}, required: {}, since: {}, doc: {:?} }},",
            tables.typed(&path, schema),
            required.contains(&field),
            tables.since(&path),
            doc(schema),
        );
    }
    let _ = writeln!(code, "] }};");
}

/// `ContainerPort` as the name of a static: `CONTAINER_PORT`.
fn constant(name: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, char) in chars.iter().enumerate() {
        let starts = char.is_ascii_uppercase()
            && at > 0
            && (chars[at - 1].is_ascii_lowercase()
                || chars.get(at + 1).is_some_and(char::is_ascii_lowercase));
        if starts {
            out.push('_');
        }
        out.push(char.to_ascii_uppercase());
    }
    out
}

fn doc(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The tables of what the schema lacks.
struct Tables {
    enums: HashMap<String, Vec<String>>,
    gates: HashMap<String, String>,
    order: HashMap<String, (Vec<String>, Vec<String>)>,
}

impl Tables {
    fn read() -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let availability = |row: &[String]| {
            let minor = |text: &str| text.strip_prefix("1.").expect("a version is 1.N").to_owned();
            let on = if row[2] == "-" { "None".into() } else { format!("Some(Version({}))", minor(&row[2])) };
            format!("Availability {{ from: Version({}), on: {on}, gate: {:?} }}", minor(&row[1]), row[3])
        };
        Self {
            enums: rows("enums.tsv").into_iter().map(|row| (row[0].clone(), words(&row[1]))).collect(),
            gates: rows("gates.tsv").into_iter().map(|row| (row[0].clone(), availability(&row))).collect(),
            order: rows("order.tsv")
                .into_iter()
                .map(|row| {
                    (row[0].clone(), (words(&row[1]), row.get(2).map(|last| words(last)).unwrap_or_default()))
                })
                .collect(),
        }
    }

    /// The fields of an object in the order in which people write them.
    fn in_order<'f>(&self, object: &str, fields: &'f Map<String, Value>, required: &[&str]) -> Vec<&'f str> {
        let none = (Vec::new(), Vec::new());
        let (first, last) = self.order.get(object).unwrap_or(&none);
        let mut names: Vec<&str> = fields.keys().map(String::as_str).collect();
        names.sort_by_key(|name| {
            let rank = |names: &[String]| names.iter().position(|listed| listed == name);
            match (rank(first), rank(last)) {
                (Some(at), _) => (0, at),
                (None, Some(at)) => (3, at),
                (None, None) if *name == "name" => (1, 0),
                (None, None) if required.contains(name) => (1, 1),
                (None, None) => (2, 0),
            }
        });
        names
    }

    /// The type of a field, as a Rust expression.
    fn typed(&self, path: &str, schema: &Value) -> String {
        if let Some(reference) = reference(schema) {
            return match short(reference) {
                "Quantity" => "Type::Quantity".into(),
                "IntOrString" => "Type::IntOrString".into(),
                "Time" | "MicroTime" => "Type::Time".into(),
                "FieldsV1" => "Type::Any".into(),
                object => format!("Type::Object(&{})", constant(object)),
            };
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("boolean"), _) => "Type::Bool".into(),
            (Some("integer"), Some("int32")) => "Type::Int32".into(),
            (Some("integer"), _) => "Type::Int64".into(),
            (Some("string"), _) => match self.enums.get(path) {
                Some(values) => self.enumeration(path, values),
                None => "Type::Text".into(),
            },
            (Some("array"), _) => format!("Type::List(&{})", self.typed(path, &schema["items"])),
            (Some("object"), _) if schema["additionalProperties"].is_object() => {
                format!("Type::Map(&{})", self.typed(path, &schema["additionalProperties"]))
            }
            other => panic!("{path} has a type that is not known: {other:?}"),
        }
    }

    fn enumeration(&self, path: &str, values: &[String]) -> String {
        let mut out = String::from("Type::Enum(&[");
        for value in values {
            let _ = write!(
                out,
                "EnumValue {{ name: {value:?}, since: {} }}, ",
                self.since(&format!("{path}={value}"))
            );
        }
        out + "])"
    }

    fn since(&self, path: &str) -> String {
        self.gates.get(path).cloned().unwrap_or_else(|| "Availability::ALWAYS".into())
    }

    /// Every row of the tables has to name something that the schema has.
    fn check(&self, definitions: &BTreeMap<String, Value>) {
        let field = |path: &str| {
            let (object, field) = path.split_once('.').expect("a row names object.field");
            let found = definitions.get(object).map_or(&Value::Null, |schema| &schema["properties"][field]);
            assert!(!found.is_null(), "{TABLES}: the schema has no {path}");
            found
        };
        for (path, values) in &self.enums {
            let schema = field(path);
            let text = [&schema["type"], &schema["items"]["type"]].contains(&&Value::from("string"));
            assert!(text && !values.is_empty(), "{TABLES}: {path} is no text, or has no values");
        }
        for path in self.gates.keys() {
            let (path, value) =
                path.split_once('=').map_or((&**path, None), |(path, value)| (path, Some(value)));
            field(path);
            let known = value.is_none_or(|value| self.enums[path].iter().any(|known| known == value));
            assert!(known, "{TABLES}: {path} has no value {value:?}");
        }
        for (object, (first, last)) in &self.order {
            for name in first.iter().chain(last) {
                field(&format!("{object}.{name}"));
            }
        }
    }
}

/// The rows of a table, without its comments.
fn rows(file: &str) -> Vec<Vec<String>> {
    let path = format!("{TABLES}/{file}");
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}
