//! Composes the script of a `fetch`: where the files come from, how often it tries, and what becomes of the files.

use super::{Archive, FetchOptions, FetchSource, Unpack};
use crate::steps::existing::Existing;
use crate::steps::script::{NEWLINE, TRIM, part};

const RUN: &str = part!("../run.sh");
const ONE_LINE: &str = part!("../one-line.sh");
const CONTROL: &str = part!("../control.sh");

/// The parts for these options.
pub(super) fn parts(options: &FetchOptions) -> Vec<&'static str> {
    let existing = options.existing.unwrap_or(Existing::Replace);
    let (pinned, keep) = (options.sha256.is_some(), existing == Existing::Keep);
    let several = options.folder && options.unpack.is_none();
    // Files that are compared one by one; folders whose mark says what they were made of.
    let resumes = several && matches!(options.source, FetchSource::Model | FetchSource::Prefix);
    let marks = options.folder && (pinned && !keep || several && options.source == FetchSource::Artifact);
    let mut parts = vec![part!("../say.sh"), RUN];
    parts.extend(source(options));
    parts.push(part!("../to-into.sh"));
    parts.extend(options.into.enter());
    if options.folder {
        let mut folder = options.into.folder();
        if resumes {
            // What a killed run has downloaded is taken over before what it left is removed.
            folder.insert(folder.len() - 1, part!("folder/resume.sh"));
        }
        parts.extend(folder);
        if resumes || marks {
            parts.push(part!("../work/untouched.sh"));
        }
        if resumes {
            parts.push(part!("folder/settle.sh"));
        }
        parts.extend([part!("../links.sh"), part!("folder/begin.sh")]);
        if marks {
            parts.push(part!("folder/mark.sh"));
        }
    } else {
        parts.extend(options.into.file());
    }
    if keep {
        parts.extend([part!("../work/there.sh"), part!("../work/kept.sh")]);
    }
    parts.push(part!("../deadline.sh"));
    if pinned && keep {
        parts.push(part!("verify.sh"));
    } else if pinned && options.folder {
        parts.extend([part!("verify.sh"), part!("folder/here.sh")]);
    } else if pinned {
        parts.extend([part!("../work/untouched.sh"), part!("verify.sh"), part!("here.sh")]);
    }
    parts.push(match (options.folder, options.unpack.is_some()) {
        (false, _) => part!("file.sh"),
        (true, false) => part!("folder/several.sh"),
        (true, true) => part!("folder/archive.sh"),
    });
    parts.push(options.tries.script());
    if pinned {
        parts.push(part!("verified.sh"));
    }
    if let Some(Unpack { archive, .. }) = options.unpack {
        match archive {
            Archive::Tar => parts.extend([part!("folder/tar.sh"), NAMES]),
            Archive::TarGz => parts.extend([part!("folder/tar-gz.sh"), NAMES]),
            Archive::TarZst => parts.extend([part!("folder/tar-zst.sh"), NAMES]),
            Archive::Zip => parts.push(part!("folder/zip.sh")),
        }
        parts.push(part!("folder/unpack.sh"));
    }
    if !options.folder {
        if keep {
            parts.extend(existing.files());
        }
        parts.push(if keep { part!("new-file.sh") } else { part!("../work/publish-file.sh") });
        return parts;
    }
    parts.extend(existing.folders());
    if marks && !keep {
        parts.extend(existing.files());
        parts.extend([part!("folder/folder.sh"), part!("folder/marked.sh")]);
    } else {
        parts.extend([part!("folder/folder.sh"), part!("folder/publish.sh")]);
    }
    parts.push(part!("folder/wrote.sh"));
    parts
}

const NAMES: &str = part!("folder/names.sh");

/// What finds the place that the files come from, and gets one file or a folder of files.
fn source(options: &FetchOptions) -> Vec<&'static str> {
    let several = options.folder && options.unpack.is_none();
    let known = |of_name| is_known(&options.from, of_name);
    match options.source {
        FetchSource::Http => {
            let protocols = if options.from.starts_with("https:") {
                "protocols='=https'\n"
            } else {
                "protocols='=http,https'\n"
            };
            let mut parts = vec![protocols];
            if !options.headers.is_empty() {
                parts.extend([NEWLINE, TRIM, CONTROL, ONE_LINE, part!("https/origin.sh")]);
                parts.push(part!("https/headers.sh"));
            } else if known(b"._-:[]") && !options.from.contains(['@', '?', '#']) {
                parts.extend([part!("https/known.sh"), part!("https/https.sh")]);
            } else {
                parts.extend([ONE_LINE, part!("https/origin.sh"), part!("https/https.sh")]);
            }
            parts
        }
        FetchSource::Object | FetchSource::Prefix => {
            let mut parts = vec![part!("rclone/rclone.sh")];
            if known(b"._-") {
                parts.push(part!("rclone/known.sh"));
            } else {
                parts.extend([ONE_LINE, CONTROL, part!("rclone/from.sh")]);
            }
            parts.push(match options.from.split("://").next() {
                Some("s3") => part!("rclone/s3.sh"),
                Some("gs") => part!("rclone/gs.sh"),
                _ => part!("rclone/az.sh"),
            });
            parts.push(if several { part!("rclone/folder.sh") } else { part!("rclone/file.sh") });
            parts
        }
        FetchSource::Model => {
            vec![ONE_LINE, CONTROL, part!("../facts.sh"), part!("hf/hub.sh"), part!("hf/files.sh")]
        }
        FetchSource::Artifact => {
            let mut parts = vec![part!("oci/oci.sh")];
            if known(b"._-:") {
                parts.push(part!("oci/known.sh"));
            } else {
                parts.extend([ONE_LINE, part!("oci/from.sh")]);
            }
            parts.push(part!("oci/named.sh"));
            parts.push(if options.credentials { part!("oci/secret.sh") } else { part!("oci/open.sh") });
            parts.push(if several { part!("oci/folder.sh") } else { part!("oci/file.sh") });
            parts
        }
    }
}

/// Whether a URL has no variables, and its first part only letters, digits and these.
fn is_known(url: &str, of_name: &[u8]) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let first = rest.split('/').next().unwrap_or_default();
    let sound = |letter: u8| letter.is_ascii_alphanumeric() || of_name.contains(&letter);
    !url.contains("$(")
        && !url.contains(char::is_control)
        && !first.starts_with('-')
        && first.bytes().all(sound)
}
