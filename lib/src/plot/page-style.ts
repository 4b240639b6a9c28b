/** The style of a standalone page: colours from the palette as custom properties, letters of the system, light, dark and paper. */
import { themes, type ThemeName } from "./palette.ts";
import { FIGURE_FONT } from "./template.ts";

/** The custom properties of a theme: `--ink`, `--surface`, `--cluster-0` … */
function properties(name: ThemeName): string {
  const { clusters, scale, ...single } = themes[name];
  const lists = [
    ...clusters.map((colour, index) => [`cluster-${index}`, colour]),
    ...scale.map((colour, index) => [`scale-${index}`, colour]),
  ];
  const all = [...Object.entries(single), ...lists].map(([key, value]) => `--${key}:${value}`);
  return `color-scheme:${name};${all.join(";")}`;
}

const BOOK_FONT =
  '"Iowan Old Style", Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", Georgia, serif';
const CODE_FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", "DejaVu Sans Mono", monospace';

/** The style sheet every standalone page begins with. */
export const pageStyle = `
:root{${properties("light")};--text:${FIGURE_FONT};--book:${BOOK_FONT};--code:${CODE_FONT}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${properties("dark")}}}
@media screen{:root[data-theme=dark]{${properties("dark")}}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:4.5rem}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.6 var(--text);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1,h2,h3{font-family:var(--book);line-height:1.2;text-wrap:balance;font-weight:600;margin:0}
h1{font-size:clamp(2rem,1.4rem + 2.6vw,3.25rem);letter-spacing:-.015em}
h2{font-size:clamp(1.4rem,1.2rem + .8vw,1.8rem);letter-spacing:-.01em}
h3{font-size:1.1rem}
p{margin:0;text-wrap:pretty}
a{color:var(--accent);text-underline-offset:.18em;text-decoration-thickness:.07em}
a:hover{text-decoration-thickness:.14em}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:4px}
code,kbd,samp{font-family:var(--code);font-size:.9em}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--surface);padding:.5rem 1rem;z-index:3;border-radius:6px}
.skip:focus{top:.5rem}
.bar{position:sticky;top:0;z-index:2;background:color-mix(in srgb,var(--page) 88%,transparent);backdrop-filter:blur(10px);border-bottom:1px solid var(--line)}
.bar-inner,main,.foot{max-width:70rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
.bar-inner{display:flex;align-items:center;gap:1rem;min-height:3.5rem}
.brand{font:600 1.1rem/1 var(--book);white-space:nowrap}
.bar-aside{color:var(--muted);font-size:.875rem;line-height:1.3}
.themes{margin:0 0 0 auto;padding:2px;border:1px solid var(--line);border-radius:999px;display:flex;background:var(--surface)}
.themes[hidden]{display:none}
.themes label{position:relative;cursor:pointer}
.themes input{position:absolute;opacity:0;inset:0;margin:0;cursor:pointer}
.themes span{display:block;padding:.2rem .75rem;border-radius:999px;font-size:.8125rem;color:var(--muted)}
.themes input:checked+span{background:var(--ink);color:var(--surface)}
.themes input:focus-visible+span{outline:3px solid var(--accent);outline-offset:2px}
main{padding-top:clamp(2rem,5vw,4rem);padding-bottom:4rem;display:grid;grid-template-columns:minmax(0,1fr);gap:clamp(3rem,6vw,4.75rem)}
section>h2{margin-bottom:.35rem}
section>.lead{color:var(--muted);max-width:44rem;margin-bottom:1.4rem}
.card{background:var(--surface);border:1px solid var(--line);border-radius:12px}
.figure{margin:0;background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:clamp(.75rem,2vw,1.5rem)}
.figure figcaption{color:var(--muted);font-size:.9rem;margin-top:.75rem;max-width:52rem}
.figure details{margin-top:.75rem;font-size:.9rem}
.plot{width:100%}
summary{cursor:pointer;color:var(--accent);width:fit-content}
.scroll{overflow-x:auto;margin-top:.75rem}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{text-align:left;color:var(--muted);font-size:.875rem;padding-bottom:.5rem}
th,td{text-align:left;vertical-align:baseline;padding:.55rem .75rem;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--muted);font-size:.8125rem;font-weight:600}
th[scope=row]{font-weight:500}
.number{text-align:right;white-space:nowrap}
.note{color:var(--muted);font-size:.9rem}
.foot{border-top:1px solid var(--line);padding-top:1.5rem;padding-bottom:3rem;color:var(--muted);font-size:.875rem}
@media (max-width:40rem){.bar-aside{display:none}.scroll th,.scroll td{padding-left:.4rem;padding-right:.4rem}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{
:root{--page:#fff}
.bar{position:static;background:none}.themes,.skip,noscript{display:none!important}
body{font-size:10.5pt}main{gap:2rem;padding-top:1rem}
details:not([open]){display:none}
.figure,.card,tr{break-inside:avoid}h2,h3,.lead{break-after:avoid}
}
`;
