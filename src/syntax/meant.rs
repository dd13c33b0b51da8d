//! Finds what text without quotes was meant to be, from the statement that it is in.
//!
//! Invariant: the values of the statement become what the fix writes, so that nothing else is reported for one mistake.

use super::mistakes;
use super::reader::SyntaxReader;
use super::statement::is_word;
use super::tree::{Name, Piece, SyntaxValue, TextPieces, ValueKind};
use crate::diagnostic::Applicability::{self, Safe, Unsafe};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Statements whose values are not text.
const WITHOUT_TEXT: &[&str] = &[
    "after", "alive", "cpu", "memory", "mounts", "port", "reads", "ready", "resource", "started", "storage",
    "updates", "volume", "writes",
];

/// The text that was meant, and whether this is certain.
type Meaning = (String, Applicability);

impl SyntaxReader<'_> {
    /// Replaces text without quotes by what its statement suggests; `before` is the number of errors before it.
    pub(super) fn mend(&mut self, name: &Name, values: &mut Vec<SyntaxValue>, before: usize) {
        if name.quoted || values.is_empty() {
            return;
        }
        if matches!(name.text.as_str(), "run" | "args") {
            return self.quote_command(values, before);
        }
        self.join_units(&name.text, values);
        let mut at = 0;
        while self.errors.len() > before && at < values.len() {
            at += self.mend_value(name, values, at, before);
        }
    }

    /// Joins amounts and times with the units that are written after a space.
    fn join_units(&mut self, statement: &str, values: &mut Vec<SyntaxValue>) {
        for at in 1..values.len() {
            let [number, unit] = &values[at - 1..=at] else { return };
            let (ValueKind::Number(digits), ValueKind::Word(word)) = (&number.kind, &unit.kind) else {
                continue;
            };
            let before = at.checked_sub(2).and_then(|at| values.get(at));
            let before = before.map(|value| self.source.slice(value.span));
            if !expects_unit(statement, before) || !is_unit(word) || !digits.ends_with(is_digit) {
                continue;
            }
            let span = number.span.to(unit.span);
            let meant = format!("{digits}{}", meant_unit(word));
            self.report(mistakes::space_before_unit(span, word, &meant));
            let kind = ValueKind::Number(meant.into());
            values.splice(at - 1..=at, [SyntaxValue { span, kind }]);
            return;
        }
    }

    /// Replaces one value; returns how many values there are in its place.
    fn mend_value(&mut self, name: &Name, values: &mut Vec<SyntaxValue>, at: usize, before: usize) -> usize {
        let Some(span) = values.get(at).map(|value| value.span) else { return 1 };
        let error = self.errors[before..].iter_mut().find(|error| is_about(error, span));
        let Some(error) = error else { return 1 };
        let text = self.source.slice(span);
        let word = at.checked_sub(1).and_then(|at| values.get(at)).map(|word| self.source.slice(word.span));
        let Some((meant, applicability)) = meaning(&name.text, word, text) else {
            if let Some(fix) = error.fix.as_mut().filter(|_| WITHOUT_TEXT.contains(&name.text.as_str())) {
                fix.applicability = Unsafe;
            }
            return 1;
        };
        *error = mistakes::unquoted_parts(span, text, &meant, applicability);
        let mut places = Places { whole: span, text, end: 0 };
        let parts: Vec<SyntaxValue> = meant.split(' ').map(|part| places.value(part)).collect();
        let count = parts.len();
        values.splice(at..=at, parts);
        count
    }

    /// Makes one text of the words of a command.
    fn quote_command(&mut self, values: &mut Vec<SyntaxValue>, before: usize) {
        let (Some(first), Some(last)) = (values.first(), values.last()) else { return };
        let span = first.span.to(last.span);
        let is_bare = self.errors[before..].iter().any(|error| is_about(error, first.span));
        let is_word = matches!(first.kind, ValueKind::Word(_) | ValueKind::Path(_)) && values.len() > 1;
        let text = self.source.slice(span);
        if self.fault.broken || !(is_bare || is_word) || text.contains('\n') {
            return;
        }
        let mut at = before;
        while let Some(error) = self.errors.get(at) {
            if error.code == Code::UnquotedText {
                self.errors.remove(at);
            } else {
                at += 1;
            }
        }
        self.report(mistakes::unquoted_command(span, text));
        let text = TextPieces::One(Piece::Text(text.into()));
        *values = vec![SyntaxValue { span, kind: ValueKind::Text(text) }];
    }
}

