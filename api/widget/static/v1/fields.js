/** A form field: visible label, hint and error tied to the control for assistive tools. */
import { h } from "../v1.js";

export function field(id, label, control, hint, kind = "") {
  const error = h("p", { id: id + "-e", class: "error", hidden: true });
  control.id = id;
  control.setAttribute("aria-describedby", `${id}-h ${id}-e`);
  return h("div", { class: "field " + kind }, h("label", { for: id }, label), hint && h("p", { id: id + "-h", class: "hint" }, hint), control, error);
}

/** Shows the error of a field built by `field`; clears it without text. */
export function fieldError(control, text) {
  const error = control.getRootNode().getElementById(control.id + "-e");
  error.textContent = text || "";
  error.hidden = !text;
  control.ariaInvalid = Boolean(text);
}
