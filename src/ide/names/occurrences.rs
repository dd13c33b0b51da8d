//! A tree to the places in it that are names, each with what may declare it.

use crate::ide::shape::{Inside, Meaning, Shaped, ValueRole, roles, walk, word};
use crate::ide::{Parsed, Range32};
use crate::kubernetes::schema::FieldType;
use crate::statement::ValueType;
use crate::syntax::tree::{Argument, Name, Operator, Piece, Statement, SyntaxValue, ValueKind};
use crate::vocabulary::CONTAINERS;

/// What is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// What a name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameRole<'t> {
    /// It declares.
    Declares(NameKind),
    /// A `let`, a `param` or a template's parameter.
    Binding,
    /// The name of a used file.
    Alias,
    /// What a used file declares.
    Of(&'t str),
    /// A template of this file.
    Template,
    /// A parameter of the template of this name, dotted where another file has it.
    Argument(&'t str),
    /// A volume or a container, also of a part where that is named.
    InPod(NameKind, Option<&'t str>),
    /// The part in `part-name`, as text has it where Kubernetes names a volume or a container.
    PartInPod(NameKind, &'t str),
    /// A port.
    Port,
}

/// A word that is handed to a template: the template's name, and which of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handed<'t> {
    pub(super) template: &'t str,
    pub(super) parameter: ArgumentKey<'t>,
}

/// How an argument says its parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArgumentKey<'t> {
    Name(&'t str),
    At(usize),
}

/// A place that is a name.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence<'t> {
    /// Where it stands, without quotes.
    pub range: Range32,
    /// The name.
    pub name: &'t str,
    pub(super) sort: NameRole<'t>,
    /// The template that it stands in.
    pub(super) template: Option<&'t Statement>,
    /// The workload or the template of one, or of a part, that it stands in.
    pub(super) pod: Option<&'t Statement>,
    /// The placed part whose block it stands in.
    pub(super) part: Option<&'t Statement>,
    /// The container that it stands in.
    pub(super) container: Option<&'t Statement>,
    /// What it is handed to: the parameter's type says which of the things it may be it is.
    pub(super) handed: Option<Handed<'t>>,
}

/// All names of a file.
pub(crate) fn occurrences(file: &Parsed) -> Vec<Occurrence<'_>> {
    let mut found = Vec::new();
    walk(file.document(), |shaped, around| {
        let all = || around.iter().chain([shaped]);
        let is_template = |shaped: &&Shaped| named(shaped, "template");
        let pod = |shaped: &&Shaped| {
            matches!(shaped.body, Inside::Workload(_)) && !is_branch(shaped) && !named(shaped, "part")
        };
        let container = |shaped: &&Shaped| matches!(shaped.body, Inside::Container(_)) && !is_branch(shaped);
        let mut reader = OccurrenceReader {
            text: file.text(),
            template: all().find(is_template).map(|shaped| shaped.statement),
            pod: all().find(pod).map(|shaped| shaped.statement),
            part: around.iter().find(|shaped| named(shaped, "part")).map(|shaped| shaped.statement),
            container: all().rfind(container).map(|shaped| shaped.statement),
            handed: None,
            found: &mut found,
        };
        let claims = |shaped: &Shaped| shaped.statement.name.text == "volumeClaimTemplates";
        match (shaped.meaning, around, shaped.statement.values.first()) {
            (Meaning::Field(_, field), [.., outer, _], Some(value))
                if field.name == "name" && claims(outer) =>
            {
                reader.declared(value, NameKind::Volume);
            }
            _ => reader.statement(shaped),
        }
    });
    found
}

fn named(shaped: &Shaped, name: &str) -> bool {
    matches!(shaped.meaning, Meaning::Entry(entry) if entry.name == name)
}

fn is_branch(shaped: &Shaped) -> bool {
    named(shaped, "when") || named(shaped, "else")
}

struct OccurrenceReader<'r, 't> {
    text: &'t str,
    template: Option<&'t Statement>,
    pod: Option<&'t Statement>,
    part: Option<&'t Statement>,
    container: Option<&'t Statement>,
    handed: Option<Handed<'t>>,
    found: &'r mut Vec<Occurrence<'t>>,
}

