//! Answers the requests that only this server has: the compiled YAML, the pictures of the plan, the import of manifests, and explanations.

use super::refusal::RequestRefusal;
use super::state::State;
use crate::diagnostic::visible;
use crate::explain::pages;
use crate::ide::places::StatementPlace;
use crate::ide::preview::{self, Drawing, Drawings, DrawnEntry};
use crate::import::{import, import_with_idioms};
use crate::plan::svg::{DARK, LIGHT};
use lsp_server::ErrorCode;
use lsp_types::request::Request;
use lsp_types::{Range, TextDocumentIdentifier, Uri};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

/// `initflow/preview`
pub(super) enum PreviewRequest {}

impl Request for PreviewRequest {
    type Params = DocumentParams;
    type Result = Previewed;
    const METHOD: &'static str = "initflow/preview";
}

/// `initflow/plan`
pub(super) enum PlanRequest {}

impl Request for PlanRequest {
    type Params = DocumentParams;
    type Result = Planned;
    const METHOD: &'static str = "initflow/plan";
}

/// `initflow/import`
pub(super) enum ImportRequest {}

impl Request for ImportRequest {
    type Params = Manifests;
    type Result = Imported;
    const METHOD: &'static str = "initflow/import";
}

/// `initflow/explain`
pub(super) enum Explain {}

impl Request for Explain {
    type Params = NameParams;
    type Result = Explained;
    const METHOD: &'static str = "initflow/explain";
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentParams {
    text_document: TextDocumentIdentifier,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Previewed {
    yaml: Option<String>,
    plan: Option<String>,
    errors: usize,
    message: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Planned {
    workloads: Vec<PlannedWorkload>,
    message: Option<String>,
    style: PictureStyle,
}

/// The style of the pictures: the dark one changes colors of the light one.
#[derive(Serialize, Deserialize)]
pub(super) struct PictureStyle {
    light: Cow<'static, str>,
    dark: Cow<'static, str>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PlannedWorkload {
    title: String,
    svg: String,
    #[serde(flatten)]
    place: DrawnPlace,
    entries: Vec<PlannedEntry>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PlannedEntry {
    name: String,
    role: Cow<'static, str>,
    #[serde(flatten)]
    place: DrawnPlace,
}

/// The place of what a picture shows; without one, it is in no file that an editor can open.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DrawnPlace {
    uri: Option<Uri>,
    range: Range,
    selection_range: Range,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Manifests {
    text: String,
    #[serde(default)]
    idioms: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Imported {
    source: Option<String>,
    messages: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct NameParams {
    name: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Explained {
    markdown: String,
}

pub(super) fn preview(state: &mut State, params: DocumentParams) -> Result<Previewed, RequestRefusal> {
    let (path, _) = state.file(&params.text_document.uri)?;
    let analysis = state.analysis(&path).ok_or_else(|| not_open(&path))?;
    let name =
        Path::new(&path).file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
    let preview::Preview { yaml, plan, errors, message } = preview::preview(&analysis, &name);
    Ok(Previewed { yaml, plan, errors, message })
}

pub(super) fn plan(state: &mut State, params: DocumentParams) -> Result<Planned, RequestRefusal> {
    let (path, _) = state.file(&params.text_document.uri)?;
    let analysis = state.analysis(&path).ok_or_else(|| not_open(&path))?;
    let Drawings { workloads, message } = preview::drawings(&analysis, &state.workspace);
    let workload = |Drawing { title, svg, place, entries }: Drawing| PlannedWorkload {
        title: visible::plain(&title),
        svg,
        place: drawn_place(state, &place),
        entries: entries.into_iter().map(|entry| planned_entry(state, entry)).collect(),
    };
    let style = PictureStyle { light: LIGHT.into(), dark: DARK.into() };
    Ok(Planned { workloads: workloads.into_iter().map(workload).collect(), message, style })
}

fn planned_entry(state: &State, DrawnEntry { name, role, place }: DrawnEntry) -> PlannedEntry {
    PlannedEntry { name: visible::plain(&name), role: role.into(), place: drawn_place(state, &place) }
}

fn drawn_place(state: &State, place: &StatementPlace) -> DrawnPlace {
    let (head, whole) = (state.location(&place.head), state.location(&place.whole));
    DrawnPlace {
        range: whole.map(|whole| whole.range).unwrap_or_default(),
        selection_range: head.as_ref().map(|head| head.range).unwrap_or_default(),
        uri: head.map(|head| head.uri),
    }
}

pub(super) fn manifests(state: &mut State, params: Manifests) -> Result<Imported, RequestRefusal> {
    const NAME: &str = "manifests";
    let options = state.options(NAME);
    let import = if params.idioms {
        import_with_idioms(NAME, &params.text, &options)
    } else {
        import(NAME, params.text, &options)
    };
    let file = import.sources.files().first();
    let line = |offset| file.map_or(1, |file| file.line_column(offset).0);
    let messages = import.diagnostics.iter().map(|diagnostic| {
        let place = line(diagnostic.primary.span.start);
        visible::plain(&format!("line {place}: {}", diagnostic.headline))
    });
    Ok(Imported { messages: messages.collect(), source: import.source })
}

pub(super) fn explain(_: &mut State, params: NameParams) -> Result<Explained, RequestRefusal> {
    let pages = pages(&params.name);
    if pages.is_empty() {
        let message = format!("there is no explanation of `{}`", params.name);
        return Err(RequestRefusal::new(ErrorCode::InvalidParams, message));
    }
    Ok(Explained { markdown: pages.join("\n") })
}

fn not_open(path: &str) -> RequestRefusal {
    RequestRefusal::new(ErrorCode::InvalidParams, format!("`{path}` is not open"))
}
