//! Generates containers: the statements of the vocabulary, their heads from the types of their slots, and fields of the
//! API.

use super::Generator;
use super::volumes::Mounted;
use crate::source::{Statement, block, key, line, list, quoted};
use initflow::kubernetes::schema;
use initflow::vocabulary;
use initflow::vocabulary::{Clause, Need, Slot, StatementPlace, ValueType};

/// The fields of a container that have their own statement, or are generated specially.
const SPECIAL: &[&str] = &[
    "name",
    "image",
    "command",
    "args",
    "ports",
    "env",
    "envFrom",
    "resources",
    "volumeMounts",
    "volumeDevices",
    "startupProbe",
    "readinessProbe",
    "livenessProbe",
];

const CPU: &[&str] = &["100m", "250m..1", "..2", "0.5..0.5", "1", "0..1", "1m", "0.25..1500m"];
const BYTES: &[&str] = &["64Mi", "256Mi..1Gi", "..2Gi", "512Mi..512Mi", "0.5Gi..1G", "100M", "1000k..1Mi"];

impl Generator {
    /// An ordinary step, a sidecar or an app.
    pub(super) fn container(&mut self, keyword: &'static str, name: &str) -> Statement {
        let mut body = vec![line("image", [self.image()])];
        body.extend(self.command());
        body.extend(self.parts(keyword, &mut Mounted::default(), &[]));
        self.register(keyword, name);
        line(keyword, [key(name)]).with(body)
    }

    /// Makes a container known to those that come after it.
    pub(super) fn register(&mut self, keyword: &str, name: &str) {
        self.containers.push(name.to_owned());
        if keyword != "app" {
            self.steps.push(name.to_owned());
        }
    }

    fn command(&mut self) -> Vec<Statement> {
        match self.rng.usize(..6) {
            0 => vec![line("run", [self.command_line()])],
            1 => vec![line("script", [self.script()])],
            2 => vec![line("script", ["\"bash -euo pipefail -c\"".to_owned(), self.script()])],
            3 => vec![line("command", [list(["\"shop\"".to_owned(), self.free()])])],
            4 => vec![
                line("run", [self.command_line()]),
                line("args", [self.slot_value("args", "", ValueType::TextOrList)]),
            ],
            _ => vec![line("args", [self.slot_value("args", "", ValueType::TextOrList)])],
        }
    }

    fn command_line(&mut self) -> String {
        self.pick(&["\"shop serve --port 8000\"", "\"shop 'a b' $(HOME)\"", "'shop \"x y\"'", "\"true\""])
            .into()
    }

    fn script(&mut self) -> String {
        self.pick(&["'echo \"$(date) $$ ${HOME}\"'", "\"true\"", "'cat <<E'"]).into()
    }

    /// The statements that are allowed in a container of any role, except those to leave out.
    pub(super) fn parts(
        &mut self,
        keyword: &str,
        mounted: &mut Mounted,
        left_out: &[&str],
    ) -> Vec<Statement> {
        let mut body = Vec::new();
        let is_app = keyword == "app";
        let is_step = !is_app && keyword != "sidecar";
        self.ports.clear();
        self.is_step = is_step;
        for entry in vocabulary::entries_at(StatementPlace::Container) {
            let is_focus = match entry.name {
                "port" => self.towards.contains("ContainerPort"),
                "ready" | "alive" | "started" => self.towards.contains("Probe"),
                "env" => self.towards.contains("EnvVar") || self.towards.contains("EnvFromSource"),
                "reads" | "mounts" => self.towards.contains("VolumeMount"),
                _ => false,
            };
            if left_out.contains(&entry.name) || !(self.chance(18) || is_focus && self.chance(70)) {
                continue;
            }
            match entry.name {
                "when" | "else" | "run" | "args" | "script" => {}
                "env" => body.push(self.environment()),
                "reads" | "updates" | "writes" | "mounts" => body.extend(self.mount(is_app, mounted)),
                "port" => (0..self.rng.usize(1..3)).for_each(|_| body.push(self.port())),
                "ready" | "alive" | "started" if is_step => {}
                "after" if is_app || self.steps.is_empty() => {}
                "ready" | "alive" | "started" => body.push(self.probe(entry.name, entry.head)),
                name => body.push(line(name, self.slots(name, entry.head))),
            }
        }
        if (self.chance(5) || self.towards.contains("VolumeDevice")) && !is_step {
            body.extend(self.device(mounted));
        }
        if !self.claims.is_empty() && self.chance(50) {
            let mut claim = vec![line("name", [quoted(&self.pick(&self.claims.clone()))])];
            if self.chance(30) || self.focus == ("ResourceClaim", "request") {
                claim.push(line("request", ["\"gpu\""]));
            }
            body.push(block("resources", vec![block("claims", claim)]));
        }
        let Some(object) = schema::object("Container") else { return body };
        let mut skip = SPECIAL.to_vec();
        if format!("{body:?}").contains("Bidirectional") {
            body.push(block("securityContext", vec![line("privileged", ["true"])]));
            skip.push("securityContext");
        }
        skip.extend(left_out);
        if is_step {
            skip.push("lifecycle");
        }
        if keyword == "sidecar" || self.version.0 < 35 {
            skip.extend(["restartPolicy", "restartPolicyRules"]);
        }
        body.extend(self.object(object, &skip));
        body
    }

