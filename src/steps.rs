//! Reads the statements of a built-in step into typed options, and lowers the options to parts of a container: image,
//! command, arguments, environment.
//!
//! Invariant: what a user wrote reaches a script as data, in the environment or as an argument, never as shell text.
//!
//! Each script is POSIX `sh`, composed by [`script`] of what its step needs. It may be killed at any moment and run again, prints one line for what it does and for what
//! went wrong, prints no secret, and writes only to its target volume, so that it needs neither a writable root file system
//! nor a certain user.

pub(crate) mod clone;
pub(crate) mod copy;
pub(crate) mod existing;
pub(crate) mod fetch;
mod images;
pub(crate) mod migrate;
mod needs;
mod outside_links;
pub(crate) mod own;
pub(crate) mod render;
mod script;
pub(crate) mod secrets;
pub(crate) mod tries;
pub(crate) mod wait;

pub use images::{Image, Images};
pub use needs::Needs;

use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::version::Version;
use crate::object::{Node, Value};
use crate::source::Span;
use crate::statement::StatementSpec;
use script::part;
use smol_str::{SmolStr, format_smolstr};

/// Declares the kinds of built-in steps. The module of a kind has its `KEYWORD` and its `STATEMENTS`; its options can be
/// `read` and `lower`ed.
macro_rules! kinds {
    ($($kind:ident($module:ident::$options:ident)),+ $(,)?) => {
        /// A kind of built-in step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum StepKind {
            $(#[doc = concat!("The step `", stringify!($module), "`.")] $kind),+
        }

        /// A built-in step with its options; without them if its statements could not be read, which has been reported.
        #[derive(Clone, Debug)]
        pub enum BuiltIn {
            $(#[doc = concat!("See [`", stringify!($module), "`].")] $kind(Option<Box<$module::$options>>)),+
        }

        impl StepKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The keyword that opens a step of this kind.
            pub const fn keyword(self) -> &'static str {
                match self { $(Self::$kind => $module::KEYWORD),+ }
            }

            /// The statements that only this kind has.
            pub const fn statements(self) -> &'static [StatementSpec] {
                match self { $(Self::$kind => $module::STATEMENTS),+ }
            }

            /// A step of this kind whose statements have not been read.
            pub const fn unread(self) -> BuiltIn {
                match self { $(Self::$kind => BuiltIn::$kind(None)),+ }
            }

            /// Reads the statements of a step.
            pub fn read(self, given: &StepInput, diagnostics: &mut Vec<Diagnostic>) -> BuiltIn {
                match self {
                    $(Self::$kind => BuiltIn::$kind($module::$options::read(given, diagnostics).map(Box::new))),+
                }
            }
        }

        impl BuiltIn {
            /// Its kind.
            pub const fn kind(&self) -> StepKind {
                match self { $(Self::$kind(_) => StepKind::$kind),+ }
            }

            /// The parts of a container that carry it out, if it has its options.
            pub fn lower(&self) -> Option<Lowered> {
                match self { $(Self::$kind(options) => options.as_ref().map(|options| options.lower())),+ }
            }
        }
    };
}

kinds! {
    Fetch(fetch::FetchOptions),
    Clone(clone::CloneOptions),
    Wait(wait::WaitOptions),
    Migrate(migrate::MigrateOptions),
    Copy(copy::CopyOptions),
    Own(own::OwnOptions),
    Render(render::RenderOptions),
    Secrets(secrets::SecretsOptions),
}

impl StepKind {
    /// The kind of a keyword.
    pub fn of(keyword: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.keyword() == keyword)
    }

    /// What a step of this kind needs in an image of the author's.
    pub(crate) fn needs(self) -> Needs {
        if self == Self::Migrate { Needs::OF_APPLICATION } else { Needs::IN_IMAGE }
    }

    /// Whether the author may write the command.
    pub fn takes_command(self) -> bool {
        self == Self::Migrate
    }
}

