//! Lists the tools whose command a `migrate` knows, in one table.
//!
//! Invariant: no command contains a secret. If a tool accepts a secret only as an argument, its script keeps it out of the
//! arguments where possible.

use crate::steps::Image;

/// A tool that brings a database's schema up to date.
#[derive(Debug)]
pub struct Tool {
    /// The statement's name.
    pub name: &'static str,
    /// The words that run it.
    pub command: &'static [&'static str],
    /// The words that run it with the place of its migrations, which replaces `{}`; none if it does not accept a place.
    pub command_from: Option<&'static [&'static str]>,
    /// The script that runs the command, if the tool needs help.
    pub script: Option<ScriptHelp>,
    /// The official image that has it, if there is one.
    pub image: Option<Image>,
    /// Where it reads how to connect to its database.
    pub reads: &'static str,
    /// Whether it prevents a second run at the same time, and what the second does.
    pub lock: Lock,
    /// What a killed run leaves, and what the next one does.
    pub killed: &'static str,
}

/// What a tool does during another run of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It takes a lock, and a second run does this.
    Taken(&'static str),
    /// Nothing prevents two runs at the same time.
    None,
}

/// How a script helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptHelp {
    /// Runs the tool again while it prints this text, since another run holds the lock.
    Retry(&'static str),
    /// Keeps the password of `DATABASE_URL` out of the arguments; the migrations are in `migrations` by default.
    GolangMigrate,
    /// The same for Atlas.
    Atlas,
}

impl Tool {
    /// The tool of a statement's name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|tool| tool.name == name)
    }
}

const TRANSACTIONS: &str = "complete migrations, and the next run continues; on MySQL, where each statement is final, possibly half of one";

/// Every tool.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "django",
        command: &["python", "manage.py", "migrate", "--noinput"],
        command_from: None,
        script: None,
        image: None,
        reads: "what the project's settings read",
        lock: Lock::None,
        killed: "complete migrations, and the next run continues; if killed between a migration and its record, later runs report that a table `already exists`, until `migrate --fake`; on MySQL, where each statement is final, possibly half of one",
    },
    Tool {
        name: "rails",
        command: &["bin/rails", "db:migrate"],
        command_from: None,
        script: Some(ScriptHelp::Retry("ConcurrentMigrationError")),
        image: None,
        reads: "`DATABASE_URL`, `RAILS_ENV`",
        lock: Lock::Taken("gives up at once; it is run again every 5 seconds, for about five minutes"),
        killed: TRANSACTIONS,
    },
    Tool {
        name: "flyway",
        command: &["flyway", "migrate"],
        command_from: Some(&["flyway", "-locations=filesystem:{}", "migrate"]),
        script: None,
        image: Some(Image::Flyway),
        reads: "`FLYWAY_URL`, `FLYWAY_USER`, `FLYWAY_PASSWORD`",
        lock: Lock::Taken("waits"),
        killed: TRANSACTIONS,
    },
    Tool {
        name: "liquibase",
        command: &["liquibase", "update"],
        command_from: Some(&["liquibase", "update", "--changelog-file={}"]),
        script: None,
        image: Some(Image::Liquibase),
        reads: "`LIQUIBASE_COMMAND_URL`, `LIQUIBASE_COMMAND_USERNAME`, `LIQUIBASE_COMMAND_PASSWORD`; `from` is relative to `LIQUIBASE_SEARCH_PATH` or else to the working folder",
        lock: Lock::Taken("waits five minutes"),
        killed: "its lock, a row in the database: every later run waits five minutes and fails, until `liquibase release-locks`",
    },
    Tool {
        name: "alembic",
        command: &["alembic", "upgrade", "head"],
        command_from: Some(&["alembic", "--config", "{}", "upgrade", "head"]),
        script: None,
        image: None,
        reads: "what `env.py` reads; `from` is its `alembic.ini`",
        lock: Lock::None,
        killed: "on PostgreSQL nothing, and the next run starts over; on SQLite and MySQL possibly half of a migration",
    },
    Tool {
        name: "prisma",
        command: &["node_modules/.bin/prisma", "migrate", "deploy"],
        command_from: Some(&["node_modules/.bin/prisma", "migrate", "deploy", "--schema", "{}"]),
        script: Some(ScriptHelp::Retry("P1002")),
        image: None,
        reads: "`DATABASE_URL`; `from` is its `schema.prisma`",
        lock: Lock::Taken("gives up after 10 seconds; it is run again, for at least five minutes"),
        killed: "a migration that counts as failed: later runs refuse to start (P3009), until `prisma migrate resolve`",
    },
    Tool {
        name: "goose",
        command: &["goose", "up"],
        command_from: Some(&["goose", "-dir", "{}", "up"]),
        script: None,
        image: None,
        reads: "`GOOSE_DRIVER`, `GOOSE_DBSTRING`",
        lock: Lock::None,
        killed: TRANSACTIONS,
    },
    Tool {
        name: "golang-migrate",
        command: &["up"],
        command_from: Some(&["up"]),
        script: Some(ScriptHelp::GolangMigrate),
        image: Some(Image::GolangMigrate),
        reads: "`DATABASE_URL`",
        lock: Lock::Taken("waits five minutes"),
        killed: "its version marked as dirty: later runs refuse to start, until you check the schema and run `migrate force VERSION`",
    },
    Tool {
        name: "atlas",
        command: &[],
        command_from: Some(&[]),
        script: Some(ScriptHelp::Atlas),
        image: Some(Image::Atlas),
        reads: "`DATABASE_URL`",
        lock: Lock::Taken("waits five minutes"),
        killed: TRANSACTIONS,
    },
];

#[cfg(test)]
mod tests {
    use super::{TOOLS, Tool};

    #[test]
    fn a_tool_is_known_by_its_name() {
        assert!(TOOLS.iter().all(|tool| Tool::named(tool.name).is_some_and(|found| found.name == tool.name)));
        assert!(Tool::named("djang").is_none());
    }
}
