"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("list");
  const items = [...list.children];
  const texts = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));
  const tags = new Map(items.map((item) => [item, [...item.querySelectorAll(".tags li")].map((tag) => tag.textContent)]));
  const filters = ["text", "status", "kind", "tag"].map((name) => byId("filter-" + name)).filter(Boolean);
  const chosen = (name) => byId("filter-" + name)?.value ?? "";

  const filter = () => {
    const text = chosen("text").trim().toLowerCase();
    const status = chosen("status"), kind = chosen("kind"), tag = chosen("tag");
    let shown = 0;
    for (const item of items) {
      item.hidden = !(texts.get(item).includes(text) && (!status || item.dataset.status === status)
        && (!kind || item.dataset.kind === kind) && (!tag || tags.get(item).includes(tag)));
      shown += item.hidden ? 0 : 1;
    }
    byId("shown").textContent = shown === items.length ? shown + " shown" : shown + " of " + items.length + " shown";
    byId("none").hidden = shown > 0;
  };
  const clear = () => {
    for (const one of filters) one.value = "";
    filter();
  };

  // What is counted is sorted from the most to the least at first, a name from its beginning.
  const counted = ["rank", "found", "ms"];
  let by = "", down = false;
  const compare = (left, right) => {
    const [a, b] = [left.dataset[by], right.dataset[by]];
    // Counts can be beyond 2^53.
    const order = !counted.includes(by) ? a.localeCompare(b) : BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
    return (down ? -order : order) || left.dataset.place - right.dataset.place;
  };
  const heads = [...document.querySelectorAll(".heads button")];
  const sort = (head) => {
    down = by === head.dataset.by ? !down : counted.includes(head.dataset.by);
    by = head.dataset.by;
    for (const one of heads) {
      one.setAttribute("aria-pressed", String(one === head));
      one.textContent = one.textContent.replace(/ [↑↓]$/, "") + (one === head ? (down ? " ↓" : " ↑") : "");
    }
    list.append(...[...items].sort(compare));
  };

  const open = () => {
    const check = location.hash.startsWith("#c") ? byId(location.hash.slice(1)) : null;
    if (!(check instanceof HTMLDetailsElement)) return;
    if (check.parentElement.hidden) clear();
    check.open = true;
    check.scrollIntoView();
  };

  document.querySelector(".controls").hidden = false;
  for (const one of filters) one.addEventListener("input", filter);
  for (const head of heads) {
    head.setAttribute("aria-pressed", "false");
    head.addEventListener("click", () => sort(head));
  }
  byId("clear").addEventListener("click", clear);
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => {
    for (const item of items) if (item.dataset.status !== "pass") item.firstElementChild.open = true;
  });
  filter();
  open();
})();
