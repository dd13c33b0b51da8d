// Shows the compiled YAML beside the source, in a read-only document that is updated as you type.

import * as vscode from "vscode";
import { Preview, PREVIEW_SCHEME, previewOf } from "../preview";
import { PREVIEW, type PreviewAnswer } from "../protocol";
import { Refresher } from "../refresher";
import type { Server } from "../server";
import { beside, onSourcesChanged } from "./source";

interface Open {
  preview: Preview;
  refresher: Refresher<PreviewAnswer | undefined>;
}

export class Previews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly open_ = new Map<string, Open>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registrations: vscode.Disposable;

  constructor(private readonly server: Server) {
    this.registrations = vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, this),
      onSourcesChanged(() => this.refresh()),
      server.onStarted(() => this.refresh()),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri)),
    );
  }

  async open(source: vscode.Uri | undefined): Promise<void> {
    if (!source) return;
    const address = vscode.Uri.from(previewOf(source.toString()));
    const open = this.opened(address);
    await open.refresher.refresh();
    const document = await vscode.workspace.openTextDocument(address);
    await vscode.window.showTextDocument(document, {
      viewColumn: beside(source),
      preserveFocus: true,
      preview: false,
    });
  }

  provideTextDocumentContent(address: vscode.Uri): string {
    return this.opened(address).preview.text;
  }

  dispose(): void {
    this.registrations.dispose();
    for (const { refresher } of this.open_.values()) refresher.dispose();
  }

  /** The preview at an address; one that VS Code restored from an earlier session starts afresh. */
  private opened(address: vscode.Uri): Open {
    const known = this.open_.get(address.toString());
    if (known) return known;
    const preview = new Preview();
    const params = { textDocument: { uri: address.query } };
    const refresher = new Refresher<PreviewAnswer | undefined>(
      () => this.server.ask<PreviewAnswer>(PREVIEW, params),
      (answer) => {
        if (!answer) return;
        preview.accept(answer);
        this.changed.fire(address);
      },
      () => undefined,
    );
    const open = { preview, refresher };
    this.open_.set(address.toString(), open);
    refresher.changed();
    return open;
  }

  private refresh(): void {
    for (const { refresher } of this.open_.values()) refresher.changed();
  }

  private forget(address: vscode.Uri): void {
    this.open_.get(address.toString())?.refresher.dispose();
    this.open_.delete(address.toString());
  }
}
