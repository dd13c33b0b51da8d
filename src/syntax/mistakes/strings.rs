//! What is wrong with strings: their ends, their escapes, and what is inserted into them.

use super::{is_invisible, quote, shown};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Span;

pub(in crate::syntax) fn unquoted_insertion(span: Span, name: &str) -> Diagnostic {
    let length = u32::try_from(name.len() + 3).unwrap_or(0);
    let place = Span { end: span.end.min(span.start + length), ..span };
    Diagnostic::error(Code::UnquotedInsertion, place, format!("`#{{{name}}}` stands outside quotes"))
        .here("a comment, since `#` starts one outside quotes")
        .help(format!("write `{name}` for the value itself, or `\"… #{{{name}}} …\"` to put it into a text"))
}

pub(in crate::syntax) fn smart_quotes(span: Span, inner: &str, closed: bool) -> Diagnostic {
    let error = Diagnostic::error(Code::SmartQuotes, span, "text stands in typographic quotes")
        .here("these are not the quotes of the language")
        .help("write `\"…\"` or `'…'`");
    if closed { error.fix("write plain quotes", span, quote(inner), Applicability::Safe) } else { error }
}

pub(in crate::syntax) fn insertion_in_name(span: Span) -> Diagnostic {
    Diagnostic::error(Code::InsertionInName, span, "a name cannot hold an insertion")
        .here("not a fixed text")
        .help("write the name out")
}

pub(in crate::syntax) fn unclosed_string(span: Span, quote: &str) -> Diagnostic {
    Diagnostic::error(Code::UnclosedString, Span { end: span.start + 1, ..span }, "a string is never closed")
        .here("opened here")
        .label(span.after(), "its line ends here")
        .help(format!("put the closing `{quote}` where the text ends; text of several lines stands between `{quote}{quote}{quote}`"))
}

pub(in crate::syntax) fn unclosed_lines(open: Span, next: Option<Span>, quotes: &str) -> Diagnostic {
    let error = Diagnostic::error(Code::UnclosedString, open, "a string is never closed").here("opened here");
    let error = match next {
        Some(next) => {
            error.label(next, "taken to end before this line, which is not deeper than the one that opens it")
        }
        None => error,
    };
    error.help(format!("put `{quotes}` on a line of its own behind the text"))
}

pub(in crate::syntax) fn short_quotes(span: Span, text: &str) -> Diagnostic {
    let quotes = &text[..1];
    let place = Span { end: span.start + 2, ..span };
    Diagnostic::error(Code::UnclosedString, place, "a text of several lines opens with two quotes")
        .here("one quote is missing")
        .help(format!("write `{quotes}{quotes}{quotes}`"))
        .fix("add the third quote", place.after(), quotes, Applicability::Safe)
}

pub(in crate::syntax) fn short_end(place: Span, whole: Span, quotes: &str) -> Diagnostic {
    let open = Span { end: whole.start + 3, ..whole };
    Diagnostic::error(Code::UnclosedString, place, "a text of several lines needs three quotes at its end")
        .here("too few")
        .label(open, "opened here")
        .help(format!("write `{quotes}`"))
        .fix("complete the quotes", place, quotes, Applicability::Safe)
}

pub(in crate::syntax) fn shallow_text(whole: Span, line: Option<Span>, quotes: &str) -> Diagnostic {
    let open = Span { end: whole.start + 3, ..whole };
    Diagnostic::error(
        Code::ShallowText,
        line.unwrap_or(open),
        "the text of a string is not deeper than the line that opens it",
    )
    .here("not deeper")
    .label(open, "opened here")
    .help(format!(
        "indent the text between `{quotes}` and `{quotes}`; the indentation that its lines share is removed"
    ))
}

pub(in crate::syntax) fn text_beside_quotes(span: Span, text: &str, quotes: &str) -> Diagnostic {
    let end = span.start + u32::try_from(text.trim_end().len()).unwrap_or(0);
    let start = end - u32::try_from(text.trim().len()).unwrap_or(0);
    Diagnostic::error(
        Code::TextBesideQuotes,
        Span { start, end, ..span },
        format!("text stands right behind `{quotes}`"),
    )
    .here("should stand on the line below")
    .help(format!("put the text on the lines below `{quotes}`, deeper than the line that opens it"))
}

pub(in crate::syntax) fn text_on_one_line(span: Span, text: &str) -> Diagnostic {
    let quotes = &text[..3];
    let inner = &text[3..text.len() - 3];
    let error = Diagnostic::error(
        Code::TextBesideQuotes,
        span,
        format!("text on one line stands between `{quotes}`"),
    )
    .here("needs one quote at each end")
    .help(format!("write `{0}…{0}`; with three quotes, the text stands on the lines below", &text[..1]));
    if inner.contains(&text[..1]) {
        return error;
    }
    error.fix("use one quote", span, format!("{0}{inner}{0}", &text[..1]), Applicability::Safe)
}

pub(in crate::syntax) fn unknown_escape(span: Span, text: &str) -> Diagnostic {
    if text == "\\" {
        return Diagnostic::error(Code::UnknownEscape, span, "a backslash ends a line")
            .here("escapes nothing")
            .help("write `\\\\` for a backslash, or use `'…'`, where a backslash is one")
            .fix("double the backslash", span, "\\\\", Applicability::Safe);
    }
    let error = Diagnostic::error(Code::UnknownEscape, span, format!("{} is no escape", shown_raw(text)))
        .here("not known")
        .help("write `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"`, `\\#` or `\\u{e9}`; `\\\\` is a backslash, and `'…'` has no escapes");
    match text {
        "\\'" | "\\/" => error.fix("take the backslash out", span, &text[1..], Applicability::Safe),
        _ => error.fix("double the backslash", span, format!("\\{text}"), Applicability::Unsafe),
    }
}

/// A text for a headline with its backslashes as they are.
fn shown_raw(text: &str) -> String {
    if text.chars().any(is_invisible) { shown(text) } else { format!("`{text}`") }
}

pub(in crate::syntax) fn bad_insertion(span: Span, name: &str, closed: bool) -> Diagnostic {
    let help = "write `#{name}` with the name of a `let` or `param`; to compute a text, give it a name with `let`; `\\#{` is the text itself";
    let error = Diagnostic::error(
        Code::BadInsertion,
        span,
        if closed {
            format!("{} is not a name that can be inserted", shown(name))
        } else {
            "an insertion is never closed".into()
        },
    );
    error.here(if closed { "takes one name, nothing more" } else { "a `}` is missing" }).help(help)
}
