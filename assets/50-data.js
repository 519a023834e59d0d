// Paints the lists of the data page from one attribute each (data-tree: [tag, attributes, children] as JSON) and
// presses its buttons. What is already there is changed in place: what a reader opened stays open, focus stays.
(function () {
  "use strict";
  const TAGS = new Set(["a", "article", "b", "button", "code", "details", "div", "h3", "h4", "header", "i", "input", "li", "ol", "p", "pre",
    "section", "small", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"]);
  const painted = new WeakMap();
  const kept = new WeakMap(); // what was painted onto an element: what the browser or the pulse put there is left alone

  function make([tag]) {
    return document.createElement(TAGS.has(tag) ? tag : "span");
  }

  function fits(element, node) {
    if (typeof node === "string") return element.nodeType === Node.TEXT_NODE;
    return element.nodeType === Node.ELEMENT_NODE && element.localName === node[0] &&
      (element.dataset.key || "") === (node[1]["data-key"] || "");
  }

  function dress(element, attributes) {
    const before = kept.get(element) || {};
    Object.keys(before).forEach((name) => { if (!(name in attributes)) element.removeAttribute(name); });
    Object.entries(attributes).forEach(([name, value]) => {
      if (before[name] === value || name.startsWith("on")) return;
      if (name === "href" && !value.startsWith("#")) return; // the trees lead nowhere but down the page
      element.setAttribute(name, value);
      if (name === "data-h") element.style.setProperty("--h", value + "%");
    });
    kept.set(element, attributes);
  }

  function fill(parent, nodes) {
    let place = parent.firstChild;
    nodes.forEach((node) => {
      let found = place;
      while (found && !fits(found, node)) found = found.nextSibling;
      if (found && found !== place && !(node[1] && node[1]["data-key"])) found = null; // only what has a name moves
      const element = found || (typeof node === "string" ? document.createTextNode(node) : make(node));
      if (element !== place) parent.insertBefore(element, place); else place = place.nextSibling;
      draw(element, node);
    });
    while (place) { const next = place.nextSibling; place.remove(); place = next; }
  }

  function draw(element, node) {
    if (typeof node === "string") { if (element.data !== node) element.data = node; return; }
    dress(element, node[1]);
    if (node[1]["data-age"] === undefined) fill(element, node[2]); // an age is counted by the pulse script
  }

  function paint() {
    document.querySelectorAll("[data-tree]").forEach((box) => {
      const source = box.dataset.tree;
      if (painted.get(box) === source) return;
      painted.set(box, source);
      fill(box, source ? JSON.parse(source) : []);
    });
    age();
  }

  function age() { // how much of the allowed lag is used up
    const page = document.querySelector(".page.data");
    if (!page || !page.dataset.offset) return;
    const now = Date.now() + Number(page.dataset.offset);
    page.querySelectorAll("[data-lag]").forEach((meter) => {
      const used = Math.min(100, Math.max(0, (now - meter.dataset.lag) / 10 / meter.dataset.limit));
      meter.style.setProperty("--used", used.toFixed(1) + "%");
    });
  }

  const say = (text, state) => {
    const box = document.getElementById("data-said");
    if (!box) return;
    box.textContent = text;
    box.dataset.state = state;
    clearTimeout(say.timer);
    if (state !== "failed") say.timer = setTimeout(hush, 8000); // what went wrong stays until it is clicked away
  };
  const hush = () => { const box = document.getElementById("data-said"); if (box) box.textContent = ""; };

  function mark(button, result) { // done or failed, on the button itself for a while
    button.dataset.result = result;
    clearTimeout(button.marked);
    button.marked = setTimeout(() => { delete button.dataset.result; }, 4000);
  }

  const words = () => document.getElementById("data-asking").dataset;

  function ask(text) { // the token stays in this tab and is gone with it
    return new Promise((answer) => {
      const box = document.createElement("dialog"), form = document.createElement("form"), label = document.createElement("label");
      const field = document.createElement("input"), send = document.createElement("button"), cancel = document.createElement("button");
      box.className = "token-box"; form.method = "dialog"; field.type = "password"; field.autocomplete = "off"; field.required = true;
      label.append(text, field); send.textContent = words().send; cancel.textContent = words().cancel;
      send.className = cancel.className = "verb"; cancel.type = "button"; cancel.onclick = () => box.close();
      form.append(label, cancel, send); form.onsubmit = () => { box.returnValue = field.value; };
      box.append(form); box.onclose = () => { box.remove(); answer(box.returnValue || null); };
      document.body.append(box); box.showModal();
    });
  }

  function order(button) { // where a button sends what; null = a day is missing
    const { verb, source, rule, column } = button.dataset;
    if (verb === "accept") return ["drift", { source, column }];
    if (verb !== "backfill") return ["data/" + verb, { source, rule: rule || null }];
    const [first, last] = [...button.parentElement.querySelectorAll("[data-day]")].map((one) => one.value);
    return first && last ? ["backfill", { source, from: first, until: dayAfter(last) }] : null;
  }

  function dayAfter(day) { // the monitor wants the first day that is not read
    return new Date(Date.parse(day) + 86400000).toISOString().slice(0, 10);
  }

  async function press(button) {
    const language = document.documentElement.lang, told = order(button);
    if (!told) { say(words().days, "failed"); mark(button, "failed"); return; }
    const token = sessionStorage.getItem("token");
    const headers = { "Content-Type": "application/json", ...(token ? { Authorization: "Bearer " + token } : {}) };
    button.setAttribute("aria-busy", "true");
    delete button.dataset.result;
    try {
      const answer = await fetch("/api/" + told[0] + "?lang=" + language, {
        method: "POST", headers, credentials: "same-origin", body: JSON.stringify(told[1]),
      });
      const heard = await answer.json();
      if (answer.status === 401) {
        sessionStorage.removeItem("token");
        const given = await ask(words().token);
        if (given) { sessionStorage.setItem("token", given); return press(button); }
        return;
      }
      say(answer.ok ? heard.message : heard.error.message, answer.ok ? "ok" : "failed");
      mark(button, answer.ok ? "ok" : "failed");
    } catch (error) {
      say(words().failed, "failed");
      mark(button, "failed");
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-verb]");
    if (event.target.closest("#data-said")) hush();
    if (button && !button.hasAttribute("aria-busy") && button.getAttribute("aria-disabled") !== "true") press(button);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hush(); });
  setInterval(age, 1000);
  const watch = new MutationObserver(paint);
  const begin = () => { watch.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-tree"] }); paint(); };
  if (document.body) begin(); else document.addEventListener("DOMContentLoaded", begin);
})();
