/** What of jsdom draws the pictures of figures, and reads pages in tests; the package declares no types, and DOM types would hide Node's own. */
declare module "jsdom" {
  interface PageElement {
    innerHTML: string;
    readonly textContent: string;
  }
  interface PageDocument {
    getElementById(id: string): PageElement | null;
    querySelector(selector: string): PageElement | null;
    querySelectorAll(selector: string): Iterable<PageElement> & { readonly length: number };
  }
  interface DrawingWindow {
    readonly document: PageDocument;
    readonly URL: object;
    readonly Math: { random: () => number };
    readonly HTMLCanvasElement: { readonly prototype: object };
    readonly SVGElement: { readonly prototype: object };
    readonly Plotly: { toImage(figure: object, options: object): Promise<string> };
    eval(source: string): void;
  }
  export class JSDOM {
    constructor(html: string, options?: { runScripts: "outside-only"; pretendToBeVisual: boolean });
    readonly window: DrawingWindow;
  }
}
