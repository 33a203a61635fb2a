// A choice that this browser keeps: a box, ticked until it is unticked.
export function setting(kept, boxes) {
  let chosen = null;
  const on = () => {
    if (chosen !== null) return chosen;
    try {
      return localStorage.getItem(kept) !== "non";
    } catch {
      return true;
    }
  };
  for (const each of document.querySelectorAll(boxes)) {
    each.closest("[hidden]")?.removeAttribute("hidden");
    each.checked = on();
    each.addEventListener("change", () => {
      chosen = each.checked;
      try {
        localStorage.setItem(kept, chosen ? "oui" : "non");
      } catch {
        // The browser keeps nothing: the choice holds for no other page.
      }
    });
  }
  return on;
}
