//! What is wrong with a text of YAML to a message that a person can act on.
//!
//! Invariant: a message points at text of the stretch that was read; what the parser says by itself is shown only where
//! nothing better is known.

use super::place::Place;
use super::scalar::Fault;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, Span};
use granit_parser::{ErrorKind, ScanError};
use std::ops::Range;

/// The most errors that are reported; after them, nothing more is read.
pub const MAX_ERRORS: usize = 1000;

/// The most levels of a document.
pub(super) const MAX_DEPTH: usize = 64;

const CODE: Code = Code::InvalidYaml;

/// What the parser cannot read, in a stretch of a file.
pub(super) fn of(file: &SourceFile, stretch: Range<usize>, error: &ScanError) -> Diagnostic {
    let at = stretch.start + error.marker().byte_offset().unwrap_or_default();
    let place = Place::new(file, stretch, at);
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
            behind(&place)
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
            Diagnostic::error(CODE, place.one(), format!("the quote `{quote}` is never closed"))
                .here("opens here")
                .help(format!("close it with `{quote}`"))
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            Diagnostic::error(CODE, place.one(), format!("the bracket `{open}` is never closed"))
                .here("opens here")
                .help(format!("close it with `{close}`; text that begins with `{open}` is written in quotes"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            Diagnostic::error(CODE, place.one(), format!("the bracket `{open}` is closed by `{close}`"))
                .here("opens here")
                .help(format!("close it with `{}`", if *open == '[' { ']' } else { '}' }))
        }
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence => {
            Diagnostic::error(CODE, place.one(), "a `,` or a closing bracket is missing")
                .here("not expected here")
                .help("write `,` between the items, and `]` or `}` behind the last one")
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            Diagnostic::error(CODE, place.one(), "a list begins behind its key on one line")
                .here("the first item")
                .help("begin the list on a line of its own below the key, or put the text in quotes")
        }
        ErrorKind::CommentNotSeparated => {
            Diagnostic::error(CODE, place.one(), "no blank stands before this `#`")
                .here("a comment begins here")
                .help("write a blank before `#`, or put the text in quotes")
        }
        ErrorKind::BomInsideDocument => {
            Diagnostic::error(CODE, place.one(), "an invisible byte-order mark stands in a document")
                .here("the character U+FEFF")
                .help("remove it; it may stand at the start of a file alone")
        }
        ErrorKind::InvalidBlockScalarIndent | ErrorKind::InvalidBlockScalarHeader => {
            Diagnostic::error(CODE, place.rest(), "a block of text is broken")
                .here("not part of a block")
                .help("write `|` behind the key, and below it the text, all of it deeper than the key")
        }
        kind if is_escape(kind) => escape(&place),
        ErrorKind::RecursionLimitExceeded => too_deep(place.one()),
        _ => Diagnostic::error(CODE, place.one(), format!("this is not YAML: {}", error.info()))
            .here("not understood")
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

/// A `:` where no key can stand.
fn colon(place: &Place<'_>) -> Diagnostic {
    if let Some(value) = place.value_before() {
        let text = place.file.slice(value);
        return Diagnostic::error(CODE, value, "a second `: ` stands on one line")
            .here("this value is not in quotes")
            .help(format!("put the value in quotes: `{}`", quoted(text)));
    }
    let Some(above) = place.above() else {
        return Diagnostic::error(CODE, place.one(), "no key can stand here")
            .here("this makes a key of what is before it")
            .help("put text with `: ` in quotes");
    };
    let text = place.file.slice(above);
    if text == "..." {
        return ellipsis(above);
    }
    if let Some((key, value)) =
        text.split_once(':').filter(|(_, value)| !value.is_empty() && !text.contains(": "))
    {
        return Diagnostic::error(CODE, above, "no blank stands behind the colon")
            .here("this is one text, and goes on in the next line")
            .help(format!("write `{key}: {value}`"));
    }
    if place.indentation(above) >= place.indentation(place.whole()) {
        return no_colon(place.file, above);
    }
    Diagnostic::error(CODE, place.whole(), "this line stands below a value, and deeper than it may")
        .here("goes on with the text of the line above")
        .label(above, "has a value already")
        .help("indent both lines alike, or take the value out of the line above")
}

/// A line that ought to be a key.
fn no_colon(file: &SourceFile, line: Span) -> Diagnostic {
    let text = file.slice(line);
    if text == "..." {
        return ellipsis(line);
    }
    let word = text.split([' ', ':']).next().unwrap_or_default();
    Diagnostic::error(CODE, line, "a line is neither a key nor an item of a list").here("has no `: `").help(
        format!("write `{word}: …`; text that goes on from the line above is indented deeper than its key"),
    )
}

/// A line that belongs to none of those above it.
fn misplaced(place: &Place<'_>) -> Diagnostic {
    let line = place.whole();
    let text = place.file.slice(line);
    if text.starts_with('%') {
        return Diagnostic::error(CODE, line, "`%` begins a directive, which kubectl does not read")
            .here("not a part of a document")
            .help("remove the line");
    }
    if !place.is_first() {
        return behind(place);
    }
    let is_item = |text: &str| text == "-" || text.starts_with("- ");
    let levels = place.levels();
    let alike = levels.iter().find(|level| place.indentation(**level) == place.indentation(line)).copied();
    match alike {
        Some(level) if is_item(text) && !is_item(place.file.slice(level)) => {
            Diagnostic::error(CODE, line, "an item of a list stands among the keys of a map")
                .here("an item")
                .label(level, "a key")
                .help("put the list below a key of its own, or remove the `-`")
        }
        Some(level) if is_item(place.file.slice(level)) => {
            Diagnostic::error(CODE, line, "a key stands among the items of a list")
                .here("not an item")
                .label(level, "an item")
                .help("write `- ` before it, or indent it two deeper to make it part of the item above")
        }
        _ => {
            // The keys of an item stand behind its dash.
            let width = |level: Span| {
                let text = place.file.slice(level);
                let dash = if is_item(text) { text.len() - text[1..].trim_start().len() } else { 0 };
                place.indentation(level) + dash
            };
            let mut widths: Vec<usize> = levels.iter().map(|level| width(*level)).collect();
            widths.reverse();
            widths.dedup();
            let widths: Vec<String> = widths.iter().map(usize::to_string).collect();
            let diagnostic = Diagnostic::error(CODE, line, "the indentation of this line fits none above it")
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
                    format!("indent it by {}, as the lines are that it belongs to", widths.join(" or "))
                }
            })
        }
    }
}

