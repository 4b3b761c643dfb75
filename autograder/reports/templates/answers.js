"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const search = find("search"), wrong = find("wrong");
  if (!search) return;
  const answers = [...document.querySelectorAll(".answer")].map((article) => ({
    article, section: article.closest(".outcome"), text: article.textContent.toLowerCase(),
  }));
  const sections = [...document.querySelectorAll(".outcome")];

  const show = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/);
    let count = 0;
    for (const { article, section, text } of answers) {
      const fits = words.every((word) => text.includes(word)) &&
        !(wrong.checked && section.dataset.state === "solved");
      article.hidden = !fits;
      count += fits;
    }
    for (const section of sections) section.hidden = !section.querySelector(".answer:not([hidden])");
    find("nothing").hidden = count > 0;
    find("shown").textContent = `${count} / ${answers.length}`;
  };

  search.addEventListener("input", show);
  wrong.addEventListener("change", show);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".answer details")) details.open = true;
  });
  show();
})();
