//! Reads the scripts that the commands of a script give to a shell.

use super::{CommandContext, ScriptReader, range, read_within};
use crate::lint::shell::wrapper::StartedProgram;
use crate::lint::shell::{BashUse, Loop, PlainCommand, ShellScript, call};
use shuck_ast::{SimpleCommand, WordPart, WordPartNode};
use std::ops::Range;

impl<'t> ScriptReader<'t> {
    /// The script that a command gives to a shell, if its text is in this one as the shell gets it: in quotes, without
    /// escapes and substitutions. Its places are those in its own text, which begins at the offset.
    pub(super) fn nested(
        &self,
        simple: &SimpleCommand,
        command: &PlainCommand,
        started: &StartedProgram,
        place: CommandContext,
    ) -> Option<(usize, Option<&'static str>, ShellScript<'t>)> {
        let words: Vec<&str> = command.written.iter().skip(started.at).map(String::as_str).collect();
        let (at, shell) = match *words.first()? {
            "eval" if words.len() == 2 => (started.at + 1, None),
            _ => {
                let call = call::script_of(&words)?;
                (started.at + call.text, Some(call.shell))
            }
        };
        let word = simple.args.get(at.checked_sub(1)?)?;
        let [WordPartNode { kind, .. }] = word.parts.as_slice() else { return None };
        let plain = |part: &WordPartNode| matches!(part.kind, WordPart::Literal(_) | WordPart::Variable(_));
        let is_kept = match kind {
            WordPart::SingleQuoted { dollar, .. } => !dollar,
            WordPart::DoubleQuoted { parts, dollar } => !dollar && parts.iter().all(plain),
            _ => false,
        };
        let Range { start, end } = range(word.span);
        let text = self.text.get(start + 1..end.checked_sub(1)?)?;
        if !is_kept || (text.contains('\\') && matches!(kind, WordPart::DoubleQuoted { .. })) {
            return None;
        }
        Some((start + 1, shell, read_within(text, self.script.span, place, self.depth + 1)?))
    }

    /// Adds the commands and loops of a nested script, whose text begins at an offset.
    pub(super) fn absorb(
        &mut self,
        offset: usize,
        shell: Option<&'static str>,
        nested: ShellScript<'_>,
        is_timed: bool,
    ) {
        let first = self.script.commands.len();
        let moved = |range: Range<usize>, by: usize| range.start + by..range.end + by;
        self.script.errexit |= nested.errexit;
        self.script.bash.extend(nested.bash.into_iter().map(|found| BashUse {
            range: moved(found.range, offset),
            nested: found.nested.or(shell),
            ..found
        }));
        self.script.loops.extend(nested.loops.into_iter().map(|repeated| Loop {
            range: moved(repeated.range, offset),
            condition: moved(repeated.condition, offset),
            commands: moved(repeated.commands, first),
            ends_on: repeated.ends_on.map(|at| at + first),
            left_on: repeated.left_on.iter().map(|at| at + first).collect(),
            bounded: repeated.bounded || is_timed,
            ..repeated
        }));
        self.script.commands.extend(nested.commands.into_iter().map(|command| PlainCommand {
            range: moved(command.range, offset),
            input: moved(command.input, offset),
            pipes_to: command.pipes_to.map(|at| at + first),
            ..command
        }));
    }
}
