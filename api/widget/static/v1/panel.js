/** What the élu sees and does: the log, the field, the menu. Conversation calls it back (greeted, turn, waiting…). */
import { ROOT } from "./api.js";
import { button, h, hidden, icon, paragraphs } from "./dom.js";
import { panelHead } from "./head.js";
import { feedback, renderMessages } from "./messages.js";
import { T } from "./texts.js";

const MAX_LENGTH = 4000;
const WARN_LENGTH = 3500;
const lengthOf = (text) => [...text.trim()].length;

export class Panel {
  #labels = {}; // payload → label, to name a button press read back from the history
  #turns = new Set();
  #thinking;

  constructor(page, close, news) {
    Object.assign(this, { page, close, news });
    this.log = h("div", { class: "log", role: "log", "aria-label": T.log, tabindex: "0" });
    this.status = h("p", { class: "status", role: "status" });
    this.element = h(
      page ? "div" : "dialog",
      { id: "panel", class: "panel", role: page && "region", "aria-labelledby": "title", onkeydown: (event) => this.#escape(event), oncancel: close },
      panelHead(this),
      this.log,
      this.#foot(),
    );
  }

  #foot() {
    this.counter = h("p", { id: "counter", class: "hint" });
    this.input = h("textarea", {
      id: "text",
      "aria-describedby": "hint counter",
      oninput: () => this.#count(),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        this.#submit();
      },
    });
    const send = button(T.send, () => this.#submit(), "main");
    return h(
      "div",
      { class: "foot" },
      this.status,
      h("label", { for: "text" }, T.label),
      h("div", { class: "bar" }, this.input, send),
      h("div", { class: "bar" }, h("p", { id: "hint", class: "hint" }, T.hint), this.counter),
    );
  }

