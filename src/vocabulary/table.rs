//! Holds the rows of the vocabulary.

use super::{
    Amount, ContainerEffect, ContainerKind, Effect, FileEffect, Probe, Row, StatedTime, WorkloadEffect,
    WorkloadKind,
};
use crate::statement::Slot::{Free, Many, Maybe, One};
use crate::statement::{
    Body, Clause, Direction, Slot, StatementPlace, StatementSpec, ValueType, at_most_one, clause, one_of,
    optional, required,
};
use crate::steps::StepKind;

/// A count that the API stores in 32 bits.
const ANY_COUNT: ValueType = ValueType::Int(0, 2_147_483_647);
const FROM_TEMPLATE: Slot = {
    static CLAUSE: Clause = optional("from", &[One("template(…)", ValueType::TemplateCall)]);
    Slot::Clause(&CLAUSE)
};

const WORKLOAD: &[Slot] = &[Maybe("name", ValueType::Name), FROM_TEMPLATE];
const CONTAINER: &[Slot] = &[One("name", ValueType::Name), FROM_TEMPLATE];

const MOUNT: &[Slot] = &[
    One("volume", ValueType::Volume),
    clause!(required "at", One("path", ValueType::AnyPath)),
    clause!(optional "sub", One("folder", ValueType::Text)),
];

const PROBE: &[Slot] = &[
    clause!(one_of "http", Maybe("port", ValueType::PortRef), Maybe("path", ValueType::AnyPath)),
    clause!(one_of "https", Maybe("port", ValueType::PortRef), Maybe("path", ValueType::AnyPath)),
    clause!(one_of "tcp", Maybe("port", ValueType::PortRef)),
    clause!(one_of "grpc", Maybe("port", ValueType::Port), Maybe("service", ValueType::Text)),
    clause!(one_of "exec", One("command", ValueType::TextOrList)),
    clause!(optional "every", One("time", ValueType::Seconds)),
    clause!(optional "timeout", One("time", ValueType::Seconds)),
    clause!(optional "delay", One("time", ValueType::Seconds)),
    clause!(optional "failures", One("count", ANY_COUNT)),
    clause!(optional "successes", One("count", ANY_COUNT)),
];

const fn row(
    place: &'static [StatementPlace],
    effect: Effect,
    name: &'static str,
    head: &'static [Slot],
    body: Body,
    meaning: &'static str,
) -> Row {
    Row { entry: StatementSpec { name, places: place, head, body, repeats: true, meaning }, effect }
}

const fn file(
    effect: FileEffect,
    name: &'static str,
    head: &'static [Slot],
    body: Body,
    meaning: &'static str,
) -> Row {
    row(&[StatementPlace::File], Effect::File(effect), name, head, body, meaning)
}

const fn workload(kind: WorkloadKind, head: &'static [Slot], meaning: &'static str) -> Row {
    file(FileEffect::Workload(kind), kind.keyword(), head, Body::Optional, meaning)
}

const fn in_workload(
    effect: WorkloadEffect,
    name: &'static str,
    head: &'static [Slot],
    body: Body,
    meaning: &'static str,
) -> Row {
    row(&[StatementPlace::Workload], Effect::Workload(effect), name, head, body, meaning)
}

const fn container(kind: ContainerKind, meaning: &'static str) -> Row {
    in_workload(WorkloadEffect::Container(kind), kind.keyword(), CONTAINER, Body::Optional, meaning)
}

const fn built_in(kind: StepKind, meaning: &'static str) -> Row {
    container(ContainerKind::BuiltIn(kind), meaning)
}

const fn in_container(
    effect: ContainerEffect,
    name: &'static str,
    head: &'static [Slot],
    body: Body,
    meaning: &'static str,
) -> Row {
    row(&[StatementPlace::Container], Effect::Container(effect), name, head, body, meaning)
}

