//! Turns errors of the YAML parser into messages that a person can act on.
//!
//! Invariant: a message points to the text that was read; the parser's own message is shown only if there is no better one.

use super::place::PlaceInLine;
use super::scalar::ScalarFault;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};
use granit_parser::{ErrorKind, ScanError};
use std::ops::Range;

/// The most errors that are reported; nothing is read after them.
pub const MAX_ERRORS: usize = 1000;

/// The most levels of a document.
pub(super) const MAX_DEPTH: usize = 64;

const CODE: Code = Code::InvalidYaml;

/// The diagnostic for an error of the parser in a stretch of a file.
pub(super) fn of(file: &SourceFile, stretch: Range<usize>, error: &ScanError) -> Diagnostic {
    let at = stretch.start + error.marker().byte_offset().unwrap_or_default();
    let place = PlaceInLine::new(file, stretch, at);
    if let Some(template) = place.template() {
        return helm(template, file.slice(template));
    }
    match error.kind() {
        ErrorKind::MappingValueNotAllowed => colon(&place),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => no_colon(file, place.rest()),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::ExpectedDocumentStart
        | ErrorKind::InvalidIndentation => misplaced(&place),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            after_value(&place)
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::UnexpectedCharacter { character: '\t' } => tab(&place),
        ErrorKind::UnexpectedCharacter { character } => character_fault(&place, *character),
        ErrorKind::MissingAnchorOrAliasName => character_fault(&place, place.character()),
        ErrorKind::UnknownAnchor => unknown_anchor(&place),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = place.character();
            Diagnostic::error(CODE, place.one(), format!("this `{quote}` is never closed"))
                .here("opened here")
                .help(format!("close it with `{quote}`"))
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            Diagnostic::error(CODE, place.one(), format!("this `{open}` is never closed"))
                .here("opened here")
                .help(format!("close it with `{close}`, or put text that begins with `{open}` in quotes"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            Diagnostic::error(CODE, place.one(), format!("this `{open}` is closed by `{close}`"))
                .here("opened here")
                .help(format!("close it with `{}`", if *open == '[' { ']' } else { '}' }))
        }
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence => {
            Diagnostic::error(CODE, place.one(), "expected `,` or a closing bracket")
                .here("unexpected")
                .help("write `,` between the items, and `]` or `}` after the last one")
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            Diagnostic::error(CODE, place.one(), "a list begins on the line of its key")
                .here("the first item")
                .help("move the list below its key, or put the text in quotes")
        }
        ErrorKind::CommentNotSeparated => {
            Diagnostic::error(CODE, place.one(), "a space is missing before this `#`")
                .here("begins a comment")
                .help("insert a space before `#`, or put the text in quotes")
        }
        ErrorKind::BomInsideDocument => {
            Diagnostic::error(CODE, place.one(), "invisible byte order mark inside a document")
                .here("the character U+FEFF")
                .help("remove it: it is only allowed at the start of a file")
        }
        ErrorKind::InvalidBlockScalarIndent | ErrorKind::InvalidBlockScalarHeader => {
            Diagnostic::error(CODE, place.rest(), "malformed multi-line text")
                .here("not part of the text")
                .help("write `|` after the key, and indent the text below deeper than the key")
        }
        kind if is_escape(kind) => escape(&place),
        ErrorKind::RecursionLimitExceeded => too_deep(place.one()),
        _ => Diagnostic::error(CODE, place.one(), format!("invalid YAML: {}", error.info()))
            .here("cannot be read")
            .help("put text with special characters in quotes"),
    }
}

fn is_escape(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidLowSurrogateHexEscape
            | ErrorKind::InvalidLowSurrogate
            | ErrorKind::MissingLowSurrogate
            | ErrorKind::UnpairedLowSurrogate
            | ErrorKind::InvalidUnicodeEscape
    )
}

/// A `:` where a key is not allowed.
fn colon(place: &PlaceInLine<'_>) -> Diagnostic {
    if let Some(value) = place.value_before() {
        let text = place.file.slice(value);
        return Diagnostic::error(CODE, value, "unexpected second `: ` on one line")
            .here("a value without quotes cannot contain `: `")
            .help(format!("put the value in quotes: `{}`", quoted(text)));
    }
    let Some(above) = place.above() else {
        return Diagnostic::error(CODE, place.one(), "a key is not allowed here")
            .here("makes the text before it a key")
            .help("put text with `: ` in quotes");
    };
    let text = place.file.slice(above);
    if text == "..." {
        return ellipsis(above);
    }
    if let Some((key, value)) =
        text.split_once(':').filter(|(_, value)| !value.is_empty() && !text.contains(": "))
    {
        return Diagnostic::error(CODE, above, "a space is missing after the colon")
            .here("read as one text that continues on the next line")
            .help(format!("write `{key}: {value}`"));
    }
    if place.indentation(above) >= place.indentation(place.whole()) {
        return no_colon(place.file, above);
    }
    Diagnostic::error(CODE, place.whole(), "this line is indented deeper than its key")
        .here("continues the text of the line above")
        .label(above, "already has a value")
        .help("give both lines the same indentation, or remove the value from the line above")
}

