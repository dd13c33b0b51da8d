//! Implements `copy`: copies a file or a folder from an image to a volume.
//!
//! ```initflow
//! copy agent {
//!   image "registry.acme.dev/agent:2.4"
//!   from /opt/agent
//!   into tools "agent"
//! }
//! ```
//!
//! | statement | meaning | default |
//! |---|---|---|
//! | `from /path` | a file or a folder of this step's `image` | required, and `image` too |
//! | `into VOLUME "path"` | the path of the copy; parent folders are created too | required |
//! | `into VOLUME "path/"`, `into VOLUME` | the folder for the copy: a file keeps its name in it, a folder's content becomes its content | |
//! | `existing keep` | if the copy is there already, it stays as it is; into the root of a volume, each file and folder that is there; an empty folder is filled | `replace` |
//! | `existing merge` | in a folder that is there already, only the files are added that it does not have | |
//! | `outside-links` | keeps links that lead out of the folder, unchanged | the step refuses them |
//! | `mode 0444` | the mode of a file, in octal; of a folder, the mode of the files in it, where folders and executable files also get `x` wherever they get `r` | as in the image |
//!
//! Names, times, modes and links are preserved; if `from` itself is a link, its target is copied. The copy is made under a
//! temporary name and renamed: a reader finds the old file or the new one; of a folder it finds the old one, for an instant
//! none, or the new one. The root of a volume cannot be renamed: there the content is moved entry by entry, each file and
//! each folder as a whole, and other content stays.
//!
//! If the targeted Kubernetes has image volumes as a stable feature (1.36), the image is mounted as a volume, and the
//! compiler's own image copies from it: the mounted image needs neither `cp` nor a shell, so `FROM scratch` works. The files
//! must be readable to the step's user. For an older Kubernetes the step runs in the image itself, as the image's user; the
//! image then needs `sh`, `sed` and the common tools of coreutils or `BusyBox`.

use super::existing::Existing;
use super::fetch::symbolic;
use super::script::{part, shell};
use super::{
    Image, InVolume, Lowered, OwnVolume, Rights, StepInput, existing, mismatch, outside_links, path_fault,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::version::Version;
use crate::object::{Map, MapEntry, Node, Value};
use crate::source::Span;
use crate::statement::Slot::{Maybe, One};
use crate::statement::{Direction, StatementPlace, StatementSpec, ValueType, of_step};
use smol_str::{SmolStr, format_smolstr};

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "copy";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(
        HERE,
        "from",
        &[One("/path", ValueType::Path)],
        "The file or the folder to copy, in this step's `image`.",
    ),
    of_step(
        HERE,
        "into",
        &[One("volume", ValueType::MountedVolume(Direction::Writes)), Maybe("\"path\"", ValueType::Text)],
        "The path of the copy, in a volume; with `/` at its end, or without a path, the folder for the copy. Implies `writes volume`.",
    ),
    of_step(
        HERE,
        "mode",
        &[One("mode", ValueType::Mode)],
        "The mode of the file, or of the files in the folder, in octal. The default is the mode in the image.",
    ),
    existing::statement_with_merge(HERE),
    outside_links::statement(HERE),
];

/// The first version that has image volumes as a stable feature.
const IMAGE_VOLUMES: Version = Version(36);

/// Where the image is mounted; no volume of the author's is mounted there.
const MOUNT_PATH: &str = "/initflow/.image";

/// The options of a `copy`.
#[derive(Clone, Debug)]
pub struct CopyOptions {
    /// The file or folder, without slashes at its ends.
    pub from: SmolStr,
    /// The path of the copy.
    pub into: InVolume,
    /// The files' mode.
    pub mode: Option<u32>,
    /// What becomes of what is there, if the author says it.
    pub existing: Option<Existing>,
    /// Whether links that lead out of the folder are kept.
    pub outside_links: bool,
    /// The image if it is mounted as a volume; otherwise the step runs in it.
    pub mounted: Option<MountedImage>,
}

/// An image that is mounted as a volume.
#[derive(Clone, Debug)]
pub struct MountedImage {
    /// Its reference.
    pub reference: Node,
    /// When it is pulled.
    pub pull_policy: Option<Node>,
    /// The head of the step.
    pub span: Span,
}

