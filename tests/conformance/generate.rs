//! A number to a program: made of the vocabulary and the schema, with knowledge only where types do not say it.
//!
//! Most of the programs compile. Each has a field that it is to have, in turn, so that some thousand have them all.

mod containers;
mod fields;
mod mutate;
mod repair;
mod reuse;
mod steps;
mod texts;
mod values;
mod volumes;
mod workload;

use crate::size;
use crate::source::Program;
use fastrand::Rng;
use initflow::kubernetes::schema::{self, FieldType, ObjectSchema};
use initflow::kubernetes::version::Version;
use std::collections::HashSet;
use volumes::Volume;

/// The program of a number.
pub(crate) fn program(case: u64) -> Program {
    let mut generator = Generator::new(case);
    let mut program = generator.program();
    // Half of them are as they were thought out; the others are perhaps no longer right.
    for _ in 0..generator.rng.usize(..4).saturating_sub(1) {
        mutate::mutate(&mut program, &mut generator.rng);
    }
    program
}

/// What a program is made from, and what it has so far.
#[allow(clippy::struct_excessive_bools)]
struct Generator {
    rng: Rng,
    version: Version,
    /// The object and the field that this program is to have.
    focus: (&'static str, &'static str),
    /// The objects in which the focus can be.
    towards: HashSet<&'static str>,
    /// How deep the object that is being made is in others.
    depth: usize,
    /// How many names have been given.
    serial: usize,
    /// The keyword of the workload.
    kind: &'static str,
    /// Whether the pod is for Windows.
    windows: bool,
    /// Whether the pod has a user namespace of its own.
    own_users: bool,
    /// Whether the pod's containers are never started again.
    never_restarts: bool,
    /// Whether the container that is being made is a step.
    is_step: bool,
    /// Whether references to fields are for files, not for variables.
    in_volume: bool,
    volumes: Vec<Volume>,
    /// Containers that others can come after.
    steps: Vec<String>,
    /// All containers.
    containers: Vec<String>,
    /// The resource claims of the pod.
    claims: Vec<String>,
    /// The named ports of the container that is being made.
    ports: Vec<String>,
}

/// Every field of the schema, with its object.
pub(crate) fn all_fields() -> Vec<(&'static ObjectSchema, &'static schema::Field)> {
    let objects = schema::objects().iter();
    objects.flat_map(|object| object.fields.iter().map(|field| (*object, field))).collect()
}

/// Whether no program can have a field: what belongs to running pods, and has no statement.
pub(crate) fn is_out_of_reach(object: &str, field: &str) -> bool {
    object == "EphemeralContainer" || field == "ephemeralContainers"
}

impl Generator {
    fn new(case: u64) -> Self {
        let mut rng = size::rng(case);
        let mut fields = all_fields();
        fields.retain(|(object, field)| !is_out_of_reach(object.name, field.name));
        let (object, field) = fields[usize::try_from(case).unwrap_or_default() % fields.len()];
        let version =
            if rng.bool() { Version::NEWEST } else { Version::ALL[rng.usize(..Version::ALL.len())] };
        Self {
            version,
            focus: (object.name, field.name),
            towards: towards(object.name),
            depth: 0,
            serial: 0,
            kind: "pod",
            windows: false,
            own_users: false,
            never_restarts: false,
            is_step: false,
            in_volume: false,
            volumes: Vec::new(),
            steps: Vec::new(),
            containers: Vec::new(),
            claims: Vec::new(),
            ports: Vec::new(),
            rng,
        }
    }

    /// Whether something of so many percent happens.
    fn chance(&mut self, percent: usize) -> bool {
        self.rng.usize(..100) < percent
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.rng.usize(..items.len())].clone()
    }

    /// A name that nothing else has.
    fn fresh(&mut self, what: &str) -> String {
        self.serial += 1;
        format!("{what}{}", self.serial)
    }
}

/// The objects that have an object somewhere within, and itself.
fn towards(name: &'static str) -> HashSet<&'static str> {
    let mut found = HashSet::from([name]);
    loop {
        let before = found.len();
        for object in schema::objects() {
            if object
                .fields
                .iter()
                .filter(|field| !is_out_of_reach(object.name, field.name))
                .any(|field| inner(&field.ty).is_some_and(|inner| found.contains(inner.name)))
            {
                found.insert(object.name);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The object that a type is of, or lists.
fn inner(ty: &FieldType) -> Option<&'static ObjectSchema> {
    match ty {
        FieldType::Object(object) => Some(object),
        FieldType::List(item) | FieldType::Map(item) => inner(item),
        _ => None,
    }
}
