//! Notes what the names of a program are bound to, for who asks for it.
//!
//! Invariant: what is noted is what the compiler itself goes by; nothing is looked up for the record alone.

use super::draft::Draft;
use super::resolve::Resolver;
use super::workload::Making;
use super::{QualifiedName, Storage, Volume};
use crate::object::Node;
use crate::source::Span;
use crate::syntax::tree::{Piece, Value, ValueKind};
use std::sync::Mutex;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum NameKind {
    Let,
    Param,
    Template,
    Parameter,
    File,
    Workload,
    Volume,
    Container,
    Port,
}

/// A name, and the place where what it names is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bound {
    /// Where the name stands, without quotes.
    pub place: Span,
    /// Where it is declared; the same place where it is declared there.
    pub declared: Span,
    /// What it names.
    pub kind: NameKind,
}

/// Where a program's names are noted.
pub type Record = Mutex<Vec<Bound>>;

impl Resolver<'_> {
    /// Notes that a name stands for what is declared elsewhere, or there. A text with an insertion is no name.
    pub(super) fn bind_name(&mut self, place: Span, declared: Span, kind: NameKind) {
        let Some(bound) = &mut self.bound else { return };
        let [place, declared] = [place, declared].map(|span| bare(self.sources.slice(span), span));
        if !self.sources.slice(place).contains("#{") {
            bound.push(Bound { place, declared, kind });
        }
    }

    /// Notes a name of a file, or `file.name`, the file's name with it.
    pub(super) fn bind_word(&mut self, place: Span, declared: Span, kind: NameKind) {
        if self.bound.is_none() {
            return;
        }
        match halves(self.sources.slice(place), place) {
            Some((alias, name)) => {
                let text = self.sources.slice(alias);
                if let Some(file) = self.alias(place, text) {
                    self.bind_name(alias, file, NameKind::File);
                }
                self.bind_name(name, declared, kind);
            }
            None => self.bind_name(place, declared, kind),
        }
    }

    /// Notes what the containers of a workload name, those in branches that are not taken among them: these may also name
    /// what stands around them.
    pub(super) fn bind_pod(&mut self, making: &Making, around: Option<&Making>) {
        if self.bound.is_none() {
            return;
        }
        let pods = [Some(making), around];
        for draft in &making.containers {
            self.bind_container(draft, pods);
        }
        for untaken in &making.untaken {
            self.bind_pod(untaken, around.or(Some(making)));
        }
    }

    fn bind_container(&mut self, draft: &Draft, around: [Option<&Making>; 2]) {
        let pods = || around.into_iter().flatten();
        let volume = |name: &QualifiedName| {
            // In the place of a volume of the same name, the pods get the claim's.
            let known = || pods().flat_map(|making| &making.volumes).map(|(_, volume)| volume);
            let called = |volume: &&Volume| volume.qualified == *name;
            let claim = known().find(|volume| called(volume) && volume.storage == Storage::ClaimTemplate);
            claim.or_else(|| known().find(called)).map(|volume| volume.name.span)
        };
        let part = |name: &str| {
            let mut parts = pods().flat_map(|making| &making.parts);
            parts.find(|part| part.name.text == name).map(|part| part.name.span)
        };
        let container = |name: &QualifiedName| {
            let mut drafts = pods().flat_map(|making| &making.containers);
            let declared = drafts.find(|draft| draft.qualified == *name).map(|draft| draft.name.span);
            declared.or_else(|| part(&name.name).filter(|_| name.part.is_none()))
        };
        let of_options = draft.options.iter().filter_map(|option| Some(&option.volume.as_ref()?.0));
        let volumes = draft.mounts.iter().map(|mount| &mount.volume).chain(of_options).chain(&draft.files);
        let volumes =
            volumes.map(|named| (named, named.candidates().find_map(|name| volume(&name)), NameKind::Volume));
        let containers = draft.after.iter();
        let containers = containers
            .map(|named| (named, named.candidates().find_map(|name| container(&name)), NameKind::Container));
        for (named, declared, kind) in volumes.chain(containers) {
            let Some(declared) = declared else { continue };
            match (&named.name.part, halves(self.sources.slice(named.span), named.span)) {
                (Some(of), Some((before, name))) => {
                    if let Some(part) = part(of) {
                        self.bind_name(before, part, NameKind::Container);
                    }
                    self.bind_name(name, declared, kind);
                }
                _ => self.bind_name(named.span, declared, kind),
            }
        }
        self.bind_ports(draft);
        for untaken in &draft.untaken {
            self.bind_container(untaken, around);
        }
    }

    /// Notes the ports of a container, and the fields that name one of them.
    pub(super) fn bind_ports(&mut self, draft: &Draft) {
        if self.bound.is_none() {
            return;
        }
        let names: Vec<&Node> = draft.ports.iter().filter_map(|(_, port)| port.get("name")).collect();
        for name in &names {
            self.bind_name(name.span, name.span, NameKind::Port);
        }
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|probe| draft.fields.get(probe));
        let hooks = draft.fields.get("lifecycle");
        let hooks = ["postStart", "preStop"].map(|hook| hooks?.get(hook));
        for handler in probes.into_iter().chain(hooks).flatten() {
            let uses = ["httpGet.port", "tcpSocket.port"].iter().filter_map(|path| handler.at(path));
            for port in uses.filter(|port| port.as_text().is_some()) {
                if let Some(name) = names.iter().find(|name| name.as_text() == port.as_text()) {
                    self.bind_name(port.span, name.span, NameKind::Port);
                }
            }
        }
    }

    /// Where a file says the name by which it uses another.
    fn alias(&self, inside: Span, name: &str) -> Option<Span> {
        let file = self.files.iter().find(|file| {
            file.document.statements.first().is_some_and(|first| first.span.file == inside.file)
        })?;
        file.document.statements.iter().filter(|statement| statement.name.text == "use").find_map(
            |statement| {
                let (span, text) = match statement.values.as_slice() {
                    [_, _, Value { kind: ValueKind::Word(word), span }] => (*span, word.as_str()),
                    [Value { kind: ValueKind::Text(pieces), span }] => {
                        let [Piece::Text(path)] = pieces.as_slice() else { return None };
                        let stem = crate::program::stem(path);
                        let start = path.rfind('/').map_or(0, |slash| slash + 1);
                        let start = span.range().start + 1 + start;
                        (Span::new(span.file, start, start + stem.len()), stem)
                    }
                    _ => return None,
                };
                (text == name).then_some(span)
            },
        )
    }
}

/// A place without the quotes of its text.
fn bare(text: &str, span: Span) -> Span {
    if text.len() > 1 && text.starts_with(['"', '\'']) {
        Span { start: span.start + 1, end: span.end - 1, ..span }
    } else {
        span
    }
}

/// The places of `before` and `name` in `before.name`.
fn halves(text: &str, span: Span) -> Option<(Span, Span)> {
    let quote = usize::from(text.starts_with(['"', '\'']));
    let dot = text.find('.')?;
    let range = span.range();
    let before = Span::new(span.file, range.start + quote, range.start + dot);
    Some((before, Span::new(span.file, range.start + dot + 1, range.end - quote)))
}
