//! Recognizes the commands of migration tools: `migrate`.

use super::idiom::Idiom;
use super::step::Step;
use crate::steps::StepKind;

const ONCE: &str = "add `once` to run it in one Job for the whole rollout instead of in each pod";

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
    let mut idiom = Idiom::new(StepKind::Migrate, vec![vec![tool.to_owned()]]);
    idiom.keeps_image = true;
    idiom.hints.push(ONCE);
    Some(idiom)
}