impl<'t> OccurrenceReader<'_, 't> {
    fn statement(&mut self, shaped: &Shaped<'t>) {
        let statement = shaped.statement;
        if named(shaped, "use") {
            return self.used(statement);
        }
        let declares = match shaped.meaning {
            Meaning::Entry(entry) => match entry.name {
                "let" => Some(NameKind::Let),
                "param" => Some(NameKind::Param),
                "volume" => Some(NameKind::Volume),
                "port" => Some(NameKind::Port),
                "part" => Some(NameKind::Container),
                name if CONTAINERS.contains(&name) => Some(NameKind::Container),
                _ if matches!(shaped.body, Inside::Workload(_)) => Some(NameKind::Workload),
                _ => None,
            },
            _ => None,
        };
        for (value, role) in statement.values.iter().zip(roles(shaped)) {
            match (role, declares, field_of_pod(shaped)) {
                (ValueRole::Declares, Some(kind), _) => self.declared(value, kind),
                (ValueRole::Template, ..) => self.template(value),
                (ValueRole::Field(_), _, Some(named)) if matches!(value.kind, ValueKind::Text(_)) => {
                    self.spelled(value, named);
                }
                _ => self.value(value, role),
            }
        }
    }

    fn add(&mut self, range: Range32, sort: NameRole<'t>) {
        let Some(name) = self.text.get(range.range()) else { return };
        let Self { template, pod, part, container, handed, .. } = *self;
        self.found.push(Occurrence { range, name, sort, template, pod, part, container, handed });
    }

    /// The name of something in the pod, as text where Kubernetes has it: of what a part declares, `part-name`. The template
    /// of a part does not know what the part is called.
    fn spelled(&mut self, value: &'t SyntaxValue, named: KubernetesName) {
        let in_part = self.pod.is_some_and(|pod| pod.values.first().and_then(word) == Some("part"));
        match (bare(self.text, value), named) {
            (Some(range), KubernetesName::Port) => self.add(range, NameRole::Port),
            (Some(range), KubernetesName::InPod(kind)) if !in_part => self.in_the_pod_itself(range, kind),
            _ => self.value(value, ValueRole::Expression),
        }
    }

    /// What text may name: something of the workload, or for each `-` something of a part.
    fn in_the_pod_itself(&mut self, range: Range32, kind: NameKind) {
        let part = self.part.take();
        self.add(range, NameRole::InPod(kind, None));
        let name = self.text.get(range.range()).unwrap_or_default();
        let start = range.range().start;
        for (at, _) in name.match_indices('-') {
            let (of, inner) = (&name[..at], &name[at + 1..]);
            self.add((start..start + at).into(), NameRole::PartInPod(kind, inner));
            self.add((start + at + 1..range.range().end).into(), NameRole::InPod(kind, Some(of)));
        }
        self.part = part;
    }

    /// `use "file" as name`; without `as`, the file's stem is the name.
    fn used(&mut self, statement: &'t Statement) {
        let name = match statement.values.as_slice() {
            [_, _, name] => Some(Range32::from(name.span)),
            [file] => stem(self.text, file),
            _ => None,
        };
        if let Some(name) = name {
            self.add(name, NameRole::Declares(NameKind::File));
        }
    }

    fn declared(&mut self, value: &'t SyntaxValue, kind: NameKind) {
        match bare(self.text, value) {
            Some(range) => self.add(range, NameRole::Declares(kind)),
            None => self.value(value, ValueRole::Expression),
        }
    }

    fn template(&mut self, value: &'t SyntaxValue) {
        let (name, parameters) = match &value.kind {
            ValueKind::Call(name, parameters) => (Range32::from(name.span), parameters.as_slice()),
            ValueKind::Word(_) => (Range32::from(value.span), [].as_slice()),
            _ => return,
        };
        self.add(name, NameRole::Declares(NameKind::Template));
        for parameter in parameters {
            match (&parameter.name, parameter.values.as_slice()) {
                (Some(name), _) => self.add(name.span.into(), NameRole::Declares(NameKind::Parameter)),
                (None, [value]) => self.declared(value, NameKind::Parameter),
                _ => {}
            }
            let assign = |value: &&SyntaxValue| !matches!(value.kind, ValueKind::Operator(Operator::Assign));
            for default in parameter.values.iter().skip_while(assign).skip(1) {
                self.value(default, ValueRole::Expression);
            }
        }
    }

    fn value(&mut self, value: &'t SyntaxValue, role: ValueRole) {
        match &value.kind {
            ValueKind::Word(_) => self.word(value.span.into(), role),
            ValueKind::Text(pieces) => {
                if let Some(range) = bare(self.text, value).filter(|_| refers(role)) {
                    return self.word(range, role);
                }
                for piece in pieces {
                    if let Piece::Name(name) = piece {
                        self.dotted(name.span.into(), NameRole::Binding);
                    }
                }
            }
            ValueKind::List(items) => items.iter().for_each(|item| self.value(item, role)),
            ValueKind::Range(start, end) => {
                start.iter().chain([end]).for_each(|end| self.value(end, ValueRole::Expression));
            }
            ValueKind::Call(name, arguments) => self.call(name, arguments, role),
            ValueKind::Group(arguments) => {
                arguments
                    .iter()
                    .flat_map(|argument| &argument.values)
                    .for_each(|value| self.value(value, role));
            }
            ValueKind::Number(_) | ValueKind::Path(_) | ValueKind::Operator(_) => {}
        }
    }

    fn word(&mut self, range: Range32, role: ValueRole) {
        let word = self.text.get(range.range()).unwrap_or_default();
        match role {
            _ if matches!(word, "true" | "false") => {}
            ValueRole::Slot(_, ValueType::Volume | ValueType::MountedVolume(_)) => {
                self.in_pod(range, NameKind::Volume);
            }
            ValueRole::Slot(_, ValueType::Container) => self.in_pod(range, NameKind::Container),
            ValueRole::Slot(_, ValueType::PortRef) => self.add(range, NameRole::Port),
            ValueRole::Slot(_, ValueType::TemplateCall) => self.dotted(range, NameRole::Template),
            ValueRole::Field(ty) if is_member(ty, word) => {}
            ValueRole::Slot(..) | ValueRole::Field(_) | ValueRole::Expression | ValueRole::Variable => {
                self.dotted(range, NameRole::Binding);
            }
            ValueRole::Declares
            | ValueRole::Keyword(_)
            | ValueRole::TypeWord
            | ValueRole::Kind
            | ValueRole::Template
            | ValueRole::Operator
            | ValueRole::Unknown => {}
        }
    }

    /// `template(name: value)`, or a function such as `secret("name")`.
    fn call(&mut self, name: &'t Name, arguments: &'t [Argument], role: ValueRole) {
        let is_template = matches!(role, ValueRole::Slot(_, ValueType::TemplateCall));
        if is_template {
            self.dotted(name.span.into(), NameRole::Template);
        }
        let places = arguments.iter().scan(0, |place, argument| {
            let at = *place;
            *place += usize::from(argument.name.is_none());
            Some(at)
        });
        for (at, argument) in places.zip(arguments) {
            let parameter = argument
                .name
                .as_ref()
                .map_or(ArgumentKey::At(at), |name| ArgumentKey::Name(name.text.as_str()));
            if let Some(parameter) = argument.name.as_ref().filter(|_| is_template) {
                self.add(parameter.span.into(), NameRole::Argument(&name.text));
            }
            for value in &argument.values {
                match &value.kind {
                    // What a word means hangs on the parameter's type: a name of the pod comes last.
                    ValueKind::Word(_) if is_template => {
                        self.handed = Some(Handed { template: &name.text, parameter });
                        self.handed(value.span.into());
                        self.handed = None;
                    }
                    ValueKind::Word(_) | ValueKind::Text(_) if is_volume(name, parameter) => {
                        self.value(value, ValueRole::Slot("volume", ValueType::Volume));
                    }
                    ValueKind::Text(_)
                        if name.text == "resource" && parameter == ArgumentKey::Name("container") =>
                    {
                        self.spelled(value, KubernetesName::InPod(NameKind::Container));
                    }
                    _ => self.value(value, ValueRole::Expression),
                }
            }
        }
    }

    /// A word that is handed to a template: a binding, or the name of a volume or a container.
    fn handed(&mut self, range: Range32) {
        if matches!(self.text.get(range.range()), Some("true" | "false")) {
            return;
        }
        self.dotted(range, NameRole::Binding);
        for kind in [NameKind::Volume, NameKind::Container] {
            self.in_pod(range, kind);
        }
    }

    /// `name`, or `part.name`.
    fn in_pod(&mut self, range: Range32, kind: NameKind) {
        match self.split(range) {
            Some((part, part_name, name)) => {
                self.add(part, NameRole::InPod(NameKind::Container, None));
                self.add(name, NameRole::InPod(kind, Some(part_name)));
            }
            None => self.add(range, NameRole::InPod(kind, None)),
        }
    }

    /// `name`, or `file.name`.
    fn dotted(&mut self, range: Range32, sort: NameRole<'t>) {
        match self.split(range) {
            Some((alias, alias_name, name)) => {
                self.add(alias, NameRole::Alias);
                self.add(name, NameRole::Of(alias_name));
            }
            None => self.add(range, sort),
        }
    }

    fn split(&self, range: Range32) -> Option<(Range32, &'t str, Range32)> {
        let word = self.text.get(range.range())?;
        let (before, _) = word.split_once('.')?;
        let dot = range.range().start + before.len();
        Some(((range.range().start..dot).into(), before, (dot + 1..range.range().end).into()))
    }
}

