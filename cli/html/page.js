
/* The page: overview, table, and pairs in detail */

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const isNumber = (x) => typeof x === "number";
const scored = data.rows.filter((r) => isNumber(r.mos));
const compared = data.rows.some((r) => "state" in r);
const ROWS_FIRST = 200;

function words(name) {
    return name.replace(/_/g, " ");
}

function signed(x) {
    if (Math.abs(x) < .005) return "0.00";
    return `${x < 0 ? "\u2212" : "+"}${Math.abs(x).toFixed(2)}`;
}

function change(row) {
    return isNumber(row.mos) && isNumber(row.before) ? row.mos - row.before : null;
}

/* ------------------------------------------------------------- overview */

function tile(value, label, className) {
    const number = make("b", className, value);
    return make("div", "tile", number, make("span", "quiet", label));
}

function mean(rows, value) {
    const weight = rows.reduce((sum, r) => sum + (r.weight || 1), 0);
    return rows.reduce((sum, r) => sum + (r.weight || 1) * value(r), 0) / weight;
}

function count(status) {
    return data.rows.filter((r) => r.status === status).length;
}

function showOverview() {
    const tiles = make("div", "tiles");
    const changed = data.rows.filter((r) => change(r) !== null);
    const failed = count("failed"), below = count("below");
    const dropped =
        data.rows.filter((r) => ["dropped", "tail"].includes(r.state)).length;

    if (data.rows.length > 1) {
        const sorted = scored.map((r) => r.mos).sort((a, b) => a - b);
        tiles.append(tile(String(data.rows.length), "pairs"));
        if (sorted.length)
            tiles.append(
                tile(mean(scored, (r) => r.mos).toFixed(2), "mean MOS"),
                tile(sorted[0].toFixed(2), "lowest"),
                tile(sorted[sorted.length - 1].toFixed(2), "highest"));
    } else if (scored.length) {
        tiles.append(tile(scored[0].mos.toFixed(2), "MOS"));
        const report = data.details[0] && data.details[0].report;
        if (report)
            tiles.append(tile(report.acr, "in words"),
                         tile(`${report.mos_low.toFixed(2)} to ` +
                              `${report.mos_high.toFixed(2)}`, "95 % interval"));
    }
    if (changed.length)
        tiles.append(tile(signed(mean(changed, change)), "mean change"));
    if (compared)
        tiles.append(tile(String(dropped), "dropped", dropped ? "bad" : "good"));
    if (below) tiles.append(tile(String(below), "below threshold", "bad"));
    if (failed) tiles.append(tile(String(failed), "failed", "bad"));
    byId("overview").append(tiles);
}

function showRates() {
    const rows = scored.filter((r) => isNumber(r.bitrate) && r.bitrate > 0);
    if (rows.length < 2) return;
    byId("scatter").append(...ratePlot(rows, (r) => r.codec || r.group || ""));
    byId("rates").hidden = false;
}

/* ---------------------------------------------------------------- table */

const columns = [
    { key: "id", text: "Pair", kind: "name", value: (r) => r.id },
    { key: "mos", text: "MOS", kind: "number", decimals: 2,
      value: (r) => r.mos },
    { key: "group", text: "Group", value: (r) => r.group || "" },
    { key: "codec", text: "Codec", value: (r) => r.codec || "" },
    { key: "bitrate", text: "kbit/s", kind: "number", decimals: 0,
      value: (r) => r.bitrate },
    { key: "before", text: "Before", kind: "number", decimals: 2,
      value: (r) => r.before },
    { key: "change", text: "Change", kind: "number", sign: true,
      value: (r) => change(r) },
    { key: "state", text: "Result",
      value: (r) => r.state || (r.status === "ok" ? "" : r.status) },
    { key: "cause", text: "Lost most to", value: (r) => words(r.cause || "") }
];

let sorting = { column: columns[1], direction: 1 };
let showsAll = false;

function isUsed(column) {
    return data.rows.some((r) => {
        const value = column.value(r);
        return isNumber(value) || (typeof value === "string" && value !== "");
    });
}

function compareRows(a, b) {
    const x = sorting.column.value(a), y = sorting.column.value(b);
    const gone = (v) => v === null || v === undefined;
    if (gone(x) || gone(y)) return gone(x) - gone(y);
    if (isNumber(x)) return sorting.direction * (x - y);
    return sorting.direction * x.localeCompare(y, "en", { numeric: true });
}

function cell(column, row) {
    const value = column.value(row);
    const td = make("td", column.kind || "");
    if (isNumber(value))
        td.append(column.sign ? signed(value) : value.toFixed(column.decimals));
    else if (value)
        td.append(value);
    if (column.key === "id") {
        const at = data.details.findIndex((d) => d.row === row.index);
        if (at >= 0) {
            const link = make("a", "", value);
            link.href = `#pair-${at}`;
            td.replaceChildren(link);
        }
        if (row.error) td.append(make("div", "bad quiet", row.error));
    }
    if (column.key === "state" && ["failed", "below", "dropped", "tail"].includes(value))
        td.classList.add("bad");
    return td;
}