/// A line that should be a key.
fn no_colon(file: &SourceFile, line: Span) -> Diagnostic {
    let text = file.slice(line);
    if text == "..." {
        return ellipsis(line);
    }
    let word = text.split([' ', ':']).next().unwrap_or_default();
    Diagnostic::error(CODE, line, "this line is neither a key nor a list item")
        .here("has no `: `")
        .help(format!("write `{word}: …`, or indent text that continues the line above deeper than its key"))
}

/// A line that does not belong to any line above it.
fn misplaced(place: &PlaceInLine<'_>) -> Diagnostic {
    let line = place.whole();
    let text = place.file.slice(line);
    if text.starts_with('%') {
        return Diagnostic::error(CODE, line, "kubectl does not support directives, which begin with `%`")
            .here("a directive")
            .help("remove the line");
    }
    if !place.is_first() {
        return after_value(place);
    }
    let is_item = |text: &str| text == "-" || text.starts_with("- ");
    let levels = place.levels();
    let alike = levels.iter().find(|level| place.indentation(**level) == place.indentation(line)).copied();
    match alike {
        Some(level) if is_item(text) && !is_item(place.file.slice(level)) => {
            Diagnostic::error(CODE, line, "unexpected list item among the keys of a map")
                .here("a list item")
                .label(level, "a key")
                .help("put the list below a key of its own, or remove the `-`")
        }
        Some(level) if is_item(place.file.slice(level)) => {
            Diagnostic::error(CODE, line, "unexpected key among the items of a list")
                .here("a key")
                .label(level, "a list item")
                .help(
                    "write `- ` before it, or indent it by two more spaces to make it part of the item above",
                )
        }
        _ => {
            // The keys of an item come after its dash.
            let width = |level: Span| {
                let text = place.file.slice(level);
                let dash = if is_item(text) { text.len() - text[1..].trim_start().len() } else { 0 };
                place.indentation(level) + dash
            };
            let mut widths: Vec<usize> = levels.iter().map(|level| width(*level)).collect();
            widths.reverse();
            widths.dedup();
            let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
            let diagnostic = Diagnostic::error(
                CODE,
                line,
                "the indentation of this line does not match any line above it",
            )
            .here(format!("indented by {}", place.indentation(line)));
            let diagnostic = match levels.first() {
                Some(level) => {
                    diagnostic.label(*level, format!("keys here are indented by {}", width(*level)))
                }
                None => diagnostic,
            };
            diagnostic.help(match widths.as_slice() {
                [] => "indent it like the other keys of its map".to_owned(),
                widths => {
                    format!("indent it by {}, like the lines it belongs to", widths.join(" or "))
                }
            })
        }
    }
}

/// Text after the end of a value.
fn after_value(place: &PlaceInLine<'_>) -> Diagnostic {
    let rest = place.rest();
    let diagnostic =
        Diagnostic::error(CODE, rest, "unexpected text after a value").here("not part of the value");
    match place.value_before() {
        Some(value) => {
            diagnostic.help(format!("put the whole value in quotes: `{}`", quoted(place.file.slice(value))))
        }
        None => diagnostic.help("put the whole value in quotes, or begin a new line"),
    }
}

fn tab(place: &PlaceInLine<'_>) -> Diagnostic {
    Diagnostic::error(CODE, place.tab(), "unexpected tab: only spaces are allowed here")
        .here("a tab")
        .help("use spaces")
}

fn character_fault(place: &PlaceInLine<'_>, character: char) -> Diagnostic {
    if character.is_control() || !character.is_ascii() {
        let code = u32::from(character);
        return Diagnostic::error(
            CODE,
            place.one(),
            format!("the character U+{code:04X} is not allowed here"),
        )
        .here("this character")
        .help("remove it, or write it as an escape in double quotes");
    }
    let text = place.file.slice(place.rest());
    Diagnostic::error(CODE, place.rest(), format!("text without quotes cannot begin with `{character}`"))
        .here(format!("begins with `{character}`"))
        .help(format!("put it in quotes: `{}`", quoted(text)))
}

