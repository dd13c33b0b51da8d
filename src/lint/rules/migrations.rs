//! Commands that migrate a database, by the tool that they start.

use crate::lint::shell::Command;

/// A migration.
pub(super) struct Migration {
    /// The tool, as its users call it.
    pub(super) tool: &'static str,
    /// Whether it keeps a second run out.
    pub(super) locks: bool,
    /// Whether a kill leaves its lock, or a mark, behind.
    pub(super) sticky: bool,
}

/// The migration that a command starts, if it does.
pub(super) fn migration(command: &Command) -> Option<Migration> {
    let is = |tool, locks, sticky| Some(Migration { tool, locks, sticky });
    let says = |word: &str| command.operands().any(|operand| operand == word);
    let managed = || command.arguments().any(|word| word.ends_with("manage.py")) && says("migrate");
    match command.program() {
        "alembic" if says("upgrade") => is("Alembic", false, false),
        "flask" if says("db") && says("upgrade") => is("Alembic", false, false),
        "goose" if says("up") => is("goose", false, false),
        "liquibase" if says("update") => is("Liquibase", true, true),
        "migrate" if says("up") => is("golang-migrate", true, true),
        "flyway" if says("migrate") => is("Flyway", true, false),
        "atlas" if says("migrate") && says("apply") => is("Atlas", true, false),
        "prisma" | "npx" if says("migrate") && says("deploy") => is("Prisma", true, false),
        "rails" | "rake" | "bundle" if says("db:migrate") => is("Rails", true, false),
        "manage.py" | "django-admin" if says("migrate") => is("Django", false, false),
        "python" | "python3" | "uv" | "poetry" if managed() => is("Django", false, false),
        _ => None,
    }
}
