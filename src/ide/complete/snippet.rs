//! Renders rows of the vocabulary and fields of the schema as text with placeholders.

use crate::kubernetes::schema::{Field, FieldType};
use crate::model::WorkloadKind;
use crate::statement::{Body, Clause, Need, Slot, StatementSpec, ValueType};
use crate::steps::StepKind;
use crate::vocabulary::CONTAINERS;

/// A statement with placeholders for what it needs.
pub(super) fn entry(entry: &StatementSpec) -> String {
    let name = entry.name;
    if WorkloadKind::of(name).is_some() && entry.places.contains(&crate::statement::StatementPlace::File) {
        let schedule = if name == "cronjob" { " \"${2:@daily}\"" } else { "" };
        // The default policy of pods is not allowed here, so it must be set.
        let policy = if matches!(name, "job" | "cronjob") { "  restartPolicy ${5:Never}\n" } else { "" };
        return format!(
            "{name} ${{1:name}}{schedule} {{\n{policy}  app ${{3:app}} {{\n    image \"${{4:image}}\"\n  }}\n}}"
        );
    }
    match name {
        "initflow" => return "initflow 1".into(),
        "param" => return "param ${1:name}: ${2:string}".into(),
        "let" => return "let ${1:name} = $0".into(),
        "template" => return "template ${1:app} ${2:name}($3) {\n  $0\n}".into(),
        "step" | "sidecar" | "app" => {
            return format!("{name} ${{1:name}} {{\n  image \"${{2:image}}\"\n  $0\n}}");
        }
        "part" => return "part ${1:name} from ${2:template}($0)".into(),
        name if CONTAINERS.contains(&name) => {
            let required = StepKind::of(name).map(|kind| format!("  {}\n", required(kind)));
            return format!("{name} ${{1:name}} {{\n{}  $0\n}}", required.unwrap_or_default());
        }
        _ => {}
    }
    let mut number = 1;
    let mut text = name.to_owned();
    let mut chosen = false;
    for slot in entry.head {
        match slot {
            Slot::One(name, ty) | Slot::Many(name, ty) => push(&mut text, name, *ty, &mut number),
            Slot::Clause(clause) => {
                let first = clause.need == Need::OneOf && !chosen;
                chosen |= first;
                if first || clause.need == Need::Required {
                    text.push(' ');
                    text.push_str(&self::clause(clause, &mut number));
                }
            }
            Slot::Maybe(..) | Slot::Free(_) => {}
        }
    }
    if entry.head.iter().any(|slot| matches!(slot, Slot::Free(_))) {
        text.push_str(" $1");
    }
    if entry.body == Body::Required {
        text.push_str(" {\n  $0\n}");
    }
    text
}

/// The statements that a built-in step cannot do without, with placeholders.
fn required(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Fetch => {
            "from \"${2:https://example.com/data.json}\"\n  into ${3:volume} \"${4:data.json}\""
        }
        StepKind::Clone => "repo \"${2:https://example.com/repository.git}\"\n  into ${3:volume}",
        StepKind::Wait => "tcp \"${2:database:5432}\"",
        StepKind::Migrate => "image \"${2:image}\"\n  run \"${3:command}\"",
        StepKind::Copy => "image \"${2:image}\"\n  from ${3:/path}\n  into ${4:volume}",
        StepKind::Own => "volume ${2:volume}\n  user ${3:10001}",
        StepKind::Render => {
            "from ${2:volume} \"${3:template}\"\n  into ${4:volume} \"${5:path}\"\n  vars [\"${6:NAME}\"]\n  env { ${6:NAME} \"${7:value}\" }"
        }
        StepKind::Secrets => {
            "from vault \"${2:secret/data/app}\"\n  role \"${3:app}\"\n  address \"${4:https://vault.example.com}\"\n  into ${5:volume} \"${6:app.json}\""
        }
    }
}

/// A clause with placeholders for its values.
pub(super) fn clause(clause: &Clause, number: &mut usize) -> String {
    let mut text = clause.word.to_owned();
    for slot in clause.values {
        if let Slot::One(name, ty) | Slot::Many(name, ty) = slot {
            push(&mut text, name, *ty, number);
        }
    }
    text
}

fn push(text: &mut String, name: &str, ty: ValueType, number: &mut usize) {
    let plain = name.trim_matches(['"', '\'']);
    let place = format!("${{{number}:{plain}}}");
    text.push(' ');
    match ty {
        ValueType::Text | ValueType::TextOrList => text.extend(["\"", &place, "\""]),
        ValueType::TextList => text.extend(["[\"", &place, "\"]"]),
        ValueType::Path | ValueType::AnyPath => text.extend(["${", &number.to_string(), ":/", plain, "}"]),
        _ => text.push_str(&place),
    }
    *number += 1;
}

/// A field with placeholders for its value.
pub(super) fn field(field: &Field) -> String {
    let name = field.name;
    match &field.ty {
        FieldType::Object(_)
        | FieldType::Map(_)
        | FieldType::Any
        | FieldType::List(FieldType::Object(_) | FieldType::Map(_)) => format!("{name} {{\n  $0\n}}"),
        FieldType::List(FieldType::Text) => format!("{name} [\"$1\"]"),
        FieldType::List(_) => format!("{name} [$1]"),
        FieldType::Text | FieldType::Time => format!("{name} \"$1\""),
        _ => format!("{name} $1"),
    }
}
