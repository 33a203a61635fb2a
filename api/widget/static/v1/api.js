/** The service's HTTP contract: JSON calls, and what arrives outside a turn (events, else long polling). */

/** The address of the service, from that of the script (…/widget/v1.js). */
export const ROOT = new URL(import.meta.url.replace(/widget\/v1[^]*/, ""));

/** A call that failed: `status` 0 when nothing came back, `retryAfter` in seconds. */
export class Problem extends Error {
  constructor(status, detail, retryAfter) {
    super(detail);
    Object.assign(this, { status, detail, retryAfter });
    this.temporary = !status || status === 408 || status === 429 || status > 499;
  }
}

async function open(path, { method, token, body, headers, signal }) {
  const response = await fetch(new URL("api/v1/" + path, ROOT), {
    method: method || (body ? "POST" : "GET"),
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { Authorization: "Bearer " + token }),
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal: signal || AbortSignal.timeout(60000),
    credentials: "omit",
    cache: "no-store",
  });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  throw new Problem(response.status, detail, Number(response.headers.get("Retry-After")));
}

/** One call; gives its JSON, or the blob with `blob`. Throws Problem. */
export async function request(path, options = {}) {
  try {
    const response = await open(path, options);
    return await (options.blob ? response.blob() : response.status === 204 || response.json());
  } catch (error) {
    throw error.temporary == null ? new Problem(0) : error;
  }
}

/** Reads server-sent events; `held` is told when the first byte is not there in 3 s. */
async function stream({ path, token, after, onEvent, signal }, held) {
  const cut = new AbortController();
  const stop = () => cut.abort();
  let alarm = setTimeout(() => stop(held()), 3000);
  signal.addEventListener("abort", stop);
  try {
    const response = await open(path + "/events", { token, signal: cut.signal, headers: { "Last-Event-ID": after() } });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let buffer = "", chunk; !(chunk = await reader.read()).done; ) {
      clearTimeout(alarm);
      alarm = setTimeout(stop, 60000); // pings come every 15 s: silence is a dead line
      const blocks = (buffer + chunk.value.replaceAll("\r", "")).split("\n\n");
      buffer = blocks.pop();
      for (const block of blocks) dispatch(block, onEvent);
    }
  } finally {
    clearTimeout(alarm);
  }
}

function dispatch(block, onEvent) {
  const event = Object.fromEntries([...block.matchAll(/^(\w+): ?(.*)$/gm)].map(([, name, value]) => [name, value]));
  if (event.data) onEvent(event.event, JSON.parse(event.data), Number(event.id));
}

async function poll({ path, token, after, onEvent, signal }) {
  const { messages } = await request(`${path}/messages?after=${after()}&wait=25`, { token, signal });
  for (const item of messages) onEvent("message", item, item.seq);
}

/** Follows a conversation until `signal` aborts: back-off with jitter, long polling when events are held back. */
export async function follow(options) {
  let read = stream;
  for (let wait = 1000; !options.signal.aborted; wait = Math.min(wait * 2, 30000)) {
    try {
      await read(options, () => (read = poll));
      wait = 500;
    } catch (error) {
      if (error.status === 404) return;
    }
    await new Promise((wake) => setTimeout(wake, wait * (0.5 + Math.random())));
  }
}
