/** What every page can do: change its theme, copy code, open the search, show where the reader is. Without it a page can be read as well. */

const root = document.documentElement;
const own = document.currentScript as HTMLScriptElement | null;
const status = document.getElementById("status");

function themeSwitch(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
  if (button === null) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shown = (): string => root.dataset["theme"] ?? (dark.matches ? "dark" : "light");
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = shown() === "dark" ? "light" : "dark";
    root.dataset["theme"] = next;
    try {
      localStorage.setItem("streambook-theme", next);
    } catch {
      // not kept, then
    }
    say(`The page is ${next} now.`);
    dispatchEvent(new Event("streambook-theme"));
  });
  dark.addEventListener("change", () => dispatchEvent(new Event("streambook-theme")));
}

function say(text: string): void {
  if (status === null) return;
  status.textContent = text;
  setTimeout(() => (status.textContent = ""), 2000);
}

function copyButtons(): void {
  for (const frame of document.querySelectorAll(".code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy this code");
    button.addEventListener("click", () => {
      void copy(frame.querySelector("code")?.textContent ?? "").then((done) => {
        button.textContent = done ? "Copied" : "Press Ctrl-C";
        say(done ? "Copied." : "The code is selected: press Ctrl-C.");
        setTimeout(() => (button.textContent = "Copy"), 1500);
        if (!done) getSelection()?.selectAllChildren(frame.querySelector("code") ?? frame);
      });
    });
    frame.append(button);
  }
}

/** Pages from a disk, or over plain HTTP, may not write to the clipboard. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What can be scrolled sideways can be reached by the keyboard, and nothing else that stands still. */
function scrollers(): void {
  const frames = document.querySelectorAll<HTMLElement>("pre, .wide");
  const mark = (frame: HTMLElement): void => {
    if (frame.scrollWidth > frame.clientWidth + 1 || frame.scrollHeight > frame.clientHeight + 1) frame.tabIndex = 0;
    else frame.removeAttribute("tabindex");
  };
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) mark(target as HTMLElement);
  });
  for (const frame of frames) observer.observe(frame);
  // What is in a frame grows when its font has come, and the frame does not.
  document.fonts.addEventListener("loadingdone", () => frames.forEach(mark));
}

/** Marks the section in view in the table of contents; on a small screen the table begins folded. */
function contents(): void {
  const table = document.querySelector<HTMLDetailsElement>(".contents details");
  if (table === null) return;
  const wide = matchMedia("(min-width: 76rem)");
  const fold = (): void => void (table.open = wide.matches);
  fold();
  wide.addEventListener("change", fold);
  const links = new Map<Element, HTMLAnchorElement>();
  for (const link of table.querySelectorAll<HTMLAnchorElement>("a")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading !== null) links.set(heading, link);
  }
  const show = (): void => {
    let current: HTMLAnchorElement | undefined;
    for (const [heading, link] of links) if (heading.getBoundingClientRect().top < 120) current = link;
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (wide.matches && current !== undefined) keepInView(current, table.parentElement as HTMLElement);
  };
  let waiting = false;
  addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        show();
      });
    },
    { passive: true },
  );
  show();
}

function keepInView(link: HTMLElement, frame: HTMLElement): void {
  const [inner, outer] = [link.getBoundingClientRect(), frame.getBoundingClientRect()];
  if (inner.top < outer.top) frame.scrollTop -= outer.top - inner.top + 40;
  else if (inner.bottom > outer.bottom) frame.scrollTop += inner.bottom - outer.bottom + 40;
}

/** The search is loaded when it is first wanted. */
function searchButton(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-search-open]");
  if (button === null || own === null) return;
  const open = (): void => {
    const loaded = document.querySelector<HTMLScriptElement>("script[data-search-script]");
    if (loaded !== null) return void dispatchEvent(new Event("streambook-search"));
    const script = document.createElement("script");
    script.dataset["searchScript"] = "";
    Object.assign(script.dataset, { root: own.dataset["root"] ?? "", entries: own.dataset["entries"] ?? "" });
    script.src = own.dataset["search"] ?? "";
    script.addEventListener("error", () => say("The search could not be loaded."));
    document.head.append(script);
  };
  button.hidden = false;
  button.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as Element | null)?.tagName ?? "");
    const wanted = (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
    if (!wanted || event.altKey) return;
    event.preventDefault();
    open();
  });
}

/** A link to something folded away opens it; paper shows all. */
function folds(): void {
  const unfold = (): void => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
}

themeSwitch();
copyButtons();
scrollers();
contents();
searchButton();
folds();
