//! Records what a typed object serializes.

use super::{Part, Record, RecordedField};
use crate::kubernetes::schema::{self, FieldType, ObjectSchema};
use serde::ser::{self, Impossible, Serialize, Serializer};
use std::fmt;

/// A value that no Kubernetes object contains.
#[derive(Debug)]
pub(in crate::emit) struct SerializeFault(String);

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

type Never = Impossible<(), SerializeFault>;

/// Records values that are one part.
macro_rules! record {
    ($($method:ident $type:ident $part:ident)*) => {$(
        fn $method(self, value: $type) -> Result<(), SerializeFault> {
            self.parts.push(Part::$part(value.into()));
            Ok(())
        }
    )*};
}

impl Record {
    /// Records anything that can be serialized.
    pub(in crate::emit) fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, SerializeFault> {
        // As many as a workload with one container has.
        let mut record =
            Self { parts: Vec::with_capacity(256), texts: String::with_capacity(2048), ..Self::default() };
        value.serialize(&mut record)?;
        Ok(record)
    }
}

impl<'r> Serializer for &'r mut Record {
    type Ok = ();
    type Error = SerializeFault;
    type SerializeSeq = ListRecorder<'r>;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = MapRecorder<'r>;
    type SerializeStruct = ObjectRecorder<'r>;
    type SerializeStructVariant = Never;

    record! {
        serialize_bool bool Bool
        serialize_i8 i8 Int
        serialize_i16 i16 Int
        serialize_i32 i32 Int
        serialize_i64 i64 Int
        serialize_u8 u8 Int
        serialize_u16 u16 Int
        serialize_u32 u32 Int
        serialize_f32 f32 Float
        serialize_f64 f64 Float
    }

    fn serialize_u64(self, value: u64) -> Result<(), SerializeFault> {
        match i64::try_from(value) {
            Ok(value) => self.serialize_i64(value),
            Err(_) => none("number beyond 64 bits"),
        }
    }

    fn serialize_char(self, value: char) -> Result<(), SerializeFault> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), SerializeFault> {
        let start = self.texts.len();
        self.texts.push_str(value);
        self.parts.push(Part::Text(start, start + value.len()));
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), SerializeFault> {
        none("bytes")
    }

    fn serialize_none(self) -> Result<(), SerializeFault> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SerializeFault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), SerializeFault> {
        self.parts.push(Part::Null);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), SerializeFault> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), SerializeFault> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), SerializeFault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), SerializeFault> {
        none("variant")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListRecorder<'r>, SerializeFault> {
        let at = self.parts.len();
        self.parts.push(Part::List(0));
        let expected = self.expected;
        Ok(ListRecorder { record: self, expected, at, length: 0 })
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

    fn serialize_map(self, _: Option<usize>) -> Result<MapRecorder<'r>, SerializeFault> {
        let at = self.parts.len();
        self.parts.push(Part::Map(0));
        Ok(MapRecorder { record: self, at, length: 0 })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<ObjectRecorder<'r>, SerializeFault> {
        let (at, first) = (self.parts.len(), self.fields.len());
        self.parts.push(Part::Map(0));
        let expected = self.expected.filter(|object| object.name == name);
        let object = expected.or_else(|| schema::object(name));
        Ok(ObjectRecorder { record: self, object, at, first })
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

pub(in crate::emit) struct ListRecorder<'r> {
    record: &'r mut Record,
    /// The type of its items.
    expected: Option<&'static ObjectSchema>,
    at: usize,
    length: usize,
}

impl ser::SerializeSeq for ListRecorder<'_> {
    type Ok = ();
    type Error = SerializeFault;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeFault> {
        self.length += 1;
        self.record.expected = self.expected;
        value.serialize(&mut *self.record)
    }

    fn end(self) -> Result<(), SerializeFault> {
        self.record.parts[self.at] = Part::List(self.length);
        Ok(())
    }
}

pub(in crate::emit) struct MapRecorder<'r> {
    record: &'r mut Record,
    at: usize,
    length: usize,
}

impl ser::SerializeMap for MapRecorder<'_> {
    type Ok = ();
    type Error = SerializeFault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerializeFault> {
        self.length += 1;
        key.serialize(&mut *self.record)?;
        if matches!(self.record.parts.last(), Some(Part::Text(..))) {
            Ok(())
        } else {
            none("key that is not text")
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeFault> {
        value.serialize(&mut *self.record)
    }

    fn end(self) -> Result<(), SerializeFault> {
        self.record.parts[self.at] = Part::Map(self.length);
        Ok(())
    }
}

/// The first fields of an object whose kind is not in the schema.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The type of an object, or of the objects in a list.
fn object_of(ty: &FieldType) -> Option<&'static ObjectSchema> {
    match ty {
        FieldType::Object(object) | FieldType::List(FieldType::Object(object)) => Some(object),
        _ => None,
    }
}

pub(in crate::emit) struct ObjectRecorder<'r> {
    record: &'r mut Record,
    object: Option<&'static ObjectSchema>,
    at: usize,
    /// The first of its fields.
    first: usize,
}

impl ser::SerializeStruct for ObjectRecorder<'_> {
    type Ok = ();
    type Error = SerializeFault;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), SerializeFault> {
        let record = &mut *self.record;
        let start = record.parts.len();
        record.parts.push(Part::Field(key));
        let rank = match self.object {
            Some(object) => object.fields.iter().position(|field| field.name == key),
            None => HEAD.iter().position(|field| *field == key),
        };
        record.expected = self.object.zip(rank).and_then(|(object, rank)| object_of(&object.fields[rank].ty));
        value.serialize(&mut *record)?;
        if matches!(record.parts[start + 1..], [Part::Null]) {
            record.parts.truncate(start);
            return Ok(());
        }
        let end = record.parts.len();
        record.fields.push(RecordedField { rank: rank.unwrap_or(usize::MAX), start, end });
        Ok(())
    }

    fn end(self) -> Result<(), SerializeFault> {
        self.record.parts[self.at] = Part::Map(self.record.fields.len() - self.first);
        self.record.sort_fields(self.first);
        Ok(())
    }
}