/// The typed statements of a step; of each, only the one from the nearest layer.
#[derive(Debug)]
pub struct StepInput {
    /// The step's head.
    pub span: Span,
    /// The version of Kubernetes that must accept the step.
    pub version: Version,
    /// Where the step has a command of its own, if it has one.
    pub command: Option<Span>,
    /// The step's `image`, its own or that of `defaults`.
    pub image: Option<Node>,
    /// The step's `imagePullPolicy`.
    pub pull_policy: Option<Node>,
    /// The names of its variables, unless some are known only in the cluster.
    pub variables: Option<Vec<SmolStr>>,
    /// Which readers of what the step writes are known.
    pub readers: Readers,
    /// The statements, in order.
    pub options: Vec<GivenOption>,
}

/// Which readers of what a step writes for its own user and group are known.
#[derive(Clone, Copy, Debug)]
pub struct Readers {
    /// Whether the pod sets the user that all its containers run as, including this step.
    pub share_user: bool,
    /// Whether the pod has an `fsGroup`, which the files of its volumes belong to.
    pub share_group: bool,
    /// Whether the step itself sets the user that it runs as.
    pub chosen: bool,
}

/// One statement of a step.
#[derive(Debug)]
pub struct GivenOption {
    /// Its name.
    pub name: &'static str,
    /// Its name in the source.
    pub span: Span,
    /// Its plain values, in order.
    pub values: Vec<Node>,
    /// Its clauses, in order.
    pub clauses: Vec<GivenClause>,
    /// Where the volume that it names is mounted.
    pub mount_path: Option<SmolStr>,
    /// Whether that volume is known to be made for each pod, on the node's own disk or in its memory.
    pub ephemeral: bool,
}

/// `word value…` in a statement of a step.
#[derive(Debug)]
pub struct GivenClause {
    /// The word.
    pub word: &'static str,
    /// The place of the word.
    pub span: Span,
    /// Its values, in order.
    pub values: Vec<Node>,
}

impl GivenOption {
    /// The clause of a word.
    pub fn clause(&self, word: &str) -> Option<&GivenClause> {
        self.clauses.iter().find(|clause| clause.word == word)
    }
}

impl StepInput {
    /// The option of a name.
    pub fn option(&self, name: &str) -> Option<&GivenOption> {
        self.options.iter().find(|option| option.name == name)
    }

    /// The place of `once`, if the step runs once for all pods.
    pub fn once(&self) -> Option<Span> {
        self.option(migrate::ONCE).map(|option| option.span)
    }

    /// Whether the step is known not to have this variable.
    fn lacks(&self, variable: &str) -> bool {
        self.variables.as_ref().is_some_and(|variables| variables.iter().all(|name| name != variable))
    }

    /// The first value of an option.
    fn value(&self, name: &str) -> Option<&Node> {
        self.option(name)?.values.first()
    }

    /// The first value of an option as a number, or a default.
    fn number<N: TryFrom<i64>>(&self, name: &str, default: N) -> N {
        self.value(name).and_then(|node| N::try_from(node.as_int()?).ok()).unwrap_or(default)
    }

