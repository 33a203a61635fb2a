// Everything works without this file. It measures, suggests places while one types, and keeps the
// preview up to date; the server says the same when a button is pressed.
const form = document.querySelector("[data-editeur]");
const QUIET = 700;
const TYPING = 180;

if (form) {
  for (const field of form.querySelectorAll("[data-compte]")) measure(field);
  watchPlaces(form);
  watchPreview(form);
  keepFromLeaving(form);
}

function measure(field) {
  const [unit, least, most] = field.dataset.compte.split(" ");
  const note = document.createElement("span");
  note.className = "mesure";
  field.after(note);
  const tell = () => {
    const text = field.value.trim();
    const count = unit === "mots" ? text.split(/\s+/).filter(Boolean).length : text.length;
    note.textContent = `${count} ${unit === "mots" ? "mots" : "caractères"} (de ${least} à ${most})`;
    note.classList.toggle("bon", count >= Number(least) && count <= Number(most));
  };
  field.addEventListener("input", tell);
  tell();
}

function watchPlaces(form) {
  const field = form.querySelector("[data-lieu]");
  const list = form.querySelector("[data-propositions]");
  const told = form.querySelector("[data-lieux-trouves]");
  const chosen = form.querySelector("[data-lieux]");
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => suggest(field, list, told), TYPING);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="geste"]');
    const [gesture, ...rest] = (button?.value ?? "").split(":");
    const reference = rest.join(":");
    if (gesture === "ajouter") add(chosen, reference, button.textContent);
    else if (gesture === "retirer") remove(chosen, button.closest("li"));
    else return;
    event.preventDefault();
    list.replaceChildren();
    told.textContent = "";
    field.value = "";
    field.focus();
    form.dispatchEvent(new Event("input"));
  });
}

async function suggest(field, list, told) {
  const text = field.value.trim();
  if (text.length < 2) {
    list.replaceChildren();
    told.textContent = "";
    return;
  }
  const root = document.querySelector(".marque").pathname.replace(/console\/$/, "");
  const address = `${root}api/v1/territoires?q=${encodeURIComponent(text)}`;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || field.value.trim() !== text) return;
  const { items } = await answer.json();
  told.textContent = items.length
    ? `${items.length} ${items.length > 1 ? "territoires" : "territoire"} pour « ${text} »`
    : `Aucun territoire pour « ${text} »`;
  list.replaceChildren(...items.map((each) => proposal(`${each.type}:${each.code}`, each.label)));
}

function proposal(reference, name) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "geste", value: `ajouter:${reference}` });
  button.className = "bouton discret petit";
  button.textContent = name;
  item.append(button);
  return item;
}

function add(chosen, reference, name) {
  for (const input of chosen.querySelectorAll("input")) {
    if (input.value === "france" || input.value === reference) input.closest("li").remove();
  }
  const item = document.createElement("li");
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "territoires", value: reference });
  const label = document.createElement("span");
  label.textContent = name;
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "geste", value: `retirer:${reference}` });
  button.className = "lien";
  button.textContent = "Retirer";
  const which = document.createElement("span");
  which.className = "invisible";
  which.textContent = ` ${name}`;
  button.append(which);
  item.append(input, label, " ", button);
  chosen.append(item);
}

function remove(chosen, item) {
  item.remove();
  if (chosen.children.length) return;
  const national = document.createElement("li");
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "territoires", value: "france" });
  const label = document.createElement("span");
  label.textContent = "Toute la France";
  national.append(input, label);
  chosen.append(national);
}

function watchPreview(form) {
  let timer = 0;
  let asked = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const data = new URLSearchParams(new FormData(form));
      data.set("geste", "apercu");
      data.delete("lieu");
      const answer = await fetch(location.href, { method: "POST", body: data }).catch(() => null);
      if (!answer?.ok || mine !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const place of document.querySelectorAll("[data-vivant]")) {
        const fresh = page.getElementById(place.id);
        if (fresh) place.replaceChildren(...fresh.childNodes);
      }
    }, QUIET);
  });
}

function keepFromLeaving(form) {
  let written = "nonEnregistre" in form.dataset;
  form.addEventListener("input", () => (written = true));
  form.addEventListener("submit", () => (written = false));
  window.addEventListener("beforeunload", (event) => {
    if (written) event.preventDefault();
  });
}
