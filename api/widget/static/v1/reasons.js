/** Why an answer was not useful. */
import { h } from "../v1.js";
import { M } from "./more_texts.js";

/** `send({ reason, comment })` gets what was chosen; both are optional. */
export function reasonForm(send) {
  const onsubmit = (event) => {
    event.preventDefault();
    const { reason, comment } = Object.fromEntries(new FormData(event.target));
    send({ reason, comment: comment.trim() || undefined });
  };
  return h(
    "form",
    { onsubmit },
    h(
      "fieldset",
      null,
      h("legend", null, M.reasonAsk),
      Object.entries(M.reasons).map(([value, label]) => h("label", null, h("input", { type: "radio", name: "reason", value }), label)),
    ),
    h("label", { class: "field" }, M.comment, h("input", { name: "comment", maxlength: 1000 })),
    h("button", { class: "soft" }, M.sendOpinion),
  );
}
