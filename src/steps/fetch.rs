//! `fetch`: one file out of the network into a volume.
//!
//! ```initflow
//! fetch settings {
//!   from "s3://acme-config/shop/prod.json"
//!   into config "settings.json"
//!   sha256 "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c"
//!   mode 0444
//!   retries 3
//!   timeout 2m
//! }
//! ```
//!
//! | statement | meaning | without it |
//! |---|---|---|
//! | `from "URL"` | `https://…`, `http://…` or `s3://BUCKET/KEY`; `$(NAME)` stands for a variable of the step's `env` | required |
//! | `into VOLUME "path"` | the file to make; folders on the way are made too | required |
//! | `sha256 "…"` | the checksum, 64 hexadecimal digits | the file is not verified, and is fetched again on every run |
//! | `mode 0444` | the file's mode, in octal | `0644` |
//! | `retries 3` | how many tries may follow the first, after pauses of 2, 4, 6 … at most 30 seconds | `5` |
//! | `timeout 2m` | the time for all tries together, in whole seconds | `5m` |
//!
//! The file is downloaded under a temporary name in its own folder, verified, given its mode and only then renamed: a
//! reader never sees half of it. Where a file with the right checksum is there already, nothing is downloaded. A
//! password or a query in the URL is not printed. A redirect is followed, but not from https to http.
//!
//! S3 takes its credentials as the AWS CLI does: from the service account's role (IRSA, Pod Identity), or from `env`
//! (`AWS_ACCESS_KEY_ID` …); `AWS_ENDPOINT_URL` in `env` names another S3-compatible server. For a private certificate
//! authority set `CURL_CA_BUNDLE` or `AWS_CA_BUNDLE`.

use super::{Given, Image, Kind, Lowered, path_fault, shell};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::statement::Slot::One;
use crate::statement::{Direction, Entry, Place, Type, of_step};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

/// The kind.
pub(super) const KIND: Kind = Kind { keyword: "fetch", statements: STATEMENTS, lower: read };

const HERE: &[Place] = &[Place::Step("fetch")];

const STATEMENTS: &[Entry] = &[
    of_step(
        HERE,
        "from",
        &[One("\"url\"", Type::Text)],
        "What to download: `https://…`, `http://…` or `s3://BUCKET/KEY`.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", Type::MountedVolume(Direction::Writes)), One("\"path\"", Type::Text)],
        "The file to make, in a volume; implies `writes volume`.",
    ),
    of_step(
        HERE,
        "sha256",
        &[One("\"checksum\"", Type::Text)],
        "The checksum that the file must have, 64 hexadecimal digits; without it the file is fetched again on every run.",
    ),
    of_step(HERE, "mode", &[One("mode", Type::Mode)], "The file's mode, in octal; without it `0644`."),
    of_step(
        HERE,
        "retries",
        &[One("count", Type::Int(0, 100))],
        "How many tries may follow the first, 0 to 100; without it 5.",
    ),
    of_step(
        HERE,
        "timeout",
        &[One("time", Type::Seconds)],
        "The time for all tries together; without it `5m`.",
    ),
];

pub(super) const HTTPS: &str = concat!(include_str!("fetch/https.sh"), include_str!("fetch/fetch.sh"));
pub(super) const S3: &str = concat!(include_str!("fetch/s3.sh"), include_str!("fetch/fetch.sh"));

/// The options of a `fetch`.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the file comes from; [`Source::of`] knows it.
    pub from: SmolStr,
    /// The absolute path of the file to make: the volume's mount path and the path in the volume.
    pub into: SmolStr,
    /// The checksum as [`checksum`] gives it.
    pub sha256: Option<SmolStr>,
    /// The file's mode.
    pub mode: u32,
    /// How many tries may follow the first.
    pub retries: u32,
    /// The time for all tries together, in seconds, at least 1.
    pub timeout: u64,
}

impl Options {
    /// The file's mode where none is given: its readers may run as other users.
    pub const MODE: u32 = 0o644;
    /// The retries where none are given.
    pub const RETRIES: u32 = 5;
    /// The timeout where none is given, in seconds.
    pub const TIMEOUT: u64 = 300;
}

/// The kinds of place that a file can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `https://…` or `http://…`.
    Https,
    /// `s3://bucket/key`.
    S3,
}

impl Source {
    /// The source that a URL names.
    ///
    /// # Errors
    /// What is wrong with the URL, as a phrase for a message.
    pub fn of(url: &str) -> Result<Self, &'static str> {
        if url.contains(char::is_whitespace) && !url.starts_with("s3://") {
            return Err("a URL has no spaces: write `%20`");
        }
        if let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) {
            return if rest.is_empty() || rest.starts_with('/') {
                Err("the URL names no host")
            } else {
                Ok(Self::Https)
            };
        }
        let Some(object) = url.strip_prefix("s3://") else {
            return Err("`from` takes `https://…`, `http://…` or `s3://BUCKET/KEY`");
        };
        match object.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() && !key.ends_with('/') => {
                Ok(Self::S3)
            }
            _ => Err("`from` takes one object: `s3://BUCKET/KEY`"),
        }
    }
}

