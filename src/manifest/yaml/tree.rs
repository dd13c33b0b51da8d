//! Builds the trees of documents from the parser's events.
//!
//! Invariant: a tree has at most [`MAX_DEPTH`] levels, and all trees of a stream together at most [`MAX_SIZE`] nodes,
//! of which anchors and aliases make at most [`MAX_REPEATED`].

use super::fault::{self, MAX_DEPTH, MAX_ERRORS};
use super::map::MapBuilder;
use super::node::{Comment, YamlEntry, YamlNode, YamlValue};
use super::scalar::{self, NAMESPACE, ScalarFault};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StrInput, StructureStyle, Tag, options};
use smol_str::{SmolStr, format_smolstr};
use std::collections::HashMap;

/// The most nodes of a stream; a node with a long text counts as several.
const MAX_SIZE: usize = 3_000_000;

/// The most nodes of a stream that anchors keep and aliases repeat.
const MAX_REPEATED: usize = 1 << 20;

/// The most documents of a stream without a separator between them. The parser searches for a `:` after each, so they
/// cost more than other documents.
const MAX_JOINED: usize = 10_000;

/// The number of bytes of a text that count as one more node.
const BYTES_PER_NODE: usize = 16;

/// The part of a stream that has been read.
pub(super) struct Trees<'s> {
    pub(super) file: &'s SourceFile,
    pub(super) documents: Vec<YamlNode>,
    pub(super) comments: Vec<Comment>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The number of nodes so far, see [`MAX_SIZE`].
    size: usize,
    /// The number of nodes of anchors and aliases, see [`MAX_REPEATED`].
    repeated: usize,
    /// The number of documents without a separator before them, see [`MAX_JOINED`].
    joined: usize,
}

/// Why reading stopped within a stretch of text.
enum StretchStop {
    /// The next document begins here without a separator, as in a sequence of JSON documents.
    Next(usize),
    Fault(Box<Diagnostic>),
}

impl From<Diagnostic> for StretchStop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Fault(Box::new(diagnostic))
    }
}

impl<'s> Trees<'s> {
    pub(super) fn new(file: &'s SourceFile) -> Self {
        Self {
            file,
            documents: Vec::new(),
            comments: Vec::new(),
            diagnostics: Vec::new(),
            size: 0,
            repeated: 0,
            joined: 0,
        }
    }

    /// Whether a limit is reached, so that nothing more is read.
    pub(super) fn is_full(&self) -> bool {
        self.size > MAX_SIZE || self.repeated > MAX_REPEATED || self.diagnostics.len() >= MAX_ERRORS
    }

    /// Reads the documents between two offsets, up to the first that is broken.
    pub(super) fn read(&mut self, mut start: usize, end: usize) {
        if self.file.text[start..end].trim_ascii().is_empty() {
            return;
        }
        let mut comments = true;
        while let Err(stop) = self.stretch(start, end, comments) {
            match stop {
                StretchStop::Next(at) if at > start && self.joined < MAX_JOINED => {
                    start = at;
                    self.joined += 1;
                    // JSON has no comments, and the parser would search all the remaining text for one, once per document.
                    comments = false;
                }
                StretchStop::Next(at) => {
                    let place = Span::new(self.file.id, at, at + 1);
                    return self.diagnostics.push(fault::too_many_joined(place, MAX_JOINED));
                }
                StretchStop::Fault(diagnostic) => return self.diagnostics.push(*diagnostic),
            }
        }
    }

    fn stretch(&mut self, start: usize, end: usize, comments: bool) -> Result<(), StretchStop> {
        let file = self.file;
        let text = file.text.get(start..end).unwrap_or_default();
        let mut events = Events { file, start, text, parser: parser(text, comments) };
        let mut documents = 0;
        loop {
            match events.next() {
                Ok(None) => return Ok(()),
                Ok(Some((Event::Comment(text, _), span))) => self.comment(span, &text),
                Ok(Some((Event::DocumentStart(..), span))) => {
                    documents += 1;
                    let node = DocumentReader::read(self, &mut events, span)?;
                    if !matches!(node.value, YamlValue::Null) {
                        self.documents.push(node);
                    }
                }
                Ok(Some(_)) => {}
                Err(error) => {
                    let at = events.offset(error.marker().byte_offset().unwrap_or_default());
                    let follows = documents > 0 && *error.kind() == ErrorKind::ExpectedDocumentStart;
                    let is_json = follows && file.text.get(at..end).is_some_and(|rest| rest.starts_with('{'));
                    return Err(if is_json {
                        StretchStop::Next(at)
                    } else {
                        fault::of(file, start..end, &error).into()
                    });
                }
            }
        }
    }

