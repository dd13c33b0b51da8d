//! Records what each name of a program is bound to, for editors.
//!
//! Invariant: a name is bound to what compiling binds it to, because the resolver itself records each name that it looks
//! up. While it records, it reports nothing, builds no workload, and continues after a faulty statement: text that is
//! half-written has names, too.

use super::QualifiedName;
use super::qualified::{Declared, Named};
use super::resolve::{OWN, Program, Resolver};
use super::scope::{Binding, Scope};
use super::used::read_use;
use crate::kubernetes::names::{APPARMOR_OF_CONTAINER, NAME_A_CONTAINER, SECCOMP_OF_CONTAINER};
use crate::kubernetes::schema::{Field, ObjectSchema};
use crate::source::{FileId, Sources, Span};
use crate::syntax::tree::{Argument, Name, Operator, Piece, Statement, SyntaxValue, ValueKind};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub(crate) enum NameKind {
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
pub(crate) struct Bound {
    /// The place of the name, without quotes.
    pub(crate) place: Span,
    /// Where it is declared; the same place where it is declared there. If several statements declare one thing (a
    /// template and what overrides it, the branches of a `when`), it is the first: the template's.
    pub(crate) declared: Span,
    /// What it names.
    pub(crate) kind: NameKind,
}

/// The names of a program, and the values of its constants.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    /// What the names in the program's own file are bound to, in the order of their places. A word that names different
    /// things in several workloads has an entry for each.
    pub(crate) names: Vec<Bound>,
    /// The value of each `let` and `param` that has one, as a source writes it, with the place of the declaration.
    pub(crate) values: Vec<(Span, String)>,
}

/// Returns what the names in a program's own file are bound to.
pub(crate) fn bindings(program: Program<'_>) -> Bindings {
    let mut resolver = Resolver::new(program, Cow::Owned(Vec::with_capacity(program.files.len())));
    let Some(root) = program.files.len().checked_sub(1) else { return Bindings::default() };
    let mut recorder = Recorder::default();
    for used in program.files[root].statements().filter_map(read_use) {
        recorder.aliases.entry(used.alias.into()).or_insert(used.named);
        recorder.declare(used.named, used.named, NameKind::File);
    }
    resolver.recorder = Some(Box::new(recorder));
    for file in 0..program.files.len() {
        resolver.declare(file);
    }
    let constants = resolver.names.iter().flat_map(|names| names.bindings.values());
    let value = |binding: &Binding| {
        Some((program.sources.in_file(binding.declared), binding.value.constant.written()?))
    };
    let mut values: Vec<_> = constants.filter_map(value).collect();
    values.sort_unstable();
    let scope = Scope { file: root, locals: &[], part: None, layer: OWN };
    for (statement, kind, entry, _) in resolver.items(root) {
        resolver.work.statements = 0;
        resolver.workload(kind, entry, statement, &scope);
    }
    resolver.look_at_templates(root);
    resolver.settle_items();
    let names = resolver.recorder.map(|recorder| recorder.finish(program.sources)).unwrap_or_default();
    Bindings { names, values }
}

/// The program's own file, which is loaded first.
const OWN_FILE: FileId = FileId(0);

/// What a file declares besides workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Item {
    Constant,
    Template,
}

/// What has been recorded so far.
#[derive(Default)]
pub(super) struct Recorder {
    bound: HashSet<Bound>,
    /// The names of the files that the program's own file uses.
    aliases: HashMap<SmolStr, Span>,
    /// The first declaration of each name in a file.
    items: HashMap<(usize, Item, SmolStr), Span>,
    /// The names that were used before a declaration of them was found.
    open: Vec<(Span, (usize, Item, SmolStr))>,
    pod: PodNames,
}

/// The names of one pod. They are bound once all its declarations are known.
#[derive(Default)]
struct PodNames {
    volumes: HashMap<QualifiedName, Span>,
    containers: HashMap<QualifiedName, Span>,
    parts: HashMap<SmolStr, Span>,
    ports: HashMap<(QualifiedName, SmolStr), Span>,
    /// The container whose statements are visited.
    container: Option<QualifiedName>,
    uses: Vec<PodUse>,
}

