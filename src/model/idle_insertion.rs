//! Finds what reads like an insertion, such as `${tag}` where `tag` is a `let` or a `param`, but inserts nothing.
//!
//! Invariant: only names in scope are found, so a text in another language's syntax is not reported unless it has such a name.
//! What a shell or a program may replace itself is judged once the variables of the container are known.

use super::draft::Draft;
use super::record::NameKind;
use super::resolve::Resolver;
use super::scope::{Constant, Scope};
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, change_to};
use crate::object::Node;
use crate::source::Span;
use crate::syntax::tree::Piece;
use std::ops::Range;

/// A finding about a text in a container that is reported unless a variable has the name.
pub(super) struct HeldInsertion {
    diagnostic: Diagnostic,
    /// The uses of templates that lead to the text.
    frames: Vec<Span>,
    /// The names that look inserted.
    names: Vec<String>,
    /// Whether a shell may replace it: it is `$name` or `${name}`.
    of_shell: bool,
    /// Whether the text sets a shell's variable of one of the names.
    assigned: bool,
    /// Whether the text has one of the names in other places, too.
    mentioned: bool,
}

/// Something in a text that looks like an insertion.
struct Found<'t> {
    range: Range<usize>,
    name: &'t str,
    of_shell: bool,
}

/// The statements of a container whose texts a shell or a program reads.
pub(super) fn is_read_by_programs(statement: &str) -> bool {
    matches!(
        statement,
        "run" | "args" | "script" | "command" | "env" | "lifecycle" | "ready" | "alive" | "started"
    )
}

impl Resolver<'_> {
    /// Reports what looks like an insertion in a text, or holds it until the container is complete.
    pub(super) fn idle_insertions(&mut self, pieces: &[Piece], span: Span, scope: &Scope) {
        let may_have = |piece: &Piece| match piece {
            Piece::Text(text) => text.bytes().any(|byte| matches!(byte, b'$' | b'{')),
            Piece::Name(_) => false,
        };
        if self.is_recording() || !pieces.iter().any(may_have) {
            return;
        }
        let sources = self.sources;
        let source = sources.slice(span);
        let raw = source.starts_with('\'');
        let found: Vec<Found<'_>> = idle_insertions(source, raw)
            .into_iter()
            .filter(|found| {
                self.lookup(found.name, scope)
                    .is_some_and(|bound| !matches!(bound.value.constant, Constant::List(_)))
            })
            .collect();
        let Some(first) = found.first() else { return };
        let diagnostic = self.not_inserted(first, &found, (source, span, raw), scope);
        match &mut self.held {
            Some(held) => held.push(HeldInsertion {
                diagnostic,
                frames: self.frames.clone(),
                names: found.iter().map(|found| found.name.to_owned()).collect(),
                of_shell: found.iter().any(|found| found.of_shell),
                assigned: found.iter().any(|found| is_assigned(source, found.name)),
                mentioned: is_mentioned(source, &found),
            }),
            None => self.report(diagnostic),
        }
    }

    /// Reports what is held for a container whose variables are known.
    pub(super) fn settle_idle_insertions(&mut self, draft: &mut Draft) {
        for held in std::mem::take(&mut draft.held) {
            let command = draft.fields.get("command").map_or(&[][..], Node::items);
            let program = command.first().and_then(Node::as_text);
            let interpreted = program.is_none_or(|_| command.len() > 1);
            let in_shell = program.is_some_and(|program| program.ends_with("sh"));
            let is_set = draft.env.iter().any(|(_, variable)| {
                let name = variable.get("name").and_then(Node::as_text);
                held.names.iter().any(|known| Some(known.as_str()) == name)
            });
            let replaced = held.of_shell && (is_set || !draft.env_from.is_empty() || held.assigned);
            if replaced || (interpreted && !in_shell && held.mentioned) {
                continue;
            }
            let frames = std::mem::replace(&mut self.frames, held.frames);
            let mut diagnostic = held.diagnostic;
            if in_shell && held.of_shell && draft.run.is_none() {
                diagnostic = diagnostic.here("the shell finds no variable of this name");
                if let (None, Some(name)) = (&diagnostic.fix, held.names.first()) {
                    diagnostic.help = vec![format!("set the variable: `env {{ {name} {name} }}`")];
                }
            }
            self.report(diagnostic);
            self.frames = frames;
        }
    }

    fn not_inserted(
        &self,
        first: &Found<'_>,
        found: &[Found<'_>],
        (source, span, raw): (&str, Span, bool),
        scope: &Scope,
    ) -> Diagnostic {
        let place = |range: &Range<usize>| {
            let start = span.range().start;
            Span::new(span.file, start + range.start, start + range.end)
        };
        let written = &source[first.range.clone()];
        let name = first.name;
        let bound = self.lookup(name, scope);
        let kind = match bound.map(|bound| bound.kind) {
            Some(NameKind::Let) => "let",
            Some(NameKind::Param) => "param",
            Some(NameKind::Workload) => "built-in name",
            _ => "parameter",
        };
        let headline = if raw && written.starts_with('#') {
            format!("`{written}` in single quotes does not insert the {kind} `{name}`")
        } else {
            format!("`{written}` does not insert the {kind} `{name}`")
        };
        let mut diagnostic = Diagnostic::warning(Code::IdleInsertion, place(&first.range), headline)
            .here("stays in the text as it is");
        if let Some(bound) = bound.filter(|bound| bound.kind != NameKind::Workload) {
            diagnostic = diagnostic.label(bound.declared, "declared here");
        }
        let changed = found
            .iter()
            .map(|found| Edit { span: place(&found.range), text: format!("#{{{}}}", found.name) });
        let mut edits: Vec<Edit> = changed.collect();
        if !raw {
            let title = change_to(&format!("#{{{name}}}"));
            let fix = Fix { title: title.clone(), edits, applicability: Applicability::Safe };
            return Diagnostic { fix: Some(fix), ..diagnostic.help(title) };
        }
        let quotes = if source.starts_with("'''") { 3 } else { 1 };
        let title = format!("put the text in double quotes, with `#{{{name}}}` in it");
        // Double quotes give these characters another meaning.
        let inner = source.get(quotes..source.len().saturating_sub(quotes)).unwrap_or_default();
        let others = inner.matches("#{").count()
            > found.iter().filter(|found| source[found.range.clone()].starts_with('#')).count();
        if inner.contains(['\\', '"']) || others || !source.ends_with(&"'".repeat(quotes)) {
            return diagnostic.help(title);
        }
        let ends = [0..quotes, source.len() - quotes..source.len()];
        edits.retain(|edit| source.get(edit.span.range().start - span.range().start..).is_some());
        edits.extend(ends.iter().map(|range| Edit { span: place(range), text: "\"".repeat(quotes) }));
        edits.sort_by_key(|edit| edit.span.start);
        let fix = Fix { title: title.clone(), edits, applicability: Applicability::Safe };
        Diagnostic { fix: Some(fix), ..diagnostic.help(title) }
    }
}

