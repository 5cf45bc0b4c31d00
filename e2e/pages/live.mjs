// What moves by itself, as find / do / see: the connection in the header, rows that wait, and the
// events that the pages of a browser tell each other.

import { shell } from "./shell.mjs";

export function live(page, server) {
  const opened = shell(page, server);
  const rows = page.locator('[data-panel="lead-list"] tr.lead');
  const see = {
    ...opened.see,
    /** `live`, `asking`, `reconnecting`, `stale`. */
    connection: (word, timeout = 20_000) => page.locator(`[data-connection="${word}"]`).waitFor({ timeout }),
    lead: (name, timeout = 10_000) => rows.filter({ hasText: name }).first().waitFor({ timeout }),
    waiting: (text) => page.locator("[data-new-rows]", { hasText: text }).waitFor(),
  };
  return {
    find: { ...opened.find, rows, focused: () => page.evaluate(() => document.activeElement.id) },
    see,
    do: {
      ...opened.do,
      /** Opens an address and waits for the stream. */
      async follow(path) {
        await opened.do.open(path);
        await see.connection("live");
      },
      /** Notes the place of every event that a page of this browser tells the others. */
      record: () =>
        page.evaluate(() => {
          globalThis.heard = [];
          const channel = new BroadcastChannel("aicmo.stream");
          channel.onmessage = ({ data }) => data.message && globalThis.heard.push(data.message.id);
        }),
      heard: () => page.evaluate(() => globalThis.heard),
    },
  };
}

/** Every request for the stream that a page of this browser makes, with the place it goes on from. */
export function streams(context) {
  const asked = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname === "/api/v1/stream") asked.push(request.headers()["last-event-id"] ?? null);
  });
  return asked;
}

let made = 0;

/** A lead that came in by the API; answers its name. */
export async function newLead(server, name = `Lead number ${(made += 1)}`) {
  const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, ".")}.${(made += 1)}@example.org`;
  await server.api("POST", "/api/v1/leads", { name, email }, 201);
  return name;
}
