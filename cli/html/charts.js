"use strict";

/* What every part builds on: elements, and plots whose text does not stretch */

/* An element with a class, and children or texts; texts are never markup */
function make(name, className, ...children) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children.filter((c) => c !== null && c !== undefined));
    return element;
}

function shape(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    return element;
}

function picture(width, height) {
    return shape("svg", { viewBox: `0 0 ${width} ${height}`,
                          preserveAspectRatio: "none", "aria-hidden": "true" });
}

/* A text at a place in percent from the left or from the bottom */
function mark(plot, axis, percent, text, end) {
    const element = make("span", `mark ${axis}${end ? " " + end : ""}`, text);
    element.style[axis === "x" ? "left" : "bottom"] = `${percent}%`;
    plot.append(element);
}

/* Steps of 1, 2 or 5 so that about `count` of them fill the span */
function step(span, count) {
    const rough = span / count;
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    return power * ([1, 2, 5].find((m) => m * power >= rough) || 10);
}

function timeAxis(plot, start, end) {
    const by = step(end - start, 5);
    const decimals = Math.max(0, -Math.floor(Math.log10(by) + 1e-9));
    for (let t = Math.ceil(start / by) * by; t <= end; t += by) {
        const at = 100 * (t - start) / (end - start);
        const text = `${t.toFixed(decimals)} s`;
        mark(plot, "x", at, text, at < 4 ? "first" : at > 94 ? "last" : "");
    }
}

function plot(kind, label) {
    const element = make("div", `plot ${kind}`);
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", label);
    return element;
}

/* Values as a path from 0 to `count`, `top` at height 0 and 0 at 100 */
function path(values, top) {
    return values.map((v, i) =>
        `${i ? "L" : "M"}${i + .5} ${(100 - 100 * v / top).toFixed(2)}`).join("");
}

/* Disturbance over time; behind it how loud the reference is */
function qualityPlot(series) {
    const top = Math.max(100, ...series.weighed);
    const loudest = Math.max(1, ...series.loudness);
    const element = plot("quality", "Disturbance over time");
    const svg = picture(series.columns, 100);
    svg.append(
        shape("path", { class: "area", d: `${path(series.loudness, loudest)}` +
                        `V100H.5Z` }),
        shape("path", { class: "curve", d: path(series.weighed, top) }));
    element.append(svg);
    mark(element, "y", 0, "0");
    mark(element, "y", 100, (top / 100).toFixed(1));
    return element;
}

function frequencyText(hz) {
    return hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz`;
}

/* Where a frequency lies on the map, in percent */
function frequencyPlace(edges, hz) {
    const b = edges.findIndex((edge) => edge >= hz);
    if (b < 1) return 0;
    const inside = Math.log(hz / edges[b - 1]) / Math.log(edges[b] / edges[b - 1]);
    return 100 * (b - 1 + inside) / (edges.length - 1);
}

/* Loudness difference over time and frequency; deep colour is 1 sone/Bark */
function mapPlot(series) {
    const element = plot("map", "Difference of loudness over time and frequency");
    const canvas = make("canvas");
    const colours = getComputedStyle(document.documentElement);
    const rgb = (name) => colours.getPropertyValue(name).split(",").map(Number);
    const added = rgb("--added"), missing = rgb("--missing");
    const { columns, bands, difference } = series;
    canvas.width = columns;
    canvas.height = bands;
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, bands);
    for (let i = 0; i < columns; i++)
        for (let b = 0; b < bands; b++) {
            const d = difference[i * bands + b] / 100;
            const colour = d < 0 ? missing : added;
            const depth = Math.sqrt(Math.min(1, Math.abs(d)));
            image.data.set([...colour, Math.round(255 * depth)],
                           4 * ((bands - 1 - b) * columns + i));
        }
    context.putImageData(image, 0, 0);
    element.append(canvas);
    for (const hz of [100, 500, 1000, 2000, 4000, 8000, 16000])
        mark(element, "y", frequencyPlace(series.edges_hz, hz), frequencyText(hz));
    return element;
}

/* The delay of each section, in steps */
function trackPlot(track, start, end) {
    const delays = track.map((s) => s.delay_ms);
    const middle = (Math.max(...delays) + Math.min(...delays)) / 2;
    const reach = Math.max(1, (Math.max(...delays) - Math.min(...delays)) * .6);
    const element = plot("track", "Delay over time");
    const svg = picture(1000, 100);
    const x = (t) => Math.max(0, Math.min(1000, 1000 * (t - start) / (end - start)));
    const y = (d) => 50 - 50 * (d - middle) / reach;
    svg.append(shape("path", { class: "curve", d: track.map((s, i) =>
        `${i ? "L" : "M"}${x(s.start_s).toFixed(1)} ${y(s.delay_ms).toFixed(1)}` +
        `H${x(s.end_s).toFixed(1)}`).join("") }));
    element.append(svg);
    mark(element, "y", 100, `${(middle + reach).toFixed(0)} ms`);
    mark(element, "y", 0, `${(middle - reach).toFixed(0)} ms`);
    return element;
}

/* ------------------------------------------------------------ bit rates */

const PALETTE = ["#2f7de1", "#e8590c", "#2b9a66", "#c2255c", "#8a5cf6",
                 "#b08900", "#0c8599", "#868e96"];

function rateLegend(names) {
    return make("p", "quiet", ...names.map((name, i) => {
        const key = make("span", "key");
        key.style.background = PALETTE[i % PALETTE.length];
        return make("span", "", key, name || "(none)");
    }));
}

/* MOS over the logarithm of the bit rate, a colour for each codec */
function ratePlot(rows, nameOf) {
    const rates = rows.map((r) => Math.log(r.bitrate));
    const low = Math.min(...rates) - .1, high = Math.max(...rates) + .1;
    const names = [...new Set(rows.map(nameOf))].sort();
    const element = plot("scatter", "MOS over bit rate, a dot for each pair");
    const svg = picture(100, 100);
    for (let mos = 1; mos <= 5; mos++) {
        const y = 100 - 25 * (mos - 1);
        svg.append(shape("line", { class: "grid", x1: 0, x2: 100, y1: y, y2: y }));
        mark(element, "y", 25 * (mos - 1), String(mos));
    }
    element.append(svg);
    rows.forEach((row, i) => {
        const dot = make("span", "dot");
        dot.title = `${row.id}: ${row.bitrate} kbit/s, MOS ${row.mos.toFixed(2)}`;
        dot.style.left = `${100 * (rates[i] - low) / (high - low)}%`;
        dot.style.bottom = `${25 * (row.mos - 1)}%`;
        dot.style.background = PALETTE[names.indexOf(nameOf(row)) % PALETTE.length];
        element.append(dot);
    });
    let last = -100;
    for (const rate of [...new Set(rows.map((r) => r.bitrate))].sort((a, b) => a - b)) {
        const at = 100 * (Math.log(rate) - low) / (high - low);
        if (at - last < 12) continue;
        mark(element, "x", at, `${rate}`);
        last = at;
    }
    return [element, make("p", "quiet", "kbit/s, logarithmic"), rateLegend(names)];
}
