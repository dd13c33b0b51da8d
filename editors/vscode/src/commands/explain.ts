// Shows the documents that diagnostics link to, as Markdown.

import * as vscode from "vscode";
import { EXPLAIN_SCHEME, explained } from "../explain";
import { EXPLAIN, type ExplainAnswer } from "../protocol";
import type { Server } from "../server";

export function registerExplanations(server: Server): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(EXPLAIN_SCHEME, {
    async provideTextDocumentContent({ path }) {
      const answer = await server.ask<ExplainAnswer | null>(EXPLAIN, { name: explained(path) });
      return answer?.markdown ?? "";
    },
  });
}
