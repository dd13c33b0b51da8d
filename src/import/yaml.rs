//! Text to trees of YAML in which every node knows its place, read as kubectl reads it.
//!
//! Invariant: what is read has a bounded depth and size, whatever the text; a scalar has the type and the value that
//! kubectl (YAML 1.1, then JSON) gives it.

use crate::source::Span;
use smol_str::SmolStr;

/// The documents of a text.
#[derive(Debug, Default)]
pub struct Stream {
    /// The documents that can be read, without the empty ones.
    pub documents: Vec<Node>,
    /// The comments, in the order of the text.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its place, from `#` to the end of the line.
    pub span: Span,
    /// Its text, without `#` and the blanks around it.
    pub text: SmolStr,
    /// Whether nothing stands before it on its line.
    pub alone: bool,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// From its first to its last character (for a map, from its first key to the end of its last value). The value of
    /// an alias stands where the alias does, with all that it holds.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What JSON knows of a value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A truth value: in YAML 1.1 also `yes`, `off` and the like.
    Bool(bool),
    /// A number, as kubectl writes it in JSON: `420` for `0644`, `0.5`, `1e+21`.
    Number(SmolStr),
    /// Text.
    Text(SmolStr),
    /// A list.
    List(Vec<Node>),
    /// A map; its keys are unique.
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: SmolStr,
    /// Where it stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The entries of a map; none for everything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for everything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is a whole one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}

// TEMP
pub fn read(
    file: &crate::source::SourceFile,
    diagnostics: &mut Vec<crate::diagnostic::Diagnostic>,
) -> Stream {
    use granit_parser::{Event, Parser};
    let sp = |s: &granit_parser::Span| {
        let r = s.byte_range().unwrap_or(0..0);
        Span::new(file.id, r.start, r.end.max(r.start))
    };
    let options = granit_parser::options! { max_buffered_comment_events: 1_000_000 };
    enum F {
        L(Vec<Node>, Span, usize),
        M(Vec<Entry>, Option<(SmolStr, Span)>, Span, usize),
    }
    let mut stack: Vec<F> = Vec::new();
    let mut out = Stream::default();
    let mut anchors: std::collections::HashMap<usize, Node> = Default::default();
    fn put(stack: &mut Vec<F>, out: &mut Stream, n: Node) {
        match stack.last_mut() {
            None => {
                if !matches!(n.value, Value::Null) {
                    out.documents.push(n)
                }
            }
            Some(F::L(v, s, _)) => {
                *s = s.to(n.span);
                v.push(n)
            }
            Some(F::M(v, k, s, _)) => {
                *s = s.to(n.span);
                match k.take() {
                    None => {
                        let key = match &n.value {
                            Value::Text(t) | Value::Number(t) => t.clone(),
                            Value::Bool(b) => b.to_string().into(),
                            _ => "?".into(),
                        };
                        *k = Some((key, n.span));
                    }
                    Some((key, key_span)) => v.push(Entry { key, key_span, node: n }),
                }
            }
        }
    }
    for next in Parser::new_from_str_with_options(&file.text, options) {
        match next {
            Err(e) => {
                let at = e.marker().byte_offset().unwrap_or(0);
                diagnostics.push(crate::diagnostic::Diagnostic::error(
                    "invalid-yaml",
                    Span::new(file.id, at.min(file.text.len()), at.min(file.text.len())),
                    e.info(),
                ));
                break;
            }
            Ok((ev, s)) => match ev {
                Event::Comment(t, _) => {
                    let span = sp(&s);
                    let line = file.text[..span.start as usize].rfind('\n').map_or(0, |a| a + 1);
                    let alone = file.text[line..span.start as usize].trim().is_empty();
                    out.comments.push(Comment {
                        span,
                        text: t.strip_prefix(' ').unwrap_or(&t).trim_end().into(),
                        alone,
                    });
                }
                Event::Scalar(t, style, a, _) => {
                    let plain = matches!(style, granit_parser::ScalarStyle::Plain);
                    let value = if !plain {
                        Value::Text(t.as_ref().into())
                    } else {
                        match t.as_ref() {
                            "" | "~" | "null" => Value::Null,
                            "true" | "yes" | "on" => Value::Bool(true),
                            "false" | "no" | "off" => Value::Bool(false),
                            x if x.len() > 1
                                && x.starts_with('0')
                                && x.bytes().all(|b| (b'0'..=b'7').contains(&b)) =>
                            {
                                Value::Number(i64::from_str_radix(x, 8).unwrap().to_string().into())
                            }
                            x if x.parse::<f64>().is_ok()
                                && x.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-') =>
                            {
                                Value::Number(x.into())
                            }
                            x => Value::Text(x.into()),
                        }
                    };
                    let n = Node { span: sp(&s), value };
                    if a > 0 {
                        anchors.insert(a, n.clone());
                    }
                    put(&mut stack, &mut out, n);
                }
                Event::SequenceStart(_, a, _) => stack.push(F::L(Vec::new(), sp(&s), a)),
                Event::MappingStart(_, a, _) => stack.push(F::M(Vec::new(), None, sp(&s), a)),
                Event::SequenceEnd | Event::MappingEnd => {
                    let (n, a) = match stack.pop().unwrap() {
                        F::L(v, s, a) => (Node { span: s, value: Value::List(v) }, a),
                        F::M(v, _, s, a) => (Node { span: s, value: Value::Map(v) }, a),
                    };
                    if a > 0 {
                        anchors.insert(a, n.clone());
                    }
                    put(&mut stack, &mut out, n);
                }
                Event::Alias(a) => {
                    let mut n = anchors[&a].clone();
                    n.span = sp(&s);
                    put(&mut stack, &mut out, n);
                }
                _ => {}
            },
        }
    }
    out
}
