//! `aws s3 cp`, `gsutil cp`, `curl -o` and `wget -O` as `fetch`.

use super::step::{Idiom, Step, into, operands, says};

const CHANGES: &[&str] = &[
    "the file appears whole or not at all, and a failed download is tried again",
    "say `sha256` to have it verified, and not fetched again by a second run",
];

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.once()?.split_first()?;
    let (from, path) = match program.rsplit('/').next()? {
        "aws" | "aws-cli" => object(rest.strip_prefix(&["s3".to_owned(), "cp".to_owned()])?, "s3://")?,
        "gsutil" => object(rest.strip_prefix(&["cp".to_owned()])?, "gs://")?,
        "curl" => download(rest, &CURL, "-o", "--output")?,
        "wget" => download(rest, &WGET, "-O", "--output-document")?,
        _ => return None,
    };
    let (volume, file) = step.within(path)?;
    if file.is_empty() || path.ends_with('/') {
        return None;
    }
    let statements = vec![says("from", [from]), into(&volume, &file)];
    Some(Idiom { volume: Some(volume), ..Idiom::new("fetch", statements, CHANGES) })
}

/// A copy of one object.
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
