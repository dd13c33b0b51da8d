//! Recognizes what bash understands, and dash or the ash of `BusyBox` do not.

use super::PlainCommand;
use shuck_ast::{Assignment, AssignmentValue, Redirect, RedirectKind, WordPart};

/// Something that bash understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum BashFeature {
    Pipefail,
    BraceRange,
    BraceList,
    DoubleBracket,
    DoubleEquals,
    ArithmeticCommand,
    ArithmeticFor,
    Increment,
    Array,
    /// `${name^^}`, `${!name}`, `${name@Q}`
    Expansion,
    /// `${name/a/b}`, `${name:1:2}`
    AshExpansion,
    Append,
    HereString,
    ProcessSubstitution,
    OutputBoth,
    PipeBoth,
    FunctionKeyword,
    Source,
    /// A variable that bash sets.
    Variable,
    /// The same, which ash sets too.
    AshVariable,
    DollarQuotes,
    /// A command of bash.
    Command,
    /// The same, which ash has too.
    AshCommand,
    /// An option that neither shell knows.
    Option,
    /// An option that ash knows.
    AshOption,
    /// `trap … SIGTERM`, `kill -SIGTERM`
    SignalPrefix,
    ErrorTrap,
    EchoEscapes,
    Select,
    Socket,
}

/// What happens where a shell does not know a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Misreading {
    /// It ends with an error.
    Ends,
    /// The command fails.
    Fails,
    /// It looks for a program of this name.
    NotFound,
    /// It takes the text as it is.
    Literal,
    /// The variable is empty.
    Empty,
    /// It runs the command in the background.
    Background,
}

impl BashFeature {
    /// Whether the ash of `BusyBox` understands it.
    pub(in crate::lint) fn is_in_ash(self) -> bool {
        matches!(
            self,
            Self::Pipefail
                | Self::DoubleBracket
                | Self::DoubleEquals
                | Self::Increment
                | Self::AshExpansion
                | Self::ProcessSubstitution
                | Self::OutputBoth
                | Self::FunctionKeyword
                | Self::Source
                | Self::AshVariable
                | Self::DollarQuotes
                | Self::AshOption
                | Self::AshCommand
                | Self::SignalPrefix
                | Self::ErrorTrap
                | Self::EchoEscapes
        )
    }

    /// Whether authors try it to find out whether the shell knows it.
    pub(super) fn is_tried(self) -> bool {
        matches!(self, Self::Pipefail | Self::Command)
    }

    /// What happens where a shell does not know it.
    pub(in crate::lint) fn misreading(self) -> Misreading {
        match self {
            Self::DoubleBracket
            | Self::ArithmeticCommand
            | Self::Source
            | Self::Command
            | Self::AshCommand
            | Self::Append => Misreading::NotFound,
            Self::BraceRange | Self::BraceList | Self::DollarQuotes | Self::EchoEscapes => {
                Misreading::Literal
            }
            Self::Variable | Self::AshVariable => Misreading::Empty,
            Self::OutputBoth => Misreading::Background,
            Self::DoubleEquals
            | Self::Option
            | Self::AshOption
            | Self::SignalPrefix
            | Self::ErrorTrap
            | Self::Socket => Misreading::Fails,
            Self::Pipefail
            | Self::ArithmeticFor
            | Self::Increment
            | Self::Array
            | Self::Expansion
            | Self::AshExpansion
            | Self::HereString
            | Self::ProcessSubstitution
            | Self::PipeBoth
            | Self::FunctionKeyword
            | Self::Select => Misreading::Ends,
        }
    }
}

/// Commands that only bash has.
const COMMANDS: [&str; 16] = [
    "declare",
    "typeset",
    "pushd",
    "popd",
    "dirs",
    "shopt",
    "mapfile",
    "readarray",
    "disown",
    "coproc",
    "caller",
    "compgen",
    "complete",
    "enable",
    "bind",
    "suspend",
];

/// Programs whose words are names of files or texts, in which braces expand to several words.
const LISTED: [&str; 13] =
    ["mkdir", "cp", "mv", "rm", "touch", "chown", "chmod", "ls", "cat", "echo", "ln", "rmdir", "printf"];

/// Whether braces in the words of a command expand to several words.
pub(super) fn expands_braces(command: &PlainCommand) -> bool {
    LISTED.contains(&command.program())
}

/// What a simple command has that only bash understands.
pub(super) fn in_command(command: &PlainCommand) -> Option<BashFeature> {
    let has = |short: &str| {
        let mut options = command.arguments().take_while(|word| word.starts_with('-'));
        options.any(|word| !word.starts_with("--") && word.contains(|letter| short.contains(letter)))
    };
    let written = |word: &str| command.written.iter().skip(1).any(|found| found == word);
    match command.program() {
        "source" => Some(BashFeature::Source),
        "let" => Some(BashFeature::AshCommand),
        "[" | "test" if written("-v") => Some(BashFeature::Option),
        "[" | "test" if written("==") => Some(BashFeature::DoubleEquals),
        "[" | "test" if written("=~") => Some(BashFeature::Option),
        "read" if has("a") => Some(BashFeature::Option),
        "read" if has("dnNtsu") => Some(BashFeature::AshOption),
        "printf" if has("v") || command.word(1).is_some_and(|format| format.contains("%q")) => {
            Some(BashFeature::Option)
        }
        "wait" if has("n") => Some(BashFeature::AshOption),
        "echo" if command.word(1) == Some("-e") && is_used(command) => Some(BashFeature::EchoEscapes),
        "trap" if command.arguments().skip(1).any(|signal| signal.starts_with("SIG")) => {
            Some(BashFeature::SignalPrefix)
        }
        "trap" if command.arguments().skip(1).any(|signal| signal == "ERR") => Some(BashFeature::ErrorTrap),
        "kill" if command.word(1).is_some_and(|signal| signal.starts_with("-SIG")) => {
            Some(BashFeature::SignalPrefix)
        }
        "set" => pipefail(command),
        program if COMMANDS.contains(&program) => Some(BashFeature::Command),
        _ => None,
    }
}

