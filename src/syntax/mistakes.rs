//! Builds the diagnostics for syntax errors, with a fix if the intention is certain.

mod strings;

pub(super) use strings::*;

use super::tree::{Name, Operator};
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix};
use crate::source::Span;

/// Characters that the language reserves.
const RESERVED: [char; 5] = ['$', '@', '?', '^', '`'];

/// Whether a character ends what may be text without quotes.
pub(super) fn ends_unquoted_text(character: char) -> bool {
    character.is_whitespace() || "{};#\"'[](),".contains(character)
}

/// Whether a text holds something that unquoted text is unlikely to hold.
pub(super) fn has_odd_character(text: &str) -> bool {
    text.chars().any(|character| is_invisible(character) || is_smart_quote(character) || character == '`')
}

/// Whether something unreadable looks like text whose quotes were forgotten.
pub(super) fn is_text_like(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
        && !text.starts_with(RESERVED)
        && !text.starts_with("..")
        && !text.starts_with(['<', '>', '=', '[', '('])
}

/// Whether a character is a typographic quote.
pub(super) fn is_smart_quote(character: char) -> bool {
    "“”„‘’«»".contains(character)
}

/// Whether a character cannot be seen.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Text in double quotes.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("#{", "\\#{"))
}

/// A text for a headline: short, and on one line.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", short.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
}

/// A fix with several edits.
fn fix(title: &str, edits: Vec<Edit>, applicability: Applicability) -> Fix {
    Fix { title: title.into(), edits, applicability }
}

fn edit(span: Span, text: impl Into<String>) -> Edit {
    Edit { span, text: text.into() }
}

/// The first character of a span.
fn first(span: Span, text: &str) -> Span {
    let length = text.chars().next().map_or(0, char::len_utf8);
    Span { end: span.start + u32::try_from(length).unwrap_or(0), ..span }
}

pub(super) fn too_deep(span: Span, what: &str, limit: usize) -> Diagnostic {
    Diagnostic::error(
        Code::TooDeep,
        Span { end: span.end.min(span.start + 1), ..span },
        format!("{what} nest more than {limit} deep"),
    )
    .here("the first one that is too deep")
    .help("use fewer levels")
}

pub(super) fn too_long(place: Span) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, place, "no workload ends within 1 MiB of text")
        .here("nothing after this is read")
        .help("close each workload with a `}` at the start of a line")
}

pub(super) fn too_many_words(place: Span, most: usize) -> Diagnostic {
    let headline = format!("the source has more than {} million words and signs", most / 1_000_000);
    Diagnostic::error(Code::TooLarge, place, headline)
        .here("nothing after this is read")
        .help("split the source into several files")
}

pub(super) fn unclosed_block(
    open: Span,
    head: Option<Span>,
    next: Option<Span>,
    (end, indent): (Span, &str),
) -> Diagnostic {
    let error =
        Diagnostic::error(Code::UnclosedBlock, open, "this block is never closed").here("opened here");
    let error = match head {
        Some(head) => error.label(head, "the statement that the block belongs to"),
        None => error,
    };
    let brace = format!("\n{indent}}}");
    match next {
        Some(next) => {
            let title = "add a `}` where the block ends";
            let error = error.label(next, "assumed to end before this").help(title);
            error.fix(title, end, brace, Applicability::Unsafe)
        }
        None => {
            let title = "add a `}` at the end of the block";
            error.help(title).fix(title, end, brace, Applicability::Safe)
        }
    }
}

pub(super) fn stray_brace(span: Span) -> Diagnostic {
    Diagnostic::error(Code::StrayBrace, span, "this `}` has no matching `{`")
        .here("no block is open here")
        .help("remove the `}`, or add the missing `{`")
        .fix("remove the `}`", span, "", Applicability::Unsafe)
}

pub(super) fn missing_brace(head: Span, close: Span) -> Diagnostic {
    Diagnostic::error(Code::MissingBrace, head, "this block has no `{`")
        .here("a `{` is missing after this")
        .label(close, "the block ends here")
        .help("add a `{` at the end of this line")
        .fix("add a `{` at the end of this line", head.after(), " {", Applicability::Unsafe)
}

