//! Recognizes commands that migrate a database.

use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::shell::PlainCommand;
use crate::lint::{Pod, first_in_block};
use crate::model::Container;

/// Offers to run a migration once instead of in each pod; only the built-in step can do so.
pub(super) fn add_once(pod: &Pod<'_>, step: &Container, warning: Diagnostic) -> Diagnostic {
    let warning =
        warning.help("add `once`: one Job runs the step for the whole rollout, and the pods wait for it");
    match first_in_block(pod.sources, step, "once") {
        Some((span, text)) if step.built_in.is_some() => {
            warning.fix("add `once`", span, text, Applicability::Unsafe)
        }
        _ => warning,
    }
}

/// A migration.
pub(super) struct Migration {
    /// The name of the tool.
    pub(super) tool: &'static str,
    /// Whether it takes a lock, so that a second run waits.
    pub(super) locks: bool,
    /// Whether a killed run leaves its lock or a dirty mark.
    pub(super) sticky: bool,
}

/// What is in every command that migrates a database.
pub(super) const WORDS: [&str; 2] = ["migrate", "up"];

/// The migration that a command starts, if any.
pub(super) fn migration(command: &PlainCommand) -> Option<Migration> {
    let is = |tool, locks, sticky| Some(Migration { tool, locks, sticky });
    let has_operand = |word: &str| command.operands().any(|operand| operand == word);
    let managed = || command.arguments().any(|word| word.ends_with("manage.py")) && has_operand("migrate");
    match command.program() {
        "alembic" if has_operand("upgrade") => is("Alembic", false, false),
        "flask" if has_operand("db") && has_operand("upgrade") => is("Alembic", false, false),
        "goose" if has_operand("up") => is("goose", false, false),
        "liquibase" if has_operand("update") => is("Liquibase", true, true),
        "migrate" if has_operand("up") => is("golang-migrate", true, true),
        "flyway" if has_operand("migrate") => is("Flyway", true, false),
        "atlas" if has_operand("migrate") && has_operand("apply") => is("Atlas", true, false),
        "prisma" | "npx" if has_operand("migrate") && has_operand("deploy") => is("Prisma", true, false),
        "rails" | "rake" | "bundle" if has_operand("db:migrate") => is("Rails", true, false),
        "manage.py" | "django-admin" if has_operand("migrate") => is("Django", false, false),
        "python" | "python3" | "uv" | "poetry" if managed() => is("Django", false, false),
        _ => None,
    }
}