    fn comment(&mut self, span: Span, text: &str) {
        let before = self.file.text.get(..span.start as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let alone = line.trim_start_matches('\u{feff}').trim().is_empty();
        let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
        self.comments.push(Comment { span, text: text.into(), alone });
    }

    /// Counts nodes.
    fn count(&mut self, nodes: usize, span: Span) -> Result<(), StretchStop> {
        self.size += nodes;
        if self.size > MAX_SIZE { Err(fault::too_large(span, MAX_SIZE).into()) } else { Ok(()) }
    }

    /// Counts repeated nodes.
    fn repeat(&mut self, nodes: usize, span: Span) -> Result<(), StretchStop> {
        self.repeated += nodes;
        if self.repeated > MAX_REPEATED {
            return Err(fault::too_much_repeated(span, MAX_REPEATED).into());
        }
        Ok(())
    }
}

fn parser(text: &str, comments: bool) -> Parser<'_, StrInput<'_>> {
    // This module limits the depth and size of documents; a comment may have any length.
    let options = options! { emit_comments: comments, max_buffered_comment_events: usize::MAX };
    Parser::new_from_str_with_options(text, options)
}

/// The events of a stretch of a file.
struct Events<'s> {
    file: &'s SourceFile,
    start: usize,
    text: &'s str,
    parser: Parser<'s, StrInput<'s>>,
}

impl<'s> Events<'s> {
    fn next(&mut self) -> Result<Option<(Event<'s>, Span)>, granit_parser::ScanError> {
        let Some((event, place)) = self.parser.next_event().transpose()? else { return Ok(None) };
        let range = place.byte_range().unwrap_or_default();
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Ok(Some((event, Span::new(self.file.id, start, end.max(start)))))
    }

    /// The offset in the file of one in the stretch.
    fn offset(&self, offset: usize) -> usize {
        self.start + self.text.floor_char_boundary(offset)
    }
}

/// A document that is being read.
struct DocumentReader<'t, 's> {
    trees: &'t mut Trees<'s>,
    open: Vec<OpenCollection>,
    /// By the parser's numbers; `None` for one that is still open.
    anchors: HashMap<usize, Option<Anchored>>,
    root: YamlNode,
}

/// A list or a map that is being read.
struct OpenCollection {
    items: CollectedItems,
    is_flow: bool,
    span: Span,
    anchor: usize,
    /// The number of levels below this one so far.
    height: usize,
    /// The number of nodes before it.
    before: usize,
}

enum CollectedItems {
    List(Vec<YamlNode>),
    Map(MapBuilder),
}

/// The value that aliases of an anchor repeat.
struct Anchored {
    node: YamlNode,
    height: usize,
    size: usize,
}

impl<'t, 's> DocumentReader<'t, 's> {
    /// Reads the rest of a document that has begun.
    fn read(trees: &'t mut Trees<'s>, events: &mut Events<'s>, start: Span) -> Result<YamlNode, StretchStop> {
        let root = YamlNode { span: start, value: YamlValue::Null };
        let mut document = Self { trees, open: Vec::new(), anchors: HashMap::new(), root };
        loop {
            let next = events.next().map_err(|error| {
                let end = events.start + events.text.len();
                fault::of(events.file, events.start..end, &error)
            })?;
            let Some((event, span)) = next else { break };
            match event {
                Event::DocumentEnd => break,
                Event::Comment(text, _) => document.trees.comment(span, &text),
                Event::SequenceStart(style, anchor, _) => {
                    document.begin(CollectedItems::List(Vec::new()), style, anchor, span)?;
                }
                Event::MappingStart(style, anchor, _) => {
                    document.begin(CollectedItems::Map(MapBuilder::default()), style, anchor, span)?;
                }
                Event::SequenceEnd | Event::MappingEnd => document.end(span)?,
                Event::Scalar(text, style, anchor, tag) => {
                    // The parser represents an empty value as `~`.
                    let text = if span.start == span.end && style == ScalarStyle::Plain { "" } else { &text };
                    document.scalar(text, style, anchor, tag.as_deref(), span)?;
                }
                Event::Alias(anchor) => document.alias(anchor, span)?,
                _ => {}
            }
        }
        Ok(document.root)
    }

    /// The innermost map, if it expects a key.
    fn awaiting_key(&mut self) -> Option<&mut MapBuilder> {
        match self.open.last_mut() {
            Some(OpenCollection { items: CollectedItems::Map(map), .. }) if map.key.is_none() => Some(map),
            _ => None,
        }
    }

    fn begin(
        &mut self,
        items: CollectedItems,
        style: StructureStyle,
        anchor: usize,
        span: Span,
    ) -> Result<(), StretchStop> {
        if self.awaiting_key().is_some() {
            return Err(fault::key_of_many(self.trees.file, span).into());
        }
        if self.open.len() == MAX_DEPTH {
            return Err(fault::too_deep(span).into());
        }
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        let before = self.trees.size;
        self.trees.count(1, span)?;
        let is_flow = style == StructureStyle::Flow;
        self.open.push(OpenCollection { items, is_flow, span, anchor, height: 1, before });
        Ok(())
    }

