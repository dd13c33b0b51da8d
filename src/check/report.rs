//! Recurring patterns of rules: a node and what is asked of it, to a diagnostic at its place.
//!
//! Invariant: what is unresolved is passed over; each fault is reported once, however often a template repeats it.

use super::disturbed::Disturbed;
use crate::diagnostic::phrase::either;
use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use crate::kubernetes::names::{self, Fault, Form};
use crate::kubernetes::schema::Object;
use crate::kubernetes::version::{Support, Version};
use crate::object::{Entry, Node, Value};
use crate::source::Span;
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

/// The numbers of users and groups.
pub(super) const IDS: RangeInclusive<i64> = 0..=2_147_483_647;

/// Where the rules put what they find.
pub(super) struct Report<'a> {
    /// The targeted version.
    pub(super) version: Version,
    /// Where something may be missing only because it was not understood.
    pub(super) disturbed: Disturbed,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Where the name of the workload stands, which is the value of a label too.
    name: Option<Span>,
    /// Whether the API server takes the object in spite of what is found now.
    lenient: bool,
    seen: HashSet<(Code, Span, String)>,
}

impl<'a> Report<'a> {
    pub(super) fn new(version: Version, disturbed: Disturbed, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self { version, disturbed, diagnostics, name: None, lenient: false, seen: HashSet::new() }
    }

    /// Adds a diagnostic, unless the same was found at this place before, through another use of a template.
    pub(super) fn add(&mut self, mut diagnostic: Diagnostic) {
        if self.lenient {
            diagnostic.severity = Severity::Warning;
        }
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.headline.clone());
        if self.seen.insert(key) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Checks what the API server takes and only fails later, where that is so: then all that is found are warnings.
    pub(super) fn leniently(&mut self, lenient: bool, check: impl FnOnce(&mut Self)) {
        let outer = self.lenient;
        self.lenient |= lenient;
        check(self);
        self.lenient = outer;
    }

    /// Whether the API server drops a field unread, since its feature gate is off.
    pub(super) fn drops(&self, object: &Object, field: &str) -> bool {
        let since = object.field(field).map(|field| field.since.in_version(self.version));
        matches!(since, Some(Support::GateOff { .. }))
    }

    /// Goes on to the workload whose name stands here.
    pub(super) fn named(&mut self, name: Option<Span>) {
        self.name = name;
    }

    /// Adds a diagnostic about something that is missing, unless an error near it may be the reason.
    pub(super) fn add_missing(&mut self, diagnostic: Diagnostic) {
        if !self.disturbed.near(diagnostic.primary.span) {
            self.add(diagnostic);
        }
    }

    /// Asks for a text of a form; `what` says what the text is: `a container's name`.
    pub(super) fn form(&mut self, node: Option<&Node>, what: &str, form: Form) {
        if let Some(node) = node
            && let Some(text) = node.as_text()
        {
            self.text_form(text, node.span, what, form);
        }
    }

    /// As [`Report::form`], for a text that is no node.
    pub(super) fn text_form(&mut self, text: &str, span: Span, what: &str, form: Form) {
        let Some(fault) = form(text) else { return };
        let limit = if let Fault::TooLong(limit) = fault { limit } else { names::LABEL_LIMIT };
        let near = names::nearest_label(text, limit).filter(|near| form(near).is_none());
        let diagnostic = match fault {
            Fault::Empty => {
                Diagnostic::error(Code::InvalidName, span, format!("{what} is empty")).here("empty")
            }
            Fault::TooLong(limit) => too_long(text, span, what, limit),
            Fault::Form(form) => {
                Diagnostic::error(Code::InvalidName, span, format!("{what} cannot be `{}`", shown(text)))
                    .here("not a name that Kubernetes takes")
                    .help(format!("use {form}"))
            }
        };
        self.add(match (near, fault) {
            (Some(near), Fault::Form(_)) => renamed(diagnostic, span, text, &near),
            _ => diagnostic,
        });
    }

    /// Asks for the key of a label, or of what is keyed like one.
    pub(super) fn label_key(&mut self, entry: &Entry, what: &str, form: Form) {
        self.label_text(&entry.key, entry.key_span, what, form);
    }

    /// Asks for the value of a label.
    pub(super) fn label_value(&mut self, node: &Node) {
        // A label that the name implies is checked with the name.
        if let Some(text) = node.as_text().filter(|_| self.name != Some(node.span)) {
            self.label_text(text, node.span, "a label's value", names::label_value);
        }
    }

