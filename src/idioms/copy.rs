//! Recognizes `cp` out of the image: `copy`.

use super::candidate::MountPlace;
use super::idiom::{Idiom, existing, into};
use super::options::OptionSpec;
use super::step::Step;
use crate::literal;
use crate::steps::StepKind;

const WHOLE: &str = "the copy appears complete or not at all, also in place of an earlier one";
const ADDS: &str = "each file appears complete or not at all";
const HIDDEN: &str = "files whose names begin with a dot are copied too; `*` left them out";
const FOLDERS: &str =
    "files whose names begin with a dot, and folders, are copied too; the command left them out";

const OPTIONS: OptionSpec = OptionSpec {
    flags: "rRafvpn",
    valued: "",
    long: &["no-clobber", "recursive", "archive", "verbose", "force"],
    long_valued: &[],
};

/// Where a copy is made.
struct CopyTarget<'t> {
    mount: &'t MountPlace<'t>,
    /// Its path in the volume; empty for the root.
    path: String,
    /// Its path in the container.
    made: String,
}

pub(super) fn of(step: &Step) -> Option<Idiom> {
    let (program, rest) = step.making()?.split_first()?;
    let given = OPTIONS.read(rest).filter(|_| program.rsplit('/').next() == Some("cp"))?;
    let [from, to] = given.operands.as_slice() else { return None };
    let (from, to) = (step.resolved(from)?, step.resolved(to)?);
    let is_recursive = given.has(&["r", "R", "a", "recursive", "archive"]);
    // What is in a folder, instead of the folder.
    let all = from.strip_suffix("/*");
    let content =
        all.or_else(|| from.strip_suffix("/.").or_else(|| from.strip_suffix('/')).filter(|_| is_recursive));
    let source = content.unwrap_or(&from);
    let is_of_image =
        source.starts_with('/') && source.len() > 1 && !source.contains('*') && step.within(source).is_none();
    if !is_of_image || mounts_below(step, source) {
        return None;
    }
    let target = match content.filter(|_| all.is_some() || from.ends_with("/.")) {
        Some(_) => in_folder(step, &to)?,
        None => of_one(step, source, &to)?,
    };
    if !step.may_make(&target.made) {
        return None;
    }
    let adds = given.has(&["n", "no-clobber"]);
    let existing_word = match step.existing(target.mount, "replace") {
        Some("keep") => Some("keep"),
        _ if adds => Some("merge"),
        // `cp` deletes nothing in a folder that is there already, and `copy` would.
        Some(_) if is_recursive || all.is_some() => return None,
        other => other,
    };
    let is_into_folder = all.is_some() || from.ends_with("/.");
    let path =
        if is_into_folder && !target.path.is_empty() { format!("{}/", target.path) } else { target.path };
    let mut idiom = Idiom::new(
        StepKind::Copy,
        vec![vec!["from".into(), literal::path(source)], into(target.mount.volume, &path)],
    );
    idiom.statements.extend(existing_word.map(existing));
    idiom.hints.push(if existing_word == Some("merge") { ADDS } else { WHOLE });
    idiom.changes.extend(all.map(|_| if is_recursive { HIDDEN } else { FOLDERS }));
    idiom.volume = Some(target.mount.volume.to_owned());
    idiom.keeps_image = true;
    Some(idiom)
}

/// Whether a volume is mounted below a folder, which then is not only the image's.
fn mounts_below(step: &Step, folder: &str) -> bool {
    step.candidate
        .mounts
        .iter()
        .any(|mount| mount.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The folder that takes what is in another one.
fn in_folder<'s>(step: &'s Step, to: &str) -> Option<CopyTarget<'s>> {
    let (mount, path) = step.within(to)?;
    Some(CopyTarget { mount, path, made: step.absolute(to)? })
}

/// The place of the copy of one file or folder; in an existing folder, it keeps its name.
fn of_one<'s>(step: &'s Step, from: &str, to: &str) -> Option<CopyTarget<'s>> {
    let name = from.rsplit('/').next()?;
    let named = format!("{}/{name}", step.absolute(to)?);
    match step.within(to) {
        Some((mount, folder)) if folder.is_empty() => {
            Some(CopyTarget { mount, path: name.to_owned(), made: named })
        }
        Some((mount, folder)) if to.ends_with('/') => {
            Some(CopyTarget { mount, path: format!("{folder}/{name}"), made: named })
        }
        Some((mount, folder)) => Some(CopyTarget { mount, path: folder, made: step.absolute(to)? }),
        // The folder is the image's, and the volume is mounted in it under the same name.
        None => {
            let (mount, folder) = step.within(&named)?;
            folder.is_empty().then_some(CopyTarget { mount, path: folder, made: named })
        }
    }
}
