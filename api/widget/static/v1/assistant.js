/**
 * <orientation-assistant> : l'assistant, en bouton flottant ou en pleine page.
 * Attributs : mode="page" (pleine page), theme="clair" (pas de thème sombre), open, site, territoire-code,
 *   memoire="session" (oublie la conversation à la fermeture de l'onglet ; sinon elle reste sur l'appareil).
 * Méthodes : open(), close(). Couleurs et taille : propriétés CSS --oa-… (voir style.js).
 */
import { ROOT } from "./api.js";
import { Conversation } from "./conversation.js";
import { button, icon } from "./dom.js";
import { Panel } from "./panel.js";
import { sheet } from "./style.js";
import { T } from "./texts.js";

export class OrientationAssistant extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    addEventListener("online", this);
    document.addEventListener("visibilitychange", this);
    this.handleEvent({});
    if (this.page || this.hasAttribute("open")) this.open();
    else if (this.chat.kept.awaited) this.panel.start(); // an advisor may have answered meanwhile
  }

  disconnectedCallback() {
    removeEventListener("online", this);
    document.removeEventListener("visibilitychange", this);
    this.chat.pause();
  }

  handleEvent({ type }) {
    if (!this.panel.started) return;
    if (type === "online") this.chat.sync();
    else this.chat.listen();
  }

  #build() {
    const read = (name) => this.getAttribute(name) || undefined;
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    this.page = read("mode") === "page";
    const about = { page_url: location.origin + location.pathname, site: read("site"), territoire_code: read("territoire-code") };
    this.panel = new Panel(this.page, () => this.close(), () => this.#news());
    this.chat = this.panel.chat = new Conversation(
      () => (read("memoire") === "session" ? sessionStorage : localStorage),
      "orientation:" + ROOT.host,
      about,
      this.panel,
    );
    this.box = this.panel.element;
    this.launcher = button([], () => (this.box.open ? this.close() : this.open()), "launcher");
    this.launcher.setAttribute("aria-controls", this.box.id);
    this.shadowRoot.append(...(this.page ? [] : [this.launcher]), this.box);
    this.#label();
  }

  #label(news) {
    this.launcher.ariaExpanded = Boolean(this.box.open);
    this.launcher.replaceChildren(icon("chat"), T.launcher, news ? ` – ${T.unread}` : "");
  }

  #news() {
    if (!this.page && !this.box.open) this.#label(true);
  }

  /** Opens the panel; full screen on a narrow one, where the page behind becomes unreachable. */
  open() {
    if (!this.page && !this.box.open) {
      if (matchMedia("(max-width: 40em)").matches) this.box.showModal();
      else this.box.show();
      this.#label();
      this.panel.toEnd();
      this.panel.input.focus();
    }
    this.panel.start();
  }

  /** Closes the panel; the conversation goes on. */
  close() {
    if (this.page) return;
    this.box.close();
    this.#label();
    this.launcher.focus();
  }
}
