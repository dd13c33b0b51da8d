//! Reads a typed object into a tree whose fields are in the order in which people write them.

use crate::kubernetes::schema;
use serde::ser::{self, Impossible, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// A value in the form in which it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum OutputTree {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<OutputTree>),
    Map(Vec<(Cow<'static, str>, OutputTree)>),
}

impl OutputTree {
    /// Reads anything that can be serialized.
    pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, SerializeFault> {
        value.serialize(Builder)
    }
}

/// A value that no Kubernetes object contains.
#[derive(Debug)]
pub(super) struct SerializeFault(String);

impl fmt::Display for SerializeFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for SerializeFault {}

impl ser::Error for SerializeFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

fn none<T>(what: &str) -> Result<T, SerializeFault> {
    Err(SerializeFault(format!("a Kubernetes object cannot contain a {what}")))
}

struct Builder;

type Never = Impossible<OutputTree, SerializeFault>;

impl Serializer for Builder {
    type Ok = OutputTree;
    type Error = SerializeFault;
    type SerializeSeq = ListSerializer;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = MapSerializer;
    type SerializeStruct = ObjectSerializer;
    type SerializeStructVariant = Never;

    fn serialize_bool(self, value: bool) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value))
    }

    fn serialize_u8(self, value: u8) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Int(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<OutputTree, SerializeFault> {
        i64::try_from(value).map(OutputTree::Int).or_else(|_| none("number beyond 64 bits"))
    }

    fn serialize_f32(self, value: f32) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Text(value.into()))
    }

    fn serialize_str(self, value: &str) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Text(value.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<OutputTree, SerializeFault> {
        none("bytes")
    }

    fn serialize_none(self) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<OutputTree, SerializeFault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Text(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<OutputTree, SerializeFault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<OutputTree, SerializeFault> {
        none("variant")
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ListSerializer, SerializeFault> {
        Ok(ListSerializer(Vec::with_capacity(length.unwrap_or(0))))
    }

    fn serialize_tuple(self, _: usize) -> Result<Never, SerializeFault> {
        none("tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Never, SerializeFault> {
        none("tuple")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never, SerializeFault> {
        none("variant")
    }

    fn serialize_map(self, length: Option<usize>) -> Result<MapSerializer, SerializeFault> {
        Ok(MapSerializer { entries: Vec::with_capacity(length.unwrap_or(0)), key: Cow::Borrowed("") })
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<ObjectSerializer, SerializeFault> {
        Ok(ObjectSerializer { object: schema::object(name), fields: Vec::with_capacity(length) })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Never, SerializeFault> {
        none("variant")
    }
}

struct ListSerializer(Vec<OutputTree>);

impl ser::SerializeSeq for ListSerializer {
    type Ok = OutputTree;
    type Error = SerializeFault;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeFault> {
        self.0.push(OutputTree::of(value)?);
        Ok(())
    }

    fn end(self) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::List(self.0))
    }
}

struct MapSerializer {
    entries: Vec<(Cow<'static, str>, OutputTree)>,
    key: Cow<'static, str>,
}

impl ser::SerializeMap for MapSerializer {
    type Ok = OutputTree;
    type Error = SerializeFault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerializeFault> {
        match OutputTree::of(key)? {
            OutputTree::Text(text) => {
                self.key = Cow::Owned(text);
                Ok(())
            }
            _ => none("key that is not text"),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeFault> {
        let key = std::mem::take(&mut self.key);
        self.entries.push((key, OutputTree::of(value)?));
        Ok(())
    }

    fn end(self) -> Result<OutputTree, SerializeFault> {
        Ok(OutputTree::Map(self.entries))
    }
}

/// The first fields of an object whose kind is not in the schema.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

struct ObjectSerializer {
    object: Option<&'static schema::ObjectSchema>,
    /// The rank of each field in the order in which people write them.
    fields: Vec<(usize, &'static str, OutputTree)>,
}

impl ser::SerializeStruct for ObjectSerializer {
    type Ok = OutputTree;
    type Error = SerializeFault;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), SerializeFault> {
        let value = OutputTree::of(value)?;
        if value != OutputTree::Null {
            let rank = match self.object {
                Some(object) => object.fields.iter().position(|field| field.name == key),
                None => HEAD.iter().position(|field| *field == key),
            };
            self.fields.push((rank.unwrap_or(usize::MAX), key, value));
        }
        Ok(())
    }

    fn end(mut self) -> Result<OutputTree, SerializeFault> {
        self.fields.sort_by_key(|(rank, ..)| *rank);
        Ok(OutputTree::Map(
            self.fields.into_iter().map(|(_, key, value)| (Cow::Borrowed(key), value)).collect(),
        ))
    }
}
