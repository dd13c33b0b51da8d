//! Keeps the tokens of a text, so that only the stretches that change are scanned again.
//!
//! Invariant: the tokens are those that [`super::grammar::read`] gives.

use super::grammar::{self, Rule, Token};
use std::collections::HashMap;
use std::sync::Arc;

/// The scanned stretches of a text.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    stretches: Vec<Stretch>,
}

/// A stretch of the text, with its tokens as if it were a text of its own.
#[derive(Clone, Debug)]
struct Stretch {
    text: Arc<str>,
    tokens: Arc<[Token]>,
}

impl Memory {
    /// The tokens of a text, stretch by stretch; `None` if the stretches depend on each other.
    pub(super) fn tokens(&mut self, text: &str) -> Option<Vec<Vec<Token>>> {
        let known: HashMap<&str, &Stretch> =
            self.stretches.iter().map(|known| (&*known.text, known)).collect();
        let mut stretches = Vec::with_capacity(self.stretches.len());
        let mut all = Vec::with_capacity(self.stretches.len());
        let mut start = grammar::start(text);
        while start < text.len() {
            let end = grammar::cut(text, start);
            let own = &text[start..end];
            let stretch = match known.get(own) {
                Some(&stretch) => stretch.clone(),
                None => {
                    Stretch { text: own.into(), tokens: grammar::scan(own, &(0..own.len())).ok()?.into() }
                }
            };
            if !is_independent(own, &stretch.tokens) {
                return None;
            }
            all.push(stretch.tokens_from(start));
            stretches.push(stretch);
            start = end;
        }
        self.stretches = stretches;
        Some(all)
    }
}

impl Stretch {
    /// The tokens of the stretch if it starts at a place.
    fn tokens_from(&self, start: usize) -> Vec<Token> {
        let moved = |at: u32| u32::try_from(start + at as usize).unwrap_or(u32::MAX);
        let token = |token: &Token| Token { start: moved(token.start), end: moved(token.end), ..*token };
        self.tokens.iter().map(token).collect()
    }
}

/// Whether nothing in a stretch may end after it, as a multi-line string and a comment of another language may.
fn is_independent(text: &str, tokens: &[Token]) -> bool {
    let mut string_end = 0;
    tokens.iter().all(|token| match token.rule {
        Rule::block | Rule::raw_block => {
            string_end = token.end;
            true
        }
        Rule::unclosed => string_end < token.start,
        Rule::shallow | Rule::raw_shallow => false,
        Rule::foreign => !text[token.start as usize..].starts_with("/*"),
        _ => true,
    })
}
