//! Lists every diagnostic, with what the compiler and editors need to know about it.
//!
//! Each row is explained by `explain/NAME.md`; [`catalog`](super::catalog) reads these files.

use std::fmt;
use std::str::FromStr;

/// A property of diagnostics that code depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    /// Something is missing or unknown, possibly only because another error hides it.
    Absence,
    /// Something has no effect; editors fade it out.
    Unused,
}

/// Defines the type [`Code`] from rows of the form `Code "its-name" [properties]`.
macro_rules! codes {
    ($($code:ident $name:literal $([$($property:ident),+])?,)+) => {
        /// The name of a diagnostic; codes are ordered by their names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`")] $code,)+
        }

        impl Code {
            /// All codes, ordered by their names.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The name in kebab case: `unwritten-volume`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)+
                }
            }

            /// The explanation in Markdown: what is wrong, why it matters, a program that fails, and the same one fixed.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(concat!("explain/", $name, ".md")),)+
                }
            }

            fn properties(self) -> &'static [Property] {
                match self {
                    $(Self::$code => &[$($(Property::$property),+)?],)+
                }
            }
        }
    };
}

impl Code {
    /// Whether the fault is that something is missing or unknown, so that it may follow from another error.
    pub(crate) fn may_follow(self) -> bool {
        self.properties().contains(&Property::Absence)
    }

