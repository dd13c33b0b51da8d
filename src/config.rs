//! `initflow.toml` to what an organisation sets for all of its sources.
//!
//! ```toml
//! kube = "1.35"                    # the version of Kubernetes, where `--kube` names none
//! registry = "mirror.acme.dev"     # has the images of the built-in steps, under their own names
//!
//! [images]                         # other images for some of them
//! fetch-https = "mirror.acme.dev/tools/curl:8.17.0"
//!
//! [lints]                          # what becomes of warnings: "allow", "warn" or "deny"
//! warnings = "deny"                # of all that are not named here
//! unpinned-image = "allow"
//! ```
//!
//! Invariant: reading never fails; whatever cannot be used is reported at its place, as in a source.

use crate::diagnostic::{Applicability, Diagnostic};
use crate::kubernetes::image;
use crate::kubernetes::version::Version;
use crate::lint::{Level, Levels, names};
use crate::source::{SourceFile, Span};
use crate::steps::{Image, Images};
use smol_str::SmolStr;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const FILE_NAME: &str = "initflow.toml";

/// The largest file that is read, in bytes (1 MiB).
pub const MAX_CONFIG_BYTES: usize = 1 << 20;

/// The most errors of syntax that are reported: after the first, the others tend to follow from it.
const MAX_ERRORS: usize = 10;

/// What an organisation sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The version of Kubernetes that the objects are for, where the call names none.
    pub version: Option<Version>,
    /// The images of the built-in steps.
    pub images: Images,
    /// What becomes of warnings.
    pub levels: Levels,
}

/// Reads a file of settings.
pub fn read(source: &SourceFile) -> (Config, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let mut reader = Reader { source, config: Config::default(), diagnostics: Vec::new() };
    if errors.is_empty() {
        reader.settings(table.get_ref());
    } else {
        // What the parser made up in place of what it could not read is not worth a message.
        for error in errors.iter().take(MAX_ERRORS) {
            let span = reader.span(error.span().unwrap_or(0..0));
            let headline = format!("this is not TOML: {}", error.message());
            reader.report(Diagnostic::error("invalid-toml", span, headline).here("not understood"));
        }
    }
    reader.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
    (reader.config, reader.diagnostics)
}

/// The most names that a message lists.
const MAX_NAMED: usize = 30;

/// The settings outside all tables, and the tables.
const SETTINGS: [&str; 4] = ["kube", "registry", "images", "lints"];

