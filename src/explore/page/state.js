// What the controls say, with its history and its form in the address. Nothing here knows the page or the server.

// Parts that have values by name.
const PARTS = ["weights", "parameters", "per_trial", "events", "starts", "numbers"];

export const empty = () => ({ ...Object.fromEntries(PARTS.map((part) => [part, {}])), horizon: null, simulate: false });

export const isEmpty = (state) => PARTS.every((part) => !Object.keys(state[part]).length) && state.horizon === null;

// The weights of all trends, as they stand.
export function weightsOf(state, trends) {
  return Object.keys(state.weights).length ? state.weights : Object.fromEntries(trends.map((trend) => [trend.name, trend.weight]));
}

// Weights with one of them set: the others keep their proportions and fill up to 1, in steps of 0.0001.
export function withWeight(weights, name, value) {
  const set = Math.min(1, Math.max(0, value));
  const names = Object.keys(weights);
  const rest = names.filter((other) => other !== name);
  if (!rest.length) return { [name]: 1 };
  const sum = rest.reduce((total, other) => total + weights[other], 0);
  const units = {};
  let left = 10000 - Math.round(set * 10000);
  const wanted = rest.map((other) => ({ other, exact: left * (sum > 0 ? weights[other] / sum : 1 / rest.length) }));
  for (const { other, exact } of wanted) {
    units[other] = Math.floor(exact);
    left -= units[other];
  }
  // What rounding left over goes to the largest remainders.
  wanted.sort((a, b) => (b.exact % 1) - (a.exact % 1));
  for (let i = 0; left > 0; i = (i + 1) % wanted.length, left -= 1) units[wanted[i].other] += 1;
  units[name] = Math.round(set * 10000);
  return Object.fromEntries(names.map((each) => [each, units[each] / 10000]));
}

// The part of a state that still makes sense for these controls.
export function fitting(state, controls) {
  const known = (list) => new Set(list.map((item) => item.name));
  const keep = (object, names) => Object.fromEntries(Object.entries(object ?? {}).filter(([name]) => names.has(name)));
  const trends = known(controls.trends);
  const weights = state.weights ?? {};
  const same = Object.keys(weights).length === trends.size && Object.keys(weights).every((name) => trends.has(name));
  return {
    weights: same ? weights : {},
    parameters: keep(state.parameters, known(controls.parameters)),
    per_trial: keep(state.per_trial, known(controls.per_trial)),
    starts: keep(state.starts, known(controls.starts)),
    numbers: keep(state.numbers, new Set(controls.numbers.map((number) => number.path))),
    horizon: controls.time && Number.isFinite(state.horizon) ? state.horizon : null,
    events: keep(state.events, known(controls.events)),
    simulate: state.simulate === true,
  };
}

export function toHash(state) {
  if (isEmpty(state)) return "";
  const short = {};
  for (const key of PARTS) if (Object.keys(state[key]).length) short[key] = state[key];
  if (state.horizon !== null) short.horizon = state.horizon;
  if (state.simulate) short.simulate = true;
  return "#" + encodeURIComponent(JSON.stringify(short));
}

export function fromHash(hash) {
  try {
    const found = JSON.parse(decodeURIComponent(hash.slice(1)));
    return found && typeof found === "object" ? { ...empty(), ...found } : empty();
  } catch {
    return empty();
  }
}

// States in the order in which they were left; a slider that is dragged makes one step.
export class History {
  constructor(state) { this.steps = [state]; this.at = 0; this.mark = null; }
  get state() { return this.steps[this.at]; }
  push(state, mark) {
    if (mark !== null && mark === this.mark && this.at === this.steps.length - 1 && this.at > 0) {
      this.steps[this.at] = state;
    } else {
      this.steps.splice(this.at + 1, Infinity, state);
      if (this.steps.length > 200) this.steps.shift();
      this.at = this.steps.length - 1;
    }
    this.mark = mark;
  }
  seal() { clearTimeout(this.timer); this.mark = null; }
  // Keys that are pressed one after the other make one step.
  sealSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.seal(), 900);
  }
  undo() { if (this.at > 0) this.at -= 1; this.mark = null; }
  redo() { if (this.at < this.steps.length - 1) this.at += 1; this.mark = null; }
  get canUndo() { return this.at > 0; }
  get canRedo() { return this.at < this.steps.length - 1; }
}
