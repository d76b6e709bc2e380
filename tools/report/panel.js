// SPDX-License-Identifier: GPL-2.0-or-later
// panel.js - the table of what is in view, the one chosen, search, keys.
"use strict";

const PAGE = 200;
const by = (id) => document.getElementById(id);
const table = { rows: [], page: 0, ticket: 0 };
const search = { text: "", ticket: 0 };

function element(tag, text, cls) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (cls) e.className = cls;
  return e;
}

// ---- the table ----

const lower = (item) =>
  `${item.n} ${item.name} ${item.detail} ${item.place} ${taskOf(item)}`.toLowerCase();
const inTable = (item) => item.kind !== RUN && shown.has(item.kind);

let viewTimer = 0;
function viewChanged() {
  clearTimeout(viewTimer);
  viewTimer = setTimeout(listView, 120);
}

// Items of the first run and the second, in view, that hold the filter's text.
async function listView() {
  const ticket = ++table.ticket, text = by("filter").value.trim().toLowerCase();
  const rows = [];
  let more = false;
  for (let run = 0; run < meta.runs.length; run++) {
    const [first] = chunksBetween(run, view.from, view.to);
    await walkItems(run, first, 1, (item) => {
      if (item.ns > view.to) return true;
      if (item.end < view.from || !inTable(item)) return false;
      if (text && !lower(item).includes(text)) return false;
      rows.push(item);
      more = rows.length >= 100 * PAGE;
      return more;
    }, () => ticket === table.ticket);
    if (ticket !== table.ticket) return;
  }
  table.rows = rows;
  table.more = more;
  table.page = 0;
  showPage();
}

function showPage() {
  const body = by("rows"), from = table.page * PAGE;
  body.replaceChildren(...table.rows.slice(from, from + PAGE).map(rowOf));
  const last = Math.min(from + PAGE, table.rows.length);
  by("count").textContent = table.rows.length
    ? `${from + 1} to ${last} of ${table.rows.length}${table.more ? "+" : ""} in view`
    : "nothing of these kinds in view";
  by("page-prev").disabled = table.page === 0;
  by("page-next").disabled = last >= table.rows.length;
}

function rowOf(item) {
  const tr = element("tr");
  tr.tabIndex = 0;
  tr.dataset.key = item.key;
  tr.setAttribute("aria-selected", selected !== null && selected.key === item.key);
  const what = element("td");
  const swatch = element("span", "", "swatch");
  swatch.style.background = `var(--${KINDS[item.kind]})`;
  what.append(swatch, item.name);
  tr.append(element("td", item.n, "num"), element("td", micro(item.ns), "num"),
    element("td", taskOf(item)), what,
    element("td", item.end > item.ns ? micro(item.end - item.ns) : "", "num"),
    element("td", item.detail || item.place, "wide mono"));
  tr.addEventListener("click", () => choose(item));
  tr.addEventListener("keydown", (e) => { if (e.key === "Enter") choose(item, true); });
  return tr;
}

// ---- the one chosen ----

async function choose(item, close) {
  selected = item;
  reveal(item, close);
  for (const tr of by("rows").children)
    tr.setAttribute("aria-selected", tr.dataset.key === item.key);
  const panel = by("detail");
  const detail = await detailOf(item);
  if (selected !== item) return;
  panel.replaceChildren(...summary(item));
  if (detail) panel.append(...close_up(detail));
  else if ([SYSCALL, FAULT, INTERRUPT].includes(item.kind))
    panel.append(element("p", "All that can be seen of it: ", "dim"),
      element("code", `trapline dump ${meta.runs[item.run].name} --trap ${item.n}`));
  panel.scrollTop = 0;
}

function rowsTable(rows, heads) {
  const t = element("table");
  if (heads) {
    const tr = element("tr");
    tr.append(...heads.map((h) => element("th", h)));
    t.append(tr);
  }
  for (const row of rows) {
    const tr = element("tr", undefined, row.cls);
    tr.append(...row.cells.map((c) =>
      c instanceof Node ? c : element("td", c, "mono")));
    t.append(tr);
  }
  return t;
}

function summary(item) {
  const run = meta.runs[item.run];
  const rows = [["instruction", item.nEnd > item.n
    ? `${item.n}, back at ${item.nEnd} after ${item.nEnd - item.n}` : `${item.n}`],
  ["time", `${micro(item.ns)} \u00b5s` +
    (item.end > item.ns ? `, took ${micro(item.end - item.ns)} \u00b5s` : "")]];
  if (item.track) rows.push(["task", taskOf(item)]);
  if (item.detail) rows.push(["detail", item.detail]);
  if (item.place) rows.push(["at", item.place]);
  if (item.open) rows.push(["", "had not ended when the run did"]);
  rows.push(["debugger", `trapline gdb ${run.name} --at ${item.n}`]);
  return [element("h2", `${item.name} (${KINDS[item.kind]})`),
    rowsTable(rows.map(([k, v]) => {
      const wide = element("td", v, "wide mono");
      return { cells: [element("td", k, "dim"), wide] };
    })), ...findingsAt(item)];
}

