// Shows the plan beside the source: the compiler's pictures, which follow what you type and where the cursor is.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { Plan, planPage, type FromPage, type Row, type ToPage } from "../plan";
import { PLAN, type PlanAnswer } from "../protocol";
import { Refresher } from "../refresher";
import type { Server } from "../server";
import { beside, onSourcesChanged } from "./source";

export class PlanViews implements vscode.Disposable {
  private readonly views = new Map<string, PlanView>();
  private readonly registrations: vscode.Disposable;

  constructor(
    private readonly server: Server,
    private readonly folder: vscode.Uri,
  ) {
    const each = (change: (view: PlanView) => void) => () => this.views.forEach(change);
    this.registrations = vscode.Disposable.from(
      onSourcesChanged(each((view) => view.refresher.changed())),
      server.onStarted(each((view) => view.refresher.changed())),
      vscode.window.onDidChangeTextEditorSelection(each((view) => view.mark())),
      vscode.window.onDidChangeActiveTextEditor(each((view) => view.mark())),
    );
  }

  /** The source whose plan is active. */
  get active(): vscode.Uri | undefined {
    return [...this.views.values()].find(({ panel }) => panel.active)?.source;
  }

  async open(source: vscode.Uri | undefined): Promise<void> {
    if (!source) return;
    const key = source.toString();
    let view = this.views.get(key);
    if (view) {
      view.panel.reveal(undefined, true);
    } else {
      view = new PlanView(this.server, this.folder, source);
      view.panel.onDidDispose(() => this.views.delete(key));
      this.views.set(key, view);
    }
    await view.refresher.refresh();
  }

  dispose(): void {
    this.registrations.dispose();
    for (const { panel } of this.views.values()) panel.dispose();
  }
}

class PlanView {
  readonly panel: vscode.WebviewPanel;
  readonly refresher: Refresher<PlanAnswer | undefined>;
  private readonly plan = new Plan();

  constructor(
    server: Server,
    folder: vscode.Uri,
    readonly source: vscode.Uri,
  ) {
    const name = source.path.split("/").pop() ?? "";
    const assets = vscode.Uri.joinPath(folder, "out", "webview");
    this.panel = vscode.window.createWebviewPanel(
      "initflow.plan",
      `Plan of ${name}`,
      { viewColumn: beside(source), preserveFocus: true },
      { enableScripts: true, localResourceRoots: [assets] },
    );
    const { webview } = this.panel;
    this.panel.iconPath = {
      light: vscode.Uri.joinPath(folder, "images", "file-light.svg"),
      dark: vscode.Uri.joinPath(folder, "images", "file-dark.svg"),
    };
    const asset = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(assets, file)).toString();
    this.refresher = new Refresher<PlanAnswer | undefined>(
      () => server.ask<PlanAnswer>(PLAN, { textDocument: { uri: source.toString() } }),
      (answer) => {
        if (answer) this.plan.accept(answer);
        this.show();
      },
      (reason) => {
        this.plan.fail(reason);
        this.show();
      },
    );
    webview.onDidReceiveMessage((message: FromPage) => {
      // The page starts again whenever it was hidden.
      if (message.kind === "ready") this.show();
      else void this.reveal(message.row);
    });
    this.panel.onDidDispose(() => this.refresher.dispose());
    webview.html = planPage(randomBytes(16).toString("hex"), asset("plan.js"), asset("plan.css"));
  }

  /** Marks the rows of the statement at the cursor. */
  mark(): void {
    const editor = vscode.window.activeTextEditor;
    // Without an active editor, the view itself is used, and the mark stays.
    if (!editor) return;
    const here = editor.document.uri.toString();
    const isHere = (uri: string) => vscode.Uri.parse(uri).toString() === here;
    const rows = this.plan.rowsAt(isHere, editor.selection.active);
    this.send({ kind: "marked", rows });
  }

  private show(): void {
    this.send(this.plan.message);
    this.mark();
  }

  private send(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }

  private async reveal(row: Row): Promise<void> {
    const drawn = this.plan.drawn(row);
    if (!drawn?.uri) return;
    const uri = vscode.Uri.parse(drawn.uri, true);
    const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const { start, end } = drawn.selectionRange;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    await vscode.window.showTextDocument(uri, { viewColumn: open?.viewColumn ?? vscode.ViewColumn.One, selection });
  }
}
