//! Rewrites what is written in the API's form as the statement of the language that means the same.

use super::resolve::Resolver;
use crate::diagnostic::Applicability::{self, Safe, Unsafe};
use crate::diagnostic::{Edit, Fix};
use crate::source::Span;
use crate::syntax::tree::{Block, Statement, ValueKind};
use crate::vocabulary::REPLACED;

impl Resolver<'_> {
    /// The fix that turns a statement under the API's name into the language's own, if it has all that this needs.
    pub(super) fn own_form(&self, statement: &Statement) -> Option<Fix> {
        let whole = |text: String| vec![Edit { span: statement.span, text }];
        let block = statement.block.as_deref().filter(|_| statement.values.is_empty());
        let (edits, applicability) = match statement.name.text.as_str() {
            "containers" => self.renamed(statement, "app", block?)?,
            "initContainers" => self.renamed(statement, "step", block?)?,
            "volumes" => self.renamed(statement, "volume", block?)?,
            "ports" => (whole(self.ports(statement)?), Safe),
            "volumeMounts" => (whole(self.volume_mount(block?)?), Safe),
            "readinessProbe" => (whole(self.short_probe("ready", block?)?), Safe),
            "livenessProbe" => (whole(self.short_probe("alive", block?)?), Safe),
            "startupProbe" => (whole(self.short_probe("started", block?)?), Safe),
            _ => return None,
        };
        let title = match edits.as_slice() {
            [Edit { text, .. }] if !text.contains('\n') => format!("write `{text}`"),
            [Edit { text, .. }, ..] if edits.len() > 1 => format!("write `{text} {{ … }}`"),
            _ => "write a statement for each item".to_owned(),
        };
        Some(Fix { title, edits, applicability })
    }

    /// A block with its name inside, as a statement that has the name in its head.
    fn renamed(
        &self,
        statement: &Statement,
        keyword: &str,
        block: &Block,
    ) -> Option<(Vec<Edit>, Applicability)> {
        let at = block.statements.iter().position(|inside| inside.name.text == "name")?;
        let named = &block.statements[at];
        let name = self.named_in_head(named)?;
        let end = block.statements.get(at + 1).map_or(named.span.end, |next| next.span.start);
        let is_replaced = |inside: &Statement| REPLACED.iter().any(|(name, _)| *name == inside.name.text);
        let applicability = if block.statements.iter().any(is_replaced) { Unsafe } else { Safe };
        let edits = vec![
            Edit { span: statement.name.span, text: format!("{keyword} {name}") },
            Edit { span: Span { end, ..named.span }, text: String::new() },
        ];
        Some((edits, applicability))
    }

    /// `ports [80, 443]` or `ports { containerPort 80 }`
    fn ports(&self, statement: &Statement) -> Option<String> {
        if let ([list], None) = (statement.values.as_slice(), &statement.block) {
            let ValueKind::List(items) = &list.kind else { return None };
            let is_number = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit());
            let ports: Option<Vec<String>> = items
                .iter()
                .map(|item| {
                    let text = self.spelling(item.span);
                    Some(format!("port {}", Some(text.as_str()).filter(is_number)?))
                })
                .collect();
            let ports = ports.filter(|ports| !ports.is_empty())?;
            return Some(ports.join(&self.line_break(statement.span)));
        }
        let (mut name, mut number, mut rest) = (String::new(), None, String::new());
        for field in &statement.block.as_ref()?.statements {
            match field.name.text.as_str() {
                "name" => name = format!("{} ", self.named_in_head(field)?),
                "containerPort" => number = Some(self.only_value(field)?),
                "protocol" => {
                    let protocol = self.only_value(field)?.trim_matches('"').to_ascii_lowercase();
                    rest = if protocol == "tcp" { rest } else { format!(" {protocol}{rest}") };
                }
                "hostPort" => rest = format!("{rest} host {}", self.only_value(field)?),
                _ => return None,
            }
        }
        Some(format!("port {name}{}{rest}", number?))
    }

    /// `volumeMounts { name "data"; mountPath "/data" }`
    fn volume_mount(&self, block: &Block) -> Option<String> {
        let (mut name, mut path, mut only, mut sub) = (None, None, "", String::new());
        for field in &block.statements {
            match field.name.text.as_str() {
                "name" => name = Some(self.named_in_head(field)?),
                "mountPath" => path = Some(self.only_value(field)?),
                "readOnly" if self.only_value(field)? == "true" => only = " readonly",
                "subPath" => sub = format!(" sub {}", self.only_value(field)?),
                _ => return None,
            }
        }
        Some(format!("mounts {} at {}{only}{sub}", name?, path?))
    }

    /// `livenessProbe { httpGet { path "/"; port 80 } }`
    fn short_probe(&self, keyword: &str, block: &Block) -> Option<String> {
        let (mut handler, mut clauses) = (None, String::new());
        for field in &block.statements {
            let clause = match field.name.text.as_str() {
                "httpGet" | "tcpSocket" => {
                    handler = Some(self.short_handler(field)?);
                    continue;
                }
                "periodSeconds" => "every",
                "timeoutSeconds" => "timeout",
                "initialDelaySeconds" => "delay",
                "failureThreshold" => "failures",
                "successThreshold" => "successes",
                _ => return None,
            };
            let unit = if matches!(clause, "failures" | "successes") { "" } else { "s" };
            clauses.extend([" ", clause, " ", &self.only_value(field)?, unit]);
        }
        Some(format!("{keyword} {}{clauses}", handler?))
    }

    fn short_handler(&self, handler: &Statement) -> Option<String> {
        let (mut scheme, mut port, mut path) = ("http", None, String::new());
        for field in &handler.block.as_ref()?.statements {
            match field.name.text.as_str() {
                "port" => port = Some(self.only_value(field)?),
                "path" => path = format!(" {}", self.only_value(field)?),
                "scheme" => match self.only_value(field)?.trim_matches('"') {
                    "HTTPS" => scheme = "https",
                    "HTTP" => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
        let word = if handler.name.text == "tcpSocket" { "tcp" } else { scheme };
        Some(format!("{word} {}{path}", port?))
    }

    /// The one value of a statement, as it is written.
    fn only_value(&self, statement: &Statement) -> Option<String> {
        match (statement.values.as_slice(), &statement.block) {
            ([value], None) => Some(self.spelling(value.span)),
            _ => None,
        }
    }

    /// The text of a statement as a name in a head: without quotes if it is a word.
    fn named_in_head(&self, statement: &Statement) -> Option<String> {
        let written = self.only_value(statement)?;
        let word = written.trim_matches('"');
        let is_word = word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        Some(if is_word { word.to_owned() } else { written })
    }
}
