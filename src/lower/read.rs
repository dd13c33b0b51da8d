//! A [`Node`] as a source for serde, so that any typed object of the API can be read out of it.

use crate::object::{Entry, Node, Value};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

/// A node that has not the type of its field: a fault of the compiler.
#[derive(Debug)]
pub struct Mistyped(String);

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

/// Reads a typed object out of a node.
pub(super) fn read<'n, T: de::Deserialize<'n>>(node: &'n Node) -> Result<T, Mistyped> {
    T::deserialize(Source(node))
}

struct Source<'n>(&'n Node);

impl<'de> Deserializer<'de> for Source<'de> {
    type Error = Mistyped;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistyped> {
        match &self.0.value {
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Int(int) => visitor.visit_i64(*int),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Quantity(quantity) => visitor.visit_string(quantity.to_string()),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(map) => visitor.visit_map(Fields { entries: map.entries.iter(), entry: None }),
            Value::Unresolved => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistyped> {
        match self.0.value {
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

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier
    }

    /// What the API has no field for must not vanish.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Mistyped> {
        Err(Mistyped("no field of this name".into()))
    }
}

struct Items<'n>(std::slice::Iter<'n, Node>);

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Mistyped;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistyped> {
        self.0.next().map(|node| seed.deserialize(Source(node))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields<'n> {
    entries: std::slice::Iter<'n, Entry>,
    /// The entry whose key has been read, and whose value is next.
    entry: Option<&'n Entry>,
}

impl<'n> MapAccess<'n> for Fields<'n> {
    type Error = Mistyped;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistyped> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.entry = Some(entry);
        seed.deserialize(BorrowedStrDeserializer::new(&entry.key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Mistyped> {
        let entry = self.entry.take().ok_or_else(|| Mistyped("a value before its key".into()))?;
        let within = |fault: Mistyped| Mistyped(format!("in `{}`: {fault}", entry.key));
        seed.deserialize(Source(&entry.node)).map_err(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Map;
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
    fn nothing_is_bent_or_left_out() {
        let fault = |node: &Node| read::<ContainerPort>(node).unwrap_err().to_string();
        let text = Value::Text("80".into());
        insta::assert_snapshot!(fault(&port("containerPort", text)), @r#"in `containerPort`: invalid type: string "80", expected i32"#);
        insta::assert_snapshot!(fault(&port("containerPort", Value::Int(1 << 40))), @"in `containerPort`: invalid value: integer `1099511627776`, expected i32");
        insta::assert_snapshot!(fault(&port("portNumber", Value::Int(80))), @"in `portNumber`: no field of this name");
    }
}
