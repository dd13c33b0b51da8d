use super::*;
use crate::compile::CompileOptions;
use crate::ide::Workspace;
use std::sync::Arc;

const PLACES: &str = "pod a {\n  volume v\n  sidecar p { image \"p\"; cpu 100m; started tcp 80 }\n  step s { image \"s\"; writes v at /v; after p }\n  \
                      app b { image \"b\"; reads v at /v; cpu 1 }\n  app c { image \"c\" }\n}\n";

fn analyzed(text: &str) -> (Arc<Parsed>, Analysis) {
    let file = Arc::new(Parsed::new("a", text));
    let analysis = Analysis::of(&file, &Workspace::default(), &CompileOptions::default());
    (file, analysis)
}

/// The lines of a text that have hints, with them.
fn shown(text: &str, hints: &[Hint]) -> String {
    let mut shown = text.to_owned();
    for Hint { offset, label, .. } in hints.iter().rev() {
        shown.insert_str(*offset, &format!("«{label}»"));
    }
    shown.split_inclusive('\n').filter(|line| line.contains('«')).collect()
}

fn fresh(text: &str) -> String {
    let (file, analysis) = analyzed(text);
    shown(text, &hints(&file, &analysis))
}

#[test]
fn order_and_totals_are_shown_where_they_are_caused() {
    insta::assert_snapshot!(fresh(PLACES), @r#"
    pod a {«cpu 1100m»
      sidecar p«#1» { image "p"; cpu 100m; started tcp 80 }
      step s«#2» { image "s"; writes v at /v; after p }
      app b«#3» { image "b"; reads v at /v; cpu 1 }
      app c«#3» { image "c" }
    "#);
}

#[test]
fn a_part_has_the_numbers_of_its_containers() {
    insta::assert_snapshot!(fresh(
        "template part t() {\n  step one { image \"a\"; cpu 1 }\n  step two { image \"b\" }\n}\n\
         deployment d from u() {\n  step zero { image \"z\" }\n  part q from t()\n  step last { image \"l\"; after q.one }\n}\n\
         template deployment u() {\n  app w { image \"w\" }\n}\n"
    ), @r#"
      step one«#2» { image "a"; cpu 1 }
      step two«#3» { image "b" }
    deployment d from u() {«cpu 1»
      step zero«#1» { image "z" }
      part q from t()«#2–#3»
      step last«#4» { image "l"; after q.one }
      app w«#5» { image "w" }
    "#);
}

#[test]
fn the_hints_of_a_workload_stay_while_a_statement_is_typed() {
    let typed = "  step t { image \"t\"; cpu 2 }\n";
    let at = PLACES.find("  app b").unwrap();
    let mut kept: Option<KeptHints> = None;
    let mut counts = Vec::new();
    for length in 0..=typed.len() {
        let text = [&PLACES[..at], &typed[..length], &PLACES[at..]].concat();
        let (file, analysis) = analyzed(&text);
        let now = KeptHints::of(&file, &analysis, kept.as_ref());
        counts.push(now.hints().len());
        for hint in now.hints() {
            let before = &text[..hint.offset];
            assert!(before.ends_with(['a', 'p', 's', 't', 'b', 'c', '{']), "{before}«{}»", hint.label);
        }
        kept = Some(now);
    }
    assert!(counts.iter().all(|count| *count >= counts[0]), "{counts:?}");
    assert_eq!(*counts.last().unwrap(), counts[0] + 1);
}

#[test]
fn a_hint_goes_with_its_text_and_is_gone_without_errors() {
    let (file, analysis) = analyzed(PLACES);
    let kept = KeptHints::of(&file, &analysis, None);
    let after = |text: &str| {
        let (file, analysis) = analyzed(text);
        shown(text, KeptHints::of(&file, &analysis, Some(&kept)).hints())
    };
    // Without the totals that caused it, the hint of a program that compiles is gone.
    let cheap = PLACES.replace("; cpu 100m", "").replace("; cpu 1 ", " ");
    assert_eq!(after(&cheap), fresh(&cheap));
    let broken = PLACES.replace("image \"s\"", "imag");
    assert_eq!(fresh(&broken), "");
    assert_eq!(after(&broken).matches('«').count(), kept.hints().len());
    // A step that has been removed has no hint any more.
    let removed = broken.lines().filter(|line| !line.contains("step s")).collect::<Vec<_>>().join("\n");
    assert!(!after(&format!("{removed}\npod")).contains("step s"));
    assert_eq!(after(""), "");
    assert_eq!(after("pod é {"), "");
}
