//! Reads each setting of the file.

use super::tables::{Placed, Tables};
use super::{Config, LINTS, MAX_PROFILES, PROFILE, Profile, names_a_folder};
use crate::diagnostic::{Code, Diagnostic};
use crate::kubernetes::image;
use crate::kubernetes::version::Version;
use crate::lint::{LintLevel, names};
use crate::model::Setting;
use crate::source::Span;
use crate::steps::Image;
use smol_str::SmolStr;
use std::collections::HashMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The settings outside all tables, and the tables.
pub(super) const SETTINGS: [&str; 9] =
    ["kube", "registry", "images", LINTS, "output", "members", "profile", "profiles", "context"];

/// The settings of the table `context`.
pub(super) const CONTEXT: [&str; 3] = ["with", "complete", "mesh"];

/// The service meshes whose proxies are known.
pub(super) const MESHES: [&str; 4] = ["consul", "istio", "kuma", "linkerd"];

/// Reads the table of the whole file.
pub(super) fn settings(tables: &mut Tables<'_>, table: &DeTable<'_>) -> Config {
    let mut reader = ConfigReader { tables, config: Config::default() };
    let mut profile = None;
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "kube" => reader.version(value),
            "registry" => reader.registry(value),
            "images" => reader.images(value),
            LINTS => reader.lints(value),
            "output" => reader.config.output = reader.tables.placed("output", value),
            "members" => reader.config.members = reader.tables.texts("members", value),
            "profile" => profile = reader.tables.placed("profile", value),
            "profiles" => reader.profiles(value),
            "context" => reader.context(value),
            unknown => {
                let headline = format!("unknown setting `{unknown}`");
                reader.tables.unknown(key, headline, &SETTINGS);
            }
        }
    }
    if let Some(profile) = profile {
        reader.default_profile(profile);
    }
    reader.folders_of_profiles();
    reader.config
}

struct ConfigReader<'t, 's> {
    tables: &'t mut Tables<'s>,
    config: Config,
}

impl ConfigReader<'_, '_> {
    fn version(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(text) = self.tables.text("kube", value) else { return };
        match text.parse() {
            Ok(version) => self.config.version = Some(version),
            Err(reason) => {
                let versions: Vec<String> =
                    Version::ALL.iter().map(|version| format!("`\"{version}\"`")).collect();
                self.tables.report(
                    Diagnostic::error(Code::UnknownValue, self.tables.span(value.span()), reason)
                        .here("not a version that the compiler knows")
                        .help(format!("use one of {}", versions.join(", "))),
                );
            }
        }
    }

    fn registry(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(text) = self.tables.text("registry", value) else { return };
        match image::registry_fault(text) {
            None => self.config.images.registry = Some(text.into()),
            Some(fault) => self.tables.report(
                Diagnostic::error(
                    Code::InvalidImage,
                    self.tables.span(value.span()),
                    format!("the registry `{text}` {fault}"),
                )
                .here("not usable in the name of an image")
                .help("use the form `\"registry.example.com\"`, `\"registry.example.com:5000\"` or `\"registry.example.com/folder\"`"),
            ),
        }
    }

