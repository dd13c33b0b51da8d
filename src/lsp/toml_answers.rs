//! Answers what can be written in a TOML document of a project, and what it means.

use super::aside::{AsideDocument, AsideKind};
use super::toml_place::{TomlPart, TomlPlace, place};
use crate::config::{TomlField, TomlForm, expectations, settings};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, Hover, HoverContents,
    MarkupContent, MarkupKind, Position, TextEdit,
};

/// What can be written at a position.
pub(super) fn completions(document: &AsideDocument, position: Position) -> Vec<CompletionItem> {
    let (text, lines) = (&document.file.text, &document.lines);
    let Some(TomlPlace { tables, part, word }) = place(text, lines.offset(text, position)) else {
        return Vec::new();
    };
    let offered = |form: TomlForm| match (form, &part) {
        (TomlForm::Table(fields) | TomlForm::Tables(fields), TomlPart::Key | TomlPart::Header) => {
            let is_meant = |field: &TomlField| part == TomlPart::Key || field.form.is_table();
            let keys = fields.into_iter().filter(is_meant);
            keys.map(|field| (field.name, Some(field.meaning), CompletionItemKind::PROPERTY)).collect()
        }
        (form, TomlPart::Value { is_text, .. }) => values(form, *is_text),
        _ => Vec::new(),
    };
    let path = match &part {
        TomlPart::Value { key, .. } => [tables, key.clone()].concat(),
        _ => tables,
    };
    let found = form_at(document.kind, &path).map(offered).unwrap_or_default();
    let items = found.into_iter().map(|(label, meaning, kind)| CompletionItem {
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: lines.range(text, word.clone()),
            new_text: label.clone(),
        })),
        documentation: meaning.map(Documentation::String),
        kind: Some(kind),
        label,
        ..CompletionItem::default()
    });
    items.collect()
}

/// The values of a form, with quotes if there are none yet.
fn values(form: TomlForm, is_text: bool) -> Vec<(String, Option<String>, CompletionItemKind)> {
    let texts = match form {
        TomlForm::Boolean if !is_text => vec!["true".to_owned(), "false".to_owned()],
        TomlForm::Choice(texts) if !is_text => texts.iter().map(|text| format!("\"{text}\"")).collect(),
        TomlForm::Choices(texts) if !is_text => texts.iter().map(|text| format!("\"{text}\"")).collect(),
        TomlForm::Choice(texts) | TomlForm::Choices(texts) => texts,
        _ => Vec::new(),
    };
    texts.into_iter().map(|text| (text, None, CompletionItemKind::ENUM_MEMBER)).collect()
}

/// What the setting at a position means.
pub(super) fn hover(document: &AsideDocument, position: Position) -> Option<Hover> {
    let (text, lines) = (&document.file.text, &document.lines);
    let TomlPlace { tables, part, word } = place(text, lines.offset(text, position))?;
    let name = text.get(word.clone()).filter(|name| !name.is_empty())?;
    if let TomlPart::Value { .. } = part {
        return None;
    }
    let (TomlForm::Table(fields) | TomlForm::Tables(fields)) = form_at(document.kind, &tables)? else {
        return None;
    };
    let field = fields.into_iter().find(|field| field.name == name)?;
    let mut value = format!("**{}**: {}", field.name, field.meaning);
    if let TomlForm::Choice(texts) = &field.form
        && texts.len() < 12
    {
        let texts: Vec<String> = texts.iter().map(|text| format!("- `\"{text}\"`")).collect();
        value = format!("{value}\n\n{}", texts.join("\n"));
    }
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(lines.range(text, word)) })
}

/// The form of the value at a path.
fn form_at(kind: AsideKind, path: &[String]) -> Option<TomlForm> {
    let whole = match kind {
        AsideKind::Settings => settings(),
        AsideKind::Expectations => expectations(),
        AsideKind::Lock | AsideKind::Manifests | AsideKind::Foreign => return None,
    };
    path.iter().try_fold(TomlForm::Table(whole), |form, name| match form {
        TomlForm::Table(fields) | TomlForm::Tables(fields) => {
            fields.into_iter().find(|field| field.name == *name).map(|field| field.form)
        }
        TomlForm::Named(inner) => Some(*inner),
        _ => None,
    })
}
