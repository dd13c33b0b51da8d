//! Text to tokens: the one place that uses pest.
//!
//! Invariant: the tokens of a text stand in its order; one lies in another only where the grammar puts it there.

use pest::Parser;
use pest::error::InputLocation;

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/initflow.pest"]
struct Grammar;

/// A piece of the text and the rule that it matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) rule: Rule,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Longer stretches are read one by one: what pest notes down on the way takes far more memory than the text.
const STRETCH: usize = 1 << 16;

/// Reads a text; an error is the place where the thread's stack ended.
pub(super) fn read(text: &str, mut each: impl FnMut(&[Token])) -> Result<(), usize> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut tokens = Vec::new();
    while start < text.len() {
        let end = stretch_end(text, start);
        tokens.clear();
        scan(&text[start..end], start, &mut tokens).map_err(|at| start + at)?;
        each(&tokens);
        start = end;
    }
    Ok(())
}

/// Where a text can be cut: behind a line that holds only a `}`, at its start, which no string and no bracket spans.
fn stretch_end(text: &str, start: usize) -> usize {
    let from = text.len().min(start.saturating_add(STRETCH));
    let bytes = &text.as_bytes()[from..];
    let newline = bytes.windows(3).position(|window| window == b"\n}\n" || window == b"\n}\r");
    match newline.map(|at| from + at + 2) {
        Some(end) if text[end..].starts_with("\r\n") => end + 2,
        Some(end) if text[end..].starts_with('\n') => end + 1,
        _ => text.len(),
    }
}

/// Reads one stretch, which starts at `base`.
fn scan(text: &str, base: usize, tokens: &mut Vec<Token>) -> Result<(), usize> {
    let document = Grammar::parse(Rule::document, text).map_err(|error| match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    })?;
    let offset = |at: usize| u32::try_from(base + at).unwrap_or(u32::MAX);
    for pair in document.flatten() {
        let (rule, span) = (pair.as_rule(), pair.as_span());
        match rule {
            Rule::document | Rule::EOI => {}
            // A run of brackets is one token, so that very many of them cost little; past the deepest, none matters.
            Rule::open | Rule::close | Rule::brace => {
                let most = if rule == Rule::brace { usize::MAX } else { super::MAX_BRACKET_DEPTH + 1 };
                for at in (span.start()..span.end()).take(most) {
                    tokens.push(Token { rule, start: offset(at), end: offset(at + 1) });
                }
            }
            _ => tokens.push(Token { rule, start: offset(span.start()), end: offset(span.end()) }),
        }
    }
    Ok(())
}
