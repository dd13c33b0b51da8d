//! Generates values of fields that are valid beyond their types.

use super::{Generator, texts};
use crate::source::{Statement, line, quoted};

const WORDS: &[&str] = &["shop", "web", "db", "api", "cache", "a", "x9", "my-app", "0", "team-a"];
const DOMAINS: &[&str] = &["acme.dev", "shop.acme.dev", "example.com", "a.b.c"];
const IMAGES: &[&str] = &[
    "nginx:1.29",
    "busybox",
    "registry.acme.dev/shop:4.2",
    "localhost:5000/a/b",
    "ghcr.io/acme/tool:v1.0-rc.1",
    "a@sha256:9f2c1a7e5b0d4c83e6f1a29b7d58c0e4136fab92d7e80c5b4a1f63d29e87b05c",
];
const TEXTS: &[&str] = &[
    "x",
    "hello world",
    "",
    "ä ö",
    "yes",
    "0400",
    "$(HOME)",
    "$$",
    "#{x}",
    "a\nb",
    "~",
    "null",
    " lead",
    "tab\t",
    "'\"",
    "1e3",
    "a: b",
    "- a",
    "C:\\temp",
    "🦀",
];
const SCHEDULES: &[&str] = &[
    "0 3 * * *",
    "*/5 * * * *",
    "@daily",
    "@hourly",
    "0 0 1,15 * 1-5",
    "0-30/10 8-18 * JAN-MAR MON",
    "@every 1h30m",
    "? * ? * ?",
    "0 0 * * SUN",
    "59 23 31 12 6",
];

impl Generator {
    pub(super) fn word(&mut self) -> String {
        self.pick(WORDS).into()
    }

    /// A name of lower-case words with dots.
    pub(super) fn domain(&mut self) -> String {
        if self.chance(50) { self.word() } else { self.pick(DOMAINS).into() }
    }

    /// A name with a domain before it.
    pub(super) fn qualified(&mut self) -> String {
        let (domain, word) = (self.pick(DOMAINS), self.fresh("n"));
        format!("{domain}/{word}")
    }

    pub(super) fn image(&mut self) -> String {
        quoted(self.pick(IMAGES))
    }

    /// Any text.
    pub(super) fn free(&mut self) -> String {
        quoted(self.pick(TEXTS))
    }

    pub(super) fn schedule(&mut self) -> String {
        quoted(self.pick(SCHEDULES))
    }

    fn ip(&mut self) -> String {
        self.pick(&["10.0.0.1", "192.168.1.20", "fd00::1", "::1", "127.0.0.1", "2001:db8::8:800:200c:417a"])
            .into()
    }

    pub(super) fn boolean(&mut self, field: &str) -> bool {
        match field {
            // These exclude many other fields.
            "hostNetwork" | "hostPID" | "hostIPC" | "suspend" | "paused" | "manualSelector"
            | "hostProcess" => self.chance(30),
            _ => self.rng.bool(),
        }
    }

    pub(super) fn integer(&mut self, object: &str, field: &str) -> String {
        let range = match (object, field) {
            (_, "mode" | "defaultMode") => return self.mode(),
            (_, "port" | "containerPort" | "hostPort") => 1..65_536,
            ("EvictionResponder", _) => 1_000..100_001,
            ("PodCertificateProjection", "maxExpirationSeconds") => 3_600..86_401,
            ("ServiceAccountTokenProjection", "expirationSeconds") => 600..100_000,
            ("WeightedPodAffinityTerm" | "PreferredSchedulingTerm", _) => 1..101,
            ("PodSpec", "priority") => 0..2,
            ("SleepAction", _) => 0..3,
            (_, "lun")
            | ("AWSElasticBlockStoreVolumeSource" | "GCEPersistentDiskVolumeSource", "partition") => 0..256,
            ("ContainerRestartRuleOnExitCodes" | "PodFailurePolicyOnExitCodesRequirement", _) => 1..256,
            ("PodSpec", "activeDeadlineSeconds" | "terminationGracePeriodSeconds") => 3..600,
            ("Probe", "terminationGracePeriodSeconds") => 1..60,
            (_, "successThreshold" | "succeededCount") => 1..2,
            ("DeploymentSpec", "progressDeadlineSeconds") => 60..600,
            (
                _,
                "completions" | "maxSkew" | "minDomains" | "periodSeconds" | "timeoutSeconds"
                | "failureThreshold" | "minCount",
            ) => 1..10,
            (_, "runAsUser" | "runAsGroup" | "fsGroup" | "user" | "defaultUser" | "supplementalGroups") => {
                0..70_000
            }
            _ => 0..10,
        };
        self.rng.i64(range).to_string()
    }

    /// A file mode.
    pub(super) fn mode(&mut self) -> String {
        self.pick(&["0644", "0600", "0400", "0755", "0777", "0444", "0000"]).into()
    }

