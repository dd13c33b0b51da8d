// Which source a command is about.

import * as vscode from "vscode";

/** The address that a code lens gives, else that of the source in front. */
export function sourceOf(uri?: string): vscode.Uri | undefined {
  if (typeof uri === "string") return vscode.Uri.parse(uri, true);
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === "initflow") return document.uri;
  void vscode.window.showInformationMessage("Open an .initflow file first.");
  return undefined;
}

/** What may change what a source compiles to: sources, open or on disk, and the settings of an organisation. */
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