/// Text behind a value that has ended.
fn behind(place: &Place<'_>) -> Diagnostic {
    let rest = place.rest();
    let diagnostic = Diagnostic::error(CODE, rest, "text stands behind a value that has ended")
        .here("does not belong to the value");
    match place.value_before() {
        Some(value) => {
            diagnostic.help(format!("put the whole value in quotes: `{}`", quoted(place.file.slice(value))))
        }
        None => diagnostic.help("put the whole value in quotes, or begin a new line"),
    }
}

fn tab(place: &Place<'_>) -> Diagnostic {
    Diagnostic::error(CODE, place.tab(), "a tab stands where only blanks may")
        .here("a tab")
        .help("indent with blanks")
}

fn character_fault(place: &Place<'_>, character: char) -> Diagnostic {
    if character.is_control() || !character.is_ascii() {
        let code = u32::from(character);
        return Diagnostic::error(
            CODE,
            place.one(),
            format!("the character U+{code:04X} may not stand here"),
        )
        .here("this character")
        .help("remove it, or write it as an escape in double quotes");
    }
    let text = place.file.slice(place.rest());
    Diagnostic::error(CODE, place.rest(), format!("text without quotes may not begin with `{character}`"))
        .here(format!("begins with `{character}`"))
        .help(format!("put it in quotes: `{}`", quoted(text)))
}

fn unknown_anchor(place: &Place<'_>) -> Diagnostic {
    let text = place.file.slice(place.rest());
    let name = text.trim_start_matches('*');
    Diagnostic::error(CODE, place.rest(), format!("no value above has the anchor `&{name}`"))
        .here("repeats the value of an anchor")
        .help(format!(
            "write `&{name}` before the value to repeat, or put text in quotes: `{}`",
            quoted(text)
        ))
}

