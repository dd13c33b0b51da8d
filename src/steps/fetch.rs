//! Implements `fetch`: downloads a file, a folder of files or an archive to unpack into a volume.
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
//! fetch theme {
//!   from "https://themes.acme.dev/dark-2.1.tar.gz"
//!   into html "theme/"
//!   header "Authorization" secret("themes", "authorization")
//!   unpack
//! }
//! ```
//!
//! | statement | meaning | default |
//! |---|---|---|
//! | `from "URL"` | `https://…`, `http://…`; an object `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `az://ACCOUNT/CONTAINER/PATH`, or everything below a prefix, with `/` at the end; an artifact `oci://REGISTRY/NAME:TAG`; a model of Hugging Face `hf://ORG/MODEL@REVISION`, or those of its files that match `…/PATTERN`; `$(NAME)` is a variable of the step's `env` | required |
//! | `into VOLUME "path"` | the file to create, or the folder for a prefix, an archive, and with `/` at its end for all files of an artifact; parent folders are created too | required |
//! | `sha256 "…"` | the checksum of the download, 64 hexadecimal digits | it is not verified, and a file or an archive is fetched again on every run |
//! | `unpack ["FORMAT"]` | unpacks an archive: `tar`, `tar.gz`, `tar.zst`, `zip`; the default is the URL's extension | the file stays as it is |
//! | `header "NAME" VALUE` | a header of the request, as text or from a Secret; it is sent only to the URL's own site | none |
//! | `existing keep` | if the file is there already, or the folder with something in it, it stays as it is, and nothing is downloaded | `replace` |
//! | `mode 0444` | the files' mode, in octal | `0644` |
//! | `max-size 1Gi` | with `unpack`: the most bytes that come out of the archive | `4Gi` |
//! | `max-files 500` | with `unpack`: the most files and folders that come out of it | `100000` |
//! | `retries 3` | how many times to retry, after pauses of 2, 4, 6 … at most 30 seconds | `5` |
//! | `timeout 2m` | the time for all tries together, in whole seconds | `5m` |
//!
//! The step downloads into a folder of its own next to the final place, verifies, unpacks and sets the mode, and renames the
//! result only then: a reader never sees half of it. A folder replaces an older one by two renames, and the next run repairs
//! one that was killed between them. What a folder was made of is stored in `.initflow-NAME.sha256` next to it, and trusted
//! only if no other user can have written it or the folder.
//!
//! What is complete already is not downloaded again, if no other user can have changed it:
//!
//! - Each file of a model and of a prefix is compared with the size and the checksum at the source. Where the storage has no checksum,
//!   as S3 has none for an object that was uploaded in parts, the time of the last change counts. Only what differs is downloaded.
//! - The folder of an artifact is compared with the artifact's digest and with the checksum of the files that it had.
//!
//! A download that was cut off goes on, also after a kill: within a file of a model, and with the files of a prefix that are missing.

use super::existing::Existing;
use super::script::shell;
use super::tries::{Tries, retries, timeout};
use super::{FILE_PATH, Image, InVolume, Lowered, StepInput, existing, mismatch, path_fault};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::Node;
use crate::statement::Slot::{Maybe, One};
use crate::statement::{Direction, StatementPlace, StatementSpec, ValueType, of_step};
use check::wrong;
pub(crate) use limits::Limits;
use smol_str::{SmolStr, format_smolstr};
pub(crate) use source::{Archive, FetchSource};

mod check;
mod limits;
mod script;
mod source;

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "fetch";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(
        HERE,
        "from",
        &[One("\"url\"", ValueType::Text)],
        "What to fetch: `https://…`, an object or a prefix of `s3://`, `gs://` or `az://`, an artifact of `oci://`, or a model of `hf://`.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", ValueType::MountedVolume(Direction::Writes)), One("\"path\"", ValueType::Text)],
        "The file or folder to create, in a volume. Implies `writes volume`.",
    ),
    of_step(
        HERE,
        "sha256",
        &[One("\"checksum\"", ValueType::Text)],
        "The checksum of the download, 64 hexadecimal digits. Without it, a file or an archive is fetched again on every run.",
    ),
    of_step(
        HERE,
        "unpack",
        &[Maybe("\"format\"", ValueType::Text)],
        "Unpacks an archive into a folder: `tar`, `tar.gz`, `tar.zst` or `zip`. The default format is the URL's extension.",
    ),
    StatementSpec {
        repeats: true,
        ..of_step(
            HERE,
            "header",
            &[One("\"name\"", ValueType::Text), One("value", ValueType::Variable)],
            "A header of the request, as text or a source such as `secret(\"name\", \"key\")`. Only for `https://` and `http://`; can be repeated.",
        )
    },
    of_step(
        HERE,
        "mode",
        &[One("mode", ValueType::Mode)],
        "The mode of the file, or of the files in the folder, in octal. The default is `0644`.",
    ),
    existing::statement(HERE),
    of_step(
        HERE,
        "max-size",
        &[One("size", ValueType::Memory)],
        "The most bytes that may come out of an archive. The default is `4Gi`.",
    ),
    of_step(
        HERE,
        "max-files",
        &[One("count", ValueType::Int(1, 10_000_000))],
        "The most files that may come out of an archive. The default is 100,000.",
    ),
    retries(HERE),
    timeout(HERE),
];

