"use strict";
const SHOWN = 500; // rows of the table that are in the page at a time
const state = { order: null, descending: true, filters: {}, marked: null, chosen: new Set() };
let report;

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function floats(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function element(tag, text, parent) {
  const made = document.createElement(tag);
  made.textContent = text; // names are text, never markup
  if (parent) parent.append(made);
  return made;
}

// A filter is a comparison, such as > 0.1, or a part of the text.
function accepts(filter, value) {
  const found = /^\s*(<=|>=|<|>|=)\s*([-+0-9.eE]+)\s*$/.exec(filter);
  if (!found) return String(value ?? "").toLowerCase().includes(filter.trim().toLowerCase());
  if (value === null) return false;
  const bound = Number(found[2]);
  return { "<": value < bound, ">": value > bound, "<=": value <= bound,
           ">=": value >= bound, "=": value === bound }[found[1]];
}

function brushed() {
  const drawn = document.getElementById("parallel").data; // not before it is drawn
  if (!drawn) return [];
  const ranges = drawn[0].dimensions.map((dimension, i) => {
    const range = dimension.constraintrange;
    return range && range.length ? [i, Array.isArray(range[0]) ? range : [range]] : null;
  });
  return ranges.filter((each) => each);
}

function rows() {
  const brushes = brushed();
  const filters = Object.entries(state.filters).filter((each) => each[1].trim());
  const kept = [];
  for (let row = 0; row < report.count; row++) {
    const inside = brushes.every(([i, ranges]) => {
      const value = report.axes[i][row];
      return ranges.some(([low, high]) => low <= value && value <= high);
    });
    if (inside && filters.every(([name, text]) => accepts(text, report.columns[name][row])))
      kept.push(row);
  }
  if (state.order !== null) {
    const column = report.columns[state.order], sign = state.descending ? -1 : 1;
    kept.sort((a, b) => {
      const x = column[a], y = column[b];
      if (x === null || y === null) return (x === null) - (y === null); // what a run lacks is last
      return sign * (x < y ? -1 : x > y ? 1 : 0);
    });
  }
  return kept;
}

function show() {
  const kept = rows(), body = document.querySelector("tbody");
  const lines = kept.slice(0, SHOWN).map((row) => {
    const line = document.createElement("tr");
    line.dataset.row = row;
    line.classList.toggle("marked", row === state.marked);
    line.classList.toggle("selected", row < report.selected);
    const box = element("input", "", element("td", "", line));
    box.type = "checkbox";
    box.checked = state.chosen.has(row);
    for (const name of report.names) element("td", report.columns[name][row] ?? "", line);
    return line;
  });
  body.replaceChildren(...lines);
  const few = kept.length > SHOWN ? `, the first ${SHOWN} shown` : "";
  document.getElementById("count").textContent = `${kept.length} of ${report.count} rows${few}`;
}

function header() {
  const line = document.querySelector("thead tr");
  element("th", "", line);
  for (const name of report.names) {
    const cell = element("th", name, line), box = element("input", "", cell);
    cell.dataset.name = name;
    box.title = "a part of the text, or a comparison such as > 0.1";
    box.addEventListener("click", (event) => event.stopPropagation());
    box.addEventListener("input", () => { state.filters[name] = box.value; show(); });
    cell.addEventListener("click", () => {
      state.descending = state.order === name ? !state.descending : true;
      state.order = name;
      show();
    });
  }
}

function mark(row) {
  state.marked = row;
  const family = report.family[row];
  report.figures.forEach((_, i) => {
    const div = document.getElementById(`family-${i}`);
    // the last curve of each image is the marked one
    const curve = i === family ? report.curves.subarray(row * report.points, (row + 1) * report.points) : [];
    const x = Array.from(curve, (_, k) => k / report.points);
    if (div && div.data) Plotly.restyle(div, { x: [x], y: [Array.from(curve)] }, [div.data.length - 1]);
  });
  show();
}

function text(rows) {
  return `{"version": 1, "schedules": {\n${rows.map((row) => report.specs[row]).join(",\n")}\n}}\n`;
}

function save() {
  const chosen = [...state.chosen].sort((a, b) => a - b);
  const picked = chosen.length ? chosen : rows();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text(picked)], { type: "application/json" }));
  link.download = "selected.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

async function start() {
  report = await unpacked(document.getElementById("data").textContent);
  report.curves = floats(report.curves);
  report.axes = report.parallel.data[0].dimensions.map((dimension) => dimension.values);
  header();
  show();
  document.querySelector("tbody").addEventListener("click", (event) => {
    const row = Number(event.target.closest("tr").dataset.row);
    if (event.target.type !== "checkbox") return mark(row);
    if (event.target.checked) state.chosen.add(row); else state.chosen.delete(row);
  });
  document.getElementById("save").addEventListener("click", save);
  document.body.dataset.interactive = String(Math.round(performance.now()));
  await drawn();
  document.body.dataset.ready = String(Math.round(performance.now()));
}

async function drawn() {
  const config = { responsive: true, displayModeBar: false };
  for (const [i, figure] of report.figures.entries()) {
    const div = element("div", "", document.getElementById("families"));
    div.id = `family-${i}`;
    div.className = "family";
    await Plotly.newPlot(div, figure.data, figure.layout, config);
  }
  const parallel = document.getElementById("parallel");
  await Plotly.newPlot(parallel, report.parallel.data, report.parallel.layout, config);
  parallel.on("plotly_restyle", show);
}

start();
