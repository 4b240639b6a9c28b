/** The search: loaded when it is first wanted, it looks through all pages in the browser, and asks no server. */
import { createSearchIndex, findSections, type SearchEntry, type SearchIndex } from "../search-index.ts";

declare global {
  var streambookSearch: (entries: readonly SearchEntry[]) => void;
}

const script = document.currentScript as HTMLScriptElement;
const root = script.dataset["root"] ?? "";
const SHOWN = 12;
/** Characters around the first hit. */
const AROUND = 70;

const dialog = document.createElement("dialog");
dialog.className = "search";
dialog.setAttribute("aria-label", "Search");
dialog.innerHTML = `<form method="dialog"><input type="search" aria-label="Search all pages" placeholder="Search all pages" autocomplete="off" spellcheck="false"><button type="submit">Close</button></form><p class="count" role="status"></p><ol></ol>`;
document.body.append(dialog);
const input = dialog.querySelector("input") as HTMLInputElement;
const count = dialog.querySelector(".count") as HTMLElement;
const list = dialog.querySelector("ol") as HTMLOListElement;

let entries: readonly SearchEntry[] = [];
let index: SearchIndex | undefined;

globalThis.streambookSearch = (all) => {
  entries = all;
  index = createSearchIndex(all);
  search();
};

function search(): void {
  const words = input.value.trim();
  list.replaceChildren();
  if (words === "") return void (count.textContent = "Type a word: a term, a function, a question.");
  if (index === undefined) return void (count.textContent = "Loading …");
  const found = findSections(index, entries, words);
  const whole = found.filter(({ coverage }) => coverage === 1).length;
  count.textContent = countText(words, whole, found.length);
  for (const { entry, terms } of found.slice(0, SHOWN)) list.append(item(entry, terms));
}

function countText(words: string, whole: number, all: number): string {
  if (all === 0) return `Nothing about “${words}”.`;
  if (whole === 0) return "No place has all of these words; the nearest:";
  return `${whole} ${whole === 1 ? "place" : "places"}`;
}

function item({ url, title, page, text, code }: SearchEntry, terms: readonly string[]): HTMLLIElement {
  const element = document.createElement("li");
  const link = document.createElement("a");
  link.href = root + url;
  const heading = document.createElement("strong");
  heading.append(...marked(title, terms));
  const where = document.createElement("span");
  where.className = "where";
  where.textContent = page;
  const excerpt = document.createElement("span");
  excerpt.className = "excerpt";
  const shown = excerptOf(text, terms) || excerptOf(code, terms) || start(text);
  excerpt.append(...marked(shown, terms));
  link.append(heading, " ", where, excerpt);
  link.addEventListener("click", () => dialog.close());
  element.append(link);
  return element;
}

/** The words around the first hit; "" when there is none. */
function excerptOf(text: string, terms: readonly string[]): string {
  const flat = text.replace(/\s+/g, " ").trim();
  const lower = flat.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((at) => at !== -1);
  if (places.length === 0) return "";
  const at = Math.min(...places);
  const from = at <= AROUND ? 0 : flat.indexOf(" ", at - AROUND) + 1;
  const end = at + AROUND * 2 >= flat.length ? flat.length : flat.lastIndexOf(" ", at + AROUND * 2);
  return `${from > 0 ? "… " : ""}${flat.slice(from, end)}${end < flat.length ? " …" : ""}`;
}

/** How a section begins, when only its title is a hit. */
function start(text: string): string {
  const flat = text.trim();
  return flat.length <= AROUND * 2 ? flat : `${flat.slice(0, flat.lastIndexOf(" ", AROUND * 2))} …`;
}

/** A text with the terms in `<mark>`. */
function marked(text: string, terms: readonly string[]): (string | HTMLElement)[] {
  const pattern = terms.map((term) => term.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|");
  if (pattern === "") return [text];
  return text.split(new RegExp(`(${pattern})`, "giu")).map((part, at) => {
    if (at % 2 === 0) return part;
    const mark = document.createElement("mark");
    mark.textContent = part;
    return mark;
  });
}

input.addEventListener("input", search);
dialog.addEventListener("keydown", (event) => {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step !== 0) {
    event.preventDefault();
    const stops: HTMLElement[] = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.min(stops.length - 1, Math.max(0, at + step))]?.focus();
  }
  if (event.key === "Escape") {
    event.preventDefault(); // the field would only be emptied
    dialog.close();
  }
  if (event.key === "Enter" && document.activeElement === input) {
    event.preventDefault();
    list.querySelector("a")?.click();
  }
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

function open(): void {
  if (!dialog.open) dialog.showModal();
  input.select();
  search();
}
addEventListener("streambook-search", open);
open();

const data = document.createElement("script");
data.src = script.dataset["entries"] ?? "";
data.addEventListener("error", () => (count.textContent = "The pages could not be loaded for the search."));
document.head.append(data);
