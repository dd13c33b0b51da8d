//! Turns a YAML tree that has the types of the schema into the tree of an object.

use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::schema::{FieldType, ObjectSchema};
use crate::manifest::yaml::{YamlEntry, YamlNode, YamlValue};
use crate::object::{Map, MapEntry, Node, Value};

/// The fields of an object.
pub(crate) fn object(schema: &'static ObjectSchema, node: YamlNode) -> Node {
    let YamlNode { span, value } = node;
    let YamlValue::Map(entries) = value else { return Node::map(span) };
    Node::new(span, map(entries, |key| schema.field(key).map(|field| &field.ty)))
}

fn map(entries: Vec<YamlEntry>, ty: impl Fn(&str) -> Option<&'static FieldType>) -> Value {
    let entry = |YamlEntry { key, key_span, node }: YamlEntry| {
        let node = of_type(ty(&key), node);
        MapEntry { key, key_span, layer: 0, node }
    };
    Value::Map(Map { entries: entries.into_iter().map(entry).collect() })
}

/// A value of a type; without one, numbers stay text.
fn of_type(ty: Option<&'static FieldType>, node: YamlNode) -> Node {
    let YamlNode { span, value } = node;
    let value = match value {
        YamlValue::Null => Value::Unresolved,
        YamlValue::Bool(bool) => Value::Bool(bool),
        YamlValue::Number(text) | YamlValue::Text(text) if matches!(ty, Some(FieldType::Quantity)) => {
            Quantity::parse(text.trim()).map_or(Value::Unresolved, Value::Quantity)
        }
        YamlValue::Number(number) => number.parse().map_or(Value::Text(number), Value::Int),
        YamlValue::Text(text) => Value::Text(text),
        YamlValue::List(items) => {
            let inner = match ty {
                Some(FieldType::List(inner)) => Some(*inner),
                _ => None,
            };
            Value::List(items.into_iter().map(|item| of_type(inner, item)).collect())
        }
        YamlValue::Map(entries) => match ty {
            Some(FieldType::Object(schema)) => map(entries, |key| schema.field(key).map(|field| &field.ty)),
            Some(FieldType::Map(inner)) => map(entries, |_| Some(inner)),
            _ => map(entries, |_| None),
        },
    };
    Node::new(span, value)
}
