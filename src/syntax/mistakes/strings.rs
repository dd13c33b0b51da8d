//! Builds the diagnostics for strings: their ends, their escapes, and what is inserted into them.

use super::{is_invisible, quote, shown};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;

/// An insertion outside quotes; `start` is where the text that it is in begins.
pub(in crate::syntax) fn unquoted_insertion(span: Span, name: &str, start: Span, whole: &str) -> Diagnostic {
    let length = u32::try_from(name.len() + 3).unwrap_or(0);
    let place = Span { end: span.end.min(span.start + length), ..span };
    let error = Diagnostic::error(Code::UnquotedInsertion, place, format!("`#{{{name}}}` is outside quotes"))
        .here("read as a comment, because `#` starts one outside quotes")
        .help(format!(
            "write `{name}` for the value itself, or `\"… #{{{name}}} …\"` to insert it into a text"
        ));
    let text = whole.trim_end();
    let end = start.start + u32::try_from(text.len()).unwrap_or(0);
    if text.len() == name.len() + 3 {
        return error.fix(format!("write `{name}`"), place, name, Applicability::Safe);
    }
    let is_plain = !text.contains(|letter: char| letter.is_whitespace() || "\"'\\;[]()".contains(letter));
    if !is_plain || text.matches(['{', '}']).count() != 2 {
        return error;
    }
    error.fix("put the text in quotes", Span { end, ..start }, format!("\"{text}\""), Applicability::Safe)
}

pub(in crate::syntax) fn smart_quotes(span: Span, inner: &str, closed: bool) -> Diagnostic {
    let error = Diagnostic::error(Code::SmartQuotes, span, "this text is in typographic quotes")
        .here("expected `\"` or `'`")
        .help("use plain quotes");
    if closed { error.fix("use plain quotes", span, quote(inner), Applicability::Safe) } else { error }
}

pub(in crate::syntax) fn insertion_in_name(span: Span) -> Diagnostic {
    Diagnostic::error(Code::InsertionInName, span, "a name cannot hold an insertion")
        .here("has no fixed value")
        .help("write the name in full")
}

pub(in crate::syntax) fn unclosed_string(span: Span, quote: &str, text: &str) -> Diagnostic {
    let place = Span { end: span.start + 1, ..span };
    let error = Diagnostic::error(Code::UnclosedString, place, "this string is never closed")
        .here("opened here")
        .label(span.after(), "its line ends here")
        .help(format!(
            "add the closing `{quote}` where the text ends, or use `{quote}{quote}{quote}` for several lines"
        ));
    // Braces, brackets and more quotes after it may not belong to the text.
    if text[1..].contains(['{', '}', '[', ']', '(', ')', '"', '\'', '\\']) {
        return error;
    }
    error.fix(format!("add the closing `{quote}`"), span.after(), quote, Applicability::Unsafe)
}

pub(in crate::syntax) fn unclosed_lines(open: Span, next: Option<Span>, quotes: &str) -> Diagnostic {
    let error =
        Diagnostic::error(Code::UnclosedString, open, "this string is never closed").here("opened here");
    let error = match next {
        Some(next) => {
            error.label(next, "assumed to end before this line, which is not deeper than the opening line")
        }
        None => error,
    };
    error.help(format!("add `{quotes}` on a line of its own after the text"))
}

pub(in crate::syntax) fn short_quotes(span: Span, text: &str) -> Diagnostic {
    let quotes = &text[..1];
    let place = Span { end: span.start + 2, ..span };
    Diagnostic::error(Code::UnclosedString, place, "this multi-line text opens with two quotes, not three")
        .here("one quote is missing")
        .help("add the third quote")
        .fix("add the third quote", place.after(), quotes, Applicability::Safe)
}

pub(in crate::syntax) fn short_end(place: Span, whole: Span, quotes: &str) -> Diagnostic {
    let open = Span { end: whole.start + 3, ..whole };
    Diagnostic::error(Code::UnclosedString, place, "this multi-line text ends with fewer than three quotes")
        .here("expected three quotes")
        .label(open, "opened here")
        .help(format!("write `{quotes}`"))
        .fix(format!("write `{quotes}`"), place, quotes, Applicability::Safe)
}

pub(in crate::syntax) fn shallow_text(whole: Span, line: Option<Span>, quotes: &str) -> Diagnostic {
    let open = Span { end: whole.start + 3, ..whole };
    Diagnostic::error(
        Code::ShallowText,
        line.unwrap_or(open),
        "the text of a string is not indented deeper than its opening line",
    )
    .here("not deeper")
    .label(open, "opened here")
    .help(format!("indent the text between `{quotes}` and `{quotes}`: the shared indentation is removed"))
}

pub(in crate::syntax) fn text_beside_quotes(span: Span, text: &str, quotes: &str) -> Diagnostic {
    let end = span.start + u32::try_from(text.trim_end().len()).unwrap_or(0);
    let start = end - u32::try_from(text.trim().len()).unwrap_or(0);
    Diagnostic::error(
        Code::TextBesideQuotes,
        Span { start, end, ..span },
        format!("unexpected text after the opening `{quotes}`"),
    )
    .here("expected a line break before this")
    .help(format!("move the text below `{quotes}`, indented deeper than that line"))
}

pub(in crate::syntax) fn text_on_one_line(span: Span, text: &str) -> Diagnostic {
    let quotes = &text[..3];
    let inner = &text[3..text.len() - 3];
    let error =
        Diagnostic::error(Code::TextBesideQuotes, span, format!("`{quotes}` around text of one line"))
            .here("expected one quote at each end")
            .help(format!("use one quote: `{0}…{0}`, or move the text to lines of its own", &text[..1]));
    if inner.contains(&text[..1]) {
        return error;
    }
    error.fix("use one quote", span, format!("{0}{inner}{0}", &text[..1]), Applicability::Safe)
}

pub(in crate::syntax) fn unknown_escape(span: Span, text: &str) -> Diagnostic {
    if text == "\\" {
        return Diagnostic::error(Code::UnknownEscape, span, "unexpected backslash at the end of a line")
            .here("escapes nothing")
            .help("double the backslash, or use `'…'`, which has no escapes")
            .fix("double the backslash", span, "\\\\", Applicability::Safe);
    }
    let error = Diagnostic::error(Code::UnknownEscape, span, format!("unknown escape {}", shown_raw(text)))
        .here("not an escape")
        .help("use `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\#` or `\\u{e9}`, or `'…'`, which has no escapes");
    match text {
        "\\'" | "\\/" => error.fix("remove the backslash", span, &text[1..], Applicability::Safe),
        _ => error.fix("double the backslash", span, format!("\\{text}"), Applicability::Unsafe),
    }
}

/// A text for a headline with its backslashes not doubled.
fn shown_raw(text: &str) -> String {
    if text.chars().any(is_invisible) { shown(text) } else { format!("`{text}`") }
}

pub(in crate::syntax) fn bad_insertion(span: Span, name: &str, closed: bool) -> Diagnostic {
    let help = "write the name of a `let` or `param` as `#{name}`, or `\\#{` for the text itself; compute a text in a `let` first";
    let error = Diagnostic::error(
        Code::BadInsertion,
        span,
        if closed {
            format!("{} is not a name that can be inserted", shown(name))
        } else {
            "this insertion is never closed".into()
        },
    );
    error.here(if closed { "expected one name and nothing else" } else { "a `}` is missing" }).help(help)
}
