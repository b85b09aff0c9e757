"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const list = byId("list");
  const items = all(".group > ol > li", list);
  const known = list.querySelector(".known") !== null;
  // A window is a check of its own; a check with windows is shown as long as one of them is.
  const checks = items.flatMap((item) => { const windows = all("li[data-id]", item); return windows.length ? windows : [item]; });
  const texts = new Map(checks.map((one) => [one, one.textContent.toLowerCase()]));
  const tags = new Map(checks.map((one) => [one, all(".tag", one).map((tag) => tag.textContent)]));
  const filters = ["text", "kind", "tag"].map((name) => byId("filter-" + name)).filter(Boolean);
  const chosen = (name) => byId("filter-" + name)?.value ?? "";
  const tallies = all(".tally a");
  const title = (item) => item.querySelector("summary");
  let status = "";

  const filter = () => {
    const text = chosen("text").trim().toLowerCase(), kind = chosen("kind"), tag = chosen("tag");
    let shown = 0;
    for (const one of checks) {
      one.hidden = !(texts.get(one).includes(text) && (!status || one.dataset.status === status)
        && (!kind || one.dataset.kind === kind) && (!tag || tags.get(one).includes(tag)));
      shown += one.hidden ? 0 : 1;
    }
    for (const item of items) if (!checks.includes(item)) item.hidden = all("li[data-id]", item).every((one) => one.hidden);
    for (const group of all(".group")) group.hidden = all("ol > li", group).every((one) => one.hidden);
    for (const one of tallies) one.setAttribute("aria-pressed", String(one.dataset.status === status));
    byId("shown").textContent = shown === checks.length ? shown + " shown" : shown + " of " + checks.length + " shown";
    byId("none").hidden = shown > 0;
  };
  const clear = () => {
    for (const one of filters) one.value = "";
    status = "";
    filter();
  };

  // Counts are sorted from the most to the least, and can be beyond 2^53.
  const counted = ["found", "ms"];
  const heads = new Map(all(".group", list).map((group) => [group.querySelector("li").dataset.status, group.querySelector("h3")]));
  const group = (name, members) => {
    const section = document.createElement("section"), head = heads.get(name) ?? document.createElement("h3"), ol = document.createElement("ol");
    section.className = "group";
    if (!heads.has(name)) head.textContent = name;
    ol.className = known ? "checks known" : "checks";
    ol.append(...members);
    section.append(...(name ? [head] : []), ol);
    return section;
  };
  const sort = () => {
    const by = byId("order").value;
    if (by === "rank" || by === "suite") {
      const names = by === "rank" ? [...heads.keys()] : [...new Set(items.map((item) => item.dataset.suite))].sort();
      const of = (name) => items.filter((item) => item.dataset[by === "rank" ? "status" : by] === name);
      list.replaceChildren(...names.map((name) => group(name, of(name))));
    } else {
      const order = (left, right) => {
        const [a, b] = [left.dataset[by], right.dataset[by]];
        return !counted.includes(by) ? a.localeCompare(b) : BigInt(a) > BigInt(b) ? -1 : BigInt(a) < BigInt(b) ? 1 : 0;
      };
      list.replaceChildren(group("", [...items].sort(order)));
    }
    filter();
  };

  const open = () => {
    const body = byId(decodeURIComponent(location.hash.slice(1)));
    if (!body?.classList.contains("body")) return;
    if (body.closest("li[hidden]")) clear();
    for (let one = body.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    body.closest("details").scrollIntoView();
  };

  const shown = () => all("li[data-id]", list).filter((one) => one.offsetParent).map(title);
  const step = (by) => {
    const rows = shown(), at = rows.indexOf(document.activeElement?.closest("summary"));
    rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  };
  const keys = {
    "/": () => byId("filter-text").focus(),
    j: () => step(1),
    k: () => step(-1),
    x: () => { const rows = shown().map((one) => one.parentElement), any = rows.some((one) => !one.open); for (const one of rows) one.open = any; },
    Escape: () => { clear(); document.activeElement?.blur(); },
  };

  document.querySelector(".controls").hidden = false;
  for (const one of filters) one.addEventListener("input", filter);
  byId("order").addEventListener("input", sort);
  byId("clear").addEventListener("click", clear);
  for (const one of tallies) {
    one.setAttribute("role", "button");
    one.addEventListener("click", (event) => {
      event.preventDefault();
      status = status === one.dataset.status ? "" : one.dataset.status;
      filter();
    });
  }
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select") && event.key !== "Escape";
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("hashchange", open);
  addEventListener("beforeprint", () => {
    for (const one of [...items, ...checks]) if (one.dataset.status !== "pass") one.querySelector("details").open = true;
  });
  filter();
  open();
})();
