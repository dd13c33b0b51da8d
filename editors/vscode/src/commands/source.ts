// Determines which source a command is about.

import * as vscode from "vscode";

/** The address that a code lens passes, or else that of the active source. */
export function sourceOf(uri?: string): vscode.Uri | undefined {
  if (typeof uri === "string") return vscode.Uri.parse(uri, true);
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === "initflow") return document.uri;
  void vscode.window.showInformationMessage("Open an .initflow file first.");
  return undefined;
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
