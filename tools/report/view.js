// SPDX-License-Identifier: GPL-2.0-or-later
// view.js - the timeline: rows of threads on a canvas, zoomed and panned.
"use strict";

const ROW = 26, LABEL = 170, RULER = 22, HEAD = 18;
const canvas = document.getElementById("canvas");
const tip = document.getElementById("tip");
const end = Math.max(...meta.runs.map((r) => r.end_ns), 1);
const view = { from: 0, to: end, top: 0, rows: [], hits: [] };
const shown = new Set(KINDS.keys());
let selected = null, frame = 0;

for (let run = 0; run < meta.runs.length; run++) {
  if (meta.runs.length > 1) view.rows.push({ run, head: meta.runs[run].name });
  const tracks = meta.runs[run].tracks.map((t, track) => ({ run, track, t }));
  const rest = tracks.slice(1).sort((a, b) => a.t[0] - b.t[0] || a.t[1] - b.t[1]);
  for (const { track, t } of [tracks[0], ...rest])
    view.rows.push({ run, track, label: track ? `${t[0]}.${t[1]} ${t[2]}` : "CPU" });
}
let y = 0;
for (const row of view.rows) {
  row.y = y;
  row.height = row.head === undefined ? ROW : HEAD;
  y += row.height;
}
const allRows = y;

let colours = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of [...KINDS, "bg", "fg", "dim", "line", "panel", "accent", "mark", "finding"])
    colours[name] = style.getPropertyValue("--" + name).trim();
}

const width = () => canvas.clientWidth - LABEL;
const xOf = (ns) => LABEL + ((ns - view.from) / (view.to - view.from)) * width();
const nsOf = (x) => view.from + ((x - LABEL) / width()) * (view.to - view.from);
const threadColour = (track) => `hsl(${(track * 67) % 360} 45% 55%)`;

function redraw() {
  if (!frame) frame = requestAnimationFrame(draw);
}

