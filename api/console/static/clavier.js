// Shortcuts of one letter, as the page itself lists them; never in a field, and to be turned off.
import { setting } from "./reglage.js";

const wanted = setting("orientation-raccourcis", "[data-raccourcis]");
const SEQUENCE = 1_500;
const FIELDS = "input, textarea, select, [contenteditable], [role=textbox], dialog";
// Held down, these go on; the others act once.
const HELD = new Set(["suivante", "precedente"]);
const help = document.getElementById("raccourcis");
const reply = document.getElementById("corps");
const listed = [...document.querySelectorAll("[data-touches]")];
const gestures = new Map(listed.map((each) => [each.dataset.touches, each.dataset]));
const firsts = new Set([...gestures.keys()].filter((each) => each[1] === " ").map((e) => e[0]));
let first = "";
let forgotten = 0;

function step(by) {
  const links = [...document.querySelectorAll(".file h2 a")];
  const at = links.findIndex((each) => each.closest("li").contains(document.activeElement));
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  return Boolean(next);
}

function writing() {
  const files = reply?.form.querySelector("[type=file]")?.files;
  return Boolean(reply?.value.trim() || files?.length);
}

// What is written for colleagues is never turned into an answer to the élu by a letter.
function choose(selector) {
  const choice = selector && document.querySelector(selector);
  if (choice && (choice.value === "internal" || !writing())) choice.checked = true;
}

// A letter neither leaves the page nor sends another form while an answer is being written.
async function hold() {
  reply.focus();
  const { announce, words } = await import("./vif.js");
  announce(words.retenu);
}

function open(block) {
  for (let each = block.closest("details"); each; each = each.parentElement.closest("details")) {
    each.open = true;
  }
}

function act({ acte, vise, coche }) {
  if (acte === "aide") return help ? (help.showModal(), true) : false;
  if (acte === "suivante") return step(1);
  if (acte === "precedente") return step(-1);
  const target = document.querySelector(vise);
  if (!target) return false;
  if (acte === "clic") return (writing() ? hold() : target.click(), true);
  choose(coche);
  open(target);
  target.focus();
  if (target.type === "search") target.select();
  return true;
}

function ignored(event) {
  const held = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  if (held || event.defaultPrevented || event.getModifierState("AltGraph")) return true;
  return event.key.length !== 1 || event.target.closest?.(FIELDS) || help?.open || !wanted();
}

document.addEventListener("keydown", (event) => {
  if (ignored(event)) return;
  const key = event.shiftKey ? event.key : event.key.toLowerCase();
  if (event.repeat && !HELD.has(gestures.get(key)?.acte)) return;
  const asked = first ? `${first} ${key}` : key;
  clearTimeout(forgotten);
  first = "";
  if (firsts.has(asked)) {
    first = asked;
    forgotten = setTimeout(() => (first = ""), SEQUENCE);
    return;
  }
  const found = gestures.get(asked);
  if (found && act(found)) event.preventDefault();
});
