/** Notebooks checked as code: every cell compiled strictly against the library, linted, and measured. */
import { globSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ESLint as Linter } from "eslint";
import type TypeScript from "typescript";
import { StreambookError } from "../errors/index.ts";
import { projectFolder } from "../stack/index.ts";
import { type Cell, isCode, joined, readNotebook } from "./file.ts";
import { EXPECTED_ERROR } from "./run.ts";

/** Something wrong in a cell. */
export interface LintProblem {
  readonly file: string;
  /** Place of the cell among the code cells, from 1. */
  readonly cell: number;
  /** Line in the cell, from 1. */
  readonly line: number;
  /** `TS2322`, or the name of a rule. */
  readonly rule: string;
  readonly message: string;
}

/** How long the cells of a notebook are, and how much is said about them. */
export interface NotebookMeasures {
  readonly file: string;
  readonly cells: number;
  /** Lines of code, blank ones not counted. */
  readonly lines: number;
  readonly median: number;
  readonly longest: number;
  readonly words: number;
  readonly wordsPerLine: number;
}

/** What a notebook should keep to: a cell is read at a glance, and what it does is said before. */
export const LIMITS = { median: 5, longest: 25, wordsPerLine: 4 } as const;

/**
 * Measures a notebook.
 *
 * @throws NOT_FOUND, NOTEBOOK_INVALID
 */
