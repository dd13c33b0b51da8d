//! Composes the scripts of the steps from parts, each a file of its own.
//!
//! A step gets only the parts that its options need, and of these only what runs: comments and blank lines stay in the
//! files. In no part does a line of a text begin with `#`, so that a line that does is a comment (a test holds this).

use smol_str::SmolStr;

/// The part of a script that is in a file.
macro_rules! part {
    ($file:literal) => {{
        const FILE: &str = include_str!($file);
        const BYTES: [u8; $crate::steps::script::bare::<0>(FILE).1] = $crate::steps::script::bare(FILE).0;
        $crate::steps::script::text(&BYTES)
    }};
}
pub(super) use part;

/// Sets `newline`.
pub(super) const NEWLINE: &str = part!("newline.sh");
/// Takes a line break off; needs `newline`.
pub(super) const TRIM: &str = part!("trim.sh");

/// The command that runs a script under a name, which the shell puts into its own messages. A part that several others need
/// may be given several times; the script has it once.
pub(super) fn shell(parts: &[&str], name: &str) -> Vec<SmolStr> {
    let mut script = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for (at, part) in parts.iter().enumerate() {
        if !parts[..at].contains(part) {
            script += part;
        }
    }
    ["sh", "-eu", "-c", &script, name].map(SmolStr::new).into()
}

/// The lines of a file that are neither blank nor a comment, and their size; as many bytes of them as there is room for.
///
/// It runs while the compiler is built.
pub(super) const fn bare<const ROOM: usize>(file: &str) -> ([u8; ROOM], usize) {
    let (bytes, mut kept, mut size, mut at) = (file.as_bytes(), [0; ROOM], 0, 0);
    while at < bytes.len() {
        let mut end = at;
        while end < bytes.len() && bytes[end] != b'\n' {
            end += 1;
        }
        let mut first = at;
        while first < end && bytes[first] == b' ' {
            first += 1;
        }
        let runs = first < end && bytes[first] != b'#';
        while runs && at <= end {
            if size < ROOM {
                kept[size] = bytes[at];
            }
            size += 1;
            at += 1;
        }
        at = end + 1;
    }
    (kept, size)
}

/// The text of whole lines of a file.
pub(super) const fn text(lines: &[u8]) -> &str {
    match str::from_utf8(lines) {
        Ok(text) => text,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{bare, text};

    #[test]
    fn only_what_runs_is_kept() {
        const FILE: &str = "# Why.\na='#'\n\n  # Über b.\n  b=${a#x} # c\n";
        const SIZE: usize = bare::<0>(FILE).1;
        assert_eq!(text(&bare::<SIZE>(FILE).0), "a='#'\n  b=${a#x} # c\n");
    }
}
