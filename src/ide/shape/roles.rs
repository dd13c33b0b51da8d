//! The values of a statement to what each is.
//!
//! Invariant: there are as many roles as values.

use super::{Meaning, Role, Shaped, word};
use crate::kubernetes::schema::FieldType;
use crate::statement::{Slot, ValueType};
use crate::syntax::tree::{Operator, SyntaxValue, ValueKind};

/// What the values of a statement are, one role a value.
pub fn roles(shaped: &Shaped) -> Vec<Role> {
    let values = shaped.statement.values.as_slice();
    match shaped.meaning {
        Meaning::Entry(entry) => match entry.name {
            "let" => declaration(values, Role::Expression),
            "param" => declaration(values, Role::TypeWord),
            "template" => {
                let roles = [Role::Kind, Role::Template].into_iter().chain(std::iter::repeat(Role::Unknown));
                roles.take(values.len()).collect()
            }
            "defaults" => vec![Role::Kind; values.len()],
            "when" => values.iter().map(expression).collect(),
            "else" => {
                let when = |at: usize, value: &SyntaxValue| {
                    if at == 0 && word(value) == Some("when") {
                        Role::Keyword(None)
                    } else {
                        expression(value)
                    }
                };
                values.iter().enumerate().map(|(at, value)| when(at, value)).collect()
            }
            _ => head(entry.head, values),
        },
        Meaning::Field(_, field) => vec![Role::Field(&field.ty); values.len()],
        Meaning::Variable => vec![Role::Variable; values.len()],
        Meaning::Key(ty) => vec![Role::Field(ty); values.len()],
        Meaning::Resource => vec![Role::Slot("amount", ValueType::Memory); values.len()],
        Meaning::Free => vec![Role::Field(&FieldType::Any); values.len()],
        Meaning::Unknown => vec![Role::Unknown; values.len()],
    }
}

/// `name = …`, or `name: type = …`: what stands before the `=` is of the kind that is given.
fn declaration(values: &[SyntaxValue], before: Role) -> Vec<Role> {
    let mut role = before;
    let each = |(at, value): (usize, &SyntaxValue)| match value.kind {
        ValueKind::Operator(operator) => {
            if operator == Operator::Assign {
                role = Role::Expression;
            }
            Role::Operator
        }
        _ if at == 0 => Role::Declares,
        _ => role,
    };
    values.iter().enumerate().map(each).collect()
}

fn expression(value: &SyntaxValue) -> Role {
    if matches!(value.kind, ValueKind::Operator(_)) { Role::Operator } else { Role::Expression }
}

/// The values of a head by its slots: plain values first, then clauses.
fn head(slots: &'static [Slot], values: &[SyntaxValue]) -> Vec<Role> {
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
        let role = match (open.split_first(), clause_of(value)) {
            (Some((Slot::One(name, ty), rest)), _) | (Some((Slot::Maybe(name, ty), rest)), None) => {
                open = rest;
                slot_role(name, *ty)
            }
            (_, Some(clause)) => {
                open = clause.values;
                Role::Keyword(Some(clause))
            }
            _ => Role::Unknown,
        };
        roles.push(role);
    }
    roles
}

fn slot_role(name: &'static str, ty: ValueType) -> Role {
    if ty == ValueType::Name { Role::Declares } else { Role::Slot(name, ty) }
}