  #escape(event) {
    event.stopPropagation(); // the host page's shortcuts must not hear what is typed here
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    if (!this.menu.open) return this.close();
    this.menu.open = false;
    this.menu.firstChild.focus();
  }

  /** Shows what waits to be sent and opens or resumes the conversation; once. */
  start() {
    if (this.started) return;
    this.started = true;
    for (const item of this.chat.outbox) this.#bubble(item);
    this.chat.sync();
  }

  // ------------------------------------------------------------------ the log

  /** Adds a finished message, above those still waiting to leave. */
  #add(kind, ...content) {
    const message = h("div", { class: "msg " + kind }, ...content);
    this.log.insertBefore(message, this.log.querySelector(".pending"));
    return message;
  }

  show(message) {
    this.log.scrollTop = message.offsetTop - 12;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  note(...texts) {
    const note = this.#add("note", hidden(T.info + " : "), paragraphs(texts.filter(Boolean).join("\n")));
    this.show(note);
    return note;
  }

  #elu(text) {
    return this.#add("elu", hidden(T.you + " : "), h("div", null, paragraphs(text)));
  }

  #bubble(item) {
    const bubble = this.#elu(item.label || item.body.text);
    bubble.id = "m" + item.key;
    bubble.classList.add("pending");
    this.log.append(bubble);
    this.toEnd();
    return bubble;
  }

  #bubbleOf({ key }) {
    return this.log.querySelector("#m" + key);
  }

  #assistant(messages, turnId) {
    const content = renderMessages(messages, {
      choose: (choice, pressed) => this.#choose(choice, pressed),
      request: (message) => this.#request(message),
      act: (name) => this.act(name),
    });
    for (const { choices } of messages) for (const { label, payload } of choices || []) this.#labels[payload] = label;
    if (messages.some(({ type }) => type === "ticket")) this.endRequest(true);
    const judged = turnId && messages.some(({ type }) => /^(resources|orientation)$/.test(type));
    return this.#add(
      "assistant",
      h("p", { class: "who" }, T.assistant, hidden(" : ")),
      ...content,
      judged && feedback((body) => this.chat.ask(`messages/${turnId}/feedback`, { body }), () => this.#more()),
    );
  }

  #turn({ id, messages }) {
    this.#turns.add(id);
    this.#retire();
    return this.#assistant(messages, id);
  }

  /** Forgets all that is shown. */
  clear() {
    this.form = this.request = null;
    this.log.replaceChildren();
  }

  // ------------------------------------------------------------------ called by the conversation

  greeted(messages) {
    this.#assistant(messages);
  }

  resumed(items) {
    for (const old of this.log.querySelectorAll(".msg:not(.pending)")) old.remove();
    this.log.ariaLive = "off"; // what was already heard is not read aloud again
    setTimeout(() => (this.log.ariaLive = "polite"), 2000);
    for (const item of items) {
      if (item.author === "conseiller") this.#advice(item);
      else if (item.author === "elu") {
        if (item.payload === "/annuler_demande") this.endRequest();
        this.#elu(item.text || this.#labels[item.payload] || T.button);
      } else if (item.turn) this.#turn(item.turn);
      else this.#assistant(item.messages || [item]);
    }
    this.toEnd();
  }

  lost() {
    this.note(T.lost);
  }

  turn(turn, item) {
    const bubble = this.#bubbleOf(item) || this.#bubble(item);
    if (this.#turns.has(turn.id)) return bubble.remove(); // already read back from the history
    bubble.classList.remove("pending");
    bubble.querySelector(".hint")?.remove();
    const answer = this.#turn(turn);
    this.show(bubble.offsetHeight > 200 ? answer : bubble);
    if (item.path === "handover" && !this.request) this.input.focus(); // a question comes before the form
  }

  rejected(item, detail) {
    const { text, envoyer } = item.body;
    this.#bubbleOf(item)?.remove();
    if (envoyer && this.form) return this.form.unlock(detail || T.failed);
    if (text) this.input.value = [text, this.input.value].filter(Boolean).join("\n");
    this.#count();
    this.note(detail || T.failed, text && T.rejected);
  }

  advisor(item) {
    this.show(this.#advice(item));
    this.news();
  }

  #advice({ author_name, created_at, text, attachments }) {
    const when = h("span", { class: "when" }, new Date(created_at).toLocaleString("fr-FR", { dateStyle: "long", timeStyle: "short" }));
    const message = this.#add("conseiller", h("p", { class: "who" }, icon("person"), `${T.advisor} – ${author_name}`, hidden(" : "), when), paragraphs(text));
    if (attachments?.[0]) this.#more().then((more) => more.joined(this, message, attachments));
    return message;
  }

  ticket({ reference, status, messages }) {
    this.note(T.news + (T.states[status] || status), `${T.reference} : ${reference}`);
    if (messages) this.#assistant(messages);
  }

  working(what) {
    this.tell();
    if (!what) return;
    this.#thinking = setTimeout(() => {
      this.tell(T[what]);
      this.status.classList.add("busy");
    }, 400);
  }

  waiting({ status, detail }, seconds) {
    for (const bubble of this.log.querySelectorAll(".pending")) {
      if (bubble.querySelector(".hint")) continue;
      bubble.append(h("p", { class: "hint" }, T.queued));
      setTimeout(() => this.toEnd());
    }
    if (status === 429) return this.tell(T.tooMany(seconds));
    this.tell(detail || (navigator.onLine ? T.unavailable : T.offline));
    this.status.append(" ", button(T.retry, () => this.chat.sync()));
  }

  // ------------------------------------------------------------------ sending

  send(path, body, label) {
    this.start();
    this.#bubble(this.chat.push(path, body, label));
  }

  #submit() {
    this.input.focus();
    const text = this.input.value.trim();
    if (!text) return this.status.textContent || this.tell(T.empty);
    if (lengthOf(text) > MAX_LENGTH) return this.#count();
    this.input.value = "";
    this.#count();
    this.#retire();
    this.send("messages", { text });
  }

  #choose({ label, payload }, pressed) {
    if (pressed.ariaDisabled) return;
    this.#retire();
    pressed.classList.add("chosen");
    this.send("messages", { payload, label }, label);
  }

  /** Buttons of past turns stay readable and focusable, but no longer act. */
  #retire() {
    for (const old of this.log.querySelectorAll(".msg > .choices button")) old.ariaDisabled = "true";
  }

  human() {
    if (this.form) this.form.focusTitle();
    else if (!this.chat.outbox.some(({ path }) => path === "handover")) this.send("handover", {}, T.human);
  }

  /** Forms and rights are loaded when needed: most conversations never need any. */
  async #more() {
    const more = await import(new URL("widget/v1/more.js", ROOT));
    const sheets = this.log.getRootNode().adoptedStyleSheets;
    if (!sheets.includes(more.sheet)) sheets.push(more.sheet);
    return more;
  }

  /** The élu's rights over what was said: `exporter` or `effacer`. */
  act(name) {
    this.#more().then((more) => more[name](this), () => this.tell(T.failed));
  }

  #request(message) {
    const box = (this.request = h("div", { class: "card" }));
    this.#more().then(
      ({ openRequest }) => openRequest(this, box, message),
      () => box.append(T.failed, button(T.retry, () => box.replaceWith(this.#request(message)))),
    );
    return box;
  }

  /** The request of the moment was sent, cancelled or replaced. */
  endRequest(sent) {
    this.request = null;
    this.form?.finish(sent);
  }

  // ------------------------------------------------------------------ what is going on

  tell(text) {
    clearTimeout(this.#thinking);
    this.status.classList.remove("busy");
    this.status.textContent = text || "";
  }

  #count() {
    const length = lengthOf(this.input.value);
    this.counter.textContent = length >= WARN_LENGTH ? T.count(length) : "";
    this.input.ariaInvalid = length > MAX_LENGTH;
    if (length > MAX_LENGTH) this.tell(T.tooLong(length - MAX_LENGTH));
  }
}