function draw() {
  frame = 0;
  const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  if (canvas.width !== w * ratio || canvas.height !== h * ratio) {
    canvas.width = w * ratio;
    canvas.height = h * ratio;
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.fillStyle = colours.bg;
  g.fillRect(0, 0, w, h);
  view.hits = [];
  g.save();
  g.beginPath();
  g.rect(0, RULER, w, h - RULER);
  g.clip();
  for (let run = 0; run < meta.runs.length; run++) drawRun(g, run, w, h);
  drawLabels(g, h);
  g.restore();
  drawMarks(g, h);
  drawRuler(g, w);
}

const rowY = (row) => RULER + row.y - view.top;

function rowsOf(run) {
  const rows = new Map();
  for (const row of view.rows)
    if (row.run === run && row.head === undefined) rows.set(row.track, row);
  return rows;
}

function drawRun(g, run, w, h) {
  const rows = rowsOf(run);
  const visible = (row) => row && rowY(row) < h && rowY(row) + row.height > RULER;
  const items = visibleItems(run, view.from, view.to, redraw);
  if (items === null) {
    for (const b of visibleBins(run, view.from, view.to, width(), redraw))
      if (visible(rows.get(b.track)) && shown.has(b.kind)) drawBin(g, b, rows.get(b.track));
    return;
  }
  for (const item of items) { // who has the CPU lies under what threads do
    if (item.kind !== RUN || !shown.has(RUN)) continue;
    if (visible(rows.get(0))) drawSpan(g, item, rows.get(0), 4, ROW - 8, threadColour(item.number));
    const row = rows.get(item.number);
    if (visible(row)) drawBack(g, item, row);
  }
  for (const item of items) {
    const row = rows.get(item.track);
    if (item.kind === RUN || !shown.has(item.kind) || !visible(row)) continue;
    const handler = item.kind === HANDLER;
    drawSpan(g, item, row, handler ? ROW - 8 : 3, handler ? 5 : ROW - 12,
      colours[KINDS[item.kind]]);
  }
}

function drawBack(g, item, row) {
  const x = Math.max(LABEL, xOf(item.ns));
  g.fillStyle = colours.run;
  g.fillRect(x, rowY(row) + 1, Math.max(0.5, xOf(item.end) - x), ROW - 2);
}

function drawSpan(g, item, row, dy, height, colour) {
  const x = Math.max(LABEL, xOf(item.ns)), right = Math.min(canvas.clientWidth, xOf(item.end));
  const wide = Math.max(1.5, right - x), top = rowY(row) + dy;
  if (right < LABEL) return;
  g.fillStyle = colour;
  g.fillRect(x, top, wide, height);
  if (selected && selected.key === item.key) {
    g.strokeStyle = colours.fg;
    g.lineWidth = 2;
    g.strokeRect(x - 1, top - 1, wide + 2, height + 2);
  }
  if (wide > 30 && height > 8) {
    g.save();
    g.beginPath();
    g.rect(x, top, wide, height);
    g.clip();
    g.fillStyle = "#fff";
    g.font = "11px system-ui, sans-serif";
    g.fillText(item.name, x + 3, top + height - 3);
    g.restore();
  }
  view.hits.push({ x, right: x + Math.max(3, wide), top, bottom: top + height, item });
}

function drawBin(g, b, row) {
  const x = Math.max(LABEL, xOf(b.ns)), wide = Math.max(1, xOf(b.end) - x);
  const top = rowY(row) + (b.track ? 3 : 4), height = b.track ? ROW - 12 : ROW - 8;
  if (xOf(b.end) < LABEL) return;
  g.fillStyle = b.kind === RUN ? threadColour(b.number) : colours[KINDS[b.kind]];
  g.fillRect(x, top, wide, height);
  view.hits.push({ x, right: x + wide, top, bottom: top + height, bin: b });
}

function drawLabels(g, h) {
  g.fillStyle = colours.panel;
  g.fillRect(0, RULER, LABEL - 4, h);
  g.textBaseline = "alphabetic";
  for (const row of view.rows) {
    const top = rowY(row);
    if (top > h || top + row.height < RULER) continue;
    g.strokeStyle = colours.line;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(0, top + row.height - 0.5);
    g.lineTo(canvas.clientWidth, top + row.height - 0.5);
    g.stroke();
    g.fillStyle = row.head === undefined ? colours.fg : colours.accent;
    g.font = row.head === undefined ? "12px system-ui, sans-serif" : "bold 12px system-ui, sans-serif";
    g.fillText(row.head ?? row.label, 8, top + row.height - (row.head === undefined ? 9 : 5), LABEL - 14);
  }
}

// Findings, and the first difference of two runs.
function drawMarks(g, h) {
  const line = (ns, colour, text) => {
    const x = xOf(ns);
    if (x < LABEL || x > canvas.clientWidth) return;
    g.strokeStyle = g.fillStyle = colour;
    g.setLineDash([4, 3]);
    g.beginPath();
    g.moveTo(x, RULER);
    g.lineTo(x, h);
    g.stroke();
    g.setLineDash([]);
    g.font = "bold 11px system-ui, sans-serif";
    g.fillText(text, Math.min(x + 4, canvas.clientWidth - 110), h - 6);
  };
  for (const f of meta.findings) line(f.ns, colours.finding, f.check);
  if (meta.difference) line(meta.difference.ns, colours.mark, "first difference");
}

function drawRuler(g, w) {
  const span = view.to - view.from, step0 = (span / width()) * 110;
  const power = 10 ** Math.floor(Math.log10(Math.max(step0, 1)));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= step0);
  const [unit, div] = step >= 1e6 ? ["ms", 1e6] : step >= 1e3 ? ["\u00b5s", 1e3] : ["ns", 1];
  g.fillStyle = colours.panel;
  g.fillRect(0, 0, w, RULER);
  g.fillStyle = colours.dim;
  g.font = "11px system-ui, sans-serif";
  g.fillText("guest time", 8, 15);
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
    const x = xOf(at);
    if (x < LABEL) continue;
    g.fillRect(x, RULER - 5, 1, 5);
    g.fillText(`${+(at / div).toFixed(3)} ${unit}`, x + 3, 15);
  }
}

