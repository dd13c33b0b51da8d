//! Reads typed objects of the API from a [`Node`], as a deserializer for serde.

use crate::object::{Map, MapEntry, Node, Value};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use smol_str::SmolStr;
use std::fmt;

/// The error for a node that does not have the type of its field.
#[derive(Debug)]
pub(crate) struct Mistyped(String);

impl fmt::Display for Mistyped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Mistyped {}

impl de::Error for Mistyped {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Reads a typed object from a node.
pub(super) fn read<'n, T: de::Deserialize<'n>>(node: &'n Node) -> Result<T, Mistyped> {
    T::deserialize(NodeDeserializer(&node.value))
}

/// The value that an unresolved value is read as if a field cannot be left out.
static EMPTY: Empty = Empty {
    bool: Value::Bool(false),
    int: Value::Int(0),
    text: Value::Text(SmolStr::new_static("")),
    list: Value::List(Vec::new()),
    map: Value::Map(Map { entries: Vec::new() }),
};

/// The empty value of each type.
struct Empty {
    bool: Value,
    int: Value,
    text: Value,
    list: Value,
    map: Value,
}

struct NodeDeserializer<'n>(&'n Value);

impl<'n> NodeDeserializer<'n> {
    /// The value, or a replacement if it is unresolved.
    fn or(self, empty: &'n Value) -> Self {
        if matches!(self.0, Value::Unresolved) { NodeDeserializer(empty) } else { self }
    }
}

/// Reads a value as a type; an unresolved value as the empty value of that type.
macro_rules! expect {
    ($($method:ident $empty:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistyped> {
            self.or(&EMPTY.$empty).deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for NodeDeserializer<'de> {
    type Error = Mistyped;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistyped> {
        match self.0 {
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Int(int) => visitor.visit_i64(*int),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Quantity(quantity) => visitor.visit_string(quantity.to_string()),
            Value::List(items) => visitor.visit_seq(ItemAccess(items.iter())),
            Value::Map(map) => visitor.visit_map(FieldAccess { entries: map.entries.iter(), entry: None }),
            // A number or a name, such as of a port.
            Value::Unresolved => visitor.visit_i64(0),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistyped> {
        match self.0 {
            Value::Unresolved => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistyped> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistyped> {
        self.or(&EMPTY.map).deserialize_any(visitor)
    }

    expect! {
        deserialize_bool bool
        deserialize_i32 int
        deserialize_i64 int
        deserialize_str text
        deserialize_string text
        deserialize_seq list
        deserialize_map map
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
    }

    /// A value without a field in the API must not be dropped.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Mistyped> {
        Err(Mistyped("no field of this name".into()))
    }
}

struct ItemAccess<'n>(std::slice::Iter<'n, Node>);

impl<'n> SeqAccess<'n> for ItemAccess<'n> {
    type Error = Mistyped;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistyped> {
        self.0.next().map(|node| seed.deserialize(NodeDeserializer(&node.value))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct FieldAccess<'n> {
    entries: std::slice::Iter<'n, MapEntry>,
    /// The entry whose key has been read, and whose value is next.
    entry: Option<&'n MapEntry>,
}

impl<'n> MapAccess<'n> for FieldAccess<'n> {
    type Error = Mistyped;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistyped> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.entry = Some(entry);
        seed.deserialize(BorrowedStrDeserializer::new(&entry.key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Mistyped> {
        let entry = self.entry.take().ok_or_else(|| Mistyped("a value before its key".into()))?;
        let within = |fault: Mistyped| Mistyped(format!("in `{}`: {fault}", entry.key));
        seed.deserialize(NodeDeserializer(&entry.node.value)).map_err(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};
    use k8s_openapi::api::core::v1::ContainerPort;

    /// A port whose number is this value, under this name.
    fn port(field: &str, value: Value) -> Node {
        let span = Span::new(FileId(0), 0, 0);
        let mut map = Map::default();
        map.set(field, span, Node::new(span, value));
        map.set("name", span, Node::text(span, "web"));
        map.set("hostIP", span, Node::new(span, Value::Unresolved));
        Node::new(span, Value::Map(map))
    }

    #[test]
    fn a_node_is_read_into_its_type() {
        let read: ContainerPort = read(&port("containerPort", Value::Int(80))).unwrap();
        let expected =
            ContainerPort { container_port: 80, name: Some("web".into()), ..ContainerPort::default() };
        assert_eq!(read, expected);
    }

    #[test]
    fn values_are_not_converted_or_dropped() {
        let fault = |node: &Node| read::<ContainerPort>(node).unwrap_err().to_string();
        let text = Value::Text("80".into());
        insta::assert_snapshot!(fault(&port("containerPort", text)), @r#"in `containerPort`: invalid type: string "80", expected i32"#);
        insta::assert_snapshot!(fault(&port("containerPort", Value::Int(1 << 40))), @"in `containerPort`: invalid value: integer `1099511627776`, expected i32");
        insta::assert_snapshot!(fault(&port("portNumber", Value::Int(80))), @"in `portNumber`: no field of this name");
    }
}
