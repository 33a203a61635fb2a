// The queue, while it is open: what arrives, changes or is taken shows by itself.
import { announce, follow, moving, read, root, show, words } from "./vif.js";

const queue = root.dataset.file;
let known = root.dataset.etat;
let newest = root.dataset.dernier;

function listed(page) {
  return page.querySelector('[data-vif="file"]').textContent;
}

function tell(count, moved) {
  if (count > 1) announce(words.nouvelles.replace("{nombre}", count));
  else if (count === 1) announce(words.nouvelle);
  else if (moved) announce(words.file_changee);
}

async function ask() {
  if (!moving()) return;
  const asked = new URLSearchParams(location.search);
  const answer = await fetch(`${queue}/pouls?${asked}`);
  if (!answer.ok || answer.redirected) throw new Error("unread");
  if ((await answer.json()).etat === known) return;
  asked.set("apres", newest);
  const fresh = (await read(`${queue}/vif?${asked}`)).querySelector("[data-mots]");
  const moved = listed(fresh) !== listed(root);
  show(fresh);
  known = fresh.dataset.etat;
  newest = fresh.dataset.dernier;
  tell(Number(fresh.dataset.nouvelles), moved);
}

follow(ask);