    fn images(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.tables.table("images", value, "wait = \"registry.example.com/wait:1.0\"")
        else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(kind) = Image::keyed(name) else {
                let headline = format!("unknown image `{name}` of the built-in steps");
                self.tables.unknown(key, headline, &Image::ALL.map(Image::key));
                continue;
            };
            let Some(reference) = self.tables.text(name, value) else { continue };
            match image::fault(reference) {
                None => self.config.images.own.push((kind, SmolStr::new(reference))),
                Some(fault) => self.tables.report(
                    Diagnostic::error(
                        Code::InvalidImage,
                        self.tables.span(value.span()),
                        format!("the image `{reference}` {fault}"),
                    )
                    .here("not the name of an image")
                    .help("use the form `\"registry.example.com/path/name:tag\"`"),
                ),
            }
        }
    }

    fn lints(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.tables.table(LINTS, value, "unpinned-image = \"deny\"") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !names().any(|known| known == name) {
                let known: Vec<&str> = names().collect();
                let headline = format!("there is no warning named `{name}`");
                self.tables.unknown(key, headline, &known);
                continue;
            }
            let Some(level) = self.tables.text(name, value) else { continue };
            match level.parse() {
                Ok(level) => drop(self.config.levels.set_named(name, level)),
                Err(()) => {
                    let known = LintLevel::ALL.map(|level| format!("\"{level}\""));
                    let span = self.tables.span(value.span());
                    self.tables.report(
                        Diagnostic::error(Code::UnknownValue, span, format!("unknown level `{level}`"))
                            .here("expected the level of a warning")
                            .help(format!(
                                "use one of {}",
                                known.map(|level| format!("`{level}`")).join(", ")
                            )),
                    );
                }
            }
        }
    }

    fn context(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.tables.table("context", value, "with = [\"k8s\"]") else { return };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "with" => self.config.context.with = self.tables.texts("with", value),
                "complete" => {
                    self.config.context.complete = self.tables.boolean("complete", value).unwrap_or_default();
                }
                "mesh" => self.mesh(value),
                unknown => {
                    let headline = format!("unknown setting `{unknown}` of the context");
                    self.tables.unknown(key, headline, &CONTEXT);
                }
            }
        }
    }

    fn mesh(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(mesh) = self.tables.placed("mesh", value) else { return };
        if MESHES.contains(&mesh.text.as_str()) {
            self.config.context.mesh = Some(mesh.text.into());
            return;
        }
        let headline = format!("unknown service mesh `{}`", mesh.text);
        self.tables.unknown_at(&mesh, Code::UnknownValue, headline, &MESHES);
    }

    fn profiles(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.tables.table("profiles.prod", value, "params = [\"prod.params\"]") else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let line = "params = [\"prod.params\"]";
            let Some(table) = self.tables.table(&format!("profiles.{name}"), value, line) else { continue };
            let span = self.tables.span(key.span());
            if self.config.profiles.len() == MAX_PROFILES {
                let headline = format!("the file has more than {MAX_PROFILES} profiles");
                let diagnostic = Diagnostic::error(Code::TooLarge, span, headline);
                return self.tables.report(diagnostic.here("the profiles from here on are not read"));
            }
            let mut profile = Profile { name: name.into(), span, params: Vec::new(), set: Vec::new() };
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "params" => profile.params = self.tables.texts("params", value),
                    "set" => profile.set = self.values(name, value),
                    unknown => {
                        let headline = format!("unknown setting `{unknown}` of a profile");
                        self.tables.unknown(key, headline, &["params", "set"]);
                    }
                }
            }
            self.config.profiles.push(profile);
        }
    }

    /// The values that a profile sets itself.
    fn values(&mut self, profile: &str, value: &Spanned<DeValue<'_>>) -> Vec<(Setting, Span)> {
        let Some(table) = self.tables.table(&format!("profiles.{profile}.set"), value, "tag = \"v2\"") else {
            return Vec::new();
        };
        let mut settings = Vec::new();
        for (key, value) in table {
            let (name, span) = (key.get_ref().as_ref(), self.tables.span(key.span()));
            match value.get_ref() {
                // `shop.tag = 1` is a table in TOML; it means the param `tag` of the used file `shop`.
                DeValue::Table(inner) => {
                    for (key, value) in inner {
                        let (name, span) =
                            (format!("{name}.{}", key.get_ref()), self.tables.span(key.span()));
                        settings.extend(self.value(profile, name, value).zip(Some(span)));
                    }
                }
                _ => settings.extend(self.value(profile, name.to_owned(), value).zip(Some(span))),
            }
        }
        settings
    }

    fn value(&mut self, profile: &str, name: String, value: &Spanned<DeValue<'_>>) -> Option<Setting> {
        let value = self.tables.plain(&name, value)?;
        let origin = format!("the profile `{profile}`");
        Some(Setting { origin, optional: true, ..Setting::new(name, value) })
    }

    /// Checks what `output` makes of the names of the profiles.
    fn folders_of_profiles(&mut self) {
        let Some(output) = self.config.output.clone() else { return };
        let mut rest = output.text.as_str();
        while let Some((placeholder, after)) = placeholder(rest) {
            rest = after;
            if placeholder != PROFILE {
                let headline = format!("unknown placeholder `{placeholder}` in `output`");
                let diagnostic = Diagnostic::error(Code::UnknownValue, output.span, headline);
                let help = format!("use `{PROFILE}`, which means the name of the profile");
                return self.tables.report(diagnostic.here("the folder for the output").help(help));
            }
        }
        if !self.config.has_folder_per_profile() {
            return;
        }
        if self.config.profiles.is_empty() {
            let headline = format!("`output` contains `{PROFILE}`, but the file has no profiles");
            let diagnostic = Diagnostic::error(Code::UnknownValue, output.span, headline);
            let help = format!("add a profile, such as `[profiles.prod.set]`, or remove `{PROFILE}`");
            return self.tables.report(diagnostic.here("the folder for the output").help(help));
        }
        let mut seen = HashMap::new();
        for profile in &self.config.profiles {
            let headline = if !names_a_folder(&profile.name) {
                format!("the profile `{}` cannot name a folder", profile.name)
            } else if let Some(other) = seen.insert(profile.name.to_lowercase(), &profile.name) {
                format!("the profiles `{other}` and `{}` differ only in case", profile.name)
            } else {
                continue;
            };
            let diagnostic = Diagnostic::error(Code::UnknownValue, profile.span, headline);
            let diagnostic = diagnostic.here("`output` makes a folder of this name");
            let diagnostic = diagnostic.label(output.span, "here");
            self.tables.report(diagnostic.help("use lower-case letters, digits and `-`"));
        }
    }

    fn default_profile(&mut self, written: Placed) {
        let names: Vec<&str> = self.config.profiles.iter().map(|profile| profile.name.as_str()).collect();
        if names.contains(&written.text.as_str()) {
            self.config.profile = Some(written.text.into());
            return;
        }
        let headline = format!("unknown profile `{}`", written.text);
        if names.is_empty() {
            let help = format!("add `[profiles.{}]`, with `params` or `set` below it", written.text);
            let diagnostic = Diagnostic::error(Code::UnknownValue, written.span, headline)
                .here("the file has no profiles");
            return self.tables.report(diagnostic.help(help));
        }
        self.tables.unknown_at(&written, Code::UnknownValue, headline, &names);
    }
}

/// The first `{name}` in a text, and what follows it.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let start = text.find('{')?;
    let end = start + text[start..].find('}')? + 1;
    Some((&text[start..end], &text[end..]))
}