    pub(super) fn int_or_string(&mut self, object: &str, field: &str) -> String {
        match (object, field) {
            (_, "port") => match self.ports.first().cloned() {
                Some(name) if self.rng.bool() => quoted(&name),
                _ => self.rng.u16(1..).to_string(),
            },
            ("RollingUpdateDaemonSet", "maxSurge") => "0".into(),
            _ => self.pick(&["1", "2", "25%", "\"10%\"", "100%", "1%"]).into(),
        }
    }

    pub(super) fn quantity(&mut self, object: &str, field: &str) -> String {
        match (object, field) {
            ("ResourceFieldSelector", _) => "1".into(),
            _ => self.bytes(),
        }
    }

    pub(super) fn bytes(&mut self) -> String {
        self.pick(&[
            "64Mi",
            "1Gi",
            "1.5Gi",
            "512Mi",
            "100M",
            "128974848",
            "1G",
            "123Mi",
            "0.5Gi",
            "1Ti",
            "64Ki",
            "0",
        ])
        .into()
    }

    pub(super) fn cpu(&mut self) -> String {
        self.pick(&["250m", "1", "0.5", "2", "1500m", "0.1", "1m", "0"]).into()
    }

    /// Entries of a map of amounts.
    pub(super) fn amounts(&mut self, object: &str, field: &str) -> Vec<Statement> {
        match (object, field) {
            ("VolumeResourceRequirements", "limits") => vec![line("storage", ["10Ti"])],
            ("VolumeResourceRequirements", _) => {
                vec![line("storage", [self.pick(&["10Gi", "1Ti", "0.5Ti", "100G"])])]
            }
            ("PodSpec", _) => vec![line("cpu", [self.cpu()]), line("memory", [self.bytes()])],
            (_, "limits") => vec![line("cpu", ["300"]), line("memory", ["400Ti"])],
            _ => vec![line("cpu", ["200"]), line("memory", ["300Ti"])],
        }
    }

    pub(super) fn map_key(&mut self, object: &str, field: &str) -> String {
        match (object, field) {
            (_, "options" | "volumeAttributes") => self.word(),
            (_, "userAnnotations") => self.qualified(),
            _ => self
                .pick(&["app", "app.kubernetes.io/part-of", "acme.dev/Team_A.b", "tier", "a", "X-1"])
                .into(),
        }
    }

    pub(super) fn map_value(&mut self, _: &str, field: &str) -> String {
        match field {
            "annotations" | "options" | "volumeAttributes" | "userAnnotations" => self.free(),
            _ => self.pick(&["\"shop\"", "\"\"", "\"A_b.c-1\"", "true", "1", "\"0\"", "4.2"]).into(),
        }
    }

    /// A relative path in a volume that is not used elsewhere.
    pub(super) fn file(&mut self) -> String {
        let (folder, name) = (self.pick(&["", "a/", "..a/", "a b/"]), self.fresh("f"));
        let path = format!("{folder}{name}");
        if path.starts_with("..") { format!("x/{path}.json") } else { format!("{path}.json") }
    }

    /// The text of a field, with or without quotes.
    pub(super) fn text_of(&mut self, object: &str, field: &str) -> String {
        if let Some(texts) = texts::known(object, field) {
            let text = self.pick(texts);
            let bare = text.len() > 1 && text.starts_with('/') && !text.contains([' ', '?']);
            return if bare && self.rng.bool() { text.into() } else { quoted(text) };
        }
        let text = match (object, field) {
            ("Container", "image") | ("ImageVolumeSource", "reference") => return self.image(),
            ("CronJobSpec", "schedule") => return self.schedule(),
            ("HTTPHeader" | "ExecAction" | "Container", _) => return self.free(),
            ("ObjectFieldSelector", _) if self.in_volume => self.pick(texts::IN_FILE).into(),
            ("ObjectFieldSelector", _) => self.field_path(),
            ("FileKeySelector", "volumeName") => self.file_volume().unwrap_or_default(),
            ("ContainerPort" | "HostAlias", "hostIP" | "ip") | ("PodDNSConfig", "nameservers") => self.ip(),
            (_, "keyPath" | "certificateChainPath" | "credentialBundlePath") => self.file(),
            (_, "path") if self.in_volume || object == "FileKeySelector" => self.file(),
            ("ObjectMeta", "finalizers")
            | ("PodReadinessGate" | "PodSchedulingGate" | "EvictionResponder", _) => self.qualified(),
            ("LabelSelectorRequirement" | "NodeSelectorRequirement" | "Toleration", "key") => {
                self.map_key("", "")
            }
            ("PodResourceClaim", "name") => {
                let name = self.fresh("claim");
                self.claims.push(name.clone());
                name
            }
            ("WorkloadPodGroupResourceClaim", "name") => self.fresh("claim"),
            ("ObjectMeta", _) | ("PodSpec", "hostname" | "subdomain") => self.word(),
            ("PodSpec" | "LocalObjectReference", _) => self.domain(),
            (_, "name") if object.starts_with("ConfigMap") || object.starts_with("Secret") => self.domain(),
            _ => self.word(),
        };
        quoted(&text)
    }

    /// A field of the pod that a variable can refer to.
    pub(super) fn field_path(&mut self) -> String {
        self.pick(texts::IN_VARIABLE).into()
    }
}