fn escape(place: &Place<'_>) -> Diagnostic {
    let (span, escape) = place.escape();
    Diagnostic::error(CODE, span, format!("`{escape}` is no escape of a text in double quotes"))
        .here("not an escape")
        .help("write `\\\\` for a backslash, or use single quotes, which take no escapes")
}

fn ellipsis(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, span, "`...` stands for nothing in YAML")
        .here("something is left out")
        .help("write what is left out, or remove the line")
}

fn helm(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(CODE, span, format!("`{text}` is a template, not yet YAML"))
        .here("to be filled in")
        .help("render the chart first: `helm template CODE CHART > manifests.yaml`")
}

/// A text in quotes, so that it stays as it is.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") }
}

/// Something beside `---`.
pub(super) fn beside_separator(line: Span, rest: &str) -> Diagnostic {
    let help = if rest.starts_with('-') {
        "indent the text, so that it is part of the value above"
    } else {
        "write `---` on a line of its own"
    };
    Diagnostic::error(CODE, line, "something stands beside the `---` between two documents")
        .here("ends a document")
        .help(help)
}

/// A value that a scalar cannot have.
pub(super) fn value(file: &SourceFile, span: Span, fault: Fault, tag: &str) -> Diagnostic {
    let text = file.slice(span);
    match fault {
        Fault::NotFinite => Diagnostic::error(CODE, span, format!("`{text}` is no number of a manifest"))
            .here("JSON has no form for it")
            .help(format!("write a number, or text in quotes: `\"{text}\"`")),
        Fault::Tag => Diagnostic::error(CODE, span, format!("this value is not of the type `!!{tag}`"))
            .here("of another type")
            .help("change the value, or remove the tag"),
        Fault::Base64 => Diagnostic::error(CODE, span, "the text of `!!binary` is not in base64")
            .here("cannot be decoded")
            .help("write the text without a tag, or encode it with `base64`"),
        Fault::Key => Diagnostic::error(CODE, span, "this cannot be a key")
            .here("read as no text")
            .help("write the key in quotes"),
    }
}

/// A key that is a list or a map.
pub(super) fn key_of_many(file: &SourceFile, span: Span) -> Diagnostic {
    let place = Place::new(file, 0..file.text.len(), span.start as usize);
    match place.template() {
        Some(template) => helm(template, file.slice(template)),
        None => Diagnostic::error(CODE, span, "a list or a map cannot be a key")
            .here("begins here")
            .help("write a word as the key; text that begins with a bracket is written in quotes"),
    }
}

pub(super) fn alias_in_itself(file: &SourceFile, span: Span) -> Diagnostic {
    let text = file.slice(span);
    Diagnostic::error(CODE, span, format!("`{text}` stands inside the value that it repeats"))
        .here("would have no end")
        .help("repeat another value, or write this one out")
}

/// A `<<` with something else than maps.
pub(super) fn merge(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, span, "`<<` merges a map, or a list of maps")
        .here("has another value")
        .help("write `<<: *anchor` with the anchor of a map")
}

pub(super) fn duplicate_key(key: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateKey, span, format!("the key `{key}` is given twice in one map"))
        .here("a second time")
        .label(first, "the first time")
        .help("remove one of the two, or put what belongs together below one")
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TooDeep, span, format!("lists and maps nest more than {MAX_DEPTH} deep"))
        .here("one too many")
        .help("use fewer levels; no object of Kubernetes has so many")
}

pub(super) fn too_large(span: Span, most: usize) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("the text has more than {most} values"))
        .here("nothing from here on is read")
        .help("split the file")
}

pub(super) fn too_much_repeated(span: Span, most: usize) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("anchors and aliases repeat more than {most} values"))
        .here("nothing from here on is read")
        .help("write out what is repeated where it is used")
}

pub(super) fn too_many_joined(span: Span, most: usize) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("more than {most} documents have nothing between them"))
        .here("nothing from here on is read")
        .help("write `---` between the documents, or split the file")
}
