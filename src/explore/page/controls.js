// Draws the controls and tells what was moved. Values come from a state and go out as changes; nothing is kept here but elements.

import { withWeight } from "./state.js";

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

// Puts the parameters that move the headline first, and says what they do to it; false while that has to wait.
export function order(movers) {
  const list = document.getElementById("parameters");
  const rows = movers.map((mover) => ({ mover, row: document.getElementById(`control-${mover.control}`) })).filter(({ row }) => row);
  for (const { mover, row } of rows) {
    const text = row.querySelector(".moves");
    if (text) text.textContent = mover.says;
  }
  // Nothing is moved away under a hand or a reading eye.
  if (list.contains(document.activeElement)) return false;
  list.prepend(...rows.map(({ row }) => row).filter((row) => list.contains(row)));
  const told = rows.some(({ row }) => list.contains(row));
  document.getElementById("order").textContent = told ? "Those that move the headline most come first." : "";
  return true;
}

const faultOf = (control) => make("p", { class: "fault", id: `fault-${control}`, role: "alert", hidden: true });

// Builds all controls. `change(control, (state) => state, done)` is called with what was moved.
export function build(controls, change, getState) {
  const shows = [];
  const place = (id, elements) => document.getElementById(id).replaceChildren(...elements);
  const weightsOf = (state) =>
    Object.keys(state.weights).length ? state.weights : Object.fromEntries(controls.trends.map((trend) => [trend.name, trend.weight]));
  const frame = (control, title, says, back, ...body) => {
    const reset = make("button", { type: "button", class: "back", "aria-label": `${title}: as in the file` }, "as in the file");
    reset.addEventListener("click", () => { change(control, back, true); });
    const told = make("p", { class: "says", id: `says-${control}` }, says);
    // Its place is kept while it is not there, so that no slider moves away under a hand.
    (body[0].classList.contains("mode") ? body[0] : told).append(" ", reset);
    const row = make("fieldset", { class: "control", id: `control-${control}` },
      make("legend", {}, title), told, ...body, make("p", { class: "mark", id: `mark-${control}`, role: "status" }), faultOf(control));
    return { row, mark: (moved) => { row.classList.toggle("moved", moved); reset.style.visibility = moved ? "" : "hidden"; } };
  };

  let held = null;
  document.getElementById("group-weights").hidden = controls.trends.length < 2;
  place("weights", controls.trends.map((trend) => {
    const control = `weight:${trend.name}`;
    const one = dial({
      id: control, label: trend.title, low: 0, high: 100, step: 0.5, unit: "%", scale: 100, describedBy: `says-${control}`,
      // While it is dragged the others keep the proportions that they had before, even through 100%.
      onInput: (value) => {
        held ??= weightsOf(getState());
        const before = held;
        change(control, () => ({ weights: withWeight(before, trend.name, value) }), false);
      },
      onDone: (done) => { held = null; change(control, null, done); },
    });
    const { row, mark } = frame(control, trend.title, `file: ${tidy(trend.weight * 100, 0.1)}%`, () => ({ weights: {} }), one.element);
    shows.push((state) => {
      const weight = weightsOf(state)[trend.name];
      one.show(weight);
      mark(Math.abs(weight - trend.weight) > 5e-5);
    });
    return row;
  }));

  const time = controls.time;
  document.getElementById("group-horizon").hidden = !time;
  if (time) {
    const horizon = dial({
      id: "horizon", label: "Horizon in months", low: 1, high: time.horizon_most, step: 1, unit: "months", describedBy: "says-horizon",
      onInput: (value) => change("horizon", () => ({ horizon: value === time.horizon ? null : value }), false),
      onDone: (done) => change("horizon", null, done),
    });
    const end = frame("horizon", "Months from the start", `file: until ${time.end}`, () => ({ horizon: null }), horizon.element);
    shows.push((state) => { horizon.show(state.horizon ?? time.horizon); end.mark(state.horizon !== null); });
    place("horizon", [end.row]);
  } else {
    place("horizon", []);
  }

  const setParameter = (name, value) => (state) => {
    const parameters = { ...state.parameters };
    if (value) parameters[name] = value; else delete parameters[name];
    return { parameters };
  };
  place("parameters", controls.parameters.map((parameter) => {
    const control = `parameter:${parameter.name}`;
    const pin = dial({
      id: control, label: `${parameter.title}: pin at`, low: parameter.low, high: parameter.high, step: parameter.step, unit: parameter.unit,
      describedBy: `says-${control}`, above: behind(parameter),
      onInput: (value) => change(control, setParameter(parameter.name, { pin: value }), false),
      onDone: (done) => change(control, null, done),
    });
    const [mode, tie] = [make("span"), make("p", { class: "says" })];
    const body = [make("p", { class: "mode" }, mode), make("p", { class: "moves" }), pin.element, tie];
    const fields = parameter.percentiles.map(([key, value]) => {
      const field = make("input", { type: "number", step: "any", id: `${control}-${key}`, value: String(value) });
      field.addEventListener("change", () => {
        if (!Number.isFinite(field.valueAsNumber)) return;
        const old = getState().parameters[parameter.name]?.percentiles ?? {};
        const percentiles = { ...old, [key]: field.valueAsNumber };
        for (const [each, filed] of parameter.percentiles) if (percentiles[each] === filed) delete percentiles[each];
        change(control, setParameter(parameter.name, Object.keys(percentiles).length ? { percentiles } : null), true);
      });
      return { key, value, field, label: make("label", {}, `${key.slice(1)}% lie below `, field) };
    });
    if (fields.length) {
      body.push(make("details", { class: "percentiles" }, make("summary", {}, "Move its percentiles instead"), ...fields.map((one) => one.label)));
    }
    if (parameter.note) body.push(make("details", { class: "note" }, make("summary", {}, "Why the file says so"), make("p", {}, parameter.note)));
    const { row, mark } = frame(control, parameter.title, `file: ${parameter.says}`, setParameter(parameter.name, null), ...body);
    row.dataset.find = `${parameter.title} ${parameter.name}`.toLowerCase();
    shows.push((state) => {
      const tweak = state.parameters[parameter.name];
      const pinned = tweak && tweak.pin !== undefined && tweak.pin !== null;
      pin.show(pinned ? tweak.pin : parameter.centre);
      tie.textContent = pinned && parameter.correlated ? "Its correlations with others no longer count." : "";
      mode.textContent = pinned ? "pinned here" : tweak ? "percentiles moved" : parameter.uncertain ? "slide to pin it" : "";
      for (const { key, value, field } of fields) {
        if (document.activeElement !== field) field.value = String(tweak?.percentiles?.[key] ?? value);
      }
      mark(Boolean(tweak));
    });
    return row;
  }));
  const filter = document.getElementById("filter");
  document.getElementById("filter-label").hidden = controls.parameters.length < 9;
  filter.oninput = () => {
    for (const row of document.querySelectorAll("#parameters > fieldset")) row.hidden = !row.dataset.find.includes(filter.value.trim().toLowerCase());
  };

  const setEvent = (name, value) => (state) => {
    const events = { ...state.events };
    if (value) events[name] = value; else delete events[name];
    return { events };
  };
  document.getElementById("group-events").hidden = controls.events.length === 0;
  place("events", controls.events.map((event) => {
    const control = `event:${event.name}`;
    const options = [["", "as in the file"], ["never", "never"], ["certain", "certain on…"]];
    const choice = make("select", { id: `${control}-choice`, "aria-label": event.title, "aria-describedby": `says-${control}` },
      ...options.map(([value, text]) => make("option", { value }, text)));
    const date = make("input", { type: "date", id: `${control}-date`, "aria-label": `${event.title}: date`, min: time?.start, value: time?.middle });
    const tell = () => {
      const value = choice.value === "certain" ? date.value : choice.value;
      date.hidden = choice.value !== "certain";
      if (choice.value !== "certain" || date.value) change(control, setEvent(event.name, value), true);
    };
    choice.addEventListener("change", tell);
    date.addEventListener("change", tell);
    const { row, mark } = frame(control, event.title, `file: ${event.says}`, setEvent(event.name, ""), make("div", { class: "dial" }, choice, date));
    shows.push((state) => {
      const value = state.events[event.name] ?? "";
      choice.value = value === "" || value === "never" ? value : "certain";
      date.hidden = choice.value !== "certain";
      if (choice.value === "certain") date.value = value;
      mark(value !== "");
    });
    return row;
  }));
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
