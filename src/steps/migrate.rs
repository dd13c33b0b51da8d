//! Implements `migrate`: brings a database's schema up to date.
//!
//! ```initflow
//! migrate schema {
//!   django
//!   image "registry.acme.dev/shop:4.2"
//!   env { DATABASE_URL secret("shop-db", "url") }
//!   after postgres
//!   once
//! }
//! ```
//!
//! | statement | meaning | default |
//! |---|---|---|
//! | `django`, `rails`, `flyway` … | runs this tool of [`TOOLS`] in the image's working folder (`workingDir` sets another) | |
//! | `run "…"` or `script '''…'''` | another tool's command, as in any container | |
//! | `from "db/migrations"` | where the tool's migrations are, or the file that names that place | the tool's own default; `migrations` for `golang-migrate` and `atlas` |
//! | `once` | runs in one Job for the whole rollout | each pod runs it |
//!
//! Exactly one of a tool, `run` and `script` is required, and `image` if there is no official one with the tool. `args "…"`
//! adds words to a tool's command. The table says whether a tool prevents a second run, and what a killed run leaves.

mod tools;

pub use tools::{Lock, ScriptHelp, TOOLS, Tool};

use super::script::{NEWLINE, TRIM, part, shell};
use super::{GivenOption, Lowered, Rights, StepInput};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::statement::Slot::One;
use crate::statement::{StatementPlace, StatementSpec, ValueType, of_step};
use smol_str::SmolStr;

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "migrate";

/// The statement that makes it run in a Job of its own.
pub(super) const ONCE: &str = "once";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(HERE, "django", &[], "Runs `python manage.py migrate --noinput` in the image's working folder."),
    of_step(HERE, "rails", &[], "Runs `bin/rails db:migrate` in the image's working folder."),
    of_step(HERE, "flyway", &[], "Runs `flyway migrate`."),
    of_step(HERE, "liquibase", &[], "Runs `liquibase update`."),
    of_step(HERE, "alembic", &[], "Runs `alembic upgrade head` in the image's working folder."),
    of_step(
        HERE,
        "prisma",
        &[],
        "Runs `node_modules/.bin/prisma migrate deploy` in the image's working folder.",
    ),
    of_step(HERE, "goose", &[], "Runs `goose up`."),
    of_step(HERE, "golang-migrate", &[], "Runs golang-migrate's `migrate up` on `DATABASE_URL`."),
    of_step(HERE, "atlas", &[], "Runs `atlas migrate apply` on `DATABASE_URL`."),
    of_step(
        HERE,
        "from",
        &[One("\"path\"", ValueType::Text)],
        "Where the tool's migrations are, or the file that names that place, in the image or in a mounted volume. The default is the tool's own.",
    ),
    of_step(
        HERE,
        ONCE,
        &[],
        "Runs in one Job for the whole rollout instead of in each pod. The pods wait for that Job.",
    ),
];

/// What takes the password out of `DATABASE_URL`.
const URL: [&str; 8] = [
    part!("say.sh"),
    NEWLINE,
    TRIM,
    part!("control.sh"),
    part!("url.sh"),
    part!("locate.sh"),
    part!("decode.sh"),
    part!("migrate/url.sh"),
];

/// Where golang-migrate and Atlas have their migrations by default.
const MIGRATIONS: &str = "migrations";

/// The options of a `migrate`.
#[derive(Clone, Debug)]
pub enum MigrateOptions {
    /// A tool that the compiler knows.
    Tool {
        /// The tool.
        tool: &'static Tool,
        /// Where it is named.
        named: Span,
        /// The place of its migrations.
        from: Option<SmolStr>,
    },
    /// The command is the author's.
    OwnCommand,
}

