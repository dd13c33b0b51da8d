//! Shows links to the YAML and the plan above each workload, for editors that have these commands.

use super::refusal::RequestRefusal;
use super::state::State;
use crate::ide::Range32;
use crate::ide::shape::{Inside, walk};
use crate::syntax::pieces::PlacedPiece;
use lsp_types::{CodeLens, CodeLensParams, Command};
use serde_json::json;

pub(super) fn lenses(
    state: &mut State,
    params: CodeLensParams,
) -> Result<Option<Vec<CodeLens>>, RequestRefusal> {
    let uri = params.text_document.uri;
    let (path, file) = state.file(&uri)?;
    let mut lenses = Vec::new();
    for PlacedPiece { start, piece } in file.pieces() {
        walk(&piece.parse.document, |shaped, around| {
            let workload =
                matches!(shaped.body, Inside::Workload(Some(_))) && shaped.statement.name.text != "template";
            if !workload || around.iter().any(|around| matches!(around.body, Inside::Workload(_))) {
                return;
            }
            let head = Range32::from(shaped.statement.head()).shifted(*start);
            let range = state.range(&path, &file, head);
            for (title, command) in [("Preview YAML", "initflow.preview"), ("Plan", "initflow.plan")] {
                let command = Command::new(title.to_owned(), command.to_owned(), Some(vec![json!(uri)]));
                lenses.push(CodeLens { range, command: Some(command), data: None });
            }
        });
    }
    Ok(Some(lenses))
}
