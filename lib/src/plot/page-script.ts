/**
 * The script of a standalone page, as text: it runs in the browser, where plotly.js has been loaded before it. It draws the figures in the
 * theme of the page, changes theme, copies, and shows or hides series.
 */
import { themeChoiceScript } from "./theme-choice.ts";

export const pageScript = `"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const coarse = matchMedia("(pointer: coarse)").matches;
  const templates = JSON.parse(document.getElementById("templates").textContent);
  const figures = new Map();

  const themeName = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");

  function draw(place, name, width) {
    const { data, layout, config } = figures.get(place);
    // A finger that moves over a figure scrolls the page: it does not zoom.
    const size = width === undefined ? { autosize: true } : { autosize: false, width };
    const dragmode = coarse ? false : (layout.dragmode ?? "zoom");
    Plotly.react(place, data, { ...layout, ...size, dragmode, template: templates[name] }, config);
  }
  const drawAll = (name = themeName(), width) => { for (const place of figures.keys()) draw(place, name, width); };

  for (const place of document.querySelectorAll("[data-figure]")) {
    figures.set(place, JSON.parse(document.getElementById(place.dataset.figure).textContent));
  }
  drawAll();
  root.dataset.drawn = "yes";

  ${themeChoiceScript}
  offerThemes(() => drawAll());
  dark.addEventListener("change", () => drawAll());
  // A page of paper is narrower than a screen, and figures cannot ask it how much.
  addEventListener("beforeprint", () => drawAll("light", 620));
  addEventListener("afterprint", () => drawAll());

  // A page that follows something gives its figures anew: the place's id, and the figure.
  document.addEventListener("streambook:figure", ({ detail: { id, figure } }) => {
    const place = document.querySelector("#" + id + " .plot");
    figures.set(place, figure);
    draw(place, themeName());
  });

  const status = document.getElementById("status");
  async function copy(text) {
    try { await navigator.clipboard.writeText(text); }
    catch {
      const field = document.body.appendChild(document.createElement("textarea"));
      field.value = text;
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button === null) return;
    await copy(button.dataset.copy);
    button.classList.add("copied");
    button.focus();
    status.textContent = "Copied.";
    setTimeout(() => { button.classList.remove("copied"); status.textContent = ""; }, 1200);
  });

  for (const button of document.querySelectorAll("[data-series]")) {
    const place = document.querySelector("#" + button.dataset.of + " .plot");
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      const trace = figures.get(place).data[Number(button.dataset.series)];
      if (trace === undefined) return;
      trace.visible = shown;
      Plotly.restyle(place, { visible: shown }, [Number(button.dataset.series)]);
    });
  }
})();
`;
