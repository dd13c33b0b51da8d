//! Classifies the words of a file for semantic highlighting.
//!
//! Invariant: tokens are in the order of the text and do not overlap; a token of a multi-line text has all its lines. A
//! script of several lines has none, except the names inserted in it: editors color it by its own language.

use super::shape::{Meaning, Shaped, ValueRole, roles, walk};
use super::{Parsed, Range32};
use crate::kubernetes::schema::FieldType;
use crate::source::Span;
use crate::statement::ValueType;
use crate::syntax::pieces::PlacedPiece;
use crate::syntax::tree::{Argument, Document, Name, Piece, SyntaxValue, ValueKind};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Class {
    Comment,
    Keyword,
    Property,
    Variable,
    Function,
    Parameter,
    Type,
    EnumMember,
    String,
    Number,
    Operator,
}

impl Class {
    /// All classes.
    pub(crate) const ALL: [Self; 11] = [
        Self::Comment,
        Self::Keyword,
        Self::Property,
        Self::Variable,
        Self::Function,
        Self::Parameter,
        Self::Type,
        Self::EnumMember,
        Self::String,
        Self::Number,
        Self::Operator,
    ];

    /// Its name in the Language Server Protocol.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Keyword => "keyword",
            Self::Property => "property",
            Self::Variable => "variable",
            Self::Function => "function",
            Self::Parameter => "parameter",
            Self::Type => "type",
            Self::EnumMember => "enumMember",
            Self::String => "string",
            Self::Number => "number",
            Self::Operator => "operator",
        }
    }
}

/// A word with its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassifiedWord {
    /// Its place.
    pub range: Range32,
    /// What it is.
    pub class: Class,
    /// Whether it declares a name.
    pub declares: bool,
}

/// The tokens of a file, at least those in a range.
pub(crate) fn tokens(file: &Parsed, within: Range32) -> Vec<ClassifiedWord> {
    let of_piece = |PlacedPiece { start, piece }: &PlacedPiece| {
        let mut tokens = tokens_of(&piece.source.text, &piece.parse.document);
        for token in &mut tokens {
            token.range = token.range.shifted(*start);
        }
        tokens
    };
    file.pieces_in(within).iter().flat_map(of_piece).collect()
}

fn tokens_of(text: &str, document: &Document) -> Vec<ClassifiedWord> {
    let mut found = TokenCollector { text, tokens: Vec::new() };
    for comment in &document.comments {
        found.add(*comment, Class::Comment);
    }
    walk(document, |shaped, _| found.statement(shaped));
    let mut tokens = found.tokens;
    tokens.sort_by_key(|token| token.range);
    let mut end = 0;
    tokens.retain(|token| {
        let follows = token.range.start >= end;
        end = end.max(token.range.end);
        follows && token.range.start < token.range.end
    });
    tokens
}

/// The names that are inserted in a text.
fn inserted(pieces: &[Piece]) -> impl Iterator<Item = &Name> {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(&**name),
        Piece::Text(_) => None,
    })
}

struct TokenCollector<'t> {
    text: &'t str,
    tokens: Vec<ClassifiedWord>,
}

impl TokenCollector<'_> {
    fn add(&mut self, span: Span, class: Class) {
        self.tokens.push(ClassifiedWord { range: span.into(), class, declares: false });
    }

    fn declare(&mut self, span: Span, class: Class) {
        self.tokens.push(ClassifiedWord { range: span.into(), class, declares: true });
    }

    fn statement(&mut self, shaped: &Shaped) {
        let statement = shaped.statement;
        let class =
            if matches!(shaped.meaning, Meaning::Entry(_)) { Class::Keyword } else { Class::Property };
        self.add(statement.name.span, class);
        let is_script = matches!(shaped.meaning, Meaning::Entry(entry) if entry.name == "script");
        for (value, role) in statement.values.iter().zip(roles(shaped)) {
            match &value.kind {
                ValueKind::Text(pieces) if is_script && self.has_lines(value.span) => {
                    inserted(pieces).for_each(|name| self.add(name.span, Class::Variable));
                }
                _ => self.value(value, role),
            }
        }
    }

    /// Whether a place has more than one line.
    fn has_lines(&self, span: Span) -> bool {
        self.text.get(span.range()).is_some_and(|text| text.contains('\n'))
    }

    fn value(&mut self, value: &SyntaxValue, role: ValueRole) {
        match &value.kind {
            ValueKind::Word(word) => self.word(value.span, word, role),
            ValueKind::Text(pieces) => self.text(value.span, pieces),
            ValueKind::Number(_) => self.add(value.span, Class::Number),
            ValueKind::Path(_) => self.add(value.span, Class::String),
            ValueKind::Operator(_) => self.add(value.span, Class::Operator),
            ValueKind::Range(start, end) => {
                let from = start.as_ref().map_or(value.span.start, |start| start.span.end);
                self.add(Span { start: from, end: end.span.start, ..value.span }, Class::Operator);
                for end in start.iter().chain([end]) {
                    self.value(end, role);
                }
            }
            ValueKind::List(items) => items.iter().for_each(|item| self.value(item, role)),
            ValueKind::Call(call) => {
                if matches!(role, ValueRole::Template) {
                    self.declare(call.name.span, Class::Function);
                    self.parameters(&call.arguments);
                } else {
                    self.add(call.name.span, Class::Function);
                    self.arguments(&call.arguments);
                }
            }
            ValueKind::Group(arguments) => self.arguments(arguments),
        }
    }

    fn word(&mut self, span: Span, word: &str, role: ValueRole) {
        match role {
            _ if matches!(word, "true" | "false") => self.add(span, Class::Keyword),
            ValueRole::Declares => self.declare(span, Class::Variable),
            ValueRole::Template => self.declare(span, Class::Function),
            ValueRole::Keyword(_) | ValueRole::Kind => self.add(span, Class::Keyword),
            ValueRole::TypeWord => self.add(span, Class::Type),
            ValueRole::Slot(_, ValueType::TemplateCall) => self.add(span, Class::Function),
            ValueRole::Field(ty) if is_member(ty, word) => self.add(span, Class::EnumMember),
            _ => self.add(span, Class::Variable),
        }
    }

    /// A text and the names in it, as separate tokens.
    fn text(&mut self, span: Span, pieces: &[Piece]) {
        let mut start = span.start;
        for name in inserted(pieces) {
            self.add(Span { start, end: name.span.start, ..span }, Class::String);
            self.add(name.span, Class::Variable);
            start = name.span.end;
        }
        self.add(Span { start, ..span }, Class::String);
    }

    fn arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            if let Some(name) = &argument.name {
                self.add(name.span, Class::Parameter);
            }
            argument.values.iter().for_each(|value| self.value(value, ValueRole::Expression));
        }
    }

    /// `name: type = default`
    fn parameters(&mut self, parameters: &[Argument]) {
        for parameter in parameters {
            let mut role = ValueRole::TypeWord;
            if let Some(name) = &parameter.name {
                self.declare(name.span, Class::Parameter);
            }
            for value in &parameter.values {
                if matches!(value.kind, ValueKind::Operator(crate::syntax::tree::Operator::Assign)) {
                    role = ValueRole::Expression;
                }
                self.value(value, role);
            }
        }
    }
}

