//! Describes a workload that was held to its source: its containers in their order, what others added, and the totals.

use super::pair::Pair;
use super::totals::{ChangedRequest, changed};
use crate::diagnostic::screen::{Column, Page, Screen, Style, Styled, Table};
use crate::model::{Role, Storage, WorkloadKind};
use crate::object::Node;
use crate::order::Gate;
use crate::plan::role_style;
use serde_json::{Value, json};
use smol_str::SmolStr;
use std::collections::HashSet;
use std::fmt::Write as _;

/// A workload of a source, and what it became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The kind of the workload.
    pub kind: WorkloadKind,
    /// Its name in the source.
    pub name: SmolStr,
    /// The kind and the name of the object.
    pub object: (WorkloadKind, SmolStr),
    /// The file of the object, and the line and column of its name, from 1.
    pub place: (String, usize, usize),
    /// How many other objects are the same, such as the pods of one Deployment.
    pub others: usize,
    /// How many links of the source were compared: each `after`, and each flow of files between two containers.
    pub links: usize,
    /// The containers of the object, in the order in which they start.
    pub containers: Vec<HeldContainer>,
    /// The effective requests that are not those of the source.
    pub requests: Vec<ChangedRequest>,
}

/// A container of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldContainer {
    /// Its role.
    pub role: Role,
    /// Its name.
    pub name: SmolStr,
    /// If it is not in the source: what it changes, in a few words.
    pub added: Option<String>,
}

impl Held {
    pub(super) fn of(pair: &Pair<'_>, name: SmolStr) -> Self {
        let rendered = pair.rendered;
        let (line, column) = rendered.file.line_column(rendered.place.start);
        let flowing = flowing(pair);
        let containers = rendered.containers().enumerate().map(|(place, container)| HeldContainer {
            role: container.role,
            name: container.name.clone(),
            added: (!pair.is_own(place)).then(|| effect(pair, place, &flowing)),
        });
        Self {
            kind: pair.workload().kind,
            name,
            object: (rendered.kind, rendered.name.clone()),
            place: (rendered.file.name.clone(), line, column),
            others: 0,
            links: pair.links.iter().map(Vec::len).sum(),
            containers: containers.collect(),
            requests: changed(pair),
        }
    }

    /// Whether both say the same about different objects of one kind.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.object.0 == other.object.0
            && self.containers == other.containers
            && self.requests == other.requests
    }

    /// As an object of JSON, for a report.
    /// `path` turns the name of a file into the path to show.
    pub fn json(&self, path: impl Fn(&str) -> String) -> Value {
        let container = |container: &HeldContainer| json!({ "name": container.name.as_str(), "role": container.role.name(), "added": container.added });
        let shown = |quantity: Option<crate::kubernetes::quantity::Quantity>| {
            quantity.map(|quantity| quantity.to_string())
        };
        let request = |request: &ChangedRequest| {
            json!({
                "resource": request.resource.as_str(),
                "source": shown(request.source),
                "rendered": shown(request.rendered),
                "because": request.because,
            })
        };
        let (kind, name) = &self.object;
        let (file, line, column) = &self.place;
        json!({
            "kind": self.kind.name(),
            "name": self.name.as_str(),
            "object": { "kind": kind.name(), "name": name.as_str(), "path": path(file), "line": line, "column": column },
            "others": self.others,
            "links": self.links,
            "order": self.containers.iter().map(container).collect::<Vec<_>>(),
            "requests": self.requests.iter().map(request).collect::<Vec<_>>(),
        })
    }
}

/// Shows workloads as tables that fit the screen.
///
/// ```
/// use initflow::diagnostic::screen::Screen;
/// use initflow::verify::text;
///
/// assert_eq!(text(&[], Screen::default()), "");
/// ```
pub fn text(all: &[Held], screen: Screen) -> String {
    let mut page = Page::new(screen);
    for (at, held) in all.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        one(&mut page, held);
    }
    page.finish()
}

const CONTAINERS: [Column; 4] =
    [Column::number(""), Column::whole("role"), Column::text("name"), Column::text("")];

