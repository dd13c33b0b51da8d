// Starts the client of `initflow lsp` and registers the commands, when VS Code activates the extension.

import * as os from "node:os";
import * as vscode from "vscode";
import EXAMPLE from "../walkthrough/example.initflow";
import { registerExplanations } from "./commands/explain";
import { ImportCommand } from "./commands/import";
import { PlanViews } from "./commands/plan";
import { Previews } from "./commands/preview";
import { isSource, rememberSources, sourceOf } from "./commands/source";
import { highlightMarkdown } from "./markdown";
import { Server } from "./server";

export function activate(context: vscode.ExtensionContext): object {
  const server = new Server(os.homedir(), context.extensionPath);
  const previews = new Previews(server);
  const plans = new PlanViews(server, context.extensionUri);
  const imports = new ImportCommand(server);
  context.subscriptions.push(
    server,
    previews,
    plans,
    registerExplanations(server),
    rememberSources(),
    vscode.commands.registerCommand("initflow.preview", (uri?: unknown) => previews.open(sourceOf(uri, plans.active))),
    vscode.commands.registerCommand("initflow.plan", (uri?: unknown) => plans.open(sourceOf(uri, plans.active))),
    vscode.commands.registerCommand("initflow.import", () => imports.run()),
    vscode.commands.registerCommand("initflow.example", showExample),
    vscode.commands.registerCommand("initflow.restart", () => server.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      const startsAnew = ["initflow.path", "initflow.checkManifests"].some((name) => change.affectsConfiguration(name));
      if (startsAnew) void server.restart();
      else if (change.affectsConfiguration("initflow")) void server.configure();
    }),
  );
  // A preview of Markdown alone, which colors programs, needs no server.
  if (vscode.workspace.textDocuments.some(isSource)) void server.start();
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (isSource(document)) void server.start();
    }),
  );
  return { extendMarkdownIt: highlightMarkdown };
}

async function showExample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "initflow", content: EXAMPLE });
  await vscode.window.showTextDocument(document);
}
