// SPDX-License-Identifier: GPL-2.0-or-later
// data.js - the run: meta data at once, chunks and summaries as they are asked for.
"use strict";

const meta = JSON.parse(document.getElementById("meta").textContent);
const KINDS = ["run", "syscall", "fault", "interrupt", "handler", "start", "input"];
const [RUN, SYSCALL, FAULT, INTERRUPT, HANDLER, START, INPUT] = KINDS.keys();
const ITEMS_DRAWN = 60000; // more in view: the summaries are drawn
const CHUNKS_KEPT = 64;

const unpacked = new Map(); // id -> value, the last used at the end
const pending = new Map();  // id -> promise

// What the element of a chunk holds; kept while it is used.
function load(id) {
  if (unpacked.has(id)) {
    const value = unpacked.get(id);
    unpacked.delete(id);
    unpacked.set(id, value);
    return Promise.resolve(value);
  }
  if (!pending.has(id))
    pending.set(id, unpack(id).then((value) => {
      pending.delete(id);
      unpacked.set(id, value);
      if (unpacked.size > CHUNKS_KEPT) unpacked.delete(unpacked.keys().next().value);
      return value;
    }));
  return pending.get(id);
}

async function unpack(id) {
  const text = atob(document.getElementById("c" + id).textContent);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// A chunk's columns as items. `key` names an item for good: run, chunk, index.
function itemsOf(run, index, chunk) {
  if (chunk.items) return chunk.items;
  const items = [];
  let ns = 0, n = 0;
  for (let i = 0; i < chunk.ns.length; i++) {
    ns += chunk.ns[i];
    n += chunk.n[i];
    items.push(makeItem(run, chunk, `${run}:${index}:${i}`, [ns, chunk.d[i], n, chunk.e[i],
      chunk.t[i], chunk.k[i], chunk.m[i], chunk.x[i], chunk.p[i], chunk.r[i]]));
  }
  chunk.items = items;
  chunk.carried = chunk.c.map((v) => makeItem(run, chunk, `${run}:c:${v[2]}:${v[4]}`, v));
  return items;
}

function makeItem(run, chunk, key, v) {
  return { run, key, ns: v[0], end: v[0] + v[1], n: v[2], nEnd: v[2] + v[3], track: v[4],
    kind: v[5] & 15, open: v[5] > 15, name: meta.runs[run].names[v[6]], detail: chunk.s[v[7]],
    place: chunk.s[v[8]], number: v[9] };
}

// The chunks [first, last] whose items may begin in [from, to] ns.
function chunksBetween(run, from, to) {
  const list = meta.runs[run].chunks;
  let first = 0, last = list.length - 1;
  while (first < last && list[first][2] < from) first++;
  while (last > first && list[last][1] > to) last--;
  return [first, last];
}

function itemsBetween(run, from, to) {
  const [first, last] = chunksBetween(run, from, to);
  let count = 0;
  for (let i = first; i <= last; i++) count += meta.runs[run].chunks[i]?.[3] ?? 0;
  return count;
}

// Items that touch [from, to], from chunks that are there; asks for those that are not.
// `done` is called when something came. Null: too many for single items.
function visibleItems(run, from, to, done) {
  if (itemsBetween(run, from, to) > ITEMS_DRAWN) return null;
  const [first, last] = chunksBetween(run, from, to);
  const found = [];
  for (let i = first; i <= last; i++) {
    const id = meta.runs[run].chunks[i]?.[0];
    if (id === undefined) continue;
    const chunk = unpacked.get(id);
    if (!chunk) {
      load(id).then(done);
      continue;
    }
    const items = itemsOf(run, i, chunk);
    if (i === first) found.push(...chunk.carried);
    for (const item of items) if (item.end >= from && item.ns <= to) found.push(item);
  }
  return found;
}

// Summary entries of a level with about a bin a pixel: [{track, ns, end, kind, items, number}].
function visibleBins(run, from, to, pixels, done) {
  const info = meta.runs[run], span = info.end_ns;
  const want = (pixels * span) / (to - from);
  const [bins, pieces] = info.levels.find(([b]) => b >= want) ?? info.levels.at(-1);
  const width = Math.floor(span / bins) + 1, each = bins / pieces.length;
  const found = [];
  const firstPiece = Math.max(0, Math.floor(from / width / each));
  const lastPiece = Math.min(pieces.length - 1, Math.floor(to / width / each));
  for (let p = firstPiece; p <= lastPiece; p++) {
    const piece = unpacked.get(pieces[p]);
    if (!piece) {
      load(pieces[p]).then(done);
      continue;
    }
    for (const [track, list] of piece)
      for (let i = 0; i < list.length; i += 5)
        found.push({ track, ns: (p * each + list[i]) * width,
          end: (p * each + list[i] + list[i + 1]) * width, kind: list[i + 2],
          items: list[i + 3], number: list[i + 4] });
  }
  return found;
}

// All items of a run in order, chunk by chunk; `each(item)` returns true to end.
async function walkItems(run, start, step, each, alive) {
  const list = meta.runs[run].chunks;
  for (let i = start; i >= 0 && i < list.length; i += step) {
    const items = itemsOf(run, i, await load(list[i][0]));
    for (let k = step > 0 ? 0 : items.length - 1; k >= 0 && k < items.length; k += step)
      if (each(items[k])) return true;
    if (!alive()) return false;
  }
  return false;
}

async function detailOf(item) {
  const id = item.run === 0 ? meta.details[item.n] : undefined;
  if (id === undefined) return null;
  return (await load(id)).find((d) => d.n === item.n) ?? null;
}

const micro = (ns) => (ns / 1000).toFixed(3);
const taskOf = (item) => {
  if (item.track === 0) return "";
  const [process, thread, name] = meta.runs[item.run].tracks[item.track];
  return `${process}.${thread} ${name}`;
};
