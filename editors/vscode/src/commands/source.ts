// Determines which source a command is about.

import * as vscode from "vscode";
import { PREVIEW_SCHEME } from "../preview";
import { selector } from "../settings";

/** The source that was last active: the walkthrough and the plan take its place. */
let last: vscode.Uri | undefined;

export function rememberSources(): vscode.Disposable {
  const remember = (editor: vscode.TextEditor | undefined) => {
    if (editor?.document.languageId === "initflow") last = editor.document.uri;
  };
  remember(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(remember);
}

/** The address that a code lens passes; or else the active source, or the one whose YAML or plan is active, or that was last. */
export function sourceOf(uri: unknown, ofPlan: vscode.Uri | undefined): vscode.Uri | undefined {
  if (typeof uri === "string") return vscode.Uri.parse(uri, true);
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === "initflow") return document.uri;
  if (document?.uri.scheme === PREVIEW_SCHEME) return vscode.Uri.parse(document.uri.query, true);
  if (ofPlan) return ofPlan;
  const isLast = (document: vscode.TextDocument) => document.uri.toString() === last?.toString();
  if (vscode.workspace.textDocuments.some(isLast)) return last;
  void vscode.window.showInformationMessage("Open an .initflow file first.");
  return undefined;
}

/** Whether the server has something to say about a document: a source, a file of a project beside it, or a manifest. */
export function isSource(document: vscode.TextDocument): boolean {
  const checkManifests = vscode.workspace.getConfiguration("initflow").get("checkManifests", false);
  return vscode.languages.match(selector({ checkManifests }), document) > 0;
}

/** The column beside a source, where its YAML and its plan are shown. */
export function beside(source: vscode.Uri): vscode.ViewColumn {
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === source.toString());
  return editor?.viewColumn === undefined ? vscode.ViewColumn.Beside : editor.viewColumn + 1;
}

/** Calls `changed` if a source, open or on disk, `initflow.toml` or a setting changes. */
export function onSourcesChanged(changed: () => void): vscode.Disposable {
  const files = vscode.workspace.createFileSystemWatcher("**/{*.initflow,initflow.toml}");
  return vscode.Disposable.from(
    files,
    files.onDidChange(changed),
    files.onDidCreate(changed),
    files.onDidDelete(changed),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId === "initflow") changed();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("initflow")) changed();
    }),
  );
}
