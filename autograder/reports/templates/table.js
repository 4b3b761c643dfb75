"use strict";
(() => {
  const PAGE_ROWS = 50, PRINTED_ROWS = 500, SHOWN_SLIPS = 2;
  const WORDS = {
    en: { file: "File", score: "Score", share: "%", ended: "Ended", slips: "Misconceptions", time: "Seconds",
          notes: "Notes", all: "all", any: "any", page: (n, of) => `Page ${n} of ${of}`,
          shown: (n, of) => `${n} of ${of} submissions`, none: "No submission matches." },
    zh: { file: "文件", score: "得分", share: "%", ended: "状态", slips: "误解", time: "秒",
          notes: "备注", all: "全部", any: "任意", page: (n, of) => `第 ${n} / ${of} 页`,
          shown: (n, of) => `${of} 份中的 ${n} 份`, none: "没有符合条件的提交。" },
  };
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const table = find("table"), head = table.tHead.rows[0], body = table.tBodies[0];
  const state = { key: "file", down: false, page: 0 };
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const side = () => (document.documentElement.dataset.lang === "zh" ? 1 : 0);
  const words = () => WORDS[side() ? "zh" : "en"];

  const rows = data.rows.map(([file, name, score, scores, status, slips, time, notes], index) => ({
    index, file, name, score, scores, status, slips, time, notes,
    text: [file, name, ...notes, ...slips.flatMap((slip) => data.slips[slip]), ...data.statuses[status]]
      .join("\n").toLowerCase(),
  }));
  let found = rows;

  const element = (tag, text, style) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (style) made.className = style;
    return made;
  };

  const values = {
    file: (row) => row.file,
    score: (row) => row.score ?? -1,
    ended: (row) => row.status,
    slips: (row) => row.slips.length,
    time: (row) => row.time,
  };
  data.questions.forEach((_, place) => { values[`q${place}`] = (row) => row.scores[place] ?? -1; });

  const sort = () => {
    const value = values[state.key];
    const compare = state.key === "file" ? order.compare : (a, b) => a - b;
    const sign = state.down ? -1 : 1;
    found.sort((a, b) => sign * compare(value(a), value(b)) || a.index - b.index);
  };

  const filter = () => {
    const wanted = find("search").value.trim().toLowerCase().split(/\s+/);
    const status = find("status").value, slip = find("slip").value;
    found = rows.filter((row) =>
      wanted.every((word) => row.text.includes(word)) &&
      (status === "" || row.status === Number(status)) &&
      (slip === "" || row.slips.includes(Number(slip))));
    state.page = 0;
    sort();
    draw();
  };

  const drawHead = () => {
    const columns = [["file", words().file], ["score", words().score],
      ...data.questions.map((name, place) => [`q${place}`, name]),
      ["ended", words().ended], ["slips", words().slips], ["time", words().time]];
    head.replaceChildren(...columns.map(([key, label]) => {
      const cell = element("th", undefined, /^(score|time|q\d+)$/.test(key) ? "num" : "");
      cell.scope = "col";
      cell.dataset.key = key;
      const button = element("button", label);
      button.type = "button";
      cell.append(button);
      return cell;
    }));
    markSorted();
  };

  const markSorted = () => {
    for (const cell of head.cells) {
      if (cell.dataset.key !== state.key) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    }
  };

  const grade = (score, possible) => (score === null ? "" : score >= possible ? "all" : score > 0 ? "some" : "zero");

  const drawRow = (row) => {
    const line = element("tr");
    const name = element("th");
    name.scope = "row";
    const link = element("a");
    link.href = `${data.feedback}/${encodeURIComponent(row.name)}.html`;
    const file = element("bdi");
    file.append(...row.file.split(/(?<=[_-])/).flatMap((part, place) => (place ? [element("wbr"), part] : [part])));
    link.append(file);
    name.append(link);
    for (const note of row.notes) {
      const [english, chinese] = note.split(" ‖ ");
      name.append(element("div", side() && chinese ? chinese : english, "soft small"));
    }
    const marks = row.scores.map((score, place) =>
      element("td", score ?? "–", `cell ${grade(score, data.possible[place])}`));
    const slips = element("td");
    for (const slip of row.slips.slice(0, SHOWN_SLIPS)) slips.append(element("span", data.slips[slip][side()], "tag"));
    if (row.slips.length > SHOWN_SLIPS) {
      const more = element("span", `+${row.slips.length - SHOWN_SLIPS}`, "tag");
      more.title = row.slips.slice(SHOWN_SLIPS).map((slip) => data.slips[slip][side()]).join(", ");
      slips.append(more);
    }
    line.append(name, element("td", row.score ?? "–", "num total"), ...marks,
      element("td", data.statuses[row.status][side()], "ended"), slips, element("td", row.time.toFixed(2), "num"));
    return line;
  };

  const draw = (count = PAGE_ROWS) => {
    const pages = Math.max(1, Math.ceil(found.length / count));
    state.page = Math.min(state.page, pages - 1);
    const shown = found.slice(state.page * count, (state.page + 1) * count).map(drawRow);
    if (!shown.length) {
      const cell = element("td", words().none, "soft");
      cell.colSpan = head.cells.length;
      const line = element("tr");
      line.append(cell);
      shown.push(line);
    }
    body.replaceChildren(...shown);
    find("shown").textContent = words().shown(found.length.toLocaleString("en"), rows.length.toLocaleString("en"));
    find("page").textContent = words().page(state.page + 1, pages);
    find("previous").disabled = state.page === 0;
    find("next").disabled = state.page >= pages - 1;
  };

  const drawChoices = () => {
    const fill = (id, first, entries) => {
      const chosen = find(id).value;
      const options = [new Option(first, ""), ...entries.map(([value, text]) => new Option(text, value))];
      find(id).replaceChildren(...options);
      find(id).value = chosen;
    };
    const used = new Set(rows.map((row) => row.status));
    fill("status", words().all, [...used].sort((a, b) => a - b).map((n) => [n, data.statuses[n][side()]]));
    fill("slip", words().any, data.slips.map((names, n) => [n, names[side()]])
      .sort((a, b) => order.compare(a[1], b[1])));
  };

  const drawAll = () => { drawHead(); drawChoices(); draw(); };
  const turn = (step) => { state.page += step; draw(); };

  head.addEventListener("click", (event) => {
    const cell = event.target.closest("button")?.parentElement;
    if (!cell) return;
    const { key } = cell.dataset;
    state.down = state.key === key ? !state.down : /^(slips|time)$/.test(key);
    state.key = key;
    state.page = 0;
    sort();
    markSorted();
    draw();
  });
  find("search").addEventListener("input", filter);
  find("status").addEventListener("change", filter);
  find("slip").addEventListener("change", filter);
  find("previous").addEventListener("click", () => turn(-1));
  find("next").addEventListener("click", () => turn(1));
  find("reset").addEventListener("click", () => {
    for (const id of ["search", "status", "slip"]) find(id).value = "";
    filter();
  });
  for (const button of document.querySelectorAll("button[data-slip]")) {
    button.addEventListener("click", () => {
      find("slip").value = button.dataset.slip;
      filter();
      find("submissions").scrollIntoView();
      find("slip").focus({ preventScroll: true });
    });
  }
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details.question")) details.open = true;
    state.page = 0;
    draw(PRINTED_ROWS);
  });
  addEventListener("afterprint", () => draw());
  document.addEventListener("language", drawAll);
  sort();
  drawAll();
})();
