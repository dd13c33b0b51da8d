//! Records a typed object as a list of parts, with its fields in the order in which people write them.

mod recorder;

use crate::kubernetes::schema::ObjectSchema;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use std::cell::Cell;

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
