// The page: puts the state, the controls, the program and the panels together.

import { build, clearFaults, order, showFault, showMarks } from "./controls.js";
import { Kept } from "./kept.js";
import { Pins } from "./pins.js";
import { Tweaks, likeliest, listen, story, variant } from "./server.js";
import { History, empty, fitting, fromHash, isEmpty, toHash, weightsOf, withWeight } from "./state.js";

const $ = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en-US");

let controls = null;
let show = () => {};
let history = new History(empty());
let touched = null;
let latest = null;
let heldPicture = null;
// The number of the request whose picture is shown.
let drawn = 0;
const kept = new Kept();
const pins = new Pins($("pins"), $("pinned"), (state) => go(() => history.push(fitting(state, controls), null)));
const view = { chart: "", of: "", events: null };
// What moves each outcome, by its key; "" stands for the headline.
let movers = {};
// What is to be said of controls that were tried without a mover; null before they were.
let untold = null;
// Where the axes end in the picture that is shown; they stay there while a hand moves, and grow afterwards.
let axes = {};
let held = false;
// The version of the file for which the controls are in order.
let ordered = null;

const tweaks = new Tweaks((message) => showFault(touched, message));

// ---- sending

function width() {
  return Math.round(Math.max(280, $("command").clientWidth));
}

// What a picture shows: the same key, the same picture.
function keyOf() {
  return JSON.stringify([controls.generation, history.state, view, width()]);
}

function ask() {
  if (!controls) return;
  const panels = latest ? seen() : null;
  tweaks.send({ key: held ? null : keyOf(), state: history.state, view: { ...view, width: width(), axes, held, panels }, touched });
  mark();
}

// The panels in the window: the others wait for the finer pictures.
function seen() {
  const inWindow = ({ top, bottom }) => bottom > 0 && top < window.innerHeight;
  return [...document.querySelectorAll("[data-panel]")].filter((panel) => inWindow(panel.getBoundingClientRect())).map((panel) => panel.dataset.panel);
}

// Says whether the picture is that of the controls.
function mark() {
  const older = tweaks.next !== null || drawn !== tweaks.number;
  document.body.classList.toggle("older", older);
  $("results").setAttribute("aria-busy", String(older));
  $("older").textContent = older ? "Older than the controls" : "";
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
  }
  const released = done && held;
  held = !done;
  // What was drawn while the hand moved has the axes of before.
  if (update || released) ask();
  if (done) {
    if (done === "key") history.sealSoon(); else history.seal();
    window.history.replaceState(null, "", toHash(history.state) || location.pathname);
  }
}

function go(step) {
  step();
  touched = null;
  refresh();
  window.history.replaceState(null, "", toHash(history.state) || location.pathname);
  const key = keyOf();
  const found = kept.get(key);
  if (!found) return ask();
  // Nothing is asked of the program: the picture is there.
  tweaks.skip(key, history.state);
  draw({ ...found, tweak: tweaks.number });
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
  } else if (message.kind === "movers") {
    if (message.generation !== controls?.generation) return;
    learn(message);
    // Nothing is put elsewhere under a hand: the next picture does it.
    if (!held && latest?.base_trials === latest?.total && order(movers[view.of] ?? [], untold)) ordered = `${message.generation} ${view.of}`;
    why(hovered);
  } else if (message.kind === "picture") {
    const key = tweaks.sent.get(message.tweak)?.key;
    if (message.final && key) kept.put(key, message);
    if (message.final && key) pins.finer(key, message.rows);
    // A picture of what the controls said a moment ago is better than none; one of before what is shown is not.
    // Nor is one from before the hand began to move, whose axes may have grown.
    const late = held && !message.held && latest;
    if (!late && message.tweak >= drawn && message.generation === controls?.generation) draw(message);
  } else if (message.tweak === tweaks.number && message.kind === "fault") {
    $("progress").textContent = "This change cannot be simulated; the charts show the last one that could.";
    showFault(message.control, message.message);
    $("status").classList.remove("busy");
    // A link can hold a change that the file no longer takes: the file itself is shown then.
    if (!latest) tweaks.send({ key: null, state: empty(), view: { ...view, width: width() } });
  }
}

