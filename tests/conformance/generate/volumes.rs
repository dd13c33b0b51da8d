//! Generates volumes and their mounts, with a valid flow of files.

use super::{Generator, inner};
use crate::source::{Statement, block, key, line, quoted};
use initflow::kubernetes::schema::{self, FieldType};
use initflow::kubernetes::version::Support;

/// A volume of the current pod.
#[derive(Clone)]
pub(super) struct Volume {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether a step or a sidecar writes it.
    pub(super) written: bool,
}

/// The kinds of volumes, by what can be done with them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scratch,
    Memory,
    Claim,
    ReadOnly,
    Other,
}

/// The mounts of a container so far.
#[derive(Default)]
pub(super) struct Mounted {
    volumes: Vec<String>,
    paths: usize,
}

impl Mounted {
    fn path(&mut self) -> String {
        self.paths += 1;
        format!("/mnt/v{}", self.paths)
    }
}

/// The short forms, with the field of the API that each means.
const SHORT: &[(&str, &str, &str, Kind)] = &[
    ("", "EmptyDirVolumeSource", "", Kind::Scratch),
    ("scratch", "EmptyDirVolumeSource", "sizeLimit", Kind::Scratch),
    ("memory", "EmptyDirVolumeSource", "sizeLimit", Kind::Memory),
    ("claim", "PersistentVolumeClaimVolumeSource", "claimName", Kind::Claim),
    ("secret", "SecretVolumeSource", "secretName", Kind::ReadOnly),
    ("configmap", "ConfigMapVolumeSource", "name", Kind::ReadOnly),
    ("host", "HostPathVolumeSource", "path", Kind::Other),
    ("image", "ImageVolumeSource", "reference", Kind::ReadOnly),
];

impl Generator {
    /// A volume in one of its forms.
    pub(super) fn volume(&mut self) -> Statement {
        let name = self.fresh("vol");
        let wanted = self.towards.contains("Volume") && self.chance(85);
        let (form, kind) = if wanted || self.chance(25) { self.long_volume() } else { self.short_volume() };
        self.volumes.push(Volume { name: name.clone(), kind, written: false });
        let Statement { values, block, .. } = form;
        let mut statement = line("volume", [key(&name)]);
        statement.values.extend(values);
        statement.block = block;
        statement
    }

    /// `volume NAME { source { … } }`, without the name.
    fn long_volume(&mut self) -> (Statement, Kind) {
        let Some(volume) = schema::object("Volume") else { unreachable!("a pod has volumes") };
        let able: Vec<_> = volume
            .fields
            .iter()
            .filter(|field| {
                field.name != "name" && !matches!(field.since.in_version(self.version), Support::Absent)
            })
            .collect();
        let towards = |field: &&&schema::Field| {
            self.focus == ("Volume", field.name)
                || inner(&field.ty).is_some_and(|inner| self.towards.contains(inner.name))
        };
        let wanted: Vec<_> = able.iter().filter(towards).copied().collect();
        let field = if wanted.is_empty() { self.pick(&able) } else { self.pick(&wanted) };
        let FieldType::Object(source) = &field.ty else { unreachable!("a source is an object") };
        self.in_volume = true;
        let fields = self.object(source, &[]);
        self.in_volume = false;
        let kind = match field.name {
            "secret" | "configMap" | "downwardAPI" | "projected" | "image" => Kind::ReadOnly,
            "persistentVolumeClaim" | "ephemeral" => Kind::Claim,
            "emptyDir" => Kind::Scratch,
            _ => Kind::Other,
        };
        (block("volume", vec![block(field.name, fields)]), kind)
    }

    /// `volume NAME secret "x" { … }`, without the name.
    fn short_volume(&mut self) -> (Statement, Kind) {
        let (word, object, field, kind) = self.pick(SHORT);
        if word == "image" && self.version.0 < 35 && self.chance(80) {
            return (line("volume", Vec::<String>::new()), Kind::Scratch);
        }
        let mut values = Vec::new();
        if !word.is_empty() {
            values.push(word.to_owned());
            match word {
                "scratch" | "memory" if self.rng.bool() => {}
                "scratch" | "memory" => values.push(self.bytes()),
                "host" => values.push(self.pick(&["/var/lib/shop", "/run"]).into()),
                "image" => values.push(self.image()),
                _ => values.push(quoted(&self.domain())),
            }
        }
        let mut statement = line("volume", values);
        if self.chance(25) && !word.is_empty() {
            let Some(object) = schema::object(object) else { unreachable!("a source of a volume") };
            self.in_volume = true;
            let fields = self.object(object, &[field, "medium", "sizeLimit"]);
            self.in_volume = false;
            statement = statement.with(fields);
        }
        (statement, kind)
    }