/// The options of a `fetch`.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// Where the files come from; [`FetchSource::of`] accepts it.
    pub from: SmolStr,
    /// The kind of place that `from` names.
    pub source: FetchSource,
    /// The file or folder to create.
    pub into: InVolume,
    /// Whether `into` is a folder.
    pub folder: bool,
    /// The checksum as [`checksum`] gives it.
    pub sha256: Option<SmolStr>,
    /// What to unpack into the folder.
    pub unpack: Option<Unpack>,
    /// What becomes of what is there, if the author says it.
    pub existing: Option<Existing>,
    /// The names of the headers, with their values as fields of an `EnvVar`.
    pub headers: Vec<(SmolStr, Node)>,
    /// The files' mode.
    pub mode: u32,
    /// How often and how long it tries.
    pub tries: Tries,
    /// Whether it may have credentials for a registry.
    credentials: bool,
}

/// An archive, and what may come out of it.
#[derive(Clone, Copy, Debug)]
pub struct Unpack {
    /// Its format.
    pub archive: Archive,
    /// How much it may be.
    pub limits: Limits,
}

impl FetchOptions {
    /// The default mode of files: their readers may run as other users.
    pub const MODE: u32 = 0o644;

    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let [from, into] =
            given.must([("from", "from \"https://…\""), ("into", "into VOLUME \"path\"")], diagnostics)?;
        let from = from.values.first()?;
        let url = from.as_text()?;
        let source = FetchSource::of(url);
        let headline = "`from` is not a URL that can be fetched";
        let source = wrong(source, Code::InvalidUrl, from.span, headline, diagnostics)?;
        let path = into.values.get(1)?;
        let text = path.as_text()?;
        let archive = given.option("unpack");
        let folder = archive.is_some()
            || matches!(source, FetchSource::Prefix | FetchSource::Model)
            || source == FetchSource::Artifact && text.ends_with('/');
        let inner = if folder { text.strip_suffix('/').unwrap_or(text) } else { text };
        let expected = if folder { "a folder path in the volume" } else { FILE_PATH };
        let headline = mismatch(expected, text);
        if source == FetchSource::Object && !folder && text.ends_with('/') {
            let error = Diagnostic::error(Code::InvalidPath, path.span, headline);
            let help = format!("for everything below a prefix, end the URL with `/`: `{url}/`");
            diagnostics.push(error.here("a folder, but the URL names one object").help(help));
            return None;
        }
        wrong(path_fault(inner).map_or(Ok(()), Err), Code::InvalidPath, path.span, &headline, diagnostics)?;
        let sha256 = match given.value("sha256") {
            Some(node) => {
                let text = node.as_text()?;
                let sum = checksum(text).ok_or("a checksum has 64 hexadecimal digits");
                let headline = mismatch("a SHA-256 checksum", text);
                Some(wrong(sum, Code::InvalidChecksum, node.span, &headline, diagnostics)?)
            }
            None => None,
        };
        let several = folder && archive.is_none();
        let sound = diagnostics.len();
        diagnostics.extend(check::clashes(given, source, several, from.span));
        if diagnostics.len() > sound {
            return None;
        }
        let unpack = match archive {
            Some(option) => Some(Unpack {
                archive: check::format(given, option, url, diagnostics)?,
                limits: Limits::of(given),
            }),
            None => None,
        };
        let headers = check::headers(given, diagnostics)?;
        if source::is_open(url) && (sha256.is_none() || !headers.is_empty()) {
            diagnostics.push(check::in_the_open(from.span, !headers.is_empty()));
        }
        Some(Self {
            from: url.into(),
            source,
            into: InVolume::of(into, inner)?,
            folder,
            sha256,
            unpack,
            existing: existing::read(given),
            headers,
            mode: given.number("mode", Self::MODE),
            tries: Tries::of(given, diagnostics)?,
            credentials: !given.lacks("DOCKER_AUTH_CONFIG"),
        })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let image = match self.source {
            FetchSource::Http | FetchSource::Model => Image::FetchHttps,
            FetchSource::Object | FetchSource::Prefix => Image::FetchStorage,
            FetchSource::Artifact => Image::FetchOci,
        };
        let mode = if self.folder { symbolic(self.mode) } else { format_smolstr!("{:04o}", self.mode) };
        let mut env = vec![("INITFLOW_FROM".into(), self.from.clone())];
        env.extend(self.into.variables());
        env.push(("INITFLOW_MODE".into(), mode));
        env.extend(self.tries.variables());
        env.extend(self.sha256.clone().map(|sha256| ("INITFLOW_SHA256".into(), sha256)));
        env.extend(self.unpack.into_iter().flat_map(|unpack| unpack.limits.variables()));
        if !self.headers.is_empty() {
            let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
            env.push(("INITFLOW_HEADERS".into(), names.join(" ").into()));
        }
        let value = |(number, (_, value)): (usize, &(SmolStr, Node))| {
            (format_smolstr!("INITFLOW_HEADER_{number}"), value.clone())
        };
        let variables = self.headers.iter().enumerate().map(value).collect();
        Lowered {
            image: Some(image),
            command: shell(&script::parts(self), "fetch"),
            env,
            variables,
            ..Lowered::default()
        }
    }
}

