/** The élu's rights over what was said: take it away, erase it. */
import { button, h, T } from "../v1.js";
import { M } from "./more_texts.js";

async function save(panel, path, download, done) {
  try {
    const href = URL.createObjectURL(await panel.chat.ask(path, { blob: true }));
    h("a", { href, download }).click();
    panel.tell(done);
  } catch {
    panel.tell(T.failed);
  }
}

/** Downloads all that the service holds on this conversation. */
export const exporter = (panel) => save(panel, "export", "mes-echanges.json", M.exported);

/** Shows the files that an advisor joined: the conversation's own token opens them. */
export function joined(panel, message, files) {
  const buttons = files.map(({ id, name, size }) => {
    const weight = size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} ko` : `${(size / 1e6).toFixed(1).replace(".", ",")} Mo`;
    return button(`${M.download} ${name} (${weight})`, () => save(panel, `attachments/${id}`, name, M.downloaded));
  });
  message.append(h("p", { class: "choices" }, buttons));
}

/** Asks once, then erases the conversation on the service and here. */
export function effacer(panel) {
  const close = () => {
    note.remove();
    panel.input.focus();
  };
  const erase = async () => {
    try {
      await panel.chat.erase();
      panel.clear();
      panel.note(M.erased);
    } catch {
      panel.tell(T.failed);
    }
    close();
  };
  const keep = button(M.eraseNo, close);
  const note = panel.note(M.eraseAsk);
  note.append(h("p", { class: "choices" }, button(M.eraseYes, erase, "main"), keep));
  keep.focus();
}