pub(super) fn misplaced_brace(head: Span, open: Span, nothing_between: bool) -> Diagnostic {
    let error = Diagnostic::error(Code::MisplacedBrace, open, "this `{` is not on the line of its statement")
        .here("the statement ended with its line")
        .label(head, "the statement")
        .help("move the `{` to the end of the statement's line");
    if !nothing_between {
        return error;
    }
    let between = Span { start: head.end, end: open.start, ..head };
    error.fix("move the `{` to the end of the statement's line", between, " ", Applicability::Safe)
}

pub(super) fn nameless_block(open: Span) -> Diagnostic {
    Diagnostic::error(Code::NamelessBlock, open, "this block has no name")
        .here("expected the name of a statement before this")
        .help("add a name before the `{`")
}

pub(super) fn unclosed_bracket(open: Span, end: Span, next: Span, character: &str, list: bool) -> Diagnostic {
    if character == "{" {
        return Diagnostic::error(Code::BlockInList, next, "a list cannot hold a block")
            .here("a block")
            .label(open, "in this list")
            .help("repeat the statement for each item, without brackets: `tolerations { … }`");
    }
    let error =
        Diagnostic::error(Code::UnclosedBracket, open, "this bracket is never closed").here("opened here");
    let error = match character {
        "]" | ")" => error.label(next, format!("`{character}` does not close it")),
        _ => error.label(end, "assumed to end here"),
    };
    let close = if list { "]" } else { ")" };
    error.help("add the closing bracket where the list ends").fix(
        format!("add the `{close}`"),
        end,
        close,
        Applicability::Unsafe,
    )
}

pub(super) fn missing_comma(first: Span, certain: bool) -> Diagnostic {
    Diagnostic::error(Code::MissingComma, first, "a comma is missing between two items")
        .here("expected a comma after this")
        .help("insert the comma")
        .fix(
            "insert the comma",
            first.after(),
            ",",
            if certain { Applicability::Safe } else { Applicability::Unsafe },
        )
}

pub(super) fn stray_commas(commas: &[Span]) -> Diagnostic {
    let place = commas.first().copied().unwrap_or(Span::new(crate::source::FileId(0), 0, 0));
    let error = Diagnostic::error(Code::StrayComma, place, "unexpected comma")
        .here("not needed")
        .help("remove the comma: only items between brackets are separated by commas");
    let edits = commas.iter().map(|comma| edit(*comma, " ")).collect();
    Diagnostic { fix: Some(fix("remove the comma", edits, Applicability::Safe)), ..error }
}

pub(super) fn operator_in_list(span: Span, sign: &str) -> Diagnostic {
    Diagnostic::error(Code::OperatorInList, span, format!("`{sign}` is not allowed in a list"))
        .here("not a value")
        .help("write plain values separated by commas, or a block for a map: `labels { name \"value\" }`")
}

pub(super) fn missing_value(name: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::MissingValue,
        name.span,
        format!("the argument {} has no value", shown(&name.text)),
    )
    .here("expected a value after the colon")
    .help(format!("add a value: `{}: \"…\"`", name.text))
}

pub(super) fn separator(name: &Name, sign: Operator, span: Span, next: Option<Span>) -> Diagnostic {
    let (diagnostic, text) = match sign {
        Operator::Assign => (Code::StrayEquals, "="),
        _ => (Code::StrayColon, ":"),
    };
    let headline = format!("unexpected `{text}` between a name and its value");
    let error = Diagnostic::error(diagnostic, span, headline).here("not needed");
    let Some(next) = next else {
        return error
            .help(format!("write the value directly after the name, or a block: `{} {{ … }}`", name.text));
    };
    let taken = Span { start: name.span.end, end: next.start, ..span };
    error.help(format!("remove the `{text}` and write `{} …`", name.text)).fix(
        format!("remove the `{text}`"),
        taken,
        " ",
        Applicability::Safe,
    )
}

