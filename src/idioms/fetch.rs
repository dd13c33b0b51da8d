//! Recognizes `aws s3 cp`, `gsutil cp`, `curl -o` and `wget -O`: `fetch`.

use super::action::PIPED_TO_TAR;
use super::idiom::{Idiom, existing, into, statement};
use super::options::OptionSpec;
use super::step::Step;
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
    let words = step.making()?;
    if let Some(at) = words.iter().position(|word| word == PIPED_TO_TAR) {
        return unpacked(step, &words[..at], &words[at + 1..]);
    }
    let (program, rest) = words.split_first()?;
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

const TAR: OptionSpec = OptionSpec {
    flags: "xzvpo",
    valued: "Cf",
    long: &["extract", "gzip", "gunzip", "verbose", "no-same-owner"],
    long_valued: &["directory", "file"],
};

/// `curl URL | tar -xz -C FOLDER`
fn unpacked(step: &Step, download: &[String], tar: &[String]) -> Option<Idiom> {
    // The first word may be letters without a dash.
    let mut tar = tar.to_vec();
    if let Some(first) = tar.first_mut().filter(|first| !first.starts_with('-')) {
        first.insert(0, '-');
    }
    let given = TAR.read(&tar)?;
    let reads_pipe = given.value(&["f", "file"]).is_none_or(|file| file == "-");
    if !given.operands.is_empty() || !reads_pipe || !given.has(&["x", "extract"]) {
        return None;
    }
    let (program, rest) = download.split_first()?;
    let (options, prints) = match program.as_str() {
        "curl" => (&CURL, true),
        "wget" => (&WGET, rest.iter().any(|word| word.ends_with("O-") || word == "-")),
        _ => return None,
    };
    let downloaded = options.read(rest)?;
    let url = downloaded.operands.iter().find(|word| **word != "-").filter(|url| prints && is_url(url))?;
    if downloaded.value(&["o", "output"]).is_some_and(|output| output != "-") {
        return None;
    }
    let from = step.resolved(url)?;
    let folder = given.value(&["C", "directory"]).unwrap_or(".");
    let (mount, path) = step.within(folder)?;
    // The step replaces a folder, and cannot replace a whole volume.
    if path.is_empty() || !step.may_make(folder) || !mount.is_fresh {
        return None;
    }
    let format = match () {
        () if [".tar.gz", ".tgz", ".tar"].iter().any(|ending| from.ends_with(ending)) => {
            vec!["unpack".to_owned()]
        }
        () if given.has(&["z", "gzip", "gunzip"]) => statement("unpack", ["tar.gz"]),
        () => return None,
    };
    let into = into(mount.volume, &format!("{path}/"));
    let mut idiom = Idiom::new(StepKind::Fetch, vec![statement("from", [&from]), into, format]);
    idiom.hints.push(WHOLE);
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
