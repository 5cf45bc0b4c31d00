// Starts the console and starts it again after a crash. Plain JavaScript, because it must outlive
// the WebAssembly module: a panic ends that for good.
//
// The compiled module is kept; a crash gets a fresh instance of glue and module within the second.
// Every way into an instance goes through a guard, so nothing (a timer, a late answer, a listener)
// ever runs in one that has crashed. Drafts, the record of crashes and the answer to who is signed
// in live here.

const REPORT_ROUTE = "/api/v1/client-errors";
const SESSION_ROUTE = "/api/v1/session";
const SESSION_LIMIT_MS = 10_000;
const CRASH_WINDOW_MS = 60_000;
const CRASH_LIMIT = 3;
const START_LIMIT_MS = 15_000;

const tag = document.querySelector("script[data-glue]");
const build = document.querySelector('meta[name="aicmo-build"]')?.content || "dev";

// The console comes in two sizes: the first screen alone, which is small, and the whole of it. A
// page that was not built in two sizes has one, and that is the whole.
const sizes = { first: { glue: tag.dataset.glue, wasm: tag.dataset.wasm, compiled: null } };
sizes.whole = tag.dataset.wholeGlue
  ? { glue: tag.dataset.wholeGlue, wasm: tag.dataset.wholeWasm, compiled: null }
  : sizes.first;
const FIRST_TABS = ["command"];
// Where nobody is signed in the whole console stands: it has the door, and what lies behind it.
const OUTSIDE = ["nobody", "set_up_needed"];

let size = FIRST_TABS.includes(openTab()) ? sizes.first : sizes.whole;
let generation = 0; // counts instances
let alive = 0; // the generation that may run; 0 after a crash
let crashedAt = 0; // performance.now() of the crash that is being recovered from
let pending = null; // the crash that is being recovered from
let former = null; // the root of the instance that is being replaced, still on screen
let over = false; // the overlay is shown
let session = null; // who is signed in; null while no answer has come

const crashes = new Map(); // tab slug -> the crash that keeps it from being drawn
const provoked = new Set(); // tabs that a test has made panic on this page

// ---- What survives -------------------------------------------------------------------------

function stored(name, fallback) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? fallback;
  } catch {
    return fallback;
  }
}

function store(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A full or forbidden store: the values still live in this page.
  }
}

const drafts = new Map(Object.entries(stored("aicmo.drafts", {})));
let crashTimes = stored("aicmo.crashes", []);

const keepDrafts = () => store("aicmo.drafts", Object.fromEntries(drafts));

// ---- What an instance leaves on window and document -----------------------------------------

const left = []; // undo functions

function rememberListeners(target) {
  const add = target.addEventListener.bind(target);
  const remove = target.removeEventListener.bind(target);
  target.addEventListener = (type, listener, options) => {
    if (alive !== 0) left.push(() => remove(type, listener, options));
    add(type, listener, options);
  };
}

function rememberIntervals() {
  const set = window.setInterval.bind(window);
  window.setInterval = (...args) => {
    const handle = set(...args);
    if (alive !== 0) left.push(() => window.clearInterval(handle));
    return handle;
  };
}

const listen = window.addEventListener.bind(window);
rememberListeners(window);
rememberListeners(document);
rememberIntervals();

function clearLeftovers() {
  for (const undo of left.splice(0)) undo();
}

// ---- The guard ------------------------------------------------------------------------------

/** What a call into a crashed instance answers: the glue may look for parts of an answer in it. */
const NOTHING = Object.freeze([]);

/** The exports of an instance, each of which does nothing once that instance has crashed. */
function guarded(exports, mine) {
  const out = {};
  for (const [name, value] of Object.entries(exports)) {
    out[name] =
      typeof value !== "function"
        ? value
        : (...args) => {
            if (alive !== mine) return NOTHING;
            try {
              return value(...args);
            } catch (error) {
              if (isTrap(error)) crashed(mine, String(error?.message ?? error), "");
              throw error;
            }
          };
  }
  return out;
}

/** Whether the module itself ended: a trap, memory that ran out, a stack that did. */
function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

async function instantiate(mine) {
  const glue = await import(mine === 1 ? size.glue : `${size.glue}?g=${mine}`);
  // The glue takes its exports from what this call answers, so here is where the guard goes in.
  const original = WebAssembly.instantiate;
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await original.call(WebAssembly, module, imports);
    return { instance: { exports: guarded(instance.exports, mine) }, module };
  };
  try {
    await glue.default({ module_or_path: size.compiled });
  } finally {
    WebAssembly.instantiate = original;
  }
}

