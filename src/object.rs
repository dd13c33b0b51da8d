//! Represents a Kubernetes object as a tree in which every node knows where it comes from.
//!
//! Invariant: keys are Kubernetes' field names, and every value has the type that the schema requires,
//! or is [`Value::Unresolved`], for which an error has been reported already.

use crate::kubernetes::quantity::Quantity;
use crate::source::Span;
use fnv::FnvHashMap;
use smol_str::SmolStr;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The place that a message about this value points to.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value in a Kubernetes object.
#[derive(Clone, Debug)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Text.
    Text(SmolStr),
    /// A quantity of a resource.
    Quantity(Quantity),
    /// A list.
    List(Vec<Node>),
    /// An object or a map with free keys.
    Map(Map),
    /// A value for which an error has been reported; every check ignores it.
    Unresolved,
}

/// The fields of an object, or the entries of a map, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The entries; keys are unique.
    pub entries: Vec<MapEntry>,
}

/// One field of an object, or entry of a map.
#[derive(Clone, Debug)]
pub struct MapEntry {
    /// The field's name or the entry's key.
    pub key: SmolStr,
    /// The place of the key (for a field that a short form sets, the short form).
    pub key_span: Span,
    /// How near it was set (defaults, template, the statement itself); a nearer value replaces another.
    pub layer: u8,
    /// Its value.
    pub node: Node,
}

impl Map {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&MapEntry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// Sets a key: in its present place, or at the end.
    pub fn set(&mut self, key: impl Into<SmolStr>, key_span: Span, node: Node) {
        let key = key.into();
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => *entry = MapEntry { key, key_span, layer: 0, node },
            None => self.entries.push(MapEntry { key, key_span, layer: 0, node }),
        }
    }

    /// Sets a key that may be set once per layer; a nearer layer replaces.
    ///
    /// # Errors
    /// The place of the first entry if this layer has set the key already.
    pub fn insert(
        &mut self,
        key: impl Into<SmolStr>,
        key_span: Span,
        layer: u8,
        node: Node,
    ) -> Result<(), Span> {
        let key = key.into();
        let at = self.entries.iter().position(|entry| entry.key == key);
        self.insert_at(at, MapEntry { key, key_span, layer, node })
    }

    /// Sets many keys of one layer as [`insert`](Self::insert) does, in time that is linear in their number. Returns the key,
    /// the place and the first place of those that this layer has set already.
    pub fn insert_all(&mut self, layer: u8, new: Vec<(SmolStr, Span, Node)>) -> Vec<(SmolStr, Span, Span)> {
        let known = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at));
        let mut places: FnvHashMap<SmolStr, usize> = known.collect();
        let mut repeated = Vec::new();
        for (key, key_span, node) in new {
            let at = *places.entry(key.clone()).or_insert(self.entries.len());
            let at = Some(at).filter(|at| *at < self.entries.len());
            if let Err(before) = self.insert_at(at, MapEntry { key: key.clone(), key_span, layer, node }) {
                repeated.push((key, key_span, before));
            }
        }
        repeated
    }

    /// Sets a key whose entry, if it has one, is at a place.
    fn insert_at(&mut self, at: Option<usize>, new: MapEntry) -> Result<(), Span> {
        match at.and_then(|at| self.entries.get_mut(at)) {
            Some(entry) if entry.layer > new.layer => {}
            Some(entry) if entry.layer == new.layer => return Err(entry.key_span),
            Some(entry) => *entry = new,
            None => self.entries.push(new),
        }
        Ok(())
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).node)
    }
}

impl Node {
    /// A node with a value.
    pub fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    /// A text node.
    pub fn text(span: Span, text: impl Into<SmolStr>) -> Self {
        Self::new(span, Value::Text(text.into()))
    }

    /// A list.
    pub fn list(span: Span, items: Vec<Self>) -> Self {
        Self::new(span, Value::List(items))
    }

    /// An object of these fields, all at one place.
    pub fn object<const N: usize>(span: Span, fields: [(&'static str, Self); N]) -> Self {
        let entry = |(key, node)| MapEntry { key: SmolStr::new_static(key), key_span: span, layer: 0, node };
        Self::new(span, Value::Map(Map { entries: fields.into_iter().map(entry).collect() }))
    }

    /// An empty map.
    pub fn map(span: Span) -> Self {
        Self::new(span, Value::Map(Map::default()))
    }

    /// The entry of a field of an object, with the place of its key.
    pub(crate) fn entry(&self, key: &str) -> Option<&MapEntry> {
        self.as_map()?.entry(key)
    }

    /// The field of an object; `None` if this is not an object or has no such field.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The field at a dotted path: `securityContext.privileged`.
    pub fn at(&self, path: &str) -> Option<&Node> {
        match path.bytes().position(|byte| byte == b'.') {
            Some(dot) => self.get(&path[..dot])?.at(&path[dot + 1..]),
            None => self.get(path),
        }
    }

    /// The entries of an object or map; empty for everything else.
    pub fn entries(&self) -> &[MapEntry] {
        self.as_map().map_or(&[], |map| &map.entries)
    }

    /// The items of a list; empty for everything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map; anything else is replaced with an empty map first.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Map::default());
        }
        match &mut self.value {
            Value::Map(map) => map,
            _ => unreachable!("made a map above"),
        }
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if this is one.
    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(int) => Some(int),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    /// The quantity, if this is one.
    pub fn as_quantity(&self) -> Option<&Quantity> {
        match &self.value {
            Value::Quantity(quantity) => Some(quantity),
            _ => None,
        }
    }
}
