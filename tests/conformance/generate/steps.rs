//! Generates built-in steps: the statements of each kind, with valid texts.

use super::Generator;
use super::volumes::{Kind, Mounted, Volume};
use crate::source::{Statement, key, line, quoted};
use initflow::vocabulary;
use initflow::vocabulary::{Direction, Slot, StatementPlace, StatementSpec, ValueType};

/// The statements that a kind needs.
const NEEDED: &[(&str, &[&str])] = &[
    ("fetch", &["from", "into"]),
    ("clone", &["repo", "into"]),
    ("secrets", &["from", "into"]),
    ("copy", &["from", "into"]),
    ("own", &["volume", "user"]),
    ("render", &["from", "into", "vars"]),
];

/// The conditions of a `wait` that need a right.
pub(super) const OBJECTS: [&str; 5] = ["job", "deployment", "statefulset", "service", "condition"];

const TOOLS: &[&str] =
    &["django", "rails", "flyway", "liquibase", "alembic", "prisma", "goose", "golang-migrate", "atlas"];

impl Generator {
    /// A step of a kind, if the pod has the volumes for it.
    pub(super) fn built_in(&mut self, keyword: &'static str) -> Option<Statement> {
        let name = self.fresh("s");
        let mut body = Vec::new();
        let needed = NEEDED.iter().find(|(kind, _)| *kind == keyword).map_or(&[][..], |(_, needed)| *needed);
        let tool = self.pick(TOOLS);
        let conditions =
            [&["tcp", "http", "dns", "file", "postgres", "mysql", "redis"][..], &OBJECTS].concat();
        let condition = self.pick(&conditions);
        for entry in vocabulary::entries_at(StatementPlace::Step(keyword)) {
            let is_present = match entry.name {
                name if TOOLS.contains(&name) => name == tool,
                name if keyword == "wait" && conditions.contains(&name) => name == condition,
                "once" => self.chance(25) && !self.volumes.iter().any(|volume| volume.written),
                name => needed.contains(&name) || self.chance(30),
            };
            if is_present {
                body.push(self.step_statement(keyword, entry)?);
            }
        }
        self.reconcile(keyword, &mut body);
        if ["migrate", "copy"].contains(&keyword) {
            body.insert(0, line("image", [self.image()]));
        }
        if keyword == "render" {
            body.push(crate::source::block("env", vec![line("A", ["\"1\""])]));
        }
        if self.chance(40) {
            let mut left_out =
                vec!["ready", "alive", "started", "reads", "updates", "writes", "mounts", "command"];
            if keyword == "render" || keyword == "clone" {
                left_out.push("env");
            }
            if keyword == "own" || keyword == "secrets" {
                left_out.push("securityContext");
            }
            body.extend(self.parts(keyword, &mut Mounted::default(), &left_out));
        }
        self.register(keyword, &name);
        Some(line(keyword, [key(&name)]).with(body))
    }

    /// The volumes that a kind uses.
    pub(super) fn volumes_for(&mut self, keyword: &str) -> Vec<Statement> {
        let kinds: &[(&str, Kind)] = match keyword {
            "secrets" => &[("memory", Kind::Memory)],
            "own" => &[("claim", Kind::Claim)],
            "render" => &[("configmap", Kind::ReadOnly), ("scratch", Kind::Scratch)],
            "fetch" | "clone" | "copy" => &[("scratch", Kind::Scratch)],
            _ => &[],
        };
        let mut volumes = Vec::new();
        for (word, kind) in kinds {
            let name = self.fresh("vol");
            let mut statement = line("volume", [key(&name), (*word).to_owned()]);
            if matches!(kind, Kind::Claim | Kind::ReadOnly) {
                statement.values.push("\"shop\"".into());
            }
            self.volumes.push(Volume { name, kind: *kind, written: false });
            volumes.push(statement);
        }
        volumes
    }

    fn step_statement(&mut self, keyword: &str, entry: &'static StatementSpec) -> Option<Statement> {
        let mut values = Vec::new();
        for slot in entry.head {
            match slot {
                Slot::One(_, ValueType::MountedVolume(direction)) => {
                    values.push(self.volume_of_step(keyword, *direction)?);
                }
                slot => values
                    .extend(self.slots(&format!("{keyword} {}", entry.name), std::slice::from_ref(slot))),
            }
        }
        // Alternatives are next to each other, and one of all is chosen.
        if entry.head.len() > 1 && entry.head.iter().all(|slot| matches!(slot, Slot::Clause(_))) {
            values = self.slots(&format!("{keyword} {}", entry.name), entry.head);
        }
        Some(line(entry.name, values))
    }

    fn volume_of_step(&mut self, keyword: &str, direction: Direction) -> Option<String> {
        match (keyword, direction) {
            ("secrets", _) => self.volume_that(|volume| volume.kind == Kind::Memory, true),
            (_, Direction::Writes) => self.volume_that(
                |volume| matches!(volume.kind, Kind::Scratch | Kind::Memory | Kind::Claim) && !volume.written,
                true,
            ),
            (_, Direction::Updates) => self.volume_that(|volume| volume.kind == Kind::Claim, false),
            _ => self.volume_that(
                |volume| volume.written || matches!(volume.kind, Kind::ReadOnly | Kind::Claim),
                false,
            ),
        }
    }

