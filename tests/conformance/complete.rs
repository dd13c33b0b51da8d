//! Changes one thing in admitted objects, and checks that `import` refuses what Kubernetes refuses, at the same field, and
//! admits what Kubernetes admits.

use crate::judge::{FieldError, Judge, Verdict, admit_text};
use crate::lost::OF_THE_CLUSTER;
use crate::manifest::{Manifest, manifest};
use crate::mutants::{Base, Mutant, Stock, bases, below, support, type_at};
use crate::naming::{all_named, value_of, without_numbers};
use crate::report::Report;
use crate::shrink::shrink;
use crate::size;
use initflow::compile::CompileOptions;
use initflow::diagnostic::{Diagnostic, Severity};
use initflow::import::import;
use initflow::kubernetes::quantity::Quantity;
use initflow::kubernetes::schema::FieldType;
use initflow::kubernetes::version::{Support, Version};
use serde_json::Value;

/// How many mutants are judged at a time.
const BATCH: u64 = 500;

#[test]
#[ignore = "needs INITFLOW_JUDGE"]
fn import_refuses_the_mutants_that_kubernetes_refuses() {
    let mut judge = Judge::start();
    let mut report = Report::new("mutants of admitted objects");
    let stock = Stock::new(admitted(&mut judge, &mut report));
    let count = size::cases(2_000, 20_000);
    for first in (0..count).step_by(usize::try_from(BATCH).expect("small")) {
        let mutants: Vec<Mutant> = (first..count.min(first + BATCH)).map(|case| stock.mutant(case)).collect();
        let manifests: Vec<Manifest> = mutants.iter().map(|mutant| manifest(&mutant.object)).collect();
        let asked: Vec<Value> = mutants
            .iter()
            .zip(&manifests)
            .map(|(mutant, manifest)| admit_text(mutant.version, &manifest.text))
            .collect();
        let verdicts = judge.verdicts(&asked);
        for ((mutant, manifest), verdict) in mutants.iter().zip(&manifests).zip(&verdicts) {
            compare(mutant, manifest, verdict, &mut judge, &mut report);
        }
    }
    report.finish();
}

/// The objects that Kubernetes admits, each with the versions that admit it.
fn admitted(judge: &mut Judge, report: &mut Report) -> Vec<Base> {
    let mut bases = bases();
    let texts: Vec<String> = bases.iter().map(|base| manifest(&base.object).text).collect();
    let ask = |text: &String| Version::ALL.map(|version| admit_text(version, text));
    let verdicts = judge.verdicts(&texts.iter().flat_map(ask).collect::<Vec<_>>());
    for (base, verdicts) in bases.iter_mut().zip(verdicts.chunks(Version::ALL.len())) {
        let admits = |version: &Version| {
            Version::ALL
                .iter()
                .zip(verdicts)
                .any(|(other, verdict)| other == version && verdict.errors.is_empty())
        };
        base.versions.retain(admits);
        report.count("objects", if base.versions.is_empty() { "refused" } else { "admitted" });
    }
    bases.retain(|base| !base.versions.is_empty());
    bases
}

