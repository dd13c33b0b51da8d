// Turns the manifests on the clipboard into a source.

import * as vscode from "vscode";
import { adviceOnImport } from "../advice";
import { IMPORT, type ImportAnswer, type ImportParams } from "../protocol";
import type { Server } from "../server";

const AS_THEY_ARE = "Keep containers as they are";
const BUILT_IN = "Use built-in steps for init containers that clearly do the same";

export class ImportCommand {
  constructor(private readonly server: Server) {}

  async run(): Promise<void> {
    const text = await vscode.env.clipboard.readText();
    if (text.trim() === "") {
      void vscode.window.showErrorMessage(adviceOnImport([]));
      return;
    }
    const choice = await vscode.window.showQuickPick([AS_THEY_ARE, BUILT_IN], {
      title: "Import YAML from the clipboard",
    });
    if (choice === undefined) return;
    const params: ImportParams = { text, idioms: choice === BUILT_IN };
    const answer = await this.server.ask<ImportAnswer>(IMPORT, params);
    if (answer) await place(answer);
  }
}

/** Inserts the source into the active one, or into a new one. */
async function place({ source, messages }: ImportAnswer): Promise<void> {
  if (source === null) {
    void vscode.window.showErrorMessage(adviceOnImport(messages));
    return;
  }
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId === "initflow") {
    await editor.edit((edit) => edit.replace(editor.selection, source));
  } else {
    const document = await vscode.workspace.openTextDocument({ language: "initflow", content: source });
    await vscode.window.showTextDocument(document);
  }
  if (messages.length > 0) void vscode.window.showWarningMessage(adviceOnImport(messages));
}
