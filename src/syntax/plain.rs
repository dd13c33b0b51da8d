//! Scans well-formed text without pest, which is much slower, to the same tokens.
//!
//! Invariant: the tokens are those of the grammar. Text that may be wrong in any way is left to the grammar: a function
//! here returns `None` for it, and names the rule of the grammar that it follows.

use super::MAX_BRACKET_DEPTH;
use super::grammar::{Rule, Token};

/// The tokens of a text in which nothing is wrong, as far as the grammar can tell; `offset` is where the text starts.
pub(super) fn scan(text: &str, offset: usize) -> Option<Vec<Token>> {
    let bytes = text.as_bytes();
    if bytes.contains(&b'\r') {
        return None;
    }
    // Most tokens are longer than this, with the space before them.
    let tokens = Vec::with_capacity(bytes.len() / 6);
    let mut scanner = PlainScanner { bytes, at: 0, indent: 0..0, tokens, offset };
    while scanner.at < bytes.len() {
        scanner.line()?;
    }
    Some(scanner.tokens)
}

struct PlainScanner<'t> {
    bytes: &'t [u8],
    at: usize,
    /// The indentation of the current line.
    indent: std::ops::Range<usize>,
    tokens: Vec<Token>,
    offset: usize,
}

impl<'t> PlainScanner<'t> {
    /// `line`, and the newline after it.
    fn line(&mut self) -> Option<()> {
        let start = self.at;
        self.skip(is_blank);
        self.indent = start..self.at;
        loop {
            match self.peek() {
                None => return Some(()),
                Some(b'\n') => {
                    self.at += 1;
                    return Some(());
                }
                Some(b' ' | b'\t' | b';') => self.at += 1,
                Some(b'{' | b'}') => self.one(Rule::brace),
                Some(b'#') => self.comment(),
                Some(_) => self.statement()?,
            }
        }
    }

    /// `statement`
    fn statement(&mut self) -> Option<()> {
        let (start, index) = (self.at, self.tokens.len());
        self.push(Rule::statement, start);
        match self.peek()? {
            byte if starts_word(byte) => self.word(),
            b'"' if !self.ahead().starts_with(b"\"\"") => self.text()?,
            _ => return None,
        }
        self.skip(is_blank);
        while let Some(byte) = self.peek().filter(|byte| !ends_statement(*byte)) {
            match byte {
                b'[' | b'(' => self.brackets()?,
                _ => self.token(byte)?,
            }
            self.skip(is_blank);
        }
        self.tokens[index].end = self.place(self.at);
        Some(())
    }

    /// `brackets`
    fn brackets(&mut self) -> Option<()> {
        self.run(Rule::open, |byte| matches!(byte, b'[' | b'('))?;
        self.wrap();
        loop {
            self.gap()?;
            match self.peek().filter(|byte| !ends_statement(*byte)) {
                None => return Some(()),
                Some(b'[' | b'(') => {
                    self.run(Rule::open, |byte| matches!(byte, b'[' | b'('))?;
                    self.wrap();
                }
                Some(b']' | b')') => self.run(Rule::close, |byte| matches!(byte, b']' | b')'))?,
                Some(byte) => {
                    self.token(byte)?;
                    if self.tokens.last().is_some_and(|last| last.rule == Rule::sign) {
                        self.wrap();
                    }
                }
            }
        }
    }

    /// `wrap`; returns whether a line ended.
    fn wrap(&mut self) -> bool {
        let (start, count) = (self.at, self.tokens.len());
        self.skip(is_blank);
        if self.peek() == Some(b'#') {
            self.comment();
        }
        if self.peek() != Some(b'\n') {
            self.at = start;
            self.tokens.truncate(count);
            return false;
        }
        loop {
            self.skip(|byte| is_blank(byte) || byte == b'\n');
            if self.peek() != Some(b'#') {
                return true;
            }
            self.comment();
        }
    }

    /// `gap`
    fn gap(&mut self) -> Option<()> {
        self.skip(is_blank);
        let (start, count) = (self.at, self.tokens.len());
        if self.wrap() && !self.continues()? {
            self.at = start;
            self.tokens.truncate(count);
        }
        Some(())
    }

