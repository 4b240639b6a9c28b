/**
 * The script of the page, as text: it takes the parts that have changed, and brings the page to them node by node, so that what moves goes on
 * moving, and what is chosen stays chosen. When the watch is gone, it says so, and looks for it again.
 */
import { themeChoiceScript } from "../../plot/index.ts";

export const watchScript = `"use strict";
(() => {
  const root = document.documentElement;
  const live = document.getElementById("live");
  const liveText = document.getElementById("live-text");

  function morph(from, to) {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) { from.replaceWith(to.cloneNode(true)); return; }
    if (from.nodeType === Node.TEXT_NODE) { if (from.data !== to.data) from.data = to.data; return; }
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    children(from, to);
  }
  function children(from, to) {
    const wanted = [...to.childNodes];
    for (const extra of [...from.childNodes].slice(wanted.length)) extra.remove();
    const there = [...from.childNodes];
    wanted.forEach((node, index) => (index < there.length ? morph(there[index], node) : from.append(node.cloneNode(true))));
  }

  function show(state, text) { live.dataset.state = state; liveText.textContent = text; }

  const source = new EventSource("/events");
  source.addEventListener("open", () => show("on", "live"));
  source.addEventListener("error", () => show("off", "the watch does not answer"));
  source.addEventListener("message", ({ data }) => {
    for (const [id, html] of Object.entries(JSON.parse(data))) {
      const template = document.createElement("template");
      template.innerHTML = html;
      children(document.getElementById(id), template.content);
    }
    root.dataset.drawn = "yes";
  });

  ${themeChoiceScript}
  offerThemes(() => undefined);
})();
`;