export async function measureNotebook(file: string): Promise<NotebookMeasures> {
  const { cells } = await readNotebook(file);
  const lengths = cells
    .filter(isCode)
    .map(
      ({ source }) =>
        joined(source)
          .split("\n")
          .filter((line) => line.trim() !== "").length,
    )
    .sort((a, b) => a - b);
  const prose = cells.filter((cell) => cell.cell_type === "markdown").map(({ source }) => joined(source));
  const words = prose.reduce(
    (sum, text) => sum + (withoutCode(text).match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0),
    0,
  );
  const lines = lengths.reduce((sum, length) => sum + length, 0);
  const half = Math.floor(lengths.length / 2);
  const median = lengths.length % 2 === 1 ? lengths[half] : ((lengths[half - 1] ?? 0) + (lengths[half] ?? 0)) / 2;
  return {
    file,
    cells: lengths.length,
    lines,
    median: median ?? 0,
    longest: lengths.at(-1) ?? 0,
    words,
    wordsPerLine: lines === 0 ? words : words / lines,
  };
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[^]*?^```/gm, "").replace(/\]\([^)]*\)/g, "]");
}

/** The measures that are beyond {@link LIMITS}, in words. */
export function beyondLimits({ median, longest, wordsPerLine }: NotebookMeasures): string[] {
  return [
    ...(median > LIMITS.median ? [`half of the cells have more than ${LIMITS.median} lines (median ${median})`] : []),
    ...(longest > LIMITS.longest ? [`a cell has ${longest} lines, more than ${LIMITS.longest}`] : []),
    ...(wordsPerLine < LIMITS.wordsPerLine
      ? [`${wordsPerLine.toFixed(1)} words of prose for a line of code, fewer than ${LIMITS.wordsPerLine}`]
      : []),
  ];
}

/** A cell as a module: what earlier cells made is imported in its first line, so the cell's line n is line n + 1. */
interface CellModule {
  readonly file: string;
  readonly cell: number;
  readonly path: string;
}

/**
 * Compiles and lints all cells of some notebooks. Each cell is a module that imports what earlier cells made, so that a
 * name may be declared again, as in the kernel. Cells that show an error on purpose are left out.
 *
 * @throws NOT_FOUND, NOTEBOOK_INVALID; SETUP_MISSING without the packages of a developer
 */
export async function lintNotebooks(files: readonly string[]): Promise<LintProblem[]> {
  const { ts, ESLint, tseslint } = await developerPackages();
  const home = join(projectFolder(), ".streambook"); // inside the project, so that the cells find its packages
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, "cells-"));
  try {
    const modules: CellModule[] = [];
    for (const [index, file] of files.entries())
      modules.push(...(await writeModules(ts, file, join(folder, `${index}-${basename(file, ".ipynb")}`))));
    await writeFile(join(folder, "package.json"), `{ "type": "module" }\n`);
    const compilerOptions = { ...COMPILER, noEmit: true };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts", TYPES] }));
    const eslint = new ESLint({
      cwd: folder,
      overrideConfigFile: true,
      overrideConfig: [
        {
          files: ["**/*.ts"],
          languageOptions: {
            parser: tseslint.parser,
            parserOptions: { project: join(folder, "tsconfig.json"), tsconfigRootDir: folder },
          },
          plugins: { "@typescript-eslint": tseslint.plugin as never },
          rules: RULES,
        },
      ],
    });
    const compiled = compile(ts, folder, modules);
    const linted = modules.length === 0 ? [] : await eslint.lintFiles(["**/*.ts"]);
    const byPath = new Map(modules.map((module) => [module.path, module]));
    const style = linted.flatMap(({ filePath, messages }) => {
      const module = byPath.get(filePath);
      if (module === undefined) return [];
      const { file, cell } = module;
      return messages.map(({ line, ruleId, message }) => ({
        file,
        cell,
        line: line - 1,
        rule: ruleId ?? "syntax",
        message,
      }));
    });
    return [...compiled, ...style];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Types of packages that bring none of their own, as the library sees them. */
const TYPES = join(projectFolder(), "lib", "types", "*.d.ts");

const COMPILER = {
  strict: true,
  target: "es2022",
  module: "nodenext",
  lib: ["es2022"],
  types: ["node"],
  skipLibCheck: true,
} as const;

const RULES = {
  "@typescript-eslint/no-floating-promises": "error",
  "@typescript-eslint/no-misused-promises": "error",
  "@typescript-eslint/await-thenable": "error",
} as const;

function compile(ts: typeof TypeScript, folder: string, modules: readonly CellModule[]): LintProblem[] {
  const { options } = ts.convertCompilerOptionsFromJson({ ...COMPILER, noEmit: true }, folder);
  const types = globSync(TYPES);
  const program = ts.createProgram({ rootNames: [...modules.map(({ path }) => path), ...types], options });
  const byPath = new Map(modules.map((module) => [module.path, module]));
  return ts.getPreEmitDiagnostics(program).flatMap(({ file, start = 0, code, messageText }) => {
    const module = byPath.get(file?.fileName ?? "");
    if (module === undefined || file === undefined) return [];
    const { line } = file.getLineAndCharacterOfPosition(start);
    const message = ts.flattenDiagnosticMessageText(messageText, " ");
    return [{ file: module.file, cell: module.cell, line, rule: `TS${code}`, message }];
  });
}

async function writeModules(ts: typeof TypeScript, file: string, folder: string): Promise<CellModule[]> {
  const { cells } = await readNotebook(file);
  await mkdir(folder, { recursive: true });
  const madeBy = new Map<string, string>();
  const modules: CellModule[] = [];
  for (const [place, cell] of cells.filter(isCode).entries()) {
    if (showsError(cell)) continue;
    const name = `cell-${String(place + 1).padStart(2, "0")}`;
    const path = join(folder, `${name}.ts`);
    const { text, names } = moduleOf(ts, joined(cell.source), madeBy);
    await writeFile(path, text);
    for (const made of names) madeBy.set(made, name);
    modules.push({ file, cell: place + 1, path });
  }
  return modules;
}

function showsError({ metadata }: Cell): boolean {
  return metadata.tags?.includes(EXPECTED_ERROR) ?? false;
}

/** The text of a cell's module, and the names it makes. */
function moduleOf(
  ts: typeof TypeScript,
  source: string,
  madeBy: ReadonlyMap<string, string>,
): { text: string; names: readonly string[] } {
  const parsed = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  const names = new Map(parsed.statements.flatMap((statement) => declaredNames(ts, statement)));
  const exported = new Set(
    parsed.statements
      .filter((statement) => isExported(ts, statement))
      .flatMap((statement) => declaredNames(ts, statement).map(([name]) => name)),
  );
  const used = new Set<string>();
  const visit = (node: TypeScript.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  const imports = [...used]
    .filter((name) => madeBy.has(name) && !names.has(name))
    .map((name) => `import { ${name} } from "./${madeBy.get(name)}.js";`);
  const exports = [...names]
    .filter(([name]) => !exported.has(name))
    .map(([name, isType]) => (isType ? `type ${name}` : name));
  return { text: `${imports.join(" ")}\n${source}\nexport { ${exports.join(", ")} };\n`, names: [...names.keys()] };
}

function isExported(ts: typeof TypeScript, statement: TypeScript.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** The names that a statement makes, and whether each is only a type. */
function declaredNames(ts: typeof TypeScript, statement: TypeScript.Statement): [name: string, isType: boolean][] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      boundNames(ts, name).map((bound): [string, boolean] => [bound, false]),
    );
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement))
    return statement.name === undefined ? [] : [[statement.name.text, false]];
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return [[statement.name.text, true]];
  if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) return [];
  const { name, namedBindings: bindings, isTypeOnly } = statement.importClause;
  const whole: [string, boolean][] = name === undefined ? [] : [[name.text, isTypeOnly]];
  if (bindings === undefined) return whole;
  if (ts.isNamespaceImport(bindings)) return [...whole, [bindings.name.text, isTypeOnly]];
  return [
    ...whole,
    ...bindings.elements.map((element): [string, boolean] => [element.name.text, isTypeOnly || element.isTypeOnly]),
  ];
}

function boundNames(ts: typeof TypeScript, name: TypeScript.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(ts, element.name)));
}

interface DeveloperPackages {
  readonly ts: typeof TypeScript;
  readonly ESLint: typeof Linter;
  readonly tseslint: { readonly parser: unknown; readonly plugin: unknown };
}

async function developerPackages(): Promise<DeveloperPackages> {
  try {
    const [ts, { ESLint }, tseslint] = await Promise.all([
      import("typescript"),
      import("eslint"),
      import("typescript-eslint"),
    ]);
    return { ts: ts.default, ESLint, tseslint: tseslint.default };
  } catch (cause) {
    const message =
      "checking notebooks needs typescript and eslint, which only a clone of the project has; run `npm run setup` there";
    throw new StreambookError("SETUP_MISSING", message, { cause });
  }
}
