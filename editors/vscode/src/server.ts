// Finds, starts, restarts and queries `initflow lsp`; if it cannot run, tells the user what to do.

import { accessSync, constants, statSync } from "node:fs";
import * as vscode from "vscode";
import {
  DidChangeConfigurationNotification,
  LanguageClient,
  State,
  type Executable,
} from "vscode-languageclient/node";
import { adviceOn, adviceOnFailure, BUTTONS, type Action, type Advice } from "./advice";
import { findBinary, type Found } from "./binary";
import { selector, serverSettings, type Configured } from "./settings";

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private found: Found | undefined;
  private begun = false;
  /** Restarts run one after another. */
  private queue: Promise<void> = Promise.resolve();
  private readonly started = new vscode.EventEmitter<void>();
  /** The server has started, for the first time or again. */
  readonly onStarted = this.started.event;

  constructor(
    private readonly home: string,
    private readonly extension: string,
  ) {}

  /** Starts the server, unless somebody has done so. */
  start(): Promise<void> {
    return this.begun ? this.queue : this.restart();
  }

  restart(): Promise<void> {
    this.begun = true;
    this.queue = this.queue.then(async () => {
      await this.stop();
      await this.begin();
    });
    return this.queue;
  }

  /** The server's answer to a request; if no server runs, nothing, and advice for the user. */
  async ask<Answer>(request: string, params: object): Promise<Answer | undefined> {
    await this.start();
    if (this.client?.state !== State.Running) {
      const advice = this.found && adviceOn(this.found);
      void this.tell(advice ?? adviceOnFailure(this.command, "it is not running"));
      return undefined;
    }
    return this.client.sendRequest<Answer>(request, params);
  }

  /** Tells the server about changed settings. */
  async configure(): Promise<void> {
    await this.queue;
    if (this.client?.state !== State.Running) return;
    const settings = { initflow: serverSettings(configured()) };
    await this.client.sendNotification(DidChangeConfigurationNotification.type, { settings });
  }

  dispose(): void {
    void this.stop();
    this.started.dispose();
  }

  private async begin(): Promise<void> {
    this.found = findBinary({
      setting: vscode.workspace.getConfiguration("initflow").get<string>("path", ""),
      extension: this.extension,
      searchPath: process.env["PATH"] ?? "",
      home: this.home,
      windows: process.platform === "win32",
      runs,
    });
    if (this.found.kind !== "found") {
      const advice = adviceOn(this.found);
      if (advice) void this.tell(advice);
      return;
    }
    const run: Executable = { command: this.found.command, args: ["lsp"] };
    const settings = configured();
    const client = new LanguageClient("initflow", "initflow", run, {
      documentSelector: selector(settings),
      initializationOptions: serverSettings(settings),
      markdown: { isTrusted: { enabledCommands: ["initflow.explain"] } },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.initflow,initflow.toml}") },
    });
    this.client = client;
    try {
      await client.start();
      this.started.fire();
    } catch (reason) {
      void this.tell(adviceOnFailure(run.command, reason instanceof Error ? reason.message : String(reason)));
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A client that never ran cannot be stopped, and need not be.
    await client?.dispose().catch(() => undefined);
  }

  private get command(): string {
    return this.found?.kind === "found" ? this.found.command : "initflow";
  }

  private async tell(advice: Advice): Promise<void> {
    const buttons = advice.actions.map((action) => BUTTONS[action]);
    const pressed = await vscode.window.showErrorMessage(advice.text, ...buttons);
    const action = advice.actions.find((action) => BUTTONS[action] === pressed);
    if (action) await this.act(action);
  }

  private async act(action: Action): Promise<void> {
    switch (action) {
      case "choose": {
        const [file] = (await vscode.window.showOpenDialog({ title: "Choose the initflow command" })) ?? [];
        if (file) {
          await vscode.workspace
            .getConfiguration("initflow")
            .update("path", file.fsPath, vscode.ConfigurationTarget.Global);
        }
        return;
      }
      case "settings":
        await vscode.commands.executeCommand("workbench.action.openSettings", "initflow.path");
        return;
      case "retry":
        return this.restart();
      case "log":
        this.client?.outputChannel.show();
    }
  }
}

function configured(): Configured {
  const section = vscode.workspace.getConfiguration("initflow");
  return {
    kube: section.get("kube", ""),
    profile: section.get("profile", ""),
    inlayHints: section.get("inlayHints", true),
    checkProject: section.get("checkProject", true),
    checkManifests: section.get("checkManifests", false),
  };
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