function findingsAt(item) {
  return meta.findings.filter((f) => item.run === 0 && f.trap_n === item.n)
    .map((f) => element("p", `${f.check}: ${f.what}${f.by ? ", by " + f.by : ""}`, "finding"));
}

function close_up(d) {
  const out = [];
  const section = (title, node) => out.push(element("h2", title), node);
  section("Code", rowsTable(d.code.map((c) =>
    ({ cls: c.here ? "here" : "", cells: [c.at, c.code, c.source ?? ""] }))));
  registers(d.registers, section);
  if (d.walk && d.walk.length) section("Page tables at the trap", walkTable(d.walk));
  if (d.walk_after && d.walk_after.length) section("Page tables after it", walkTable(d.walk_after));
  if (d.frame && d.frame.length) section("The frame on the kernel's stack, and who wrote it",
    rowsTable(d.frame.flatMap(frameRows), ["", "register", "value", "number", "written by"]));
  if (d.signal) {
    section(`Signal frame of ${d.signal.name}, for ${d.signal.handler}`, frameBytes(d.signal));
    out.push(rowsTable(d.signal.fields.map((f, i) => ({ cells: [f.at,
      element("td", f.name, "mono f" + (i % 4)), f.value] }))));
  }
  if (d.path && d.path.length)
    section("Through", element("p", d.path.map((p) => p.function).join(" \u2192 "), "mono"));
  return out;
}

// What changed at once, the others on request.
function registers(list, section) {
  const row = (r) => ({ cells: [r.name, r.before,
    element("td", r.vector ?? "same", r.vector ? "mono changed" : "mono dim"),
    element("td", r.after ?? "same", r.after ? "mono changed" : "mono dim")] });
  const heads = ["", "before", "at the vector", "after the return"];
  const changed = list.filter((r) => r.vector || r.after);
  section("Registers that changed", rowsTable(changed.map(row), heads));
  const rest = element("details");
  rest.append(element("summary", `all ${list.length} registers`), rowsTable(list.map(row), heads));
  section("", rest);
}

const walkTable = (walk) => rowsTable(walk.map((s) =>
  ({ cells: [`level ${s.level}`, s.at, s.descriptor, element("td", s.note, "wide mono")] })));

function frameRows(slot) {
  if (!slot.writes.length) return [{ cells: [slot.at, slot.register, slot.value, "", "there before"] }];
  return slot.writes.map((w, i) => ({ cells: [i ? "" : slot.at, i ? "" : slot.register,
    element("td", i ? w.is : slot.value, w.is === slot.value ? "mono" : "mono changed"),
    String(w.n), element("td", `${w.where}  ${w.code}`, "wide mono")] }));
}

// The frame as rows of 16 bytes, coloured by field.
function frameBytes(signal) {
  const cell = new Map();
  signal.fields.forEach((f, i) => {
    const digits = f.value.slice(2), at = BigInt(f.at);
    for (let k = 0; k < f.bytes; k++)
      cell.set(at + BigInt(k), { i, name: f.name,
        text: digits.slice(digits.length - 2 * k - 2, digits.length - 2 * k) });
  });
  const grid = element("div", undefined, "bytes mono");
  const lines = [...new Set([...cell.keys()].map((a) => a & ~15n))].sort((a, b) => (a < b ? -1 : 1));
  for (const line of lines) {
    const names = new Set();
    grid.append(element("span", "0x" + line.toString(16), "dim"));
    for (let k = 0n; k < 16n; k++) {
      const c = cell.get(line + k);
      const span = element("span", c ? c.text : "\u00b7\u00b7", c ? "f" + (c.i % 4) : "dim");
      if (c) {
        span.title = c.name;
        names.add(c.name);
      }
      grid.append(span);
    }
    grid.append(element("span", [...names].join(" "), "dim"));
  }
  return grid;
}

// ---- search ----

