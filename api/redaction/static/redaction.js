// Everything works without this file: it only suggests the names of territories while one types, and
// shows what « all of this page » ticks.
const DELAY = 180;

for (const field of document.querySelectorAll("[data-territoire]")) suggest(field);
for (const form of document.querySelectorAll("[data-lot]")) tickAll(form);

function tickAll(form) {
  const all = form.elements.toutes;
  const boxes = [...form.querySelectorAll('[name="choix"]')];
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  for (const box of boxes)
    box.addEventListener("change", () => (all.checked = boxes.every((each) => each.checked)));
}

function suggest(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-propositions`;
  field.after(list);
  field.setAttribute("list", list.id);
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => fill(field, list), DELAY);
  });
}

async function fill(field, list) {
  const text = field.value.trim();
  if (text.length < 2) return;
  const root = document.querySelector(".marque").pathname.replace(/console\/$/, "");
  const answer = await fetch(`${root}api/v1/territoires?q=${encodeURIComponent(text)}`).catch(() => null);
  if (!answer?.ok) return;
  const { items } = await answer.json();
  list.replaceChildren(
    ...items.map((item) => {
      const option = document.createElement("option");
      option.value = field.dataset.territoire === "nom" ? item.nom : `${item.type}:${item.code}`;
      option.label = item.departement ? `${item.nom} (${item.departement})` : item.nom;
      return option;
    }),
  );
}
