// The page: puts the state, the controls, the program and the panels together.

import { build, clearFaults, showFault } from "./controls.js";
import { Tweaks, listen, story, variant } from "./server.js";
import { History, empty, fitting, fromHash, isEmpty, toHash } from "./state.js";

const $ = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en-US");

let controls = null;
let show = () => {};
let history = new History(empty());
let touched = null;
let latest = null;
let heldPicture = null;
const view = { series: "", events: null };

const tweaks = new Tweaks((message) => showFault(touched, message));

// ---- sending

function width() {
  return Math.round(Math.max(280, $("command").clientWidth));
}

function ask() {
  if (!controls) return;
  $("status").classList.add("busy");
  tweaks.send({ state: history.state, view: { ...view, width: width() }, touched });
}

// Weights that are those of the file are no change.
function plain(state) {
  const same = controls.trends.every((trend) => Math.abs((state.weights[trend.name] ?? trend.weight) - trend.weight) < 5e-5);
  return same ? { ...state, weights: {} } : state;
}

function change(control, update, done) {
  touched = control;
  if (update) {
    history.push(plain({ ...history.state, ...update(history.state) }), control);
    refresh();
    ask();
  }
  if (done) {
    history.seal();
    window.history.replaceState(null, "", toHash(history.state) || location.pathname);
  }
}

function go(step) {
  step();
  touched = null;
  refresh();
  window.history.replaceState(null, "", toHash(history.state) || location.pathname);
  ask();
}

function refresh() {
  show(history.state);
  clearFaults();
  $("simulate").checked = history.state.simulate;
  $("undo").disabled = !history.canUndo;
  $("redo").disabled = !history.canRedo;
  $("reset").disabled = isEmpty(history.state);
  $("variant").disabled = isEmpty(history.state);
}

// ---- receiving

function receive(message) {
  if (message.kind === "scenario") scenario(message.controls);
  else if (message.kind === "broken") {
    $("broken").querySelector("pre").textContent = message.text;
    $("broken").hidden = false;
  } else if (message.tweak !== tweaks.number) return;
  else if (message.kind === "picture") draw(message);
  else if (message.kind === "fault") {
    $("status").classList.remove("busy");
    $("progress").textContent = "This change cannot be simulated; the charts show the last one that could.";
    showFault(message.control, message.message);
    // A link can hold a change that the file no longer takes: the file itself is shown then.
    if (!latest) tweaks.send({ state: empty(), view: { ...view, width: width() } });
  }
}

function scenario(found) {
  const first = controls === null;
  const again = !first && found.generation !== controls.generation;
  controls = found;
  $("broken").hidden = true;
  document.title = `${found.title} – Quincunx`;
  $("title").textContent = found.title;
  const when = found.time ? `${found.time.start} to ${found.time.end}` : "without time";
  $("about").textContent = `${when} · ${count(found.trials)} trials · seed ${found.seed} · ${found.file}`;
  if (found.time) {
    const middle = new Date((Date.parse(found.time.start) + Date.parse(found.time.end)) / 2);
    found.time.middle = middle.toISOString().slice(0, 10);
  }
  const kept = fitting(first ? fromHash(location.hash) : history.state, controls);
  if (first) history = new History(kept);
  else if (again) history.push(kept, null);
  show = build(controls, change, () => history.state);
  const series = controls.series.map((one) => new Option(one.title, one.name));
  $("series").replaceChildren(...series);
  if (controls.series.some((one) => one.name === view.series)) $("series").value = view.series;
  chooseEvents();
  const list = document.createElement("ul");
  list.append(...controls.warnings.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  const heading = Object.assign(document.createElement("h3"), { textContent: "Warnings about the scenario" });
  $("warnings").replaceChildren(...(controls.warnings.length ? [heading, list] : []));
  refresh();
  openChanged();
  if (again) $("announce").textContent = "The file was saved; the page shows it as it is now.";
  ask();
}

// Groups with something moved in them are open, so that a link shows what it is about.
function openChanged() {
  for (const group of document.querySelectorAll("aside > details")) if (group.querySelector(".moved")) group.open = true;
  const moved = document.querySelector("aside .moved");
  if (moved) document.querySelector("aside").scrollTop = moved.offsetTop - 60;
}

function chooseEvents() {
  const boxes = controls.events.map((event) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: event.name });
    box.checked = view.events?.includes(event.name) ?? false;
    box.addEventListener("change", () => {
      const chosen = [...$("chosen").querySelectorAll("input:checked")].map((each) => each.value);
      view.events = chosen.length ? chosen.slice(0, 8) : null;
      ask();
    });
    const label = document.createElement("label");
    label.className = "check";
    label.append(box, ` ${event.title}`);
    return label;
  });
  $("chosen").replaceChildren($("chosen").querySelector("legend"), ...boxes);
}

