// Draws [data-chart] from the JSON of the table beside it. Shapes: see templates/components/chart.html.
// SVG renderer; tooltips are richText, because the CSP allows no inline styles. A click opens the list behind a mark.

const css = getComputedStyle(document.documentElement);
const colour = (name) => css.getPropertyValue(name).trim();
const CATEGORIES = ["--chart-1", "--chart-2", "--chart-3", "--chart-4"].map(colour);
const PHASES = ["--phase-1", "--phase-2", "--phase-3", "--phase-4", "--phase-5"].map(colour);
const FONT = { fontFamily: colour("--sans"), fontSize: 14, color: colour("--ink") };
const number = new Intl.NumberFormat(document.documentElement.lang || "de");

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.source).textContent);
  if (!data.rows.length) return;
  place.classList.add("is-drawn");
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption(options(place.dataset.chart, data, "ordered" in place.dataset, place.clientWidth < 560));
  chart.on("click", (mark) => mark.data?.url && window.location.assign(mark.data.url));
  new ResizeObserver(() => chart.resize()).observe(place);
}

function options(kind, data, ordered, narrow) {
  const across = kind === "bar" || kind === "stacked-bar";
  const names = data.columns.slice(1);
  const labels = { type: "category", data: data.rows.map((row) => row.label), inverse: across, axisLabel: { ...FONT, hideOverlap: !across }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--control-border"), width: 2 } } };
  const values = { type: "value", minInterval: 1, axisLabel: { ...FONT, formatter: (value) => number.format(value) }, splitLine: { lineStyle: { color: colour("--hairline") } } };
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: FONT,
    color: ordered ? PHASES : CATEGORIES,
    grid: { left: 8, right: 24, top: names.length > 1 ? (narrow && names.length > 3 ? 68 : 44) : 12, bottom: 8, containLabel: true },
    legend: { show: names.length > 1, left: 0, top: 0, textStyle: FONT, icon: "rect", itemWidth: 14, itemHeight: 14 },
    tooltip: { renderMode: "richText", trigger: "item", textStyle: FONT, backgroundColor: colour("--surface"), borderColor: colour("--control-border"), formatter: (mark) => `${mark.name}\n${mark.seriesName}: ${number.format(mark.value)}` },
    xAxis: across ? values : labels,
    yAxis: across ? labels : values,
    series: names.map((name, column) => series(kind, name, column, data.rows, ordered && names.length === 1)),
  };
}

function series(kind, name, column, rows, perMark) {
  return {
    name,
    type: kind === "line" ? "line" : "bar",
    stack: kind.startsWith("stacked") ? "all" : undefined,
    barMaxWidth: 32,
    cursor: "pointer",
    symbolSize: 9,
    lineStyle: { width: 2 },
    itemStyle: kind.startsWith("stacked") ? { borderColor: colour("--paper"), borderWidth: 1 } : {},
    label: { show: kind === "bar" && rows.length <= 20, position: "right", ...FONT, formatter: (mark) => number.format(mark.value) },
    emphasis: { disabled: true },
    data: rows.map((row, index) => ({
      value: row.cells[column]?.value ?? 0,
      url: row.cells[column]?.url ?? row.url,
      ...(perMark ? { itemStyle: { color: PHASES[Math.min(index, PHASES.length - 1)] } } : {}),
    })),
  };
}

for (const place of document.querySelectorAll("[data-chart]")) draw(place);