/// Whether an error is about text without quotes at a place.
fn is_about(error: &Diagnostic, span: Span) -> bool {
    error.code == Code::UnquotedText && error.primary.span == span
}

/// What a text means in a statement, if not text; `word` is the value before it.
fn meaning(statement: &str, word: Option<&str>, text: &str) -> Option<Meaning> {
    match (statement, word) {
        ("port", _) => port(text),
        ("reads" | "updates" | "writes" | "mounts", None) => mount(statement, text),
        ("reads" | "updates" | "writes" | "mounts", Some("at")) => path(text),
        ("ready" | "alive" | "started", None) => {
            let (scheme, address) = text.split_once("://")?;
            let (target, _) = target(address)?;
            matches!(scheme, "http" | "https").then(|| (format!("{scheme} {target}"), Unsafe))
        }
        ("ready" | "alive" | "started", Some("http" | "https" | "tcp" | "grpc")) => target(text),
        ("cpu" | "memory" | "storage", None) | ("resource", Some(_)) => range(text),
        _ => None,
    }
}

/// `http:80`, `80/udp`, and `8080:80` as containers are published elsewhere: the host's port first.
fn port(text: &str) -> Option<Meaning> {
    if let Some((number, protocol)) = text.split_once('/') {
        let protocol = protocol.to_ascii_lowercase();
        let is_one = is_number(number) && matches!(protocol.as_str(), "tcp" | "udp" | "sctp");
        return is_one.then(|| (format!("{number} {protocol}"), Safe));
    }
    let (name, number) = text.split_once(':')?;
    match name {
        _ if !is_number(number) => None,
        _ if is_number(name) => Some((format!("{number} host {name}"), Unsafe)),
        _ => is_word(name).then(|| (format!("{name} {number}"), Safe)),
    }
}

/// `data:/path`, also with `:ro` or `:rw`.
fn mount(statement: &str, text: &str) -> Option<Meaning> {
    let (volume, path) = text.split_once(':')?;
    let (path, mode) = path.split_once(':').unwrap_or((path, ""));
    if !is_word(volume) || !path.starts_with('/') {
        return None;
    }
    match (statement, mode) {
        (_, "") | ("reads", "ro") | ("updates" | "writes", "rw") => {
            Some((format!("{volume} at {path}"), Safe))
        }
        ("mounts", "ro") => Some((format!("{volume} at {path} readonly"), Safe)),
        ("mounts", "rw") => Some((format!("{volume} at {path}"), Safe)),
        _ => Some((format!("{volume} at {path}"), Unsafe)),
    }
}

/// `etc/shop`: Kubernetes mounts it at `/etc/shop`.
fn path(text: &str) -> Option<Meaning> {
    let is_relative =
        text.starts_with(|first: char| first.is_ascii_alphanumeric()) && !text.contains([':', '\\']);
    is_relative.then(|| (format!("/{text}"), Safe))
}

/// `8080/path`, `:8080/path` and `localhost:8080/path`.
fn target(text: &str) -> Option<Meaning> {
    let (address, path) = text.find('/').map_or((text, ""), |at| text.split_at(at));
    let (host, port) = address.rsplit_once(':').unwrap_or(("", address));
    let certain = is_number(port) && host.is_empty();
    let is_port = is_number(port) || (is_word(port) && !path.is_empty() && !port.contains('.'));
    let target = if path.is_empty() { port.to_owned() } else { format!("{port} {path}") };
    is_port.then_some((target, if certain { Safe } else { Unsafe }))
}

