//! Determines what each value of a statement is.
//!
//! Invariant: there are as many roles as values.

use super::{Meaning, Shaped, ValueRole, word};
use crate::kubernetes::schema::FieldType;
use crate::statement::{Slot, ValueType};
use crate::syntax::tree::{Operator, SyntaxValue, ValueKind};
use crate::vocabulary::{is_name, passes_over};

/// The role of each value of a statement.
pub(crate) fn roles(shaped: &Shaped) -> Vec<ValueRole> {
    let values = shaped.statement.values.as_slice();
    match shaped.meaning {
        Meaning::Entry(entry) => match entry.name {
            "let" => declaration(values, ValueRole::Expression),
            "param" => declaration(values, ValueRole::TypeWord),
            "template" => {
                let roles = [ValueRole::Kind, ValueRole::Template]
                    .into_iter()
                    .chain(std::iter::repeat(ValueRole::Unknown));
                roles.take(values.len()).collect()
            }
            "defaults" => vec![ValueRole::Kind; values.len()],
            "when" => values.iter().map(expression).collect(),
            "else" => {
                let when = |at: usize, value: &SyntaxValue| {
                    if at == 0 && word(value) == Some("when") {
                        ValueRole::Keyword(None)
                    } else {
                        expression(value)
                    }
                };
                values.iter().enumerate().map(|(at, value)| when(at, value)).collect()
            }
            _ => head(entry.head, values),
        },
        Meaning::Field(_, field) => vec![ValueRole::Field(&field.ty); values.len()],
        Meaning::Variable => vec![ValueRole::Variable; values.len()],
        Meaning::Key(ty) => vec![ValueRole::Field(ty); values.len()],
        Meaning::Resource => vec![ValueRole::Slot("amount", ValueType::Memory); values.len()],
        Meaning::Free => vec![ValueRole::Field(&FieldType::Any); values.len()],
        Meaning::Unknown => vec![ValueRole::Unknown; values.len()],
    }
}

/// `name = …`, or `name: type = …`: what comes before the `=` has the role `before`.
fn declaration(values: &[SyntaxValue], before: ValueRole) -> Vec<ValueRole> {
    let mut role = before;
    let each = |(at, value): (usize, &SyntaxValue)| match value.kind {
        ValueKind::Operator(operator) => {
            if operator == Operator::Assign {
                role = ValueRole::Expression;
            }
            ValueRole::Operator
        }
        _ if at == 0 => ValueRole::Declares,
        _ => role,
    };
    values.iter().enumerate().map(each).collect()
}

fn expression(value: &SyntaxValue) -> ValueRole {
    if matches!(value.kind, ValueKind::Operator(_)) { ValueRole::Operator } else { ValueRole::Expression }
}

/// The values of a head by its slots: plain values first, then clauses.
fn head(slots: &'static [Slot], values: &[SyntaxValue]) -> Vec<ValueRole> {
    let clause_of = |value: &SyntaxValue| {
        let word = word(value)?;
        slots.iter().find_map(|slot| match slot {
            Slot::Clause(clause) if clause.word == word => Some(*clause),
            _ => None,
        })
    };
    let plain =
        || slots.iter().filter(|slot| matches!(slot, Slot::One(..) | Slot::Maybe(..) | Slot::Many(..)));
    let needed = plain().filter(|slot| !matches!(slot, Slot::Maybe(..))).count().min(values.len());
    let given = needed + values[needed..].iter().take_while(|value| clause_of(value).is_none()).count();
    let mut spare = given - needed;
    let mut roles = Vec::with_capacity(values.len());
    for slot in plain() {
        let (name, ty, count) = match *slot {
            Slot::One(name, ty) => (name, ty, 1),
            Slot::Maybe(name, ty) => (name, ty, spare.min(1)),
            Slot::Many(name, ty) => (name, ty, 1 + spare),
            Slot::Clause(_) | Slot::Free(_) => continue,
        };
        match slot {
            Slot::Maybe(..) => spare -= count,
            Slot::Many(..) => spare = 0,
            _ => {}
        }
        let left = given - roles.len().min(given);
        roles.extend(std::iter::repeat_n(slot_role(name, ty), count.min(left)));
    }
    let mut open: &[Slot] = &[];
    for value in &values[roles.len()..] {
        while let Some((_, rest)) = open.split_first().filter(|(slot, _)| passes_over(slot, value)) {
            open = rest;
        }
        let role = match (open.split_first(), clause_of(value)) {
            (Some((Slot::One(name, ty), rest)), _) | (Some((Slot::Maybe(name, ty), rest)), None) => {
                open = rest;
                slot_role(name, *ty)
            }
            (Some((slot @ Slot::Maybe(name, ty), rest)), Some(clause)) if is_name(slot, clause) => {
                open = rest;
                slot_role(name, *ty)
            }
            (_, Some(clause)) => {
                open = clause.values;
                ValueRole::Keyword(Some(clause))
            }
            _ => ValueRole::Unknown,
        };
        roles.push(role);
    }
    roles
}

fn slot_role(name: &'static str, ty: ValueType) -> ValueRole {
    if ty == ValueType::Name { ValueRole::Declares } else { ValueRole::Slot(name, ty) }
}
