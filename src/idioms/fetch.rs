//! Recognizes `aws s3 cp`, `gsutil cp`, `curl -o` and `wget -O`: `fetch`.

use super::candidate::Step;
use super::options::OptionSpec;
use super::{Idiom, existing, into, statement};
use crate::steps::StepKind;

const WHOLE: &str = "expect the file to appear complete or not at all, and failed downloads to be retried";
const VERIFY: &str = "set `sha256` to verify the file and to fetch it only once";
const ERROR_PAGE: &str = "an error status fails the step; the command saved the error page";
const FOLLOWS: &str = "redirects are followed; the command saved the redirect's page";

const OBJECT: OptionSpec = OptionSpec {
    flags: "",
    valued: "",
    long: &["quiet", "no-progress", "only-show-errors", "no-sign-request"],
    long_valued: &["region"],
};

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.making()?.split_first()?;
    let mut changes = Vec::new();
    let (from, path) = match program.rsplit('/').next()? {
        "aws" | "aws-cli" => object(rest.strip_prefix(&["s3".to_owned(), "cp".to_owned()])?, "s3://")?,
        "gsutil" => object(rest.strip_prefix(&["cp".to_owned()])?, "gs://")?,
        "gcloud" => object(rest.strip_prefix(&["storage".to_owned(), "cp".to_owned()])?, "gs://")?,
        "curl" => curl(rest, &mut changes)?,
        "wget" => wget(rest)?,
        _ => return None,
    };
    let from = step.resolved(&from)?;
    let (mount, file) = step.within(&path)?;
    if file.is_empty() || path.ends_with('/') || from.contains('*') || !step.may_make(&path) {
        return None;
    }
    let mut idiom = Idiom::new(StepKind::Fetch, vec![statement("from", [&from]), into(mount.volume, &file)]);
    idiom.statements.extend(step.existing(mount, "replace").map(existing));
    idiom.hints.extend([WHOLE, VERIFY]);
    idiom.changes = changes;
    idiom.volume = Some(mount.volume.to_owned());
    Some(idiom)
}

/// The source and the target of a copy of one object.
fn object(words: &[String], scheme: &str) -> Option<(String, String)> {
    let given = OBJECT.read(words)?;
    match given.operands.as_slice() {
        [from, to] if from.starts_with(scheme) && !from.ends_with('/') => {
            let name = from.rsplit('/').next()?;
            let target = if to.ends_with('/') { format!("{to}{name}") } else { (*to).to_owned() };
            Some(((*from).to_owned(), target))
        }
        _ => None,
    }
}

const CURL: OptionSpec = OptionSpec {
    flags: "fsSLgv#4",
    valued: "om",
    long: &[
        "fail",
        "silent",
        "show-error",
        "location",
        "verbose",
        "progress-bar",
        "create-dirs",
        "retry-connrefused",
        "retry-all-errors",
    ],
    long_valued: &["output", "max-time", "connect-timeout", "retry", "retry-delay", "retry-max-time"],
};

fn curl(words: &[String], changes: &mut Vec<&'static str>) -> Option<(String, String)> {
    let given = CURL.read(words)?;
    let [url] = given.operands.as_slice() else { return None };
    let path = given.value(&["o", "output"])?;
    if !given.has(&["f", "fail"]) {
        changes.push(ERROR_PAGE);
    }
    if !given.has(&["L", "location"]) {
        changes.push(FOLLOWS);
    }
    is_url(url).then(|| ((*url).to_owned(), path.to_owned()))
}

const WGET: OptionSpec = OptionSpec {
    flags: "qvS4",
    valued: "OTtP",
    long: &["quiet", "no-verbose", "show-progress", "retry-connrefused"],
    long_valued: &["output-document", "tries", "timeout", "waitretry", "directory-prefix", "progress"],
};

fn wget(words: &[String]) -> Option<(String, String)> {
    let given = WGET.read(words)?;
    let [url] = given.operands.as_slice() else { return None };
    let path = match (given.value(&["O", "output-document"]), given.value(&["P", "directory-prefix"])) {
        (Some(path), None) => path.to_owned(),
        (None, Some(folder)) => {
            let (_, rest) = url.split_once("://")?;
            let name = rest
                .split_once('/')?
                .1
                .rsplit('/')
                .next()
                .filter(|name| !name.is_empty() && !name.contains(['?', '#']))?;
            format!("{}/{name}", folder.trim_end_matches('/'))
        }
        _ => return None,
    };
    is_url(url).then(|| ((*url).to_owned(), path))
}

fn is_url(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
