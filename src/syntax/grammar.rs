//! Splits text into tokens; the only user of pest.
//!
//! Invariant: tokens are in the order of the text; one is inside another only if the grammar nests it.

use super::plain;
use crate::total::sure;
use pest::Parser;
use pest::iterators::FlatPairs;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use std::ops::Range;

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/initflow.pest"]
struct Grammar;

/// A piece of the text and the rule that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) rule: Rule,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The length at which a text is cut into stretches: pest's bookkeeping takes far more memory than the text.
const STRETCH: usize = 1 << 16;

/// How many stretches are read at a time, on all cores.
const BATCH: usize = 16;

/// The longest stretch that is read: a workload of 10,000 statements is shorter, and pest's bookkeeping has to fit.
const LONGEST: usize = 1 << 20;

/// The most tokens that a text may have: 10,000 workloads of 2 KB each have 2.5 million.
pub(super) const MAX_TOKENS: usize = 4_000_000;

/// Why reading stopped before the end of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// This stretch is too long.
    TooLong(Range<usize>),
    /// The text has too many tokens; here is the first one over the limit.
    TooMany(usize),
}

/// Reads a text until `each` returns `false`.
pub(super) fn read(text: &str, each: impl FnMut(&[Token]) -> bool + Send) -> Result<(), Stop> {
    read_at_most(MAX_TOKENS, text, each)
}

fn read_at_most(most: usize, text: &str, mut each: impl FnMut(&[Token]) -> bool + Send) -> Result<(), Stop> {
    let start = start(text);
    let mut room = most;
    let mut take = |tokens: &[Token]| match tokens.get(room) {
        Some(first) => Err(Stop::TooMany(first.start as usize)),
        None => {
            room -= tokens.len();
            Ok(each(tokens))
        }
    };
    let mut stretches = std::iter::successors(Some(start..stretch_end(text, start)), |last| {
        (last.end < text.len()).then(|| last.end..stretch_end(text, last.end))
    });
    let mut batch: Vec<Range<usize>> = stretches.by_ref().take(BATCH).collect();
    if let [only] = batch.as_slice() {
        return take(&scan(text, only)?).map(drop);
    }
    let mut scanned = scan_all(text, &batch);
    while !scanned.is_empty() {
        batch = stretches.by_ref().take(BATCH).collect();
        // The next stretches are scanned while the previous ones are processed.
        let take_all = || scanned.into_iter().try_fold(true, |go_on, tokens| Ok(go_on && take(&tokens?)?));
        let (next, taken) = rayon::join(|| scan_all(text, &batch), take_all);
        if !taken? {
            break;
        }
        scanned = next;
    }
    Ok(())
}

fn scan_all(text: &str, stretches: &[Range<usize>]) -> Vec<Result<Vec<Token>, Stop>> {
    stretches.par_iter().map(|stretch| scan(text, stretch)).collect()
}

/// Where a text starts.
pub(super) fn start(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The end of the stretch from a place on.
fn stretch_end(text: &str, start: usize) -> usize {
    cut(text, text.len().min(start.saturating_add(STRETCH)))
}

/// The next place where a text can be cut: after a line that consists of a `}`, since no string or
/// bracket spans it.
pub(super) fn cut(text: &str, from: usize) -> usize {
    let bytes = &text.as_bytes()[from..];
    let newline = bytes.windows(3).position(|window| window == b"\n}\n" || window == b"\n}\r");
    match newline.map(|at| from + at + 2) {
        Some(end) if text[end..].starts_with("\r\n") => end + 2,
        Some(end) if text[end..].starts_with('\n') => end + 1,
        _ => text.len(),
    }
}

/// Reads one stretch.
pub(super) fn scan(text: &str, stretch: &Range<usize>) -> Result<Vec<Token>, Stop> {
    if stretch.len() > LONGEST {
        return Err(Stop::TooLong(stretch.clone()));
    }
    let own = &text[stretch.clone()];
    Ok(plain::scan(own, stretch.start).unwrap_or_else(|| by_rules(own, stretch.start)))
}

/// The tokens of any stretch that starts at a place.
pub(super) fn by_rules(text: &str, start: usize) -> Vec<Token> {
    // The grammar accepts every text.
    sure(Grammar::parse(Rule::document, text).map(|document| tokens(document.flatten(), start)))
}

fn tokens(pairs: FlatPairs<'_, Rule>, start: usize) -> Vec<Token> {
    let offset = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
    let mut tokens = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let (rule, span) = (pair.as_rule(), pair.as_span());
        match rule {
            Rule::document | Rule::EOI | Rule::brackets | Rule::gap | Rule::wrap => {}
            // A run of brackets is one token, so that many of them cost little; those beyond the depth limit do not matter.
            Rule::open | Rule::close | Rule::brace => {
                let most = if rule == Rule::brace { usize::MAX } else { super::MAX_BRACKET_DEPTH + 1 };
                for at in (span.start()..span.end()).take(most) {
                    tokens.push(Token { rule, start: offset(at), end: offset(at + 1) });
                }
            }
            _ => tokens.push(Token { rule, start: offset(span.start()), end: offset(span.end()) }),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::{Stop, read_at_most};

    #[test]
    fn a_text_of_too_many_tokens_is_read_up_to_them() {
        let text = "pod p {\n}\n".repeat(40_000);
        let count = |most| {
            let mut count = 0;
            let read = read_at_most(most, &text, |tokens| {
                count += tokens.len();
                true
            });
            (read, count)
        };
        let (read, all) = count(usize::MAX);
        assert_eq!((read, all), (Ok(()), 5 * 40_000));
        assert_eq!(count(all).0, Ok(()));
        let (read, before) = count(all / 2);
        assert_eq!(read, Err(Stop::TooMany(text.len() / 2)));
        assert!(before <= all / 2);
        assert!(matches!(read_at_most(3, "pod p { }", |_| true), Err(Stop::TooMany(6))));
    }
}