    /// Required options, each with an example; all that are missing are reported together.
    fn must<const N: usize>(
        &self,
        wanted: [(&str, &str); N],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<[&GivenOption; N]> {
        let absent = || wanted.iter().filter(|(name, _)| self.option(name).is_none());
        let found: Vec<&GivenOption> = wanted.iter().filter_map(|(name, _)| self.option(name)).collect();
        let list = |of: fn(&(&str, &str)) -> String| absent().map(of).collect::<Vec<_>>().join(" and ");
        if found.len() < N {
            let names = list(|(name, _)| format!("`{name}`"));
            let examples = list(|(_, example)| format!("`{example}`"));
            diagnostics.push(
                Diagnostic::error(Code::MissingStatement, self.span, format!("this step needs {names}"))
                    .here(format!("expected {examples} in it")),
            );
        }
        found.try_into().ok()
    }

    /// A time of at least one second, in seconds, or a default.
    fn time(&self, name: &str, default: u64, diagnostics: &mut Vec<Diagnostic>) -> Option<u64> {
        let Some(node) = self.value(name) else { return Some(default) };
        let seconds = u64::try_from(node.as_int()?).ok()?;
        if seconds == 0 {
            diagnostics.push(
                Diagnostic::error(
                    Code::OutOfRange,
                    node.span,
                    format!("`{name}` must be at least one second"),
                )
                .here("expected `1s` or more"),
            );
            return None;
        }
        Some(seconds)
    }
}

/// What a built-in step becomes.
///
/// The variables come after those of the step's own `env`, since Kubernetes replaces `$(NAME)` only by variables that
/// are defined before; the arguments may contain `$(NAME)` too. The command contains nothing that Kubernetes would replace.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// The image if the author sets none; without one, the author must.
    pub image: Option<Image>,
    /// Whether this image is used instead of the author's, which is mounted as a volume.
    pub replaces_image: bool,
    /// The rights that it runs with.
    pub rights: Rights,
    /// The container's `command`.
    pub command: Vec<SmolStr>,
    /// The container's `args`.
    pub args: Vec<SmolStr>,
    /// The variables that the script reads, in order; all are named `INITFLOW_…`.
    pub env: Vec<(SmolStr, SmolStr)>,
    /// The same for values that the author gave as [`ValueType::Variable`](crate::statement::ValueType::Variable): the fields of
    /// an `EnvVar` except its name.
    pub variables: Vec<(SmolStr, Node)>,
    /// Volumes that the step needs in addition to the author's.
    pub volumes: Vec<OwnVolume>,
    /// Whether its tools refuse to run as a user that is not in `/etc/passwd`.
    pub asks_for_its_user: bool,
    /// A tool that changes what all pods share without preventing a second run, and where the author names it.
    pub unlocked: Option<(&'static str, Span)>,
    /// The objects whose state the step reads; its service account needs the right to read them.
    pub awaited: Vec<wait::AwaitedObject>,
    /// The user that the step must run as, if the author set one with a statement.
    pub user: Option<User>,
}

impl Lowered {
    /// Leaves out the variables whose values the script takes without them, unless the step may get them from elsewhere:
    /// `variables` are the author's, if all of them are known.
    pub fn without_defaults(&mut self, variables: Option<&[SmolStr]>) {
        let Some(variables) = variables else { return };
        let Self { command, env, .. } = self;
        env.retain(|(name, value)| {
            let default = format!("${{{name}:-{value}}}");
            variables.contains(name) || !command.iter().any(|word| word.contains(&default))
        });
    }
}

/// The user that a step runs as, by number.
#[derive(Clone, Debug)]
pub struct User {
    /// The statement that names it.
    pub span: Span,
    /// The number of the user.
    pub id: Node,
    /// The user's first group.
    pub group: Option<Node>,
}

/// What a step may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rights {
    /// No more than any user has: the image is the compiler's and is made for that.
    #[default]
    Restricted,
    /// What the author and the image set: the image is the author's.
    OfImage,
    /// Root, with only these capabilities.
    Root(&'static [&'static str]),
}

/// A volume that a step adds for itself: no other container mounts it.
#[derive(Clone, Debug)]
pub struct OwnVolume {
    /// The last part of its name, after the step's name.
    pub name: &'static str,
    /// Where the step mounts it.
    pub mount_path: SmolStr,
    /// Whether the step can only read it.
    pub read_only: bool,
    /// The field of its source in Kubernetes' `Volume`: `secret`, `projected` …
    pub source: &'static str,
    /// The fields of the source.
    pub fields: Node,
}

/// What a step expects of a file in a volume.
const FILE_PATH: &str = "a file path in the volume";

/// The headline for a value that does not have the expected form.
fn mismatch(expected: &str, found: &str) -> String {
    match found {
        "" => format!("expected {expected}, found an empty text"),
        found => format!("expected {expected}, found `{found}`"),
    }
}

/// What is wrong with the path of a file in a volume. It must be relative and stay in the volume.
pub(crate) fn path_fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("the path is empty")
    } else if path.starts_with('/') {
        Some("the path is absolute: write it relative to the volume's root")
    } else if path.ends_with('/') {
        Some("the path ends with `/`, but must name a file")
    } else if path.split('/').any(|segment| segment == "..") {
        Some("the path leaves the volume")
    } else if path.split('/').any(|segment| segment.is_empty() || segment == ".") {
        Some("the path has an empty segment or a `.`")
    } else if path.contains(char::is_control) {
        Some("the path has a control character")
    } else if path.split('/').any(|segment| segment.starts_with(".initflow")) {
        Some("names that begin with `.initflow` are reserved for the steps")
    } else {
        None
    }
}