// ---- Start, crash, recovery -----------------------------------------------------------------

/** Fetches and compiles a size once; a failure is forgotten, so that the next call tries again. */
function compile(wanted) {
  wanted.compiling ??= (async () => {
    const response = await fetch(wanted.wasm);
    if (!response.ok) throw new Error(`the console's code answered ${response.status}`);
    const type = response.headers.get("Content-Type") ?? "";
    wanted.compiled = type.startsWith("application/wasm")
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  })().catch((error) => {
    wanted.compiling = undefined;
    throw error;
  });
  return wanted.compiling;
}

/** Puts the whole console in place of the first screen, on the same route and with the drafts. */
async function grow() {
  const mine = alive;
  if (size === sizes.whole || mine === 0) return;
  try {
    await compile(sizes.whole);
  } catch (error) {
    if (alive === mine) overlay(String(error?.message ?? error), "");
    return;
  }
  if (alive !== mine) return; // it crashed meanwhile, and recovers by itself
  alive = 0;
  clearLeftovers();
  size = sizes.whole;
  void start(document.getElementById("console"));
}

/** Fetches the whole console while nobody waits for it, so that the next tab opens at once. */
function growLater() {
  if (size === sizes.whole) return;
  const idle = window.requestIdleCallback ?? ((run) => window.setTimeout(run, 500));
  idle(() => compile(sizes.whole).catch(() => undefined)); // asked for again when it is needed
}

/** Asks who is signed in; answers "" or why that is not known. */
async function askSession() {
  try {
    const signal = AbortSignal.timeout(SESSION_LIMIT_MS);
    const answer = await fetch(SESSION_ROUTE, { headers: { Accept: "application/json" }, signal });
    const body = await answer.json();
    if (!answer.ok) return `${body.title}: ${body.detail}`;
    session = body.data;
    return "";
  } catch (error) {
    return String(error?.message ?? error);
  }
}

/** The first start: who is signed in is asked while the module is on its way, so that nobody sees a
 * console not theirs, not even for a moment. */
async function begin() {
  compile(size).catch(() => undefined); // asked for again by the start, which tells of a failure
  await askSession();
  if (OUTSIDE.includes(session?.standing)) size = sizes.whole;
  await start();
}

/** Starts an instance. What `shown` draws stays on screen until the new instance stands. */
async function start(shown = null) {
  const mine = (generation += 1);
  alive = mine;
  const root = document.createElement("div");
  root.id = "console";
  root.hidden = shown !== null;
  former?.remove();
  former = shown;
  if (shown === null) {
    document.getElementById("console")?.remove();
    document.body.append(root);
  } else {
    shown.removeAttribute("id");
    shown.inert = true;
    shown.before(root);
  }
  const late = setTimeout(() => {
    if (alive === mine && !root.hasChildNodes()) overlay("The console did not start in time.", "");
  }, START_LIMIT_MS);
  try {
    await compile(size);
    await instantiate(mine);
  } catch (error) {
    if (alive === mine) {
      alive = 0;
      overlay(String(error?.message ?? error), "");
    }
  } finally {
    clearTimeout(late);
  }
}

function openTab() {
  return location.pathname.split("/")[1] || "command";
}

/** The instance `mine` has ended. Called by the panic hook before the trap, or by the guard after it. */
function crashed(mine, message, place) {
  if (mine !== alive || over) return;
  alive = 0;
  crashedAt = performance.now();
  const now = Date.now();
  crashTimes = [...crashTimes.filter((at) => now - at < CRASH_WINDOW_MS), now];
  store("aicmo.crashes", crashTimes);
  const tab = openTab();
  const seenBefore = crashes.has(tab);
  pending = { tab, message: message.slice(0, 2000), location: place, count: String(crashTimes.length) };
  crashes.set(tab, pending);
  clearLeftovers();
  // After the trap: this function may still run inside the instance that is ending.
  setTimeout(() => {
    if (crashTimes.length >= CRASH_LIMIT) overlay(`${message} (crash ${crashTimes.length} within a minute)`, place);
    else if (seenBefore) overlay(`${message} (the console crashed again while it came back)`, place);
    else void start();
  }, 0);
}

function report(crash, recovered) {
  const body = JSON.stringify({
    tab: crash.tab,
    message: crash.message,
    location: crash.location || null,
    build,
    recovered,
  });
  const headers = { "Content-Type": "application/json", "X-Aicmo-Console": "1" };
  const token = session?.session?.csrf_token;
  if (token) headers["X-CSRF-Token"] = token;
  fetch(REPORT_ROUTE, { method: "POST", body, headers, keepalive: true }).catch(() => {
    navigator.sendBeacon?.(REPORT_ROUTE, new Blob([body], { type: "application/json" }));
  });
}

