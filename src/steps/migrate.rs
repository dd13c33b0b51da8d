//! `migrate`: a step that brings a database's schema up to date.
//!
//! ```initflow
//! migrate schema {
//!   django
//!   image "registry.acme.dev/shop:4.2"
//!   env { DATABASE_URL secret("shop-db", "url") }
//!   after postgres
//! }
//! ```
//!
//! | statement | meaning |
//! |---|---|
//! | `django` | runs `python manage.py migrate --noinput` in the image's working folder (`workingDir` names another) |
//! | `run "…"` or `script '''…'''` | another tool's command, as in every container |
//!
//! Exactly one of these has to stand, and `image`, the application's own as a rule. Django runs each migration in a
//! transaction where the database can (PostgreSQL, SQLite), so a killed run leaves whole migrations and the next run goes
//! on from there; MySQL commits each statement by itself. It takes no lock: where several replicas start at once,
//! each of them runs the migration.

use super::{Given, Kind, Lowered};
use crate::diagnostic::Diagnostic;
use crate::statement::{Entry, Place, of_step};
use smol_str::SmolStr;

/// The kind.
pub(super) const KIND: Kind = Kind { keyword: "migrate", statements: STATEMENTS, lower: read };

const HERE: &[Place] = &[Place::Step("migrate")];

const STATEMENTS: &[Entry] = &[
    of_step(HERE, "django", &[], "Runs `python manage.py migrate --noinput` in the image's working folder."),
    of_step(
        HERE,
        "once",
        &[],
        "Runs in one Job for the whole rollout, not in each pod, which waits for that Job.",
    ),
];

/// Reads the statements.
fn read(given: &Given, diagnostics: &mut Vec<Diagnostic>) -> Option<Lowered> {
    let tool = given.options.iter().find_map(|option| Some((Tool::named(option.name)?, option.span)));
    match (tool, given.command) {
        (Some((tool, _)), None) => Some(lower(tool)),
        (Some((tool, span)), Some(command)) => {
            let headline = format!("`{}` and a command of its own exclude each other", tool.name());
            diagnostics.push(
                Diagnostic::error("duplicate-statement", span, headline)
                    .here("the command that the compiler knows")
                    .label(command, "the step's own command")
                    .help("keep one of the two"),
            );
            None
        }
        (None, Some(_)) => None,
        (None, None) => {
            diagnostics.push(
                Diagnostic::error("missing-statement", given.span, "this step does not say how to migrate")
                    .here("expected `django`, `run \"…\"` or a `script` in it"),
            );
            None
        }
    }
}

/// The tools whose command the compiler knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Django's `migrate`.
    Django,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 1] = [Self::Django];

    /// The tool of a statement's name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// The statement's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Django => "django",
        }
    }

    /// Whether the tool keeps a second run out while one is under way.
    pub const fn takes_lock(self) -> bool {
        match self {
            Self::Django => false,
        }
    }
}

/// Turns a `migrate` with a known tool into a container's parts.
pub fn lower(tool: Tool) -> Lowered {
    let command: &[&'static str] = match tool {
        Tool::Django => &["python", "manage.py", "migrate", "--noinput"],
    };
    Lowered { command: command.iter().copied().map(SmolStr::new_static).collect(), ..Lowered::default() }
}

#[cfg(test)]
mod tests {
    use super::{Tool, lower};

    #[test]
    fn django_migrates_without_a_question() {
        let lowered = lower(Tool::Django);
        assert_eq!(lowered.command, ["python", "manage.py", "migrate", "--noinput"]);
        assert_eq!(lowered.image, None);
    }

    #[test]
    fn a_tool_is_known_by_its_name() {
        assert!(Tool::ALL.into_iter().all(|tool| Tool::named(tool.name()) == Some(tool)));
        assert_eq!(Tool::named("djang"), None);
    }
}