enum PodUse {
    /// `name` or `part.name`.
    Named(Named, NameKind),
    /// The name that something has in the pod.
    InPod(Span, SmolStr, NameKind),
    /// A port of a container.
    Port(Span, QualifiedName, SmolStr),
}

impl Recorder {
    fn bind(&mut self, place: Span, declared: Span, kind: NameKind) {
        self.bound.insert(Bound { place, declared, kind });
    }

    fn declare(&mut self, place: Span, first: Span, kind: NameKind) {
        self.bound.insert(Bound { place, declared: first, kind });
    }

    fn finish(self, sources: &Sources) -> Vec<Bound> {
        let bound = self.bound.into_iter().map(|Bound { place, declared, kind }| Bound {
            place: sources.in_file(place),
            declared: sources.in_file(declared),
            kind,
        });
        let bound: Vec<Bound> =
            bound.filter(|bound| bound.place.file == OWN_FILE || bound.place == bound.declared).collect();
        let mut firsts: HashMap<Span, (Span, NameKind)> = HashMap::new();
        for Bound { place, declared, kind } in &bound {
            let first = firsts.entry(*place).or_insert((*declared, *kind));
            *first = (*first).min((*declared, *kind));
        }
        let is_constant =
            |kind: NameKind| matches!(kind, NameKind::Let | NameKind::Param | NameKind::Parameter);
        let constants: HashSet<Span> =
            bound.iter().filter(|bound| is_constant(bound.kind)).map(|bound| bound.place).collect();
        let own = bound.iter().filter(|bound| bound.place.file == OWN_FILE);
        // A constant in the place of a name of the pod: the constant is what is named there.
        let meant = own.filter(|bound| is_constant(bound.kind) || !constants.contains(&bound.place));
        let mut all: Vec<Bound> = meant
            .map(|bound| {
                let (declared, kind) =
                    firsts.get(&bound.declared).copied().unwrap_or((bound.declared, bound.kind));
                Bound { declared, kind, ..*bound }
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Resolver<'_> {
    /// Whether names are recorded, so that nothing else has to be reported or built.
    pub(super) fn is_recording(&self) -> bool {
        self.recorder.is_some()
    }

    /// Whether names are recorded and the limit on work is reached: then no further template is applied.
    pub(super) fn records_no_more(&self) -> bool {
        self.is_recording() && self.work.excess().is_some()
    }

    /// Records that a name means what is declared elsewhere.
    pub(super) fn bind_name(&mut self, place: Span, declared: Span, kind: NameKind) {
        let Some(recorder) = &mut self.recorder else { return };
        let [place, declared] = [place, declared].map(|span| bare(self.sources.slice(span), span));
        if self.sources.slice(place) == self.sources.slice(declared) {
            recorder.bind(place, declared, kind);
        }
    }

    /// Records a declaration; `first` is where the same thing was declared before.
    fn declare_name(&mut self, place: Span, first: Span, kind: NameKind) {
        let Some(recorder) = &mut self.recorder else { return };
        let [place, first] = [place, first].map(|span| bare(self.sources.slice(span), span));
        // A text with an insertion is not a name.
        if !self.sources.slice(place).contains("#{") {
            recorder.declare(place, first, kind);
        }
    }

    /// Records the declaration of a parameter that has been declared.
    pub(super) fn declare_again(&mut self, place: Span, first: Span, kind: NameKind) {
        self.declare_name(place, first, kind);
    }

    /// Records the declaration of a parameter or a workload.
    pub(super) fn declare_here(&mut self, place: Span, kind: NameKind) {
        self.declare_name(place, place, kind);
    }

    /// Records the declaration of a constant or a template of a file.
    pub(super) fn declare_item(
        &mut self,
        file: usize,
        item: Item,
        name: &SmolStr,
        place: Span,
        kind: NameKind,
    ) {
        let Some(recorder) = &mut self.recorder else { return };
        let first = *recorder.items.entry((file, item, name.clone())).or_insert(place);
        self.declare_name(place, first, kind);
    }

    /// Records a name of a file, or `file.name`, the file's name with it.
    pub(super) fn bind_word(&mut self, place: Span, declared: Span, kind: NameKind) {
        if self.is_recording() {
            let name = self.bind_alias(place);
            self.bind_name(name, declared, kind);
        }
    }

    /// Records the file in `file.name`, and gives the place of the name.
    fn bind_alias(&mut self, place: Span) -> Span {
        let Some((before, name)) = halves(self.sources.slice(place), place) else { return place };
        let alias = self.sources.slice(before);
        let declared = self.recorder.as_ref().and_then(|recorder| recorder.aliases.get(alias).copied());
        if let Some(declared) = declared.filter(|_| self.sources.in_file(place).file == OWN_FILE) {
            self.bind_name(before, declared, NameKind::File);
        }
        name
    }

    /// Records a name whose declaration may follow, or is faulty.
    pub(super) fn bind_unknown(&mut self, word: &str, place: Span, item: Item, scope: &Scope) {
        let place = self.bind_alias(place);
        let (file, name) = match word.split_once('.') {
            None => (Some(scope.file), word),
            Some((alias, name)) => (self.names[scope.file].aliases.get(alias).copied(), name),
        };
        if let (Some(file), Some(recorder)) = (file, &mut self.recorder) {
            recorder.open.push((place, (file, item, name.into())));
        }
    }

    /// Binds the names that were used before a declaration of them was found.
    fn settle_items(&mut self) {
        let Some(recorder) = &mut self.recorder else { return };
        for (place, named) in std::mem::take(&mut recorder.open) {
            if let Some(declared) = recorder.items.get(&named).copied() {
                let kind = if named.1 == Item::Template { NameKind::Template } else { NameKind::Let };
                recorder.bind(place, declared, kind);
            }
        }
    }

    /// Records the declaration of a volume or a container.
    pub(super) fn declare_in_pod(&mut self, declared: &Declared, kind: NameKind) {
        let Some(recorder) = self.recorder.as_mut().filter(|_| !declared.name.name.is_empty()) else {
            return;
        };
        let pod = &mut recorder.pod;
        let known = if kind == NameKind::Volume { &mut pod.volumes } else { &mut pod.containers };
        let first = *known.entry(declared.name.clone()).or_insert(declared.span);
        self.declare_name(declared.span, first, kind);
    }

    /// Records the declaration of a part.
    pub(super) fn declare_part(&mut self, name: &SmolStr, place: Span) {
        let Some(recorder) = self.recorder.as_mut().filter(|_| !name.is_empty()) else { return };
        let first = *recorder.pod.parts.entry(name.clone()).or_insert(place);
        self.declare_name(place, first, NameKind::Container);
    }

    /// Records the declaration of a port of the container whose statements are visited.
    pub(super) fn declare_port(&mut self, name: &SmolStr, place: Span) {
        let Some(recorder) = &mut self.recorder else { return };
        let Some(container) = recorder.pod.container.clone() else { return };
        let first = *recorder.pod.ports.entry((container, name.clone())).or_insert(place);
        self.declare_name(place, first, NameKind::Port);
    }

    /// Records a name of a volume or a container.
    pub(super) fn refer(&mut self, named: &Named, kind: NameKind) {
        if let Some(recorder) = &mut self.recorder {
            recorder.pod.uses.push(PodUse::Named(named.clone(), kind));
        }
    }

    /// Records a name of a port of the container whose statements are visited.
    pub(super) fn refer_to_port(&mut self, name: &str, place: Span) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Some(container) = recorder.pod.container.clone() {
            recorder.pod.uses.push(PodUse::Port(place, container, name.into()));
        }
    }

    /// Records what a text in a field of Kubernetes names, if it names something of the pod.
    pub(super) fn refer_by_field(&mut self, object: &ObjectSchema, field: &Field, value: &SyntaxValue) {
        let (true, Some(text)) = (self.is_recording(), literal(value)) else { return };
        match (object.name, field.name) {
            ("HTTPGetAction" | "TCPSocketAction", "port") => self.refer_to_port(text, value.span),
            ("VolumeDevice", "name") | ("FileKeySelector", "volumeName") => {
                self.refer_in_pod(text, value.span, NameKind::Volume);
            }
            ("ResourceFieldSelector", "containerName") => {
                self.refer_in_pod(text, value.span, NameKind::Container);
            }
            _ => {}
        }
    }

    /// Records the container that an annotation names, in its value or at the end of its own name.
    pub(super) fn refer_by_annotation(&mut self, annotation: &Name, value: &SyntaxValue) {
        if !self.is_recording() {
            return;
        }
        let key = annotation.text.as_str();
        if let Some(text) = literal(value).filter(|_| NAME_A_CONTAINER.contains(&key)) {
            self.refer_in_pod(text, value.span, NameKind::Container);
        }
        let prefixes = [SECCOMP_OF_CONTAINER, APPARMOR_OF_CONTAINER];
        if let Some(text) = prefixes.iter().find_map(|prefix| key.strip_prefix(prefix)) {
            let range = bare(self.sources.slice(annotation.span), annotation.span).range();
            if range.len() == key.len() {
                let place = Span::new(annotation.span.file, range.end - text.len(), range.end);
                self.refer_in_pod(&text.into(), place, NameKind::Container);
            }
        }
    }

    fn refer_in_pod(&mut self, text: &SmolStr, place: Span, kind: NameKind) {
        if let Some(recorder) = &mut self.recorder {
            recorder.pod.uses.push(PodUse::InPod(place, text.clone(), kind));
        }
    }

    /// Enters the statements of a container.
    pub(super) fn enter_container(&mut self, name: &QualifiedName) {
        if let Some(recorder) = &mut self.recorder {
            recorder.pod.container = Some(name.clone());
        }
    }

    /// Binds the names of a pod whose statements have all been visited.
    pub(super) fn settle_pod(&mut self) {
        let Some(recorder) = &mut self.recorder else { return };
        let PodNames { volumes, containers, parts, ports, uses, .. } = std::mem::take(&mut recorder.pod);
        let in_pod = |known: &HashMap<QualifiedName, Span>| -> HashMap<SmolStr, (QualifiedName, Span)> {
            known.iter().map(|(name, span)| (name.in_pod(), (name.clone(), *span))).collect()
        };
        let has_texts = uses.iter().any(|found| matches!(found, PodUse::InPod(..)));
        let (volumes_in_pod, containers_in_pod) =
            if has_texts { (in_pod(&volumes), in_pod(&containers)) } else { Default::default() };
        for found in uses {
            match found {
                PodUse::Named(named, kind) => {
                    let known = if kind == NameKind::Volume { &volumes } else { &containers };
                    let declared = named.candidates().find_map(|name| known.get(&name).copied());
                    let is_part = kind == NameKind::Container && named.name.part.is_none();
                    let part = || parts.get(&named.name.name).copied().filter(|_| is_part);
                    let declared = declared.or_else(part);
                    let mut place = named.span;
                    if let Some(part) = &named.name.part
                        && let Some((before, name)) = halves(self.sources.slice(named.span), named.span)
                    {
                        if let Some(part) = parts.get(part) {
                            self.bind_name(before, *part, NameKind::Container);
                        }
                        place = name;
                    }
                    if let Some(declared) = declared {
                        self.bind_name(place, declared, kind);
                    }
                }
                PodUse::InPod(place, text, kind) => {
                    let known = if kind == NameKind::Volume { &volumes_in_pod } else { &containers_in_pod };
                    let place = bare(self.sources.slice(place), place);
                    let Some((name, declared)) = known.get(&text) else { continue };
                    match &name.part {
                        None => self.bind_name(place, *declared, kind),
                        Some(part) if place.range().len() == text.len() => {
                            let Some(of) = parts.get(part) else { continue };
                            let dash = place.range().start + part.len();
                            let before = Span::new(place.file, place.range().start, dash);
                            let after = Span::new(place.file, dash + 1, place.range().end);
                            self.bind_name(before, *of, NameKind::Container);
                            self.bind_name(after, *declared, kind);
                        }
                        Some(_) => {}
                    }
                }
                PodUse::Port(place, container, name) => {
                    if let Some(declared) = ports.get(&(container, name)) {
                        self.bind_name(place, *declared, NameKind::Port);
                    }
                }
            }
        }
    }

    /// Records the constants in values that the resolver would pass over.
    pub(super) fn record_values(&mut self, values: &[SyntaxValue], scope: &Scope) {
        if self.is_recording() {
            for value in values {
                self.record_value(value, scope);
            }
        }
    }

    fn record_value(&mut self, value: &SyntaxValue, scope: &Scope) {
        match &value.kind {
            ValueKind::Word(word) => {
                self.word(word, value.span, scope);
            }
            ValueKind::Text(pieces) => {
                for piece in pieces.iter() {
                    if let Piece::Name(name) = piece {
                        self.word(&name.text, name.span, scope);
                    }
                }
            }
            ValueKind::List(items) => self.record_values(items, scope),
            ValueKind::Range(from, to) => {
                from.iter().chain([to]).for_each(|end| self.record_value(end, scope));
            }
            ValueKind::Call(_) | ValueKind::Group(_) => self.record_arguments(value.arguments(), scope),
            ValueKind::Number(_) | ValueKind::Path(_) | ValueKind::Operator(_) => {}
        }
    }

    /// Records what is passed to an unknown template: a word that is not a constant may name a volume or a container.
    pub(super) fn record_passed(&mut self, arguments: &[Argument], scope: &Scope) {
        for value in arguments.iter().flat_map(|argument| &argument.values) {
            match &value.kind {
                ValueKind::Word(word) if self.lookup(word, scope).is_none() => {
                    let name = QualifiedName::read(word);
                    let named = Named { name, span: value.span, inside: scope.part.map(SmolStr::new) };
                    self.refer(&named, NameKind::Volume);
                    self.refer(&named, NameKind::Container);
                }
                _ => self.record_values(std::slice::from_ref(value), scope),
            }
        }
    }

    /// Records the constants in arguments that the resolver would pass over.
    pub(super) fn record_arguments(&mut self, arguments: &[Argument], scope: &Scope) {
        for argument in arguments {
            self.record_values(&argument.values, scope);
        }
    }

    /// Records the names in the texts of an unknown statement and of its block.
    pub(super) fn record_texts(&mut self, statement: &Statement, scope: &Scope) {
        if !self.is_recording() {
            return;
        }
        for value in statement.values.iter().filter(|value| matches!(value.kind, ValueKind::Text(_))) {
            self.record_value(value, scope);
        }
        for inner in statement.block.iter().flat_map(|block| &block.statements) {
            self.record_texts(inner, scope);
        }
    }

    /// Records the constants in the default of a param or a parameter, or in the value of a `let`: after the `=`.
    pub(super) fn record_set(&mut self, values: &[SyntaxValue], scope: &Scope) {
        let is_assign = |value: &SyntaxValue| matches!(value.kind, ValueKind::Operator(Operator::Assign));
        self.record_values(values.split(is_assign).nth(1).unwrap_or_default(), scope);
    }

    /// A substitute for a missing name while names are recorded, so that the block is visited.
    pub(super) fn unnamed(&self, statement: &Statement) -> Option<Declared> {
        let name = || Declared { name: QualifiedName::plain(""), span: statement.name.span };
        self.is_recording().then(name)
    }
}

/// A text without insertions.
fn literal(value: &SyntaxValue) -> Option<&SmolStr> {
    match &value.kind {
        ValueKind::Text(pieces) => match &**pieces {
            [Piece::Text(text)] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// A place without the quotes of its text.
fn bare(text: &str, span: Span) -> Span {
    if text.len() > 1 && text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']) {
        Span { start: span.start + 1, end: span.end - 1, ..span }
    } else {
        span
    }
}

/// The places of `before` and `name` in `before.name`.
fn halves(text: &str, span: Span) -> Option<(Span, Span)> {
    let span = bare(text, span);
    let range = span.range();
    let (before, _) = text.trim_matches(['"', '\'']).split_once('.')?;
    let dot = range.start + before.len();
    Some((Span::new(span.file, range.start, dot), Span::new(span.file, dot + 1, range.end)))
}
