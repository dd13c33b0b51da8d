//! Determines what the block of a statement holds.
//!
//! Invariant: it depends only on the statement and the block around it.

use super::{Inside, Meaning, word};
use crate::kubernetes::schema::{self, FieldType};
use crate::model::WorkloadKind;
use crate::statement::{Body, StatementSpec};
use crate::syntax::tree::Statement;
use crate::vocabulary::CONTAINERS;

/// What the block of a statement holds.
pub(super) fn body(statement: &Statement, meaning: Meaning, inside: Inside) -> Inside {
    match meaning {
        Meaning::Entry(entry) => entry_body(statement, entry, inside),
        Meaning::Field(object, field) => match (object.name, field.name) {
            ("StatefulSetSpec", "volumeClaimTemplates") => Inside::Object(&schema::PERSISTENT_VOLUME_CLAIM),
            _ => of_type(&field.ty),
        },
        Meaning::Key(ty) => of_type(ty),
        Meaning::Free => Inside::Free,
        Meaning::Variable => Inside::Object(&schema::ENV_VAR),
        Meaning::Resource | Meaning::Unknown => Inside::Unknown,
    }
}

fn entry_body(statement: &Statement, entry: &'static StatementSpec, inside: Inside) -> Inside {
    match entry.name {
        "when" | "else" => inside,
        "template" => statement.values.first().and_then(word).map_or(Inside::Unknown, of_kind),
        "defaults" => {
            Inside::Container(statement.values.first().and_then(word).and_then(container).unwrap_or("step"))
        }
        "env" => Inside::Environment,
        "metadata" => Inside::Object(&schema::OBJECT_META),
        "budget" => Inside::Budget,
        "volume" => source(statement),
        "job" if matches!(inside, Inside::Workload(_)) => Inside::Template(&schema::JOB_SPEC),
        "pod" if matches!(inside, Inside::Workload(_)) => Inside::Template(&schema::POD_SPEC),
        name => match (of_kind(name), entry.body) {
            (Inside::Unknown, Body::Fields(object)) => {
                schema::object(object).map_or(Inside::Unknown, Inside::Object)
            }
            (known, _) => known,
        },
    }
}

/// What the block of a workload, a part or a container holds, by the word that opens it.
fn of_kind(name: &str) -> Inside {
    match (WorkloadKind::of(name), container(name)) {
        (Some(kind), _) => Inside::Workload(Some(kind)),
        (None, Some(container)) => Inside::Container(container),
        (None, None) if name == "part" => Inside::Workload(None),
        (None, None) => Inside::Unknown,
    }
}

fn container(name: &str) -> Option<&'static str> {
    CONTAINERS.iter().find(|container| **container == name).copied()
}

/// What the block of a volume holds: the other fields of the source that its head names, or any source.
fn source(statement: &Statement) -> Inside {
    let named = match statement.values.get(1).and_then(word) {
        Some("scratch" | "memory") => "emptyDir",
        Some("claim") => "persistentVolumeClaim",
        Some("secret") => "secret",
        Some("configmap") => "configMap",
        Some("host") => "hostPath",
        Some("image") => "image",
        _ => return Inside::Object(&schema::VOLUME),
    };
    schema::VOLUME.field(named).map_or(Inside::Unknown, |field| of_type(&field.ty))
}

fn of_type(ty: &'static FieldType) -> Inside {
    match ty {
        FieldType::Object(object) | FieldType::List(FieldType::Object(object)) => Inside::Object(object),
        FieldType::Map(inner) | FieldType::List(FieldType::Map(inner)) => Inside::Map(inner),
        FieldType::Any => Inside::Free,
        _ => Inside::Unknown,
    }
}