/// Every statement of the language, in the order in which the reference shows them.
pub(super) static ROWS: &[Row] = &[
    // Items of a file.
    file(
        FileEffect::Edition,
        "initflow",
        &[Free("1")],
        Body::None,
        "The edition of the language; 1 if it is left out. It must be the first statement.",
    ),
    file(
        FileEffect::Use,
        "use",
        &[One("\"file.initflow\"", ValueType::Text), clause!(optional "as", One("name", ValueType::Name))],
        Body::None,
        "Makes the templates, lets and params of another file available under its stem or `name`; `use \"std\"` loads the library that comes with the compiler.",
    ),
    file(
        FileEffect::Param,
        "param",
        &[Free("name: type [= default]")],
        Body::None,
        "A value set from outside, by `--set name=value` or `--params FILE`. Types: `int` `bool` `string` `cpu` `memory` `duration` `image` `url` `path` `port`, or an enumeration `\"dev\" | \"prod\"`.",
    ),
    file(FileEffect::Let, "let", &[Free("name = value")], Body::None, "A constant."),
    file(
        FileEffect::Template,
        "template",
        &[Free("KIND name(param: type, …)")],
        Body::Required,
        "A reusable workload, container or `part`, used by `KIND name from template(arguments) { overrides }`; its parameters have the types of a param, or `volume` or `container`.",
    ),
    row(
        &[
            StatementPlace::File,
            StatementPlace::Workload,
            StatementPlace::Container,
            StatementPlace::Environment,
        ],
        Effect::When,
        "when",
        &[Free("condition")],
        Body::Required,
        "Statements that apply only if the condition holds: `==`, `!=`, `&&`, `||`, `!` over params and lets. Both branches are checked.",
    ),
    row(
        &[
            StatementPlace::File,
            StatementPlace::Workload,
            StatementPlace::Container,
            StatementPlace::Environment,
        ],
        Effect::Else,
        "else",
        &[Free("[when condition]")],
        Body::Required,
        "The other branch of the `when` before it.",
    ),
    row(
        &[StatementPlace::File, StatementPlace::Workload],
        Effect::Defaults,
        "defaults",
        &[Free("[KIND]")],
        Body::Required,
        "Statements that every container of this file or workload starts from, or only those of KIND (`step` includes the built-in steps).",
    ),
    // Workloads.
    workload(WorkloadKind::Pod, WORKLOAD, "A Pod."),
    workload(WorkloadKind::Deployment, WORKLOAD, "A Deployment."),
    workload(WorkloadKind::StatefulSet, WORKLOAD, "A StatefulSet."),
    workload(WorkloadKind::DaemonSet, WORKLOAD, "A DaemonSet."),
    workload(WorkloadKind::ReplicaSet, WORKLOAD, "A ReplicaSet."),
    workload(WorkloadKind::Job, WORKLOAD, "A Job."),
    workload(
        WorkloadKind::CronJob,
        &[Maybe("name", ValueType::Name), Maybe("schedule", ValueType::Text), FROM_TEMPLATE],
        "A CronJob; the schedule is the five fields of cron, or `@daily` and the like.",
    ),
    // In a workload.
    in_workload(
        WorkloadEffect::Volume,
        "volume",
        &[
            One("name", ValueType::Name),
            clause!(at_most_one "scratch", Maybe("size", ValueType::Memory)),
            clause!(at_most_one "memory", Maybe("size", ValueType::Memory)),
            clause!(at_most_one "claim", One("name", ValueType::Text)),
            clause!(at_most_one "secret", One("name", ValueType::Text)),
            clause!(at_most_one "configmap", One("name", ValueType::Text)),
            clause!(at_most_one "host", One("path", ValueType::AnyPath)),
            clause!(at_most_one "image", One("reference", ValueType::Text)),
        ],
        Body::Fields("Volume"),
        "A volume. Without a source it is scratch space (an emptyDir); `memory` is backed by RAM; the block accepts the other fields of the source, or any volume source of the API.",
    ),
    container(ContainerKind::Step, "An init container that runs to completion."),
    built_in(
        StepKind::Fetch,
        "A step that downloads a file, a folder or an archive into a volume, whole or not at all.",
    ),
    built_in(StepKind::Clone, "A step that checks out one commit of a Git repository into a volume."),
    built_in(StepKind::Wait, "A step that waits until what the application needs can be reached."),
    built_in(
        StepKind::Secrets,
        "A step that fetches a secret from Vault or a cloud's secret store into a memory volume.",
    ),
    built_in(StepKind::Migrate, "A step that brings a database's schema up to date."),
    built_in(StepKind::Copy, "A step that copies a file or a folder from its `image` into a volume."),
    built_in(
        StepKind::Own,
        "A step that sets the owner, the group or the mode of a volume's files, as root.",
    ),
    built_in(StepKind::Render, "A step that makes a file from a template and the values of named variables."),
    container(
        ContainerKind::Sidecar,
        "A native sidecar: an init container with `restartPolicy: Always`, in the right place among the steps.",
    ),
    container(
        ContainerKind::App,
        "An ordinary container; it starts when every step is done and every sidecar is up.",
    ),
    in_workload(
        WorkloadEffect::Part,
        "part",
        CONTAINER,
        Body::Optional,
        "Places a `template part`: volumes, steps and sidecars that belong together. Outside the part their names are `part.NAME`, and in the pod `part-NAME`; `after part` waits for all of them.",
    ),
    in_workload(
        WorkloadEffect::Budget,
        "budget",
        &[],
        Body::Required,
        "A ceiling for the pod's effective requests, by resource: `budget { cpu 1; memory 1Gi }`.",
    ),
    in_workload(
        WorkloadEffect::Security,
        "security",
        &[clause!(required "restricted")],
        Body::None,
        "Gives the pod and all its containers what the level `restricted` of the Pod Security Standards requires, and reports what contradicts it as an error.",
    ),
    in_workload(WorkloadEffect::Metadata, "metadata", &[], Body::Required, "The object's own metadata."),
    in_workload(
        WorkloadEffect::JobTemplate,
        "job",
        &[],
        Body::Required,
        "Fields of a CronJob's Job template: its metadata and its spec.",
    ),
    in_workload(
        WorkloadEffect::PodTemplate,
        "pod",
        &[],
        Body::Required,
        "Fields of the Pod template: its metadata and its spec.",
    ),
    // In a container.
    in_container(
        ContainerEffect::Run,
        "run",
        &[One("\"command\"", ValueType::Text)],
        Body::None,
        "The `command`, split by the shell's quoting rules at compile time and run without a shell; `$(NAME)` is left for Kubernetes to expand.",
    ),
    in_container(
        ContainerEffect::Args,
        "args",
        &[One("\"arguments\"", ValueType::TextOrList)],
        Body::None,
        "Arguments for the image's own entrypoint; text is split as by `run`, a list is passed on unchanged.",
    ),
    in_container(
        ContainerEffect::Script,
        "script",
        &[
            Maybe("\"shell\"", ValueType::Text),
            One("'''text'''", ValueType::Text),
            clause!(optional "args", Maybe("\"flags\"", ValueType::Text), One("'''text'''", ValueType::Text)),
        ],
        Body::None,
        "A shell script, run by `sh -eu -c` unless another shell is given; it reaches the shell as written. `script \"sh -c\" args '''text'''` passes the text in `args` instead of `command`.",
    ),
    in_container(
        ContainerEffect::Environment,
        "env",
        &[],
        Body::Required,
        "Environment variables: `NAME value`, where the value is text, a number, `true`/`false`, `secret(name, key)`, `configmap(name, key)`, `field(\"status.podIP\")`, `resource(\"limits.cpu\")` or `file(volume, \"path\", \"KEY\")`.",
    ),
    in_container(
        ContainerEffect::Port,
        "port",
        &[
            Maybe("name", ValueType::Name),
            One("number", ValueType::Port),
            clause!(at_most_one "tcp"),
            clause!(at_most_one "udp"),
            clause!(at_most_one "sctp"),
            clause!(optional "host", One("number", ValueType::Port)),
        ],
        Body::Fields("ContainerPort"),
        "A port that the container listens on.",
    ),
    in_container(
        ContainerEffect::Amount(Amount::Cpu),
        "cpu",
        &[One("request..limit", ValueType::CpuRange)],
        Body::None,
        "CPU: request, `request..limit` or `..limit`, in cores or millicores (`250m`).",
    ),
    in_container(
        ContainerEffect::Amount(Amount::Memory),
        "memory",
        &[One("request..limit", ValueType::MemoryRange)],
        Body::None,
        "Memory: request, `request..limit` or `..limit`, in bytes (`512Mi`).",
    ),
    in_container(
        ContainerEffect::Amount(Amount::Storage),
        "storage",
        &[One("request..limit", ValueType::MemoryRange)],
        Body::None,
        "Ephemeral storage on the node's disk: request, `request..limit` or `..limit`, in bytes.",
    ),
    in_container(
        ContainerEffect::Amount(Amount::Named),
        "resource",
        &[One("\"name\"", ValueType::Text), One("amount", ValueType::ResourceRange)],
        Body::None,
        "Any other resource; one amount sets request and limit both, as the API requires for extended resources. For a resource of Kubernetes itself (`kubernetes.io/…`) it is the request.",
    ),
    in_container(
        ContainerEffect::Mount(Direction::Reads),
        "reads",
        MOUNT,
        Body::Fields("VolumeMount"),
        "Mounts a volume read-only; whatever writes it runs before.",
    ),
    in_container(
        ContainerEffect::Mount(Direction::Updates),
        "updates",
        MOUNT,
        Body::Fields("VolumeMount"),
        "Mounts a volume to read and change its files; writers run before, readers after.",
    ),
    in_container(
        ContainerEffect::Mount(Direction::Writes),
        "writes",
        MOUNT,
        Body::Fields("VolumeMount"),
        "Mounts a volume to fill it; whatever updates or reads it runs after.",
    ),
    in_container(
        ContainerEffect::Mount(Direction::Mounts),
        "mounts",
        &[
            One("volume", ValueType::Volume),
            clause!(required "at", One("path", ValueType::AnyPath)),
            clause!(optional "readonly"),
            clause!(optional "sub", One("folder", ValueType::Text)),
        ],
        Body::Fields("VolumeMount"),
        "Mounts a volume without an effect on the order.",
    ),
    in_container(
        ContainerEffect::Probe(Probe::Readiness),
        "ready",
        PROBE,
        Body::Fields("Probe"),
        "The readiness probe: while it fails, the pod receives no traffic.",
    ),
    in_container(
        ContainerEffect::Probe(Probe::Liveness),
        "alive",
        PROBE,
        Body::Fields("Probe"),
        "The liveness probe: when it fails, the container is restarted.",
    ),
    in_container(
        ContainerEffect::Probe(Probe::Startup),
        "started",
        PROBE,
        Body::Fields("Probe"),
        "The startup probe: until it passes, the other probes do not run, and whatever comes after a sidecar waits.",
    ),
    in_container(
        ContainerEffect::After,
        "after",
        &[Many("name", ValueType::Container)],
        Body::None,
        "Runs this container after the named steps are complete and the named sidecars are up.",
    ),
    in_container(
        ContainerEffect::Time(StatedTime::Start),
        "takes",
        &[One("least..most", ValueType::SecondsRange)],
        Body::None,
        "How long a step runs, a sidecar needs until it is up, or an app until it is ready (in a Job: until it is done). `plan` and the warnings count with it; Kubernetes does not see it.",
    ),
    in_container(
        ContainerEffect::Time(StatedTime::Stop),
        "stops",
        &[One("least..most", ValueType::SecondsRange)],
        Body::None,
        "How long an app or a sidecar needs to stop after its signal. `plan` and the warnings count with it; Kubernetes does not see it.",
    ),
    // In an env block.
    row(
        &[StatementPlace::Environment],
        Effect::EnvFrom,
        "from",
        &[One("source", ValueType::Source), clause!(optional "prefix", One("\"P_\"", ValueType::Text))],
        Body::None,
        "Every key of a Secret or ConfigMap as a variable.",
    ),
];
