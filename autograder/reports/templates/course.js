"use strict";
(() => {
  const PAGE_ROWS = 50, PRINTED_ROWS = 500, SVG = "http://www.w3.org/2000/svg";
  const GRADED = 0, NOT_GRADED = 1;
  const WORDS = {
    en: { who: "Student", total: "Total", all: "all", any: "any", none: "Nobody matches.", way: "way", talk: "to talk to",
          ungraded: "not graded", unread: "unreadable", late: "late", missing: "missing", notListed: "not on the roster",
          page: (n, of) => `Page ${n} of ${of}`, shown: (n, of) => `${n} of ${of} students`, own: "this student", class: "class median" },
    zh: { who: "学生", total: "总分", all: "全部", any: "任意", none: "没有符合条件的学生。", way: "历程", talk: "建议谈话",
          ungraded: "未评分", unread: "无法读取", late: "迟交", missing: "缺交", notListed: "不在名单上",
          page: (n, of) => `第 ${n} / ${of} 页`, shown: (n, of) => `${of} 名中的 ${n} 名`, own: "该学生", class: "全班中位数" },
  };
  const data = JSON.parse(document.getElementById("data").textContent);
  const { find, side, element } = Rows;
  if (!find("table")) return; // an empty course
  const head = find("table").tHead.rows[0], body = find("table").tBodies[0];
  const state = { key: "who", down: false, page: 0, open: new Set() };
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const words = () => WORDS[side() ? "zh" : "en"];

  const rows = data.rows.map(([name, id, listed, total, share, reasons, cells, others], index) => {
    const slips = new Set(cells.flatMap((cell) => (cell ? cell[5] : [])));
    const text = [name, id, ...others, ...[...slips].flatMap((slip) => data.slips[slip])].join("\n").toLowerCase();
    return { index, name, id, listed, total, share, reasons, cells, others, slips, text };
  });
  let found = rows;

  const shape = (tag, settings) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(settings)) made.setAttribute(name, value);
    return made;
  };

  const values = { who: (row) => row.name, total: (row) => row.total ?? row.share ?? -1 };
  data.parts.forEach((_, place) => { values[`p${place}`] = (row) => row.cells[place]?.[1] ?? -1; });

  const sort = () => {
    const value = values[state.key], sign = state.down ? -1 : 1;
    const compare = state.key === "who" ? order.compare : (a, b) => a - b;
    found.sort((a, b) => sign * compare(value(a), value(b)) || a.index - b.index);
  };

  const filter = () => {
    const wanted = find("search").value.trim().toLowerCase().split(/\s+/);
    const [reason, lacking, slip] = ["reason", "lacking", "slip"].map((id) => find(id).value);
    found = rows.filter((row) =>
      wanted.every((word) => row.text.includes(word)) &&
      (reason === "" || (reason === "any" ? row.reasons.length : row.reasons.includes(Number(reason)))) &&
      (lacking === "" || row.cells[Number(lacking)] === null) &&
      (slip === "" || row.slips.has(Number(slip))));
    state.page = 0;
    sort();
    draw();
  };

  const drawHead = () => {
    const columns = [["who", words().who], ["total", words().total], ...data.parts.map((part, place) => [`p${place}`, part.title])];
    head.replaceChildren(...columns.map(([key, label]) => {
      const cell = element("th", undefined, key === "who" ? "" : "num");
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      cell.dataset.key = key;
      if (key !== "who") cell.title = `${label} / ${key === "total" ? data.possible : data.parts[Number(key.slice(1))].possible}`;
      const button = element("button", label);
      button.type = "button";
      cell.append(button);
      return cell;
    }));
    markSorted();
  };

  const markSorted = () => Rows.markSorted(head, state);

  const grade = (score, possible) => (score >= possible ? "all" : score >= possible / 2 ? "some" : "zero");
  const percent = (share) => `${Math.round(share * 100)} %`;
  const feedback = (place, submission) => `${data.parts[place].feedback}/${encodeURIComponent(submission)}.html`;

  const drawCell = (cell, place) => {
    const part = data.parts[place];
    if (cell === null) {
      const made = element("td", "–", "cell soft");
      made.append(element("span", words().missing, "sr"));
      made.dataset.label = part.title;
      return made;
    }
    const [submission, score, ended, late] = cell;
    const made = element("td", undefined, `cell ${ended === NOT_GRADED ? "" : grade(score, part.possible)}`);
    made.dataset.label = part.title;
    const link = element("a", ended === NOT_GRADED ? "?" : score);
    link.href = feedback(place, submission);
    const told = [ended === GRADED ? "" : ended === NOT_GRADED ? words().ungraded : words().unread, late ? words().late : ""].filter(Boolean);
    if (told.length) link.title = told.join(", ");
    made.append(link);
    if (told.length) made.append(element("span", ` ${told.join(", ")}`, "sr"));
    if (late) made.classList.add("late");
    return made;
  };

  const drawWay = (row) => {
    const box = element("div", undefined, "way-box");
    const svg = shape("svg", { class: "chart way-chart", viewBox: "0 0 420 130", "aria-hidden": "true", focusable: "false" });
    const step = 360 / Math.max(1, data.parts.length), x = (place) => 50 + step * (place + 0.5), y = (share) => 105 - 95 * share;
    for (const share of [0, 0.5, 1]) {
      svg.append(shape("path", { class: "grid", d: `M50 ${y(share)}H410` }));
      const label = shape("text", { x: 44, y: y(share) + 4, "text-anchor": "end" });
      label.textContent = percent(share);
      svg.append(label);
    }
    const lines = { middle: [], way: [] };
    data.parts.forEach((part, place) => {
      const cell = row.cells[place];
      if (part.median !== null) lines.middle.push([x(place), y(part.median)]);
      if (cell && cell[2] === GRADED && part.possible) lines.way.push([x(place), y(Math.min(1, cell[1] / part.possible))]);
      const label = shape("text", { x: x(place), y: 124, "text-anchor": "middle" });
      label.textContent = place + 1;
      svg.append(label);
    });
    for (const [style, points] of Object.entries(lines)) {
      if (!points.length) continue;
      const joined = points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`);
      svg.append(shape("path", { class: style, d: `M${joined.join("L")}` }));
      svg.append(shape("path", { class: `dots ${style}`, d: joined.map((point) => `M${point}h0`).join("") }));
    }
    const legend = element("p", undefined, "soft small legend");
    for (const [style, text] of [["way", words().own], ["middle", words().class]]) {
      const key = shape("svg", { class: "chart", viewBox: "0 0 24 8", "aria-hidden": "true" });
      key.append(shape("path", { class: style, d: "M1 4H23" }));
      const entry = element("span");
      entry.append(key, text);
      legend.append(entry);
    }
    const figure = element("div", undefined, "way-figure");
    figure.append(svg, legend);
    const list = element("ol", undefined, "way-parts");
    data.parts.forEach((part, place) => list.append(drawPart(part, row.cells[place], place)));
    box.append(figure, list);
    for (const other of row.others) box.append(element("p", other, "soft small others"));
    return box;
  };

  const drawPart = (part, cell, place) => {
    const entry = element("li");
    const title = element(cell ? "a" : "span", part.title);
    if (cell) title.href = feedback(place, cell[0]);
    entry.append(title, " ");
    if (cell === null) {
      entry.append(element("span", words().missing, "soft"));
      return entry;
    }
    const [, score, ended, late, marks, slips] = cell;
    const told = [ended === NOT_GRADED ? words().ungraded : `${score} / ${part.possible}`, ended > NOT_GRADED ? words().unread : "", late ? words().late : ""];
    entry.append(element("strong", told.filter(Boolean).join(", ")));
    const questions = element("div", undefined, "way-marks");
    marks.forEach((mark, number) => {
      const [name, titles, possible] = part.questions[number];
      const tile = element("span", undefined, `mark ${mark === null ? "" : grade(mark, possible)}`);
      tile.append(element("bdi", name), ` ${mark ?? "–"} / ${possible}`);
      if (titles) { tile.title = titles[side()]; tile.append(element("span", ` ${titles[side()]}`, "sr")); }
      questions.append(tile);
    });
    entry.append(questions);
    for (const slip of slips) entry.append(element("span", data.slips[slip][side()], "tag"));
    return entry;
  };

  const drawRow = (row) => {
    const line = element("tr");
    const name = element("th");
    name.scope = "row";
    name.setAttribute("role", "rowheader");
    name.append(element("bdi", row.name));
    const button = element("button", words().way, "link way-button no-print");
    button.type = "button";
    button.dataset.way = row.index;
    button.setAttribute("aria-expanded", String(state.open.has(row.index)));
    button.append(element("span", `: ${row.name}`, "sr"));
    name.append(" ", button);
    const known = [row.id, row.listed ? "" : words().notListed].filter(Boolean);
    if (known.length) {
      const below = element("div", undefined, "soft small");
      below.append(element("bdi", known.join(" · ")));
      name.append(below);
    }
    const total = element("td", undefined, "num total");
    total.append(String(row.total ?? "–"));
    if (row.share !== null) total.append(" ", element("span", percent(row.share), "soft small share-text"));
    total.dataset.label = words().total;
    line.append(name, total, ...row.cells.map(drawCell));
    if (!state.open.has(row.index)) return [line];
    const more = element("tr", undefined, "way-row"), cell = element("td");
    cell.colSpan = head.cells.length;
    cell.append(drawWay(row));
    more.append(cell);
    return [line, more];
  };

  const draw = (count = PAGE_ROWS) =>
    Rows.drawPage({ head, body, state, found, total: rows.length, count, words: words(), drawRow });

  const drawChoices = () => {
    const fill = (id, entries) => {
      const chosen = find(id).value;
      find(id).replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
      find(id).value = chosen;
    };
    fill("reason", [["", words().all], ["any", words().talk], ...data.reasons.map((names, n) => [n, names[side()]])]);
    fill("lacking", [["", words().any], ...data.parts.map((part, n) => [n, part.title])]);
    fill("slip", [["", words().any], ...data.slips.map((names, n) => [n, names[side()]]).sort((a, b) => order.compare(a[1], b[1]))]);
  };

  const drawAll = () => { drawHead(); drawChoices(); draw(); };
  const turn = (step) => { state.page += step; draw(); };
  const clear = () => { for (const id of ["search", "reason", "lacking", "slip"]) find(id).value = ""; };
  const goTo = (field) => {
    find("students").scrollIntoView();
    find(field).focus({ preventScroll: true });
  };

  head.addEventListener("click", (event) => {
    const cell = event.target.closest("button")?.parentElement;
    if (!cell) return;
    const { key } = cell.dataset;
    state.down = state.key === key ? !state.down : false;
    state.key = key;
    state.page = 0;
    sort();
    markSorted();
    draw();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-way]");
    if (!button) return;
    const index = Number(button.dataset.way);
    if (!state.open.delete(index)) state.open.add(index);
    draw();
    body.querySelector(`button[data-way="${index}"]`).focus();
  });
  find("search").addEventListener("input", filter);
  for (const id of ["reason", "lacking", "slip"]) {
    find(id).addEventListener("change", filter);
    for (const button of document.querySelectorAll(`button[data-${id}]`)) {
      button.addEventListener("click", () => {
        clear();
        find(id).value = button.dataset[id];
        filter();
        goTo(id);
      });
    }
  }
  for (const button of document.querySelectorAll("button[data-row]")) {
    button.addEventListener("click", () => {
      const index = Number(button.dataset.row);
      clear();
      state.open.add(index);
      filter();
      state.page = Math.floor(found.findIndex((row) => row.index === index) / PAGE_ROWS);
      draw();
      const target = body.querySelector(`button[data-way="${index}"]`);
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
    });
  }
  find("previous").addEventListener("click", () => turn(-1));
  find("next").addEventListener("click", () => turn(1));
  find("reset").addEventListener("click", () => { clear(); filter(); });
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("#exercises details, #talk details")) details.open = true;
    state.page = 0;
    draw(PRINTED_ROWS);
  });
  addEventListener("afterprint", () => draw());
  document.addEventListener("language", drawAll);
  sort();
  drawAll();
})();
