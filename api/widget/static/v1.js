/**
 * Orientation : l'assistant en une balise.
 *   <script type="module" src="https://…/widget/v1.js" data-theme="clair"></script>
 * Pose le bouton sur la page, sauf si elle contient déjà <orientation-assistant> ou si data-auto="false".
 * Attributs (data-… sur la balise, sans préfixe sur l'élément) : voir v1/assistant.js.
 */
import { request } from "./v1/api.js";
import { OrientationAssistant } from "./v1/assistant.js";
import { button, h, paragraphs } from "./v1/dom.js";
import { T, typeset } from "./v1/texts.js";

const NAME = "orientation-assistant";
if (!customElements.get(NAME)) customElements.define(NAME, OrientationAssistant);

const script = [...document.scripts].find((each) => each.src === import.meta.url);
if (script && script.dataset.auto !== "false" && !document.querySelector(NAME)) {
  const element = document.createElement(NAME);
  for (const { name, value } of script.attributes) {
    if (name.startsWith("data-")) element.setAttribute(name.slice(5), value);
  }
  document.body.append(element);
}

// What v1/more.js, loaded at need, borrows.
export { button, h, paragraphs, request, T, typeset };
