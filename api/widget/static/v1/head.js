/** The top of the panel: what it is, the human one click away, the menu. */
import { ROOT } from "./api.js";
import { button, h, icon } from "./dom.js";
import { T } from "./texts.js";

/** Builds the head and gives the panel its `menu`. */
export function panelHead(panel) {
  const item = (content) => h("li", null, content);
  const action = (label, task) =>
    item(
      button(label, () => {
        panel.input.focus();
        panel.menu.open = false;
        task();
      }, ""),
    );
  panel.menu = h(
    "details",
    { onfocusout: ({ relatedTarget }) => panel.menu.contains(relatedTarget) || (panel.menu.open = false) },
    h("summary", null, icon("menu"), T.menu),
    h(
      "ul",
      { role: "list" },
      action(T.export, () => panel.act("exporter")),
      action(T.erase, () => panel.act("effacer")),
      !panel.page && action(T.resize, () => panel.element.classList.toggle("large")),
      Object.entries(T.links).map(([path, label]) => item(h("a", { href: new URL(path, ROOT), target: "_blank" }, label, T.newWindow))),
    ),
  );
  const human = button([icon("person"), T.human], () => panel.human());
  const close = !panel.page && button([icon("non_rempli"), T.close], panel.close, "");
  return h(
    "div",
    { class: "head" },
    h("div", { class: "bar" }, h("h2", { id: "title" }, T.title), panel.menu, close),
    h("div", { class: "bar wrap" }, h("p", null, T.subtitle), human),
  );
}
