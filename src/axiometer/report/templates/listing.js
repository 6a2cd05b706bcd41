"use strict";
// What every page with a list that can be searched needs; the page's own script follows. All text enters through
// textContent.
const byId = (id) => document.getElementById(id);
const fold = (text) => text.normalize("NFKC").toLowerCase();

function node(tag, style, text) {
  const made = document.createElement(tag);
  if (style) made.className = style;
  if (text !== undefined) made.textContent = text;
  return made;
}
function isolated(text, style) {
  return node("bdi", style, text);
}
function fill(pattern, fields) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));
}
function choices(id, entries) {
  for (const [value, label] of entries) {
    const option = node("option", "", label);
    option.value = value;
    byId(id)?.append(option);
  }
}

// Lists entries, `batch` at a time, as rows that open, and again whenever the form changes; gives what searches at
// once. total: how many entries there are; chosen(terms): those to list; title(entry): text; under(entry) and
// body(entry): elements.
function listing({ total, batch, ui, chosen, title, under, body }) {
  let matching = [];
  let listed = 0;

  function row(entry) {
    const made = node("article", "item");
    const button = node("button");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    const head = node("span", "head");
    head.append(isolated(title(entry)));
    button.append(head, under(entry));
    button.addEventListener("click", () => {
      const open = made.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
      if (open) made.append(body(entry));
      else made.querySelector(".body").remove();
    });
    made.append(button);
    return made;
  }
  function list() {
    const next = matching.slice(listed, listed + batch);
    byId("list").append(...next.map(row));
    listed += next.length;
    byId("more").hidden = listed >= matching.length;
  }
  function search() {
    matching = chosen(fold(byId("words").value).split(/\s+/).filter(Boolean));
    listed = 0;
    byId("list").replaceChildren();
    byId("found").textContent = matching.length === 0 ? ui.nothing : fill(ui.found, { n: matching.length, total });
    list();
  }

  byId("more").textContent = ui.more;
  byId("more").addEventListener("click", list);
  let waiting = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  return search;
}
