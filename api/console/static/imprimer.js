// The page says by itself how to print; this is only a button for it.
const button = document.querySelector("[data-imprimer]");
button.hidden = false;
button.addEventListener("click", () => print());
