"use strict";
// What the tables of the class's and of the course's report share.
const Rows = (() => {
  // Written out: where tables become cards, on narrow screens, their parts lose these roles.
  const ROLES = { tr: "row", td: "cell" };
  const find = (id) => document.getElementById(id);
  const side = () => (document.documentElement.dataset.lang === "zh" ? 1 : 0);
  const element = (tag, text, style) => {
    const made = document.createElement(tag);
    if (ROLES[tag]) made.setAttribute("role", ROLES[tag]);
    if (text !== undefined) made.textContent = text;
    if (style) made.className = style;
    return made;
  };

  const markSorted = (head, state) => {
    for (const cell of head.cells) {
      if (cell.dataset.key !== state.key) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    }
  };

  // Show the page of `found` that `state` names, by what `drawRow` makes of a row: one line or more.
  const drawPage = ({ head, body, state, found, total, count, words, drawRow }) => {
    const pages = Math.max(1, Math.ceil(found.length / count));
    state.page = Math.min(state.page, pages - 1);
    const shown = found.slice(state.page * count, (state.page + 1) * count).flatMap(drawRow);
    if (!shown.length) {
      const cell = element("td", words.none, "soft");
      cell.colSpan = head.cells.length;
      const line = element("tr");
      line.append(cell);
      shown.push(line);
    }
    body.replaceChildren(...shown);
    find("shown").textContent = words.shown(found.length.toLocaleString("en"), total.toLocaleString("en"));
    find("page").textContent = words.page(state.page + 1, pages);
    find("previous").disabled = state.page === 0;
    find("next").disabled = state.page >= pages - 1;
  };

  return { find, side, element, markSorted, drawPage };
})();
