// The only file that knows how a screen hears of new data: one small poll a second, one refresh in flight,
// growing pauses while the server is away, a reload when it comes back as another build.
(function () {
  "use strict";
  const FLIGHT_MS = 15000, LONGEST_MS = 15000, HIDDEN_MS = 15000, HOUR_MS = 3600000, OLD_MS = 48 * HOUR_MS;
  let offset = 0, build = null, fails = 0, nextAt = 0, timer = null, flight = null, busy = false;
  const root = () => document.querySelector("[data-page]");
  const now = () => Date.now() + offset;
  const text = (element, value) => { if (element && element.textContent !== value) element.textContent = value; };
  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  let texts = {}, textsFrom = "", loading = null;
  function words(page) {
    if (page.dataset.words !== textsFrom) { textsFrom = page.dataset.words; texts = JSON.parse(textsFrom); }
    return texts;
  }

  async function poll() {
    const page = root();
    if (busy || !page) return schedule(200);
    busy = true;
    const stop = new AbortController(), limit = setTimeout(() => stop.abort(), 5000);
    try {
      const answer = await fetch("/api/pulse" + (page.dataset.pulse || ""), { cache: "no-store", signal: stop.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error("pulse " + answer.status);
      heard(page, await answer.json());
    } catch (error) {
      fails += 1;
    } finally {
      clearTimeout(limit);
      busy = false;
    }
    show();
    const pace = Number(page.dataset.poll) || 1000;
    schedule(fails ? Math.min(pace * 2 ** fails, LONGEST_MS) * (0.9 + 0.2 * Math.random()) : document.hidden ? HIDDEN_MS : pace);
  }

  function heard(page, pulse) {
    if (build !== null && pulse.build !== build) return location.reload(); // another layout: its callbacks have other names
    build = pulse.build; loading = pulse.loading; fails = 0; offset = pulse.now - Date.now(); page.dataset.offset = offset;
    if (isNight(page)) return location.reload();
    const blank = pulse.waiting || (page.dataset.blank && page.dataset.mark !== pulse.mark) ? "yes" : ""; // until the figures are there
    if (page.dataset.blank !== blank) page.dataset.blank = blank;
    if (pulse.mark === page.dataset.mark) { flight = null; return; }
    if (flight && flight.from === page.dataset.mark && Date.now() - flight.since < FLIGHT_MS) return;
    flight = { from: page.dataset.mark, since: Date.now() };
    window.dash_clientside.set_props(page.dataset.page + "-pulse", { data: { mark: pulse.mark, at: pulse.now } });
  }

  function isNight(page) { // a fresh page each night, and only while the server answers
    return page.dataset.reload && performance.now() > HOUR_MS && clock(page, page.dataset.zone).startsWith(page.dataset.reload);
  }

  function schedule(delay) {
    clearTimeout(timer);
    nextAt = Date.now() + delay;
    timer = setTimeout(poll, delay);
  }

  function show() { // what ages on screen without the server
    const page = root();
    if (!page) return;
    const say = words(page), down = fails > 1;
    const since = page.querySelector(".as-of [data-age]"), silent = page.querySelector(".silent"), old = !since || !since.dataset.age || (silent && silent.textContent) || now() - since.dataset.age > OLD_MS; // in touch, but nothing moves
    document.documentElement.dataset.conn = down ? "down" : fails || build === null ? "wait" : "ok";
    document.querySelectorAll(".live").forEach((element) => {
      element.dataset.state = document.documentElement.dataset.conn;
      text(element.querySelector(".live-text"), down ? say.offline : build === null ? say.connecting : old ? say.connected : say.online);
      element.classList.toggle("old", !!old);
    });
    const seconds = Math.max(0, Math.ceil((nextAt - Date.now()) / 1000)), asOf = page.querySelector(".as-of .time");
    text(document.getElementById("offline"), down ? fill(say.banner, { time: asOf ? asOf.textContent : "", seconds }) : "");
    page.dataset.loading = loading ? "yes" : "";
    if (page.dataset.blank && build !== null) text(page.querySelector(".waiting-text"), waiting(page, say));
    document.querySelectorAll("[data-age]").forEach((element) => text(element, age(element.dataset.age, say)));
    document.querySelectorAll("[data-clock]").forEach((element) => text(element, clock(page, element.dataset.clock)));
  }

  function waiting(page, say) {
    if (!loading) return say.nothing;
    const s = Math.max(0, Math.round((now() - loading.since) / 1000));
    const number = (value) => Math.round(value || 0).toLocaleString(page.dataset.lang);
    const values = { s, rows: number(loading.rows), total: number(loading.total), pace: number(loading.per_s), left: left(loading.left_s, say) };
    if (!loading.rows) return fill(say.reading, values);
    if (loading.left_s > 0) return fill(say.reading_of, values);
    return fill(loading.left_s === 0 || (loading.total && loading.rows >= loading.total) ? say.figuring : say.reading_rows, values);
  }

  function left(s, say) { // how long it still takes, no finer than it is known
    if (s < 100) return fill(say.left_second, { n: Math.max(1, s) });
    return s < 5400 ? fill(say.left_minute, { n: Math.round(s / 60) }) : fill(say.left_hour, { n: Math.round(s / 3600) });
  }

  function age(since, say) {
    if (!since) return "";
    const s = Math.max(0, Math.floor((now() - Number(since)) / 1000));
    if (s < 60) return fill(say.second, { n: s });
    if (s < 3600) return fill(say.minute, { n: Math.floor(s / 60) });
    if (s < 172800) return fill(say.hour, { n: Math.floor(s / 3600) });
    const days = Math.floor(s / 86400);
    if (days < 60) return fill(say.day, { n: days });
    return days < 730 ? fill(say.month, { n: Math.round(days / 30.44) }) : fill(say.year, { n: Math.round(days / 365.25) });
  }

  const forms = {};
  function clock(page, zone) {
    const key = page.dataset.lang + zone;
    forms[key] = forms[key] || new Intl.DateTimeFormat(page.dataset.lang, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    return forms[key].format(now());
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) schedule(0); });
  window.addEventListener("online", () => schedule(0));
  setInterval(show, 1000);
  setInterval(() => { if (document.querySelector("[data-retry]")) location.reload(); }, 10000); // no page, no pulse
  const start = setInterval(() => {
    if (root() && window.dash_clientside && window.dash_clientside.set_props) { clearInterval(start); poll(); }
  }, 50);
})();