/// A `:` or `=` before the block of a statement.
pub(super) fn separator_before_block(before: Span, sign: Operator, span: Span) -> Diagnostic {
    let (code, text) = match sign {
        Operator::Assign => (Code::StrayEquals, "="),
        _ => (Code::StrayColon, ":"),
    };
    let headline = format!("unexpected `{text}` before a block");
    let title = format!("remove the `{text}`");
    let taken = Span { start: before.end, ..span };
    Diagnostic::error(code, span, headline).here("not needed").help(title.clone()).fix(
        title,
        taken,
        "",
        Applicability::Safe,
    )
}

/// A space between a number and its unit, which `gap` takes away.
pub(super) fn space_before_unit(span: Span, word: &str, meant: &str) -> Diagnostic {
    let headline = format!("a number and its unit `{word}` have a space between them");
    let title = format!("write `{meant}`");
    Diagnostic::error(Code::UnexpectedValue, span, headline).here("one value").help(title.clone()).fix(
        title,
        span,
        meant,
        Applicability::Safe,
    )
}

/// A comma between two statements on one line.
pub(super) fn comma_between_statements(span: Span) -> Diagnostic {
    let title = "put `;` between two statements on one line";
    Diagnostic::error(Code::StrayComma, span, "unexpected comma between two statements")
        .here("not needed")
        .help(title)
        .fix(title, span, ";", Applicability::Safe)
}

pub(super) fn unquoted_text(span: Span, text: &str) -> Diagnostic {
    let certain =
        text.contains(['/', ':', '@', '*', '.']) && !text.starts_with(|first: char| first.is_ascii_digit());
    let applicability = if certain { Applicability::Safe } else { Applicability::Unsafe };
    Diagnostic::error(Code::UnquotedText, span, format!("text without quotes: {}", shown(text)))
        .here("not a word, a number or a path")
        .help(format!("write {}", shown(&quote(text))))
        .fix(format!("write {}", shown(&quote(text))), span, quote(text), applicability)
}

/// Text without quotes that was meant as values of another form.
pub(super) fn unquoted_parts(
    span: Span,
    text: &str,
    meant: &str,
    applicability: Applicability,
) -> Diagnostic {
    let title = format!("write {}", shown(meant));
    Diagnostic::error(Code::UnquotedText, span, format!("text without quotes: {}", shown(text)))
        .here("not a word, a number or a path")
        .help(title.clone())
        .fix(title, span, meant, applicability)
}

/// The words of a command, which is one text.
pub(super) fn unquoted_command(span: Span, text: &str) -> Diagnostic {
    let is_raw = text.contains('"') && !text.contains('\'') && !text.contains('\\');
    let quoted = if is_raw { format!("'{text}'") } else { quote(text) };
    let needs_shell = text.contains(['|', '&', ';', '<', '>', '$', '*']);
    let applicability = if needs_shell { Applicability::Unsafe } else { Applicability::Safe };
    unquoted_parts(span, text, &quoted, applicability)
}

/// What is wrong with something in the place of a name, and whether it is certain what was meant.
pub(super) fn odd_name(span: Span, text: &str) -> (Diagnostic, bool) {
    if is_text_like(text) && !has_odd_character(text) {
        let certain = text.trim_end_matches(':');
        let error =
            Diagnostic::error(Code::UnquotedText, span, format!("the name {} needs quotes", shown(certain)))
                .here("not a word, which has letters, digits, `_` and `-` and begins with a letter or `_`")
                .help(format!("write {}", shown(&quote(certain))))
                .fix(format!("write {}", shown(&quote(certain))), span, quote(certain), Applicability::Safe);
        return (error, true);
    }
    (stray(span, text), false)
}