/// Offers the text with one of these prefixes, if that makes it right.
fn with_prefix(
    diagnostic: Diagnostic,
    span: Span,
    text: &str,
    prefixes: &[&str],
    fits: impl Fn(&str) -> bool,
) -> Diagnostic {
    let mut meant = prefixes.iter().map(|prefix| format!("{prefix}{text}"));
    match meant.find(|meant| !text.contains("://") && fits(meant)) {
        Some(meant) => diagnostic.fix(
            format!("write `\"{meant}\"`"),
            span,
            format!("\"{meant}\""),
            Applicability::Unsafe,
        ),
        None => diagnostic,
    }
}

/// A file or folder in a volume that a step mounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InVolume {
    /// Where the step finds it.
    pub path: SmolStr,
    /// Where the volume is mounted.
    pub volume: SmolStr,
    /// Whether the volume is known to be made for each pod.
    of_pod: bool,
}

impl InVolume {
    /// The file or folder of a path in the volume that an option names.
    fn of(option: &GivenOption, path: &str) -> Option<Self> {
        let volume = option.mount_path.as_deref()?.trim_end_matches('/');
        let path = format_smolstr!("{volume}/{path}");
        Some(Self { path, volume: volume.into(), of_pod: option.ephemeral })
    }

    /// The variables that tell a script what to make.
    fn variables(&self) -> impl Iterator<Item = (SmolStr, SmolStr)> {
        let volume = self.is_deep().then(|| ("INITFLOW_VOLUME".into(), self.volume.clone()));
        [("INITFLOW_INTO".into(), self.path.clone())].into_iter().chain(volume)
    }

    /// Whether it is in a folder of the volume, as far as is known.
    fn is_deep(&self) -> bool {
        let inside = self.path.strip_prefix(self.volume.as_str()).unwrap_or_default().trim_start_matches('/');
        inside.contains(['/', '$'])
    }

    /// The parts of a script that enter its folder, as `place`, and there a folder of the step's own.
    fn enter(&self) -> [&'static str; 2] {
        let enter =
            if self.is_deep() { part!("steps/work/enter-deep.sh") } else { part!("steps/work/enter.sh") };
        [enter, part!("steps/work/own.sh")]
    }

    /// The parts that follow where a step makes one file.
    fn file(&self) -> Vec<&'static str> {
        // Other pods, and other users' files, are only in volumes that outlive the pod.
        let mut parts = if self.of_pod {
            vec![part!("steps/work/mine.sh"), part!("steps/work/left.sh")]
        } else {
            vec![
                part!("steps/work/unowned.sh"),
                part!("steps/work/mine-or-unowned.sh"),
                part!("steps/work/left-of-pods.sh"),
            ]
        };
        parts.push(part!("steps/work/file.sh"));
        parts
    }

    /// The parts that follow where a step makes a folder.
    fn folder(&self) -> Vec<&'static str> {
        let folder = part!("steps/work/folder.sh");
        if self.of_pod {
            return vec![
                part!("steps/work/mine.sh"),
                part!("steps/work/empty.sh"),
                script::NEWLINE,
                folder,
                part!("steps/work/left-folders.sh"),
            ];
        }
        vec![
            part!("steps/work/unowned.sh"),
            part!("steps/work/mine-or-shared.sh"),
            part!("steps/work/empty-shared.sh"),
            script::NEWLINE,
            folder,
            part!("steps/work/left-folders-of-pods.sh"),
        ]
    }
}

/// Where a step mounts its own RAM.
const RAM: &str = "/initflow/.ram";

/// A volume in RAM that no other container mounts.
fn ram(span: Span, size: &str) -> OwnVolume {
    let mut fields = Node::object(span, [("medium", Node::text(span, "Memory"))]);
    if let Ok(size) = Quantity::parse(size) {
        fields.map_mut().set("sizeLimit", span, Node::new(span, Value::Quantity(size)));
    }
    OwnVolume { name: "ram", mount_path: RAM.into(), read_only: false, source: "emptyDir", fields }
}

#[cfg(test)]
mod tests;
