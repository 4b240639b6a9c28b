import js from "@eslint/js";
import tseslint from "typescript-eslint";

/**
 * The runner begins with the first test, and may be done before a module has waited for something and registered its next one.
 *
 * @type {import("eslint").Rule.RuleModule}
 */
const allTestsAtOnce = {
  meta: {
    type: "problem",
    messages: { late: "the tests behind this `await` may never run, because one is registered before it: wait first" },
  },
  create(context) {
    const BODY = ":matches(ForStatement, ForOfStatement, WhileStatement) > *.body";
    let functions = 0;
    let hasTest = false;
    /** @type {{ isFirst: boolean, awaits: import("eslint").Rule.Node[] }[]} */
    const bodies = [];
    const report = (/** @type {import("eslint").Rule.Node} */ node) => context.report({ node, messageId: "late" });
    return {
      ":function": () => void functions++,
      ":function:exit": () => void functions--,
      [BODY]: () => void (functions === 0 && bodies.push({ isFirst: !hasTest, awaits: [] })),
      [`${BODY}:exit`]() {
        const body = functions === 0 ? bodies.pop() : undefined;
        if (body?.isFirst && hasTest) for (const node of body.awaits) report(node); // a test of one round, before the next one
      },
      AwaitExpression(node) {
        if (functions > 0) return;
        if (hasTest) report(node);
        else for (const { awaits } of bodies) awaits.push(node);
      },
      "CallExpression[callee.name=/^(?:test|it|suite|describe)$/]:exit"() {
        if (functions === 0) hasTest = true; // what it is given was waited for before
      },
    };
  },
};

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "lib/dist/",
      "lib/src/spark/messages/",
      "lib/assembly/*.ts",
      ".streambook/",
      ".bench/",
      "output/",
      "work/",
      "blog/dist/",
      "blog/markdown/",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"],
            },
          ],
        },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      eqeqeq: "error",
      "no-console": "off",
      "no-restricted-syntax": [
        "error",
        // Signalled, the process 0 is the caller and its whole group: npm, the shell, every other test.
        ...[
          "AssignmentPattern[left.name='pid'][right.value=0]",
          "LogicalExpression[left.property.name='pid'][right.value=0]",
        ].map((selector) => ({
          selector,
          message: "a process without a number is not process 0: decide what happens when there is none",
        })),
        {
          selector: "CallExpression[optional=true] > AwaitExpression.arguments",
          message: "what is awaited here is not done when nobody is called: await it before the call",
        },
        // In a workspace, each address is in the environment too.
        ...["[value.type='Identifier'][value.name='undefined']", "[value.value='']", "[value.name=/^_/]"].map(
          (value) => ({
            selector: `Property[key.name='STREAMBOOK_STACK']${value}`,
            message:
              "services may run elsewhere without it: ownServices() or noAddresses() of own-services-for-test.ts",
          }),
        ),
      ],
    },
  },
  {
    files: ["**/*.test.ts", "**/*.test.mjs"],
    plugins: { course: { rules: { "all-tests-at-once": allTestsAtOnce } } },
    rules: { "course/all-tests-at-once": "error" },
  },
  {
    files: ["**/*.mjs", "**/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        fetch: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        AbortSignal: "readonly",
        AbortController: "readonly",
        Buffer: "readonly",
      },
    },
  },
);
