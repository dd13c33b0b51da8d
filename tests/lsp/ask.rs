//! Sends the request of a case, and gives the answer as text.

use serde_json::{Value, json};

use crate::cases::Case;
use crate::client::Client;
use crate::folder::Folder;
use crate::show;

/// How many completions are shown.
const COMPLETIONS: usize = 16;

/// An open document with a cursor in it.
struct Asked<'a> {
    client: &'a mut Client,
    folder: &'a Folder,
    uri: &'a str,
    case: &'a Case,
}

/// The answer to the request of a case.
pub(crate) fn answer(client: &mut Client, folder: &Folder, case: &Case) -> String {
    let uri = folder.uri(&case.name);
    let mut asked = Asked { client, folder, uri: &uri, case };
    match asked.answer() {
        Ok(text) => text,
        Err(error) => format!("refused: {}", error["message"].as_str().unwrap()),
    }
}

impl Asked<'_> {
    fn answer(&mut self) -> Result<String, Value> {
        let argument = self.case.argument.as_str();
        let (folder, uri) = (self.folder, self.uri);
        Ok(match self.case.request.as_str() {
            "diagnostics" => return self.diagnostics(),
            "completion" => return self.completion(),
            "complete" => return self.complete(),
            "hover" => show::hover(folder, uri, &self.at("textDocument/hover", json!({}))?),
            "hints" => {
                let range = self.whole();
                show::hints(folder, uri, &self.ask("textDocument/inlayHint", json!({ "range": range }))?)
            }
            "definition" => show::places(folder, &self.at("textDocument/definition", json!({}))?),
            "references" => {
                let context = json!({ "context": { "includeDeclaration": argument != "others" } });
                show::places(folder, &self.at("textDocument/references", context)?)
            }
            "rename" => {
                self.at("textDocument/prepareRename", json!({}))?;
                show::edit(folder, &self.at("textDocument/rename", json!({ "newName": argument }))?)
            }
            "prepare-rename" => {
                show::prepared(folder, uri, &self.at("textDocument/prepareRename", json!({}))?)
            }
            "symbols" => show::symbols(folder, uri, &self.ask("textDocument/documentSymbol", json!({}))?),
            "workspace-symbols" => show::workspace_symbols(
                folder,
                &self.client.request("workspace/symbol", json!({ "query": argument }))?,
            ),
            "highlights" => {
                show::highlights(folder, uri, &self.at("textDocument/documentHighlight", json!({}))?)
            }
            "hierarchy" => self.hierarchy()?,
            "folding" => show::folding(&self.ask("textDocument/foldingRange", json!({}))?),
            "selection" => {
                let positions = json!({ "positions": [self.cursor()] });
                show::selection(folder, uri, &self.ask("textDocument/selectionRange", positions)?)
            }
            "signature" => show::signature(&self.at("textDocument/signatureHelp", json!({}))?),
            "tokens" => {
                let tokens = self.ask("textDocument/semanticTokens/full", json!({}))?;
                let provider = &self.client.capabilities["semanticTokensProvider"];
                show::tokens(folder, uri, &provider["legend"], &tokens)
            }
            "links" => show::links(folder, uri, &self.ask("textDocument/documentLink", json!({}))?),
            "format" => self.formatted("textDocument/formatting", json!({}))?,
            "format-range" => {
                let range = self.selection();
                self.formatted("textDocument/rangeFormatting", json!({ "range": range }))?
            }
            "type" => {
                let typed = json!({ "position": self.cursor(), "ch": argument.replace("\\n", "\n") });
                self.formatted("textDocument/onTypeFormatting", typed)?
            }
            "lenses" => self.lenses()?,
            "actions" => self.actions(false)?,
            "action" => self.actions(true)?,
            "preview" => show::fields(&self.ask("initflow/preview", json!({}))?),
            "plan" => show::plan(folder, &self.ask("initflow/plan", json!({}))?),
            "import" => {
                let text = &folder.files[&self.case.name].text;
                let params = json!({ "text": text, "idioms": argument == "idioms" });
                show::fields(&self.client.request("initflow/import", params)?)
            }
            other => panic!("no such request: {other}"),
        })
    }

    /// A request about the document.
    fn ask(&mut self, method: &str, mut params: Value) -> Result<Value, Value> {
        params["textDocument"] = json!({ "uri": self.uri });
        if method.ends_with("ormatting") {
            params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
        }
        self.client.request(method, params)
    }

    /// A request about the cursor.
    fn at(&mut self, method: &str, mut params: Value) -> Result<Value, Value> {
        params["position"] = self.cursor();
        self.ask(method, params)
    }

    fn cursor(&self) -> Value {
        self.folder.files[&self.case.name].position(self.case.cursor.start)
    }

    fn selection(&self) -> Value {
        self.folder.files[&self.case.name].range(self.case.cursor.clone())
    }

    fn whole(&self) -> Value {
        let text = &self.folder.files[&self.case.name];
        text.range(0..text.text.len())
    }

    /// What runs before and after the containers at the cursor.
    fn hierarchy(&mut self) -> Result<String, Value> {
        let items = self.at("textDocument/prepareCallHierarchy", json!({}))?;
        let mut shown = String::new();
        for item in items.as_array().into_iter().flatten() {
            shown += &format!("{}\n", show::member(self.folder, item));
            for (word, request, end) in
                [("before", "incomingCalls", "from"), ("after", "outgoingCalls", "to")]
            {
                let calls =
                    self.client.request(&format!("callHierarchy/{request}"), json!({ "item": item }))?;
                for call in calls.as_array().unwrap() {
                    let first = if end == "from" { &call["from"] } else { item };
                    let ranges = call["fromRanges"].as_array().unwrap().iter();
                    let places =
                        ranges.map(|range| show::place(self.folder, first["uri"].as_str().unwrap(), range));
                    let places: Vec<String> = places.collect();
                    shown += &format!(
                        "  {word}: {} [{}]\n",
                        show::member(self.folder, &call[end]),
                        places.join(", ")
                    );
                }
            }
        }
        Ok(if shown.is_empty() { "nothing".to_owned() } else { shown })
    }

    fn diagnostics(&mut self) -> Result<String, Value> {
        let mut shown = String::new();
        for diagnostic in self.client.diagnostics(self.uri, 1) {
            shown += &show::diagnostic(self.folder, self.uri, &diagnostic);
            let context = json!({ "diagnostics": [diagnostic], "only": ["quickfix"] });
            let params = json!({ "range": diagnostic["range"], "context": context });
            let actions = self.ask("textDocument/codeAction", params)?;
            for action in actions.as_array().into_iter().flatten() {
                let title = action["title"].as_str().unwrap();
                if ["Allow `", "Explain `", "Fix all `"].iter().any(|other| title.starts_with(other)) {
                    continue;
                }
                shown += &format!("  fix: {title}\n");
                let edit = self.resolved("codeAction", action)?["edit"].clone();
                shown += &show::indented("    ", &show::edit(self.folder, &edit));
            }
        }
        // After another answer, the diagnostics of the other files have arrived, too.
        let _ = self.client.request("workspace/symbol", json!({ "query": "" }));
        for (uri, params) in &self.client.published {
            for diagnostic in
                params["diagnostics"].as_array().into_iter().flatten().filter(|_| uri != self.uri)
            {
                shown += &format!("in {}\n", self.folder.name(uri));
                shown += &show::indented("  ", &show::diagnostic(self.folder, uri, diagnostic));
            }
        }
        Ok(if shown.is_empty() { "nothing".to_owned() } else { shown })
    }

    /// The word before the cursor, as an editor determines it.
    fn word(&self) -> &str {
        let before = &self.folder.files[&self.case.name].text[..self.case.cursor.start];
        let own = |character: char| character.is_alphanumeric() || "-_.".contains(character);
        &before[before.trim_end_matches(own).len()..]
    }

    /// The completions that an editor shows for the word at the cursor.
    fn items(&mut self) -> Result<Vec<Value>, Value> {
        let list = self.at("textDocument/completion", json!({ "context": { "triggerKind": 1 } }))?;
        let items = list.get("items").unwrap_or(&list).as_array().cloned().unwrap_or_default();
        let text = |item: &Value, key: &str| {
            item[key].as_str().unwrap_or(item["label"].as_str().unwrap()).to_owned()
        };
        let mut items: Vec<Value> =
            items.into_iter().filter(|item| text(item, "filterText").starts_with(self.word())).collect();
        items.sort_by_key(|item| text(item, "sortText"));
        Ok(items)
    }

    fn completion(&mut self) -> Result<String, Value> {
        let items = self.items()?;
        let most = self.case.argument.parse().unwrap_or(COMPLETIONS);
        let mut shown: String = items.iter().take(most).map(show::completion).collect();
        match items.len().saturating_sub(most) {
            0 if items.is_empty() => shown += "nothing",
            0 => (),
            more => shown += &format!("and {more} more"),
        }
        Ok(shown)
    }

    /// The text with the completion of this label, with its description.
    fn complete(&mut self) -> Result<String, Value> {
        let label = &self.case.argument;
        let items = self.items()?;
        let Some(item) = items.iter().find(|item| item["label"] == **label) else {
            return Ok(format!("no `{label}` among {} completions", items.len()));
        };
        let item = self.resolved("completionItem", item)?;
        let text = &self.folder.files[&self.case.name];
        let mut edits: Vec<Value> = item["additionalTextEdits"].as_array().cloned().unwrap_or_default();
        edits.push(match &item["textEdit"] {
            Value::Null => {
                let word = self.case.cursor.start - self.word().len()..self.case.cursor.start;
                json!({ "range": text.range(word), "newText": item["insertText"].as_str().unwrap_or(label) })
            }
            edit => {
                json!({ "range": edit.get("range").unwrap_or(&edit["replace"]), "newText": edit["newText"] })
            }
        });
        let described = show::markup(&item["documentation"]);
        Ok(format!("{}\n{described}", show::lines_that_differ(&text.text, &text.edited(&edits))))
    }

    fn formatted(&mut self, method: &str, params: Value) -> Result<String, Value> {
        let edits = self.ask(method, params)?;
        let text = &self.folder.files[&self.case.name];
        Ok(match edits.as_array() {
            None => "nothing".to_owned(),
            Some(edits) => text.edited(edits).lines().map(visible).collect(),
        })
    }

    fn lenses(&mut self) -> Result<String, Value> {
        let lenses = self.ask("textDocument/codeLens", json!({}))?;
        let mut shown = String::new();
        for lens in lenses.as_array().into_iter().flatten() {
            let lens =
                if lens["command"].is_null() { self.resolved("codeLens", lens)? } else { lens.clone() };
            shown += &show::lens(self.folder, self.uri, &lens);
        }
        Ok(shown)
    }

    /// The code actions of the kind in the argument, or the effect of the action with that title.
    fn actions(&mut self, apply: bool) -> Result<String, Value> {
        let argument = &self.case.argument;
        let diagnostics = self.client.diagnostics(self.uri, 1);
        let text = &self.folder.files[&self.case.name];
        let touched = |diagnostic: &&Value| {
            let span = text.span(&diagnostic["range"]);
            span.start <= self.case.cursor.end && self.case.cursor.start <= span.end
        };
        let mut context = json!({ "diagnostics": diagnostics.iter().filter(touched).collect::<Vec<_>>() });
        if !apply && !argument.is_empty() {
            context["only"] = json!([argument]);
        }
        let actions =
            self.ask("textDocument/codeAction", json!({ "range": self.selection(), "context": context }))?;
        let mut shown = String::new();
        for action in actions.as_array().into_iter().flatten() {
            let title = action["title"].as_str().unwrap();
            if !apply {
                shown += &show::action(title, action);
            } else if title.starts_with(argument) {
                let edit = self.resolved("codeAction", action)?["edit"].clone();
                return Ok(format!("{title}\n{}", show::edit(self.folder, &edit)));
            }
        }
        assert!(!apply, "no action begins with `{argument}`: {actions:#}");
        Ok(if shown.is_empty() { "nothing".to_owned() } else { shown })
    }

    /// An item with the parts that the server gives only on request.
    fn resolved(&mut self, kind: &str, item: &Value) -> Result<Value, Value> {
        let provider = &self.client.capabilities[format!("{}Provider", kind.trim_end_matches("Item"))];
        let resolves = provider["resolveProvider"] == true;
        if resolves && item["edit"].is_null() {
            self.client.request(&format!("{kind}/resolve"), item.clone())
        } else {
            Ok(item.clone())
        }
    }
}

/// A line whose trailing spaces are visible.
fn visible(line: &str) -> String {
    let end = line.trim_end_matches(' ').len();
    format!("{}{}\n", &line[..end], "·".repeat(line.len() - end))
}
