/** Small DOM tools. Text reaches the page through text nodes only, never as HTML. */
import { T } from "./texts.js";

/** h("p", { class: "x", onclick: f }, "texte", node): empty properties and children are left out. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter(Boolean));
  return element;
}

export const button = (label, onclick, kind = "soft") => h("button", { type: "button", class: kind, onclick }, label);

/** Text for screen readers only. */
export const hidden = (text) => h("span", { class: "sr" }, text);

const PATHS = {
  chat: "M4 5h16v11h-9l-5 4v-4H4z",
  rempli: "M5 13l4 4L19 7",
  inconnu: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18v.1",
  non_rempli: "M6 6l12 12M18 6L6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-8 16-8 16 0",
};

/** A decorative line icon: its meaning is always written beside it. */
export function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A link that opens a new window (its label must say so); anything but http(s) stays plain text. */
export const link = (href, ...label) =>
  h(...(/^https?:\/\/[^\s/]/i.test(href) ? ["a", { href, target: "_blank", rel: "noopener noreferrer" }] : ["span", null]), ...label);

const ADDRESS = /(https?:\/\/[^\s<>«»"]*[^\s<>«»".,;:!?)\]])/;
const inline = (text) => text.split(ADDRESS).map((part, i) => (i % 2 ? link(part, part, hidden(T.newWindow)) : part));

/** Plain text to paragraphs and lists; only http(s) addresses become links. */
export function paragraphs(text) {
  const blocks = [];
  let open;
  for (const line of String(text).split("\n")) {
    const [, item] = /^\s*[-•–] +(.+)/.exec(line) || [];
    const tag = item ? "UL" : "P";
    if (!item && !line.trim()) open = null;
    else {
      if (open?.tagName !== tag) blocks.push((open = h(tag)));
      else if (!item) open.append(h("br"));
      open.append(...(item ? [h("li", null, inline(item))] : inline(line)));
    }
  }
  return blocks;
}

/** « 2 mai 2023 » from 2023-05-02 (or « mai 2023 », « 2023 »); `weekday` adds the day's name. */
export function frenchDate(iso, weekday) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(iso) || [];
  const options = { year: "numeric", month: month && "long", day: day && "numeric", weekday: weekday && "long" };
  return year ? new Date(year, (month || 1) - 1, day || 1).toLocaleDateString("fr-FR", options).replace(/\b1 /, "1er ") : "";
}
