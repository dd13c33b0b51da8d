//! Recognizes commands that migrate a database.

use crate::diagnostic::{Applicability, Diagnostic};
use crate::lint::scripts::ScriptPlace;
use crate::lint::shell::PlainCommand;
use crate::lint::{Pod, first_in_block};
use crate::model::{Container, Role};

/// A tool that migrates a database.
pub(super) struct Migration {
    /// The name of the tool.
    pub(super) tool: &'static str,
    programs: &'static [&'static str],
    /// The words that it has.
    words: &'static [&'static str],
    /// The options with which it does something else, or takes a lock.
    unless: &'static [&'static str],
    /// Whether it takes a lock, so that a second run waits or gives up.
    pub(super) locks: bool,
    /// What a killed run leaves that stops the next one.
    pub(super) leaves: Option<KilledTrace>,
}

/// What a killed migration leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KilledTrace {
    /// Its lock, which nobody releases.
    Lock,
    /// A migration that counts as failed.
    Failure,
}

/// What is in every command that migrates a database.
pub(super) const WORDS: [&str; 5] = ["migrat", "up", "push", "apply", "db:prepare"];

const fn unlocked(
    tool: &'static str,
    programs: &'static [&'static str],
    words: &'static [&'static str],
) -> Migration {
    Migration { tool, programs, words, unless: &[], locks: false, leaves: None }
}

const fn locked(
    tool: &'static str,
    programs: &'static [&'static str],
    words: &'static [&'static str],
    leaves: Option<KilledTrace>,
) -> Migration {
    Migration { tool, programs, words, unless: &[], locks: true, leaves }
}

/// The tools of which it is known whether they take a lock.
const TOOLS: &[Migration] = &[
    Migration {
        unless: &["--plan", "--check"],
        ..unlocked("Django", &["manage.py", "django-admin", "django"], &["migrate"])
    },
    Migration { unless: &["--sql"], ..unlocked("Alembic", &["alembic"], &["upgrade"]) },
    Migration { unless: &["--sql"], ..unlocked("Alembic", &["flask", "superset"], &["db", "upgrade"]) },
    unlocked("Alembic", &["mlflow"], &["db", "upgrade"]),
    unlocked("goose", &["goose"], &["up"]),
    unlocked("dbmate", &["dbmate"], &["up"]),
    unlocked("dbmate", &["dbmate"], &["migrate"]),
    unlocked("sql-migrate", &["sql-migrate"], &["up"]),
    unlocked("Prisma", &["prisma"], &["db", "push"]),
    unlocked("TypeORM", &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"], &["migration:run"]),
    unlocked("Sequelize", &["sequelize", "sequelize-cli"], &["db:migrate"]),
    unlocked("Drizzle", &["drizzle-kit"], &["migrate"]),
    unlocked("Drizzle", &["drizzle-kit"], &["push"]),
    unlocked("MikroORM", &["mikro-orm", "mikro-orm-esm"], &["migration:up"]),
    unlocked("SeaORM", &["sea-orm-cli"], &["migrate"]),
    unlocked("Ory", &["hydra", "kratos"], &["migrate", "sql"]),
    unlocked("db-migrate", &["db-migrate"], &["up"]),
    unlocked("migrate-mongo", &["migrate-mongo"], &["up"]),
    unlocked("clickhouse-migrations", &["clickhouse-migrations"], &[]),
    Migration { unless: &["--isolated", "--pretend"], ..unlocked("Laravel", &["artisan"], &["migrate"]) },
    Migration {
        unless: &["--dry-run"],
        ..unlocked("Doctrine", &["console"], &["doctrine:migrations:migrate"])
    },
    unlocked("Phinx", &["phinx"], &["migrate"]),
    unlocked("Phinx", &["cake"], &["migrations", "migrate"]),
    unlocked("Yii", &["yii"], &["migrate"]),
    unlocked("Yii", &["yii"], &["migrate/up"]),
    locked("Liquibase", &["liquibase"], &["update"], Some(KilledTrace::Lock)),
    locked("golang-migrate", &["migrate"], &["up"], Some(KilledTrace::Lock)),
    locked("Knex", &["knex"], &["migrate:latest"], Some(KilledTrace::Lock)),
    locked("Knex", &["knex"], &["migrate:up"], Some(KilledTrace::Lock)),
    locked("knex-migrator", &["knex-migrator", "knex-migrator-migrate"], &[], Some(KilledTrace::Lock)),
    locked("yoyo", &["yoyo"], &["apply"], Some(KilledTrace::Lock)),
    locked("Prisma", &["prisma"], &["migrate", "deploy"], Some(KilledTrace::Failure)),
    locked("Flyway", &["flyway"], &["migrate"], None),
    locked("Atlas", &["atlas"], &["migrate", "apply"], None),
    locked("Rails", &["rails", "rake"], &["db:migrate"], None),
    locked("Rails", &["rails", "rake"], &["db:prepare"], None),
    locked("node-pg-migrate", &["node-pg-migrate"], &["up"], None),
    locked("SQLx", &["sqlx"], &["migrate", "run"], None),
    locked("tern", &["tern"], &["migrate"], None),
    locked("Ecto", &["mix"], &["ecto.migrate"], None),
    locked("Airflow", &["airflow"], &["db", "migrate"], None),
    locked("Airflow", &["airflow"], &["db", "upgrade"], None),
];

/// The migration that a command starts, if any.
pub(super) fn migration(command: &PlainCommand) -> Option<&'static Migration> {
    let program = npm_script(command).unwrap_or(command.program());
    let mut tools = TOOLS.iter().filter(|tool| tool.programs.contains(&program));
    tools.find(|tool| {
        let stays = |word: &str| !tool.unless.contains(&word.split('=').next().unwrap_or(word));
        tool.words.iter().all(|word| command.operands().any(|operand| operand == *word))
            && command.arguments().all(stays)
    })
}

/// What a killed run of a tool leaves, with the tool's own name; the tool has the name of a statement.
pub(super) fn killed_trace(statement: &str) -> Option<(&'static str, KilledTrace)> {
    let mut named = TOOLS.iter().filter(|tool| tool.tool.eq_ignore_ascii_case(statement));
    named.find_map(|tool| Some((tool.tool, tool.leaves?)))
}

/// The script of a package that `npm run` starts; many are called like the tool that they run.
fn npm_script(command: &PlainCommand) -> Option<&str> {
    let mut operands = command.operands();
    let is_run = ["npm", "pnpm", "bun"].contains(&command.program()) && operands.next()? == "run";
    operands.next().filter(|_| is_run)
}

/// Whether what a script does at this place is done in every pod before the pod is ready.
pub(super) fn runs_at_start(place: ScriptPlace) -> bool {
    matches!(place, ScriptPlace::Command | ScriptPlace::PostStart)
}

/// Offers to run a migration once instead of in each pod; only the built-in step can do so.
pub(super) fn run_once(
    pod: &Pod<'_>,
    container: &Container,
    place: ScriptPlace,
    warning: Diagnostic,
) -> Diagnostic {
    let begin = if container.built_in.is_some() {
        "add `once`"
    } else if container.role == Role::Step && place == ScriptPlace::Command {
        "make it a `migrate` with `once`"
    } else {
        "move the migration to a `migrate` with `once`"
    };
    let warning =
        warning.help(format!("{begin}: one Job runs it for the whole rollout, and the pods wait for it"));
    match first_in_block(pod.sources, container, "once") {
        Some((span, text)) if container.built_in.is_some() => {
            warning.fix("add `once`", span, text, Applicability::Unsafe)
        }
        _ => warning,
    }
}
