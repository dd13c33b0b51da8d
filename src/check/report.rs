//! Checks nodes for what many rules require of them, and collects the diagnostics.
//!
//! Invariant: unresolved nodes are skipped, and each fault is reported once, however often a template repeats it.

use super::disturbed::Disturbed;
use crate::diagnostic::phrase::either;
use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use crate::kubernetes::names::{self, NameFault, NameForm};
use crate::kubernetes::schema::ObjectSchema;
use crate::kubernetes::version::{Support, Version};
use crate::object::{MapEntry, Node, Value};
use crate::source::Span;
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

/// The numbers of users and groups.
pub(super) const IDS: RangeInclusive<i64> = 0..=2_147_483_647;

/// Collects what the rules find.
pub(super) struct Report<'a> {
    /// The targeted version.
    pub(super) version: Version,
    /// Places where something may be missing only because an earlier stage did not understand it.
    pub(super) disturbed: Disturbed<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The place of the workload's name, which may also be the value of a label.
    name: Option<Span>,
    /// Whether the API server accepts the object in spite of what is found now.
    lenient: bool,
    seen: HashSet<(Code, Span, String)>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        version: Version,
        disturbed: Disturbed<'a>,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { version, disturbed, diagnostics, name: None, lenient: false, seen: HashSet::new() }
    }

    /// Adds a diagnostic, unless another use of the same template has already raised it at this place.
    pub(super) fn add(&mut self, mut diagnostic: Diagnostic) {
        if self.lenient {
            diagnostic.severity = Severity::Warning;
        }
        let key = (diagnostic.code, diagnostic.primary.span, diagnostic.headline.clone());
        if self.seen.insert(key) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Runs a check whose findings are only warnings if `lenient` is set: the API server accepts them, and they fail
    /// later.
    pub(super) fn leniently(&mut self, lenient: bool, check: impl FnOnce(&mut Self)) {
        let outer = self.lenient;
        self.lenient |= lenient;
        check(self);
        self.lenient = outer;
    }

    /// Whether the API server drops a field unread because its feature gate is off.
    pub(super) fn drops(&self, object: &ObjectSchema, field: &str) -> bool {
        let since = object.field(field).map(|field| field.since.in_version(self.version));
        matches!(since, Some(Support::GateOff { .. }))
    }

    /// Sets the place of the name of the workload that is checked next.
    pub(super) fn named(&mut self, name: Option<Span>) {
        self.name = name;
    }

    /// Adds a diagnostic about something that is missing, unless a nearby error may be the reason.
    pub(super) fn add_missing(&mut self, diagnostic: Diagnostic) {
        if !self.disturbed.near(diagnostic.primary.span) {
            self.add(diagnostic);
        }
    }

    /// Checks the form of a text; `what` describes the text, for example `a container's name`.
    pub(super) fn form(&mut self, node: Option<&Node>, what: &str, form: NameForm) {
        if let Some(node) = node
            && let Some(text) = node.as_text()
        {
            self.text_form(text, node.span, what, form);
        }
    }

    /// Like [`Report::form`], for a text that is not a node.
    pub(super) fn text_form(&mut self, text: &str, span: Span, what: &str, form: NameForm) {
        let Some(fault) = form(text) else { return };
        let limit = if let NameFault::TooLong(limit) = fault { limit } else { names::LABEL_LIMIT };
        let near = names::nearest_label(text, limit).filter(|near| form(near).is_none());
        let diagnostic = match fault {
            NameFault::Empty => {
                Diagnostic::error(Code::InvalidName, span, format!("{what} is empty")).here("empty")
            }
            NameFault::TooLong(limit) => too_long(text, span, what, limit),
            NameFault::Form(form) => {
                Diagnostic::error(Code::InvalidName, span, format!("{what} cannot be `{}`", shown(text)))
                    .here("not a name that Kubernetes accepts")
                    .help(format!("use {form}"))
            }
        };
        self.add(match (near, fault) {
            (Some(near), NameFault::Form(_)) => renamed(diagnostic, span, text, &near),
            _ => diagnostic,
        });
    }

    /// Checks the key of a label, or of something that is keyed like one.
    pub(super) fn label_key(&mut self, entry: &MapEntry, what: &str, form: NameForm) {
        self.label_text(&entry.key, entry.key_span, what, form);
    }

    /// Checks the value of a label.
    pub(super) fn label_value(&mut self, node: &Node) {
        // A label whose value is the workload's name is checked together with the name.
        if let Some(text) = node.as_text().filter(|_| self.name != Some(node.span)) {
            self.label_text(text, node.span, "a label's value", names::label_value);
        }
    }

    fn label_text(&mut self, text: &str, span: Span, what: &str, form: NameForm) {
        let Some(fault) = form(text) else { return };
        let headline = match fault {
            NameFault::Empty => format!("{what} is empty"),
            NameFault::TooLong(limit) => {
                // Each of the two parts of a qualified name has a limit of its own.
                let part = text.split('/').find(|part| part.len() > limit).unwrap_or(text);
                over_limit(what, part.len(), "characters", limit)
            }
            NameFault::Form(_) => format!("{what} cannot be `{}`", shown(text)),
        };
        let mut diagnostic =
            Diagnostic::error(Code::InvalidLabel, span, headline).here("not allowed in a label");
        diagnostic = match fault {
            NameFault::Form(form) => diagnostic.help(format!("use {form}")),
            NameFault::TooLong(_) => diagnostic.help("shorten it, or use an annotation for long text"),
            NameFault::Empty => diagnostic.help("give it a name such as `app.kubernetes.io/part-of`"),
        };
        self.add(diagnostic);
    }

    /// Checks the keys and values of labels.
    pub(super) fn labels(&mut self, labels: Option<&Node>) {
        for entry in labels.map_or(&[][..], Node::entries) {
            self.label_key(entry, "a label's key", names::qualified);
            self.label_value(&entry.node);
        }
    }

    /// Checks that an integer field is in a range; `i64::MAX` as the upper end means no limit.
    pub(super) fn in_range(&mut self, object: &Node, field: &str, range: &RangeInclusive<i64>) {
        let Some(node) = object.get(field) else { return };
        let Some(value) = node.as_int() else { return };
        self.number(node.span, field, value, range);
    }

    /// Like [`Report::in_range`], for several fields that must not be negative.
    pub(super) fn not_negative(&mut self, object: &Node, fields: &[&str]) {
        for field in fields {
            self.in_range(object, field, &(0..=i64::MAX));
        }
    }

    /// Checks that a number is in a range.
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
            Diagnostic::error(Code::OutOfRange, span, format!("`{what}` must be {allowed}, but is {value}"))
                .here("out of range")
                .help(format!("use a value that is {allowed}")),
        );
    }

    /// Checks that a container with this name exists in the workload, if a name is given.
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

    /// Checks that a field is set and not empty; `owner` describes its object, for example `a secret volume`.
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
            None => (at, format!("{owner} has no `{field}`"), format!("expected `{field}` here")),
        };
        let diagnostic = Diagnostic::error(Code::MissingField, span, headline)
            .here(here)
            .help(format!("set `{field}`; Kubernetes refuses {owner} without it"));
        self.add_missing(diagnostic);
        None
    }

    /// Checks that an object does not have both of two fields.
    pub(super) fn not_both(&mut self, object: &Node, first: &str, second: &str) {
        let (Some(one), Some(other)) = (filled_entry(object, first), filled_entry(object, second)) else {
            return;
        };
        self.add(
            Diagnostic::error(
                Code::ConflictingFields,
                other.key_span,
                format!("`{second}` cannot be combined with `{first}`"),
            )
            .here("one of the two")
            .label(one.key_span, "the other")
            .help(format!("keep `{first}` or `{second}`, not both")),
        );
    }

    /// Refuses a field that another field, or the lack of one, rules out; `why` continues the sentence "`field` ".
    pub(super) fn unmet(&mut self, span: Span, field: &str, why: &str, help: impl Into<String>) {
        self.add(
            Diagnostic::error(Code::UnmetRequirement, span, format!("`{field}` {why}"))
                .here("not allowed here")
                .help(help),
        );
    }

    /// Checks that a list has at most `limit` items.
    pub(super) fn at_most(&mut self, list: Option<&Node>, what: &str, limit: usize) {
        let Some(list) = list else { return };
        let count = list.items().len().max(list.entries().len());
        if count > limit {
            self.add(
                Diagnostic::error(
                    Code::TooManyItems,
                    list.span,
                    over_limit(&format!("`{what}`"), count, "items", limit),
                )
                .here("too many items")
                .help(format!("keep at most {limit}")),
            );
        }
    }

    /// Checks that no two items are the same; `what` is the noun for one item.
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

    /// Checks that exactly one of some fields is set, and returns the first that is.
    ///
    /// None is reported as `missing`, several as `several`.
    pub(super) fn exactly_one<'n>(
        &mut self,
        object: &'n Node,
        fields: &[&str],
        owner: &str,
        at: Span,
        names: OneOf,
    ) -> Option<&'n MapEntry> {
        if matches!(object.value, Value::Unresolved) {
            return None;
        }
        let mut found = object.entries().iter().filter(|entry| fields.contains(&entry.key.as_str()));
        let Some(first) = found.next() else {
            self.add_missing(
                Diagnostic::error(
                    names.missing,
                    at,
                    format!("{owner} sets none of {}", either(fields.iter().copied())),
                )
                .here("exactly one is required")
                .help(format!("set one of {}", either(fields.iter().copied()))),
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

/// The codes of the diagnostics about a one-of group.
#[derive(Clone, Copy)]
pub(super) struct OneOf {
    pub(super) missing: Code,
    pub(super) several: Code,
}

/// For probes and hooks.
pub(super) const HANDLER: OneOf = OneOf { missing: Code::MissingHandler, several: Code::SeveralHandlers };
/// For variables and volumes.
pub(super) const SOURCE: OneOf = OneOf { missing: Code::MissingSource, several: Code::SeveralSources };

/// The entry of a field; `None` if its value is empty.
pub(super) fn filled_entry<'n>(object: &'n Node, field: &str) -> Option<&'n MapEntry> {
    let entry = object.entry(field)?;
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

/// A text as a message shows it: on one line, and shortened if it is long.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(60).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

/// Adds a fix that replaces a written name by another, in quotes if the written one was.
pub(super) fn renamed(diagnostic: Diagnostic, span: Span, written: &str, name: &str) -> Diagnostic {
    let bare = span.range().len() == written.len();
    let quoted = span.range().len() == written.len() + 2;
    let word =
        name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') && !name.contains('.');
    let title = format!("change it to `{name}`");
    match (bare, quoted) {
        (true, _) if word => diagnostic.fix(title, span, name, Applicability::Unsafe),
        (true, _) | (_, true) => diagnostic.fix(title, span, format!("\"{name}\""), Applicability::Unsafe),
        _ => diagnostic.help(title),
    }
}

/// The headline about something that has too many characters, bytes or items.
pub(super) fn over_limit(what: &str, count: usize, unit: &str, limit: usize) -> String {
    format!("{what} has {count} {unit}, but at most {limit} are allowed")
}

/// The error about a name that is too long.
pub(super) fn too_long(text: &str, span: Span, what: &str, limit: usize) -> Diagnostic {
    let headline = over_limit(what, text.len(), "characters", limit);
    Diagnostic::error(Code::NameTooLong, span, headline)
        .here("too long")
        .help(format!("shorten it to {limit} characters or fewer"))
}

/// Adds a fix that removes the quotes from a number.
pub(super) fn renamed_to_number(diagnostic: Diagnostic, span: Span, number: &str) -> Diagnostic {
    let title = format!("write the number without quotes: `{number}`");
    let diagnostic = diagnostic.help(title.clone());
    if span.range().len() == number.len() + 2 {
        diagnostic.fix(title, span, number, Applicability::Safe)
    } else {
        diagnostic
    }
}
