/** What the widget loads at need: the request to an advisor, the reasons of an opinion, export and erasure. */
export { reasonForm } from "./reasons.js";
export { openRequest } from "./request.js";
export { effacer, exporter } from "./rights.js";
export { sheet } from "./more_style.js";
