// Shows the documents that diagnostics link to, and that actions and the command ask for.

import * as vscode from "vscode";
import { EXPLAIN_SCHEME, explained, explanationOf } from "../explain";
import { EXPLAIN, type ExplainAnswer } from "../protocol";
import type { Server } from "../server";

export function registerExplanations(server: Server): vscode.Disposable {
  const explain = (name: string) => server.ask<ExplainAnswer | null>(EXPLAIN, { name });
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(EXPLAIN_SCHEME, {
      async provideTextDocumentContent({ path }) {
        return (await explain(explained(path)))?.markdown ?? "";
      },
    }),
    vscode.commands.registerCommand("initflow.explain", async (named?: unknown) => {
      const name = typeof named === "string" ? named : await askForName();
      if (!name) return;
      try {
        if (!(await explain(name))) return;
      } catch (reason) {
        void vscode.window.showErrorMessage(reason instanceof Error ? reason.message : String(reason));
        return;
      }
      const column = vscode.ViewColumn.Beside;
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.from(explanationOf(name)), column);
    }),
  );
}

async function askForName(): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: "Explain a name",
    prompt: "The name of an error, a warning, a statement, a setting or a field of Kubernetes",
    placeHolder: "unknown-volume",
  });
  return name?.trim();
}
