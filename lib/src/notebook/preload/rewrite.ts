/** A cell in words that tslab gets right. */
import type TypeScript from "typescript";
import { type Insertion, withInsertions } from "./interruption.ts";

/** Around a cell, so that `await` is read as what it is; tslab's own reader takes `await (…)` for the call of a function. */
const AROUND = "async () => {";

/** A cell as tslab gets it. */
export interface Rewritten {
  readonly text: string;
  /** The place in the learner's text of a place in this one. */
  readonly origin: (place: number) => number;
}

/**
 * The same code with `{ name: name }` for `{ name }`, `{ "name": other } = …` for `{ name: other } = …`, and
 * `await Promise.resolve((…))` for `await (…)`. A statement that awaits inside (`for await`, `if`, `try`, …) gets an async function
 * around it. Lines keep their numbers.
 */
export function inWordsOfTslab(ts: typeof TypeScript, source: string): Rewritten {
  const insertions: Insertion[] = [];
  const put = (at: number, text: string): void => void insertions.push({ at: at - AROUND.length, text });
  const file = ts.createSourceFile("cell.ts", `${AROUND}${source}\n}`, ts.ScriptTarget.ESNext, true);
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && node.objectAssignmentInitializer === undefined)
      put(node.name.end, `: ${node.name.text}`);
    if (ts.isBindingElement(node) && node.propertyName !== undefined && ts.isIdentifier(node.propertyName)) {
      put(node.propertyName.getStart(file), '"');
      put(node.propertyName.end, '"');
    }
    if (ts.isAwaitExpression(node) && source.charAt(node.expression.getStart(file) - AROUND.length) === "(") {
      put(node.expression.getStart(file), "globalThis.Promise.resolve(");
      ts.forEachChild(node, visit);
      put(node.expression.end, ")");
      return;
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of topStatements(ts, file)) {
    const isWrapped = isBlockLike(ts, statement) && awaitsInside(ts, statement);
    if (isWrapped) put(statement.getStart(file), "await globalThis.Promise.resolve((async () => { ");
    visit(statement);
    if (isWrapped) put(statement.end, " })());");
  }
  return { text: withInsertions(source, insertions), origin: (place) => originOf(insertions, place) };
}

/** The statements of the cell itself. */
function topStatements(ts: typeof TypeScript, file: TypeScript.SourceFile): readonly TypeScript.Statement[] {
  const [first] = file.statements;
  if (first === undefined || !ts.isExpressionStatement(first) || !ts.isArrowFunction(first.expression)) return [];
  const { body } = first.expression;
  return ts.isBlock(body) ? body.statements : [];
}

function isBlockLike(ts: typeof TypeScript, node: TypeScript.Node): boolean {
  return (
    ts.isBlock(node) ||
    ts.isIfStatement(node) ||
    ts.isTryStatement(node) ||
    ts.isIterationStatement(node, false) ||
    ts.isSwitchStatement(node) ||
    ts.isLabeledStatement(node)
  );
}

/** Whether there is an `await` in a statement that is not a function's own. */
function awaitsInside(ts: typeof TypeScript, node: TypeScript.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return true;
  return ts.forEachChild(node, (child) => awaitsInside(ts, child) || undefined) ?? false;
}

function originOf(insertions: readonly Insertion[], place: number): number {
  let added = 0;
  for (const { at, text } of [...insertions].sort((a, b) => a.at - b.at)) {
    if (at + added >= place) break;
    added += Math.min(text.length, place - at - added);
  }
  return place - added;
}

/** The names that a cell makes: of its declarations and imports. */
export function namesOf(ts: typeof TypeScript, source: string): Set<string> {
  const names = new Set<string>();
  const take = (name: TypeScript.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) take(element.name);
  };
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ESNext, true);
  for (const node of file.statements) {
    if (ts.isVariableStatement(node)) for (const { name } of node.declarationList.declarations) take(name);
    if (
      (ts.isFunctionDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isEnumDeclaration(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node)) &&
      node.name !== undefined
    )
      names.add(node.name.text);
    const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
    if (clause?.name !== undefined) names.add(clause.name.text);
    const bindings = clause?.namedBindings;
    if (bindings !== undefined && ts.isNamespaceImport(bindings)) names.add(bindings.name.text);
    if (bindings !== undefined && ts.isNamedImports(bindings))
      for (const { name } of bindings.elements) names.add(name.text);
  }
  return names;
}

/** The names that a cell uses, in any place; those of properties are not among them. */
export function identifiersOf(ts: typeof TypeScript, source: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: TypeScript.Node): void => {
    const { parent } = node;
    const isProperty =
      parent !== undefined &&
      ((ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node));
    if (ts.isIdentifier(node) && !isProperty) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ESNext, true));
  return names;
}