fn unknown_anchor(place: &PlaceInLine<'_>) -> Diagnostic {
    let text = place.file.slice(place.rest());
    let name = text.trim_start_matches('*');
    Diagnostic::error(CODE, place.rest(), format!("no value above has the anchor `&{name}`"))
        .here("repeats the value of this anchor")
        .help(format!("add `&{name}` before the value to repeat, or put text in quotes: `{}`", quoted(text)))
}

fn escape(place: &PlaceInLine<'_>) -> Diagnostic {
    let (span, escape) = place.escape();
    Diagnostic::error(CODE, span, format!("unknown escape `{escape}` in double quotes"))
        .here("not an escape")
        .help("write `\\\\` for a backslash, or use single quotes, which have no escapes")
}

fn ellipsis(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, span, "`...` has no content")
        .here("a placeholder")
        .help("replace the placeholder with its content, or remove the line")
}

fn helm(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(CODE, span, format!("`{text}` is a template, not YAML"))
        .here("a template's placeholder")
        .help("import what the chart renders: `helm template NAME CHART | initflow import -`")
}

/// A text in quotes that reads back unchanged.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}

/// Something beside `---`.
pub(super) fn beside_separator(line: Span, rest: &str) -> Diagnostic {
    let help = if rest.starts_with('-') {
        "indent the line to make it part of the value above"
    } else {
        "write `---` on a line of its own"
    };
    Diagnostic::error(CODE, line, "unexpected text on the line of a `---` between two documents")
        .here("`---` ends a document")
        .help(help)
}

/// A value that a scalar cannot have.
pub(super) fn value(file: &SourceFile, span: Span, fault: ScalarFault, tag: &str) -> Diagnostic {
    let text = file.slice(span);
    match fault {
        ScalarFault::NotFinite => Diagnostic::error(CODE, span, format!("`{text}` is not a number in JSON"))
            .here("not a finite number")
            .help(format!("write a number, or text in quotes: `\"{text}\"`")),
        ScalarFault::Tag => Diagnostic::error(CODE, span, format!("this value is not of the type `!!{tag}`"))
            .here("does not match its tag")
            .help("change the value, or remove the tag"),
        ScalarFault::Base64 => Diagnostic::error(CODE, span, "the value of `!!binary` is not base64")
            .here("cannot be decoded")
            .help("write the text without a tag, or encode it with `base64`"),
        ScalarFault::Key => Diagnostic::error(CODE, span, "this value cannot be a key")
            .here("not read as text")
            .help("write the key in quotes"),
    }
}

/// A key that is a list or a map.
pub(super) fn key_of_many(file: &SourceFile, span: Span) -> Diagnostic {
    let place = PlaceInLine::new(file, 0..file.text.len(), span.start as usize);
    match place.template() {
        Some(template) => helm(template, file.slice(template)),
        None => Diagnostic::error(CODE, span, "a list or a map cannot be a key")
            .here("begins here")
            .help("use text as the key, in quotes if it begins with a bracket"),
    }
}

pub(super) fn alias_in_itself(file: &SourceFile, span: Span) -> Diagnostic {
    let text = file.slice(span);
    Diagnostic::error(CODE, span, format!("`{text}` is inside the value that it repeats"))
        .here("would repeat forever")
        .help("repeat another value, or write this one out")
}

/// A `<<` with anything other than maps.
pub(super) fn merge(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, span, "expected a map or a list of maps for `<<`")
        .here("has another kind of value")
        .help("write `<<: *anchor` with the anchor of a map")
}

pub(super) fn duplicate_key(key: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateKey, span, format!("duplicate key `{key}` in one map"))
        .here("the second time")
        .label(first, "the first time")
        .help("remove one of the two, or merge their values")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, span, format!("lists and maps nest more than {MAX_DEPTH} deep"))
        .here("the first level that is too deep")
        .help("use fewer levels: no Kubernetes object has so many")
}

pub(super) fn too_large(span: Span, most: usize) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("the text has more than {most} values"))
        .here("nothing after this is read")
        .help("split the file")
}

pub(super) fn too_much_repeated(span: Span, most: usize) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("anchors and aliases repeat more than {most} values"))
        .here("nothing after this is read")
        .help("write repeated values in full, without aliases")
}

pub(super) fn too_many_joined(span: Span, most: usize) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("more than {most} documents without `---` between them"))
        .here("nothing after this is read")
        .help("write `---` between the documents, or split the file")
}