/** The last resort: says what happened, without the module. */
function overlay(message, place) {
  if (over) return;
  over = true;
  alive = 0;
  clearLeftovers();
  report(pending ?? { tab: openTab(), message, location: place }, false);
  document.getElementById("splash")?.remove();
  document.getElementById("console")?.remove();
  former?.remove();
  const say = (name, className, text) => {
    const element = document.createElement(name);
    element.className = className;
    element.textContent = text;
    return element;
  };
  const box = say("div", "fatal", "");
  box.id = "e2e-fatal-exception";
  box.dataset.testid = "e2e-fatal-exception";
  box.setAttribute("role", "alertdialog");
  box.setAttribute("aria-labelledby", "fatal-title");
  const inner = say("div", "fatal__box", "");
  const title = say("h1", "fatal__title", "The console has stopped");
  title.id = "fatal-title";
  const kept = drafts.size === 0 ? "Nothing was being written." : "What you were writing is kept in this browser tab.";
  inner.append(
    title,
    say("p", "fatal__text", `It could not bring itself back. The server is not affected. ${kept}`),
    say("pre", "fatal__message", place ? `${message}\n${place}` : message),
  );
  const marker = say("p", "fatal__build", `Build ${build}`);
  marker.dataset.buildMarker = "";
  const reload = say("button", "button button--primary", "Reload the console");
  reload.type = "button";
  reload.onclick = () => {
    store("aicmo.crashes", []);
    location.reload();
  };
  inner.append(marker, reload);
  box.append(inner);
  document.body.append(box);
  reload.focus();
}

// Traps that came past the guard, and errors of this file.
function watch(event, error) {
  if (alive === 0) {
    event.preventDefault(); // the echo of a crash that has been dealt with
  } else if (isTrap(error)) {
    crashed(alive, String(error.message), "");
  }
}
listen("error", (event) => watch(event, event.error));
listen("unhandledrejection", (event) => watch(event, event.reason));

// ---- The event stream -----------------------------------------------------------------------

let hear = null; // the listener of the instance that stands
let stream = null; // outlives instances; fetched when it is first asked for
let attempts = 0;

/** Between two attempts to fetch what reads the stream. */
const STREAM_AGAIN_MS = 5_000;

/** Lets the instance hear of the stream; a new instance takes the place of the one before. */
async function followStream(listener) {
  hear = listener;
  stream ??= fetchStream();
  const asked = stream;
  try {
    if ((await asked).isUp() && hear === listener) listener("up");
  } catch {
    if (stream === asked) stream = null; // until then the instance asks the server by itself
    setTimeout(() => hear === listener && void followStream(listener), STREAM_AGAIN_MS);
  }
}

/** A browser may remember that a module could not be fetched, so another attempt has another address. */
async function fetchStream() {
  attempts += 1;
  const { follow } = await import(attempts === 1 ? "./live.js" : `./live.js?${attempts}`);
  return follow((...said) => hear?.(...said));
}

function leaveStream() {
  hear = null;
  stream?.then((following) => following.stop(), () => undefined);
  stream = null;
}

// ---- What the module sees -------------------------------------------------------------------

globalThis.aicmoBoot = {
  build,
  lastRecoveryMs: undefined,
  crashes: () => [...crashes.values()],
  forgetCrash: (tab) => void crashes.delete(tab),
  panicked: (message, place) => crashed(alive, message, place),
  isRestart: () => generation > 1,
  running() {
    document.getElementById("splash")?.remove();
    former?.remove();
    former = null;
    document.getElementById("console").hidden = false;
    if (pending !== null) {
      this.lastRecoveryMs = performance.now() - crashedAt;
      report(pending, true);
      pending = null;
    }
    growLater();
  },
  /** A tab was opened that this size of the console does not have. */
  grow: () => void setTimeout(grow, 0),
  session: () => session,
  askSession,
  keepSession(text) {
    session = JSON.parse(text);
  },
  followStream: (listener) => void followStream(listener),
  leaveStream,
  draft: (key) => drafts.get(key),
  keepDraft(key, text) {
    drafts.set(key, text);
    keepDrafts();
  },
  dropDraft(key) {
    drafts.delete(key);
    keepDrafts();
  },
  dropDrafts() {
    drafts.clear();
    keepDrafts();
  },
  /** True once per page and tab: lets a test make a tab panic without a loop. */
  provoke(tab) {
    if (provoked.has(tab)) return false;
    provoked.add(tab);
    return true;
  },
};

void begin();
