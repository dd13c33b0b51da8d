//! Generates workloads: their levels, and the contents of their pods.

use super::steps::OBJECTS;
use super::{Generator, inner};
use crate::source::{Program, Statement, block, key, line, quoted};
use initflow::kubernetes::schema::{self, ObjectSchema};

/// The keywords, with the API's kind and the object of its spec.
const KINDS: &[(&str, &str, &str)] = &[
    ("pod", "Pod", "PodSpec"),
    ("deployment", "Deployment", "DeploymentSpec"),
    ("statefulset", "StatefulSet", "StatefulSetSpec"),
    ("daemonset", "DaemonSet", "DaemonSetSpec"),
    ("replicaset", "ReplicaSet", "ReplicaSetSpec"),
    ("job", "Job", "JobSpec"),
    ("cronjob", "CronJob", "CronJobSpec"),
];

/// The fields that the workload itself sets.
const MADE: &[&str] = &[
    "template",
    "jobTemplate",
    "selector",
    "volumeClaimTemplates",
    "containers",
    "initContainers",
    "volumes",
    "schedule",
    "resources",
];

const BUILT_IN: &[&str] = &["fetch", "clone", "wait", "migrate", "secrets", "copy", "own", "render"];

fn object(name: &str) -> &'static ObjectSchema {
    schema::object(name).unwrap_or_else(|| panic!("the schema has {name}"))
}

impl Generator {
    pub(super) fn program(&mut self) -> Program {
        let mut statements = Vec::new();
        if self.chance(5) {
            statements.push(line("initflow", ["1"]));
        }
        let workload = self.workload();
        statements.push(workload);
        let mut program = Program { version: self.version, statements, library: Vec::new() };
        self.reuse(&mut program);
        program
    }

    fn workload(&mut self) -> Statement {
        let able: Vec<_> = KINDS.iter().filter(|(_, kind, _)| self.towards.contains(kind)).collect();
        let (keyword, kind, spec) = if able.is_empty() { self.pick(KINDS) } else { *self.pick(&able) };
        self.kind = keyword;
        self.windows = self.chance(4) || self.focus.0 == "WindowsSecurityContextOptions";
        let mut body = self.levels(keyword, kind, spec);
        body.extend(self.contents());
        let mut head = vec![key(&self.word())];
        let generated = self.focus == ("ObjectMeta", "generateName") || self.chance(2);
        if generated {
            head.clear();
            body.push(line("generateName", ["\"shop-\""]));
            let selects = ["deployment", "statefulset", "daemonset", "replicaset"].contains(&keyword);
            if selects && !body.iter().any(|statement| statement.name == "selector") {
                body.push(block("selector", vec![block("matchLabels", vec![line("app", ["\"shop\""])])]));
            }
        }
        if keyword == "cronjob" {
            let schedule = self.schedule();
            if generated || self.chance(10) {
                body.push(line("schedule", [schedule]));
            } else {
                head.push(schedule);
            }
        }
        // The permission to read an object needs the namespace.
        let waits = |statement: &Statement| {
            let inner = || statement.block.iter().flatten();
            statement.name == "wait" && inner().any(|inner| OBJECTS.contains(&inner.name.as_str()))
                || inner().any(|inner| inner.name == "once")
        };
        if body.iter().any(waits) && !format!("{body:?}").contains("namespace") {
            body.push(line("namespace", ["\"shop\""]));
        }
        line(keyword, head).with(body)
    }

