//! Finds the script among the arguments of a shell.

use super::base_name;

/// The shells, by the name of their program.
const SHELLS: [&str; 7] = ["sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"];

/// The programs that give a script to a shell.
const CALLERS: [&str; 3] = ["su", "runuser", "flock"];

/// A shell that is started with a script.
pub(in crate::lint) struct ShellCall {
    /// The index of the script.
    pub(in crate::lint) text: usize,
    /// The name of the shell; empty if that is unknown.
    pub(super) shell: &'static str,
    pub(super) errexit: bool,
    pub(super) pipefail: bool,
}

/// Whether a program is a shell.
pub(in crate::lint) fn is_shell(program: &str) -> bool {
    SHELLS.contains(&base_name(program))
}

/// The script that some words start in a shell.
pub(in crate::lint) fn script_of(words: &[&str]) -> Option<ShellCall> {
    let (program, arguments) = words.split_first()?;
    let Some(shell) = SHELLS.into_iter().find(|shell| *shell == base_name(program)) else {
        let is_caller = CALLERS.contains(&base_name(program));
        let option = arguments.iter().position(|word| ["-c", "--command"].contains(word));
        let text = option.filter(|_| is_caller)? + 2;
        return (text < words.len()).then_some(ShellCall {
            text,
            shell: "",
            errexit: false,
            pipefail: false,
        });
    };
    let count = arguments
        .iter()
        .take_while(|word| word.starts_with(['-', '+']) || ["pipefail", "errexit"].contains(word))
        .count();
    let flags = &arguments[..count];
    let given = |letter| {
        flags.iter().any(|flag| flag.starts_with('-') && !flag.starts_with("--") && flag.contains(letter))
    };
    (given('c') && count < arguments.len()).then(|| ShellCall {
        text: count + 1,
        shell,
        errexit: given('e') || flags.contains(&"errexit"),
        pipefail: flags.contains(&"pipefail"),
    })
}

#[cfg(test)]
mod tests {
    use super::script_of;

    #[test]
    fn the_script_is_found() {
        for (line, text) in [
            ("sh -c SCRIPT", Some(2)),
            ("/bin/bash -eu -o pipefail -c SCRIPT name", Some(5)),
            ("sh -ec SCRIPT", Some(2)),
            ("su - postgres -c SCRIPT", Some(4)),
            ("su -c SCRIPT postgres", Some(2)),
            ("sh -c", None),
            ("sh script.sh", None),
            ("tar -c folder", None),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(script_of(&words).map(|call| call.text), text, "{line}");
        }
    }
}
