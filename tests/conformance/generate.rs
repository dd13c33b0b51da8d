//! Generates a program from a number, with the vocabulary and the schema, and with extra knowledge only where types are not
//! enough.
//!
//! Most of the programs compile. The programs take turns to have each field, so a few thousand programs have all fields.

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
    // Half of the programs stay as generated; the others are changed, and may not compile.
    for _ in 0..generator.rng.usize(..4).saturating_sub(1) {
        mutate::mutate(&mut program, &mut generator.rng);
    }
    program
}

/// The state while a program is generated.
#[allow(clippy::struct_excessive_bools)]
struct Generator {
    rng: Rng,
    version: Version,
    /// The object and the field that this program must have.
    focus: (&'static str, &'static str),
    /// The objects in which the focus can be.
    towards: HashSet<&'static str>,
    /// How deeply the current object is nested in others.
    depth: usize,
    /// How many names have been used.
    serial: usize,
    /// The keyword of the workload.
    kind: &'static str,
    /// Whether the pod is for Windows.
    windows: bool,
    /// Whether the pod has its own user namespace.
    own_users: bool,
    /// Whether the containers of the pod are never restarted.
    never_restarts: bool,
    /// Whether the current container is a step.
    is_step: bool,
    /// Whether references to fields are for files, not for variables.
    in_volume: bool,
    volumes: Vec<Volume>,
    /// Containers that other containers can start after.
    steps: Vec<String>,
    /// All containers.
    containers: Vec<String>,
    /// The resource claims of the pod.
    claims: Vec<String>,
    /// The named ports of the current container.
    ports: Vec<String>,
}

/// Every field of the schema, with its object.
pub(crate) fn all_fields() -> Vec<(&'static ObjectSchema, &'static schema::Field)> {
    let objects = schema::objects().iter();
    objects.flat_map(|object| object.fields.iter().map(|field| (*object, field))).collect()
}

/// Whether no program can have a field, because it belongs to running pods and has no statement.
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

    /// Returns true with a probability of so many percent.
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

/// The objects that contain an object at any depth, and the object itself.
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

/// The object of a type, also of a list of objects.
fn inner(ty: &FieldType) -> Option<&'static ObjectSchema> {
    match ty {
        FieldType::Object(object) => Some(object),
        FieldType::List(item) | FieldType::Map(item) => inner(item),
        _ => None,
    }
}