    /// The fields of the object, of the Job in it, and of the pod.
    fn levels(&mut self, keyword: &str, kind: &str, spec: &str) -> Vec<Statement> {
        let mut body = Vec::new();
        let mut restart = self.pick(&["OnFailure", "Never"]);
        if keyword != "pod" {
            let fields = self.object(object(spec), MADE);
            body.extend(fields);
        }
        let mut job_level = Vec::new();
        if keyword == "cronjob" {
            let own = object("CronJobSpec");
            for statement in self.object(object("JobSpec"), MADE) {
                let is_own = own.field(&statement.name).is_some() || self.chance(20);
                if is_own { job_level.push(statement) } else { body.push(statement) }
            }
        }
        if format!("{body:?}{job_level:?}").contains("podFailurePolicy") {
            restart = "Never";
        }
        self.never_restarts = ["job", "cronjob"].contains(&keyword) && restart == "Never";
        match keyword {
            "job" | "cronjob" => body.push(line("restartPolicy", [restart])),
            "pod" if self.chance(40) => {
                let restart = self.pick(&["Always", "OnFailure", "Never"]);
                self.never_restarts = restart == "Never";
                body.push(line("restartPolicy", [restart]));
            }
            _ if self.chance(5) => body.push(line("restartPolicy", ["Always"])),
            _ => {}
        }
        let mut pod_level = Vec::new();
        let outer = [object(spec), object("JobSpec")];
        let all_inside = self.chance(15);
        let mut pod_fields = self.object(object("PodSpec"), MADE);
        self.enable(&mut pod_fields);
        for statement in pod_fields {
            let takes_time =
                statement.name == "activeDeadlineSeconds" && !["pod", "job", "cronjob"].contains(&keyword);
            let is_outer =
                keyword != "pod" && outer.iter().any(|object| object.field(&statement.name).is_some());
            if takes_time {
            } else if keyword != "pod" && (is_outer || all_inside) {
                pod_level.push(statement);
            } else {
                body.push(statement);
            }
        }
        if self.towards.contains("ResourceRequirements") || self.chance(4) {
            let claims = self.focus.0 == "ResourceClaim" || self.focus.1 == "claims";
            if self.version.0 >= 34 && !claims {
                let needs = self.amounts("ResourceRequirements", "requests");
                let limits = self.amounts("ResourceRequirements", "limits");
                body.push(block("resources", vec![block("requests", needs), block("limits", limits)]));
            } else if let Some(field) = object("PodSpec")
                .field("resourceClaims")
                .filter(|_| self.version.0 >= 34 && self.claims.is_empty())
            {
                body.extend(self.field(object("PodSpec"), field));
            }
        }
        self.metadata(keyword, &mut body, &mut job_level, &mut pod_level);
        self.selector(keyword, kind, &mut body);
        for (name, level) in [("job", job_level), ("pod", pod_level)] {
            if !level.is_empty() {
                body.push(block(name, level));
            }
        }
        if keyword == "statefulset" && (self.towards.contains("PersistentVolumeClaim") || self.chance(20)) {
            body.push(self.claim_template());
        }
        body
    }

    /// Prepares the pod for the field in focus.
    fn enable(&mut self, pod: &mut Vec<Statement>) {
        let mut set = |statement: Statement, instead: &[&str]| {
            pod.retain(|field| field.name != statement.name && !instead.contains(&field.name.as_str()));
            pod.push(statement);
        };
        match self.focus {
            ("SecurityContext", "procMount") => {
                set(line("hostUsers", ["false"]), &["hostNetwork", "hostPID", "hostIPC", "os"]);
            }
            ("Lifecycle", "stopSignal") => set(block("os", vec![line("name", ["linux"])]), &[]),
            _ => {}
        }
        self.own_users = pod.iter().any(|field| field.name == "hostUsers" && field.values == ["false"]);
    }

    fn metadata(
        &mut self,
        keyword: &str,
        body: &mut Vec<Statement>,
        job: &mut Vec<Statement>,
        pod: &mut Vec<Statement>,
    ) {
        let wanted = self.towards.contains("ObjectMeta") && inner(&object("Pod").fields[2].ty).is_some();
        if wanted || self.chance(30) {
            let mut fields = self.object(object("ObjectMeta"), &["name", "generateName"]);
            // The namespace is set once, and the level does not matter.
            let direct = self.chance(60);
            fields.retain(|field| !direct || !body.iter().any(|known| known.name == field.name));
            if direct { body.extend(fields) } else { body.push(block("metadata", fields)) }
        }
        for (level, is_there) in [(pod, keyword != "pod"), (job, keyword == "cronjob")] {
            if is_there && self.chance(15) {
                let fields = self.object(object("ObjectMeta"), &["name", "generateName", "namespace"]);
                level.extend(fields);
            }
        }
    }