    fn label_text(&mut self, text: &str, span: Span, what: &str, form: Form) {
        let Some(fault) = form(text) else { return };
        let headline = match fault {
            Fault::Empty => format!("{what} is empty"),
            Fault::TooLong(limit) => {
                // Of a qualified name, each of the two parts has a limit of its own.
                let part = text.split('/').find(|part| part.len() > limit).unwrap_or(text);
                format!("{what} has {} characters, more than the {limit} that are allowed", part.len())
            }
            Fault::Form(_) => format!("{what} cannot be `{}`", shown(text)),
        };
        let mut diagnostic =
            Diagnostic::error(Code::InvalidLabel, span, headline).here("not allowed in a label");
        diagnostic = match fault {
            Fault::Form(form) => diagnostic.help(format!("use {form}")),
            Fault::TooLong(_) => diagnostic.help("shorten it, or use an annotation for long text"),
            Fault::Empty => diagnostic.help("give it a name such as `app.kubernetes.io/part-of`"),
        };
        self.add(diagnostic);
    }

    /// Asks for labels: qualified keys, and values of a label's form.
    pub(super) fn labels(&mut self, labels: Option<&Node>) {
        for entry in labels.map_or(&[][..], Node::entries) {
            self.label_key(entry, "a label's key", names::qualified);
            self.label_value(&entry.node);
        }
    }

    /// Asks for an integer in a range; `i64::MAX` as the upper end means that there is none.
    pub(super) fn in_range(&mut self, object: &Node, field: &str, range: &RangeInclusive<i64>) {
        let Some(node) = object.get(field) else { return };
        let Some(value) = node.as_int() else { return };
        self.number(node.span, field, value, range);
    }

    /// As [`Report::in_range`], for several fields that may not be negative.
    pub(super) fn not_negative(&mut self, object: &Node, fields: &[&str]) {
        for field in fields {
            self.in_range(object, field, &(0..=i64::MAX));
        }
    }

    /// Asks for a number in a range.
    pub(super) fn number(&mut self, span: Span, what: &str, value: i64, range: &RangeInclusive<i64>) {
        if range.contains(&value) {
            return;
        }
        let (low, high) = (*range.start(), *range.end());
        let allowed = if high == i64::MAX {
            format!("{low} or more")
        } else if low == high {
            format!("{low}")
        } else {
            format!("from {low} to {high}")
        };
        self.add(
            Diagnostic::error(Code::OutOfRange, span, format!("`{what}` is {value}, and must be {allowed}"))
                .here(format!("not {allowed}"))
                .help(format!("give a value that is {allowed}")),
        );
    }

    /// Asks that a container's name, where it is given, is one of the workload's.
    pub(super) fn known_container(&mut self, name: Option<&Node>, containers: &HashSet<&str>) {
        if let Some(name) = name
            && let Some(written) = name.as_text()
            && !containers.contains(written)
        {
            self.add(
                Diagnostic::error(
                    Code::UnknownContainer,
                    name.span,
                    format!("there is no container `{}`", shown(written)),
                )
                .here("not in this workload")
                .did_you_mean(name.span, written, containers.iter().copied()),
            );
        }
    }

    /// Asks for a field that is there and not empty; `owner` says whose: `a secret volume`.
    pub(super) fn required<'n>(
        &mut self,
        object: &'n Node,
        field: &str,
        owner: &str,
        at: Span,
    ) -> Option<&'n Node> {
        if matches!(object.value, Value::Unresolved) {
            return None;
        }
        let node = object.get(field);
        let empty = match node.map(|node| &node.value) {
            None => true,
            Some(Value::Text(text)) => text.is_empty(),
            Some(Value::List(items)) => items.is_empty(),
            Some(_) => false,
        };
        if !empty {
            return node;
        }
        let (span, headline, here) = match node {
            Some(node) => (node.span, format!("{owner} has an empty `{field}`"), "empty".to_string()),
            None => (at, format!("{owner} has no `{field}`"), format!("`{field}` is missing")),
        };
        let diagnostic = Diagnostic::error(Code::MissingField, span, headline)
            .here(here)
            .help(format!("say the `{field}`; Kubernetes refuses {owner} without it"));
        self.add_missing(diagnostic);
        None
    }

    /// Asks that two fields of an object do not stand together.
    pub(super) fn not_both(&mut self, object: &Node, first: &str, second: &str) {
        let (Some(one), Some(other)) = (entry(object, first), entry(object, second)) else { return };
        self.add(
            Diagnostic::error(
                Code::ConflictingFields,
                other.key_span,
                format!("`{second}` cannot stand beside `{first}`"),
            )
            .here("one of the two")
            .label(one.key_span, "the other")
            .help(format!("keep `{first}` or `{second}`, not both")),
        );
    }

    /// Refuses a field where another one, or the lack of it, rules it out; `why` goes on from "`field` ".
    pub(super) fn unmet(&mut self, span: Span, field: &str, why: &str, help: impl Into<String>) {
        self.add(
            Diagnostic::error(Code::UnmetRequirement, span, format!("`{field}` {why}"))
                .here("not possible here")
                .help(help),
        );
    }

    /// Asks for at most so many items.
    pub(super) fn at_most(&mut self, list: Option<&Node>, what: &str, limit: usize) {
        let Some(list) = list else { return };
        let count = list.items().len().max(list.entries().len());
        if count > limit {
            self.add(
                Diagnostic::error(
                    Code::TooManyItems,
                    list.span,
                    format!("`{what}` has {count} items, more than the {limit} that are allowed"),
                )
                .here(format!("{count} items"))
                .help(format!("leave at most {limit}")),
            );
        }
    }

    /// Asks that no two of these are the same; `what` says what they are.
    pub(super) fn distinct<'n>(&mut self, what: &str, items: impl IntoIterator<Item = (&'n str, Span)>) {
        let mut first = HashMap::new();
        for (text, span) in items {
            if let Some(first) = first.insert(text, span) {
                self.add(
                    Diagnostic::error(
                        Code::DuplicateItem,
                        span,
                        format!("the {what} `{text}` is given twice"),
                    )
                    .here("again")
                    .label(first, "first given here")
                    .help("remove one of the two"),
                );
            }
        }
    }

    /// Asks for exactly one of some fields: none is reported as `missing`, several as `several`.
    /// The answer is the first that there is.
    pub(super) fn exactly_one<'n>(
        &mut self,
        object: &'n Node,
        fields: &[&str],
        owner: &str,
        at: Span,
        names: OneOf,
    ) -> Option<&'n Entry> {
        if matches!(object.value, Value::Unresolved) {
            return None;
        }
        let mut found = object.entries().iter().filter(|entry| fields.contains(&entry.key.as_str()));
        let Some(first) = found.next() else {
            self.add_missing(
                Diagnostic::error(
                    names.missing,
                    at,
                    format!("{owner} says none of {}", either(fields.iter().copied())),
                )
                .here("one is needed")
                .help(format!("give one of {}", either(fields.iter().copied()))),
            );
            return None;
        };
        if let Some(second) = found.next() {
            self.add(
                Diagnostic::error(
                    names.several,
                    second.key_span,
                    format!("{owner} has both `{}` and `{}`", first.key, second.key),
                )
                .here("one too many")
                .label(first.key_span, "the first")
                .help(format!("keep one of {}", either(fields.iter().copied()))),
            );
        }
        Some(first)
    }
}