function fillTable(used, body) {
    const rows = data.rows.slice().sort(compareRows);
    const shown = showsAll ? rows : rows.slice(0, ROWS_FIRST);
    body.replaceChildren(...shown.map((row) =>
        make("tr", "", ...used.map((column) => cell(column, row)))));
    byId("more").hidden = shown.length === rows.length;
    byId("more").textContent = `Show all ${rows.length} rows`;
}

function header(used, body) {
    const cells = used.map((column) => {
        const button = make("button", "", column.text);
        const th = make("th", column.kind || "", button);
        button.type = "button";
        th.scope = "col";
        button.addEventListener("click", () => {
            const again = sorting.column === column;
            sorting = { column, direction: again ? -sorting.direction : 1 };
            markSorted();
            fillTable(used, body);
        });
        return th;
    });
    function markSorted() {
        cells.forEach((th, i) => {
            th.removeAttribute("aria-sort");
            if (used[i] === sorting.column)
                th.setAttribute("aria-sort",
                    sorting.direction > 0 ? "ascending" : "descending");
        });
    }
    markSorted();
    return make("thead", "", make("tr", "", ...cells));
}

function showTable() {
    if (data.rows.length < 2) return;
    const used = columns.filter(isUsed);
    const body = make("tbody");
    if (compared) sorting.column = columns.find((c) => c.key === "change");
    if (!used.includes(sorting.column)) sorting.column = used[0];
    byId("rows").append(header(used, body), body);
    byId("more").addEventListener("click", () => {
        showsAll = true;
        fillTable(used, body);
    });
    fillTable(used, body);
    byId("pairs-table").hidden = false;
}

/* -------------------------------------------------------------- players */

function player(label, address) {
    const audio = make("audio");
    const box = make("div", "", make("div", "quiet", label), audio);
    audio.controls = true;
    audio.preload = "none";
    audio.setAttribute("aria-label", label);
    audio.addEventListener("error", () =>
        box.append(make("p", "quiet bad", "This browser cannot play the file, " +
                        "or it is not where it was.")));
    audio.src = address;
    return { audio, box };
}

/* Delay at a moment of the degraded, in seconds */
function delayAt(track, time) {
    const section = track.find((s) => time < s.end_s) || track[track.length - 1];
    return section ? section.delay_ms / 1000 : 0;
}

function jumpButton(text, own, other, time) {
    const button = make("button", "", text);
    button.type = "button";
    button.addEventListener("click", () => {
        if (other) other.pause();
        own.currentTime = Math.max(0, time);
        own.play().catch(() => {});
    });
    return button;
}

/* Players, and what moves the cursor of the plots with them */
function showPlayers(detail, body, moveTo) {
    const { report, series } = detail;
    const boxes = make("div", "players"), buttons = make("p", "buttons");
    const worst = series.worst_s - 1;
    const shift = delayAt(report.track, series.worst_s);
    const deg = detail.degraded && player("Degraded", detail.degraded);
    const ref = detail.reference && player("Reference", detail.reference);
    if (!deg && !ref) return;
    if (deg) {
        boxes.append(deg.box);
        buttons.append(jumpButton("Hear the worst moment", deg.audio,
                                  ref && ref.audio, worst));
        deg.audio.addEventListener("timeupdate", () =>
            moveTo(deg.audio.currentTime));
    }
    if (ref) {
        boxes.append(ref.box);
        buttons.append(jumpButton("The same in the reference", ref.audio,
                                  deg && deg.audio, worst - shift));
        ref.audio.addEventListener("timeupdate", () => moveTo(
            ref.audio.currentTime + delayAt(report.track, ref.audio.currentTime)));
    }
    body.append(boxes, buttons);
}

/* -------------------------------------------------------------- details */

const CAUSE_WORDS = {
    noise: "Noise was added, under or between the signal",
    echo: "Echo or reverberation was added",
    distortion: "Other sound was added: distortion",
    missing: "Parts of the sound were lost",
    gaps: "There is silence instead of sound",
    bandwidth: "High or low frequencies are cut off",
    unrelated: "This is not the material of the reference",
    clipping: "Peaks are clipped",
    image: "The stereo image changed",
    regenerated: "The fine structure was made anew, as vocoders do"
};

function showCosts(report, body) {
    const costs = Object.entries(report.disturbances)
        .filter(([, d]) => d.cost >= .005).sort((a, b) => b[1].cost - a[1].cost);
    const most = costs.length ? costs[0][1].cost : 1;
    const list = make("ul", "costs");
    for (const [name, d] of costs) {
        const bar = make("div", "bar");
        bar.style.width = `${100 * d.cost / most}%`;
        list.append(make("li", "",
            make("span", "", CAUSE_WORDS[name] || data.causes[name] || name),
            bar, make("span", "cost", `\u2212${d.cost.toFixed(2)} MOS`)));
    }
    body.append(make("h3", "", "What the score was lost to"));
    body.append(costs.length ? list
        : make("p", "", report.identical ? "Nothing: the recordings are identical."
                                         : "Nothing that costs 0.01 MOS."));
}