/// Everything in a text of the source that looks like an insertion.
fn idle_insertions(source: &str, raw: bool) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = source.get(at..).and_then(|rest| rest.find(['$', '{', '#', '\\'])) {
        at += next;
        let rest = &source[at..];
        let (of_shell, read) = match rest.as_bytes() {
            // An escape, or a dollar that is escaped for Kubernetes.
            [b'\\', ..] | [b'$', b'$', ..] => {
                at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            [b'$', ..] => (true, of_dollar(rest)),
            [b'{', b'{', ..] => (false, enclosed(rest, "{{", "}}")),
            [b'#', b'{', ..] if raw => (false, enclosed(rest, "#{", "}")),
            [b'#', b'{', ..] => {
                // A real insertion.
                at += rest.find('}').map_or(2, |end| end + 1);
                continue;
            }
            _ => (false, None),
        };
        let length = read.map_or(1, |(length, _)| length);
        found.extend(read.map(|(length, name)| Found { range: at..at + length, name, of_shell }));
        at += length;
    }
    found
}

/// The length and the name of `${name}` or `$name`.
fn of_dollar(text: &str) -> Option<(usize, &str)> {
    if text.starts_with("${") {
        return enclosed(text, "${", "}");
    }
    let rest = text.get(1..)?;
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    is_name(&rest[..length]).then_some((length + 1, &rest[..length]))
}

/// The length and the name of `{{ name }}` and the like; in a chart, `.Values.` comes before it.
fn enclosed<'t>(text: &'t str, start: &str, end: &str) -> Option<(usize, &'t str)> {
    let inner = text.strip_prefix(start)?;
    let at = inner.find(end)?;
    let name = inner[..at].trim_matches('-').trim();
    let name = name.strip_prefix(".Values.").unwrap_or(name);
    is_name(name).then_some((start.len() + at + end.len(), name))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The places of a name as a whole word in a text.
fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.match_indices(name)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

/// Whether a script sets a variable, or may: it reads another script or makes its text a command.
fn is_assigned(text: &str, name: &str) -> bool {
    const SETTERS: [&str; 12] = [
        "read", "for", "export", "local", "declare", "typeset", "readonly", "getopts", "mapfile", "select",
        "eval", "source",
    ];
    words(text, name).any(|at| {
        let rest = text[at + name.len()..].trim_start_matches('+');
        let line = text[..at].rsplit(['\n', ';']).next().unwrap_or_default();
        rest.starts_with('=')
            || rest.starts_with(":=")
            || line
                .split(|char: char| !char.is_ascii_alphanumeric())
                .any(|word| SETTERS[..10].contains(&word))
    }) || text.split_whitespace().any(|word| SETTERS[10..].contains(&word) || word == ".")
}

/// Whether a text has one of the names outside what was found.
fn is_mentioned(text: &str, found: &[Found<'_>]) -> bool {
    // An option of the same name does not count: `--tag=${tag}`.
    let outside =
        |at: usize| !text[..at].ends_with('-') && found.iter().all(|found| !found.range.contains(&at));
    found.iter().any(|found| words(text, found.name).any(outside))
}

#[cfg(test)]
mod tests {
    use super::idle_insertions;

    #[test]
    fn every_spelling_is_found_and_nothing_else() {
        let names = |source| idle_insertions(source, true).iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(
            names("'${a} $b {{ c }} {{- .Values.d -}} #{e} é ${f.g}'"),
            ["a", "b", "c", "d", "e", "f.g"]
        );
        for plain in
            ["'$$a'", "'\\$a'", "'${a:-1}'", "'$(a)'", "'$1'", "'{a}'", "'{{ .a }}'", "'$é'", "'#a'", "'{{'"]
        {
            assert_eq!(names(plain), [""; 0], "{plain}");
        }
    }
}
