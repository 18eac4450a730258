// Draws the controls and tells what was moved. Values come from a state and go out as changes; nothing is kept here but elements.

import { weightsOf, withWeight } from "./state.js";

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

const digits = (step) => Math.max(0, Math.min(9, -Math.floor(Math.log10(step) + 1e-9)));
const tidy = (value, step) => Number(value.toFixed(digits(step) + 1));

// A slider with a number field: the field takes what the slider does not reach.
function dial({ id, label, low, high, step, unit, describedBy, scale = 1, above = [], onInput, onDone }) {
  const attributes = { step: String(step), "aria-describedby": describedBy };
  const range = make("input", { type: "range", id: `${id}-range`, min: String(low), max: String(high), "aria-label": label, ...attributes });
  const field = make("input", { type: "number", id: `${id}-number`, "aria-label": `${label}, as a number`, ...attributes, step: "any" });
  let byKey = false;
  // While somebody types, the field is theirs.
  let typing = false;
  const tell = (value, done) => {
    if (!Number.isFinite(value)) return;
    onInput(value / scale);
    if (done) onDone(true);
  };
  range.addEventListener("keydown", () => { byKey = true; });
  range.addEventListener("pointerdown", () => { byKey = false; });
  range.addEventListener("input", () => tell(range.valueAsNumber, false));
  range.addEventListener("change", () => onDone(byKey ? "key" : true));
  const type = (now) => { typing = now; field.toggleAttribute("data-typing", now); };
  field.addEventListener("input", () => type(true));
  field.addEventListener("blur", () => type(false));
  field.addEventListener("change", () => { type(false); tell(field.valueAsNumber, true); });
  const show = (value) => {
    const shown = tidy(value * scale, step);
    range.value = String(shown);
    if (!typing) field.value = String(shown);
    range.setAttribute("aria-valuetext", `${shown}${unit ? ` ${unit}` : ""}`);
  };
  return { element: make("div", { class: "dial" }, make("div", { class: "track" }, ...above, range), field, make("span", { class: "unit" }, unit || "")), show };
}

// The file's distribution over the length of a slider, with its median and the ends of its 90% range.
function behind({ shape, marks, low, high }) {
  if (!shape.length || !shape.some((height) => height > 0)) return [];
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const drawing = svg("svg", { class: "behind", viewBox: "0 0 100 20", preserveAspectRatio: "none", "aria-hidden": "true" });
  const wide = 100 / shape.length;
  shape.forEach((height, i) => drawing.append(svg("rect", { x: i * wide, y: 20 - 18 * height, width: wide, height: 18 * height })));
  (marks ?? []).forEach((mark, i) => {
    const x = 100 * (mark - low) / (high - low);
    drawing.append(svg("line", { x1: x, x2: x, y1: i === 1 ? 0 : 8, y2: 20, class: i === 1 ? "median" : "end" }));
  });
  return [drawing];
}

// Puts the controls that move what is looked at first, and says what they do to it; false while that has to wait.
export function order(movers, untold) {
  for (const said of document.querySelectorAll("aside .moves")) said.textContent = "";
  // Of what was tried and does nothing to this outcome that can be told.
  for (const [control, note] of Object.entries(untold?.notes ?? {})) {
    const said = document.getElementById(`control-${control}`)?.querySelector(".moves");
    if (said) said.textContent = note || `no effect on this shows in ${untold.trials.toLocaleString("en-US")} trials`;
  }
  const rows = movers.map((mover) => ({ mover, row: document.getElementById(`control-${mover.control}`) })).filter(({ row }) => row);
  for (const { mover, row } of rows) row.querySelector(".moves").textContent = mover.says;
  let waits = false;
  for (const list of document.querySelectorAll("aside > details > div")) {
    // Nothing is moved away under a hand or a reading eye.
    if (list.contains(document.activeElement)) { waits = true; continue; }
    const first = rows.map(({ row }) => row).filter((row) => list.contains(row));
    const others = [...list.children].filter((row) => !first.includes(row));
    others.sort((a, b) => Number(a.dataset.place) - Number(b.dataset.place));
    const wanted = [...first, ...others];
    if (wanted.some((row, i) => row !== list.children[i])) list.append(...wanted);
  }
  document.getElementById("order").textContent = rows.length ? `The strongest come first${untold ? "." : "; events, moves and starts are still being tried."}` : "";
  return !waits;
}