function draw(message) {
  latest = message;
  for (const panel of document.querySelectorAll("[data-panel]")) {
    const html = message.panels[panel.dataset.panel];
    // What the scenario has no place for has none on the page.
    panel.closest("section").hidden = html === undefined;
    place(panel, html ?? "");
  }
  $("bar").value = message.trials / message.total;
  $("status").classList.toggle("busy", !message.final);
  const how = message.reweighted ? "Worked out from the base run, without simulating. " : "";
  $("progress").textContent = message.final
    ? `${how}${count(message.trials)} trials, as many as asked for.`
    : `${how}First ${count(message.trials)} of ${count(message.total)} trials; finer numbers are on their way.`;
  if (message.announce) $("announce").textContent = message.announce;
  $("command").textContent = message.command;
  document.body.dataset.tweak = String(message.tweak);
  document.body.dataset.final = String(message.final);
}

// Puts a fragment in its place; what was open stays open, and the focus stays where it was.
function place(panel, html) {
  if (panel.dataset.html === undefined || panel.html !== html) {
    const open = [...panel.querySelectorAll("details[open][id]")].map((one) => one.id);
    const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
    // The program escapes everything that came from a file, and the policy of the page runs no script in it.
    panel.innerHTML = html;
    panel.html = html;
    panel.dataset.html = "";
    for (const id of open) $(id)?.setAttribute("open", "");
    if (focused) $(focused)?.focus({ preventScroll: true });
  }
}

// ---- stories and variants

async function tell(after) {
  const found = await story({ side: heldPicture.side, outcome: heldPicture.outcome, after, width: Math.min(width(), 720) });
  $("h-story").textContent = found.ok ? `Trial ${count(found.trial)}: ${found.title}` : "A future";
  if (found.ok) $("story-body").innerHTML = found.html;
  else $("story-body").textContent = found.message ?? "The program does not answer.";
  $("story-command").textContent = found.command ?? "";
  heldPicture.trial = found.trial ?? 0;
  if (!$("story").open) $("story").showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.story");
  if (!button) return;
  heldPicture = { side: button.dataset.side, outcome: Number(button.dataset.outcome), trial: 0 };
  tell(0).catch(() => {});
});
$("story-next").addEventListener("click", () => tell(heldPicture.trial + 1).catch(() => {}));

async function preview(extra = {}) {
  const name = $("name").value.trim();
  const found = await variant({ state: history.state, name, ...extra }).catch(() => ({ ok: false, message: "the program does not answer" }));
  $("fault-save").hidden = found.ok;
  $("fault-save").textContent = found.ok ? "" : found.message;
  if (found.ok) {
    $("variant-text").textContent = found.text;
    const link = $("download");
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([found.text], { type: "application/json" }));
    link.download = found.file;
  }
  $("saved").textContent = found.saved ? `Saved as ${found.saved}. ${found.command}` : "";
  $("save").dataset.saved = found.saved ?? "";
  return found;
}

$("variant").addEventListener("click", () => {
  $("set-line").textContent = latest?.set ?? "";
  $("save").showModal();
  preview();
});
$("name").addEventListener("input", () => preview());
$("save-file").addEventListener("click", async () => {
  const found = await preview({ save: true });
  if (found.status === 409 && window.confirm(`${found.message}. Write over it?`)) await preview({ save: true, replace: true });
});

// ---- small things

async function copy(text, button) {
  const word = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy it yourself";
  }
  setTimeout(() => { button.textContent = word; }, 2000);
}
$("link").addEventListener("click", (event) => copy(location.href, event.target));
$("copy-command").addEventListener("click", (event) => copy($("command").textContent, event.target));
$("story-copy").addEventListener("click", (event) => copy($("story-command").textContent, event.target));
$("copy-set").addEventListener("click", (event) => copy($("set-line").textContent, event.target));
$("undo").addEventListener("click", () => go(() => history.undo()));
$("redo").addEventListener("click", () => go(() => history.redo()));
$("reset").addEventListener("click", () => go(() => history.push(empty(), null)));
$("simulate").addEventListener("change", () => change(null, () => ({ simulate: $("simulate").checked }), true));
$("series").addEventListener("change", () => { view.series = $("series").value; ask(); });
window.addEventListener("hashchange", () => go(() => history.push(fitting(fromHash(location.hash), controls), null)));

let drawnFor = 0;
new ResizeObserver(() => {
  const now = width();
  if (Math.abs(now - drawnFor) > 24) {
    const first = drawnFor === 0;
    drawnFor = now;
    if (!first) ask();
  }
}).observe($("results"));

listen({
  onMessage: receive,
  onLost: () => {
    $("lost").textContent = "The program that serves this page does not answer. What you see is the last picture; nothing can be simulated until it is back. If it was ended, start it again and open its new address.";
    $("lost").hidden = false;
    document.body.classList.add("gone");
  },
  onBack: () => {
    $("lost").hidden = true;
    document.body.classList.remove("gone");
  },
});