async function find(step) {
  const text = by("search").value.trim().toLowerCase(), ticket = ++search.ticket;
  if (!text) {
    by("found").textContent = "";
    return;
  }
  let chunk = step > 0 ? 0 : meta.runs[0].chunks.length - 1;
  let after = selected && selected.run === 0 ? selected : null;
  if (after && !after.key.includes("c")) chunk = Number(after.key.split(":")[1]);
  let passed = after === null, found = null;
  by("found").textContent = "searching";
  await walkItems(0, chunk, step, (item) => {
    if (!passed) {
      passed = item.key === after.key || (step > 0 ? item.n > after.n : item.n < after.n);
      if (item.key === after.key) return false;
    }
    if (passed && inTable(item) && lower(item).includes(text)) found = item;
    return found !== null;
  }, () => ticket === search.ticket);
  if (ticket !== search.ticket) return;
  by("found").textContent = found ? `at ${found.n}` : step > 0 ? "no later match" : "no earlier match";
  if (found) choose(found);
}

// The item before or after the chosen one on its thread.
async function neighbour(step) {
  if (!selected || selected.key.includes("c")) return;
  let passed = false, found = null;
  await walkItems(selected.run, Number(selected.key.split(":")[1]), step, (item) => {
    if (passed && item.track === selected.track && inTable(item)) found = item;
    passed ||= item.key === selected.key;
    return found !== null;
  }, () => true);
  if (found) choose(found);
}

// ---- controls ----

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  readColours();
  redraw();
}
const otherTheme = () =>
  setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");

const actions = {
  w: () => zoom(0.6), "+": () => zoom(0.6), "=": () => zoom(0.6), s: () => zoom(1 / 0.6),
  "-": () => zoom(1 / 0.6), a: () => pan(-0.2), d: () => pan(0.2), Home: () => setView(0, end),
  ArrowUp: () => scrollRows(-ROW), ArrowDown: () => scrollRows(ROW),
  ArrowLeft: () => neighbour(-1), ArrowRight: () => neighbour(1),
  Enter: () => selected && reveal(selected, true), n: () => find(1), N: () => find(-1),
  "/": () => by("search").focus(), f: () => by("filter").focus(), t: otherTheme,
  "?": () => by("keys").showModal(),
};

document.addEventListener("keydown", (e) => {
  if (e.target.matches("input, dialog *, button") || e.ctrlKey || e.metaKey) {
    if (e.key === "Escape") e.target.blur();
    return;
  }
  if (e.key === "Enter" && e.target.matches("tr")) return;
  const action = actions[e.key];
  if (!action) return;
  e.preventDefault();
  action();
});
by("search").addEventListener("keydown", (e) => { if (e.key === "Enter") find(e.shiftKey ? -1 : 1); });
by("filter").addEventListener("input", viewChanged);
for (const [id, action] of [["next", "n"], ["prev", "N"], ["fit", "Home"], ["in", "w"],
  ["out", "s"], ["theme", "t"], ["help", "?"]])
  by(id).addEventListener("click", actions[action]);
by("page-prev").addEventListener("click", () => { table.page--; showPage(); });
by("page-next").addEventListener("click", () => { table.page++; showPage(); });

KINDS.forEach((name, kind) => {
  const button = element("button");
  const swatch = element("span", "", "swatch");
  swatch.style.background = `var(--${name})`;
  button.append(swatch, name);
  button.setAttribute("aria-pressed", "true");
  button.addEventListener("click", () => {
    if (!shown.delete(kind)) shown.add(kind);
    button.setAttribute("aria-pressed", shown.has(kind));
    redraw();
    viewChanged();
  });
  by("kinds").append(button);
});

by("split").addEventListener("pointerdown", (e) => {
  const top = by("timeline").getBoundingClientRect().top;
  const move = (m) => { by("timeline").style.flexBasis = Math.max(80, m.clientY - top) + "px"; };
  e.target.setPointerCapture(e.pointerId);
  e.target.addEventListener("pointermove", move);
  e.target.addEventListener("pointerup",
    () => e.target.removeEventListener("pointermove", move), { once: true });
});

// ---- the page ----

by("title").textContent = meta.runs.map((r) => r.name).join(" and ");
document.title = `${by("title").textContent} - Trapline`;
by("about").textContent = [meta.arch, meta.machine.argv.join(" "),
  `${meta.runs[0].end_n.toLocaleString("en")} instructions`, `seed ${meta.machine.seed}`,
  `chaos ${meta.machine.chaos}`, meta.machine.end].filter(Boolean).join(" \u00b7 ");
if (meta.difference || meta.findings.length) {
  const notes = meta.findings.map((f) => `${f.check}: ${f.what}`);
  if (meta.difference) notes.unshift(`first difference at ${meta.difference.n}: ${meta.difference.text}`);
  by("detail").replaceChildren(...notes.map((t) => element("p", t, "finding")));
}
setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
setView(0, end);
