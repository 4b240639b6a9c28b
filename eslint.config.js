import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "lib/dist/",
      "lib/src/spark/messages/",
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