function fact(list, name, text) {
    list.append(make("dt", "", name), make("dd", "", text));
}

function signalText(signal) {
    return `${signal.path}: ${signal.rate_hz} Hz, ${signal.channels} ` +
        `${signal.channels === 1 ? "channel" : "channels"}, ` +
        `${signal.duration_s.toFixed(2)} s`;
}

function delayText(report) {
    const ms = Math.abs(report.delay_ms), jumps = report.jumps.length;
    const delay = ms < .005 ? "none"
        : `${ms.toFixed(2)} ms ${report.delay_ms > 0 ? "late" : "early"}`;
    return jumps ? `${delay}, ${jumps} ${jumps === 1 ? "jump" : "jumps"}` : delay;
}

function showFacts(report, body) {
    const list = make("dl", "facts");
    fact(list, "Reference", signalText(report.reference));
    fact(list, "Degraded", signalText(report.degraded));
    fact(list, "Compared", `band ${report.band}, as ${report.mode}, ` +
         `model ${report.model}`);
    fact(list, "Delay", delayText(report));
    if (report.flags.length)
        fact(list, "Notes", report.flags.map(words).join(", "));
    body.append(list);
}

/* A line over all plots, at a moment of the degraded */
function line(plots, className, start, end) {
    const lines = plots.map((p) => {
        const element = make("div", className);
        element.hidden = true;
        p.append(element);
        return element;
    });
    return (time) => lines.forEach((element) => {
        const at = (time - start) / (end - start);
        element.hidden = !(at >= 0 && at <= 1);
        element.style.left = `${100 * at}%`;
    });
}

function showPlots(detail, body) {
    const { series, report } = detail;
    const start = series.start_s;
    const end = start + series.columns * series.column_s;
    const box = make("div", "plots");
    const plots = [qualityPlot(series), mapPlot(series),
                   trackPlot(report.track, start, end)];
    box.append(make("h3", "", "Disturbance over time"),
        make("p", "quiet", "Grey: loudness of the reference. Dashed: the worst " +
             `moment, ${series.worst_s.toFixed(2)} s.`), plots[0],
        make("h3", "", "Difference of loudness"),
        make("p", "quiet", make("span", "key missing"), "missing",
             make("span", "key added"), "added; full colour from 1 sone/Bark on"),
        plots[1], make("h3", "", "Delay"), plots[2], make("div", "axis"));
    timeAxis(plots[2], start, end);
    line(plots, "worst", start, end)(series.worst_s);
    body.append(box);
    return line(plots, "cursor", start, end);
}

function fillPair(detail, body) {
    if (detail.error) {
        body.append(make("p", "bad", `${detail.file}: ${detail.error}`));
        return;
    }
    const players = make("div");
    showFacts(detail.report, body);
    body.append(players);
    showCosts(detail.report, body);
    const moveTo = showPlots(detail, body);
    showPlayers(detail, players, moveTo);
}

function showPair(detail, index) {
    const row = data.rows[detail.row];
    const body = make("div", "pair");
    const difference = change(row);
    const summary = make("summary", "", make("b", "", row.mos.toFixed(2)), row.id);
    const box = make("details", "", summary, body);
    if (difference !== null && Math.abs(difference) >= .005)
        summary.append(make("span", difference < 0 ? "bad" : "good",
                            ` ${signed(difference)}`));
    box.id = `pair-${index}`;
    /* Drawn when it is looked at: pages of many pairs open at once */
    box.addEventListener("toggle", () => {
        if (box.open && !body.hasChildNodes()) fillPair(detail, body);
    });
    byId("pairs").append(box);
    return box;
}

function openTarget() {
    const target = /^#pair-\d+$/.test(location.hash) && byId(location.hash.slice(1));
    if (!target) return;
    target.open = true;
    target.querySelector("summary").focus();
}

function showPairs() {
    const boxes = data.details.map(showPair);
    byId("pairs").hidden = !boxes.length;
    if (data.rows.length > 1)
        byId("pairs-heading").textContent =
            boxes.length < scored.length
                ? compared ? "The most lost and the most gained"
                           : "The worst and the best"
                : "In detail";
    if (boxes.length) boxes[0].open = true;
    window.addEventListener("hashchange", openTarget);
    openTarget();
}

/* Colours of the map are drawn, not styled */
function redraw() {
    data.details.forEach((detail, i) => {
        const box = byId(`pair-${i}`);
        box.querySelector(".pair").replaceChildren();
        if (box.open) fillPair(detail, box.querySelector(".pair"));
    });
}

document.title = `${data.title} \u2013 opine`;
byId("title").textContent = data.title;
byId("subtitle").textContent = `opine ${data.version}` +
    (data.details[0] && data.details[0].report
        ? `, model ${data.details[0].report.model}` : "");
data.rows.forEach((row, i) => { row.index = i; });
showOverview();
showRates();
showTable();
showPairs();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
