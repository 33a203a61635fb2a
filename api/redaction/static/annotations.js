// Everything works without this file: it only lets a letter press the button that shows it.
const zone = document.querySelector("[data-clavier]");

if (zone) {
  zone.focus({ preventScroll: true });
  zone.addEventListener("keydown", press);
}

// Listened to in the zone only: elsewhere, a letter typed by a voice or by chance does nothing.
function press(event) {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const button = [...zone.querySelectorAll("[data-touche]")].find(
    (each) => each.dataset.touche === event.key.toLowerCase(),
  );
  if (!button) return;
  event.preventDefault();
  zone.removeEventListener("keydown", press);
  button.click();
}