function scenario(found) {
  const first = controls === null;
  const again = !first && found.generation !== controls.generation;
  controls = found;
  if (again) { axes = {}; kept.clear(); pins.clear(); untold = null; delete document.body.dataset.tried; }
  $("broken").hidden = true;
  document.title = `${found.title} – Quincunx`;
  $("title").textContent = found.title;
  const when = found.time ? `${found.time.start} to ${found.time.end}` : "without time";
  $("about").textContent = `${when} · ${count(found.trials)} trials · seed ${found.seed} · ${found.file}`;
  if (found.time) {
    const middle = new Date((Date.parse(found.time.start) + Date.parse(found.time.end)) / 2);
    found.time.middle = middle.toISOString().slice(0, 10);
  }
  const fits = fitting(first ? fromHash(location.hash) : history.state, controls);
  if (first) history = new History(fits);
  else if (again) history.push(fits, null);
  // What is built anew stands in the order of the file.
  ordered = null;
  show = build(controls, change, () => history.state);
  chooseChart();
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
  // In a low window there is room for the control alone.
  if (moved) document.querySelector("aside").scrollTop = moved.offsetTop - (window.innerHeight > 520 ? 60 : 4);
}

function chooseChart() {
  const groups = controls.charts.map(({ title, charts }) => {
    const group = Object.assign(document.createElement("optgroup"), { label: title });
    group.append(...charts.map((one) => new Option(one.title, one.name)));
    return group;
  });
  $("chart").replaceChildren(...groups);
  const known = controls.charts.some(({ charts }) => charts.some((one) => one.name === view.chart));
  if (!known) view.chart = $("chart").value;
  $("chart").value = view.chart;
}

function chooseEvents() {
  const boxes = controls.events.map((event) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: event.name });
    box.checked = view.events?.includes(event.name) ?? false;
    box.addEventListener("change", () => {
      const chosen = [...$("chosen").querySelectorAll("input:checked")].map((each) => each.value);
      view.events = chosen.length ? chosen.slice(0, 8) : null;
      delete axes.events;
      ask();
    });
    const label = document.createElement("label");
    label.className = "check";
    label.append(box, ` ${event.title}`);
    return label;
  });
  $("chosen").replaceChildren($("chosen").querySelector("legend"), ...boxes);
}

// Takes over what moves each outcome; controls are put in order anew when the tries have ended.
function learn(message) {
  movers = message.movers;
  if (!message.untold || untold) return;
  untold = { notes: message.untold, trials: message.tried_trials };
  ordered = null;
  document.body.dataset.tried = "true";
}

function draw(message) {
  latest = message;
  steady(message.held);
  for (const panel of document.querySelectorAll("[data-panel]")) {
    const html = message.panels[panel.dataset.panel];
    panel.classList.toggle("stale", html === undefined && message.part);
    if (html === undefined && message.part) continue;
    // What the scenario has no place for has none on the page.
    panel.closest("section").hidden = html === undefined;
    place(panel, html ?? "");
  }
  drawn = message.tweak;
  showMarks(message.notes);
  if (message.movers && message.base_trials === message.total) learn(message);
  const wanted = `${message.generation} ${view.of}`;
  if (ordered !== wanted && message.base_trials === message.total) {
    if (order(movers[view.of] ?? [], untold)) ordered = wanted;
    if (!document.querySelector("aside").contains(document.activeElement)) openChanged();
  }
  why(hovered);
  const sent = tweaks.sent.get(message.tweak);
  pins.show(sent?.state ?? history.state, sent?.key, message.rows);
  if (!message.held) grown(message.axes);
  $("bar").value = message.trials / message.total;
  $("status").classList.toggle("busy", !message.final);
  $("progress").textContent = rests(message);
  mark();
  if (message.announce) $("announce").textContent = message.announce;
  $("command").textContent = message.command;
  document.body.dataset.tweak = String(message.tweak);
  document.body.dataset.final = String(message.final);
}

