//! Finds words of a command that only a shell would understand, where no shell reads them.

use super::command::{SplitFault, split};
use crate::kubernetes::expansion::is_name;

/// A word that only a shell would understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShellWord {
    /// An operator or a redirection: `>`, `&&`, `2>/dev/null`.
    Operator,
    /// A pattern of file names: `/src/*`.
    Pattern,
    /// The output of a program: `$(hostname -f)`.
    Substitution,
}

/// Programs that give the words after them to a shell, or that have such operators themselves.
const OWN_OPERATORS: [&str; 12] =
    ["ssh", "watch", "parallel", "expr", "test", "[", "nft", "tmux", "tc", "adb", "kubectl-ssh", "mongo"];

/// Programs that take names of files and no patterns.
const FILE_TOOLS: [&str; 14] =
    ["cp", "mv", "rm", "cat", "chmod", "chown", "chgrp", "ls", "ln", "touch", "mkdir", "rmdir", "du", "stat"];

/// Programs whose output authors put into commands.
const PRINTERS: [&str; 12] = [
    "hostname", "date", "cat", "nproc", "whoami", "id", "echo", "printf", "pwd", "curl", "kubectl", "dirname",
];

/// The first word that only a shell would understand, with its index.
pub(crate) fn shell_word(words: &[&str]) -> Option<(usize, ShellWord)> {
    let names = || words.iter().take(4).map(|word| word.rsplit('/').next().unwrap_or(word));
    let reads_operators = names().any(|name| OWN_OPERATORS.contains(&name) || is_shell(name));
    let takes_files = names().any(|name| FILE_TOOLS.contains(&name));
    let mut before = *words.first()?;
    for (at, word) in words.iter().enumerate().skip(1) {
        let is_value = before.starts_with('-');
        let kind = if !reads_operators && is_operator(word, is_value) && !ends_action(words, word) {
            Some(ShellWord::Operator)
        } else if takes_files && is_pattern(word) {
            Some(ShellWord::Pattern)
        } else if !reads_operators && has_output(word) {
            Some(ShellWord::Substitution)
        } else {
            None
        };
        if let Some(kind) = kind {
            return Some((at, kind));
        }
        before = word;
    }
    None
}

/// Whether a word is a long option with a value after a space, or several of them: `--port 80`.
pub(crate) fn joins_option(word: &str) -> bool {
    let is_plain = !word.contains(['"', '\'', '\\', '\n', '$', '{']);
    let mut words = word.split_whitespace();
    let is_option = words.next().is_some_and(|first| {
        first.strip_prefix("--").is_some_and(|name| {
            name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        })
    });
    let values: Vec<&str> = words.collect();
    is_plain && is_option && (values.len() == 1 || values.iter().any(|word| word.starts_with("--")))
}

/// Whether a command is a text that was meant to be split: its first word has spaces.
pub(crate) fn is_unsplit(words: &[&str]) -> bool {
    words.first().is_some_and(|first| {
        let is_windows =
            first.contains('\\') || first.get(1..2) == Some(":") || first.rsplit('.').next() == Some("exe");
        first.trim().contains(char::is_whitespace) && !is_windows
    })
}

/// The variables of a shell in a word, as they are written, with their names: `$HOST`, `${HOST}`.
pub(crate) fn variables(word: &str) -> impl Iterator<Item = (&str, &str)> {
    word.match_indices('$').filter_map(|(at, _)| {
        let rest = &word[at + 1..];
        let is_braced = rest.starts_with('{');
        let name = &rest[usize::from(is_braced)..];
        let end = name.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(name.len());
        let is_name = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
        let is_closed = !is_braced || name[end..].starts_with('}');
        let length = 1 + end + if is_braced { 2 } else { 0 };
        (is_name && is_closed && !word[..at].ends_with('$')).then(|| (&word[at..at + length], &name[..end]))
    })
}

/// Whether a text needs a shell to become a command.
pub(crate) fn needs_shell(text: &str) -> bool {
    text.trim().contains('\n') || matches!(split(text), Err(SplitFault::NeedsShell(_)))
}

fn is_shell(name: &str) -> bool {
    ["sh", "bash", "ash", "dash", "ksh", "zsh"].contains(&name)
}

