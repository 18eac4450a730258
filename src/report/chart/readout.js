// Shows the values of a chart over time under the pointer, and by arrow keys when the chart is focused.
// The values come as text with the drawing (data-readout); nothing is computed but places.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const box = document.createElement("div");
  box.className = "qx-readout";
  box.setAttribute("role", "status");
  box.hidden = true;
  document.body.append(box);

  const cursor = document.createElementNS(SVG, "line");
  cursor.setAttribute("class", "cursor");
  let shown = null;

  const dataOf = (svg) => {
    try { return JSON.parse(svg.dataset.readout); } catch { return null; }
  };
  // The browser's own tooltips would cover the read-out; the chart's name stays where its label points.
  const quieten = (svg) => {
    for (const title of svg.querySelectorAll("title")) {
      if (title.parentNode === svg) {
        const name = document.createElementNS(SVG, "desc");
        name.id = title.id;
        name.textContent = title.textContent;
        title.replaceWith(name);
      } else {
        title.remove();
      }
    }
  };
  const hide = () => { box.hidden = true; cursor.remove(); shown = null; };

  const show = (svg, data, index) => {
    const x = data.x[index];
    quieten(svg);
    for (const [name, value] of [["x1", x], ["x2", x], ["y1", data.span[0]], ["y2", data.span[1]]]) {
      cursor.setAttribute(name, value);
    }
    svg.append(cursor);
    const head = document.createElement("strong");
    head.textContent = data.at[index];
    const rows = data.series.map((series) => {
      const row = document.createElement("div");
      if (series.fill) {
        const swatch = document.createElement("i");
        swatch.className = series.fill;
        row.append(swatch);
      }
      const value = document.createElement("b");
      value.textContent = series.values[index];
      row.append(value, " " + series.name);
      return row;
    });
    box.replaceChildren(head, ...rows);
    box.hidden = false;
    // Beside the line, on the side that has room; never outside the window.
    const frame = svg.getBoundingClientRect();
    const scale = frame.width / svg.viewBox.baseVal.width;
    const at = frame.left + x * scale;
    const { width, height } = box.getBoundingClientRect();
    const left = at + 12 + width <= document.documentElement.clientWidth ? at + 12 : Math.max(4, at - 12 - width);
    const top = Math.min(Math.max(4, frame.top + data.span[0] * scale), Math.max(4, innerHeight - height - 4));
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${top + scrollY}px`;
    shown = { svg, index };
  };

  const nearest = (data, x) => data.x.reduce((best, at, i) => (Math.abs(at - x) < Math.abs(data.x[best] - x) ? i : best), 0);
  const chartOf = (event) => (event.target instanceof Element ? event.target.closest("svg.qx[data-readout]") : null);

  const point = (event) => {
    const svg = chartOf(event);
    const data = svg && dataOf(svg);
    if (!data || !data.x.length) return hide();
    const frame = svg.getBoundingClientRect();
    show(svg, data, nearest(data, ((event.clientX - frame.left) * svg.viewBox.baseVal.width) / frame.width));
  };
  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("keydown", (event) => {
    const svg = chartOf(event);
    const data = svg && dataOf(svg);
    if (!data || !data.x.length) return;
    const last = data.x.length - 1;
    const here = shown && shown.svg === svg ? shown.index : null;
    const goal = {
      ArrowRight: here === null ? 0 : Math.min(last, here + 1),
      ArrowLeft: here === null ? last : Math.max(0, here - 1),
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Escape") hide();
    if (goal === undefined) return;
    event.preventDefault();
    show(svg, data, goal);
  });
  document.addEventListener("focusout", hide);
  document.documentElement.addEventListener("pointerleave", hide);
})();
