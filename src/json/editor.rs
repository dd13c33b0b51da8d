//! Answers what an editor asks about a program, for editors that have the compiler inside them.

mod actions;
mod project;
mod shown;
mod suggestions;

use super::VERSION;
use super::request::Request;
use super::units::Units;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, visible};
use crate::explain::pages;
use crate::format;
use crate::ide::hover::hover;
use crate::ide::names::definition;
use crate::ide::rename::{rename, renameable};
use crate::ide::{Location, Parsed, Range32};
use crate::kubernetes::version::Version;
use crate::import::{import, import_with_idioms};
use crate::source::{Sources, Span};
use project::Project;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Answers a question of an editor.
///
/// | field | meaning |
/// |---|---|
/// | `ask` | the question; the only field that every request needs |
/// | `files` | all files of the project, text by path; an `initflow.toml` among them applies as it does to a folder |
/// | `path` | the file that is being edited |
/// | `program` | the file whose YAML and plan are shown if it uses the edited one; by default the edited one |
/// | `at`, `to` | a place in the edited file, in UTF-16 units; `to` only for the end of a range |
/// | `name` | a new name, or the name to explain |
/// | `text`, `idioms` | the manifests to import, and whether init containers may become built-in steps |
/// | `params`, `kube`, `lints` | as for [`compile`](super::compile()); they override those of `initflow.toml` |
///
/// | `ask` | needs | the answer |
/// |---|---|---|
/// | `show` | `path` | `program`, the file that is shown; `yaml`, `table` (the plan as text) and `svg` (as a picture), or a `message` that says why there are none; `params`, the names of its params; `files`, for each file its `diagnostics`; `tokens` (start, end and class) and `hints` of the edited file |
/// | `complete` | `path`, `at` | `from` and `to`, the range to replace, and `items` |
/// | `hover` | `path`, `at` | `markdown` about the range `from` to `to`; `explained`, a name about which there is more |
/// | `actions` | `path`, `at` | `actions`: fixes and refactorings at a place or for a range, each with its `edits` |
/// | `define` | `path`, `at` | the `place` of the declaration |
/// | `rename` | `path`, `at` | the `place` of a name that can be changed; with `name`, the `edits` that change it; or `refusal` |
/// | `format` | `path` | `edits` |
/// | `import` | `text` | `source`, and `diagnostics` in the manifests |
/// | `explain` | `name` | `markdown` about a diagnostic, a statement or another name |
/// | `about` | | `release`, `versions` of Kubernetes, and `kube`, the one that is meant if none is named |
///
/// A place is a `path` with `from` and `to`. Nothing is an absent field, and a question about a file that the request does not
/// have is an `error`, as for [`compile`](super::compile()).
///
/// ```
/// let question = r#"{
///   "ask": "complete",
///   "path": "hello.initflow",
///   "at": 12,
///   "files": { "hello.initflow": "pod hello { a }" }
/// }"#;
/// let answer: serde_json::Value = serde_json::from_str(&initflow::json::edit(question))?;
/// let labels: Vec<&str> = answer["items"].as_array().unwrap().iter().filter_map(|item| item["label"].as_str()).collect();
/// assert!(labels.contains(&"app"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn edit(request: &str) -> String {
    let mut answer = answer(request).unwrap_or_else(|message| json!({ "error": message }));
    answer["version"] = VERSION.into();
    answer.to_string()
}

fn answer(request: &str) -> Result<Value, String> {
    const FIELDS: [&str; 12] = [
        "ask", "files", "path", "program", "at", "to", "name", "text", "idioms", "params", "kube", "lints",
    ];
    let request = Request::read(request, &FIELDS)?;
    let project = Project::of(&request)?;
    let texts = Texts::default();
    match request.needed("ask")? {
        "about" => Ok(json!({
            "release": env!("CARGO_PKG_VERSION"),
            "kube": Version::default().to_string(),
            "versions": Version::ALL.map(|version| version.to_string()),
        })),
        "show" => shown::show(&project, &texts, file(&project, &request)?, request.text("program")?),
        "complete" => Ok(suggestions::complete(&project, &texts, &Cursor::of(&project, &texts, &request)?)),
        "hover" => Ok(hovered(&project, &texts, &Cursor::of(&project, &texts, &request)?)),
        "actions" => Ok(actions::at(&project, &texts, &Cursor::of(&project, &texts, &request)?)),
        "define" => {
            let Cursor { path, at, .. } = Cursor::of(&project, &texts, &request)?;
            let place = definition(&project.workspace, path, at)
                .and_then(|(_, found)| project.place(&texts, &found.location));
            Ok(json!({ "place": place }))
        }
        "rename" => {
            let cursor = Cursor::of(&project, &texts, &request)?;
            Ok(renamed(&project, &texts, &cursor, request.text("name")?)
                .unwrap_or_else(|refusal| json!({ "refusal": refusal })))
        }
        "format" => {
            let (_, file) = file(&project, &request)?;
            let edits = format::edits(&file.source, file.parse(), None);
            Ok(json!({ "edits": texts.edits_in(file, &edits) }))
        }
        "import" => {
            let (name, text) = ("manifests.yaml", request.needed("text")?);
            let import = if request.choice("idioms")? {
                import_with_idioms(name, text, &project.options)
            } else {
                import(name, text.to_owned(), &project.options)
            };
            let found = import.diagnostics.iter();
            let found: Vec<Value> = found.map(|found| texts.finding(&import.sources, found)).collect();
            Ok(json!({ "source": import.source, "diagnostics": found }))
        }
        "explain" => {
            let name = request.needed("name")?;
            let pages = pages(name);
            if pages.is_empty() {
                return Err(format!("there is no explanation of `{name}`"));
            }
            Ok(json!({ "markdown": pages.join("\n") }))
        }
        other => Err(format!("unknown question `{other}`")),
    }
}

