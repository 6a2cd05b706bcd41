// The rater's page: keys, and labels that are sent until the server says that it has them.
// Without it the page works by plain forms; with it the same forms are sent, and the same pages come back.
"use strict";
(() => {
  const BOX = "axiometer-outbox";
  const KEYS = "axiometer-keys";
  const FIRST_WAIT = 400;
  const LONGEST_WAIT = 8000;
  const PATIENCE = 10000;
  let shownAt = performance.now();
  let sending = false;

  const main = () => document.querySelector("main");
  const keyed = (key) => [...main().querySelectorAll("[data-keys]")].find((each) => each.dataset.keys.split(" ").includes(key));
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  function say(kind) {
    const state = document.getElementById("state");
    if (!state) return;
    state.textContent = kind ? main().dataset[kind] || "" : "";
    state.classList.toggle("waiting", kind === "waiting" || kind === "words");
    // For those who hear the page: what stands outside of the part that is replaced is read out.
    const where = document.getElementById("place") || main().querySelector("h1");
    const told = kind === "saved" ? `${state.textContent} · ${where ? where.textContent : ""}` : state.textContent;
    const aloud = document.getElementById("told");
    if (aloud && kind !== "saving" && aloud.textContent !== told) aloud.textContent = told;
  }

  const keysAreOn = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; } };

  function showKeys() {
    for (const button of main().querySelectorAll("[data-keys-switch]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(keysAreOn()));
    }
    document.body.classList.toggle("without-keys", !keysAreOn());
  }

  function newId() { // crypto.randomUUID is there on secure pages only
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // What is under way, kept so that a closed tab or a dead server loses nothing; gone once it is acknowledged.
  const box = {
    get() { try { return JSON.parse(localStorage.getItem(BOX)); } catch { return null; } },
    put(entry) { try { localStorage.setItem(BOX, JSON.stringify(entry)); } catch { /* private mode: sent all the same */ } },
    clear(client) { try { if (!client || (box.get() || {}).client === client) localStorage.removeItem(BOX); } catch { /* as above */ } },
  };

  function swap(html, address) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const incoming = next.querySelector("main");
    if (!incoming) return false;
    main().replaceWith(document.adoptNode(incoming));
    document.title = next.title;
    if (address) history.replaceState(null, "", new URL(address).pathname);
    prepare();
    window.scrollTo(0, 0);
    main().focus({ preventScroll: true });
    return true;
  }

  function prepare() {
    shownAt = performance.now();
    for (const hidden of main().querySelectorAll(".filter[hidden]")) hidden.hidden = false;
    showKeys();
  }

  async function post(entry) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const fields = new URLSearchParams(entry.fields);
      const csrf = document.querySelector("input[name=csrf]");
      fields.set("csrf", csrf ? csrf.value : "");
      const answer = await fetch(entry.action, { method: "POST", body: fields, signal: stop.signal, credentials: "same-origin" });
      return { answer, html: await answer.text() };
    } finally {
      clearTimeout(timer);
    }
  }

  // Sends until the server answers. A request that is repeated has the same client id, so it counts once.
  async function deliver(entry) {
    sending = true;
    main().classList.add("busy");
    say("saving");
    box.put(entry);
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const { answer, html } = await post(entry).catch(() => ({ answer: null, html: "" }));
      if (answer && answer.status !== 408 && answer.status !== 429 && answer.status < 500) {
        // A session that is over keeps the entry: it is sent when the rater comes back by the link.
        if (answer.status !== 403) box.clear(entry.client);
        sending = false;
        if (swap(html, answer.ok ? answer.url : "") && answer.ok) say("saved");
        return;
      }
      say("waiting");
      await pause(wait);
    }
  }

  function submit(form, pressed) {
    if (sending) return;
    const fields = new FormData(form, pressed || undefined);
    if (pressed && pressed.hasAttribute("data-alone")) fields.set("value", pressed.value);
    if (pressed && pressed.hasAttribute("data-needs-some") && !fields.has("value")) return;
    const client = newId();
    fields.set("client", client);
    fields.set("seconds", ((performance.now() - shownAt) / 1000).toFixed(1));
    fields.delete("csrf");
    deliver({ client, rater: main().dataset.rater, action: form.getAttribute("action"), fields: [...fields.entries()] });
  }

  // A label that asks for other words, chosen without any: the first press leads to the field, the second sends.
  function asksForWords(pressed) {
    const field = document.getElementById("rewrite");
    if (!pressed || !pressed.hasAttribute("data-wants-text") || !field || field.value.trim()) return false;
    if (pressed.classList.contains("armed")) return false;
    pressed.classList.add("armed");
    say("words");
    field.focus();
    return true;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-forget")) { box.clear(); return; }
    if (!form.hasAttribute("data-send")) return;
    event.preventDefault();
    if (!asksForWords(event.submitter)) submit(form, event.submitter);
  });

  function inText(event) {
    const field = event.target;
    if (event.key === "Escape") { field.blur(); event.preventDefault(); return; }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.id === "rewrite") {
      const armed = main().querySelector(".armed") || main().querySelector("[data-wants-text]");
      if (armed) { event.preventDefault(); submit(field.form, armed); }
    } else if (event.key === "Enter" && field.type === "search") event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // an input method is writing Chinese
    if (event.target.matches && event.target.matches("textarea, input[type=search], input[type=text]")) { inText(event); return; }
    if (!keysAreOn() || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches && event.target.matches("select")) return;
    if (event.key === "Enter" && event.target.matches("button, a, summary")) return;
    const found = keyed(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!found || found.disabled) return;
    event.preventDefault();
    if (found.type === "search") found.focus();
    else found.click();
  });

  document.addEventListener("click", (event) => { // who speaks to a computer, or hears it, may need single keys for that
    if (!event.target.closest("[data-keys-switch]")) return;
    try { localStorage.setItem(KEYS, keysAreOn() ? "off" : "on"); } catch { return; }
    showKeys();
  });

  document.addEventListener("input", (event) => {
    if (event.target.id !== "filter") return;
    const wanted = event.target.value.trim().toLowerCase();
    for (const choice of main().querySelectorAll(".several .choice")) {
      choice.hidden = Boolean(wanted) && !choice.textContent.toLowerCase().includes(wanted);
    }
  });

  // Back in this tab: another may have gone on meanwhile.
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible" || sending || !main().dataset.state) return;
    try {
      const answer = await fetch("/rate", { credentials: "same-origin" });
      const html = await answer.text();
      if (!answer.ok || sending) return;
      const now = new DOMParser().parseFromString(html, "text/html").querySelector("main");
      const typed = document.getElementById("rewrite");
      const done = (state) => (state || "").split(" ").pop();
      if (now && done(now.dataset.state) !== done(main().dataset.state) && !(typed && typed.value !== typed.defaultValue)) swap(html, answer.url);
    } catch { /* the next label will say whether the server is there */ }
  });

  prepare();
  const left = box.get();
  if (left && left.rater === main().dataset.rater && main().querySelector("input[name=csrf]")) {
    deliver({ ...left, fields: [...left.fields.filter(([name]) => name !== "late"), ["late", "yes"]] });
  }
})();
