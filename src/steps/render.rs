//! Implements `render`: creates a file from a template and the values of some variables.
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
//! | statement | meaning | default |
//! |---|---|---|
//! | `from VOLUME "template"` | the template, in a volume | required |
//! | `into VOLUME "path"` | the file to create; parent folders are created too | required |
//! | `vars ["A", "B"]` | the variables of the step's `env` whose values are inserted | required |
//! | `mode 0444` | the file's mode, in octal | `0644` |
//!
//! In the template, `$A` and `${A}` are replaced by the value of `A` if `A` is listed in `vars`; everything else stays as it
//! is: `$uri`, `$$`, `${A:-b}`. An inserted value is not searched again. A variable without a value is an error that names
//! it; an empty value is fine. The file is written under a temporary name and renamed. A template with null characters is
//! refused.

use super::script::{NEWLINE, part, shell};
use super::{FILE_PATH, Image, InVolume, Lowered, StepInput, mismatch, path_fault};
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
        "The template, in a volume. Implies `reads volume`.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", ValueType::MountedVolume(Direction::Writes)), One("\"path\"", ValueType::Text)],
        "The file to create, in a volume. Implies `writes volume`.",
    ),
    of_step(
        HERE,
        "vars",
        &[One("[\"NAME\", …]", ValueType::TextList)],
        "The variables of the step's `env` whose values replace `$NAME` and `${NAME}`. Nothing else is replaced.",
    ),
    of_step(
        HERE,
        "mode",
        &[One("mode", ValueType::Mode)],
        "The file's mode, in octal. The default is `0644`.",
    ),
];

/// The default mode of the file: its readers may run as other users.
const MODE: u32 = 0o644;

/// Endings of variables that a container has without a source setting them: the runtime's, and those of Services.
const FROM_THE_CLUSTER: [&str; 3] = ["HOSTNAME", "_SERVICE_HOST", "_SERVICE_PORT"];

/// The options of a `render`.
#[derive(Clone, Debug)]
pub struct RenderOptions {
    /// The template.
    pub from: InVolume,
    /// The file to create.
    pub into: InVolume,
    /// The variables whose values are inserted.
    pub vars: Vec<SmolStr>,
    /// The file's mode.
    pub mode: u32,
}

impl RenderOptions {
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
                    Diagnostic::error(Code::InvalidPath, node.span, mismatch(FILE_PATH, text)).here(fault),
                ),
                None => *path = InVolume::of(option, text).map(|path| (path, node.span)),
            }
        }
        let names = names(vars.values.first()?.items(), given.variables.as_deref(), diagnostics);
        let [Some((from, _)), Some((into, span))] = paths else { return None };
        if from.path == into.path {
            diagnostics.push(
                Diagnostic::error(Code::InvalidPath, span, "the file would replace its own template")
                    .here("the path of the template")
                    .help("use another path: the step may run again, and then needs the template"),
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
        let mut script = vec![part!("say.sh"), part!("render/render.sh")];
        script.extend(self.into.enter());
        script.extend(self.into.file());
        script.extend([NEWLINE, part!("render/take.sh"), part!("work/publish-file.sh")]);
        Lowered { image: Some(Image::Render), command: shell(&script, "render"), env, ..Lowered::default() }
    }
}

/// The names of the variables; reports what is wrong with each.
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
                    format!("the variable `{shown}` is listed twice"),
                )
                .here("listed again")
                .label(first, "first here")
                .help("remove one of the two"),
            );
        } else if !is_identifier(name) {
            diagnostics.push(
                Diagnostic::error(
                    Code::InvalidVariable,
                    node.span,
                    format!("a template cannot refer to `{shown}`"),
                )
                .here("expected letters, digits and `_`, not starting with a digit"),
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
            .help(format!("set it: `env {{ {name} \"…\" }}`"));
    match nearest(name, variables.iter().map(SmolStr::as_str)) {
        Some(near) => {
            let title = change_to(near);
            diagnostic.help(title.clone()).fix(title, span, format!("\"{near}\""), Applicability::Unsafe)
        }
        None => diagnostic,
    }
}

/// Whether it can be written as `$NAME` and `${NAME}`.
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
