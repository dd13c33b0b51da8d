//! Records a typed object as a list of parts, with its fields in the order in which people write them.

use crate::kubernetes::schema::{self, FieldType, ObjectSchema};
use serde::ser::{self, Impossible, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use std::cell::Cell;
use std::fmt;

/// A part of a value. The parts of a list or a map follow it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Text: where it starts and ends in the texts of the record.
    Text(usize, usize),
    /// The name of a field of an object, whose value follows.
    Field(&'static str),
    /// A list of so many values.
    List(usize),
    /// A map or an object of so many keys, each before its value.
    Map(usize),
}

/// A value in the form in which it is written.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) parts: Vec<Part>,
    pub(super) texts: String,
    /// The fields so far of the objects that are not complete.
    fields: Vec<RecordedField>,
    /// Room for sorting.
    sorted: Vec<Part>,
    /// The type of the object that is probably next.
    expected: Option<&'static ObjectSchema>,
}

/// A field of an object that is not complete.
#[derive(Debug)]
struct RecordedField {
    /// Its place in the order in which people write the fields.
    rank: usize,
    /// Where its parts start and end.
    start: usize,
    end: usize,
}

impl Record {
    /// Records anything that can be serialized.
    pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, SerializeFault> {
        // As many as a workload with one container has.
        let mut record =
            Self { parts: Vec::with_capacity(256), texts: String::with_capacity(2048), ..Self::default() };
        value.serialize(&mut record)?;
        Ok(record)
    }

    fn add(&mut self, part: Part) -> Result<(), SerializeFault> {
        self.parts.push(part);
        Ok(())
    }

    /// Sorts the fields of an object: those from this one on, whose parts are the last ones.
    fn sort_fields(&mut self, first: usize) {
        let fields = &mut self.fields[first..];
        if !fields.is_sorted_by_key(|field| field.rank) {
            let start = fields[0].start;
            fields.sort_unstable_by_key(|field| (field.rank, field.start));
            self.sorted.clear();
            for field in fields {
                self.sorted.extend_from_slice(&self.parts[field.start..field.end]);
            }
            self.parts.truncate(start);
            self.parts.extend_from_slice(&self.sorted);
        }
        self.fields.truncate(first);
    }
}

/// The record as the value that it was made from, but with its fields in order.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Recorded { record: self, next: &Cell::new(0) }.serialize(serializer)
    }
}

/// The value whose parts are next.
struct Recorded<'r> {
    record: &'r Record,
    next: &'r Cell<usize>,
}

impl Serialize for Recorded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let part = self.record.parts.get(self.next.get()).copied().unwrap_or(Part::Null);
        self.next.set(self.next.get() + 1);
        match part {
            Part::Null => serializer.serialize_unit(),
            Part::Bool(bool) => serializer.serialize_bool(bool),
            Part::Int(int) => serializer.serialize_i64(int),
            Part::Float(float) => serializer.serialize_f64(float),
            Part::Text(start, end) => serializer.serialize_str(&self.record.texts[start..end]),
            Part::Field(name) => serializer.serialize_str(name),
            Part::List(length) => {
                let mut list = serializer.serialize_seq(Some(length))?;
                for _ in 0..length {
                    list.serialize_element(self)?;
                }
                list.end()
            }
            Part::Map(length) => {
                let mut map = serializer.serialize_map(Some(length))?;
                for _ in 0..length {
                    map.serialize_entry(self, self)?;
                }
                map.end()
            }
        }
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

type Never = Impossible<(), SerializeFault>;

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

    fn serialize_bool(self, value: bool) -> Result<(), SerializeFault> {
        self.add(Part::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<(), SerializeFault> {
        self.add(Part::Int(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<(), SerializeFault> {
        self.add(Part::Int(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<(), SerializeFault> {
        self.add(Part::Int(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<(), SerializeFault> {
        self.add(Part::Int(value))
    }

    fn serialize_u8(self, value: u8) -> Result<(), SerializeFault> {
        self.add(Part::Int(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<(), SerializeFault> {
        self.add(Part::Int(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<(), SerializeFault> {
        self.add(Part::Int(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<(), SerializeFault> {
        match i64::try_from(value) {
            Ok(value) => self.add(Part::Int(value)),
            Err(_) => none("number beyond 64 bits"),
        }
    }

    fn serialize_f32(self, value: f32) -> Result<(), SerializeFault> {
        self.add(Part::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<(), SerializeFault> {
        self.add(Part::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<(), SerializeFault> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), SerializeFault> {
        let start = self.texts.len();
        self.texts.push_str(value);
        self.add(Part::Text(start, start + value.len()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), SerializeFault> {
        none("bytes")
    }

    fn serialize_none(self) -> Result<(), SerializeFault> {
        self.add(Part::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SerializeFault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), SerializeFault> {
        self.add(Part::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), SerializeFault> {
        self.add(Part::Null)
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

pub(super) struct ListRecorder<'r> {
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

pub(super) struct MapRecorder<'r> {
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

pub(super) struct ObjectRecorder<'r> {
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
