// What is new, told to all tabs of a browser over one stream: on("detection", (data) => …).
// Kinds: observation, detection, site, review, jobs, release, answer, reset (load again), as docs/reference
// says; and connection, {isThere}, when the workstation does not answer any more, or does again.
// The tab that holds the lock has the stream, and passes on what it hears; browsers open no more
// than six connections to one server, which many tabs with a stream each would use up.

const KINDS = ["observation", "detection", "site", "review", "jobs", "release", "answer", "reset"];
const CONNECTION = "connection";
const handlers = new Map([...KINDS, CONNECTION].map((kind) => [kind, new Set()]));
const others = new BroadcastChannel("cathartes-live");

/** Call a function with what is told of each new thing of a kind; returns what ends that. */
export function on(kind, handler) {
  handlers.get(kind).add(handler);
  return () => handlers.get(kind).delete(handler);
}

function tell(kind, data) {
  for (const handler of handlers.get(kind) ?? []) handler(data);
}

/** Tell something here and in the other tabs. */
function pass(kind, data) {
  tell(kind, data);
  others.postMessage({ kind, data });
}

/** Listen until the page goes; a lost connection is made again by the browser. */
function listen() {
  return new Promise((resolve) => {
    const stream = new EventSource("/events");
    for (const kind of KINDS) {
      stream.addEventListener(kind, (event) => pass(kind, JSON.parse(event.data)));
    }
    stream.addEventListener("open", () => pass(CONNECTION, { isThere: true }));
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) resolve();  // signed out, or too many
      else pass(CONNECTION, { isThere: false });
    });
    addEventListener("pagehide", () => { stream.close(); resolve(); }, { once: true });
  });
}

others.addEventListener("message", ({ data: told }) => tell(told.kind, told.data));
if (navigator.locks) navigator.locks.request("cathartes-live", listen);
else listen();
