//! Compares the cases of `tests/rules/` with Kubernetes' own code: it refuses a case that breaks a rule, at the field that
//! the case names, and accepts the others, in every version.

use crate::cases::{Case, cases, compiled, files, raised};
use crate::judge::{Judge, Verdict, admit};
use crate::report::Report;
use initflow::compile::{Compilation, unchecked};
use initflow::diagnostic::Severity;
use initflow::kubernetes::version::Version;
use serde_json::Value;

/// Files whose cases are about the language, not about the API.
const OF_THE_LANGUAGE: &[&str] = &["clone.txt", "flow.txt", "migrations.txt", "restricted.txt", "steps.txt"];

#[test]
#[ignore = "needs INITFLOW_JUDGE"]
fn rules_are_those_of_kubernetes() {
    let mut judge = Judge::start();
    let mut report = Report::new("rules");
    let files = files();
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for (name, text) in &files {
        let of_the_language = OF_THE_LANGUAGE.iter().any(|file| name.ends_with(file));
        for case in cases(text) {
            for version in Version::ALL.into_iter().filter(|version| case.is_about(*version)) {
                asked.extend(Asked::of(&case, version, of_the_language));
            }
        }
    }
    let requests: Vec<Value> = asked.iter().map(|asked| admit(asked.version, &asked.object)).collect();
    for (asked, verdict) in asked.iter().zip(judge.verdicts(&requests)) {
        let kind = if asked.refused { "refused" } else { "accepted" };
        report.count(&format!("Kubernetes {}", asked.version), kind);
        if let Some(complaint) = asked.complaint(&verdict) {
            let kind = format!("{} in {}", asked.head, asked.version);
            report.disagree(&kind, || format!("{complaint}\n{:#?}\n{:#}", verdict, asked.object));
        }
    }
    report.finish();
}

/// An object for the judge, and the expected answer.
struct Asked<'t> {
    head: &'t str,
    version: Version,
    object: Value,
    /// Whether the judge refuses the object.
    refused: bool,
    /// The fields that it must complain about if it refuses the object.
    fields: Vec<&'t str>,
    /// Whether the compiler warns, and whether the case is about a warning of the API server.
    warned: bool,
    must_warn: bool,
}

impl<'t> Asked<'t> {
    /// The objects of a case in a version, with the expected answers.
    fn of(case: &Case<'t>, version: Version, of_the_language: bool) -> Vec<Self> {
        let compilation = compiled(case.program(), version);
        let fails = compilation.failed();
        if fails && (of_the_language || !broken_alike(case, version, &compilation)) {
            return Vec::new();
        }
        let mut objects: Vec<Value> = if fails {
            unchecked(&case.program(), version)
        } else {
            let objects = compilation.workloads.iter().map(initflow::compile::Compiled::object);
            objects.map(|object| serde_json::to_value(object).expect("JSON")).collect()
        };
        let nothing_refused = case.fields == ["nothing"];
        assert!(!objects.is_empty() || nothing_refused, "{}: there is no object to judge", case.head);
        for (path, value) in &case.patches {
            let value: Value = serde_json::from_str(value)
                .unwrap_or_else(|error| panic!("{}: `{value}`: {error}", case.head));
            for object in &mut objects {
                set(object, path, value.clone());
            }
        }
        let warnings = |severity| compilation.diagnostics.iter().any(|one| one.severity == severity);
        let refused = fails && !nothing_refused;
        let asked = |object| Self {
            head: case.head,
            version,
            object,
            refused,
            fields: case.fields.clone(),
            warned: warnings(Severity::Warning),
            must_warn: case.rule.starts_with("WARN-") && case.expected != "nothing" && !fails,
        };
        objects.into_iter().map(asked).collect()
    }

    /// How the verdict of the judge differs from the expectation.
    fn complaint(&self, verdict: &Verdict) -> Option<String> {
        let of_object = verdict.errors.iter().any(|error| error.from != "pod");
        if self.refused {
            let named = |field: &&str| {
                verdict.errors.iter().any(|error| error.field == *field || error.kind == *field)
            };
            return if verdict.errors.is_empty() {
                Some("the judge accepts it".into())
            } else if self.fields.is_empty() || !self.fields.iter().all(named) {
                let mut fields: Vec<&str> = verdict.errors.iter().map(|error| error.field.as_str()).collect();
                fields.dedup();
                Some(format!("the judge complains about @ {}", fields.join(" @ ")))
            } else {
                None
            };
        }
        if of_object || (!verdict.errors.is_empty() && !self.warned) {
            Some("the judge refuses it".into())
        } else if !verdict.warnings.is_empty() && !self.warned {
            Some("the judge warns".into())
        } else if verdict.warnings.is_empty() && self.must_warn {
            Some("the judge does not warn".into())
        } else {
            None
        }
    }
}

/// Whether the compiler fails in a version as in the version of the case, for a reason that the judge knows too: in all
/// versions, the judge has the fields of the newest version.
fn broken_alike(case: &Case<'_>, version: Version, compilation: &Compilation) -> bool {
    let said = raised(compilation);
    said == case.expected
        && !said.contains("field-too-new")
        && (!case.fields.is_empty() || version == case.version())
}

impl Case<'_> {
    fn is_about(&self, version: Version) -> bool {
        self.only.is_none() || self.version() == version
    }
}

/// Sets the value at a path such as `spec.containers[0].image`; keys with dots are in quotes.
fn set(mut object: &mut Value, path: &str, value: Value) {
    let mut rest = path;
    while !rest.is_empty() {
        if let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            if let Ok(index) = index.parse::<usize>() {
                if !object.is_array() {
                    *object = Value::Array(Vec::new());
                }
                let items = object.as_array_mut().expect("made one");
                items.resize(items.len().max(index + 1), Value::Null);
                object = &mut items[index];
            } else {
                object = &mut object[index.trim_matches('"')];
            }
            rest = after;
        } else {
            rest = rest.trim_start_matches('.');
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            object = &mut object[&rest[..end]];
            rest = &rest[end..];
        }
    }
    *object = value;
}