fn is_member(ty: &FieldType, word: &str) -> bool {
    match ty {
        FieldType::Enum(values) => values.iter().any(|value| value.name == word),
        FieldType::List(inner) => is_member(inner, word),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each token with its class; `!` marks what declares.
    fn shown(text: &str) -> String {
        let file = Parsed::new("a", text);
        let line = |token: &ClassifiedWord| {
            let mark = if token.declares { "!" } else { "" };
            format!("{}{mark} {}", token.class.name(), &text[token.range.range()])
        };
        tokens(&file, (0..text.len()).into()).iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_word_has_its_class() {
        insta::assert_snapshot!(
            shown(
                "use \"std\" as s # a\nparam b: string = \"v1\"\ntemplate app web(port: int = 80) { image \"c:#{b}\" }\n\
                 pod d {\n  restartPolicy Never\n  labels { \"e/f\" b }\n  volume g\n  app h from web(port: 1) { reads g at /i; \
                 cpu 1..2; env { J secret(\"k\", \"l\") }; tty true }\n}\n"
            ),
            @r#"
            keyword use
            string "std"
            keyword as
            variable! s
            comment # a
            keyword param
            variable! b
            operator :
            type string
            operator =
            string "v1"
            keyword template
            keyword app
            function! web
            parameter! port
            type int
            operator =
            number 80
            property image
            string "c:#{
            variable b
            string }"
            keyword pod
            variable! d
            property restartPolicy
            enumMember Never
            property labels
            property "e/f"
            variable b
            keyword volume
            variable! g
            keyword app
            variable! h
            keyword from
            function web
            parameter port
            number 1
            keyword reads
            variable g
            keyword at
            string /i
            keyword cpu
            number 1
            operator ..
            number 2
            keyword env
            property J
            function secret
            string "k"
            string "l"
            property tty
            keyword true
            "#
        );
    }

    #[test]
    fn a_script_keeps_the_colors_of_its_language() {
        let body =
            |text: &str| shown(&format!("let tag = \"1\"\npod a {{ app b {{ image \"i\"; {text} }} }}\n"));
        insta::assert_snapshot!(
            [
                "script '''\n  if true; then echo a; fi\n'''",
                "script \"bash -c\" args '''\n  echo a\n'''",
                "script \"\"\"\n  echo #{tag}\n\"\"\"",
                "script \"echo a\"",
                "args ['''\n  echo a\n''']",
                "script '''\n  echo",
            ]
            .map(|text| {
                let tokens = body(text);
                tokens[tokens.find("property image").unwrap()..].replace("property image\nstring \"i\"\n", "")
            })
            .join("\n--\n"),
            @r#"
            keyword script
            --
            keyword script
            string "bash -c"
            keyword args
            --
            keyword script
            variable tag
            --
            keyword script
            string "echo a"
            --
            keyword args
            string '''
              echo a
            '''
            --
            keyword script
            "#
        );
    }

    /// Whether what comes after a text is a script of several lines.
    fn is_script(before: &str, gap: &str) -> bool {
        let line = before.lines().next_back().unwrap_or_default();
        line.contains("script") && gap.trim_start().starts_with("'''\n")
    }

    #[test]
    fn whatever_is_written_has_a_class() {
        let library = crate::source::std().text.clone();
        let examples = std::fs::read_dir("examples").unwrap();
        let files = examples.flat_map(|entry| std::fs::read_dir(entry.unwrap().path())).flatten();
        let paths = files.map(|entry| entry.unwrap().path());
        let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "initflow"));
        for text in sources.map(|path| std::fs::read_to_string(path).unwrap()).chain([library]) {
            let is_mark = |char: char| char.is_whitespace() || "{}[](),;:".contains(char);
            let mut end = 0;
            for ClassifiedWord { range, .. } in
                tokens(&Parsed::new("a", text.as_str()), (0..text.len()).into())
            {
                let gap = &text[end..range.range().start];
                assert!(gap.chars().all(is_mark) || is_script(&text[..end], gap), "{gap}");
                end = range.range().end;
            }
            assert!(text[end..].chars().all(is_mark), "{}", &text[end..]);
        }
    }
}
