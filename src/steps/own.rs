//! Implements `own`: sets owner, group or mode of a volume's files where `fsGroup` cannot do it.
//!
//! ```initflow
//! own media {
//!   volume media
//!   user 10001
//!   group 10001
//!   mode 0660
//! }
//! ```
//!
//! | statement | meaning |
//! |---|---|
//! | `volume VOLUME` | the volume, all of it; required |
//! | `user 10001` | the owner, by number |
//! | `group 10001` | the group, by number |
//! | `mode 0660` | the mode of files, in octal; folders and executable files also get `x` wherever they get `r` |
//!
//! At least one of the last three is required. Only what differs is changed, and links are not followed; the next run
//! continues a killed one. Devices are not changed.
//!
//! Another container may replace files and folders at the same time. So a folder is entered first, and changed only if the
//! kernel confirms that it is in the volume. A file is changed under a second name in a folder that only root can enter; the
//! kernel refuses this second name for anything outside the volume's mount. A file that already has a name outside the
//! volume ends the step.
//!
//! The step runs as root, with the capabilities `CHOWN`, `DAC_OVERRIDE` and `FOWNER` (and `FSETID` for a mode with a special
//! bit) and no others, since only root can give a file away. So it does not pass Pod Security's `restricted`, but passes
//! `baseline`. With `fsGroup` in the pod, the kubelet does the same by itself for all volumes except `hostPath`, `nfs` and
//! others that the node does not own: it gives files a group, and the group access to them.

use super::script::{NEWLINE, part, shell};
use super::{Image, Lowered, Rights, StepInput};
use crate::diagnostic::{Code, Diagnostic};
use crate::object::Node;
use crate::statement::Slot::One;
use crate::statement::{Direction, StatementPlace, StatementSpec, ValueType, of_step};
use smol_str::{SmolStr, ToSmolStr};

/// The keyword that opens one.
pub(super) const KEYWORD: &str = "own";

const HERE: &[StatementPlace] = &[StatementPlace::Step(KEYWORD)];

const ID: ValueType = ValueType::Int(0, 2_147_483_647);

pub(super) const STATEMENTS: &[StatementSpec] = &[
    of_step(
        HERE,
        "volume",
        &[One("volume", ValueType::MountedVolume(Direction::Updates))],
        "The volume whose files are changed, all of them. Implies `updates volume`.",
    ),
    of_step(HERE, "user", &[One("number", ID)], "The owner, by number."),
    of_step(HERE, "group", &[One("number", ID)], "The group, by number."),
    of_step(
        HERE,
        "mode",
        &[One("mode", ValueType::Mode)],
        "The mode of files, in octal. Folders and executable files also get `x` wherever they get `r`.",
    ),
];

const RIGHTS: Rights = Rights::Root(&["CHOWN", "DAC_OVERRIDE", "FOWNER"]);
/// What it takes to set a special bit on files of another group.
const RIGHTS_OF_SPECIAL_BITS: Rights = Rights::Root(&["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"]);

/// The options of an `own`.
#[derive(Clone, Debug)]
pub struct OwnOptions {
    /// Where the step mounts the volume.
    pub volume: SmolStr,
    /// The owner.
    pub user: Option<i64>,
    /// The group.
    pub group: Option<i64>,
    /// The mode of files.
    pub mode: Option<u32>,
}

impl OwnOptions {
    /// Reads the statements.
    pub(super) fn read(given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let [volume] = given.must([("volume", "volume NAME")], diagnostics)?;
        let number = |name| given.value(name).and_then(Node::as_int);
        let (user, group) = (number("user"), number("group"));
        let mode = number("mode").and_then(|mode| u32::try_from(mode).ok());
        if ["user", "group", "mode"].iter().all(|name| given.option(name).is_none()) {
            diagnostics.push(
                Diagnostic::error(
                    Code::MissingStatement,
                    given.span,
                    "this step needs a `user`, a `group` or a `mode`",
                )
                .here("expected `user NUMBER`, `group NUMBER` or `mode 0660` in it"),
            );
            return None;
        }
        Some(Self { volume: volume.mount_path.clone()?, user, group, mode })
    }

    /// The parts of a container that carry it out.
    pub(super) fn lower(&self) -> Lowered {
        let Self { volume, user, group, mode } = self;
        let mut env = vec![("INITFLOW_VOLUME".into(), volume.clone())];
        env.extend(user.map(|user| ("INITFLOW_USER".into(), user.to_smolstr())));
        env.extend(group.map(|group| ("INITFLOW_GROUP".into(), group.to_smolstr())));
        if let Some(mode) = *mode {
            let octal = |mode: u32| SmolStr::from(format!("{mode:04o}"));
            // Special bits are only for folders, where they decide which group new files get.
            env.push(("INITFLOW_MODE".into(), octal(mode & 0o777)));
            env.push(("INITFLOW_MODE_OF_PROGRAMS".into(), octal(executable(mode) & 0o777)));
            env.push(("INITFLOW_MODE_OF_FOLDERS".into(), octal(executable(mode))));
        }
        let special = mode.is_some_and(|mode| mode > 0o777);
        Lowered {
            image: Some(Image::Own),
            rights: if special { RIGHTS_OF_SPECIAL_BITS } else { RIGHTS },
            command: shell(&[part!("say.sh"), NEWLINE, part!("own.sh")], "own"),
            env,
            ..Lowered::default()
        }
    }
}

/// The mode with `x` wherever it has `r`.
fn executable(mode: u32) -> u32 {
    mode | (mode & 0o444) >> 2
}

#[cfg(test)]
mod tests {
    use super::{OwnOptions, executable};
    use crate::steps::Rights;

    #[test]
    fn readable_folders_can_be_entered() {
        assert_eq!(executable(0o640), 0o750);
        assert_eq!(executable(0o2660), 0o2770);
        assert_eq!(executable(0o600), 0o700);
        assert_eq!(executable(0o755), 0o755);
    }

    #[test]
    fn a_special_bit_is_for_folders_and_needs_a_right_of_its_own() {
        let own = OwnOptions { volume: "/v".into(), user: None, group: None, mode: Some(0o2660) };
        let lowered = own.lower();
        assert!(lowered.env.contains(&("INITFLOW_MODE".into(), "0660".into())));
        assert!(lowered.env.contains(&("INITFLOW_MODE_OF_PROGRAMS".into(), "0770".into())));
        assert!(lowered.env.contains(&("INITFLOW_MODE_OF_FOLDERS".into(), "2770".into())));
        assert!(matches!(lowered.rights, Rights::Root(capabilities) if capabilities.contains(&"FSETID")));
        let lowered = OwnOptions { user: Some(0), mode: Some(0o660), ..own }.lower();
        assert!(matches!(lowered.rights, Rights::Root(capabilities) if !capabilities.contains(&"FSETID")));
    }
}
