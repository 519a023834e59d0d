// Paints what Dash has no component for, from one attribute each: sparklines (data-spark) and team tables (data-rows).
// Text goes in as text, never as HTML. A value that changes lights up for a moment.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const painted = new WeakMap();

  function svg(name, attributes) {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  function html(name, css, children) {
    const element = document.createElement(name);
    if (css) element.className = css;
    [].concat(children === undefined ? [] : children).forEach((child) => element.append(child));
    return element;
  }

  function spark(box, data) {
    const picture = svg("svg", { viewBox: "0 0 300 80", preserveAspectRatio: "none", "aria-hidden": "true" });
    const paths = [["area", data.area], ["goal", data.goal === null ? "" : "M0 " + data.goal + "H300"], ["before", data.before],
      ["line", data.line], ["tail", data.tail], ["dots", data.dots], [data.open ? "last open" : "last", data.last], ["hole", data.open ? data.last : ""]];
    paths.filter(([, d]) => d).forEach(([css, d]) => picture.append(svg("path", { class: css, d })));
    box.replaceChildren(picture);
  }

  function rows(box, data) {
    box.classList.toggle("plain", !!data.plain); // a count is its own n and has no verdict by team
    if (!data.rows.length) return box.replaceChildren(html("p", "", data.none));
    const [name, value, n, verdict] = data.head;
    const bar = html("th", "");
    bar.setAttribute("aria-hidden", "true");
    const head = html("tr", "", [html("th", "", name), bar, html("th", "num", value), html("th", "num", n), html("th", "", verdict)]);
    head.querySelectorAll("th").forEach((cell) => cell.setAttribute("scope", "col"));
    box.replaceChildren(html("table", "", [html("thead", "", head), html("tbody", "", data.rows.map((row) => line(row, data.goal)))]));
  }

  function line(row, goal) {
    const bar = html("i", ""), track = html("td", "bar", bar), name = html("td", "team", row.name);
    bar.style.width = (row.bar || 0) + "%";
    track.setAttribute("aria-hidden", "true");
    name.title = row.name;
    if (goal !== null) { const mark = html("b", ""); mark.style.left = "calc((100% - 8px) * " + goal / 100 + ")"; track.append(mark); }
    const figure = html("td", "num figure", [row.value, html("small", "", row.unit ? " " + row.unit : "")]);
    if (row.flag) { const flag = html("sup", "flag", "?"); flag.title = row.flag; flag.setAttribute("aria-label", row.flag); figure.append(flag); }
    const badge = html("td", "", html("span", "badge", [html("span", "icon"), html("span", "", row.word)]));
    const element = html("tr", "", [name, track, figure, html("td", "num many", row.n), badge]);
    element.dataset.level = row.level;
    element.dataset.state = row.state;
    return element;
  }

  function paint(selector, attribute, draw) {
    document.querySelectorAll(selector).forEach((box) => {
      const source = box.dataset[attribute];
      if (painted.get(box) === source) return;
      painted.set(box, source);
      if (source) draw(box, JSON.parse(source)); else box.replaceChildren();
    });
  }

  function flash(mutations) {
    mutations.filter((mutation) => mutation.type === "characterData").forEach((mutation) => {
      const value = mutation.target.parentElement;
      if (!value || !value.classList.contains("value")) return;
      value.classList.remove("flash");
      void value.offsetWidth;
      value.classList.add("flash");
    });
  }

  function all() {
    paint("[data-spark]", "spark", spark);
    paint("[data-rows]", "rows", rows);
  }

  const watch = new MutationObserver((mutations) => { flash(mutations); all(); });
  const begin = () => { watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ["data-spark", "data-rows"] }); all(); };
  if (document.body) begin(); else document.addEventListener("DOMContentLoaded", begin);
})();
