/** One function per message type of the contract: data in, elements out. */
import { ROOT } from "./api.js";
import { button, frenchDate, h, hidden, icon, link, paragraphs } from "./dom.js";
import { T } from "./texts.js";

/**
 * Elements of a turn's messages. `view`: { choose(choice, button), request(message), act(name) }.
 * An unknown type shows its text if it has one: older widgets outlive newer services.
 */
export function renderMessages(messages, view) {
  const form = messages.some(({ type }) => type === "recapitulatif");
  return messages.flatMap((message) => {
    // The request form has its own buttons to send, edit and cancel.
    if (form && message.type === "choices") return [];
    return (RENDERERS[message.type] || RENDERERS.text)(message, view);
  });
}

const RENDERERS = {
  text: ({ text = "", action }, view) => [
    ...paragraphs(text),
    ...(action ? [button(action === "exporter" ? T.export : T.erase, () => view.act(action))] : []),
  ],
  resources: ({ items }) => h("ul", { class: "cards", role: "list" }, items.map(card)),
  orientation,
  choices: ({ choices }, view) =>
    h("div", { class: "choices" }, choices.map((choice) => button(choice.label, (event) => view.choose(choice, event.currentTarget)))),
  satisfaction: ({ choices }) =>
    h("div", { class: "choices" }, choices.map(({ label, url }) => link(new URL("." + url, ROOT), label, hidden(T.newWindow)))),
  ticket,
  recapitulatif: (message, view) => view.request(message),
};

function card({ type, title, summary, why, url, source, source_date, source_date_kind, territoires }) {
  const places = (territoires || []).map((place) => place.nom || (/:/.test(place) ? "" : place)).filter(Boolean);
  const date = (source_date_kind === "consultation" ? T.seenOn : "") + frenchDate(source_date);
  return h(
    "li",
    { class: "card" },
    h("p", { class: "tag" }, [T.types[type] || type, ...places.slice(0, 3)].join(" · ")),
    h("h3", null, title),
    h("p", null, summary),
    why && h("p", { class: "why" }, hidden(T.why), why),
    h("p", { class: "meta" }, h("span", null, T.source, source, source_date && ", " + date), " ", link(url, T.read, hidden(" : " + title), T.newWindow)),
  );
}

function orientation({ title, route, reasons, alternatives, next_step }) {
  return h(
    "div",
    { class: "card orientation" },
    h("p", { class: "tag" }, T.orientation),
    h("h3", null, title || T.routes[route]),
    h(
      "ul",
      { role: "list" },
      (reasons || []).map(({ critere, statut, source }) =>
        h("li", { class: statut }, icon(statut), h("span", null, h("b", null, T.statuses[statut]), " – ", critere, " ", source && link(source, T.read, T.newWindow))),
      ),
    ),
    next_step && h("p", { class: "next" }, h("b", null, T.next), next_step),
    alternatives?.length > 0 &&
      h(
        "details",
        null,
        h("summary", null, T.others),
        h("dl", null, alternatives.map((each) => [h("dt", null, each.title || T.routes[each.route]), h("dd", null, each.why_not)])),
      ),
    h("p", { class: "hint" }, T.indicative),
  );
}

function ticket({ reference, status, expected_reply_by, expected_reply_text }) {
  const fact = (name, value) => value && h("div", null, h("dt", null, name), h("dd", null, value));
  return h(
    "div",
    { class: "card ticket" },
    h("h3", null, T.ticket),
    h("dl", null, fact(T.reference, reference), fact(T.state, T.states[status]), fact(T.expected, expected_reply_text || frenchDate(expected_reply_by, 1))),
  );
}

/** « Utile / Pas utile », then why. `send(body)` may reject; `more()` gives the reason form at need. */
export function feedback(send, more) {
  const box = h("div", { class: "feedback", role: "group", "aria-label": T.useful });
  const answer = async (body) => {
    const [kind, text] = await send(body).then(() => ["", T.thanks], () => ["error", T.failed]);
    box.replaceChildren(...(kind ? box.childNodes : []), h("p", { tabindex: "-1", class: kind }, text));
    box.lastChild.focus();
  };
  const explain = async () => {
    const { reasonForm } = await more();
    box.replaceChildren(reasonForm((reason) => answer({ useful: false, ...reason })));
    box.scrollIntoView({ block: "nearest" });
    box.querySelector("input").focus();
  };
  box.append(T.useful, button(T.yes, () => answer({ useful: true })), button(T.no, explain));
  return box;
}