/// An operator; some programs have values of one character, such as `cut -d '|'`.
fn is_operator(word: &str, is_value: bool) -> bool {
    match word {
        "&&" | "||" | ">>" | "2>&1" | "&>" | "2>" | "1>" | "2>>" | "<<" | ">&2" | "1>&2" | ">|" => true,
        ">" | "<" | "|" | ";" | "&" => !is_value,
        _ => {
            let file = word.trim_start_matches(['1', '2', '&']).trim_start_matches('>');
            let redirects = word.len() > file.len() + usize::from(!word.starts_with('>'));
            (redirects && word.contains('>') && file.starts_with(['/', '$', '.', '&']))
                || word.strip_prefix("<<").is_some_and(|end| end.trim_matches(['\'', '"', '-']) == "EOF")
        }
    }
}

/// `find … -exec rm {} ;`
fn ends_action(words: &[&str], word: &str) -> bool {
    word == ";" && words.iter().any(|word| ["-exec", "-execdir", "-ok"].contains(word))
}

fn is_pattern(word: &str) -> bool {
    let is_plain = !word.starts_with('-') && !word.contains(char::is_whitespace);
    let braces = word.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    is_plain
        && (word.contains('*')
            || word.starts_with("~/")
            || braces.is_some_and(|(inner, _)| inner.contains(',') || inner.contains("..")))
}

/// Whether a program is usually run for its output.
pub(crate) fn is_printer(program: &str) -> bool {
    PRINTERS.contains(&program)
}

/// `$(hostname -f)` and `` `hostname` ``; `$(NAME)` is Kubernetes' own form.
fn has_output(word: &str) -> bool {
    let starts = |inner: &str| {
        let program = inner.split(|char: char| !char.is_ascii_alphanumeric()).next();
        program.is_some_and(is_printer)
    };
    let quoted = word.split_once('`').filter(|(_, rest)| rest.contains('`')).map(|(_, inner)| inner);
    let output = word.split_once("$(").filter(|(before, _)| !before.ends_with('$')).map(|(_, inner)| inner);
    let output = output.filter(|inner| inner.split(')').next().is_some_and(|inner| !is_name(inner)));
    !word.contains('\n') && [quoted, output].into_iter().flatten().any(starts)
}

#[cfg(test)]
mod tests {
    use super::{is_unsplit, needs_shell, shell_word, variables};

    fn found(line: &str) -> Option<&str> {
        let words: Vec<&str> = line.split(',').collect();
        shell_word(&words).map(|(at, _)| words[at])
    }

    #[test]
    fn words_of_a_shell_are_found() {
        for (line, word) in [
            ("echo,ready,>,/data/seed", Some(">")),
            ("echo,ready,>>/data/seed", Some(">>/data/seed")),
            ("prepare,2>/dev/null", Some("2>/dev/null")),
            ("prepare,2>&1", Some("2>&1")),
            ("/usr/bin/env,prepare,&&,serve", Some("&&")),
            ("cp,-r,/src/*,/dst", Some("/src/*")),
            ("mkdir,-p,/data/{a,b}", None),
            ("serve,--name,$(hostname -f)", Some("$(hostname -f)")),
            ("serve,--name=`hostname`", Some("--name=`hostname`")),
            ("find,/x,-name,*.pyc,-exec,rm,{},;", None),
            ("cut,-d,|,-f,1", None),
            ("ssh,host,a,&&,b", None),
            ("sh,-c,a,&&,b", None),
            ("pip,install,x,>=1.2", None),
            ("serve,--origin=*,$(NAME),$(params.x)", None),
            ("jq,.a | .b", None),
            ("echo,<none>,->,=>", None),
        ] {
            assert_eq!(found(line), word, "{line}");
        }
    }

    #[test]
    fn variables_are_found() {
        let found: Vec<_> = variables("--a=$HOST:${PORT}$(X)$$Y$1").collect();
        assert_eq!(found, [("$HOST", "HOST"), ("${PORT}", "PORT")]);
    }

    #[test]
    fn texts_are_told_from_programs() {
        assert!(is_unsplit(&["nginx -g daemon"]));
        assert!(!is_unsplit(&["C:\\Program Files\\a.exe", "-x"]));
        assert!(!is_unsplit(&["nginx", "-g daemon off;"]));
        assert!(needs_shell("a && b") && !needs_shell("nginx -g 'daemon off;'"));
    }
}