    /// Whether a statement goes on after the end of a line: the second half of `gap`.
    fn continues(&mut self) -> Option<bool> {
        let ahead = self.ahead();
        let Some(first) = ahead.first() else { return Some(false) };
        let is_value = match first {
            b']' | b')' | b',' | b'=' | b'|' | b':' => return Some(true),
            b'!' => return Some(ahead.starts_with(b"!=")),
            b'&' => return Some(ahead.starts_with(b"&&")),
            b'"' => !ahead.starts_with(b"\"\"\""),
            b'\'' => !ahead.starts_with(b"'''"),
            _ => starts_number(ahead),
        };
        if !is_value {
            return Some(false);
        }
        let (start, count) = (self.at, self.tokens.len());
        self.token(*first)?;
        self.skip(is_blank);
        let continues = matches!(self.peek(), Some(b',' | b']' | b')'));
        self.at = start;
        self.tokens.truncate(count);
        Some(continues)
    }

    /// `token`, without brackets.
    fn token(&mut self, first: u8) -> Option<()> {
        let start = self.at;
        let ahead = self.ahead();
        let sign = match first {
            _ if starts_word(first) => {
                self.word();
                return Some(());
            }
            b'"' if ahead.starts_with(b"\"\"\"") => return self.block(),
            b'"' => return self.text(),
            b'\'' if ahead.starts_with(b"'''") => return self.raw_block(),
            b'\'' => return self.raw(),
            b'/' if !matches!(ahead.get(1), Some(b'/' | b'*')) => {
                self.skip(is_path);
                self.push(Rule::path, start);
                return Some(());
            }
            _ if starts_number(ahead) => {
                self.number();
                return Some(());
            }
            b'=' | b'!' if ahead.get(1) == Some(&b'=') => 2,
            b'|' if ahead.get(1) == Some(&b'|') => 2,
            b'&' if ahead.get(1) == Some(&b'&') => 2,
            b'.' if ahead.get(1) == Some(&b'.') => 2,
            b':' if ahead.starts_with(b"://") => return None,
            b'=' | b'!' | b'|' | b':' | b',' => 1,
            _ => return None,
        };
        self.at += sign;
        self.push(Rule::sign, start);
        Some(())
    }

    /// `word`
    fn word(&mut self) {
        let start = self.at;
        self.skip(is_word);
        while let [b'.', next, ..] = self.ahead() {
            if !starts_word(*next) {
                break;
            }
            self.at += 1;
            self.skip(is_word);
        }
        self.push(Rule::word, start);
    }

