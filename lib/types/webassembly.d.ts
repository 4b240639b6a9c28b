/** What the library uses of WebAssembly (https://webassembly.github.io/spec/js-api/), which TypeScript only describes among the types of a browser. */
declare namespace WebAssembly {
  /** Compiled code. */
  class Module {
    constructor(code: Uint8Array);
  }

  /** Memory in pages of 64 KiB. */
  class Memory {
    constructor(descriptor: { readonly initial: number });
    /** Another object after each {@link grow}. */
    readonly buffer: ArrayBuffer;
    /** @param pages how many are added */
    grow(pages: number): number;
  }

  /** Code with its imports. */
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