    fn port(&mut self) -> Statement {
        let Some(entry) = vocabulary::entry(StatementPlace::Container, "port") else {
            unreachable!("a statement")
        };
        let mut statement = line("port", self.slots("port", entry.head));
        if let Some(name) =
            statement.values.first().filter(|first| !first.starts_with(|first: char| first.is_ascii_digit()))
        {
            self.ports.push(name.clone());
        }
        let has_host = statement.values.iter().any(|value| value == "host");
        if let (true, Some(object)) =
            (self.chance(15) || self.towards.contains("ContainerPort"), schema::object("ContainerPort"))
        {
            let by_head: &[&str] = if has_host { &["hostPort"] } else { &["hostIP"] };
            let mut skip = vec!["name", "containerPort", "protocol"];
            skip.extend(by_head);
            let fields = self.object(object, &skip);
            statement = statement.with(fields);
        }
        statement
    }

    /// A probe, whose block has the fields of the probe and of its handler that the head does not set.
    fn probe(&mut self, name: &str, head: &[Slot]) -> Statement {
        let mut statement = line(name, self.slots(name, head));
        let handler = match statement.values[0].as_str() {
            "http" | "https" => "HTTPGetAction",
            "tcp" => "TCPSocketAction",
            "grpc" => "GRPCAction",
            _ => "ExecAction",
        };
        if !self.chance(25) && !self.towards.contains("Probe") {
            return statement;
        }
        let mut fields = Vec::new();
        if let Some(object) = schema::object(handler) {
            fields.extend(self.object(object, &["port", "path", "scheme", "service", "command"]));
        }
        if let Some(object) = schema::object("Probe") {
            let mut own = self.object(object, &["exec", "httpGet", "tcpSocket", "grpc"]);
            own.retain(|field| match field.name.as_str() {
                "terminationGracePeriodSeconds" => name != "ready",
                "initialDelaySeconds" => !statement.values.contains(&"delay".to_owned()),
                "periodSeconds" => !statement.values.contains(&"every".to_owned()),
                "timeoutSeconds" => !statement.values.contains(&"timeout".to_owned()),
                "successThreshold" => !statement.values.contains(&"successes".to_owned()),
                "failureThreshold" => !statement.values.contains(&"failures".to_owned()),
                _ => true,
            });
            fields.extend(own);
        }
        statement = statement.with(fields);
        statement
    }

    pub(super) fn environment(&mut self) -> Statement {
        let mut body = Vec::new();
        for _ in 0..self.rng.usize(1..4) {
            if self.chance(20) {
                let mut from = line("from", [self.slot_value("from", "", ValueType::Source)]);
                if self.rng.bool() {
                    from.values.extend(["prefix".into(), self.pick(&["\"P_\"", "\"\"", "\"a b\""]).into()]);
                }
                body.push(from);
                continue;
            }
            let name = self.fresh("VAR_");
            let statement = match schema::object("EnvVar") {
                Some(object) if self.chance(15) || self.towards.contains("EnvVar") => {
                    block(&name, self.object(object, &["name"]))
                }
                _ => line(&name, [self.slot_value("env", "", ValueType::Variable)]),
            };
            body.push(statement);
        }
        block("env", body)
    }

    /// The values of a head.
    pub(super) fn slots(&mut self, what: &str, slots: &[Slot]) -> Vec<String> {
        let mut values = Vec::new();
        let alternatives: Vec<&Clause> = slots
            .iter()
            .filter_map(|slot| match slot {
                Slot::Clause(clause) if matches!(clause.need, Need::OneOf | Need::AtMostOne) => Some(*clause),
                _ => None,
            })
            .collect();
        let chosen = (!alternatives.is_empty()).then(|| self.pick(&alternatives));
        for slot in slots {
            match slot {
                Slot::One(name, ty) | Slot::Many(name, ty) => values.push(self.slot_value(what, name, *ty)),
                Slot::Maybe(name, ty) if self.rng.bool() => values.push(self.slot_value(what, name, *ty)),
                Slot::Maybe(..) | Slot::Free(_) => {}
                Slot::Clause(clause) => {
                    let is_present = match clause.need {
                        Need::Required => true,
                        Need::Optional => self.chance(30),
                        Need::OneOf => chosen.is_some_and(|chosen| std::ptr::eq(chosen, *clause)),
                        Need::AtMostOne => {
                            chosen.is_some_and(|chosen| std::ptr::eq(chosen, *clause)) && self.chance(60)
                        }
                    };
                    if is_present {
                        values.push(clause.word.to_owned());
                        values.extend(self.slots(&format!("{what} {}", clause.word), clause.values));
                    }
                }
            }
        }
        values
    }

