/**
 * One conversation with the service, without any display: memory of this browser, outbox, resumption.
 * What is kept here: id and token of the conversation, messages not yet sent, and whether a request was
 * sent. Nothing of what was said. `erase` removes all of it.
 */
import { follow, Problem, request } from "./api.js";

/** Runs what a browser may refuse (private browsing, full storage): the page's memory is then enough. */
function attempt(task) {
  try {
    return task();
  } catch {
    return null;
  }
}

/** `view`: greeted, resumed, lost, working, waiting, turn, rejected, advisor, ticket. `storage()` gives the area. */
export class Conversation {
  #memory = {};
  #busy;
  #joined;
  #failures = 0;
  #holdUntil = 0;
  #timer;
  #following;
  #lastSeq;

  constructor(storage, key, about, view) {
    Object.assign(this, { storage, key, about, view });
  }

  /** What is kept: { id, token, outbox, awaited }. */
  get kept() {
    return attempt(() => JSON.parse(this.storage().getItem(this.key))) || this.#memory;
  }

  #keep(values) {
    this.#memory = { ...this.kept, ...values };
    attempt(() => this.storage().setItem(this.key, JSON.stringify(this.#memory)));
  }

  /** Messages not yet accepted by the service, oldest first. */
  get outbox() {
    return this.kept.outbox || [];
  }

  /** Keeps a message, then sends it as soon as possible. `path`: messages or handover. */
  push(path, body, label) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join("");
    const item = { key, path, body, label };
    this.#keep({ outbox: [...this.outbox, item] });
    this.sync();
    return item;
  }

  /** Opens or resumes the conversation, then empties the outbox. Safe to call at any time. */
  async sync() {
    clearTimeout(this.#timer);
    if (this.#busy) return;
    const held = this.#holdUntil - Date.now();
    if (held > 0) return this.#later(held);
    this.#busy = true;
    try {
      if (!this.#joined) await this.#join();
      for (let item; (item = this.outbox[0]); ) await this.#deliver(item);
      this.#failures = 0;
      this.view.working();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const wait = error.retryAfter * 1000 || Math.min(60000, 2000 * 2 ** this.#failures++);
      if (error.status === 429) this.#holdUntil = Date.now() + wait;
      this.view.waiting(error, Math.ceil(wait / 1000));
      this.#later(wait);
    } finally {
      this.#busy = false;
    }
  }

  #later(wait) {
    this.#timer = setTimeout(() => this.sync(), wait);
  }

  async #join() {
    this.view.working("opening");
    const { id, token } = this.kept;
    if (token) {
      try {
        const history = await request("conversations/" + id, { token });
        this.#began(history.last_seq || 0);
        this.#keep({ awaited: Boolean(history.ticket) });
        return this.view.resumed(history.messages);
      } catch (error) {
        if (error.status !== 404) throw error;
        this.#forget();
        this.view.lost();
      }
    }
    const { messages, ...identity } = await request("conversations", { body: this.about });
    this.#keep({ id: identity.id, token: identity.token });
    this.#began(0);
    this.view.greeted(messages);
  }

  #began(lastSeq) {
    this.#joined = true;
    this.#lastSeq = lastSeq;
    this.listen();
  }

  #forget() {
    this.#joined = false;
    this.pause();
    this.#keep({ id: null, token: null, awaited: null });
  }

  async #deliver(item) {
    this.view.working("thinking");
    try {
      const turn = await this.ask(item.path, { body: item.body, headers: { "Idempotency-Key": item.key } });
      this.#drop(item);
      if (turn.ticket) this.#keep({ awaited: true });
      if (turn.erased) {
        this.#wipe();
        this.view.clear();
      }
      this.view.turn(turn, item);
    } catch (error) {
      if (error.temporary !== false) throw error;
      if (error.status === 404 && !item.again) {
        // Once: a conversation erased elsewhere is replaced, and its messages go to the new one.
        this.#keep({ outbox: this.outbox.map((each) => ({ ...each, again: true })) });
        return this.#join();
      }
      this.#drop(item);
      this.view.rejected(item, error.detail);
    }
  }

  #drop({ key }) {
    this.#keep({ outbox: this.outbox.filter((each) => each.key !== key) });
  }

  /** A call about this conversation (feedback, export…). Throws Problem. */
  ask(path, options) {
    const { id, token } = this.kept;
    return request(`conversations/${id}${path && "/" + path}`, { token, ...options });
  }

  /** Listens to what arrives outside a turn, while the page is visible. */
  listen() {
    this.#following?.abort();
    if (!this.#joined || document.hidden) return;
    const { id, token } = this.kept;
    const { signal } = (this.#following = new AbortController());
    const onEvent = (name, data, seq) => {
      if (signal.aborted || seq <= this.#lastSeq) return;
      if (seq) this.#lastSeq = seq;
      if (name === "ticket") this.view.ticket(data);
      else if (data.author === "conseiller") this.view.advisor(data);
    };
    follow({ path: "conversations/" + id, token, after: () => this.#lastSeq, signal, onEvent });
  }

  pause() {
    clearTimeout(this.#timer);
    this.#following?.abort();
  }

  /** Erases the conversation there, then here. An unknown one is already erased. */
  async erase() {
    if (this.kept.token) {
      await this.ask("", { method: "DELETE" }).catch((error) => {
        if (error.status !== 404) throw error;
      });
    }
    this.#wipe();
  }

  #wipe() {
    this.#forget();
    this.#memory = {};
    attempt(() => this.storage().removeItem(this.key));
  }
}