    /// Removes statements that cannot be combined with the others.
    fn reconcile(&mut self, keyword: &str, body: &mut Vec<Statement>) {
        let value = |body: &[Statement], name: &str| {
            body.iter()
                .find(|statement| statement.name == name)
                .map(|statement| statement.values.join(" "))
                .unwrap_or_default()
        };
        let mut drop = |names: &[&str]| body.retain(|statement| !names.contains(&statement.name.as_str()));
        match keyword {
            "fetch" => {
                let from = value(body, "from");
                let mut drop =
                    |names: &[&str]| body.retain(|statement| !names.contains(&statement.name.as_str()));
                if !from.contains("https://") {
                    drop(&["header"]);
                }
                if from.contains("/\"") {
                    drop(&["sha256", "unpack"]);
                }
                let has_unpack = body.iter().any(|statement| statement.name == "unpack");
                let makes_folder = has_unpack || from.contains("/\"");
                let into = body.iter_mut().find(|statement| statement.name == "into");
                if let Some(into) = into.filter(|_| makes_folder) {
                    into.values[1] = "\"folder/\"".into();
                }
            }
            "clone" => {
                let by_ssh = value(body, "repo").contains('@');
                let mut drop =
                    |names: &[&str]| body.retain(|statement| !names.contains(&statement.name.as_str()));
                drop(if by_ssh { &["token", "user"] } else { &["key"] });
                if !body.iter().any(|statement| statement.name == "token") {
                    body.retain(|statement| statement.name != "user");
                }
            }
            "secrets" => {
                let in_vault = value(body, "from").starts_with("vault");
                let mut drop =
                    |names: &[&str]| body.retain(|statement| !names.contains(&statement.name.as_str()));
                if in_vault {
                    drop(&["address", "field"]);
                    body.push(line("address", ["\"https://vault.acme.dev:8200\""]));
                    body.push(line("field", ["\"key\""]));
                } else {
                    drop(&["role", "auth", "audience", "namespace", "ca"]);
                }
            }
            "migrate" if self.chance(50) => drop(&["from"]),
            _ => {}
        }
    }

    /// The text for a slot of type text.
    pub(super) fn head_text(&mut self, what: &str, name: &str) -> String {
        let text: &str = match what {
            "fetch from" => self.pick(&[
                "https://acme.dev/a.tar.gz",
                "https://acme.dev/theme.zip",
                "s3://bucket/key.json",
                "gs://bucket/folder/",
                "az://account/container/file.tar",
                "oci://ghcr.io/acme/files:1.0",
                "https://$(HOST)/x.tgz",
            ]),
            "fetch into" => self.pick(&["a.json", "sub/b.json"]),
            "fetch sha256" => "9f2c1a7e5b0d4c83e6f1a29b7d58c0e4136fab92d7e80c5b4a1f63d29e87b05c",
            "fetch unpack" => self.pick(&["tar", "tar.gz", "zip"]),
            "fetch header" => self.pick(&["Authorization", "X-Token"]),
            "clone repo" => self.pick(&[
                "https://git.acme.dev/a.git",
                "git@git.acme.dev:www/site.git",
                "ssh://git@git.acme.dev/a.git",
            ]),
            "clone ref" => self.pick(&["main", "v1.0", "9f2c1a7e5b0d4c83e6f1a29b7d58c0e4136fab92"]),
            "clone into" | "copy into" => self.pick(&["a", "a/b"]),
            "wait tcp" => self.pick(&["db:5432", "[::1]:80", "$(HOST):80"]),
            "wait http" => self.pick(&["http://search:9200/", "https://acme.dev/health?x=1"]),
            "wait http contains" => "ok",
            "wait dns" => self.pick(&["db", "db.shop.svc"]),
            "wait file" => "x.json",
            "wait postgres" => self.pick(&["postgres://shop:pw@db:5432/shop", "$(DATABASE_URL)"]),
            "wait mysql" => "mysql://shop@db:3306/shop",
            "wait redis" => "redis://redis:6379",
            "wait job" | "wait deployment" | "wait statefulset" | "wait service" => "setup",
            "wait condition" if name == "\"type\"" => self.pick(&["Ready", "Available=False"]),
            "wait condition" => self.pick(&["crd/a.acme.dev", "widgets.acme.dev/a"]),
            "migrate from" => "/migrations",
            "secrets from vault" => "secret/data/shop",
            "secrets from aws" => "shop/db",
            "secrets from gcp" => "projects/acme/secrets/db",
            "secrets from azure" => "vault/name",
            "secrets into" => self.pick(&["db.env", "keys.json", "key"]),
            "secrets address" => "https://vault.acme.dev:8200",
            "render from" => "site.conf.template",
            "render into" => "site.conf",
            "resource" => self.pick(&["nvidia.com/gpu", "acme.dev/device"]),
            "reads sub" | "writes sub" => "a",
            "ready grpc" | "alive grpc" | "started grpc" => "shop.v1.Health",
            _ => match name {
                "\"namespace\"" | "\"role\"" | "\"audience\"" | "\"mount\"" | "\"key\"" => "shop",
                _ => return self.free(),
            },
        };
        quoted(text)
    }
}