const REQUESTS: [Column; 4] = [
    Column::whole("effective"),
    Column::number("source"),
    Column::number("rendered"),
    Column::text("set by"),
];

fn one(page: &mut Page, held: &Held) {
    let (kind, name) = &held.object;
    let (file, line, column) = &held.place;
    let others = match held.others {
        0 => String::new(),
        1 => " and 1 other".to_owned(),
        others => format!(" and {others} others"),
    };
    page.heading(&[
        Styled::new(Style::Title, &format!("{} {}", held.kind.name(), held.name))
            .then(Style::Plain, &format!(" as {} {name}{others}", kind.name())),
        Styled::new(Style::Dim, &format!("{file}:{line}:{column}")),
    ]);
    page.blank();
    let mut table = Table::new(&CONTAINERS);
    for (at, container) in held.containers.iter().enumerate() {
        let style = role_style(container.role);
        let added = container
            .added
            .as_ref()
            .map(|effect| Styled::new(Style::Warning, "added").then(Style::Plain, ": ").message(effect));
        table.row([
            (at + 1).to_string().into(),
            Styled::new(style, container.role.name()),
            Styled::new(style, &container.name),
            added.unwrap_or_default(),
        ]);
    }
    page.table(&table);
    page.blank();
    if held.requests.is_empty() {
        return page.line(2, "the effective requests are those of the source");
    }
    let shown = |quantity: Option<crate::kubernetes::quantity::Quantity>| {
        quantity.map_or("-".to_owned(), |quantity| quantity.to_string())
    };
    let mut table = Table::new(&REQUESTS);
    for request in &held.requests {
        table.row([
            request.resource.as_str().into(),
            shown(request.source).into(),
            Styled::new(Style::Warning, &shown(request.rendered)),
            Styled::default().message(&request.because),
        ]);
    }
    page.table(&table);
}

/// What a container changes that is not in the source.
fn effect(pair: &Pair<'_>, place: usize, flowing: &HashSet<&str>) -> String {
    let Some(container) = pair.at(place) else { return String::new() };
    let is_last = place + 1 == pair.rendered.init.len() + pair.rendered.apps.len();
    let gate = Gate::of_fields(&container.fields);
    let mut effect = match (container.role, gate) {
        (Role::Step, _) => "everything after it waits for its end".to_owned(),
        (Role::Sidecar, Gate::StartupProbe) => "everything after it waits for its startup probe".to_owned(),
        (Role::Sidecar, Gate::PostStart) => "everything after it waits for its `postStart` hook".to_owned(),
        (Role::Sidecar, Gate::Process) => "runs beside everything after it".to_owned(),
        (Role::App, _) if !is_last && container.fields.at("lifecycle.postStart").is_some() => {
            "the apps after it wait for its `postStart` hook".to_owned()
        }
        (Role::App, _) => "starts with the apps".to_owned(),
    };
    let mounts = container.fields.get("volumeMounts").map_or(&[][..], Node::items).iter();
    let mounted: Vec<&str> = mounts
        .filter_map(|mount| mount.get("name").and_then(Node::as_text))
        .filter(|name| flowing.contains(name))
        .collect();
    if !mounted.is_empty() {
        let _ = write!(effect, "; mounts {}", crate::diagnostic::phrase::listed(mounted));
    }
    let requests = container.fields.at("resources.requests").map_or(&[][..], Node::entries).iter();
    let requests: Vec<String> =
        requests.filter_map(|entry| Some(format!("{} {}", entry.key, entry.node.as_quantity()?))).collect();
    if !requests.is_empty() {
        let _ = write!(effect, "; requests {}", requests.join(", "));
    }
    effect
}

/// The volumes of the source whose files are made in the pod.
fn flowing<'p>(pair: &Pair<'p>) -> HashSet<&'p str> {
    let made = pair.workload().volumes.iter();
    let made = made.filter(|volume| matches!(volume.storage, Storage::Scratch | Storage::Memory));
    made.map(|volume| volume.name.text.as_str()).collect()
}
