//! Checks the statements of a `fetch` that depend on each other.
//!
//! Invariant: whatever returns nothing has reported the reason, unless a value could not be evaluated.

use super::super::{GivenOption, StepInput, mismatch};
use super::{Archive, FetchSource};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::Node;
use crate::source::Span;
use smol_str::SmolStr;

/// Reports the statements that cannot be used with a source; `several` files have no checksum.
pub(super) fn clashes(given: &StepInput, source: FetchSource, several: bool, from: Span) -> Vec<Diagnostic> {
    let clash = |name: &str, here: &str, place: &str, help: &str| {
        let option = given.option(name)?;
        let headline = format!("`{name}` cannot be used with {place}");
        Some(
            Diagnostic::error(Code::MisplacedStatement, option.span, headline)
                .here(here)
                .label(from, format!("{place} is fetched here"))
                .help(help),
        )
    };
    let prefix = matches!(source, FetchSource::Prefix | FetchSource::Model);
    let place = match source {
        FetchSource::Model => "a model",
        FetchSource::Prefix => "a prefix",
        FetchSource::Artifact => "an artifact's folder",
        _ => "a bucket's object",
    };
    let pin = if source == FetchSource::Model {
        "remove `sha256`: each file is compared with the checksum that the hub has for it; set a commit as the revision"
    } else if prefix {
        "remove `sha256`, or fetch one archive and `unpack` it"
    } else {
        "pin the artifact by its digest instead: `oci://REGISTRY/NAME@sha256:…`"
    };
    let unpacked = given.option("unpack").is_some();
    let limit = |name: &str| {
        let option = given.option(name).filter(|_| !unpacked)?;
        let headline = format!("`{name}` needs `unpack`");
        Some(
            Diagnostic::error(Code::UnmetRequirement, option.span, headline)
                .here("limits what comes out of an archive")
                .help(format!("add `unpack`, or remove `{name}`")),
        )
    };
    let identity = "remove `header`: credentials come from the pod's identity or from `env`";
    [
        several.then(|| clash("sha256", "verifies a single file", place, pin)),
        prefix.then(|| {
            clash("unpack", "needs a single archive", place, "name one object, without the `/` at the end")
        }),
        (source != FetchSource::Http).then(|| clash("header", "is only for HTTP requests", place, identity)),
        Some(limit("max-size")),
        Some(limit("max-files")),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .collect()
}

/// The format of the archive to unpack.
pub(super) fn format(
    given: &StepInput,
    option: &GivenOption,
    url: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Archive> {
    let formats = Archive::ALL.map(|archive| format!("`\"{}\"`", archive.name())).join(", ");
    let archive = match option.values.first() {
        Some(node) => {
            let text = node.as_text()?;
            let archive = Archive::named(text).ok_or(format!("expected one of {formats}"));
            let headline = format!("unknown archive format `{text}`");
            wrong(archive, Code::UnknownValue, node.span, &headline, diagnostics)?
        }
        None => Archive::of(url).or_else(|| {
            diagnostics.push(
                Diagnostic::error(
                    Code::MissingValue,
                    option.span,
                    "the URL does not show the format of the archive",
                )
                .here("the format is missing")
                .help(format!("add it after `unpack`: one of {formats}")),
            );
            None
        })?,
    };
    if archive == Archive::TarZst && given.image.is_none() {
        diagnostics.push(
            Diagnostic::error(Code::MissingImage, option.span, "no default image can unpack `tar.zst`")
                .here("needs `zstd`")
                .help("set an `image` that has `zstd` and the tool of the source, or fetch another format"),
        );
        return None;
    }
    Some(archive)
}

/// The headers, if all their names are valid.
pub(super) fn headers(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<(SmolStr, Node)>> {
    let stated = given.options.iter().filter(|option| option.name == "header");
    let mut headers = Vec::new();
    for option in stated {
        let [name, value] = option.values.as_slice() else { return None };
        let text = name.as_text()?;
        // The script splits the names at spaces, and would treat a `*` as a pattern.
        let token = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
        let sound = !text.is_empty() && text.bytes().all(token);
        let sound =
            if sound { Ok(()) } else { Err("expected letters, digits and `-`, as in `Authorization`") };
        let headline = mismatch("the name of an HTTP header", text);
        wrong(sound, Code::InvalidName, name.span, &headline, diagnostics)?;
        headers.push((text.into(), value.clone()));
    }
    Some(headers)
}

/// The warning about a download that others on the network path could read and change.
pub(super) fn in_the_open(span: Span, headers: bool) -> Diagnostic {
    let (headline, help) = if headers {
        ("the headers are sent unencrypted", "use `https://`")
    } else {
        (
            "this download is neither encrypted nor verified",
            "use `https://`, or set the expected checksum with `sha256`",
        )
    };
    Diagnostic::warning(Code::UnprotectedDownload, span, headline)
        .here("`http://` to a public host")
        .help(help)
}

/// Reports what is wrong with a value.
pub(super) fn wrong<T>(
    value: Result<T, impl Into<String>>,
    code: Code,
    span: Span,
    headline: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    value.map_err(|fault| diagnostics.push(Diagnostic::error(code, span, headline).here(fault))).ok()
}
