// States that are pinned as A, B and C, and the table that shows them beside each other. A pin keeps what its picture said.

const NAMES = ["A", "B", "C"];

const cell = (tag, text, attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

export class Pins {
  // `open(state)` is called for a pin that is to be shown again.
  constructor(bar, panel, open) {
    this.pins = new Map();
    this.panel = panel;
    this.now = null;
    this.buttons = NAMES.map((name) => {
      const button = cell("button", name, { type: "button", id: `pin-${name}`, "aria-label": `Pin this state as ${name}`, "aria-pressed": "false" });
      button.addEventListener("click", () => {
        if (this.pins.has(name)) open(this.pins.get(name).state);
        else this.pin(name);
      });
      return button;
    });
    bar.replaceChildren(cell("span", "Pin", { "aria-hidden": "true" }), ...this.buttons);
  }

  // What is shown now: a state, its key and its rows.
  show(state, key, rows) {
    this.now = { state, key, rows };
    this.draw();
  }

  // A pin that was set on a coarse picture takes over finer numbers.
  finer(key, rows) {
    for (const pin of this.pins.values()) if (pin.key === key) pin.rows = rows;
  }

  pin(name) {
    if (!this.now) return;
    this.pins.set(name, { ...this.now });
    this.draw();
    document.getElementById(`unpin-${name}`)?.focus({ preventScroll: true });
  }

  clear() { this.pins.clear(); this.draw(); }

  draw() {
    this.buttons.forEach((button) => {
      const taken = this.pins.has(button.textContent);
      button.setAttribute("aria-pressed", String(taken));
      button.setAttribute("aria-label", taken ? `Show the state that is pinned as ${button.textContent}` : `Pin this state as ${button.textContent}`);
    });
    const section = this.panel.closest("section");
    section.hidden = this.pins.size === 0 || !this.now;
    if (section.hidden) return;
    const focused = this.panel.contains(document.activeElement) ? document.activeElement.id : "";
    const pinned = NAMES.filter((name) => this.pins.has(name));
    const head = document.createElement("tr");
    head.append(cell("th", "", { scope: "col" }), cell("th", "As in the file", { scope: "col" }));
    for (const name of pinned) {
      const th = cell("th", `${name} `, { scope: "col" });
      const off = cell("button", "×", { type: "button", class: "unpin", id: `unpin-${name}`, "aria-label": `Take away pin ${name}` });
      off.addEventListener("click", () => { this.pins.delete(name); this.draw(); document.getElementById(`pin-${name}`).focus(); });
      th.append(off);
      head.append(th);
    }
    head.append(cell("th", "Now", { scope: "col" }));
    const body = this.now.rows.map((row) => {
      const tr = document.createElement("tr");
      const of = (pin) => pin.rows.find((each) => each.name === row.name)?.other || "–";
      tr.append(cell("th", row.title, { scope: "row" }), cell("td", row.base), ...pinned.map((name) => cell("td", of(this.pins.get(name)))), cell("td", row.other || "–"));
      return tr;
    });
    const table = document.createElement("table");
    const [thead, tbody] = [document.createElement("thead"), document.createElement("tbody")];
    thead.append(head);
    tbody.append(...body);
    table.className = "numbers";
    table.append(thead, tbody);
    this.panel.replaceChildren(table);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