const faultOf = (control) => make("p", { class: "fault", id: `fault-${control}`, role: "alert", hidden: true });

// What the file says about a thing, behind a sign: why, by whom, and what else can be moved.
function info(title, { note, sources = [] }, more = []) {
  if (!note && !sources.length && !more.length) return [];
  const list = make("ul", {}, ...sources.map((source) => make("li", {}, source)));
  const parts = [...(note ? [make("p", {}, note)] : []), ...(sources.length ? [list] : []), ...more];
  return [make("details", { class: "info" }, make("summary", { "aria-label": `About: ${title}` }, make("span", { "aria-hidden": "true" }, "i")), ...parts)];
}

// Builds all controls. `change(control, (state) => state, done)` is called with what was moved.
export function build(controls, change, getState) {
  const shows = [];
  const place = (id, elements) => {
    document.getElementById(id).replaceChildren(...elements);
    document.getElementById(`group-${id}`).hidden = elements.length === 0;
    elements.forEach((row, index) => { row.dataset.place = String(index); });
  };
  const frame = (control, thing, says, back, ...body) => {
    const { title } = thing;
    const reset = make("button", { type: "button", class: "back", "aria-label": `${title}: as in the file` }, "as in the file");
    reset.addEventListener("click", () => { change(control, back, true); });
    // Its place is kept while it is not there, so that no slider moves away under a hand.
    const told = make("p", { class: "says" }, make("span", { id: `says-${control}` }, says), reset);
    const row = make("fieldset", { class: "control", id: `control-${control}` },
      make("legend", {}, title), ...info(title, thing, thing.more), told, make("p", { class: "moves" }), ...body,
      make("p", { class: "mark", id: `mark-${control}`, role: "status" }), faultOf(control));
    row.dataset.find = `${title} ${control}`.toLowerCase();
    return { row, mark: (moved) => { row.classList.toggle("moved", moved); reset.style.visibility = moved ? "" : "hidden"; } };
  };
  // A part of the state that has values by name: sets one of them, or takes it away.
  const setIn = (part, name, value) => (state) => {
    const all = { ...state[part] };
    if (value === null || value === "") delete all[name]; else all[name] = value;
    return { [part]: all };
  };
  const choiceOf = (control, title, options) =>
    make("select", { id: `${control}-choice`, "aria-label": title, "aria-describedby": `says-${control}` },
      ...options.map(([value, text]) => make("option", { value }, text)));

  let held = null;
  place("weights", controls.trends.length < 2 ? [] : controls.trends.map((trend) => {
    const control = `weight:${trend.name}`;
    const one = dial({
      id: control, label: trend.title, low: 0, high: 100, step: 0.5, unit: "%", scale: 100, describedBy: `says-${control}`,
      // While it is dragged the others keep the proportions that they had before, even through 100%.
      onInput: (value) => {
        held ??= weightsOf(getState(), controls.trends);
        const before = held;
        change(control, () => ({ weights: withWeight(before, trend.name, value) }), false);
      },
      onDone: (done) => { held = null; change(control, null, done); },
    });
    const { row, mark } = frame(control, trend, `file: ${tidy(trend.weight * 100, 0.1)}%`, () => ({ weights: {} }), one.element);
    shows.push((state) => {
      const weight = weightsOf(state, controls.trends)[trend.name];
      one.show(weight);
      mark(Math.abs(weight - trend.weight) > 5e-5);
    });
    return row;
  }));

  const time = controls.time;
  if (time) {
    const horizon = dial({
      id: "horizon", label: "Horizon in months", low: 1, high: time.horizon_most, step: 1, unit: "months", describedBy: "says-horizon",
      onInput: (value) => change("horizon", () => ({ horizon: value === time.horizon ? null : value }), false),
      onDone: (done) => change("horizon", null, done),
    });
    const end = frame("horizon", { title: "Months from the start" }, `file: until ${time.end}`, () => ({ horizon: null }), horizon.element);
    shows.push((state) => { horizon.show(state.horizon ?? time.horizon); end.mark(state.horizon !== null); });
    place("horizon", [end.row]);
  } else {
    place("horizon", []);
  }

  place("parameters", controls.parameters.map((parameter) => {
    const control = `parameter:${parameter.name}`;
    const pin = dial({
      id: control, label: `${parameter.title}: pin at`, low: parameter.low, high: parameter.high, step: parameter.step, unit: parameter.unit,
      describedBy: `says-${control}`, above: behind(parameter),
      onInput: (value) => change(control, setIn("parameters", parameter.name, { pin: value }), false),
      onDone: (done) => change(control, null, done),
    });
    const fields = parameter.percentiles.map(([key, value]) => {
      const field = make("input", { type: "number", step: "any", id: `${control}-${key}`, value: String(value) });
      field.addEventListener("change", () => {
        if (!Number.isFinite(field.valueAsNumber)) return;
        const old = getState().parameters[parameter.name]?.percentiles ?? {};
        const percentiles = { ...old, [key]: field.valueAsNumber };
        for (const [each, filed] of parameter.percentiles) if (percentiles[each] === filed) delete percentiles[each];
        change(control, setIn("parameters", parameter.name, Object.keys(percentiles).length ? { percentiles } : null), true);
      });
      return { key, value, field, label: make("label", {}, `${key.slice(1)}% lie below `, field) };
    });
    const more = fields.length
      ? [make("div", { class: "percentiles" }, make("p", { class: "says" }, "Move its percentiles instead of pinning it:"), ...fields.map((one) => one.label))] : [];
    const tie = make("p", { class: "says tie" });
    const { row, mark } = frame(control, { ...parameter, more }, `file: ${parameter.says}`, setIn("parameters", parameter.name, null), pin.element, tie);
    shows.push((state) => {
      const tweak = state.parameters[parameter.name];
      const pinned = tweak && tweak.pin !== undefined && tweak.pin !== null;
      pin.show(pinned ? tweak.pin : parameter.centre);
      tie.textContent = pinned && parameter.correlated ? "Pinned: correlations no longer count." : tweak && !pinned ? "Percentiles moved." : "";
      for (const { key, value, field } of fields) {
        if (document.activeElement !== field) field.value = String(tweak?.percentiles?.[key] ?? value);
      }
      mark(Boolean(tweak));
    });
    return row;
  }));

  place("per_trial", controls.per_trial.map((quantity) => {
    const control = `per_trial:${quantity.name}`;
    const pin = dial({
      id: control, label: `${quantity.title}: pin at`, low: quantity.low, high: quantity.high, step: quantity.step, unit: quantity.unit,
      describedBy: `says-${control}`, above: behind(quantity),
      onInput: (value) => change(control, setIn("per_trial", quantity.name, value), false),
      onDone: (done) => change(control, null, done),
    });
    const { row, mark } = frame(control, quantity, `file: ${quantity.says}`, setIn("per_trial", quantity.name, null), pin.element);
    shows.push((state) => { pin.show(state.per_trial[quantity.name] ?? quantity.centre); mark(state.per_trial[quantity.name] !== undefined); });
    return row;
  }));

  const setEvent = (name, value) => setIn("events", name, value);
  place("events", controls.events.map((event) => {
    const control = `event:${event.name}`;
    const choice = choiceOf(control, event.title, [["", "as in the file"], ["never", "never"], ["certain", "certain on…"]]);
    const date = make("input", { type: "date", id: `${control}-date`, "aria-label": `${event.title}: date`, min: time?.start, value: time?.middle });
    const tell = () => {
      const value = choice.value === "certain" ? date.value : choice.value;
      date.hidden = choice.value !== "certain";
      if (choice.value !== "certain" || date.value) change(control, setEvent(event.name, value), true);
    };
    choice.addEventListener("change", tell);
    date.addEventListener("change", tell);
    const { row, mark } = frame(control, event, `file: ${event.says}`, setEvent(event.name, ""), make("div", { class: "dial" }, choice, date));
    shows.push((state) => {
      const value = state.events[event.name] ?? "";
      choice.value = value === "" || value === "never" ? value : "certain";
      date.hidden = choice.value !== "certain";
      if (choice.value === "certain") date.value = value;
      mark(value !== "");
    });
    return row;
  }));

  place("starts", controls.starts.map((start) => {
    const control = `start:${start.name}`;
    const choice = choiceOf(control, start.title, [["", "as in the file"], ...start.values.map((value) => [value.name, value.title])]);
    choice.addEventListener("change", () => change(control, setIn("starts", start.name, choice.value), true));
    const { row, mark } = frame(control, start, `file: ${start.says}`, setIn("starts", start.name, ""), make("div", { class: "dial" }, choice));
    shows.push((state) => { choice.value = state.starts[start.name] ?? ""; mark(choice.value !== ""); });
    return row;
  }));

  place("numbers", controls.numbers.map((number) => {
    const control = `number:${number.path}`;
    const back = setIn("numbers", number.path, null);
    if (number.value === null) {
      // A formula: its parameters move it, and the way can be closed.
      const choice = choiceOf(control, number.title, [["", "as in the file"], ["0", "never"]]);
      choice.addEventListener("change", () => change(control, setIn("numbers", number.path, choice.value ? 0 : null), true));
      const { row, mark } = frame(control, number, `file: ${number.says}`, back, make("div", { class: "dial" }, choice));
      shows.push((state) => { const moved = state.numbers[number.path] !== undefined; choice.value = moved ? "0" : ""; mark(moved); });
      return row;
    }
    const one = dial({
      id: control, label: number.title, low: number.low, high: number.high, step: number.step, unit: number.unit, describedBy: `says-${control}`,
      onInput: (value) => change(control, setIn("numbers", number.path, value === number.value ? null : value), false),
      onDone: (done) => change(control, null, done),
    });
    const { row, mark } = frame(control, number, `${number.group}; file: ${number.says}`, back, one.element);
    shows.push((state) => { one.show(state.numbers[number.path] ?? number.value); mark(state.numbers[number.path] !== undefined); });
    return row;
  }));

  const filter = document.getElementById("filter");
  filter.oninput = () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const group of document.querySelectorAll("aside > details")) {
      const rows = [...group.querySelectorAll("fieldset")];
      for (const row of rows) row.hidden = !row.dataset.find.includes(wanted);
      if (wanted) group.open = rows.some((row) => !row.hidden);
    }
  };
  return (state) => shows.forEach((show) => show(state));
}

export function showFault(control, message) {
  clearFaults();
  const row = (control && document.getElementById(`fault-${control}`)) || document.getElementById("fault-general");
  row.textContent = message;
  row.hidden = false;
  row.closest("aside > details")?.setAttribute("open", "");
}

// What is to be known of controls as they stand.
export function showMarks(notes) {
  for (const row of document.querySelectorAll("aside .mark")) {
    const text = notes[row.id.slice("mark-".length)] ?? "";
    if (row.textContent !== text) row.textContent = text;
  }
}

export function clearFaults() {
  for (const row of document.querySelectorAll("aside .fault")) { row.hidden = true; row.textContent = ""; }
}
