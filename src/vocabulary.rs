//! The table of the language's own statements: what each means, where it may stand, and what its values are.
//!
//! Invariant: a statement is in this table, or it is a field of the Kubernetes schema under its own name;
//! nothing else is understood. Checker, reference and editors are all made from this table.

mod table;

pub use table::ENTRIES;

/// A statement of the language.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand.
    pub places: &'static [Place],
    /// The values behind the name.
    pub head: &'static [Slot],
    /// What its block holds.
    pub body: Body,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// Where a statement may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Outside all blocks.
    File,
    /// In a workload, or in a `template` of one.
    Workload,
    /// In a container of any role, and in `defaults`.
    Container,
    /// In an `env` block.
    Environment,
    /// In `fetch`.
    Fetch,
    /// In `wait`.
    Wait,
    /// In `migrate`.
    Migrate,
}

impl Place {
    /// How a message names the place: `in a container`.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::File => "outside all blocks",
            Self::Workload => "in a workload",
            Self::Container => "in a container",
            Self::Environment => "in `env`",
            Self::Fetch => "in `fetch`",
            Self::Wait => "in `wait`",
            Self::Migrate => "in `migrate`",
        }
    }
}

/// What stands between a statement's braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// No block.
    None,
    /// A block of statements; the statement is nothing without it.
    Required,
    /// A block of statements, or none.
    Optional,
    /// The other fields of the Kubernetes object of this name, or no block.
    Fields(&'static str),
}

/// One value, or one `keyword value…`, of a statement's head.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// A value that must be there: what it is called, and its type.
    One(&'static str, Type),
    /// A value that may be left out.
    Maybe(&'static str, Type),
    /// One value or more.
    Many(&'static str, Type),
    /// `keyword value…`, in any order after the plain values.
    Clause(&'static Clause),
    /// `= value`, `: type` and the like: the statement reads its values by itself. The text shows how.
    Free(&'static str),
}

/// `keyword value…` in a head.
#[derive(Debug)]
pub struct Clause {
    /// The keyword.
    pub word: &'static str,
    /// Its values; only [`Slot::One`] and [`Slot::Maybe`].
    pub values: &'static [Slot],
    /// Whether it may be left out.
    pub need: Need,
}

/// Whether a clause may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It may.
    Optional,
    /// It must stand.
    Required,
    /// Exactly one of the clauses marked so must stand.
    OneOf,
    /// At most one of the clauses marked so may stand.
    AtMostOne,
}

/// The types of values in heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A name that the statement declares.
    Name,
    /// Text in quotes.
    Text,
    /// Text, or a list of texts.
    TextOrList,
    /// An integer in this range.
    Int(i64, i64),
    /// CPU: `250m`, `0.5`, `2`.
    Cpu,
    /// Bytes: `512Mi`, `1G`.
    Memory,
    /// `request`, `request..limit` or `..limit`, of CPU.
    CpuRange,
    /// `request`, `request..limit` or `..limit`, in bytes.
    MemoryRange,
    /// `amount`, `request..limit` or `..limit`, in the units of the resource that the head names.
    ResourceRange,
    /// A span of time in whole seconds: `30s`, `5m`, `1h30m`.
    Seconds,
    /// An absolute path.
    Path,
    /// A file mode in octal: `0644`.
    Mode,
    /// A port number.
    Port,
    /// A port's number or name.
    PortRef,
    /// The name of a volume.
    Volume,
    /// The name of a step, a sidecar, or a part.
    Container,
    /// Where secrets or settings come from: `secret("name")`, `configmap("name")`.
    Source,
    /// `file.template(argument, name: argument)`.
    TemplateCall,
}

impl Type {
    /// What a message says that it expects.
    pub fn phrase(self) -> String {
        match self {
            Self::Name => "a name".into(),
            Self::Text => "text in quotes".into(),
            Self::TextOrList => "text in quotes, or a list such as `[\"a\", \"b\"]`".into(),
            Self::Int(0, i64::MAX) => "a whole number from 0".into(),
            Self::Int(1, i64::MAX) => "a whole number from 1".into(),
            Self::Int(low, high) => format!("a whole number from {low} to {high}"),
            Self::Cpu => "an amount of CPU such as `250m`, `0.5` or `2`".into(),
            Self::Memory => "an amount of bytes such as `512Mi` or `1Gi`".into(),
            Self::CpuRange => "CPU as `request`, `request..limit` or `..limit`, such as `250m..1`".into(),
            Self::MemoryRange => {
                "bytes as `request`, `request..limit` or `..limit`, such as `256Mi..1Gi`".into()
            }
            Self::ResourceRange => "an amount, or `request..limit`".into(),
            Self::Seconds => "a time in whole seconds such as `30s`, `5m` or `1h30m`".into(),
            Self::Path => "an absolute path such as `/etc/shop`".into(),
            Self::Mode => "a file mode in octal such as `0644`".into(),
            Self::Port => "a port number from 1 to 65535".into(),
            Self::PortRef => "a port's number or name".into(),
            Self::Volume => "the name of a volume".into(),
            Self::Container => "the name of a step or a sidecar".into(),
            Self::Source => "`secret(\"name\")` or `configmap(\"name\")`".into(),
            Self::TemplateCall => "a template with its arguments, such as `platform.web(port: 8080)`".into(),
        }
    }
}

/// The statement of a name at a place.
pub fn entry(place: Place, name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name && entry.places.contains(&place))
}

/// All statements that may stand at a place.
pub fn entries_at(place: Place) -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().filter(move |entry| entry.places.contains(&place))
}