/// What is wrong with something that cannot start a statement or a value.
pub(super) fn stray(span: Span, text: &str) -> Diagnostic {
    if text.starts_with("<<") {
        return Diagnostic::error(Code::UnexpectedCharacter, span, "unexpected heredoc")
            .here("not a way to write text in initflow")
            .help("write the text between `\'\'\'` and `\'\'\'`, on lines of its own");
    }
    match text {
        "-" => {
            return Diagnostic::error(Code::ListDash, span, "unexpected `-`: initflow has no dashed lists")
                .here("not needed")
                .help("repeat the statement for each item: `tolerations { … }`, or write plain values as `[a, b]`");
        }
        "]" | ")" => {
            let open = if text == "]" { "[" } else { "(" };
            return Diagnostic::error(
                Code::StrayBracket,
                span,
                format!("this `{text}` has no matching `{open}`"),
            )
            .here("no bracket is open here")
            .help(format!("remove the `{text}`, or add the missing `{open}`"))
            .fix(format!("remove the `{text}`"), span, "", Applicability::Unsafe);
        }
        "," => return stray_commas(&[span]),
        _ => {}
    }
    if text.starts_with("..") || text.ends_with("..") {
        return incomplete_range(span);
    }
    if let Some(at) = text.find(is_invisible) {
        let start = span.start + u32::try_from(at).unwrap_or(0);
        return unexpected_character(Span { start, ..span }, &text[at..]);
    }
    if let Some(at) = text.find(RESERVED) {
        let start = span.start + u32::try_from(at).unwrap_or(0);
        let character = &text[at..=at];
        return Diagnostic::error(
            Code::ReservedCharacter,
            Span { start, end: start + 1, ..span },
            format!("{} has no meaning outside quotes", backticked(character)),
        )
        .here("reserved")
        .help("put text in quotes, or insert a `let` or `param` with `\"#{name}\"`");
    }
    if text.starts_with("//") || text.starts_with("/*") {
        return foreign_comment(span, text);
    }
    unexpected_character(span, text)
}

/// A character in backticks; the backtick itself by its name.
fn backticked(character: &str) -> String {
    if character == "`" { "a backtick".into() } else { format!("`{character}`") }
}

pub(super) fn unexpected_character(span: Span, text: &str) -> Diagnostic {
    let Some(character) = text.chars().next() else {
        return Diagnostic::error(Code::UnexpectedCharacter, span, "something is missing here");
    };
    let place = first(span, text);
    if is_invisible(character) {
        let code = u32::from(character);
        let error = Diagnostic::error(
            Code::UnexpectedCharacter,
            place,
            format!("unexpected invisible character U+{code:04X}"),
        )
        .here("not a space, a tab or a line break");
        return if character.is_whitespace() && !character.is_control() {
            error.help("replace it with a space").fix(
                "replace it with a space",
                place,
                " ",
                Applicability::Safe,
            )
        } else {
            error.help("remove it, or write it as `\\u{…}` in a string")
        };
    }
    Diagnostic::error(Code::UnexpectedCharacter, span, format!("{} is not a value or a name", shown(text)))
        .here("not understood")
        .help("write a word, a text in quotes, a number, a path that starts with `/`, or a list in `[ ]`")
}

pub(super) fn missing_space(span: Span) -> Diagnostic {
    let place = Span { end: span.start, ..span };
    Diagnostic::error(Code::MissingSpace, span, "a space is missing between two values")
        .here("begins directly after the value before it")
        .help("insert a space, or write `\\\"` for a quote inside a text")
        .fix("insert a space", place, " ", Applicability::Unsafe)
}

pub(super) fn incomplete_range(span: Span) -> Diagnostic {
    Diagnostic::error(Code::IncompleteRange, span, "incomplete range")
        .here("expected the upper end directly after the dots")
        .help("write `a..b` or `..b` without spaces, or the lower end alone without dots")
}

/// A range whose ends are not directly beside its dots; the spaces are given.
pub(super) fn spaced_range(dots: Span, spaces: Vec<Span>) -> Diagnostic {
    let edits = spaces.into_iter().map(|space| edit(space, "")).collect();
    let fix = fix("remove the spaces around the dots", edits, Applicability::Safe);
    Diagnostic { fix: Some(fix), ..incomplete_range(dots) }
}

pub(super) fn foreign_comment(span: Span, text: &str) -> Diagnostic {
    let error = Diagnostic::error(Code::ForeignComment, span, "this comment does not start with `#`")
        .help("start the comment with `#`");
    let opening = Span { end: span.start + 2, ..span };
    let error = error.here("not a comment in initflow");
    if text.starts_with("//") {
        error.fix("start the comment with `#`", opening, "#", Applicability::Safe)
    } else {
        error
    }
}
