//! Offers what may be written at a place.

use super::cursor::Cursor;
use super::project::Project;
use super::texts::Texts;
use crate::ide::complete::{Suggestion, SuggestionKind, complete as suggest};
use crate::ide::names::NameKind;
use serde_json::{Value, json};

pub(super) fn complete(project: &Project, texts: &Texts, cursor: &Cursor<'_>) -> Value {
    let (replaced, items) = suggest(&project.workspace, cursor.path, cursor.at, project.options.version);
    let [from, to] = texts.range(cursor.path, cursor.file.text(), replaced);
    let item = |item: Suggestion| {
        json!({
            "label": item.label,
            "detail": item.detail,
            "documentation": item.documentation,
            "snippet": item.snippet,
            "kind": kind(item.sort),
            "unsupported": item.unsupported,
        })
    };
    json!({ "from": from, "to": to, "items": items.into_iter().map(item).collect::<Vec<_>>() })
}

/// What sort of thing is offered, in the words that editors have icons for.
fn kind(sort: SuggestionKind) -> &'static str {
    match sort {
        SuggestionKind::Statement | SuggestionKind::Word => "keyword",
        SuggestionKind::Field => "property",
        SuggestionKind::Value => "enum",
        SuggestionKind::Function | SuggestionKind::Name(NameKind::Template) => "function",
        SuggestionKind::Parameter | SuggestionKind::Name(NameKind::Parameter | NameKind::Param) => "variable",
        SuggestionKind::Type => "type",
        SuggestionKind::File => "text",
        SuggestionKind::Name(NameKind::Let) => "constant",
        SuggestionKind::Name(NameKind::File) => "namespace",
        SuggestionKind::Name(NameKind::Workload | NameKind::Container) => "class",
        SuggestionKind::Name(NameKind::Volume | NameKind::Port) => "interface",
    }
}
