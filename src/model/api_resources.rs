//! Rewrites requests and limits in the API's form as the statements that set them.

use super::resolve::Resolver;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix};
use crate::syntax::tree::{Statement, SyntaxValue, ValueKind};

/// A resource with the text of its request and of its limit.
struct Amounts<'a> {
    name: &'a str,
    request: Option<String>,
    limit: Option<String>,
}

impl Resolver<'_> {
    /// Reports `resources { requests { … } limits { … } }`, or one of the two, with the statements that set the same.
    pub(super) fn api_resources(&mut self, statement: &Statement) -> bool {
        let blocks: Vec<&Statement> = match (&statement.block, statement.name.text.as_str()) {
            (Some(block), "resources") => block.statements.iter().collect(),
            (_, "requests" | "limits") => vec![statement],
            _ => return false,
        };
        let is_amounts = |block: &&Statement| matches!(block.name.text.as_str(), "requests" | "limits");
        let Some(first) = blocks.iter().copied().find(|block| is_amounts(block)) else { return false };
        if self.is_recording() {
            return true;
        }
        let headline = format!("`{}` cannot be set by its name in the API", first.name.text);
        let error = Diagnostic::error(Code::UseTheStatement, first.name.span, headline)
            .here("a field of the Kubernetes API");
        let amounts = blocks.iter().all(is_amounts).then(|| self.amounts(&blocks)).flatten();
        let Some(written) = amounts.map(|amounts| amounts.iter().map(Amounts::written).collect::<Vec<_>>())
        else {
            self.report(error.help("write `cpu 250m..1`, `memory 256Mi..512Mi` and `resource \"NAME\" 1`"));
            return true;
        };
        let title = format!("write `{}`", written.join("; "));
        let separator = if written.len() > 1 { self.line_break(statement.span) } else { String::new() };
        let edits = vec![Edit { span: statement.span, text: written.join(&separator) }];
        let fix = Fix { title: title.clone(), edits, applicability: Applicability::Safe };
        self.report(Diagnostic { fix: Some(fix), ..error.help(title) });
        true
    }

    /// The amounts in the blocks, if all of them are plain.
    fn amounts<'a>(&self, blocks: &[&'a Statement]) -> Option<Vec<Amounts<'a>>> {
        let mut all: Vec<Amounts> = Vec::new();
        for block in blocks {
            for entry in &block.block.as_ref()?.statements {
                let [value] = entry.values.as_slice() else { return None };
                let text = self.plain_amount(value).filter(|_| entry.block.is_none())?;
                let name = entry.name.text.as_str();
                let at = all.iter().position(|known| known.name == name).unwrap_or(all.len());
                if at == all.len() {
                    all.push(Amounts { name, request: None, limit: None });
                }
                let known = all.get_mut(at)?;
                let place = if block.name.text == "requests" { &mut known.request } else { &mut known.limit };
                if place.replace(text).is_some() {
                    return None;
                }
            }
        }
        (!all.is_empty()).then_some(all)
    }

    /// The text of an amount, without the quotes that the API's form has.
    fn plain_amount(&self, value: &SyntaxValue) -> Option<String> {
        let text = self.spelling(value.span);
        match &value.kind {
            ValueKind::Number(_) | ValueKind::Word(_) => Some(text),
            ValueKind::Text(_) => {
                let inner = text.trim_matches(['"', '\'']);
                let is_plain = inner.starts_with(|first: char| first.is_ascii_digit())
                    && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
                is_plain.then(|| inner.to_owned())
            }
            _ => None,
        }
    }
}

impl Amounts<'_> {
    /// The statement that sets both.
    fn written(&self) -> String {
        let range = match (self.request.as_deref(), self.limit.as_deref()) {
            (Some(request), Some(limit)) if request == limit && !self.is_own() => limit.to_owned(),
            (Some(request), Some(limit)) => format!("{request}..{limit}"),
            (None, Some(limit)) if !self.is_own() => limit.to_owned(),
            (None, Some(limit)) => format!("..{limit}"),
            (request, None) => request.unwrap_or_default().to_owned(),
        };
        match self.name {
            "ephemeral-storage" => format!("storage {range}"),
            "cpu" | "memory" => format!("{} {range}", self.name),
            name => format!("resource \"{name}\" {range}"),
        }
    }

    /// Whether the language has a statement for the resource.
    fn is_own(&self) -> bool {
        matches!(self.name, "cpu" | "memory" | "ephemeral-storage")
    }
}