    fn end(&mut self, end: Span) -> Result<(), StretchStop> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let span = if frame.is_flow { frame.span.to(end) } else { frame.span };
        let value = match frame.items {
            CollectedItems::List(nodes) => YamlValue::List(nodes),
            CollectedItems::Map(map) => YamlValue::Map(map.entries),
        };
        let size = self.trees.size - frame.before;
        let node = YamlNode { span, value };
        self.keep(frame.anchor, &node, frame.height, size)?;
        self.put(node, frame.height)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), StretchStop> {
        let is_plain = style == ScalarStyle::Plain;
        let tag = tag.map(|tag| tag.suffix_in_namespace(NAMESPACE).unwrap_or_default());
        let tag = tag.as_deref();
        let before = self.trees.size;
        self.trees.count(1 + text.len() / BYTES_PER_NODE, span)?;
        let span = trimmed(self.trees.file, span);
        let is_key = self.awaiting_key().is_some();
        if is_key
            && anchor == 0
            && tag.is_none_or(|tag| tag == "merge")
            && text == "<<"
            && (is_plain || tag.is_some())
        {
            self.key(None, span);
            return Ok(());
        }
        if is_key {
            let key = scalar::key(text, is_plain, tag)
                .map_err(|reason| fault::value(self.trees.file, span, reason, tag.unwrap_or_default()))?;
            self.key(Some(key), span);
            if anchor == 0 {
                return Ok(());
            }
        }
        let value = scalar::resolve(text, is_plain, tag)
            .map_err(|reason| fault::value(self.trees.file, span, reason, tag.unwrap_or_default()))?;
        let node = YamlNode { span, value };
        self.keep(anchor, &node, 0, self.trees.size - before)?;
        if is_key { Ok(()) } else { self.put(node, 0) }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), StretchStop> {
        let is_key = self.awaiting_key().is_some();
        let Some(Some(anchored)) = self.anchors.get(&anchor) else {
            return Err(fault::alias_in_itself(self.trees.file, span).into());
        };
        let height = anchored.height;
        if self.open.len() + height > MAX_DEPTH {
            return Err(fault::too_deep(span).into());
        }
        self.trees.count(anchored.size, span)?;
        self.trees.repeat(anchored.size, span)?;
        if !is_key {
            let node = placed(&anchored.node, span);
            return self.put(node, height);
        }
        let key = match &anchored.node.value {
            YamlValue::Text(text) | YamlValue::Number(text) => text.clone(),
            YamlValue::Bool(value) => format_smolstr!("{value}"),
            YamlValue::Null => return Err(fault::value(self.trees.file, span, ScalarFault::Key, "").into()),
            YamlValue::List(_) | YamlValue::Map(_) => {
                return Err(fault::key_of_many(self.trees.file, span).into());
            }
        };
        self.key(Some(key), span);
        Ok(())
    }

    /// Keeps a node for the aliases of its anchor, if it has one.
    fn keep(
        &mut self,
        anchor: usize,
        node: &YamlNode,
        height: usize,
        size: usize,
    ) -> Result<(), StretchStop> {
        if anchor != 0 {
            self.trees.repeat(size, node.span)?;
            self.anchors.insert(anchor, Some(Anchored { node: node.clone(), height, size }));
        }
        Ok(())
    }

    /// Sets the key of the next entry; `None` is `<<`.
    fn key(&mut self, key: Option<SmolStr>, span: Span) {
        if let Some(frame) = self.open.last_mut()
            && let CollectedItems::Map(map) = &mut frame.items
        {
            frame.span = frame.span.to(span);
            map.key = Some((key, span));
        }
    }

    /// Adds a node to the list or map that is being read.
    fn put(&mut self, node: YamlNode, height: usize) -> Result<(), StretchStop> {
        let Some(frame) = self.open.last_mut() else {
            self.root = node;
            return Ok(());
        };
        frame.height = frame.height.max(height + 1);
        frame.span = frame.span.to(node.span);
        match &mut frame.items {
            CollectedItems::List(nodes) => nodes.push(node),
            CollectedItems::Map(map) => match map.key.take() {
                None => {}
                Some((None, span)) => map.merge(node).map_err(|()| fault::merge(span))?,
                Some((Some(key), key_span)) => {
                    if let Err(first) = map.insert(YamlEntry { key: key.clone(), key_span, node })
                        && self.trees.diagnostics.len() < MAX_ERRORS
                    {
                        self.trees.diagnostics.push(fault::duplicate_key(&key, key_span, first));
                    }
                }
            },
        }
        Ok(())
    }
}

/// A copy of a node in which everything has the same place.
fn placed(node: &YamlNode, span: Span) -> YamlNode {
    let value = match &node.value {
        YamlValue::List(nodes) => YamlValue::List(nodes.iter().map(|node| placed(node, span)).collect()),
        YamlValue::Map(entries) => YamlValue::Map(
            entries
                .iter()
                .map(|entry| YamlEntry {
                    key: entry.key.clone(),
                    key_span: span,
                    node: placed(&entry.node, span),
                })
                .collect(),
        ),
        value => value.clone(),
    };
    YamlNode { span, value }
}

/// A place without trailing spaces and empty lines, which block scalars have.
fn trimmed(file: &SourceFile, span: Span) -> Span {
    let end = span.start as usize + file.slice(span).trim_end().len();
    Span::new(span.file, span.start as usize, end)
}
