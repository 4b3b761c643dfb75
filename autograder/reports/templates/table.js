"use strict";
(() => {
  const PAGE_ROWS = 50, PRINTED_ROWS = 500, SHOWN_SLIPS = 2;
  const WORDS = {
    en: { file: "File", who: "Student", score: "Score", share: "%", ended: "Ended", slips: "Misconceptions", time: "Seconds",
          notes: "Notes", all: "all", any: "any", page: (n, of) => `Page ${n} of ${of}`,
          shown: (n, of) => `${n} of ${of} submissions`, none: "No submission matches.", sort: "Sort by" },
    zh: { file: "文件", who: "学生", score: "得分", share: "%", ended: "状态", slips: "误解", time: "秒",
          notes: "备注", all: "全部", any: "任意", page: (n, of) => `第 ${n} / ${of} 页`,
          shown: (n, of) => `${of} 份中的 ${n} 份`, none: "没有符合条件的提交。", sort: "排序" },
  };
  const data = JSON.parse(document.getElementById("data").textContent);
  const { find, side, element } = Rows;
  if (!find("table")) return; // an empty class
  const table = find("table"), head = table.tHead.rows[0], body = table.tBodies[0];
  const state = { key: "file", down: false, page: 0 };
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const words = () => WORDS[side() ? "zh" : "en"];

  const rows = data.rows.map(([file, name, score, scores, status, slips, time, notes, failed, who], index) => ({
    index, file, name, score, scores, status, slips, time, notes, failed, who,
    text: [who, file, name, ...notes, ...slips.flatMap((slip) => data.slips[slip]), ...data.statuses[status]]
      .join("\n").toLowerCase(),
  }));
  const named = rows.some((row) => row.who);
  let found = rows;
  let picked = null; // what a button elsewhere on the page asks for: { fits, words }

  const values = {
    file: (row) => (named ? row.who || row.file : row.file),
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
      (slip === "" || row.slips.includes(Number(slip))) &&
      (!picked || picked.fits(row)));
    state.page = 0;
    sort();
    draw();
  };

  const drawHead = () => {
    const columns = [["file", named ? words().who : words().file], ["score", words().score],
      ...data.questions.map((name, place) => [`q${place}`, name]),
      ["ended", words().ended], ["slips", words().slips], ["time", words().time]];
    head.replaceChildren(...columns.map(([key, label]) => {
      const cell = element("th", undefined, /^(score|time|q\d+)$/.test(key) ? "num" : "");
      if (key === "score" || /^q/.test(key)) cell.title = `${label} / ${key === "score" ? data.total : data.possible[Number(key.slice(1))]}`;
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      cell.dataset.key = key;
      const button = element("button", label);
      button.type = "button";
      cell.append(button);
      return cell;
    }));
    markSorted();
  };

  const markSorted = () => Rows.markSorted(head, state);

  const grade = (score, possible) => (score === null ? "" : score >= possible ? "all" : score > 0 ? "some" : "zero");

  const drawRow = (row) => {
    const line = element("tr");
    const name = element("th");
    name.scope = "row";
    name.setAttribute("role", "rowheader");
    const link = element("a");
    link.href = `${data.feedback}/${encodeURIComponent(row.name)}.html`;
    const file = element("bdi");
    file.append(...row.file.split(/(?<=[_-])/).flatMap((part, place) => (place ? [element("wbr"), part] : [part])));
    link.append(row.who ? element("bdi", row.who) : file);
    name.append(link);
    if (row.who) {
      const below = element("div", undefined, "soft small");
      below.append(file);
      name.append(below);
    }
    for (const note of row.notes) {
      const [english, chinese] = note.split(" ‖ ");
      name.append(element("div", side() && chinese ? chinese : english, "soft small"));
    }
    const marks = row.scores.map((score, place) => {
      const cell = element("td", score ?? "–", `cell ${grade(score, data.possible[place])}`);
      cell.dataset.label = data.questions[place];
      return cell;
    });
    const slips = element("td", undefined, "slips-cell");
    for (const slip of row.slips.slice(0, SHOWN_SLIPS)) slips.append(element("span", data.slips[slip][side()], "tag"));
    if (row.slips.length > SHOWN_SLIPS) {
      const more = element("span", `+${row.slips.length - SHOWN_SLIPS}`, "tag");
      more.title = row.slips.slice(SHOWN_SLIPS).map((slip) => data.slips[slip][side()]).join(", ");
      slips.append(more);
    }
    const total = element("td", row.score ?? "–", "num total");
    total.dataset.label = words().score;
    const time = element("td", row.time.toFixed(2), "num time");
    time.dataset.label = words().time;
    line.append(name, total, ...marks, element("td", data.statuses[row.status][side()], "ended"), slips, time);
    return line;
  };

  const draw = (count = PAGE_ROWS) =>
    Rows.drawPage({ head, body, state, found, total: rows.length, count, words: words(), drawRow });

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
    pick(null);
  });
  find("unpick").addEventListener("click", () => { pick(null); find("search").focus(); });

  const has = (failed, number) => {
    const digit = failed[failed.length - 1 - (number >> 2)];
    return digit !== undefined && ((parseInt(digit, 16) >> (number & 3)) & 1) === 1;
  };
  const share = (row) => (row.score === null || !data.total ? null : row.score / data.total);
  const fitting = ({ rows: list, low, high, question, part, case: number }) => {
    if (list !== undefined) {
      const wanted = new Set(list.split(",").map(Number));
      return (row) => wanted.has(row.index);
    }
    if (low !== undefined) {
      const from = Number(low) - 1e-9, to = Number(high) - 1e-9;
      return (row) => share(row) !== null && share(row) >= from && (share(row) < to || to >= 1 - 1e-6);
    }
    if (number !== undefined) return (row) => row.scores.length && has(row.failed, Number(number));
    const place = Number(question), most = data.possible[place];
    return (row) => {
      const score = row.scores[place];
      if (score === null || data.statuses[row.status][0] === "Unreadable") return false;
      return part === "full" ? score >= most - 1e-9 : part === "none" ? score <= 1e-9 : score > 1e-9 && score < most - 1e-9;
    };
  };
  const pick = (button) => {
    picked = button && { fits: fitting(button.dataset), words: [button.dataset.en, button.dataset.zh] };
    find("picked").hidden = !picked;
    tellPicked();
    filter();
  };
  const tellPicked = () => { find("picked-what").textContent = picked ? picked.words[side()] : ""; };
  const goToTable = (field) => {
    find("submissions").scrollIntoView();
    find(field).focus({ preventScroll: true });
  };
  for (const button of document.querySelectorAll("button[data-slip], button[data-misconception]")) {
    button.addEventListener("click", () => {
      pick(null);
      find("slip").value = button.dataset.slip ?? button.dataset.misconception;
      filter();
      goToTable("slip");
    });
  }
  for (const button of document.querySelectorAll("button[data-en]")) {
    button.addEventListener("click", () => { pick(button); goToTable("unpick"); });
  }
  for (const column of document.querySelectorAll("rect[data-bin]")) {
    column.addEventListener("click", () => document.querySelector(`#bins button[data-bin="${column.dataset.bin}"]`)?.click());
  }
  for (const figure of document.querySelectorAll("figure.curves")) {
    const light = (group) => {
      for (const one of figure.querySelectorAll(".lit")) one.classList.remove("lit");
      figure.classList.toggle("lighting", group !== null);
      if (group === null) return;
      for (const one of figure.querySelectorAll(`path.group${group}, tr[data-group="${group}"]`)) one.classList.add("lit");
    };
    const groupOf = (target) => target.closest("tr[data-group]")?.dataset.group ??
      target.closest("path.wrong")?.getAttribute("class").match(/group(\d+)/)?.[1] ?? null;
    figure.addEventListener("pointerover", (event) => light(groupOf(event.target)));
    figure.addEventListener("pointerleave", () => light(null));
    figure.addEventListener("focusin", (event) => light(groupOf(event.target)));
    figure.addEventListener("focusout", () => light(null));
    figure.addEventListener("click", (event) => {
      const group = event.target.closest("path.wrong") && groupOf(event.target);
      if (group) figure.querySelector(`tr[data-group="${group}"] button`)?.click();
    });
  }
  const openNamed = () => {
    const named = location.hash.startsWith("#question-") && find(location.hash.slice(1));
    if (named) { named.open = true; named.scrollIntoView(); }
  };
  addEventListener("hashchange", openNamed);
  openNamed();
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details.question, details.trouble")) details.open = true;
    state.page = 0;
    draw(PRINTED_ROWS);
  });
  addEventListener("afterprint", () => draw());
  document.addEventListener("language", () => { tellPicked(); drawAll(); });
  sort();
  drawAll();
})();
