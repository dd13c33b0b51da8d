//! Checks that everything that compiles is admitted: thousands of generated programs, with every statement and every field.

use crate::coverage::Coverage;
use crate::generate::program;
use crate::judge::{FieldError, Judge, Verdict, admit};
use crate::lost;
use crate::report::Report;
use crate::shrink::shrink;
use crate::size;
use crate::source::Program;
use initflow::compile::Compilation;
use initflow::diagnostic::Severity;
use initflow::diagnostic::human::Human;
use rayon::prelude::*;
use serde_json::Value;
use std::env;

/// Warnings that are not about what Kubernetes accepts.
const OF_FLOW: &[&str] = &[
    "feature-gate-off",
    "private-file",
    "racing-migration",
    "shadowed-variable",
    "sidecar-without-startup-probe",
    "unprotected-download",
    "unread-volume",
    "unused-volume",
    "use-fsgroup",
];

/// How many programs are compiled before their objects are sent to the judge.
pub(crate) const BATCH: u64 = 500;

#[test]
#[ignore = "needs INITFLOW_JUDGE"]
fn compiled_objects_are_admitted() {
    let mut judge = Judge::start();
    let mut report = Report::new("sound");
    let mut coverage = Coverage::default();
    let wanted = size::cases(1_000, 20_000);
    let mut compiled = 0;
    for start in (0..).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        if compiled >= wanted {
            break;
        }
        let programs = batch(start);
        let good = count(&programs, &mut report);
        compiled += good.len() as u64;
        let objects: Vec<Vec<Value>> = good.iter().map(|(_, compilation)| objects(compilation)).collect();
        let requests: Vec<Value> = good
            .iter()
            .zip(&objects)
            .flat_map(|((program, _), objects)| objects.iter().map(|object| request(program, object)))
            .collect();
        let mut verdicts = judge.verdicts(&requests).into_iter();
        for ((program, compilation), objects) in good.iter().zip(objects) {
            coverage.program(program);
            for object in objects {
                let verdict = verdicts.next().expect("a verdict for each object");
                report.count("objects", object["kind"].as_str().unwrap_or_default());
                coverage.object(&object);
                complain(program, compilation, &object, &verdict, &mut judge, &mut report);
            }
        }
    }
    coverage.report(&mut report);
    report.finish();
}

/// Checks without a judge that most generated programs compile.
#[test]
fn most_programs_compile() {
    let mut report = Report::new("programs");
    let mut coverage = Coverage::default();
    let wanted = size::cases(200, 20_000);
    let mut all = 0;
    let mut good = 0;
    while all < wanted {
        let programs = batch(all);
        all += BATCH;
        for (program, compilation) in count(&programs, &mut report) {
            good += 1;
            coverage.program(program);
            for object in objects(compilation) {
                coverage.object(&object);
            }
        }
    }
    coverage.report(&mut report);
    report.finish();
    assert!(good * 10 > all * 3, "{good} of {all} compile");
}

/// The programs from a number on, with the result of each.
pub(crate) fn batch(start: u64) -> Vec<(Program, Compilation)> {
    let compile = |case| {
        let program = program(case);
        let compilation = program.compile();
        (program, compilation)
    };
    (start..start + BATCH).into_par_iter().map(compile).collect()
}

/// The programs that compile; the others are counted by their errors.
fn count<'p>(programs: &'p [(Program, Compilation)], report: &mut Report) -> Vec<&'p (Program, Compilation)> {
    let shown = env::var("SHOW").unwrap_or_default();
    let mut good = Vec::new();
    for pair in programs {
        let (_, compilation) = pair;
        if !compilation.failed() {
            report.count("programs", "compile");
            good.push(pair);
            continue;
        }
        report.count("programs", "are refused");
        let errors =
            compilation.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        for error in errors {
            report.count("refused for", error.code.name());
            if error.code.name() == shown {
                let text = Human::default().render(&compilation.sources, std::slice::from_ref(error));
                eprintln!("{text}");
            }
        }
    }
    good
}

/// The workloads of a program.
pub(crate) fn objects(compilation: &Compilation) -> Vec<Value> {
    let object =
        |compiled: &initflow::compile::Compiled| serde_json::to_value(compiled.object()).expect("JSON");
    compilation.workloads.iter().map(object).collect()
}

fn request(program: &Program, object: &Value) -> Value {
    let mut request = admit(program.version, object);
    request["defaulted"] = true.into();
    request
}

/// Reports why an object is refused, and which fields it loses without a warning.
fn complain(
    program: &Program,
    compilation: &Compilation,
    object: &Value,
    verdict: &Verdict,
    judge: &mut Judge,
    report: &mut Report,
) {
    for error in &verdict.errors {
        let rule = error.rule();
        if is_foreseen(error, compilation) {
            report.count("pods that are refused later, with a warning", &rule);
            continue;
        }
        report.disagree(&rule, || {
            let small = shrink(program.clone(), |program| {
                let compilation = program.compile();
                let asked: Vec<Value> = objects(&compilation).iter().map(|it| request(program, it)).collect();
                let errors = judge.verdicts(&asked).into_iter().flat_map(|verdict| verdict.errors);
                errors.into_iter().any(|error| error.rule() == rule && !is_foreseen(&error, &compilation))
            });
            format!("{small}{error}")
        });
    }
    for lost in lost::fields(object, verdict, compilation) {
        report.disagree(&format!("`{lost}` is dropped without a warning"), || {
            let small = shrink(program.clone(), |program| {
                let compilation = program.compile();
                let objects = objects(&compilation);
                let asked: Vec<Value> = objects.iter().map(|it| request(program, it)).collect();
                let verdicts = judge.verdicts(&asked);
                let mut pairs = objects.iter().zip(&verdicts);
                pairs.any(|(object, verdict)| lost::fields(object, verdict, &compilation).contains(&lost))
            });
            small.to_string()
        });
    }
}

/// Whether an error is about the pod that a controller creates, and the compiler warns: what the API server refuses only
/// then is not an error.
fn is_foreseen(error: &FieldError, compilation: &Compilation) -> bool {
    error.from == "pod"
        && compilation.diagnostics.iter().any(|diagnostic| !OF_FLOW.contains(&diagnostic.code.name()))
}