// While a hand moves no panel gets shorter, so that nothing below it changes its place.
function steady(on) {
  for (const panel of document.querySelectorAll("[data-panel], #command")) {
    panel.style.minHeight = on ? `${Math.max(panel.getBoundingClientRect().height, parseFloat(panel.style.minHeight) || 0)}px` : "";
  }
}

// Takes over where the axes end, and marks for a moment those that have grown.
function grown(ends) {
  for (const [panel, [low, high]] of Object.entries(ends)) {
    const before = axes[panel];
    const more = before && (low < before[0] || high > before[1]);
    const note = document.querySelector(`[data-grown="${panel}"]`);
    if (note && more) {
      note.textContent = "scale grown";
      setTimeout(() => { note.textContent = ""; }, 2500);
    }
  }
  axes = ends;
}

// How many trials the picture rests on.
function rests(message) {
  const [trials, total, base] = [message.trials, message.total, message.base_trials].map(count);
  if (message.reweighted) return `Weighed anew from ${trials} trials of the file, without simulating.`;
  if (message.final) return `${trials} trials, as many as asked for.`;
  if (message.base_trials <= message.trials) return `First ${trials} of ${total} trials; finer numbers are on their way.`;
  return `File: ${base} trials. Your changes: that plus the difference in the first ${trials} of ${total}; finer numbers are on their way.`;
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

// ---- what moves an outcome

let hovered = null;
// An answer is shown, or waited for.
let asking = false;

// Says what moves the outcome under the pointer or the focus, or else the one that is looked at.
function why(key) {
  if (asking) return;
  const of = key ?? view.of;
  const place = $("why");
  const title = document.querySelector(`button.of[data-of="${CSS.escape(of)}"]`)?.textContent ?? $("h-headline")?.textContent ?? "";
  const found = (movers[of] ?? []).slice(0, 3);
  const signature = JSON.stringify([of, found, title]);
  if (place.dataset.signature === signature) return;
  place.dataset.signature = signature;
  const links = found.map((mover) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "mover", textContent: mover.title, title: mover.says });
    button.addEventListener("click", () => goTo(mover.control));
    return button;
  });
  const said = document.createElement("span");
  said.textContent = found.length ? `Moves “${title}” most:` : latest?.final && movers[""] ? `Nothing stands out that moves “${title}”.` : "";
  const key_ = of || $("h-headline")?.dataset.of || "";
  const ask = Object.assign(document.createElement("button"), { type: "button", id: "likeliest", textContent: "Likeliest if…?", title: `What would make “${title}” the likeliest?` });
  ask.addEventListener("click", () => wouldLead(key_, title));
  place.replaceChildren(said, ...links, ...(/^(group|outcome):/.test(key_) && found.length ? [ask] : []));
}

// Looks for a single control that makes an outcome the likeliest; the answer stays until another outcome is pointed at.
async function wouldLead(of, title) {
  const place = $("why");
  const mine = (place.dataset.signature = `asked ${of}`);
  const say = (text, ...more) => {
    if (place.dataset.signature !== mine) return;
    place.replaceChildren(Object.assign(document.createElement("span"), { textContent: text, className: "answer" }), ...more);
    $("announce").textContent = [text, ...more.map((each) => each.textContent)].join(" ");
  };
  asking = true;
  say(`Looking for what would make “${title}” the likeliest…`);
  const found = await likeliest({ of, state: history.state }).catch(() => ({ ok: false, message: "The program does not answer." }));
  if (!found.ok) say(found.message ?? "The program does not answer.");
  else if (found.leads) say(`“${title}” is the likeliest as it is.`);
  else if (!found.flips.length) say(`Nothing that was tried makes “${title}” the likeliest by itself: ${found.tried.join(", ")}.`);
  else {
    const tries = found.flips.map((flip) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "flip", textContent: `${flip.title}${flip.value === null ? ":" : ""} ${flip.says}`, title: "Try it" });
      button.addEventListener("click", () => {
        asking = false;
        history.seal();
        const [kind, name] = flip.control.split(":");
        const pin = (state) => ({ parameters: { ...state.parameters, [name]: { pin: flip.value } } });
        const weigh = (state) => ({ weights: withWeight(weightsOf(state, controls.trends), name, flip.value) });
        // Of every other control: what stands in its part of the state.
        const set = (state) => Object.fromEntries(Object.entries(flip.state).filter(([, value]) => value && typeof value === "number" || Object.keys(value ?? {}).length).map(([part, value]) => [part, typeof value === "number" ? value : { ...state[part], ...value }]));
        change(flip.control, flip.state ? set : kind === "weight" ? weigh : pin, true);
        goTo(flip.control);
      });
      return button;
    });
    say(`About the likeliest with one of these; try it:`, ...tries);
  }
}

