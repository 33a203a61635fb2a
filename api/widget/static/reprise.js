/**
 * Le lien d'un courriel rouvre la conversation : /assistant#reprise=<conversation>.<accès>.
 * Ce qui suit « # » ne quitte pas le navigateur. Lu avant l'assistant, gardé comme s'il l'avait ouverte lui-même,
 * puis retiré de l'adresse.
 */
const KEY = "orientation:" + location.host;

const [, id, token] = location.hash.match(/^#reprise=([\w-]+)\.([\w.-]+)$/) || [];
if (id) {
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) || {};
    if (kept.id !== id) localStorage.setItem(KEY, JSON.stringify({ ...kept, id, token, awaited: true }));
  } catch {
    // Storage refused by the browser: the assistant opens a new conversation.
  }
}