    /// A mount of a volume that the container has not mounted yet, in a valid direction.
    pub(super) fn mount(&mut self, is_app: bool, mounted: &mut Mounted) -> Option<Statement> {
        let free: Vec<usize> =
            (0..self.volumes.len()).filter(|at| !mounted.volumes.contains(&self.volumes[*at].name)).collect();
        if free.is_empty() {
            return None;
        }
        let at = self.pick(&free);
        let Volume { name, kind, written } = self.volumes[at].clone();
        mounted.volumes.push(name.clone());
        let verb = match kind {
            Kind::Scratch | Kind::Memory if written => self.pick(&["reads", "updates", "mounts"]),
            Kind::Scratch | Kind::Memory if is_app => "mounts",
            Kind::Scratch | Kind::Memory => "writes",
            Kind::Claim | Kind::Other => self.pick(&["reads", "updates", "writes", "mounts"]),
            Kind::ReadOnly => self.pick(&["reads", "mounts"]),
        };
        self.volumes[at].written |= verb == "writes" && !is_app;
        let mut statement = line(verb, [key(&name), "at".into(), mounted.path()]);
        if verb == "mounts" && (kind == Kind::ReadOnly || self.chance(30)) {
            statement.values.push("readonly".into());
        }
        let taken: &[&str] = if self.chance(20) {
            statement.values.extend(["sub".to_owned(), self.pick(&["\"a/b\"", "\"x\"", "\"a b\""]).into()]);
            &["name", "mountPath", "readOnly", "subPath", "subPathExpr"]
        } else {
            &["name", "mountPath", "readOnly"]
        };
        let read_only = statement.values.iter().any(|value| value == "readonly") || verb == "reads";
        if let (true, Some(object)) =
            (self.chance(15) || self.towards.contains("VolumeMount"), schema::object("VolumeMount"))
        {
            let mut fields = self.object(object, taken);
            fields.retain(|field| {
                let value = field.values.first().map_or("", String::as_str);
                let recursive = field.name == "recursiveReadOnly" && !value.contains("Disabled");
                let both_ways = value.contains("Bidirectional");
                (!recursive || read_only) && (!both_ways || self.focus == ("VolumeMount", "mountPropagation"))
            });
            if fields.iter().any(|field| field.name == "recursiveReadOnly") {
                fields.retain(|field| field.name != "mountPropagation");
            }
            if let Some(expression) = fields.iter_mut().find(|field| field.name == "subPathExpr") {
                expression.values = vec![self.pick(&["\"$(POD)\"", "\"a/$(POD)/b\""]).into()];
            }
            statement = statement.with(fields);
        }
        Some(statement)
    }

    /// The name of a volume that a built-in step fills, changes or reads; adds one if there is none.
    pub(super) fn volume_that(&mut self, fits: impl Fn(&Volume) -> bool, written: bool) -> Option<String> {
        let able: Vec<usize> = (0..self.volumes.len()).filter(|at| fits(&self.volumes[*at])).collect();
        if able.is_empty() {
            return None;
        }
        let at = self.pick(&able);
        self.volumes[at].written |= written;
        Some(key(&self.volumes[at].name))
    }

    /// A volume with a file of variables.
    pub(super) fn file_volume(&self) -> Option<String> {
        let is_one = |volume: &&Volume| volume.written && matches!(volume.kind, Kind::Scratch | Kind::Memory);
        self.volumes.iter().find(is_one).map(|volume| volume.name.clone())
    }

    /// A claim as a block device.
    pub(super) fn device(&mut self, mounted: &mut Mounted) -> Option<Statement> {
        let free = |volume: &&Volume| volume.kind == Kind::Claim && !mounted.volumes.contains(&volume.name);
        let name = self.volumes.iter().find(free)?.name.clone();
        mounted.volumes.push(name.clone());
        Some(block("volumeDevices", vec![line("name", [quoted(&name)]), line("devicePath", ["/dev/xvda"])]))
    }
}