    /// `number`
    fn number(&mut self) {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'%');
            match self.ahead() {
                [b'.', b'.', ..] => break,
                [b'.', ..] => self.at += 1,
                _ => break,
            }
        }
        self.push(Rule::number, start);
    }

    /// `text`, or `rich` if it has escapes or insertions or is empty.
    fn text(&mut self) -> Option<()> {
        let (start, index) = (self.at, self.tokens.len());
        self.at += 1;
        self.skip(is_text);
        if self.peek() == Some(b'"') && self.at > start + 1 {
            self.at += 1;
            self.push(Rule::text, start);
            return Some(());
        }
        self.at = start + 1;
        self.push(Rule::rich, start);
        self.parts(Rule::plain, |ahead| ahead.starts_with(b"\""))?;
        if self.peek() != Some(b'"') {
            return None;
        }
        self.at += 1;
        self.tokens[index].end = self.place(self.at);
        self.not_short(start)
    }

    /// `raw`
    fn raw(&mut self) -> Option<()> {
        let start = self.at;
        self.at += 1;
        self.skip(|byte| !matches!(byte, b'\'' | b'\n'));
        if self.peek() != Some(b'\'') {
            return None;
        }
        self.at += 1;
        self.push(Rule::raw, start);
        self.not_short(start)
    }

    /// Leaves to the grammar two quotes at a line's end, which may be `short`.
    fn not_short(&self, start: usize) -> Option<()> {
        let after = self.ahead().iter().find(|byte| !is_blank(**byte));
        (self.at > start + 2 || !matches!(after, None | Some(b'\n'))).then_some(())
    }

    /// The parts of `rich` and of `rich_line`, up to a newline or to where the string ends.
    fn parts(&mut self, between: Rule, ends: impl Fn(&[u8]) -> bool) -> Option<()> {
        loop {
            let start = self.at;
            match self.ahead() {
                [] | [b'\n', ..] => return Some(()),
                ahead if ends(ahead) => return Some(()),
                [b'\\', next, ..] => {
                    // Other escapes have more than one character, or none that is known.
                    if !next.is_ascii() || *next == b'u' {
                        return None;
                    }
                    self.at += if *next == b'\n' { 1 } else { 2 };
                    self.push(Rule::escape, start);
                }
                [b'#', b'{', ..] => {
                    self.skip(|byte| !matches!(byte, b'}' | b'"' | b'\n'));
                    if self.peek() != Some(b'}') {
                        return None;
                    }
                    self.at += 1;
                    self.push(Rule::insertion, start);
                }
                _ => {
                    self.at += 1;
                    while let [byte, ..] = self.ahead() {
                        let ahead = self.ahead();
                        if matches!(byte, b'\n' | b'\\') || ahead.starts_with(b"#{") || ends(ahead) {
                            break;
                        }
                        self.at += 1;
                    }
                    self.push(between, start);
                }
            }
        }
    }

    /// `block`
    fn block(&mut self) -> Option<()> {
        let index = self.open(Rule::block)?;
        let ends = |ahead: &[u8]| ahead.starts_with(b"\"\"\"");
        while !self.closes(Rule::block_end, b"\"\"\"") {
            let line = self.next_line(b"\"\"\"")?;
            let inner = self.tokens.len();
            self.push(Rule::rich_line, line);
            self.parts(Rule::block_text, ends)?;
            self.tokens[inner].end = self.place(self.at);
        }
        self.tokens[index].end = self.place(self.at);
        Some(())
    }

    /// `raw_block`
    fn raw_block(&mut self) -> Option<()> {
        let index = self.open(Rule::raw_block)?;
        while !self.closes(Rule::raw_end, b"'''") {
            let line = self.next_line(b"'''")?;
            while self.peek().is_some_and(|byte| byte != b'\n') && !self.ahead().starts_with(b"'''") {
                self.at += 1;
            }
            self.push(Rule::raw_line, line);
        }
        self.tokens[index].end = self.place(self.at);
        Some(())
    }

    /// The opening quotes of a multi-line string, and `lead`.
    fn open(&mut self, rule: Rule) -> Option<usize> {
        let (start, index) = (self.at, self.tokens.len());
        self.at += 3;
        self.push(rule, start);
        let lead = self.at;
        self.skip(is_blank);
        self.push(Rule::lead, lead);
        (self.peek() == Some(b'\n')).then_some(index)
    }

    /// The end of a multi-line string: its quotes, on a line of their own or not.
    fn closes(&mut self, rule: Rule, quotes: &[u8]) -> bool {
        let start = self.at;
        if self.peek() == Some(b'\n') {
            self.at += 1;
            self.skip(is_blank);
        }
        let closes = self.ahead().starts_with(quotes);
        if closes {
            self.at += quotes.len();
            self.push(rule, start);
        } else {
            self.at = start;
        }
        closes
    }

    /// The start of the next line of a multi-line string, up to its text: an empty line, or one that is indented deeper
    /// than the line that opens the string.
    fn next_line(&mut self, quotes: &[u8]) -> Option<usize> {
        if self.peek() != Some(b'\n') {
            return None;
        }
        self.at += 1;
        let start = self.at;
        self.skip(is_blank);
        let spaces = &self.bytes[start..self.at];
        let indent = &self.bytes[self.indent.clone()];
        let deeper = spaces.len() > indent.len() && spaces.starts_with(indent);
        let fits = match self.peek()? {
            b'\n' => true,
            _ => deeper && !self.ahead().starts_with(quotes),
        };
        fits.then_some(start)
    }

    /// `comment`
    fn comment(&mut self) {
        let start = self.at;
        self.skip(|byte| byte != b'\n');
        self.push(Rule::comment, start);
    }

    /// A run of brackets, each of which is a token.
    fn run(&mut self, rule: Rule, is_in: impl Fn(u8) -> bool) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(&is_in) {
            self.one(rule);
        }
        (self.at - start <= MAX_BRACKET_DEPTH).then_some(())
    }

    /// A token of one byte.
    fn one(&mut self, rule: Rule) {
        self.at += 1;
        self.push(rule, self.at - 1);
    }

    /// Adds a token that ends here.
    fn push(&mut self, rule: Rule, start: usize) {
        self.tokens.push(Token { rule, start: self.place(start), end: self.place(self.at) });
    }

    fn place(&self, at: usize) -> u32 {
        u32::try_from(self.offset + at).unwrap_or(u32::MAX)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn ahead(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    fn skip(&mut self, is_in: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&is_in) {
            self.at += 1;
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn ends_statement(byte: u8) -> bool {
    matches!(byte, b'\n' | b'{' | b'}' | b';' | b'#')
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn starts_number(ahead: &[u8]) -> bool {
    matches!(ahead, [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..])
}

/// What `text` may have between its quotes.
fn is_text(byte: u8) -> bool {
    matches!(byte, b' ' | b'!' | b'$'..=b'[' | b']' | b'^'..=b'~' | 0x80..)
}

/// What `path` may have after its first character.
fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-./:?@_<=>$%&*+!\\^`|~".contains(&byte) || !byte.is_ascii()
}
