/** A territory chosen in a list: the ARIA combobox pattern, with list autocomplete. */
import { h, request } from "../v1.js";
import { field } from "./fields.js";
import { M } from "./more_texts.js";

/** `initial`: a territory or null. Gives { element, input, valid(), chosen() }. */
export function placeField(id, initial) {
  let chosen = initial;
  let options = [];
  let active = -1;
  let timer;
  const list = h("ul", { id: id + "-l", role: "listbox", "aria-label": M.places, hidden: true });
  const count = h("p", { class: "sr", role: "status" });
  const input = h("input", { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, value: initial?.nom });
  const text = () => input.value.trim();

  const mark = (index) => {
    active = index;
    [...list.children].forEach((each, i) => (each.ariaSelected = i === index));
    const option = list.children[index];
    option?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option?.id || "");
  };
  const show = (items) => {
    options = items;
    const keepFocus = (event) => event.preventDefault();
    list.replaceChildren(
      ...items.map((item, i) => h("li", { id: `${id}-${i}`, role: "option", onmousedown: keepFocus, onclick: () => choose(i) }, item.label || item.nom)),
    );
    list.hidden = !items.length;
    input.ariaExpanded = items.length > 0;
    mark(-1);
  };
  const choose = (index) => {
    chosen = options[index];
    input.value = chosen.nom;
    show([]);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const lookup = async () => {
    const asked = text();
    const { items } = await request("territoires?limit=8&q=" + encodeURIComponent(asked)).catch(() => ({ items: [] }));
    if (asked !== text() || chosen) return;
    show(items);
    count.textContent = M.placeCount(items.length);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (chosen && input.value === chosen.nom) return;
    chosen = null;
    show([]);
    if (text().length > 1) timer = setTimeout(lookup, 200);
  });
  input.addEventListener("blur", () => show([]));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) mark((Math.max(active, step < 0 ? 0 : -1) + step + options.length) % options.length);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else if (event.key === "Escape" && options.length) show([]);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  });

  const element = field(id, M.place, input, M.placeHint);
  input.after(list, count);
  return { element, input, valid: () => Boolean(chosen || !text()), chosen: () => text() && chosen };
}