    /// A value for a slot of a type.
    pub(super) fn slot_value(&mut self, what: &str, name: &str, ty: ValueType) -> String {
        match ty {
            ValueType::Name if what == "port" => self.fresh("p"),
            ValueType::Name => self.fresh("n"),
            ValueType::Text => self.head_text(what, name),
            ValueType::TextOrList if self.rng.bool() => "\"shop --check 'a b'\"".into(),
            ValueType::TextOrList => {
                let text = self.free();
                list([text, "\"b\"".into()])
            }
            ValueType::TextList => list(["\"A\"".into()]),
            ValueType::Int(low, high) if what.ends_with("successes") => low.max(1).min(high).to_string(),
            ValueType::Int(low, high) => {
                self.rng.i64(low.max(1)..=high.min(low.saturating_add(20))).to_string()
            }
            ValueType::Cpu => self.cpu(),
            ValueType::Memory => self.bytes(),
            ValueType::CpuRange => self.pick(CPU).into(),
            ValueType::MemoryRange => self.pick(BYTES).into(),
            ValueType::ResourceRange => self.pick(&["1", "2", "4..4"]).into(),
            ValueType::SecondsRange => self.pick(&["5s", "20s..2m", "..1h"]).into(),
            ValueType::Seconds => self.pick(&["5s", "1m30s", "1h", "2000ms", "10s"]).into(),
            ValueType::AnyPath => self.pick(&["/srv/data", "\"relative/path\"", "\"a b\""]).into(),
            ValueType::Path => self.pick(&["/srv/data", "/opt/agent", "/healthz", "/a.b/c"]).into(),
            ValueType::Mode => self.mode(),
            ValueType::Port => self.rng.u16(1..).to_string(),
            ValueType::PortRef => match self.ports.first().cloned() {
                Some(port) if self.rng.bool() => port,
                _ => self.rng.u16(1..).to_string(),
            },
            ValueType::Volume | ValueType::MountedVolume(_) => {
                self.volume_that(|_| true, false).unwrap_or_else(|| "none".into())
            }
            ValueType::Container => {
                let known = self.steps.clone();
                key(&self.pick(&known))
            }
            ValueType::Source => {
                let (function, name) = (self.pick(&["secret", "configmap"]), self.domain());
                let optional = self.pick(&["", ", optional: true", ", optional: false"]);
                format!("{function}({}{optional})", quoted(&name))
            }
            ValueType::Secret => format!("secret({})", quoted(&self.domain())),
            ValueType::Variable => self.variable(),
            ValueType::TemplateCall => String::new(),
        }
    }

    /// The value of a variable.
    fn variable(&mut self) -> String {
        match self.rng.usize(..10) {
            0..4 if self.version.0 >= 34 && self.file_volume().is_some() => {
                let volume = key(&self.file_volume().unwrap_or_default());
                self.pick(&[
                    "file(V, \"a.env\", \"KEY\")",
                    "file(V, path: \"a.env\", key: \"K\", optional: true)",
                ])
                .replace('V', &volume)
            }
            0 => "true".into(),
            1 => self.pick(&["0400", "1e3", "-1", "0.50", "8080"]).into(),
            2 => format!("secret({}, \"key\")", quoted(&self.domain())),
            3 => format!("secret(name: {}, key: \"a.b\", optional: true)", quoted(&self.domain())),
            4 => format!("configmap({}, \"KEY_1\", optional: false)", quoted(&self.domain())),
            5 => format!("field({})", quoted(&self.field_path())),
            6 => self
                .pick(&["field(\"metadata.name\", apiVersion: \"v1\")", "field(path: \"status.podIP\")"])
                .into(),
            7 => self
                .pick(&[
                    "resource(\"limits.cpu\", divisor: 1m)",
                    "resource(\"requests.memory\", divisor: 1Mi)",
                    "resource(\"limits.memory\")",
                ])
                .into(),
            8 => match self.containers.last().cloned() {
                Some(name) => format!("resource(\"limits.cpu\", container: {}, divisor: 1)", quoted(&name)),
                None => "resource(\"requests.ephemeral-storage\")".into(),
            },
            _ => self.free(),
        }
    }
}