/// A checksum in lower case, if it is 64 hexadecimal digits.
pub fn checksum(text: &str) -> Option<SmolStr> {
    let valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| text.to_ascii_lowercase().into())
}

/// Reads the statements.
fn read(given: &Given, diagnostics: &mut Vec<Diagnostic>) -> Option<Lowered> {
    let [from, into] =
        given.must([("from", "from \"https://…\""), ("into", "into VOLUME \"file\"")], diagnostics)?;
    let from = from.values.first()?;
    let source = Source::of(from.as_text()?);
    let source = wrong(source, "invalid-url", from.span, "this cannot be fetched", diagnostics)?;
    let path = into.values.get(1)?;
    let path_text = path.as_text()?;
    let checked = path_fault(path_text).map_or(Ok(()), Err);
    wrong(checked, "invalid-path", path.span, "this is no path of a file in a volume", diagnostics)?;
    let sha256 = match given.value("sha256") {
        Some(text) => {
            let sum = checksum(text.as_text()?).ok_or("expected 64 hexadecimal digits");
            Some(wrong(sum, "invalid-checksum", text.span, "this is no SHA-256 checksum", diagnostics)?)
        }
        None => None,
    };
    let options = Options {
        from: from.as_text()?.into(),
        into: format_smolstr!("{}/{path_text}", into.mount_path.as_deref()?.trim_end_matches('/')),
        sha256,
        mode: given.number("mode", Options::MODE),
        retries: given.number("retries", Options::RETRIES),
        timeout: given.time("timeout", Options::TIMEOUT, diagnostics)?,
    };
    Some(lower(source, &options))
}

/// Reports what is wrong with a value.
fn wrong<T>(
    value: Result<T, &str>,
    name: &'static str,
    span: Span,
    headline: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T> {
    value.map_err(|fault| diagnostics.push(Diagnostic::error(name, span, headline).here(fault))).ok()
}

/// Turns a `fetch` into a container's parts.
pub fn lower(source: Source, options: &Options) -> Lowered {
    let (image, script) = match source {
        Source::Https => (Image::FetchHttps, HTTPS),
        Source::S3 => (Image::FetchS3, S3),
    };
    let mut env = vec![
        ("INITFLOW_FROM".into(), options.from.clone()),
        ("INITFLOW_INTO".into(), options.into.clone()),
        ("INITFLOW_MODE".into(), SmolStr::from(format!("{:04o}", options.mode))),
        ("INITFLOW_RETRIES".into(), options.retries.to_smolstr()),
        ("INITFLOW_TIMEOUT".into(), options.timeout.to_smolstr()),
    ];
    if let Some(sha256) = &options.sha256 {
        env.push(("INITFLOW_SHA256".into(), sha256.clone()));
    }
    Lowered { image: Some(image), command: shell(script, "fetch"), env, ..Lowered::default() }
}

#[cfg(test)]
mod tests {
    use super::{Options, Source, checksum, lower};

    #[test]
    fn a_url_names_its_source() {
        assert_eq!(Source::of("https://acme.dev/a?b=c d"), Err("a URL has no spaces: write `%20`"));
        assert_eq!(Source::of("https://acme.dev/a?b=c"), Ok(Source::Https));
        assert_eq!(Source::of("http://minio:9000/a"), Ok(Source::Https));
        assert_eq!(Source::of("s3://acme/shop/a b.json"), Ok(Source::S3));
        for wrong in [
            "",
            "acme.dev",
            "ftp://acme.dev/a",
            "https://",
            "https:///a",
            "s3://acme",
            "s3://acme/",
            "s3:///key",
            "s3://acme/prefix/",
        ] {
            assert!(Source::of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_checksum_is_64_hexadecimal_digits() {
        assert_eq!(checksum(&"AB".repeat(32)).as_deref(), Some("ab".repeat(32).as_str()));
        assert_eq!(checksum(&"ab".repeat(31)), None);
        assert_eq!(checksum(&"xy".repeat(32)), None);
    }

    #[test]
    fn what_the_user_wrote_is_data() {
        let hostile = "https://acme.dev/'\"$(id)`id`";
        let options = Options {
            from: hostile.into(),
            into: "/v/$(id)".into(),
            sha256: None,
            mode: Options::MODE,
            retries: Options::RETRIES,
            timeout: Options::TIMEOUT,
        };
        let lowered = lower(Source::Https, &options);
        assert!(!lowered.command.iter().any(|word| word.contains("(id)")));
        assert!(lowered.env.contains(&("INITFLOW_FROM".into(), hostile.into())));
        assert!(lowered.env.contains(&("INITFLOW_MODE".into(), "0644".into())));
    }
}
