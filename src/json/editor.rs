//! Answers what an editor asks about a program, for editors that have the compiler inside them.

mod actions;
mod cursor;
mod project;
mod shown;
mod suggestions;
mod texts;

use super::request::{Request, VERSION};
use crate::diagnostic::Diagnostic;
use crate::explain::pages;
use crate::format;
use crate::ide::Location;
use crate::ide::hover::hover;
use crate::ide::names::definition;
use crate::ide::rename::{rename, renameable};
use crate::import::{Strangers, compile_manifests, import, import_with_idioms};
use crate::kubernetes::version::Version;
use cursor::{Cursor, file};
use project::Project;
use serde_json::{Value, json};
use texts::Texts;

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
/// | `import` | `text` | `source`, and the `diagnostics` that `import` and `check` have for the manifests |
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
    const FIELDS: [&str; 12] =
        ["ask", "files", "path", "program", "at", "to", "name", "text", "idioms", "params", "kube", "lints"];
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
            // What `check` says of the manifests, also about objects that are not imported.
            let checked = compile_manifests(name, text.to_owned(), Strangers::Skip, &project.options, |_| ());
            let of_both = |found: &&Diagnostic| {
                let same =
                    |other: &Diagnostic| (other.code, other.primary.span) == (found.code, found.primary.span);
                checked.diagnostics.iter().any(same)
            };
            let own = import.diagnostics.iter().filter(|found| !of_both(found));
            let own = own.map(|found| texts.finding(&import.sources, found));
            let found = checked.diagnostics.iter().map(|found| texts.finding(&checked.sources, found));
            let found: Vec<Value> = found.chain(own).collect();
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

#[cfg(test)]
mod tests;
