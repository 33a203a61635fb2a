// Everything works without this file: while the page is open, it says who else is on it, shows what
// arrives, and never touches what is being written.
import { announce, follow, moving, read, root, show, words } from "./vif.js";

const place = document.querySelector("[data-presence]");
const shown = new Set([...place.querySelectorAll("p")].map((each) => each.textContent.trim()));
const reply = document.getElementById("corps");
const files = document.querySelector("[data-poids]");
let known = root.dataset.etat;

function form(leaving) {
  const data = new FormData();
  data.set("csrf", place.dataset.csrf);
  if (leaving) data.set("depart", "1");
  return data;
}

function same(told) {
  return told.length === shown.size && told.every((each) => shown.has(each));
}

function tellPresence(told) {
  if (same(told)) return;
  shown.clear();
  place.replaceChildren(
    ...told.map((sentence) => {
      shown.add(sentence);
      const box = document.createElement("div");
      box.className = "message attention";
      box.append(document.createElement("p"));
      box.firstChild.textContent = sentence;
      return box;
    }),
  );
}

function lines(page) {
  return [...page.querySelectorAll('[data-vif="fil"] > ol > li')];
}

function arrived(line) {
  const author = line.querySelector(".qui-dit strong").textContent;
  const kind = ["elu", "public", "internal"].find((each) => line.classList.contains(each));
  return kind ? words[kind].replace("{auteur}", author) : null;
}

function text(page, region) {
  return page.querySelector(`[data-vif="${region}"]`).textContent;
}

function news(fresh) {
  const read = new Set(lines(root).map((each) => each.dataset.cle));
  const lately = lines(fresh).filter((each) => !read.has(each.dataset.cle));
  const told = [...new Set(lately.map(arrived))].filter(Boolean);
  if (text(fresh, "etats") !== text(root, "etats")) told.push(words.etat);
  else if (text(fresh, "faits") !== text(root, "faits") && !told.length) told.push(words.demande);
  return told.length && reply?.value.trim() ? [...told, words.garde] : told;
}

function untouched(field) {
  if (field.type === "file") return !field.files.length;
  if (field.type === "checkbox") return field.checked === field.defaultChecked;
  if (field.options) return [...field.options].every((o) => o.selected === o.defaultSelected);
  return field === reply ? !field.value.trim() : field.value === field.defaultValue;
}

// Fill a form as the page would be written now.
function refill(own, fresh) {
  for (const each of own.querySelectorAll("select")) {
    const now = fresh.elements[each.name];
    if (now) each.replaceChildren(...[...now.options].map((o) => document.importNode(o, true)));
    for (const option of each.options) option.selected = option.defaultSelected;
  }
  own.elements.version.value = fresh.elements.version.value;
}

// A form that nobody touched follows the request; in another, nothing moves: it is said.
function followForms(fresh) {
  for (const own of root.querySelectorAll("form[data-suit]")) {
    const now = fresh.querySelector(`form[data-suit="${own.dataset.suit}"]`);
    if (!now || now.elements.version.value === own.elements.version.value) continue;
    const fields = [...own.querySelectorAll("select, textarea, input:not([type=hidden])")];
    if (fields.every(untouched)) refill(own, now);
    else own.querySelector("[data-perime]").hidden = false;
    own.dataset.version = now.elements.version.value;
  }
}

async function beat() {
  const answer = await fetch(place.dataset.presence, { method: "POST", body: form(false) });
  if (!answer.ok || answer.redirected) throw new Error("unread");
  if (!moving()) return;
  const told = await answer.json();
  tellPresence(told.avis);
  if (told.etat === known) return;
  const fresh = (await read(`${root.dataset.demande}/vif`)).querySelector("[data-mots]");
  const sentences = news(fresh);
  show(fresh);
  followForms(fresh);
  known = fresh.dataset.etat;
  if (sentences.length) announce(...sentences);
}

root.addEventListener("click", (event) => {
  const notice = event.target.closest("[data-perime] button")?.closest("[data-perime]");
  if (!notice) return;
  const own = notice.closest("form");
  own.elements.version.value = own.dataset.version;
  notice.hidden = true;
  own.querySelector("textarea, select").focus();
});

follow(beat);
addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.presence, form(true)));

// What is written and not sent is not left without a word.
let sending = false;

function unsent() {
  if (!reply || sending) return false;
  const written = reply.value !== reply.defaultValue || "nonEnvoye" in reply.dataset;
  return Boolean((written && reply.value.trim()) || files.files.length);
}

reply?.form.addEventListener("submit", () => (sending = true));
addEventListener("pageshow", () => (sending = false));
addEventListener("beforeunload", (event) => unsent() && event.preventDefault());

// A file that is too heavy would travel for nothing: said at once.
const heavy = document.getElementById("erreur-pieces");
files?.addEventListener("change", () => {
  const over = [...files.files].some((each) => each.size > Number(files.dataset.poids));
  heavy.textContent = over ? files.dataset.trop : "";
  files.setCustomValidity(heavy.textContent);
});
