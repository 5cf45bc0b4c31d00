// The event stream, one for all pages of this browser. Plain JavaScript: it outlives an instance of
// the console, and the first screen does not wait for it.
//
// The page that holds the lock reads the stream and passes on what it hears; when it goes, the next
// page in the queue takes the lock and reads on behind the last event that it has seen itself. Every
// event has a place in one order, so a page throws away what it has heard before, and the server
// repeats what nobody passed on. Where a browser lacks locks or channels (a page that did not come
// over TLS), each page reads for itself, and only while somebody sees it.

const ROUTE = "/api/v1/stream";
const NAME = "aicmo.stream"; // of the lock and of the channel

/** The server beats every 15 seconds; who is silent for longer than this is gone. */
const SILENCE_MS = 40_000;
const LOOK_MS = 5_000;

/** How long to wait after so many attempts that failed; half as long to half as long again. */
const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000];

/**
 * Follows the stream until `stop` is called.
 *
 * @param {(what: string, kind?: string, subject?: string) => void} hear Hears `up` and `down`, `event`
 *   with its kind and subject, and `resync`: everything may have moved.
 */
export function follow(hear) {
  const ending = new AbortController();
  const isShared = Boolean(navigator.locks && globalThis.BroadcastChannel);
  const channel = isShared ? new BroadcastChannel(NAME) : null;
  let isUp = false;
  let isReader = false;
  let last = null; // the place of the last event that this page has heard
  let heardAt = performance.now(); // when the stream, or the page that reads it, last gave a sign

  function stand(up) {
    if (isReader) channel?.postMessage({ up, last });
    if (isUp === up) return;
    isUp = up;
    hear(up ? "up" : "down");
  }

  function take(message) {
    const { id, name, data } = message;
    if (name === "hello") {
      last ??= id;
      return;
    }
    if (name === "resync") {
      last = id;
      hear("resync");
    } else if (last === null || id > last) {
      last = id;
      hear("event", data.kind, data.subject_id ?? "");
    } else {
      return; // heard before
    }
    if (isReader) channel?.postMessage({ message });
  }

  /** Waits without an interval: those are cleared when an instance of the console ends. */
  const pause = (ms) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        ending.signal.removeEventListener("abort", done); // or a page that stays open gathers them
        resolve();
      };
      const timer = setTimeout(done, ms);
      ending.signal.addEventListener("abort", done);
    });

  /** Reads until the stream ends. Answers whether it ever stood. */
  async function read(signal) {
    const headers = { Accept: "text/event-stream" };
    if (last !== null) headers["Last-Event-ID"] = String(last);
    const answer = await fetch(ROUTE, { headers, signal, cache: "no-store" });
    if (!answer.ok) return false;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      heardAt = performance.now();
      text += value;
      const frames = text.split("\n\n");
      text = frames.pop();
      for (const frame of frames) {
        const message = parsed(frame);
        if (message !== null) take(message);
      }
      stand(true); // also tells the others that this page still reads
    }
  }

  /** Ends an attempt that has gone silent: a connection can be gone without either side being told. */
  async function watch(attempt) {
    while (!attempt.signal.aborted && !ending.signal.aborted) {
      await pause(LOOK_MS);
      if (performance.now() - heardAt > SILENCE_MS) attempt.abort();
    }
  }

  async function lead() {
    isReader = true;
    for (let failures = 0; !ending.signal.aborted; failures += 1) {
      await seen();
      const attempt = new AbortController();
      heardAt = performance.now();
      void watch(attempt);
      if (!isShared) document.onvisibilitychange = () => document.hidden && attempt.abort();
      const stood = await read(AbortSignal.any([attempt.signal, ending.signal])).catch(() => isUp);
      attempt.abort();
      if (stood) failures = 0;
      stand(false);
      await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] * (0.5 + Math.random()));
    }
  }

  /** A page that reads for itself reads only while it is seen: a browser has six connections to a server. */
  function seen() {
    if (isShared || !document.hidden) return undefined;
    return new Promise((resolve) => {
      document.onvisibilitychange = () => document.hidden || resolve();
    });
  }

  async function stayInTouch() {
    while (!ending.signal.aborted) {
      await pause(LOOK_MS);
      if (!isReader && performance.now() - heardAt > SILENCE_MS) stand(false);
    }
  }

  if (isShared) {
    channel.onmessage = ({ data }) => {
      if (data.ask) {
        if (isReader) channel.postMessage({ up: isUp, last });
        return;
      }
      if (isReader) return; // of the page before, whose words came late
      heardAt = performance.now();
      if (data.message) {
        take(data.message);
      } else {
        last ??= data.last;
        stand(data.up);
      }
    };
    channel.postMessage({ ask: true });
    void stayInTouch();
    navigator.locks.request(NAME, { signal: ending.signal }, lead).catch(() => undefined); // stopped in the queue
  } else {
    void lead();
  }

  return {
    isUp: () => isUp,
    stop() {
      ending.abort();
      channel?.close();
    },
  };
}

/** The three lines of a frame; `null` for a beat. */
function parsed(frame) {
  const message = { id: null, name: "message", data: null };
  for (const line of frame.split("\n")) {
    const at = line.indexOf(":");
    if (at <= 0) continue; // a line that begins with a colon only says that the server is there
    const value = line.slice(at + 1).trimStart();
    if (line.startsWith("id")) message.id = Number(value);
    else if (line.startsWith("event")) message.name = value;
    else if (line.startsWith("data")) message.data = JSON.parse(value);
  }
  return message.data === null ? null : message;
}
