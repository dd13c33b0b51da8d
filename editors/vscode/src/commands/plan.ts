// Shows the plan beside the source, on a page that is updated as you type.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { planPage } from "../plan";
import { PLAN, type Place, type PlanAnswer } from "../protocol";
import { Refresher } from "../refresher";
import type { Server } from "../server";
import { onSourcesChanged, sourceOf } from "./source";

interface Open {
  panel: vscode.WebviewPanel;
  refresher: Refresher<PlanAnswer | null | undefined>;
}

export class PlanViews implements vscode.Disposable {
  private readonly open_ = new Map<string, Open>();
  private readonly registrations: vscode.Disposable;

  constructor(private readonly server: Server) {
    const refresh = () => {
      for (const { refresher } of this.open_.values()) refresher.changed();
    };
    this.registrations = vscode.Disposable.from(onSourcesChanged(refresh), server.onStarted(refresh));
  }

  async open(uri?: string): Promise<void> {
    const source = sourceOf(uri);
    if (!source) return;
    const key = source.toString();
    const open = this.open_.get(key) ?? this.create(source);
    open.panel.reveal(undefined, true);
    await open.refresher.refresh();
  }

  dispose(): void {
    this.registrations.dispose();
    for (const { panel } of this.open_.values()) panel.dispose();
  }

  private create(source: vscode.Uri): Open {
    const name = source.path.split("/").pop() ?? "";
    const panel = vscode.window.createWebviewPanel(
      "initflow.plan",
      `Plan of ${name}`,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [] },
    );
    const key = source.toString();
    const refresher = new Refresher<PlanAnswer | null | undefined>(
      () => this.server.ask<PlanAnswer | null>(PLAN, { textDocument: { uri: key } }),
      (plan) => {
        if (plan !== undefined) panel.webview.html = planPage(plan, randomBytes(16).toString("hex"));
      },
      () => {
        panel.webview.html = planPage(null, randomBytes(16).toString("hex"));
      },
    );
    const open = { panel, refresher };
    this.open_.set(key, open);
    panel.webview.onDidReceiveMessage((place: Place) => reveal(source, place));
    panel.onDidDispose(() => {
      refresher.dispose();
      this.open_.delete(key);
    });
    return open;
  }
}

/** Shows a place of the plan in its source. */
async function reveal(source: vscode.Uri, place: Place): Promise<void> {
  const uri = place.file.startsWith("file:") ? vscode.Uri.parse(place.file) : source;
  const file = /^([A-Za-z]:)?[/\\]/.test(place.file) ? vscode.Uri.file(place.file) : uri;
  const at = new vscode.Position(place.line - 1, place.column - 1);
  await vscode.window.showTextDocument(file, {
    viewColumn: vscode.ViewColumn.One,
    selection: new vscode.Range(at, at),
  });
}