/// A checksum in lower case, if it is 64 hexadecimal digits.
pub(crate) fn checksum(text: &str) -> Option<SmolStr> {
    let valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| text.to_ascii_lowercase().into())
}

/// A mode for `chmod -R`: everyone who can read also gets `x` on folders and executable files.
///
/// `=` is not used, since `BusyBox` then forgets which files were executable.
pub(super) fn symbolic(mode: u32) -> SmolStr {
    let mut clauses = Vec::new();
    for (class, shift) in [("u", 6), ("g", 3), ("o", 0)] {
        let has = |bit: u32| mode >> shift & bit != 0;
        let enter = if has(1) { "x" } else { "X" };
        let given = [("r", has(4)), ("w", has(2)), (enter, has(4) || has(1))];
        let taken = [("r", !has(4)), ("w", !has(2)), ("x", !has(4) && !has(1))];
        for (sign, letters) in [('+', given), ('-', taken)] {
            let letters: String =
                letters.into_iter().filter(|(_, holds)| *holds).map(|(letter, _)| letter).collect();
            if !letters.is_empty() {
                clauses.push(format!("{class}{sign}{letters}"));
            }
        }
    }
    clauses.push("ug-s".into());
    clauses.join(",").into()
}

#[cfg(test)]
mod tests {
    use super::super::tries::Tries;
    use super::{FetchOptions, FetchSource, InVolume, checksum, symbolic};

    #[test]
    fn a_checksum_is_64_hexadecimal_digits() {
        assert_eq!(checksum(&"AB".repeat(32)).as_deref(), Some("ab".repeat(32).as_str()));
        assert_eq!(checksum(&"ab".repeat(31)), None);
        assert_eq!(checksum(&"xy".repeat(32)), None);
    }

    #[test]
    fn readable_folders_can_be_entered() {
        assert_eq!(symbolic(0o644), "u+rwX,g+rX,g-w,o+rX,o-w,ug-s");
        assert_eq!(symbolic(0o440), "u+rX,u-w,g+rX,g-w,o-rwx,ug-s");
        assert_eq!(symbolic(0o755), "u+rwx,g+rx,g-w,o+rx,o-w,ug-s");
    }

    #[test]
    fn text_of_the_user_is_data() {
        let hostile = "https://acme.dev/'\"$(id)`id`";
        let options = FetchOptions {
            from: hostile.into(),
            source: FetchSource::Http,
            into: InVolume { path: "/v/$(id)".into(), volume: "/v".into(), of_pod: true },
            folder: false,
            sha256: None,
            unpack: None,
            existing: None,
            headers: Vec::new(),
            mode: FetchOptions::MODE,
            tries: Tries::default(),
            credentials: false,
        };
        let lowered = options.lower();
        assert!(!lowered.command.iter().any(|word| word.contains("(id)")));
        assert!(lowered.env.contains(&("INITFLOW_FROM".into(), hostile.into())));
        assert!(lowered.env.contains(&("INITFLOW_MODE".into(), "0644".into())));
    }
}
