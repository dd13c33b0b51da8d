//! The statements of a `fetch` that have to go together, to their meaning or to what is wrong with them.
//!
//! Invariant: whoever gets nothing back has been told why, unless a value is one that could not be understood.

use super::super::{GivenOption, StepInput};
use super::{Archive, FetchSource};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::Node;
use crate::source::Span;
use smol_str::SmolStr;

/// What stands beside a source that it does not go with; `several` files have no checksum.
pub(super) fn clashes(given: &StepInput, source: FetchSource, several: bool, from: Span) -> Vec<Diagnostic> {
    let clash = |name: &str, here: &str, place: &str, help: &str| {
        let option = given.option(name)?;
        let headline = format!("`{name}` does not go with {place}");
        Some(
            Diagnostic::error(Code::MisplacedStatement, option.span, headline)
                .here(here)
                .label(from, format!("{place} is fetched here"))
                .help(help),
        )
    };
    let prefix = source == FetchSource::Prefix;
    let place = match source {
        FetchSource::Prefix => "a prefix",
        FetchSource::Artifact => "an artifact's folder",
        _ => "a bucket's object",
    };
    let pin = if prefix {
        "leave it out, or fetch one archive and `unpack` it"
    } else {
        "pin the artifact by its digest instead: `oci://REGISTRY/NAME@sha256:…`"
    };
    let unpacked = given.option("unpack").is_some();
    let limit = |name: &str| {
        let option = given.option(name).filter(|_| !unpacked)?;
        let headline = format!("`{name}` is about an archive, and nothing is unpacked here");
        Some(
            Diagnostic::error(Code::UnmetRequirement, option.span, headline)
                .here("needs `unpack`")
                .help("add `unpack`, or remove this"),
        )
    };
    let identity = "leave it out; credentials come from the pod's identity or from `env`";
    [
        several.then(|| clash("sha256", "the checksum of one file", place, pin)),
        prefix.then(|| {
            clash("unpack", "takes one archive", place, "name one object, without the `/` at the end")
        }),
        (source != FetchSource::Http)
            .then(|| clash("header", "goes with a request by HTTP", place, identity)),
        Some(limit("max-size")),
        Some(limit("max-files")),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .collect()
}

/// The format of the archive that an `unpack` takes.
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
            let headline = format!("`{text}` is no format of an archive that is known here");
            wrong(archive, Code::UnknownValue, node.span, &headline, diagnostics)?
        }
        None => Archive::of(url).or_else(|| {
            diagnostics.push(
                Diagnostic::error(
                    Code::MissingValue,
                    option.span,
                    "the URL does not tell the format of the archive",
                )
                .here("the format is missing")
                .help(format!("write it behind `unpack`: one of {formats}")),
            );
            None
        })?,
    };
    if archive == Archive::TarZst && given.image.is_none() {
        diagnostics.push(
            Diagnostic::error(
                Code::MissingImage,
                option.span,
                "no image that the compiler knows can unpack `tar.zst`",
            )
            .here("needs `zstd`")
            .help("give `image` one that has `zstd` and the tool of the source, or fetch another format"),
        );
        return None;
    }
    Some(archive)
}

/// The headers, if all their names are sound.
pub(super) fn headers(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<(SmolStr, Node)>> {
    let stated = given.options.iter().filter(|option| option.name == "header");
    let mut headers = Vec::new();
    for option in stated {
        let [name, value] = option.values.as_slice() else { return None };
        let text = name.as_text()?;
        // The script takes the names apart at spaces; a `*` would be a pattern there.
        let token = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
        let sound = !text.is_empty() && text.bytes().all(token);
        let sound =
            if sound { Ok(()) } else { Err("expected letters, digits and `-`, as in `Authorization`") };
        wrong(sound, Code::InvalidName, name.span, "this is no name of an HTTP header", diagnostics)?;
        headers.push((text.into(), value.clone()));
    }
    Some(headers)
}

/// The warning about a URL that others on the way could read and change.
pub(super) fn in_the_open(span: Span, headers: bool) -> Diagnostic {
    let (headline, help) = if headers {
        ("the headers go through the network unencrypted", "use `https://`")
    } else {
        ("what comes from here could be anybody's", "use `https://`, or say what has to come by `sha256`")
    };
    Diagnostic::warning(Code::UnprotectedDownload, span, headline)
        .here("`http://`, to a public host")
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
