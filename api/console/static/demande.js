// Everything works without this file: it only says, while the page is open, who else is on it.
const EVERY = 25_000;
const place = document.querySelector("[data-presence]");
const shown = new Set([...place.querySelectorAll("p")].map((each) => each.textContent.trim()));

function form(leaving) {
  const data = new FormData();
  data.set("csrf", place.dataset.csrf);
  data.set("version", place.dataset.version);
  if (leaving) data.set("depart", "1");
  return data;
}

function same(told) {
  return told.length === shown.size && told.every((each) => shown.has(each));
}

async function beat() {
  if (document.hidden) return;
  const sent = { method: "POST", body: form(false) };
  const answer = await fetch(place.dataset.presence, sent).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const told = (await answer.json()).avis;
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

setInterval(beat, EVERY);
document.addEventListener("visibilitychange", beat);
addEventListener("pageshow", (event) => event.persisted && beat());
addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.presence, form(true)));

// A file that is too heavy would travel for nothing: said at once.
const files = document.querySelector("[data-poids]");
const heavy = document.getElementById("erreur-pieces");
files.addEventListener("change", () => {
  const over = [...files.files].some((each) => each.size > Number(files.dataset.poids));
  heavy.textContent = over ? files.dataset.trop : "";
  files.setCustomValidity(heavy.textContent);
});