    fn selector(&mut self, keyword: &str, kind: &str, body: &mut Vec<Statement>) {
        let selects =
            ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].contains(&kind) && keyword != "pod";
        let wanted = self.focus.1 == "selector" || self.focus.0.starts_with("LabelSelector");
        if !selects || !(wanted && self.rng.bool() || self.chance(10)) {
            return;
        }
        let mut fields = vec![block("matchLabels", vec![line("app", ["\"shop\""])])];
        if self.rng.bool() {
            let expression = match self.rng.usize(..4) {
                0 => vec![
                    line("key", ["\"app\""]),
                    line("operator", ["In"]),
                    line("values", ["[\"shop\", \"x\"]"]),
                ],
                1 => vec![line("key", ["\"app\""]), line("operator", ["NotIn"]), line("values", ["[\"x\"]"])],
                2 => vec![line("key", ["\"app\""]), line("operator", ["Exists"])],
                _ => vec![line("key", ["\"none\""]), line("operator", ["DoesNotExist"])],
            };
            fields.push(block("matchExpressions", expression));
        }
        body.push(block("selector", fields));
    }

    fn claim_template(&mut self) -> Statement {
        let name = self.fresh("claim");
        let mut fields = self.object(object("PersistentVolumeClaim"), &["metadata"]);
        if !fields.iter().any(|field| field.name == "spec") {
            let spec = self.object(object("PersistentVolumeClaimSpec"), &[]);
            fields.push(block("spec", spec));
        }
        let mut metadata = vec![line("name", [quoted(&name)])];
        let others = self.object(object("ObjectMeta"), &["name", "generateName", "namespace"]);
        metadata.extend(others);
        fields.insert(0, block("metadata", metadata));
        self.volumes.push(super::Volume { name, kind: super::volumes::Kind::Claim, written: false });
        block("volumeClaimTemplates", fields)
    }

    /// Volumes and containers.
    fn contents(&mut self) -> Vec<Statement> {
        let mut body: Vec<Statement> = (0..self.rng.usize(..5)).map(|_| self.volume()).collect();
        if (self.towards.contains("Volume") || self.towards.contains("VolumeMount"))
            && self.volumes.is_empty()
        {
            body.push(self.volume());
        }
        for _ in 0..self.rng.usize(..4) {
            match self.rng.usize(..4) {
                0 => {
                    let keyword = self.pick(BUILT_IN);
                    body.extend(self.volumes_for(keyword));
                    body.extend(self.built_in(keyword));
                }
                1 => {
                    let name = self.fresh("side");
                    body.push(self.container("sidecar", &name));
                }
                _ => {
                    let name = self.fresh("step");
                    body.push(self.container("step", &name));
                }
            }
        }
        if self.windows && !body.iter().any(|statement| statement.name == "os") {
            body.retain(|statement| !BUILT_IN.contains(&statement.name.as_str()));
        }
        if self.chance(8) {
            body.extend(self.library_container());
        }
        body.push(self.container("app", "web"));
        if self.chance(25) {
            let name = self.fresh("app");
            body.push(self.container("app", &name));
        }
        if self.chance(8) {
            let budget = vec![line("cpu", ["1000"]), line("memory", ["1000Ti"]), line("storage", ["1000Ti"])];
            body.push(block("budget", budget));
        }
        if self.chance(4) {
            body.push(line("security", ["restricted"]));
        }
        body
    }

    /// A template of the library `std`, which the program then uses.
    fn library_container(&mut self) -> Vec<Statement> {
        let name = self.fresh("std");
        let (keyword, call) = match self.rng.usize(..5) {
            0 => ("sidecar", "std.cloud_sql_proxy(instance: \"a:b:c\")".to_owned()),
            1 => ("part", "std.vault_agent(\"agent\", file: \"x\")".to_owned()),
            2 => (
                "sidecar",
                "std.oauth2_proxy(issuer: \"https://id.acme.dev\", credentials: \"oauth\")".to_owned(),
            ),
            3 => match self.volume_that(|volume| volume.kind == super::volumes::Kind::Claim, false) {
                Some(volume) => ("sidecar", format!("std.otel_collector(config: {volume})")),
                None => return Vec::new(),
            },
            _ => match self.volume_that(|volume| volume.kind == super::volumes::Kind::Claim, false) {
                Some(volume) => {
                    ("part", format!("std.fluent_bit(logs: {volume}, aggregator: \"logs\", user: 10001)"))
                }
                None => return Vec::new(),
            },
        };
        if keyword == "sidecar" {
            self.register(keyword, &name);
        }
        vec![line(keyword, [key(&name), "from".into(), call])]
    }
}