/// The edited file.
fn file<'r>(project: &'r Project, request: &'r Request) -> Result<(&'r str, &'r Parsed), String> {
    let path = request.needed("path")?;
    let file = project.workspace.get(path).ok_or_else(|| format!("the request has no source `{path}`"))?;
    Ok((path, file))
}

/// A place in the edited file.
struct Cursor<'r> {
    path: &'r str,
    file: &'r Parsed,
    at: usize,
    /// The end of a range; the place itself if there is none.
    to: usize,
}

impl<'r> Cursor<'r> {
    fn of(project: &'r Project, texts: &Texts, request: &'r Request) -> Result<Self, String> {
        let (path, file) = file(project, request)?;
        let units = texts.units(path, file.text());
        let byte = |key| {
            request.number(key).map(|number| number.map(|number| units.byte(file.text(), number)))
        };
        let at = byte("at")?.ok_or("the request has no `at`")?;
        Ok(Self { path, file, at, to: byte("to")?.unwrap_or(at).max(at) })
    }
}

fn hovered(project: &Project, texts: &Texts, cursor: &Cursor<'_>) -> Value {
    let analysis = project.analysis(cursor.file);
    match hover(&project.workspace, &analysis, cursor.path, cursor.at) {
        Some(found) => {
            let [from, to] = texts.range(cursor.path, cursor.file.text(), found.range);
            json!({ "from": from, "to": to, "markdown": found.markdown, "explained": found.explained })
        }
        None => json!({}),
    }
}

fn renamed(
    project: &Project,
    texts: &Texts,
    cursor: &Cursor<'_>,
    name: Option<&str>,
) -> Result<Value, String> {
    let Some(name) = name else {
        let (range, _) = renameable(&project.workspace, cursor.path, cursor.at)?;
        let here = Location { path: cursor.path.to_owned(), range };
        return Ok(json!({ "place": project.place(texts, &here) }));
    };
    let places = rename(&project.workspace, cursor.path, cursor.at, name, &project.options)?;
    let edits = places.iter().filter_map(|place| {
        let mut edit = project.place(texts, place)?;
        edit["text"] = name.into();
        Some(edit)
    });
    Ok(json!({ "edits": edits.collect::<Vec<_>>() }))
}

/// The texts of an answer, whose places are counted in units.
#[derive(Default)]
struct Texts(RefCell<HashMap<String, Rc<Units>>>);

impl Texts {
    fn units(&self, path: &str, text: &str) -> Rc<Units> {
        if let Some(known) = self.0.borrow().get(path) {
            return Rc::clone(known);
        }
        let units = Rc::new(Units::of(text));
        self.0.borrow_mut().insert(path.to_owned(), Rc::clone(&units));
        units
    }

    fn range(&self, path: &str, text: &str, range: impl Into<Range32>) -> [usize; 2] {
        let range = range.into().range();
        let units = self.units(path, text);
        [units.before(range.start.min(text.len())), units.before(range.end.min(text.len()))]
    }

    /// A place in a file of a compilation.
    fn place(&self, sources: &Sources, span: Span) -> Value {
        let file = sources.get(span.file);
        let [from, to] = self.range(&file.name, &file.text, span);
        json!({ "path": file.name, "from": from, "to": to })
    }

    /// A diagnostic, whose places are in files of a compilation.
    fn finding(&self, sources: &Sources, diagnostic: &Diagnostic) -> Value {
        let fix = diagnostic.fix.as_ref().filter(|fix| fix.applicability != Applicability::Display);
        let related = diagnostic.labels.iter().map(|label| {
            let mut place = self.place(sources, label.span);
            place["note"] = visible::plain(&label.text).into();
            place
        });
        let helps = diagnostic.help.iter().filter(|help| fix.is_none_or(|fix| fix.title != **help));
        let mut finding = self.place(sources, diagnostic.primary.span);
        finding["name"] = diagnostic.code.name().into();
        finding["severity"] = match diagnostic.severity {
            Severity::Error => "error".into(),
            Severity::Warning => "warning".into(),
        };
        finding["message"] = visible::plain(&diagnostic.headline).into();
        finding["note"] = visible::plain(&diagnostic.primary.text).into();
        finding["related"] = related.collect();
        finding["help"] = helps.map(|help| visible::lines(help).into_owned()).collect();
        if let Some(fix) = fix {
            let edits = fix.edits.iter().map(|edit| {
                let mut place = self.place(sources, edit.span);
                place["text"] = edit.text.as_str().into();
                place
            });
            finding["fix"] = json!({
                "title": fix.action(),
                "safe": fix.applicability == Applicability::Safe,
                "edits": edits.collect::<Vec<_>>(),
            });
        }
        finding
    }

    /// Edits of one file.
    fn edits_in(&self, file: &Parsed, edits: &[Edit]) -> Vec<Value> {
        let path = &file.source.name;
        let edit = |edit: &Edit| {
            let [from, to] = self.range(path, file.text(), edit.span);
            json!({ "path": path, "from": from, "to": to, "text": edit.text })
        };
        edits.iter().map(edit).collect()
    }
}

#[cfg(test)]
mod tests;
