//! Describes the shape of a statement: its name, where it is allowed, and the slots that its values fill.
//!
//! Invariant: a shape is data; the code that resolves or lowers a statement decides what it does.

/// A statement of the language.
#[derive(Debug)]
pub struct StatementSpec {
    /// Its name.
    pub name: &'static str,
    /// Where it is allowed.
    pub places: &'static [StatementPlace],
    /// The values after the name.
    pub head: &'static [Slot],
    /// What its block contains.
    pub body: Body,
    /// Whether it may appear several times in one block.
    pub repeats: bool,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// Where a statement is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatementPlace {
    /// Outside all blocks.
    File,
    /// In a workload, or in a `template` of one.
    Workload,
    /// In a container of any role, and in `defaults`.
    Container,
    /// In an `env` block.
    Environment,
    /// In the built-in step of this keyword.
    Step(&'static str),
}

impl StatementPlace {
    /// How a message names the place: `in a container`.
    pub fn phrase(self) -> String {
        match self {
            Self::File => "outside all blocks".into(),
            Self::Workload => "in a workload".into(),
            Self::Container => "in a container".into(),
            Self::Environment => "in `env`".into(),
            Self::Step(keyword) => format!("in `{keyword}`"),
        }
    }
}

/// What a statement has between its braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// No block.
    None,
    /// A block of statements, which must be there.
    Required,
    /// A block of statements, or none.
    Optional,
    /// The other fields of the Kubernetes object of this name, or no block.
    Fields(&'static str),
}

/// One value, or one `keyword value…`, in a statement's head.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// A value that must be there: its name and its type.
    One(&'static str, ValueType),
    /// A value that may be left out.
    Maybe(&'static str, ValueType),
    /// One or more values.
    Many(&'static str, ValueType),
    /// `keyword value…`, in any order after the plain values.
    Clause(&'static Clause),
    /// `= value`, `: type` and the like: the statement reads its values itself. The text shows how.
    Free(&'static str),
}

/// `keyword value…` in a head.
#[derive(Debug)]
pub struct Clause {
    /// The keyword.
    pub word: &'static str,
    /// Its values: only [`Slot::One`] and [`Slot::Maybe`].
    pub values: &'static [Slot],
    /// Whether it may be left out.
    pub need: Need,
}

/// Whether a clause may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It may be left out.
    Optional,
    /// It must be there.
    Required,
    /// Exactly one of the clauses with this mark must be there.
    OneOf,
    /// At most one of the clauses with this mark is allowed.
    AtMostOne,
}

/// The direction in which files flow through a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `reads`
    Reads,
    /// `updates`
    Updates,
    /// `writes`
    Writes,
    /// `mounts`: has no effect on the order.
    Mounts,
}

/// The types of values in heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// A name that the statement declares.
    Name,
    /// Text in quotes.
    Text,
    /// Text, or a list of texts.
    TextOrList,
    /// A list of texts.
    TextList,
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
    /// A time, or `least..most`.
    SecondsRange,
    /// An absolute path.
    Path,
    /// An absolute path, or any other path in quotes: Kubernetes accepts `C:\\data` and `data` too.
    AnyPath,
    /// A file mode in octal: `0644`.
    Mode,
    /// A port number.
    Port,
    /// A port's number or name.
    PortRef,
    /// The name of a volume.
    Volume,
    /// The name of a volume that a built-in step mounts because it is named here, and what the step does with it.
    MountedVolume(Direction),
    /// The name of a step, a sidecar, or a part.
    Container,
    /// Where secrets or settings come from: `secret("name")`, `configmap("name")`.
    Source,
    /// A Secret as a whole: `secret("name")`.
    Secret,
    /// The value of a variable in `env`: text, or a source such as `secret("name", "key")`.
    Variable,
    /// `file.template(argument, name: argument)`.
    TemplateCall,
}

impl ValueType {
    /// The type as messages describe what they expect.
    pub fn phrase(self) -> String {
        match self {
            Self::Name => "a name".into(),
            Self::Text => "text in quotes".into(),
            Self::TextList => "a list of texts such as `[\"a\", \"b\"]`".into(),
            Self::TextOrList => "text in quotes, or a list such as `[\"a\", \"b\"]`".into(),
            Self::Int(low, high) => format!("a whole number from {low} to {high}"),
            Self::Cpu => "an amount of CPU such as `250m`, `0.5` or `2`".into(),
            Self::Memory => "an amount of bytes such as `512Mi` or `1Gi`".into(),
            Self::CpuRange => "CPU as `request`, `request..limit` or `..limit`, such as `250m..1`".into(),
            Self::MemoryRange => {
                "bytes as `request`, `request..limit` or `..limit`, such as `256Mi..1Gi`".into()
            }
            Self::ResourceRange => "an amount, or `request..limit`".into(),
            Self::Seconds => "a time in whole seconds such as `30s`, `5m` or `1h30m`".into(),
            Self::SecondsRange => "a time, or `least..most`, such as `20s` or `20s..2m`".into(),
            Self::Path | Self::AnyPath => "an absolute path such as `/etc/shop`".into(),
            Self::Mode => "a file mode in octal such as `0644`".into(),
            Self::Port => "a port number from 1 to 65535".into(),
            Self::PortRef => "a port's number or name".into(),
            Self::Volume | Self::MountedVolume(_) => "the name of a volume".into(),
            Self::Container => "the name of a step or a sidecar".into(),
            Self::Source => "`secret(\"name\")` or `configmap(\"name\")`".into(),
            Self::Secret => "`secret(\"name\")`".into(),
            Self::Variable => "text, or a source such as `secret(\"name\", \"key\")`".into(),
            Self::TemplateCall => "a template with its arguments, such as `platform.web(port: 8080)`".into(),
        }
    }
}

impl StatementSpec {
    /// The head as the reference and messages show it: `port [name] number [udp] [host number]`.
    pub fn signature(&self) -> String {
        let mut text = self.name.to_string();
        for slots in self.head.chunk_by(|a, b| alternative(a).is_some() && alternative(a) == alternative(b)) {
            let each: Vec<String> = slots.iter().map(Slot::signature).collect();
            let (open, close) = match slots.first().and_then(alternative) {
                Some(Need::AtMostOne) => ("[", "]"),
                Some(_) if slots.len() > 1 => ("(", ")"),
                _ => ("", ""),
            };
            text.extend([" ", open, &each.join(" | "), close]);
        }
        match self.body {
            Body::Required => text.push_str(" { … }"),
            Body::Optional => text.push_str(" [{ … }]"),
            Body::None | Body::Fields(_) => {}
        }
        text
    }
}

fn alternative(slot: &Slot) -> Option<Need> {
    match slot {
        Slot::Clause(Clause { need: need @ (Need::OneOf | Need::AtMostOne), .. }) => Some(*need),
        _ => None,
    }
}

impl Slot {
    fn signature(&self) -> String {
        match self {
            Self::One(name, _) => (*name).into(),
            Self::Maybe(name, _) => format!("[{name}]"),
            Self::Many(name, _) => format!("{name}…"),
            Self::Free(text) => (*text).into(),
            Self::Clause(clause) => {
                let mut words = vec![clause.word.to_owned()];
                words.extend(clause.values.iter().map(Slot::signature));
                match clause.need {
                    Need::Optional => format!("[{}]", words.join(" ")),
                    _ => words.join(" "),
                }
            }
        }
    }
}

/// `[word value…]`
pub(crate) const fn optional(word: &'static str, values: &'static [Slot]) -> Clause {
    Clause { word, values, need: Need::Optional }
}

/// `word value…`
pub(crate) const fn required(word: &'static str, values: &'static [Slot]) -> Clause {
    Clause { word, values, need: Need::Required }
}

/// One of several `word value…`, of which exactly one must be there.
pub(crate) const fn one_of(word: &'static str, values: &'static [Slot]) -> Clause {
    Clause { word, values, need: Need::OneOf }
}

/// One of several `word value…`, of which at most one is allowed.
pub(crate) const fn at_most_one(word: &'static str, values: &'static [Slot]) -> Clause {
    Clause { word, values, need: Need::AtMostOne }
}

/// A statement of a built-in step, without a block.
pub(crate) const fn of_step(
    places: &'static [StatementPlace],
    name: &'static str,
    head: &'static [Slot],
    meaning: &'static str,
) -> StatementSpec {
    StatementSpec { name, places, head, body: Body::None, repeats: false, meaning }
}

/// A clause as a slot: `clause!(required "at", One("path", Type::Path))`.
macro_rules! clause {
    ($kind:ident $word:literal) => {{
        static CLAUSE: $crate::statement::Clause = $kind($word, &[]);
        $crate::statement::Slot::Clause(&CLAUSE)
    }};
    ($kind:ident $word:literal, $($slot:expr),+) => {{
        static CLAUSE: $crate::statement::Clause = $kind($word, &[$($slot),+]);
        $crate::statement::Slot::Clause(&CLAUSE)
    }};
}
pub(crate) use clause;
