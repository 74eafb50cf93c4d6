"use strict";
// Draws the figures from the JSON beside them, and makes tables and drop-downs work. No request leaves the page.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const narrow = () => window.innerWidth < 760;
  const short = (name) => (name.length > 10 ? `${name.slice(0, 9)}…` : name);

  function template() {
    const axis = {
      gridcolor: colour("--grid"), linecolor: colour("--line"), zerolinecolor: colour("--grid"), automargin: true, ticklabelstandoff: 6,
      tickfont: { size: 13 }, title: { font: { size: 14 }, standoff: 10 },
    };
    return {
      layout: {
        font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("--ink") },
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", xaxis: axis, yaxis: axis,
        hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--line"), font: { color: colour("--ink"), size: 14 } },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--soft"), activecolor: colour("--accent") },
        hovermode: "closest", dragmode: narrow() ? false : "zoom",
      },
    };
  }

  const config = { displaylogo: false, responsive: true, modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] };

  function swatch(trace) {
    const markers = trace.mode === "markers";
    const shade = (markers ? trace.marker.color : (trace.line && trace.line.color) || (trace.marker && trace.marker.color)) || "gray";
    const paths = {
      square: "M3 3h10v10H3z", diamond: "M8 1l6 7-6 7-6-7z", "triangle-up": "M8 2l6 11H2z", "triangle-down": "M8 14L2 3h12z", "triangle-right": "M3 2l11 6-11 6z",
      cross: "M6 2h4v4h4v4h-4v4H6v-4H2V6h4z", x: "M2 4l2-2 4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4z",
    };
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", "18"); svg.setAttribute("height", "16"); svg.setAttribute("aria-hidden", "true");
    const shape = document.createElementNS(svg.namespaceURI, "path");
    const block = trace.type === "bar" || trace.stackgroup;
    if (block) shape.setAttribute("d", "M2 3h13v10H2z");
    else if (!markers) shape.setAttribute("d", "M1 8h16");
    else shape.setAttribute("d", paths[trace.marker.symbol] || "M8 3a5 5 0 1 0 .01 0z");
    if (block || markers) shape.setAttribute("fill", shade);
    else { shape.setAttribute("stroke", shade); shape.setAttribute("stroke-width", "3"); }
    if (!block && !markers && trace.line && trace.line.dash === "dash") shape.setAttribute("stroke-dasharray", "5 3");
    svg.append(shape);
    return svg;
  }

  const hiddenSeries = new Map();

  function shown(trace, group, hidden) {
    if (trace.meta && trace.meta.group !== undefined && trace.meta.group !== group) return false;
    return hidden.has(trace.legendgroup || trace.name) ? "legendonly" : true;
  }

  function refresh(plot) {
    const { group, hidden } = hiddenSeries.get(plot.id);
    Plotly.restyle(plot, { visible: plot.data.map((trace) => shown(trace, group, hidden)) });
    const frame = plot.layout.meta && plot.layout.meta[group];
    if (frame) {
      const { xaxis_range, ...rest } = frame;
      Plotly.relayout(plot, { ...rest, "xaxis.range": xaxis_range });
    }
    legend(plot);
  }

  function legend(plot) {
    const { group, hidden } = hiddenSeries.get(plot.id);
    const box = document.querySelector(`.legend[data-for="${plot.id}"]`);
    const seen = new Set();
    box.replaceChildren();
    plot.data.forEach((trace) => {
      const key = trace.legendgroup || trace.name;
      const elsewhere = trace.meta && trace.meta.group !== undefined && trace.meta.group !== group;
      if (!trace.name || trace.showlegend === false || elsewhere || seen.has(key)) return;
      seen.add(key);
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(!hidden.has(key)));
      button.append(swatch(trace), (trace.meta && trace.meta.label) || trace.name);
      button.addEventListener("click", () => {
        if (hidden.has(key)) hidden.delete(key); else hidden.add(key);
        refresh(plot);
      });
      box.append(button);
    });
  }

  function draw(source) {
    const plot = document.getElementById(source.dataset.figure);
    const figure = JSON.parse(source.textContent);
    const hidden = new Set(figure.data.filter((t) => t.visible === "legendonly").map((t) => t.legendgroup || t.name));
    const first = figure.data.find((t) => t.meta && t.meta.group !== undefined);
    hiddenSeries.set(plot.id, { group: first && first.meta.group, hidden });
    const { xaxis_range, ...layout } = figure.layout;
    if (narrow() && layout.yaxis2) layout.yaxis2 = { ...layout.yaxis2, ...(layout.yaxis2.ticktext && { ticktext: layout.yaxis2.ticktext.map(short), tickfont: { size: 10 } }) };
    if (narrow() && layout.yaxis && layout.yaxis.side === "right") layout.yaxis = { ...layout.yaxis, showticklabels: false };
    if (xaxis_range) layout.xaxis = { ...layout.xaxis, range: xaxis_range };
    Plotly.newPlot(plot, figure.data, { ...layout, template: template() }, config);
    legend(plot);
  }

  function show(target, group) {
    const state = hiddenSeries.get(target.id);
    if (state) {
      state.group = group;
      refresh(target);
    } else {
      target.querySelectorAll("[data-group]").forEach((part) => part.toggleAttribute("hidden", part.dataset.group !== group));
    }
  }

  function sortable(table) {
    table.querySelectorAll("th[data-sort] button").forEach((button) => {
      const head = button.parentElement;
      const column = [...head.parentElement.children].indexOf(head);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => row.children[column].dataset.value;
        const order = head.dataset.sort === "number" ? (a, b) => value(a) - value(b) : (a, b) => value(a).localeCompare(value(b));
        const rows = [...table.tBodies[0].rows].sort(order);
        table.tBodies[0].append(...(down ? rows.reverse() : rows));
      });
    });
  }

  function filter(table) {
    const words = document.querySelector(`[data-filters="${table.id}"]`);
    const status = document.querySelector(`[data-status-filter="${table.id}"]`);
    const apply = () => {
      const wanted = words ? words.value.trim().toLowerCase() : "";
      [...table.tBodies[0].rows].forEach((row) => {
        const fits = row.textContent.toLowerCase().includes(wanted);
        row.hidden = !fits || Boolean(status && status.value && row.dataset.status !== status.value);
      });
    };
    [words, status].forEach((input) => input && input.addEventListener("input", apply));
  }

  function focusable(drawing) {
    const near = (name) => drawing.querySelectorAll(".edge").forEach((edge) => {
      edge.classList.toggle("near", edge.dataset.from === name || edge.dataset.to === name);
    });
    drawing.querySelectorAll(".node").forEach((node) => {
      node.addEventListener("pointerenter", () => { near(node.dataset.node); drawing.classList.add("focused"); });
      node.addEventListener("pointerleave", () => drawing.classList.remove("focused"));
    });
  }

  const retheme = () => document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.relayout(plot, { template: template() }));

  document.querySelectorAll("script[data-figure]").forEach(draw);
  document.querySelectorAll("select[data-targets]").forEach((select) => {
    select.addEventListener("change", () => select.dataset.targets.split(" ").forEach((id) => show(document.getElementById(id), select.value)));
  });
  document.querySelectorAll("table.sortable").forEach((table) => { sortable(table); filter(table); });
  document.querySelectorAll("svg.network").forEach(focusable);
  dark.addEventListener("change", retheme);
  window.addEventListener("beforeprint", retheme);
  window.addEventListener("afterprint", retheme);
})();