/// `100m-500m`, and with other signs between the two.
fn range(text: &str) -> Option<Meaning> {
    let (request, limit) = text.split_once(['-', ':', '/', '~'])?;
    (is_amount(request) && is_amount(limit)).then(|| (format!("{request}..{limit}"), Safe))
}

/// Whether a number in a statement is an amount or a time; `word` is the value before it.
fn expects_unit(statement: &str, word: Option<&str>) -> bool {
    match statement {
        "cpu" | "memory" | "storage" | "timeout" | "every" | "max-size" => word.is_none(),
        "resource" => word.is_some(),
        "volume" => matches!(word, Some("scratch" | "memory")),
        "ready" | "alive" | "started" => matches!(word, Some("every" | "timeout" | "delay")),
        _ => false,
    }
}

/// The unit of the language for one of other tools; cores have none.
fn meant_unit(word: &str) -> &str {
    match word.to_ascii_lowercase().as_str() {
        "cpu" | "cpus" | "core" | "cores" => "",
        "min" | "minutes" => "m",
        "sec" | "seconds" => "s",
        "hours" => "h",
        "kb" | "kib" => "Ki",
        "mb" | "mib" => "Mi",
        "gb" | "gib" => "Gi",
        "tb" => "Ti",
        _ => word,
    }
}

fn is_unit(word: &str) -> bool {
    const UNITS: &[&str] = &[
        "b", "c", "core", "cores", "cpu", "cpus", "e", "ei", "g", "gb", "gi", "gib", "h", "hours", "k", "kb",
        "ki", "kib", "m", "mb", "mi", "mib", "min", "minutes", "ms", "p", "pi", "s", "sec", "seconds", "t",
        "tb", "ti",
    ];
    UNITS.contains(&word.to_ascii_lowercase().as_str())
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number with a unit or without.
fn is_amount(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        && !text.contains("..")
}

/// The places of what was meant, one after the other.
struct Places<'t> {
    whole: Span,
    text: &'t str,
    /// The bytes of the text before the next place.
    end: usize,
}

impl Places<'_> {
    /// A value that was meant.
    fn value(&mut self, part: &str) -> SyntaxValue {
        if let Some((low, high)) = part.split_once("..") {
            let [low, high] = [low, high].map(|end| {
                Box::new(SyntaxValue { span: self.next(end), kind: ValueKind::Number(end.into()) })
            });
            let span = low.span.to(high.span);
            return SyntaxValue { span, kind: ValueKind::Range(Some(low), high) };
        }
        let kind = match part {
            _ if part.starts_with('/') => ValueKind::Path(part.into()),
            _ if is_amount(part) => ValueKind::Number(part.into()),
            _ => ValueKind::Word(part.into()),
        };
        SyntaxValue { span: self.next(part), kind }
    }

    /// The place of a part; what the text does not have from there on is at an empty one.
    fn next(&mut self, part: &str) -> Span {
        let rest = self.text.get(self.end..).unwrap_or_default();
        let is_whole = |at: &usize| {
            let is_inside = |other: Option<char>, own: Option<char>| {
                [other, own].iter().all(|letter| letter.is_some_and(char::is_alphanumeric))
            };
            let (before, after) = (&rest[..*at], &rest[*at + part.len()..]);
            !is_inside(before.chars().next_back(), part.chars().next())
                && !is_inside(after.chars().next(), part.chars().next_back())
        };
        let found = rest.match_indices(part).map(|(at, _)| at).find(is_whole);
        let (start, length) = found.map_or((self.end, 0), |at| (self.end + at, part.len()));
        self.end = start + length;
        let start = self.whole.range().start + start;
        Span::new(self.whole.file, start, start + length)
    }
}
