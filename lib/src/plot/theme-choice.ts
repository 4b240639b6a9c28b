/** The choice of light or dark in the bar of a page: its buttons, and the function of the page's script that follows them. */
import { markup } from "./markup.ts";

/** The buttons; hidden until {@link themeChoiceScript} is at work. */
export const themeChoice = markup`<fieldset class="themes" hidden><legend class="unseen">Colours of the page</legend>${[
  "auto",
  "light",
  "dark",
].map(
  (name) =>
    markup`<label><input type="radio" name="theme" value="${name}"><span>${name.charAt(0).toUpperCase() + name.slice(1)}</span></label>`,
)}</fieldset>`;

/** A function for scripts of pages, as text: `offerThemes(changed)` shows the buttons, and calls `changed` after each choice. */
export const themeChoiceScript = `function offerThemes(changed) {
  const root = document.documentElement;
  const themes = document.querySelector(".themes");
  themes.hidden = false;
  for (const input of themes.querySelectorAll("input")) {
    input.checked = input.value === (root.dataset.theme ?? "auto");
    input.addEventListener("change", () => {
      if (input.value === "auto") delete root.dataset.theme;
      else root.dataset.theme = input.value;
      try { localStorage.setItem("streambook-theme", input.value); } catch { /* not kept, then */ }
      changed();
    });
  }
}
`;
