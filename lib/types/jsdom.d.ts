/** What of jsdom draws the pictures of figures; the package declares no types, and DOM types would hide Node's own. */
declare module "jsdom" {
  interface DrawingWindow {
    readonly URL: object;
    readonly Math: { random: () => number };
    readonly HTMLCanvasElement: { readonly prototype: object };
    readonly SVGElement: { readonly prototype: object };
    readonly Plotly: { toImage(figure: object, options: object): Promise<string> };
    eval(source: string): void;
  }
  export class JSDOM {
    constructor(html: string, options: { runScripts: "outside-only"; pretendToBeVisual: boolean });
    readonly window: DrawingWindow;
  }
}
