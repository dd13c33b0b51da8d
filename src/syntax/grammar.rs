//! Splits text into tokens; the only user of pest.
//!
//! Invariant: tokens are in the order of the text; one is inside another only if the grammar nests it.

use super::plain;
use crate::total::sure;
use pest::Parser;
use pest::iterators::FlatPairs;
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

/// Where a text starts.
pub(super) fn start(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
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
