/** The élu's rights over what was said: take it away, erase it. */
import { button, h, T } from "../v1.js";
import { M } from "./more_texts.js";

/** Downloads all that the service holds on this conversation. */
export async function exporter(panel) {
  try {
    const href = URL.createObjectURL(await panel.chat.ask("export", { blob: true }));
    h("a", { href, download: "mes-echanges.json" }).click();
    panel.tell(M.exported);
  } catch {
    panel.tell(T.failed);
  }
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
