// An extension that answers the tests from inside VS Code, through a socket that STREAMBOOK_PROBE names: what a notebook holds once VS Code
// has read it, what VS Code has to say against its cells, and how they run. Without that variable it does nothing.
// One file of plain JavaScript: VS Code loads it as it is. `test/fixtures/vscode.ts` is the other end.
import { createServer } from "node:http";
import * as vscode from "vscode";

/**
 * What can be asked, by its name; each answer is JSON.
 * @type {Record<string, (question: any) => Promise<unknown>>}
 */
const answers = {
  /** Which VS Code this is, and the extensions that did not come with it. */
  async about() {
    const added = vscode.extensions.all.filter(({ packageJSON }) => packageJSON.isBuiltin !== true);
    const extensions = added.map(({ id, packageJSON }) => [id, packageJSON.version]);
    return { name: vscode.env.appName, version: vscode.version, extensions: Object.fromEntries(extensions) };
  },

  /** Opens a notebook as a click on its name does. */
  async openNotebook({ file }) {
    const document = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
    await vscode.window.showNotebookDocument(document, { preview: false });
    return cellsOf(document);
  },

  /** Opens a text file. */
  async openText({ file }) {
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  },

  /** The cells of a notebook as they are now. */
  async cells({ file }) {
    return cellsOf(notebook(file));
  },

  /** What VS Code would underline in a file, or in the cells of a notebook. */
  async problems({ file }) {
    const open = vscode.workspace.notebookDocuments.find(({ uri }) => uri.fsPath === file);
    const documents = open?.getCells().map(({ document }) => document) ?? [
      await vscode.workspace.openTextDocument(vscode.Uri.file(file)),
    ];
    return documents.flatMap((document, place) =>
      vscode.languages.getDiagnostics(document.uri).map((problem) => ({
        place,
        severity: vscode.DiagnosticSeverity[problem.severity].toLowerCase(),
        source: problem.source ?? "",
        message: problem.message,
        line: document.lineAt(problem.range.start).text,
      })),
    );
  },

  /** Which of some settings no part of VS Code has declared: these have no default. */
  async unknownSettings({ names }) {
    const settings = vscode.workspace.getConfiguration();
    return names.filter((/** @type {string} */ name) => settings.inspect(name)?.defaultValue === undefined);
  },

  /** Brings a cell to the top of the window. */
  async reveal({ file, cell }) {
    const editor = vscode.window.visibleNotebookEditors.find((each) => each.notebook.uri.fsPath === file);
    editor?.revealRange(new vscode.NotebookRange(cell, cell + 1), vscode.NotebookEditorRevealType.AtTop);
  },

  /** Presses “Run All”; returns at once. */
  async runAll({ file }) {
    void vscode.commands.executeCommand("notebook.execute", { document: notebook(file).uri });
  },

  /** Closes every editor, and keeps no change. */
  async closeAll() {
    for (const group of vscode.window.tabGroups.all)
      for (const tab of group.tabs) {
        if (tab.isDirty) await vscode.commands.executeCommand("workbench.action.files.revert");
        await vscode.window.tabGroups.close(tab);
      }
  },
};

/** The open notebook of a file. @param {string} file */
function notebook(file) {
  const found = vscode.workspace.notebookDocuments.find(({ uri }) => uri.fsPath === file);
  if (found === undefined) throw new Error(`${file} is not open`);
  return found;
}

/** @param {import("vscode").NotebookDocument} document */
function cellsOf(document) {
  return document.getCells().map((cell) => ({
    code: cell.kind === vscode.NotebookCellKind.Code,
    language: cell.document.languageId,
    text: cell.document.getText(),
    success: cell.executionSummary?.success ?? null,
    outputs: cell.outputs.map(({ items }) =>
      Object.fromEntries(items.map(({ mime, data }) => [mime, Buffer.from(data).toString("utf8").slice(0, 2000)])),
    ),
  }));
}

/** @param {import("node:http").IncomingMessage} request */
async function questionOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return JSON.parse(text);
}

/** @param {import("node:http").IncomingMessage} request */
async function answer(request) {
  const { ask, ...question } = await questionOf(request);
  const found = answers[ask];
  if (found === undefined) throw new Error(`nothing answers to ${ask}`);
  return (await found(question)) ?? null;
}

/** @param {import("vscode").ExtensionContext} context */
export function activate(context) {
  const socket = process.env.STREAMBOOK_PROBE;
  if (!socket) return;
  const server = createServer((request, response) => {
    answer(request).then(
      (value) => response.end(JSON.stringify(value)),
      (error) => response.writeHead(500).end(String(error?.stack ?? error)),
    );
  });
  server.listen(socket);
  context.subscriptions.push({ dispose: () => server.close() });
}