// ---- moving ----

function setView(from, to) {
  const span = Math.min(Math.max(to - from, 20), end);
  view.from = Math.min(Math.max(from, 0), end - span);
  view.to = view.from + span;
  redraw();
  viewChanged();
}

function zoom(factor, x = LABEL + width() / 2) {
  const at = nsOf(x), span = (view.to - view.from) * factor;
  const part = (at - view.from) / (view.to - view.from);
  setView(at - part * span, at + (1 - part) * span);
}

const pan = (part) => {
  const by = (view.to - view.from) * part;
  setView(view.from + by, view.to + by);
};

function scrollRows(by) {
  const room = canvas.clientHeight - RULER;
  view.top = Math.max(0, Math.min(view.top + by, allRows - room));
  redraw();
}

// Bring an item into view: its time, and its row.
function reveal(item, close) {
  const span = view.to - view.from, middle = (item.ns + item.end) / 2;
  const long = Math.max((item.end - item.ns) * 1.6, 200);
  if (close) setView(middle - long / 2, middle + long / 2);
  else if (item.end < view.from || item.ns > view.to || (item.end - item.ns) < span / 5000)
    setView(middle - Math.min(span, long * 200) / 2, middle + Math.min(span, long * 200) / 2);
  const row = rowsOf(item.run).get(item.track);
  if (row && (rowY(row) < RULER || rowY(row) + ROW > canvas.clientHeight))
    scrollRows(rowY(row) - RULER - ROW);
  redraw();
}

function hitAt(x, y) {
  for (let i = view.hits.length; i-- > 0;) {
    const h = view.hits[i];
    if (x >= h.x - 1 && x <= h.right + 1 && y >= h.top && y <= h.bottom) return h;
  }
  return null;
}

function showTip(event, hit) {
  tip.style.display = hit ? "block" : "none";
  if (!hit) return;
  tip.textContent = hit.item
    ? `${hit.item.name}  ${micro(hit.item.ns)} \u00b5s, took ${micro(hit.item.end - hit.item.ns)} \u00b5s\n${hit.item.detail}`
    : `${hit.bin.items} events, mostly ${KINDS[hit.bin.kind]}: zoom in`;
  const x = Math.min(event.offsetX + 14, canvas.clientWidth - tip.offsetWidth - 4);
  tip.style.left = Math.max(0, x) + "px";
  tip.style.top = Math.min(event.offsetY + 14, canvas.clientHeight - tip.offsetHeight - 4) + "px";
}

let drag = null;
canvas.addEventListener("pointerdown", (e) => {
  drag = { x: e.offsetX, y: e.offsetY, from: view.from, top: view.top, moved: false };
  canvas.setPointerCapture(e.pointerId);
});
canvas.addEventListener("pointermove", (e) => {
  if (!drag) {
    showTip(e, hitAt(e.offsetX, e.offsetY));
    return;
  }
  const dx = e.offsetX - drag.x, dy = e.offsetY - drag.y;
  if (Math.abs(dx) + Math.abs(dy) > 4) drag.moved = true;
  if (!drag.moved) return;
  const span = view.to - view.from;
  scrollRows(drag.top - dy - view.top);
  setView(drag.from - (dx / width()) * span, drag.from - (dx / width()) * span + span);
});
canvas.addEventListener("pointerup", (e) => {
  const moved = drag && drag.moved;
  drag = null;
  if (moved) return;
  const hit = hitAt(e.offsetX, e.offsetY);
  if (hit && hit.item) choose(hit.item);
  else if (hit) zoom(0.1, e.offsetX);
});
canvas.addEventListener("pointerleave", () => showTip(null, null));
canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) pan((e.deltaX || e.deltaY) / 1000);
  else if (e.altKey) scrollRows(e.deltaY);
  else zoom(1.0015 ** e.deltaY, e.offsetX);
}, { passive: false });
new ResizeObserver(redraw).observe(canvas);
