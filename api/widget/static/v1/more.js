/** What the widget loads at need: the request to an advisor, the reasons of an opinion, export, erasure, joined files. */
export { reasonForm } from "./reasons.js";
export { openRequest } from "./request.js";
export { effacer, exporter, joined } from "./rights.js";
export { sheet } from "./more_style.js";
