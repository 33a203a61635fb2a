/** The request to an advisor: read, edited and agreed to before it leaves. */
import { button, h, paragraphs, T } from "../v1.js";
import { field, fieldError } from "./fields.js";
import { M } from "./more_texts.js";
import { placeField } from "./place.js";

let forms = 0;

/** Shows a `recapitulatif` in `box`: as the panel's current request, unless it is over already. */
export function openRequest(panel, box, message) {
  if (panel.request !== box) return box.append(h("p", { class: "hint" }, M.closed));
  panel.form?.finish();
  const send = (body) => panel.send("handover", body, M.spoken);
  const cancel = () => {
    panel.endRequest();
    panel.send("messages", { payload: "/annuler_demande", label: T.cancel }, T.cancel);
    panel.input.focus();
  };
  panel.form = requestForm(box, message, { send, cancel, done: () => (panel.form = null) });
  panel.show(box.parentNode);
  if (box.getRootNode().activeElement?.closest(".head, .choices")) panel.form.focusTitle();
}

/** The form itself: { focusTitle(), unlock(why) when refused, finish(sent) for ever }. */
function requestForm(box, { demande, mention, delai_texte }, { send, cancel, done }) {
  const id = `d${++forms}-`;
  const input = (type, autocomplete, value) => h("input", { type, autocomplete, value, maxlength: 254 });
  const need = h("textarea", { rows: 4, maxlength: 4000, required: true });
  need.value = demande.besoin || "";
  const place = placeField(id + "lieu", demande.territoire);
  const name = input("text", "name", demande.nom);
  const email = input("email", "email", demande.courriel);
  const phone = input("tel", "tel", demande.telephone);
  const consent = h("input", { type: "checkbox", required: true });
  const explain = h("p", { id: id + "m", class: "hint" });
  const submit = h("button", { class: "main", "aria-describedby": explain.id }, M.send);
  const title = h("h3", { tabindex: -1 }, M.title);
  const state = h("p", { class: "state", tabindex: -1 });

  const filled = ({ value }) => value.trim();
  const lacking = () =>
    [
      [need, !filled(need), M.lacks.need],
      [place.input, !place.valid(), M.lacks.place],
      [email, filled(email) && !/^\S+@\S+\.\S+$/.test(filled(email)), M.lacks.email],
      [email, !filled(email) && !filled(phone), M.lacks.contact],
      [consent, !consent.checked, M.lacks.consent],
    ].filter(([, lack]) => lack);
  const refresh = () => {
    const lacks = lacking();
    explain.textContent = lacks.length ? M.missing(lacks.map(([, , [what]]) => what)) : M.ready;
    submit.ariaDisabled = lacks.length ? "true" : null;
    for (const control of form.querySelectorAll("[aria-invalid=true]")) if (!lacks.some(([each]) => each === control)) fieldError(control);
  };
  const onsubmit = (event) => {
    event.preventDefault();
    const lacks = lacking();
    for (const [control, , [, message]] of lacks) fieldError(control, message);
    if (lacks.length) return lacks[0][0].focus();
    const { type, code } = place.chosen() || {};
    const moved = code !== demande.territoire?.code && { territoire_type: type, territoire_code: code || "" };
    show(M.sending, true);
    send({ besoin: filled(need), nom: filled(name), courriel: filled(email), telephone: filled(phone), ...moved, consentement: true, envoyer: true });
  };
  const show = (text, sending) => {
    form.inert = sending;
    state.textContent = text;
    state.focus();
  };

  const form = h(
    "form",
    { novalidate: true, oninput: refresh, onsubmit },
    h("p", null, M.intro, " ", delai_texte && `${T.expected} ${delai_texte}.`),
    field(id + "besoin", M.need, need),
    place.element,
    field(id + "nom", M.name, name),
    h("fieldset", null, h("legend", null, M.contact), h("div", { class: "pair" }, field(id + "courriel", M.email, email), field(id + "tel", M.phone, phone))),
    h("div", { class: "next" }, h("b", null, M.willSend), h("ul", null, transmitted(demande).map((text) => h("li", null, text)))),
    mention && h("div", { class: "hint" }, paragraphs(mention)),
    field(id + "accord", M.consent, consent, "", "check"),
    explain,
    h("p", { class: "choices" }, submit, button(T.cancel, cancel)),
  );
  refresh();
  box.classList.add("request");
  box.append(title, state, form);
  return {
    focusTitle: () => title.focus(),
    unlock: (why) => show(why, false),
    finish(sent) {
      form.remove();
      state.textContent = sent ? M.sent : M.closed;
      done();
    },
  };
}

function transmitted({ population, role, themes, ressources_vues, demarche_suggeree }) {
  return [
    M.transcript,
    population && M.population(population),
    role && M.role + (M.roles[role] || role),
    themes?.length && M.themes + themes.join(", "),
    ressources_vues?.length && M.seen + ressources_vues.map((each) => M.quote(each.title)).join(", "),
    demarche_suggeree && M.suggested + demarche_suggeree.title,
  ].filter(Boolean);
}