/// What Kubernetes names by text.
#[derive(Clone, Copy)]
enum KubernetesName {
    Port,
    InPod(NameKind),
}

/// What the text of a field of Kubernetes names.
fn field_of_pod(shaped: &Shaped) -> Option<KubernetesName> {
    match shaped.meaning {
        Meaning::Field(object, field) => match (object.name, field.name) {
            ("HTTPGetAction" | "TCPSocketAction", "port") => Some(KubernetesName::Port),
            ("VolumeDevice", "name") | ("FileKeySelector", "volumeName") => {
                Some(KubernetesName::InPod(NameKind::Volume))
            }
            _ => None,
        },
        Meaning::Key(_) => match shaped.statement.name.text.as_str() {
            "kubectl.kubernetes.io/default-container" | "kubectl.kubernetes.io/default-logs-container" => {
                Some(KubernetesName::InPod(NameKind::Container))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is the volume of `file(volume, …)`.
fn is_volume(function: &Name, parameter: ArgumentKey) -> bool {
    function.text == "file" && matches!(parameter, ArgumentKey::At(0) | ArgumentKey::Name("volume"))
}

/// Whether text at this place is a name that is declared in the pod.
fn refers(role: ValueRole) -> bool {
    let ValueRole::Slot(_, ty) = role else { return false };
    matches!(ty, ValueType::Volume | ValueType::MountedVolume(_) | ValueType::Container | ValueType::PortRef)
}

/// The place of a name without its quotes, if it is written as it is.
pub(super) fn bare(text: &str, value: &SyntaxValue) -> Option<Range32> {
    let range = value.span.range();
    match &value.kind {
        ValueKind::Word(_) => Some(range.into()),
        ValueKind::Text(pieces) => match pieces.as_slice() {
            [Piece::Text(name)] if name.len() + 2 == range.len() => {
                let inner = range.start + 1..range.end - 1;
                (text.get(inner.clone()) == Some(name)).then(|| inner.into())
            }
            _ => None,
        },
        _ => None,
    }
}

/// The place of a file's stem in `use "folder/stem.initflow"`.
fn stem(text: &str, file: &SyntaxValue) -> Option<Range32> {
    let inner = bare(text, file)?.range();
    let path = text.get(inner.clone())?;
    let start = inner.start + path.rfind('/').map_or(0, |slash| slash + 1);
    let stem = crate::program::stem(path);
    Some((start..start + stem.len()).into())
}

fn is_member(ty: &FieldType, word: &str) -> bool {
    match ty {
        FieldType::Enum(values) => values.iter().any(|value| value.name == word),
        FieldType::List(inner) => is_member(inner, word),
        _ => false,
    }
}
