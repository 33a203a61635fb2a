// What the pages that stay open share. Everything works without it: it only spares a reload.
import { setting } from "./reglage.js";

const EVERY = 15_000;
// Nobody at the keyboard for so long: the page stops asking, and its session ends as it should.
const LEFT = 30 * 60_000;
const FAILURES = 3;

export const root = document.querySelector("[data-mots]");
export const words = JSON.parse(root.dataset.mots);
// Whoever reads may stop what moves by itself.
export const moving = setting("orientation-mise-a-jour", "[data-mise-a-jour]");
const place = root.querySelector("[data-annonce]");
let waiting = null;
let failed = 0;
let touched = Date.now();

export function announce(...sentences) {
  const box = document.createElement("div");
  box.className = "message annonce";
  box.append(document.createElement("p"));
  box.firstChild.textContent = sentences.join(" ");
  place.replaceChildren(...(sentences.length ? [box] : []));
}

// Someone has the focus there, or is selecting what is written there: it is not taken away.
export function busy(node) {
  if (node.contains(document.activeElement)) return true;
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(node, true);
}

// Put the items of a list as they are now, by their key; the one that is being read stays.
export function reconcile(list, fresh) {
  const known = new Map([...list.children].map((each) => [each.dataset.cle, each]));
  const wanted = [...fresh.children].map((each) => keep(known, each));
  for (const each of known.values()) {
    if (wanted.includes(each)) continue;
    if (busy(each)) each.classList.add("partie");
    else each.remove();
  }
  const anchor = wanted.findIndex((each) => each.parentNode === list && busy(each));
  let cursor = list.firstElementChild;
  for (const [rank, each] of wanted.entries()) {
    if (rank === anchor || each === cursor) cursor = each.nextElementSibling;
    else list.insertBefore(each, cursor);
  }
}

function keep(known, fresh) {
  const old = known.get(fresh.dataset.cle);
  if (!old) return document.importNode(fresh, true);
  old.className = fresh.className;
  if (old.textContent === fresh.textContent) return old;
  if (!busy(old)) return document.importNode(fresh, true);
  for (const each of fresh.querySelectorAll(":scope > p")) {
    const shown = old.querySelector(`:scope > p.${each.classList[0]}`);
    if (shown && !busy(shown)) shown.replaceChildren(...copy(each));
  }
  return old;
}

function copy(node) {
  return [...node.childNodes].map((each) => document.importNode(each, true));
}

function refresh(region, fresh) {
  if (region.innerHTML === fresh.innerHTML) return;
  const [list, wanted] = [region, fresh].map((each) => each.querySelector(":scope > ol"));
  if (list && wanted) reconcile(list, wanted);
  else if (!busy(region)) region.replaceChildren(...copy(fresh));
}

// Show again each region that changed; those that are in use wait until they are left.
export function show(fresh) {
  waiting = null;
  for (const region of root.querySelectorAll("[data-vif]")) {
    const now = fresh.querySelector(`[data-vif="${region.dataset.vif}"]`);
    if (!now) continue;
    const used = busy(region);
    if (used) waiting = fresh;
    if (!used || region.querySelector(":scope > ol")) refresh(region, now);
  }
}

function again() {
  setTimeout(() => waiting && moving() && show(waiting));
}

document.addEventListener("focusout", again);
document.addEventListener("selectionchange", again);

export async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error("unread");
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Ask once in a while, as long as the page is looked at, and when it is looked at again.
export function follow(ask) {
  let asking = false;
  async function turn() {
    if (document.hidden || asking || Date.now() - touched > LEFT) return;
    asking = true;
    try {
      await ask();
      if (failed >= FAILURES && moving()) announce(words.reprise);
      failed = 0;
    } catch {
      failed += 1;
      if (failed === FAILURES && moving()) announce(words.arret);
    }
    asking = false;
  }
  setInterval(turn, EVERY);
  document.addEventListener("visibilitychange", turn);
  root.querySelector("[data-mise-a-jour]").addEventListener("change", turn);
  addEventListener("pageshow", (event) => event.persisted && turn());
  for (const each of ["keydown", "pointerdown", "pointermove"]) {
    addEventListener(each, () => (touched = Date.now()), { passive: true });
  }
}