/// The names of the diagnostics about a one-of group.
#[derive(Clone, Copy)]
pub(super) struct OneOf {
    pub(super) missing: Code,
    pub(super) several: Code,
}

/// For what runs or asks something: probes and hooks.
pub(super) const HANDLER: OneOf = OneOf { missing: Code::MissingHandler, several: Code::SeveralHandlers };
/// For what has its content from somewhere: variables and volumes.
pub(super) const SOURCE: OneOf = OneOf { missing: Code::MissingSource, several: Code::SeveralSources };

/// The entry of a field that says something: not there if its value is empty.
pub(super) fn entry<'n>(object: &'n Node, field: &str) -> Option<&'n Entry> {
    let entry = object.as_map()?.entry(field)?;
    let empty = match &entry.node.value {
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    };
    (!empty).then_some(entry)
}

/// The text of a field.
pub(super) fn text<'n>(object: &'n Node, field: &str) -> Option<&'n str> {
    object.get(field).and_then(Node::as_text)
}

/// Whether a field is `true`.
pub(super) fn is_true(object: &Node, path: &str) -> bool {
    object.at(path).and_then(Node::as_bool) == Some(true)
}

/// The items of a list field.
pub(super) fn items<'n>(object: &'n Node, field: &str) -> &'n [Node] {
    object.get(field).map_or(&[], Node::items)
}

/// A text as a message shows it: in one line, and cut where it is long.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(60).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

/// A fix that puts another name in the place of a written one, in quotes where that one was.
pub(super) fn renamed(diagnostic: Diagnostic, span: Span, written: &str, name: &str) -> Diagnostic {
    let bare = span.range().len() == written.len();
    let quoted = span.range().len() == written.len() + 2;
    let word =
        name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') && !name.contains('.');
    let title = format!("write `{name}`");
    match (bare, quoted) {
        (true, _) if word => diagnostic.fix(title, span, name, Applicability::Unsafe),
        (true, _) | (_, true) => diagnostic.fix(title, span, format!("\"{name}\""), Applicability::Unsafe),
        _ => diagnostic.help(title),
    }
}

/// The error about a name that is too long.
pub(super) fn too_long(text: &str, span: Span, what: &str, limit: usize) -> Diagnostic {
    let headline = format!("{what} has {} characters, more than the {limit} that are allowed", text.len());
    Diagnostic::error(Code::NameTooLong, span, headline)
        .here(format!("{} characters", text.len()))
        .help(format!("shorten it to {limit} characters or fewer"))
}

/// A fix that takes the quotes off a number.
pub(super) fn renamed_to_number(diagnostic: Diagnostic, span: Span, number: &str) -> Diagnostic {
    let diagnostic = diagnostic.help("a port's number is written without quotes");
    if span.range().len() == number.len() + 2 {
        diagnostic.fix(format!("write `{number}`"), span, number, Applicability::Safe)
    } else {
        diagnostic
    }
}
