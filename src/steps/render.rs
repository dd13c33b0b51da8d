//! `render`: a file made of a template and the values of some variables.
//!
//! ```initflow
//! render site {
//!   from templates "site.conf"
//!   into config "site.conf"
//!   vars ["PORT", "UPSTREAM"]
//!   mode 0444
//!   env { PORT "8080"; UPSTREAM configmap("shop", "upstream") }
//! }
//! ```
//!
//! | statement | meaning | without it |
//! |---|---|---|
//! | `from VOLUME "template"` | the template, in a volume | required |
//! | `into VOLUME "path"` | the file to make; folders on the way are made too | required |
//! | `vars ["A", "B"]` | the variables whose values are put in; the step's `env` has them | required |
//! | `mode 0444` | the file's mode, in octal | `0644` |
//!
//! Of the template, `$A` and `${A}` are replaced where `A` is among `vars`, by its value as it is; all else stays as it
//! stands: `$uri`, `$$`, `${A:-b}`. A value is put in once, and not looked at again. A variable that has no value is an
//! error that names it; an empty one is fine. The file is made under a temporary name and renamed. A template with null
//! characters is refused.

use super::{Image, InVolume, Lowered, StepInput, path_fault, shell};
use crate::diagnostic::{Applicability, Code, Diagnostic, change_to, nearest};
use crate::object::Node;
use crate::source::Span;
use crate::statement::Slot::One;
use crate::statement::{Direction, StatementPlace, StatementSpec, ValueType, of_step};
use smol_str::{SmolStr, format_smolstr};
use std::collections::HashMap;

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "render";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(
        HERE,
        "from",
        &[One("volume", ValueType::MountedVolume(Direction::Reads)), One("\"template\"", ValueType::Text)],
        "The template, in a volume; implies `reads volume`.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", ValueType::MountedVolume(Direction::Writes)), One("\"path\"", ValueType::Text)],
        "The file to make, in a volume; implies `writes volume`.",
    ),
    of_step(
        HERE,
        "vars",
        &[One("[\"NAME\", …]", ValueType::TextList)],
        "The variables of the step's `env` whose values are put in for `$NAME` and `${NAME}`; nothing else is replaced.",
    ),
    of_step(HERE, "mode", &[One("mode", ValueType::Mode)], "The file's mode, in octal; without it `0644`."),
];

pub(super) const SCRIPT: &str =
    concat!(include_str!("say.sh"), include_str!("work.sh"), include_str!("render.sh"));

/// The file's mode where none is given: its readers may run as other users.
const MODE: u32 = 0o644;

/// Variables that a container has though no source says so: the runtime's, and those of Services.
const FROM_THE_CLUSTER: [&str; 3] = ["HOSTNAME", "_SERVICE_HOST", "_SERVICE_PORT"];

/// The options of a `render`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The template.
    pub from: InVolume,
    /// The file to make.
    pub into: InVolume,
    /// The variables whose values are put in.
    pub vars: Vec<SmolStr>,
    /// The file's mode.
    pub mode: u32,
}

impl Options {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let wanted = [
            ("from", "from VOLUME \"template\""),
            ("into", "into VOLUME \"file\""),
            ("vars", "vars [\"NAME\"]"),
        ];
        let [from, into, vars] = given.must(wanted, diagnostics)?;
        let before = diagnostics.len();
        let mut paths = [None, None];
        for (option, path) in [from, into].into_iter().zip(&mut paths) {
            let Some((node, text)) = option.values.get(1).and_then(|node| Some((node, node.as_text()?)))
            else {
                continue;
            };
            match path_fault(text) {
                Some(fault) => diagnostics.push(
                    Diagnostic::error(Code::InvalidPath, node.span, "this is no path of a file in a volume")
                        .here(fault),
                ),
                None => *path = InVolume::of(option, text).map(|path| (path, node.span)),
            }
        }
        let names = names(vars.values.first()?.items(), given.variables.as_deref(), diagnostics);
        let [Some((from, _)), Some((into, span))] = paths else { return None };
        if from.path == into.path {
            diagnostics.push(
                Diagnostic::error(
                    Code::InvalidPath,
                    span,
                    "the file would take the place of its own template",
                )
                .here("the template's path")
                .help("give the file another path: the step may run again, and needs the template"),
            );
        }
        let options = Self { from, into, vars: names?, mode: given.number("mode", MODE) };
        (diagnostics.len() == before).then_some(options)
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let mut env = vec![
            ("INITFLOW_FROM".into(), self.from.path.clone()),
            ("INITFLOW_FROM_VOLUME".into(), self.from.volume.clone()),
        ];
        env.extend(self.into.variables());
        env.push(("INITFLOW_VARS".into(), self.vars.join(" ").into()));
        env.push(("INITFLOW_MODE".into(), format_smolstr!("{:04o}", self.mode)));
        Lowered { image: Some(Image::Render), command: shell(SCRIPT, "render"), env, ..Lowered::default() }
    }
}

/// The names of the variables; what is wrong with each is reported.
fn names(
    vars: &[Node],
    variables: Option<&[SmolStr]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<SmolStr>> {
    let mut seen = HashMap::new();
    let mut names = Vec::with_capacity(vars.len());
    for node in vars {
        let name = node.as_text()?;
        let shown = name.escape_debug();
        if let Some(first) = seen.insert(name, node.span) {
            diagnostics.push(
                Diagnostic::error(
                    Code::DuplicateItem,
                    node.span,
                    format!("the variable `{shown}` stands twice"),
                )
                .here("here again")
                .label(first, "first here")
                .help("remove one of the two"),
            );
        } else if !is_identifier(name) {
            diagnostics.push(
                Diagnostic::error(
                    Code::InvalidVariable,
                    node.span,
                    format!("a template cannot name `{shown}`"),
                )
                .here("expected letters, digits and `_`, the first no digit"),
            );
        } else if let Some(variables) = variables
            && !variables.iter().any(|variable| variable == name)
            && !FROM_THE_CLUSTER.iter().any(|end| name.ends_with(end))
        {
            diagnostics.push(unset(name, node.span, variables));
        }
        names.push(name.into());
    }
    Some(names)
}

fn unset(name: &str, span: Span, variables: &[SmolStr]) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(Code::UnsetVariable, span, format!("`{name}` has no value in this step"))
            .here("not a variable of the step's `env`")
            .help(format!("give it one: `env {{ {name} \"…\" }}`"));
    match nearest(name, variables.iter().map(SmolStr::as_str)) {
        Some(near) => {
            let title = change_to(near);
            diagnostic.help(title.clone()).fix(title, span, format!("\"{near}\""), Applicability::Unsafe)
        }
        None => diagnostic,
    }
}

/// Whether `$NAME` and `${NAME}` can stand for it.
fn is_identifier(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && letters.all(|letter| letter == b'_' || letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::is_identifier;

    #[test]
    fn a_template_names_what_a_shell_could() {
        for name in ["A", "_", "PORT_8", "a1"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "1A", "A-B", "A.B", "Ä", "A B", "$A"] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