impl MigrateOptions {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let tools: Vec<(&Tool, &GivenOption)> =
            given.options.iter().filter_map(|option| Some((Tool::named(option.name)?, option))).collect();
        let place = given.option("from");
        let (tool, statement) = match (tools.as_slice(), given.command) {
            ([found], None) => *found,
            ([], Some(command)) => {
                let Some(place) = place else { return Some(Self::OwnCommand) };
                diagnostics.push(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        place.span,
                        "`from` cannot be combined with a command of your own",
                    )
                    .here("has no effect on the command")
                    .label(command, "the command")
                    .help("name the place of the migrations in the command"),
                );
                return None;
            }
            ([], None) => {
                diagnostics.push(
                    Diagnostic::error(
                        Code::MissingStatement,
                        given.span,
                        "this step needs a tool or a command to migrate with",
                    )
                    .here("expected a tool such as `django` or `flyway`, `run \"…\"` or a `script` in it"),
                );
                return None;
            }
            ([(first, statement), second @ ..], command) => {
                let (other, at) = match (second.first(), command) {
                    (Some((other, option)), _) => (format!("`{}`", other.name), option.span),
                    (None, at) => ("a command of your own".into(), at.unwrap_or(given.span)),
                };
                let headline = format!("`{}` cannot be combined with {other}", first.name);
                diagnostics.push(
                    Diagnostic::error(Code::DuplicateStatement, statement.span, headline)
                        .here("one way to migrate")
                        .label(at, "another way")
                        .help("keep one of the two, and run the other in a second `migrate`"),
                );
                return None;
            }
        };
        if let Some(place) = place
            && tool.command_from.is_none()
        {
            diagnostics.push(
                Diagnostic::error(
                    Code::MisplacedStatement,
                    place.span,
                    format!("`{}` does not accept `from`", tool.name),
                )
                .here("cannot be set")
                .label(statement.span, "finds its migrations by itself")
                .help("name the project's folder with `workingDir /path`"),
            );
            return None;
        }
        let from = match place {
            None => None,
            Some(option) => {
                let node = option.values.first()?;
                let from = node.as_text()?;
                if from.is_empty() {
                    diagnostics.push(
                        Diagnostic::error(Code::InvalidPath, node.span, "the path is empty")
                            .here("expected the place of the migrations"),
                    );
                    return None;
                }
                Some(from.into())
            }
        };
        Some(Self::Tool { tool, named: statement.span, from })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let Self::Tool { tool, named, from } = self else {
            return Lowered { rights: Rights::OfImage, ..Lowered::default() };
        };
        let from = from.as_deref();
        let words = match (from, tool.command_from) {
            (Some(from), Some(words)) => words.iter().map(|word| word.replace("{}", from).into()).collect(),
            _ => tool.command.iter().copied().map(SmolStr::new_static).collect::<Vec<_>>(),
        };
        let place = || ("INITFLOW_FROM".into(), from.unwrap_or(MIGRATIONS).into());
        let name = || ("INITFLOW_TOOL".into(), SmolStr::new_static(tool.name));
        let (mut command, env) = match tool.script {
            None => (Vec::new(), Vec::new()),
            Some(ScriptHelp::Retry(locked)) => (
                shell(&[part!("say.sh"), part!("migrate/retry.sh")], "migrate"),
                vec![("INITFLOW_LOCKED".into(), SmolStr::new_static(locked))],
            ),
            Some(ScriptHelp::GolangMigrate) => {
                (with_url(part!("migrate/golang-migrate.sh")), vec![place(), name()])
            }
            Some(ScriptHelp::Atlas) => (with_url(part!("migrate/atlas.sh")), vec![place(), name()]),
        };
        command.extend(words);
        let unlocked = (tool.lock == Lock::None).then_some((tool.name, *named));
        Lowered { image: tool.image, command, env, unlocked, ..Lowered::default() }
    }
}

/// The command that calls a tool with the URL of its database.
fn with_url(tool: &'static str) -> Vec<SmolStr> {
    let parts: Vec<&str> = URL.into_iter().chain([tool]).collect();
    shell(&parts, "migrate")
}

#[cfg(test)]
mod tests {
    use super::{Lowered, MigrateOptions, ONCE, STATEMENTS, Span, TOOLS, Tool};
    use crate::source::FileId;

    fn lowered(tool: &str, from: Option<&str>) -> Lowered {
        let tool = Tool::named(tool).expect("a tool");
        MigrateOptions::Tool { tool, named: Span::new(FileId(0), 0, 0), from: from.map(Into::into) }.lower()
    }

    fn command(tool: &str, from: Option<&str>) -> String {
        lowered(tool, from).command.join(" ")
    }

    #[test]
    fn tools_are_run_without_a_question() {
        assert_eq!(command("django", None), "python manage.py migrate --noinput");
        assert_eq!(command("goose", None), "goose up");
        assert_eq!(command("goose", Some("/db")), "goose -dir /db up");
        assert_eq!(command("flyway", Some("/db")), "flyway -locations=filesystem:/db migrate");
        assert_eq!(command("alembic", Some("etc/a b.ini")), "alembic --config etc/a b.ini upgrade head");
        assert!(command("prisma", None).ends_with(" migrate node_modules/.bin/prisma migrate deploy"));
        assert!(command("golang-migrate", Some("/db")).ends_with(" migrate up"));
    }

    #[test]
    fn text_of_the_user_is_data() {
        for tool in ["golang-migrate", "atlas"] {
            let lowered = lowered(tool, Some("$(id)"));
            assert!(!lowered.command.iter().any(|word| word.contains("$(id)")));
            assert!(lowered.env.contains(&("INITFLOW_FROM".into(), "$(id)".into())));
        }
    }

    #[test]
    fn every_tool_has_its_statement() {
        let statements = STATEMENTS.iter().map(|entry| entry.name);
        let tools: Vec<&str> = statements.filter(|name| !["from", ONCE].contains(name)).collect();
        assert_eq!(tools, TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>());
    }
}