    /// The diagnostics that say more about the same place: if one of them is found, this one is left out.
    pub(crate) fn yields_to(self) -> &'static [Self] {
        match self {
            Self::ChownInScript => &[Self::MissingRights, Self::RefusedWrite],
            Self::EndlessWait => &[Self::EndlessCommand],
            Self::LostFiles => &[Self::RefusedWrite],
            Self::StepSetsBill => &[Self::CheaperOrder],
            Self::UnprobedServer => &[Self::SidecarWithoutStartupProbe],
            _ => &[],
        }
    }

    /// Whether the fault is that something has no effect.
    pub fn is_unused(self) -> bool {
        self.properties().contains(&Property::Unused)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Code {
    type Err = ();

    /// ```
    /// use initflow::diagnostic::Code;
    ///
    /// assert_eq!("unwritten-volume".parse(), Ok(Code::UnwrittenVolume));
    /// assert!("no-such-name".parse::<Code>().is_err());
    /// ```
    fn from_str(name: &str) -> Result<Self, ()> {
        let at = Self::ALL.binary_search_by(|code| code.name().cmp(name)).map_err(|_| ())?;
        Self::ALL.get(at).copied().ok_or(())
    }
}

codes! {
    AfterApp "after-app",
    AfterItself "after-itself",
    AmbiguousWord "ambiguous-word",
    AmbiguousWorkload "ambiguous-workload",
    AnnotationsTooLarge "annotations-too-large",
    BadInsertion "bad-insertion",
    Bashism "bashism",
    BecameStep "became-step",
    BlockInList "block-in-list",
    BlockedEgress "blocked-egress",
    BlockedEviction "blocked-eviction",
    BrokenOrder "broken-order",
    BusyboxNslookup "busybox-nslookup",
    ChangedRole "changed-role",
    ChangedTotals "changed-totals",
    CheaperOrder "cheaper-order",
    ChownInScript "chown-in-script",
    ConflictingFields "conflicting-fields",
    DeadlineOnServer "deadline-on-server",
    DeadlineTooShort "deadline-too-short",
    Deprecated "deprecated",
    DiskBackedSecret "disk-backed-secret",
    DuplicateDeclaration "duplicate-declaration",
    DuplicateItem "duplicate-item",
    DuplicateKey "duplicate-key",
    DuplicateMountPath "duplicate-mount-path",
    DuplicateName "duplicate-name",
    DuplicatePort "duplicate-port",
    DuplicateStatement "duplicate-statement",
    DuplicateWorkload "duplicate-workload",
    EarlySubpath "early-subpath",
    EmptyCommand "empty-command",
    EndlessCommand "endless-command",
    EndlessRestart "endless-restart",
    EndlessWait "endless-wait",
    FeatureGateOff "feature-gate-off",
    FieldTooNew "field-too-new",
    ForeignComment "foreign-comment",
    ForeignLiveness "foreign-liveness",
    ForeignSource "foreign-source",
    FractionalQuantity "fractional-quantity",
    FragileJobWait "fragile-job-wait",
    GraceTooShort "grace-too-short",
    HiddenCharacter "hidden-character",
    HiddenProgram "hidden-program",
    HostPortMismatch "host-port-mismatch",
    IdleAnnotation "idle-annotation",
    IdleAutoscaler "idle-autoscaler",
    IdleField "idle-field",
    IdleInsertion "idle-insertion",
    IgnoredFailure "ignored-failure",
    ImmutableObject "immutable-object",
    ImpatientLiveness "impatient-liveness",
    IncompleteRange "incomplete-range",
    IneffectiveWait "ineffective-wait",
    InsertionInName "insertion-in-name",
    InterruptedMigration "interrupted-migration",
    InvalidAddress "invalid-address",
    InvalidAnnotation "invalid-annotation",
    InvalidChecksum "invalid-checksum",
    InvalidCondition "invalid-condition",
    InvalidDivisor "invalid-divisor",
    InvalidHostname "invalid-hostname",
    InvalidImage "invalid-image",
    InvalidIp "invalid-ip",
    InvalidLabel "invalid-label",
    InvalidName "invalid-name",
    InvalidPath "invalid-path",
    InvalidResourceName "invalid-resource-name",
    InvalidSchedule "invalid-schedule",
    InvalidSecret "invalid-secret",
    InvalidSelector "invalid-selector",
    InvalidTimeZone "invalid-time-zone",
    InvalidToml "invalid-toml",
    InvalidUrl "invalid-url",
    InvalidVariable "invalid-variable",
    InvalidYaml "invalid-yaml",
    JoinedLines "joined-lines",
    KubectlWithoutAccount "kubectl-without-account",
    LifecycleOnStep "lifecycle-on-step",
    LimitOverPod "limit-over-pod",
    ListDash "list-dash",
    ListForm "list-form",
    LiteralSecret "literal-secret",
    LostContainer "lost-container",
    LostFiles "lost-files",
    LostGate "lost-gate",
    LostMount "lost-mount",
    MalformedAllowance "malformed-allowance",
    MalformedDeclaration "malformed-declaration",
    MemoryVolumeOverLimit "memory-volume-over-limit",
    MisplacedBrace "misplaced-brace",
    MisplacedEdition "misplaced-edition",
    MisplacedScript "misplaced-script",
    MisplacedStatement "misplaced-statement",
    MissedDotfiles "missed-dotfiles",
    MissingApp "missing-app" [Absence],
    MissingArgument "missing-argument" [Absence],
    MissingBlock "missing-block" [Absence],
    MissingBrace "missing-brace" [Absence],
    MissingComma "missing-comma" [Absence],
    MissingField "missing-field" [Absence],
    MissingHandler "missing-handler" [Absence],
    MissingImage "missing-image" [Absence],
    MissingLimit "missing-limit" [Absence],
    MissingMountPoint "missing-mount-point",
    MissingNamespace "missing-namespace" [Absence],
    MissingObject "missing-object" [Absence],
    MissingParam "missing-param" [Absence],
    MissingPermission "missing-permission",
    MissingRights "missing-rights",
    MissingSelector "missing-selector" [Absence],
    MissingShell "missing-shell",
    MissingSource "missing-source" [Absence],
    MissingSpace "missing-space" [Absence],
    MissingStatement "missing-statement" [Absence],
    MissingValue "missing-value" [Absence],
    MissingWorkload "missing-workload",
    NameTooLong "name-too-long",
    NamelessBlock "nameless-block",
    NeedsLaterObject "needs-later-object",
    NeedsShell "needs-shell",
    NoCommonImage "no-common-image",
    NoShell "no-shell",
    NotAWorkload "not-a-workload",
    NotRestricted "not-restricted",
    OnceVolume "once-volume",
    OpenPortNotReady "open-port-not-ready",
    OperatorInList "operator-in-list",
    OrderCycle "order-cycle",
    OutOfRange "out-of-range",
    OverBudget "over-budget",
    OverQuota "over-quota",
    OverlappingSelectors "overlapping-selectors",
    OverruledReplicas "overruled-replicas",
    PipedDownload "piped-download",
    PodBelowContainers "pod-below-containers",
    PrivateFile "private-file",
    ProbeInOneShotPod "probe-in-one-shot-pod",
    ProbeOnStep "probe-on-step",
    RacingMigration "racing-migration",
    ReadOnlyClaim "read-only-claim",
    ReadOnlyVolume "read-only-volume",
    RefusedByLimitRange "refused-by-limit-range",
    RefusedByPodSecurity "refused-by-pod-security",
    RefusedByQuota "refused-by-quota",
    RefusedWrite "refused-write",
    RelativePath "relative-path",
    ReplacedData "replaced-data",
    RequestNotLimit "request-not-limit",
    RequestOverLimit "request-over-limit",
    ReservedCharacter "reserved-character",
    ReservedName "reserved-name",
    ResizeOnStep "resize-on-step",
    RootRefused "root-refused",
    ScratchOverLimit "scratch-over-limit",
    SecretOnCommandLine "secret-on-command-line",
    SelectorMismatch "selector-mismatch",
    SeveralHandlers "several-handlers",
    SeveralSources "several-sources",
    SeveralTasks "several-tasks",
    ShadowedVariable "shadowed-variable",
    ShallowText "shallow-text",
    ShellWithoutCommandFlag "shell-without-command-flag",
    SidecarAsApp "sidecar-as-app",
    SidecarWithoutStartupProbe "sidecar-without-startup-probe",
    SkippedPreStop "skipped-pre-stop",
    SmartQuotes "smart-quotes",
    StepBeforeMesh "step-before-mesh",
    StepBeforeVault "step-before-vault",
    StepSetsBill "step-sets-bill",
    StrayBrace "stray-brace",
    StrayBracket "stray-bracket",
    StrayColon "stray-colon",
    StrayComma "stray-comma",
    StrayElse "stray-else",
    StrayEquals "stray-equals",
    StuckSidecar "stuck-sidecar",
    TextBesideQuotes "text-beside-quotes",
    TooDeep "too-deep",
    TooLarge "too-large",
    TooManyItems "too-many-items",
    TruncatedPreStop "truncated-pre-stop",
    TwoDirections "two-directions",
    TypeMismatch "type-mismatch",
    UnboundedUnpack "unbounded-unpack",
    UncheckedDownload "unchecked-download",
    UnclosedBlock "unclosed-block",
    UnclosedBracket "unclosed-bracket",
    UnclosedQuote "unclosed-quote",
    UnclosedString "unclosed-string",
    UndefinedVariable "undefined-variable" [Absence],
    UnexpandedReference "unexpanded-reference",
    UnexpectedBlock "unexpected-block",
    UnexpectedCharacter "unexpected-character",
    UnexpectedValue "unexpected-value",
    UnguardedClone "unguarded-clone",
    UnknownArgument "unknown-argument",
    UnknownClaim "unknown-claim" [Absence],
    UnknownContainer "unknown-container" [Absence],
    UnknownEdition "unknown-edition",
    UnknownEscape "unknown-escape",
    UnknownFieldPath "unknown-field-path",
    UnknownFunction "unknown-function",
    UnknownKey "unknown-key",
    UnknownName "unknown-name",
    UnknownParam "unknown-param",
    UnknownPort "unknown-port" [Absence],
    UnknownResource "unknown-resource",
    UnknownSetting "unknown-setting",
    UnknownStatement "unknown-statement",
    UnknownTargetPort "unknown-target-port",
    UnknownType "unknown-type",
    UnknownValue "unknown-value",
    UnknownVolume "unknown-volume" [Absence],
    UnlikelyAmount "unlikely-amount",
    UnmatchedSelector "unmatched-selector",
    UnmatchedService "unmatched-service",
    UnmetRequirement "unmet-requirement",
    UnpinnedImage "unpinned-image",
    UnprobedServer "unprobed-server",
    UnprotectedDownload "unprotected-download",
    UnquotedInsertion "unquoted-insertion",
    UnquotedText "unquoted-text",
    UnreadVolume "unread-volume" [Absence],
    UnreadableFile "unreadable-file",
    UnreadableVolume "unreadable-volume",
    UnrepeatableCommand "unrepeatable-command",
    UnreservedStep "unreserved-step",
    UnresolvableHost "unresolvable-host",
    UnrestartedContainer "unrestarted-container",
    UnsetVariable "unset-variable",
    UnshareableClaim "unshareable-claim",
    UnsharedProcesses "unshared-processes",
    UnsplitCommand "unsplit-command",
    UnstartedServer "unstarted-server",
    UnusedAllowance "unused-allowance" [Absence, Unused],
    UnusedVolume "unused-volume" [Absence, Unused],
    UnwrittenFile "unwritten-file" [Absence],
    UnwrittenVolume "unwritten-volume" [Absence],
    UpdatedBeforeWritten "updated-before-written",
    UseCycle "use-cycle",
    UseFsgroup "use-fsgroup",
    UseTheStatement "use-the-statement",
    VanishedImage "vanished-image",
    WaitCycle "wait-cycle",
    WaitsForItself "waits-for-itself",
    WaitsForLaterHook "waits-for-later-hook",
    WrongRestartPolicy "wrong-restart-policy",
    WrongTemplate "wrong-template",
    WrongVolumeKind "wrong-volume-kind",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ordered_by_their_names() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.name()) && Code::ALL.is_sorted());
        for code in Code::ALL {
            assert_eq!(code.name().parse(), Ok(*code));
        }
    }
}