impl CopyOptions {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let [from, into] =
            given.must([("from", "from /path"), ("into", "into VOLUME \"path\"")], diagnostics)?;
        let from = from.values.first()?;
        let (from_text, path) = (from.as_text()?, into.values.get(1));
        let invalid = |span, expected, text, fault| {
            Diagnostic::error(Code::InvalidPath, span, mismatch(expected, text)).here(fault)
        };
        let before = diagnostics.len();
        diagnostics.extend(
            source_fault(from_text).map(|fault| invalid(from.span, "a path in the image", from_text, fault)),
        );
        diagnostics.extend(path.and_then(|path| {
            let text = path.as_text()?;
            Some(invalid(path.span, "a path in the volume", text, target_fault(text)?))
        }));
        let into_path = match path {
            Some(path) => path.as_text()?,
            None => "",
        };
        let mode = given.value("mode").and_then(|node| u32::try_from(node.as_int()?).ok());
        let (from, into) = (from_text.trim_matches('/').into(), InVolume::of(into, into_path)?);
        if diagnostics.len() > before {
            return None;
        }
        // A missing image is reported once, for the container.
        let image = given.image.clone().filter(|_| given.version >= IMAGE_VOLUMES);
        let mounted = image.map(|reference| MountedImage {
            reference,
            pull_policy: given.pull_policy.clone(),
            span: given.span,
        });
        Some(Self {
            from,
            into,
            mode,
            existing: existing::read(given),
            outside_links: outside_links::read(given),
            mounted,
        })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let mut env = vec![("INITFLOW_FROM".into(), format_smolstr!("/{}", self.from))];
        env.extend(self.into.variables());
        if let Some(mode) = self.mode {
            env.push(("INITFLOW_MODE".into(), format_smolstr!("{mode:04o}")));
            env.push(("INITFLOW_MODE_OF_ALL".into(), symbolic(mode)));
        }
        let Some(image) = &self.mounted else {
            return Lowered {
                rights: Rights::OfImage,
                command: shell(&self.script(), "copy"),
                env,
                ..Lowered::default()
            };
        };
        env.push(("INITFLOW_IMAGE".into(), MOUNT_PATH.into()));
        Lowered {
            image: Some(Image::Copy),
            replaces_image: true,
            command: shell(&self.script(), "copy"),
            env,
            volumes: vec![image.volume()],
            ..Lowered::default()
        }
    }
}

impl CopyOptions {
    /// The parts of the script.
    fn script(&self) -> Vec<&'static str> {
        let from = if self.mounted.is_some() { part!("copy/image.sh") } else { part!("copy/in-image.sh") };
        let mut parts = vec![part!("say.sh"), from, part!("copy/from.sh")];
        if !self.outside_links {
            parts.extend([part!("links.sh"), part!("copy/links.sh")]);
        }
        let root = self.into.path.strip_prefix(self.into.volume.as_str()) == Some("/");
        parts.push(match self.into.path.ends_with('/') {
            true if root => part!("copy/into-root.sh"),
            true => part!("copy/into.sh"),
            false => part!("copy/at.sh"),
        });
        parts.extend(self.into.enter());
        parts.extend(self.into.folder());
        let existing = self.existing.unwrap_or(Existing::Replace);
        parts.extend(existing.files());
        parts.extend(existing.folders());
        parts.push(if self.mode.is_some() { part!("copy/copy-mode.sh") } else { part!("copy/copy.sh") });
        if existing != Existing::Replace && !root {
            parts.push(part!("copy/fits.sh"));
        }
        if existing == Existing::Merge {
            parts.push(if self.mode.is_some() {
                part!("copy/set-mode.sh")
            } else {
                part!("copy/same-mode.sh")
            });
            parts.push(part!("copy/merge.sh"));
        }
        parts.extend(match (existing, root) {
            (Existing::Replace, true) => vec![part!("copy/all.sh")],
            (Existing::Replace, false) => vec![part!("copy/one.sh")],
            (Existing::Keep, true) => vec![part!("copy/all-new.sh")],
            (Existing::Keep, false) => vec![part!("work/kept.sh"), part!("copy/one.sh")],
            (Existing::Merge, true) => vec![part!("copy/merge-all.sh")],
            (Existing::Merge, false) => vec![part!("copy/merge-one.sh")],
        });
        parts.push(part!("copy/done.sh"));
        parts
    }
}

impl MountedImage {
    /// The volume for it.
    fn volume(&self) -> OwnVolume {
        let field = |key: &'static str, node: &Node| MapEntry {
            key: key.into(),
            key_span: node.span,
            layer: 0,
            node: node.clone(),
        };
        let mut source = Map::default();
        source.entries.push(field("reference", &self.reference));
        source.entries.extend(self.pull_policy.iter().map(|policy| field("pullPolicy", policy)));
        OwnVolume {
            name: "image",
            mount_path: MOUNT_PATH.into(),
            read_only: true,
            source: "image",
            fields: Node::new(self.span, Value::Map(source)),
        }
    }
}

/// What is wrong with the path of a file or folder in an image.
fn source_fault(path: &str) -> Option<&'static str> {
    if path.trim_matches('/').is_empty() {
        Some("the path names the whole image: name a file or a folder in it")
    } else if path.split('/').any(|segment| segment == "..") {
        Some("the path has a `..`")
    } else if path.contains(['\0', '\n']) {
        Some("the path has a line break or a null character")
    } else {
        None
    }
}

/// What is wrong with the path of a copy.
fn target_fault(path: &str) -> Option<&'static str> {
    path_fault(path.strip_suffix('/').unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::{source_fault, target_fault};

    #[test]
    fn a_path_in_an_image_names_a_part_of_it() {
        for path in ["/usr/bin/tool", "/opt/agent/", "/.hidden", "/with space"] {
            assert_eq!(source_fault(path), None, "{path}");
        }
        for path in ["/", "//", "/usr/../etc", "/a\nb"] {
            assert!(source_fault(path).is_some(), "{path}");
        }
    }

    #[test]
    fn a_copy_may_go_into_a_folder() {
        for path in ["tool", "bin/tool", "bin/", "a/b/"] {
            assert_eq!(target_fault(path), None, "{path}");
        }
        for path in ["", "/", "/bin", "../x", "bin//", "./"] {
            assert!(target_fault(path).is_some(), "{path}");
        }
    }
}