function goTo(control) {
  const row = document.getElementById(`control-${control}`);
  row?.closest("aside > details")?.setAttribute("open", "");
  row?.scrollIntoView({ block: "center" });
  row?.querySelector("input, select")?.focus({ preventScroll: true });
}

const keyAt = (event) => event.target.closest?.("tr[data-key]")?.dataset.key ?? null;
for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.closest?.("#why")) return;
    const key = keyAt(event);
    if (key !== hovered) {
      hovered = key;
      if (key) asking = false;
      why(key);
    }
  });
}
// An outcome that is chosen is the one that the large number and the order of the controls are about.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.of");
  if (!button) return;
  view.of = view.of === button.dataset.of ? "" : button.dataset.of;
  asking = false;
  ask();
});

// ---- stories and variants

async function tell() {
  $("announce").textContent = "Looking for a typical future.";
  const found = await story({ state: history.state, side: heldPicture.side, outcome: heldPicture.outcome, seen: heldPicture.seen, width: Math.min(width(), 720) });
  $("h-story").textContent = found.ok ? `Trial ${count(found.trial)}: ${found.title}` : "A future";
  if (found.ok) $("story-body").innerHTML = found.html;
  else $("story-body").textContent = found.message ?? "The program does not answer.";
  $("story-command").textContent = found.command ?? "";
  $("stands-for").textContent = found.stands_for ?? "";
  if (found.ok) heldPicture.seen.push(found.trial);
  if (!$("story").open) $("story").showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.story");
  if (!button) return;
  heldPicture = { side: button.dataset.side, outcome: Number(button.dataset.outcome), seen: [] };
  tell().catch(() => {});
});
$("story-next").addEventListener("click", () => tell().catch(() => {}));

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
$("reset").addEventListener("click", () => { axes = {}; go(() => history.push(empty(), null)); });
$("simulate").addEventListener("change", () => change(null, () => ({ simulate: $("simulate").checked }), true));
$("chart").addEventListener("change", () => { view.chart = $("chart").value; delete axes.chart; ask(); });
window.addEventListener("hashchange", () => go(() => history.push(fitting(fromHash(location.hash), controls), null)));

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
  // A field in which somebody types has an undo of its own.
  if (event.target.closest?.("[data-typing], input[type=search]")) return;
  const key = event.key.toLowerCase();
  const back = key === "z" && !event.shiftKey;
  if (!back && key !== "y" && !(key === "z" && event.shiftKey)) return;
  event.preventDefault();
  if (back ? history.canUndo : history.canRedo) go(() => (back ? history.undo() : history.redo()));
});

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
    $("lost").textContent = "The program that serves this page does not answer. What you see is the last picture; nothing can be simulated until it is back. If it was ended, start it again and open its new address; if sixteen pages of it are open, close one.";
    mark();
    $("lost").hidden = false;
    document.body.classList.add("gone");
  },
  onBack: () => {
    $("lost").hidden = true;
    document.body.classList.remove("gone");
    if (tweaks.next && !tweaks.busy) tweaks.flush();
  },
});