/// The container statements: the keywords that open one.
pub const CONTAINERS: &[&str] = &["step", "sidecar", "app", "fetch", "wait", "migrate"];

/// Words that stand between values, and so cannot be declared.
pub const KEYWORDS: &[&str] = &[
    "from",
    "at",
    "every",
    "timeout",
    "delay",
    "failures",
    "successes",
    "sub",
    "readonly",
    "as",
    "prefix",
    "host",
    "true",
    "false",
    "else",
    "when",
];

/// The API's own names for what the language has a statement for, each with the statement to use.
pub const REPLACED: &[(&str, &str)] = &[
    ("containers", "app NAME { … }"),
    ("initContainers", "step NAME { … }` or `sidecar NAME { … }"),
    ("ephemeralContainers", "kubectl debug"),
    ("volumes", "volume NAME"),
    ("volumeMounts", "reads VOLUME at /path`, `writes …`, `updates …` or `mounts …"),
    ("ports", "port NAME NUMBER"),
    ("envFrom", "env { from secret(\"name\") }"),
    ("readinessProbe", "ready http PORT /path"),
    ("livenessProbe", "alive http PORT /path"),
    ("startupProbe", "started http PORT /path"),
    ("requests", "cpu 250m..1` and `memory 256Mi..512Mi"),
    ("limits", "cpu 250m..1` and `memory 256Mi..512Mi"),
    ("template", "pod { … }"),
    ("jobTemplate", "job { … }"),
    ("spec", "the fields themselves"),
];

impl Entry {
    /// The head as the reference and messages show it: `port [name] number [udp] [host number]`.
    pub fn signature(&self) -> String {
        let mut text = self.name.to_string();
        for (at, slot) in self.head.iter().enumerate() {
            let joins = alternative(slot) && at > 0 && alternative(&self.head[at - 1]);
            text.push_str(if joins { " | " } else { " " });
            text.push_str(&slot.signature());
        }
        if self.body == Body::Required {
            text.push_str(" { … }");
        }
        text
    }
}

fn alternative(slot: &Slot) -> bool {
    matches!(slot, Slot::Clause(Clause { need: Need::OneOf | Need::AtMostOne, .. }))
}

impl Slot {
    fn signature(&self) -> String {
        match self {
            Self::One(name, _) => (*name).into(),
            Self::Maybe(name, _) => format!("[{name}]"),
            Self::Many(name, _) => format!("{name}…"),
            Self::Free(text) => (*text).into(),
            Self::Clause(clause) => {
                let values: String =
                    clause.values.iter().map(|slot| format!(" {}", slot.signature())).collect();
                match clause.need {
                    Need::Optional => format!("[{}{values}]", clause.word),
                    _ => format!("{}{values}", clause.word),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_thing_at_a_place() {
        for (at, entry) in ENTRIES.iter().enumerate() {
            for other in &ENTRIES[at + 1..] {
                let both = entry.places.iter().any(|place| other.places.contains(place));
                assert!(entry.name != other.name || !both, "`{}` twice at one place", entry.name);
            }
        }
    }

    #[test]
    fn every_clause_is_a_keyword_or_stands_where_no_value_of_its_name_can() {
        for container in CONTAINERS {
            assert!(entry(Place::Workload, container).is_some(), "{container}");
        }
    }
}