/// The outcome of comparing the two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Admitted,
    /// Both refuse it, for the same fields: how these are named.
    Refused(Vec<&'static str>),
    /// Only Kubernetes refuses it: the rule.
    Missed(String),
    /// Only initflow refuses it: the diagnostic.
    Invented(String),
    /// Only one refuses it, for a reason that a source does not show, or that the reference documents.
    Undecidable(&'static str),
    /// Both refuse it, but no diagnostic names the field of an error: the rule and the diagnostics.
    Elsewhere(String),
}

impl Outcome {
    fn of(verdict: &Verdict, found: &[Diagnostic], manifest: &Manifest, mutant: &Mutant) -> Self {
        // An object that is refused only when a controller creates the pod needs a warning.
        let fails_later =
            !verdict.errors.is_empty() && verdict.errors.iter().all(|error| error.from == "pod");
        let is_error = |diagnostic: &&Diagnostic| fails_later || diagnostic.severity == Severity::Error;
        let errors: Vec<&Diagnostic> = found.iter().filter(is_error).collect();
        if let Some(first) = verdict.errors.first().filter(|_| errors.is_empty()) {
            return if is_custom(verdict, &mutant.object) {
                Self::Undecidable("which custom kinds exist")
            } else if is_set_by_the_cluster(verdict, mutant) {
                Self::Undecidable("more lenient: fields that only a cluster sets are left out unread")
            } else if verdict.errors.iter().any(|error| is_empty_list(error, &mutant.object)) {
                Self::Undecidable("more lenient: empty lists are left out")
            } else {
                Self::Missed(rule(first))
            };
        }
        let Some(first) = errors.first() else { return Self::Admitted };
        if verdict.errors.is_empty() {
            let kind = mutant.object["kind"].as_str().unwrap_or_default();
            let support = |error: &&Diagnostic| {
                support(kind, manifest.path_at(&error.primary.span.range()), mutant.version)
            };
            let is_new = |error: &&Diagnostic| {
                error.code.name() == "field-too-new" || matches!(support(error), Support::Absent)
            };
            if errors.iter().any(is_new) {
                return Self::Undecidable("fields of later versions, which the judge knows in all versions");
            }
            if errors.iter().any(|error| error.code.name() == "too-large") {
                return Self::Undecidable("stricter: the limits of size");
            }
            let is_replaced = |found: &Diagnostic| {
                let place = manifest.path_at(&found.primary.span.range());
                found.code.name() == "duplicate-name"
                    && place.iter().any(|part| part == "volumeClaimTemplates")
            };
            if found.iter().any(is_replaced) {
                return Self::Undecidable("stricter: a volume that a claim replaces");
            }
            let is_off = found.iter().any(|found| found.code.name() == "feature-gate-off");
            if is_off || errors.iter().all(|error| support(error) != Support::Supported) {
                return Self::Undecidable("feature gates");
            }
            let stricter =
                |error: &&Diagnostic| stricter(manifest.path_at(&error.primary.span.range()), &mutant.object);
            if let Some(why) = errors.iter().map(stricter).collect::<Option<Vec<_>>>() {
                return Self::Undecidable(why[0]);
            }
            let place = without_numbers(manifest.path_at(&first.primary.span.range()));
            return Self::Invented(format!("{} {}", first.code, leveled(&place)));
        }
        let errors_of = located(verdict, mutant);
        match all_named(&errors, &errors_of, manifest, &mutant.object) {
            Ok(ways) => Self::Refused(ways),
            Err(error) => {
                let names: Vec<&str> = errors.iter().map(|diagnostic| diagnostic.code.name()).collect();
                Self::Elsewhere(format!("{} | {}", rule(error), names.join(" ")))
            }
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Admitted => "both admit",
            Self::Refused(_) => "both refuse",
            Self::Missed(_) => "only Kubernetes refuses",
            Self::Invented(_) => "only initflow refuses",
            Self::Undecidable(_) => "only the cluster can tell",
            Self::Elsewhere(_) => "both refuse, for different fields",
        }
    }
}

/// The rule that an error is about, in the same words for all kinds of workloads and containers.
fn rule(error: &FieldError) -> String {
    leveled(&error.rule())
}

/// A text in which paths of pods and of containers are the same for all kinds.
fn leveled(text: &str) -> String {
    let pods = text.replace("spec.jobTemplate.spec.template.", "POD.").replace("spec.template.", "POD.");
    pods.replace("POD.", "").replace("initContainers", "containers")
}

/// The errors of a verdict. A decoding error without a field is about the place that was changed.
fn located(verdict: &Verdict, mutant: &Mutant) -> Vec<FieldError> {
    let mut errors = verdict.errors.clone();
    for error in errors.iter_mut().filter(|error| error.kind == "decoding" && error.field.is_empty()) {
        let parts = mutant.pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
        error.field = parts.fold(String::new(), |field, part| field + "[" + &part + "]");
    }
    errors
}

/// Whether an object may have a custom kind: its group has a domain that is not one of Kubernetes.
fn is_custom(verdict: &Verdict, object: &Value) -> bool {
    let group =
        object["apiVersion"].as_str().and_then(|version| version.split_once('/')).map(|(group, _)| group);
    verdict.errors.iter().all(|error| error.detail.starts_with("no matches for kind"))
        && group.is_some_and(|group| group.contains('.') && !group.ends_with(".k8s.io"))
}

/// Whether all errors are in metadata that only a cluster sets.
fn is_set_by_the_cluster(verdict: &Verdict, mutant: &Mutant) -> bool {
    let times = ["creationTimestamp", "deletionTimestamp", "managedFields"];
    let has_time = || times.iter().any(|field| mutant.object["metadata"].get(field).is_some());
    verdict.errors.iter().all(|error| {
        let field = error.field.rsplit_once("metadata.").map_or("", |(_, field)| field);
        OF_THE_CLUSTER.iter().any(|set| field.starts_with(set))
            || error.detail.starts_with("parsing time") && has_time()
    })
}

/// Whether an error is that a field must not be set, and its value is an empty list.
fn is_empty_list(error: &FieldError, object: &Value) -> bool {
    error.kind == "Forbidden" && value_of(error, object).and_then(Value::as_array).is_some_and(Vec::is_empty)
}

/// The reason why a value is refused although Kubernetes accepts it: nobody can mean it, as the reference documents.
fn stricter(place: &[String], object: &Value) -> Option<&'static str> {
    let pointer = place.iter().fold(String::new(), |pointer, part| below(&pointer, part));
    let value = object.pointer(&pointer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
    let name = place.last().map_or("", String::as_str);
    match type_at(object, &pointer)? {
        // A directory of time zones has other files, too.
        FieldType::Text if name == "timeZone" && text == "posixrules" => {
            Some("time zones that only the API server's machine has")
        }
        FieldType::Quantity if name.starts_with("kubernetes.io/") => {
            Some("stricter: a resource in the domain of Kubernetes that is requested without a limit")
        }
        FieldType::Quantity => {
            let is_counted = Quantity::parse(&text).is_ok_and(|quantity| quantity.fits_millis());
            (!is_counted).then_some("stricter: amounts that Kubernetes itself cannot add up")
        }
        FieldType::Time => Some("stricter: times that only Go can read"),
        _ if pointer.starts_with("/spec/volumeClaimTemplates/") && place.len() == 4 => {
            Some("stricter: a claim template of another kind")
        }
        _ => None,
    }
}

/// The diagnostics of `import`.
fn diagnostics(version: Version, manifest: &Manifest) -> Vec<Diagnostic> {
    let options = CompileOptions { version, ..CompileOptions::default() };
    import("mutant.yaml", manifest.text.clone(), &options).diagnostics
}

/// Counts the outcome of a mutant, and records a disagreement.
fn compare(mutant: &Mutant, manifest: &Manifest, verdict: &Verdict, judge: &mut Judge, report: &mut Report) {
    let outcome = Outcome::of(verdict, &diagnostics(mutant.version, manifest), manifest, mutant);
    let title = outcome.title();
    report.count("outcomes", title);
    report.count(&format!("by change: {title}"), mutant.change);
    for error in &verdict.errors {
        report.count(&format!("by rule: {title}"), &rule(error));
    }
    let kind = match &outcome {
        Outcome::Admitted => return,
        Outcome::Refused(ways) => {
            for way in ways {
                report.count("the field is named", way);
            }
            return;
        }
        Outcome::Undecidable(what) => return report.count("only the cluster can tell", what),
        Outcome::Missed(what) | Outcome::Invented(what) | Outcome::Elsewhere(what) => {
            format!("{title}: {what}")
        }
    };
    report.disagree(&kind, || shrunk(mutant, &outcome, judge));
}

/// A disagreement, as small as possible, with both answers.
fn shrunk(mutant: &Mutant, outcome: &Outcome, judge: &mut Judge) -> String {
    let mut judged = |object: &Value| {
        let smaller = Mutant {
            object: object.clone(),
            base: mutant.base.clone(),
            pointer: mutant.pointer.clone(),
            ..*mutant
        };
        let manifest = manifest(object);
        let verdict = judge.verdict(&admit_text(mutant.version, &manifest.text));
        let errors = diagnostics(mutant.version, &manifest);
        (Outcome::of(&verdict, &errors, &manifest, &smaller), manifest, verdict, errors)
    };
    let small = shrink(mutant.object.clone(), |smaller| judged(smaller).0 == *outcome);
    let (_, manifest, verdict, errors) = judged(&small);
    let refused: Vec<String> = verdict.errors.iter().map(ToString::to_string).collect();
    let place = |diagnostic: &Diagnostic| manifest.path_at(&diagnostic.primary.span.range()).join(".");
    let found: Vec<String> = errors
        .iter()
        .map(|error| format!("{} at {}: {}", error.code.name(), place(error), error.headline))
        .collect();
    format!(
        "{} at {} ({}, {})\nKubernetes: {}\ninitflow: {}\n{}",
        mutant.change,
        mutant.pointer,
        mutant.base,
        mutant.version,
        refused.join("\n            "),
        found.join("\n          "),
        manifest.text,
    )
}