struct Reader<'s> {
    source: &'s SourceFile,
    config: Config,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn settings(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "kube" => self.version(value),
                "registry" => self.registry(value),
                "images" => self.images(value),
                "lints" => self.lints(value),
                unknown => {
                    let headline = format!("`{unknown}` is no setting");
                    self.unknown(key, headline, &SETTINGS);
                }
            }
        }
    }

    fn version(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(text) = self.text("kube", value) else { return };
        match text.parse() {
            Ok(version) => self.config.version = Some(version),
            Err(reason) => {
                let versions: Vec<String> =
                    Version::ALL.iter().map(|version| format!("`\"{version}\"`")).collect();
                self.report(
                    Diagnostic::error("unknown-value", self.span(value.span()), reason)
                        .here("no version that the compiler knows")
                        .help(format!("write one of {}", versions.join(", "))),
                );
            }
        }
    }

    fn registry(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(text) = self.text("registry", value) else { return };
        match image::registry_fault(text) {
            None => self.config.images.registry = Some(text.into()),
            Some(fault) => self.report(
                Diagnostic::error(
                    "invalid-image",
                    self.span(value.span()),
                    format!("the registry `{text}` {fault}"),
                )
                .here("no image can be found by this")
                .help("write `\"registry.example.com\"`, `\"registry.example.com:5000\"` or `\"registry.example.com/folder\"`"),
            ),
        }
    }

    fn images(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.table("images", value, "wait = \"registry.example.com/wait:1.0\"") else {
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(kind) = Image::keyed(name) else {
                let headline = format!("no built-in step has an image that is called `{name}`");
                self.unknown(key, headline, &Image::ALL.map(Image::key));
                continue;
            };
            let Some(reference) = self.text(name, value) else { continue };
            match image::fault(reference) {
                None => self.config.images.own.push((kind, SmolStr::new(reference))),
                Some(fault) => self.report(
                    Diagnostic::error(
                        "invalid-image",
                        self.span(value.span()),
                        format!("the image `{reference}` {fault}"),
                    )
                    .here("no image can be found by this")
                    .help("write `\"registry.example.com/path/name:tag\"`"),
                ),
            }
        }
    }

    fn lints(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = self.table("lints", value, "unpinned-image = \"deny\"") else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !names().any(|known| known == name) {
                let known: Vec<&str> = names().collect();
                let headline = format!("no warning is called `{name}`");
                self.unknown(key, headline, &known);
                continue;
            }
            let Some(level) = self.text(name, value) else { continue };
            match level.parse() {
                Ok(level) => self.config.levels.set(name, level),
                Err(()) => {
                    let known = Level::ALL.map(|level| format!("\"{level}\""));
                    let span = self.span(value.span());
                    self.report(
                        Diagnostic::error("unknown-value", span, format!("`{level}` is no level"))
                            .here("not known")
                            .help(format!(
                                "write one of {}",
                                known.map(|level| format!("`{level}`")).join(", ")
                            )),
                    );
                }
            }
        }
    }

    /// The table that a setting is; `line` is one that may stand in it.
    fn table<'v>(
        &mut self,
        name: &str,
        value: &'v Spanned<DeValue<'v>>,
        line: &str,
    ) -> Option<&'v DeTable<'v>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        let span = self.span(value.span());
        self.report(
            Diagnostic::error("type-mismatch", span, format!("`{name}` is a table"))
                .here(format!("this is {}", kind(value.get_ref())))
                .help(format!("write `[{name}]` on a line of its own, and `{line}` below it")),
        );
        None
    }

    /// The text that a setting has; anything else is reported.
    fn text<'v>(&mut self, name: &str, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        let span = self.span(value.span());
        let diagnostic = Diagnostic::error("type-mismatch", span, format!("`{name}` is text"))
            .here(format!("this is {}", kind(value.get_ref())));
        let written = self.source.slice(span);
        self.report(match value.get_ref() {
            DeValue::Float(_) | DeValue::Integer(_) => {
                diagnostic.fix("write it in quotes", span, format!("\"{written}\""), Applicability::Safe)
            }
            _ => diagnostic.help("write it in quotes: `\"…\"`"),
        });
        None
    }

    fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, headline: String, known: &[&str]) {
        let span = self.span(key.span());
        let diagnostic = Diagnostic::error("unknown-setting", span, headline).here("not known").did_you_mean(
            span,
            key.get_ref().as_ref(),
            known.iter().copied(),
        );
        self.report(if diagnostic.help.is_empty() {
            diagnostic.help(if known.len() > MAX_NAMED {
                "`initflow explain` lists them all".to_owned()
            } else {
                let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!("known are {}", names.join(", "))
            })
        } else {
            diagnostic
        });
    }

    /// The place of some bytes, widened to whole characters.
    fn span(&self, bytes: Range<usize>) -> Span {
        let text = &self.source.text;
        let (start, end) = (text.floor_char_boundary(bytes.start), text.ceil_char_boundary(bytes.end));
        Span::new(self.source.id, start, end.max(start))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// What a value is, for a message.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::human::Human;
    use crate::source::Sources;

    fn check(text: &str) -> (Config, String) {
        let mut sources = Sources::default();
        let id = sources.add(FILE_NAME, text);
        let (config, diagnostics) = read(sources.get(id));
        (config, Human::default().render(&sources, &diagnostics))
    }

    #[test]
    fn settings_are_read() {
        let (config, shown) = check(
            "kube = \"1.35\"\nregistry = 'mirror.acme.dev/hub'\n[images]\nwait = \"mirror.acme.dev/w:1\" # ours\n",
        );
        assert_eq!(shown, "");
        assert_eq!(config.version, Some(Version(35)));
        assert_eq!(config.images.reference(Image::Wait), "mirror.acme.dev/w:1");
        assert!(
            config.images.reference(Image::FetchHttps).starts_with("mirror.acme.dev/hub/curlimages/curl:")
        );
        assert_eq!(check("").0, Config::default());
        assert_eq!(check("images.wait = \"w:1\"").0.images.reference(Image::Wait), "w:1");
    }

    #[test]
    fn what_cannot_be_used_is_shown_at_its_place() {
        let (config, shown) = check(
            "kube = 1.35\nregistry = \"https://mirror.acme.dev\"\nimage = 1\n[images]\nfetch-htps = \"a:1\"\nwait = \"A:1\"\n",
        );
        assert_eq!(config, Config::default());
        insta::assert_snapshot!(shown, @r#"
        error[type-mismatch]: `kube` is text
          ┌─ initflow.toml:1:8
          │
        1 │ kube = 1.35
          │        ^^^^ this is a number
          │
          = help: write it in quotes: `"1.35"`

        error[invalid-image]: the registry `https://mirror.acme.dev` begins with a scheme, `https://`
          ┌─ initflow.toml:2:12
          │
        2 │ registry = "https://mirror.acme.dev"
          │            ^^^^^^^^^^^^^^^^^^^^^^^^^ no image can be found by this
          │
          = help: write `"registry.example.com"`, `"registry.example.com:5000"` or `"registry.example.com/folder"`

        error[unknown-setting]: `image` is no setting
          ┌─ initflow.toml:3:1
          │
        3 │ image = 1
          │ ^^^^^ not known
          │
          = help: did you mean `images`?

        error[unknown-setting]: no built-in step has an image that is called `fetch-htps`
          ┌─ initflow.toml:5:1
          │
        5 │ fetch-htps = "a:1"
          │ ^^^^^^^^^^ not known
          │
          = help: did you mean `fetch-https`?

        error[invalid-image]: the image `A:1` has upper-case letters in its name, `A`
          ┌─ initflow.toml:6:8
          │
        6 │ wait = "A:1"
          │        ^^^^^ no image can be found by this
          │
          = help: write `"registry.example.com/path/name:tag"`
        "#);
    }

    #[test]
    fn types_and_versions_are_checked() {
        insta::assert_snapshot!(check("kube = \"1.12\"\nimages = []\n").1, @r#"
        error[unknown-value]: `1.12` is not a version from 1.33 to 1.37
          ┌─ initflow.toml:1:8
          │
        1 │ kube = "1.12"
          │        ^^^^^^ no version that the compiler knows
          │
          = help: write one of `"1.33"`, `"1.34"`, `"1.35"`, `"1.36"`, `"1.37"`

        error[type-mismatch]: `images` is a table
          ┌─ initflow.toml:2:10
          │
        2 │ images = []
          │          ^^ this is a list
          │
          = help: write `[images]` on a line of its own, and `wait = "registry.example.com/wait:1.0"` below it
        "#);
    }

    #[test]
    fn levels_have_known_names() {
        let (config, shown) = check("[lints]\nwarnings = \"deny\"\nendless-wait = \"allow\"\n");
        assert_eq!(shown, "");
        assert_eq!(config.levels.of("endless-wait"), Level::Allow);
        assert_eq!(config.levels.of("unpinned-image"), Level::Deny);
        insta::assert_snapshot!(check("[lints]\nendles-wait = \"allow\"\nno-shell = \"error\"\n").1, @r#"
        error[unknown-setting]: no warning is called `endles-wait`
          ┌─ initflow.toml:2:1
          │
        2 │ endles-wait = "allow"
          │ ^^^^^^^^^^^ not known
          │
          = help: did you mean `endless-wait`?

        error[unknown-value]: `error` is no level
          ┌─ initflow.toml:3:12
          │
        3 │ no-shell = "error"
          │            ^^^^^^^ not known
          │
          = help: write one of `"allow"`, `"warn"`, `"deny"`
        "#);
    }

    #[test]
    fn every_fault_of_syntax_has_its_place() {
        insta::assert_snapshot!(check("kube = \nkube = \"1.35\"\nregistry \"ä\n").1, @r#"
        error[invalid-toml]: this is not TOML: string values must be quoted, expected literal string
          ┌─ initflow.toml:1:8
          │
        1 │ kube =
          │        ^ not understood

        error[invalid-toml]: this is not TOML: duplicate key
          ┌─ initflow.toml:2:1
          │
        2 │ kube = "1.35"
          │ ^^^^ not understood

        error[invalid-toml]: this is not TOML: key with no value, expected `=`
          ┌─ initflow.toml:3:10
          │
        3 │ registry "ä
          │          ^ not understood
        "#);
        let (_, shown) = check("[images]\nwait = \"a:1\"\nwait = \"b:1\"\n");
        assert!(
            shown.starts_with(
                "error[invalid-toml]: this is not TOML: duplicate key\n  ┌─ initflow.toml:3:1\n"
            )
        );
    }

    #[test]
    fn hostile_texts_are_refused_in_time() {
        let deep = 100_000;
        for text in [
            format!("a = {}", "[".repeat(deep)),
            format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
            format!("a = {}", "{a=".repeat(deep)),
            format!("{}a = 1", "a.".repeat(deep)),
            format!("[{}a]", "a.".repeat(deep)),
            "[[images]]\n".repeat(50_000),
            "[x".repeat(deep),
            "\0".repeat(deep),
            format!("{} = 1", "é".repeat(deep)),
            (0..50_000).fold(String::new(), |all, at| all + &format!("k{at} = {at}\n")),
        ] {
            let (config, shown) = check(&text);
            assert_eq!(config, Config::default());
            assert!(shown.contains("error["), "{text:.40}");
        }
    }
}
