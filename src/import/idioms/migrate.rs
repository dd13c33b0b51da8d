//! Converts the commands of migration tools to `migrate`.

use super::step::{Idiom, Step};
use crate::steps::StepKind;

const CHANGES: &[&str] = &["add `once` to run it in one Job for the whole rollout instead of in each pod"];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let words: Vec<&str> = step.once()?.iter().map(String::as_str).collect();
    let tool = match words.as_slice() {
        ["python" | "python3", "manage.py", "migrate"]
        | ["python" | "python3", "manage.py", "migrate", "--noinput" | "--no-input"] => "django",
        ["bin/rails" | "./bin/rails", "db:migrate"] => "rails",
        ["alembic", "upgrade", "head"] => "alembic",
        ["flyway", "migrate"] => "flyway",
        ["goose", "up"] => "goose",
        _ => return None,
    };
    let statements = vec![vec![tool.to_owned()]];
    Some(Idiom { keeps_image: true, ..Idiom::new(StepKind::Migrate, statements, CHANGES) })
}
