//! Converts `aws s3 cp`, `gsutil cp`, `curl -o` and `wget -O` to `fetch`.

use super::step::{Idiom, Step, existing, into, operands, statement};
use crate::steps::StepKind;

const CHANGES: &[&str] = &[
    "expect the file to appear complete or not at all, and failed downloads to be retried",
    "set `sha256` to verify the file and to fetch it only once",
];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.making()?.split_first()?;
    let (from, path) = match program.rsplit('/').next()? {
        "aws" | "aws-cli" => object(rest.strip_prefix(&["s3".to_owned(), "cp".to_owned()])?, "s3://")?,
        "gsutil" => object(rest.strip_prefix(&["cp".to_owned()])?, "gs://")?,
        "curl" => download(rest, &CURL, "-o", "--output")?,
        "wget" => download(rest, &WGET, "-O", "--output-document")?,
        _ => return None,
    };
    let (volume, file) = step.within(path)?;
    if file.is_empty() || path.ends_with('/') || !step.may_make(path) {
        return None;
    }
    let mut statements = vec![statement("from", [from]), into(&volume, &file)];
    statements.extend(step.existing(&volume, "replace").map(existing));
    Some(Idiom { volume: Some(volume), ..Idiom::new(StepKind::Fetch, statements, CHANGES) })
}

/// The source and the target of a copy of one object.
fn object<'w>(words: &'w [String], scheme: &str) -> Option<(&'w str, &'w str)> {
    let (found, _) =
        operands(words, &[("--quiet", false), ("--no-progress", false), ("--only-show-errors", false)])?;
    match found.as_slice() {
        [from, to] if from.starts_with(scheme) && !from.ends_with('/') => Some((*from, *to)),
        _ => None,
    }
}

const CURL: [(&str, bool); 12] = [
    ("-o", true),
    ("--output", true),
    ("-f", false),
    ("-s", false),
    ("-S", false),
    ("-L", false),
    ("-fsSL", false),
    ("-sSL", false),
    ("-sL", false),
    ("-fL", false),
    ("-sSfL", false),
    ("--location", false),
];
const WGET: [(&str, bool); 4] =
    [("-O", true), ("--output-document", true), ("-q", false), ("--quiet", false)];

fn download<'w>(
    words: &'w [String],
    options: &[(&str, bool)],
    short: &str,
    long: &str,
) -> Option<(&'w str, &'w str)> {
    let (found, given) = operands(words, options)?;
    let [url] = found.as_slice() else { return None };
    let (_, path) = given.iter().find(|(name, _)| *name == short || *name == long)?;
    url.starts_with("https://").then_some((*url, *path))
}
