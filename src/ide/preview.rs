//! Shows what an open file compiles to, next to it: the YAML, the plan, and its pictures with the places of what they show.
//!
//! Invariant: nothing is shown for a file that does not compile.

use super::places::{Places, StatementPlace};
use super::{Analysis, Workspace};
use crate::diagnostic::Severity;
use crate::diagnostic::screen::Screen;
use crate::emit::SEPARATOR;
use crate::plan::{self, Axis, Plan, svg};

/// What is shown beside a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preview {
    /// The YAML, as `initflow compile` prints it.
    pub yaml: Option<String>,
    /// The plan, as `initflow plan` prints it.
    pub plan: Option<String>,
    /// How many errors there are.
    pub errors: usize,
    /// Why there is nothing to show.
    pub message: Option<String>,
}

/// The YAML and the plan of a file whose name is `name`.
pub(crate) fn preview(analysis: &Analysis, name: &str) -> Preview {
    match shown(analysis) {
        Err((errors, message)) => Preview { errors, message: Some(message), ..Preview::default() },
        Ok(plans) => {
            let workloads = &analysis.compilation.workloads;
            let texts: Vec<String> =
                workloads.iter().map(|workload| workload.compiled.yaml(Some(name))).collect();
            Preview {
                yaml: Some(texts.join(SEPARATOR)),
                plan: Some(plan::text(&plans, &analysis.compilation.sources, Screen::default())),
                errors: 0,
                message: None,
            }
        }
    }
}

/// The plan of a file as one picture with its style, as `initflow plan -o plan.svg` writes it.
pub(crate) fn picture(analysis: &Analysis) -> Option<String> {
    let plans = shown(analysis).ok()?;
    let sources = &analysis.compilation.sources;
    Some(plan::svg(plans.iter().map(|plan| (plan, sources)), Axis::Order))
}

/// What is drawn beside a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drawings {
    /// A picture for each workload.
    pub workloads: Vec<Drawing>,
    /// Why there is none.
    pub message: Option<String>,
}

/// The picture of how the pods of a workload start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drawing {
    /// The workload's kind and name.
    pub title: String,
    /// The picture, without a style; `data-entry` is a place in `entries`.
    pub svg: String,
    /// The workload's statement.
    pub place: StatementPlace,
    /// Its containers, in the order in which they start.
    pub entries: Vec<DrawnEntry>,
}

/// A container in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DrawnEntry {
    /// Its name.
    pub name: String,
    /// `step`, `sidecar` or `app`.
    pub role: &'static str,
    /// The statement that declares it.
    pub place: StatementPlace,
}

/// The pictures of the plans of a file.
pub(crate) fn drawings(analysis: &Analysis, workspace: &Workspace) -> Drawings {
    match shown(analysis) {
        Err((_, message)) => Drawings { workloads: Vec::new(), message: Some(message) },
        Ok(plans) => {
            let mut places = Places::new(analysis, workspace);
            let drawn = plans.iter().enumerate().map(|(nth, plan)| Drawing {
                title: plan.title(),
                svg: svg::part_of_page(plan, &analysis.compilation.sources, nth, Axis::Order),
                place: places.of(plan.span),
                entries: plan
                    .order
                    .iter()
                    .map(|start| DrawnEntry {
                        name: start.name.to_string(),
                        role: start.role.name(),
                        place: places.of(start.span),
                    })
                    .collect(),
            });
            Drawings { workloads: drawn.collect(), message: None }
        }
    }
}

/// The plans of a file's workloads; or how many errors there are, and why there is nothing to show.
fn shown(analysis: &Analysis) -> Result<Vec<Plan>, (usize, String)> {
    let found = analysis.compilation.diagnostics.iter();
    let errors = found.filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let plural = if errors == 1 { "" } else { "s" };
    if errors > 0 {
        return Err((errors, format!("the source has {errors} error{plural}")));
    }
    if analysis.unset() {
        return Err((0, "a `param` has no default, so its value is not known".to_owned()));
    }
    if analysis.compilation.workloads.is_empty() {
        return Err((0, "the source defines no workload".to_owned()));
    }
    Ok(analysis.compilation.workloads.iter().map(|workload| workload.plan().clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::CompileOptions;
    use crate::ide::{Parsed, Workspace};
    use std::sync::Arc;

    fn shown_of(text: &str) -> Preview {
        preview(
            &Analysis::of(
                &Parsed::new("a.initflow", text),
                &Workspace::default(),
                &CompileOptions::default(),
            ),
            "a.initflow",
        )
    }

    #[test]
    fn a_sound_program_is_shown() {
        let preview = shown_of("pod a { app b { image \"c\" } }\n");
        assert!(preview.yaml.is_some_and(|yaml| yaml.contains("kind: Pod")));
        assert!(preview.plan.is_some_and(|plan| plan.contains("1  app   b")));
        assert_eq!(preview.message, None);
    }

    #[test]
    fn params_of_used_files_need_values() {
        let library =
            Parsed::new("lib", "param n: cpu\ntemplate app web() { image \"w\"; cpu n; memory 1Gi }\n");
        let root = Parsed::new("a.initflow", "use \"lib\" as l\npod a { app b from l.web() }\n");
        let mut workspace = Workspace::default();
        workspace.set("lib", Arc::new(library));
        let analysis = Analysis::of(&root, &workspace, &CompileOptions::default());
        assert_eq!(
            preview(&analysis, "a").message.as_deref(),
            Some("a `param` has no default, so its value is not known")
        );
        assert_eq!(crate::ide::hints::hints(&root, &analysis), []);
    }

    #[test]
    fn what_cannot_be_shown_has_a_reason() {
        insta::assert_snapshot!(
                [
                    "pod a { app b { image 1 } }\n",
                    "param tag: string\npod a { app b { image tag } }\n",
                    "let a = 1\n",
                    "param p: bool = true\nwhen p { param n: cpu }\npod a { app b { image \"c\"; cpu n } }\n",
                ]
                .map(|text| shown_of(text).message.unwrap_or_default())
                .join("\n"),
            @r#"
            the source has 1 error
            a `param` has no default, so its value is not known
            the source defines no workload
            a `param` has no default, so its value is not known
            "#
        );
    }
}