/// Whether the output of a command goes to a file.
fn is_used(command: &PlainCommand) -> bool {
    command.outputs.iter().any(|(file, _)| file.as_deref().is_none_or(|file| !file.starts_with("/dev/")))
}

fn pipefail(set: &PlainCommand) -> Option<BashFeature> {
    let is_set = set.arguments().skip_while(|word| !(word.starts_with('-') && word.ends_with('o')));
    is_set.skip(1).any(|word| word == "pipefail").then_some(BashFeature::Pipefail)
}

/// What `local`, `export`, `declare` and the like have that only bash understands.
pub(super) fn in_declaration(command: &str, has_options: bool) -> Option<BashFeature> {
    match command {
        "declare" | "typeset" => Some(BashFeature::Command),
        "local" if has_options => Some(BashFeature::Option),
        _ => None,
    }
}

pub(super) fn in_assignment(assignment: &Assignment) -> Option<BashFeature> {
    if matches!(assignment.value, AssignmentValue::Compound(_)) || assignment.target.subscript.is_some() {
        Some(BashFeature::Array)
    } else {
        assignment.append.then_some(BashFeature::Append)
    }
}

pub(super) fn in_redirect(redirect: &Redirect, text: &str) -> Option<BashFeature> {
    match redirect.kind {
        RedirectKind::HereString => Some(BashFeature::HereString),
        RedirectKind::OutputBoth => Some(BashFeature::OutputBoth),
        _ if ["/dev/tcp/", "/dev/udp/"].iter().any(|device| text.contains(device)) => {
            Some(BashFeature::Socket)
        }
        _ => None,
    }
}

/// What a part of a word has that only bash understands.
pub(super) fn in_part(part: &WordPart, text: &str) -> Option<BashFeature> {
    match part {
        WordPart::SingleQuoted { dollar: true, .. } => Some(BashFeature::DollarQuotes),
        WordPart::ProcessSubstitution { .. } => Some(BashFeature::ProcessSubstitution),
        WordPart::ArithmeticExpansion { .. } => {
            (text.contains("++") || text.contains("**")).then_some(BashFeature::Increment)
        }
        WordPart::Variable(name) => variable(name.as_str()),
        _ => expansion(text.strip_prefix("${")?.strip_suffix('}')?),
    }
}

fn variable(name: &str) -> Option<BashFeature> {
    match name {
        "SECONDS" | "BASH_SOURCE" | "FUNCNAME" | "PIPESTATUS" => Some(BashFeature::Variable),
        "RANDOM" | "EPOCHSECONDS" => Some(BashFeature::AshVariable),
        _ => None,
    }
}

/// What is between the braces of `${…}`.
fn expansion(inner: &str) -> Option<BashFeature> {
    if let Some(name) = inner.strip_prefix('!') {
        return (!name.is_empty()).then_some(BashFeature::Expansion);
    }
    let inner = inner.strip_prefix('#').unwrap_or(inner);
    let name = inner.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(inner.len());
    let (name, rest) = inner.split_at(name);
    let mut letters = rest.chars();
    match letters.next() {
        _ if name.is_empty() => None,
        None => variable(name),
        Some('[') => Some(BashFeature::Array),
        Some('^' | ',') => Some(BashFeature::Expansion),
        Some('@') => letters.next().map(|_| BashFeature::Expansion),
        Some('/') => Some(BashFeature::AshExpansion),
        Some(':') => letters
            .next()
            .is_some_and(|next| next.is_ascii_digit() || next == ' ' || next == '$')
            .then_some(BashFeature::AshExpansion),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{BashFeature, expansion};

    #[test]
    fn expansions_are_told_apart() {
        for (inner, feature) in [
            ("x", None),
            ("x:-a/b", None),
            ("x%%.*}", None),
            ("#x", None),
            ("x^^", Some(BashFeature::Expansion)),
            ("x,,", Some(BashFeature::Expansion)),
            ("!x", Some(BashFeature::Expansion)),
            ("x@Q", Some(BashFeature::Expansion)),
            ("x[0]", Some(BashFeature::Array)),
            ("#x[@]", Some(BashFeature::Array)),
            ("x//a/b", Some(BashFeature::AshExpansion)),
            ("x:1:2", Some(BashFeature::AshExpansion)),
            ("RANDOM", Some(BashFeature::AshVariable)),
        ] {
            assert_eq!(expansion(inner), feature, "{inner}");
        }
    }
}
