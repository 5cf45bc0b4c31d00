// Every panel × every fault: the fault ends in that panel's own card, its neighbours live, and
// Retry brings it back once the fault is gone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { filledPath, PANELS } from "../pages/panels.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ AICMO_E2E_MODE: "true" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What each fault looks like on the screen; `code` is read in the card. */
const FAULTS = [
  { kind: "error_500", state: "error", code: "internal" },
  { kind: "error_503", state: "error", code: "database_unavailable" },
  { kind: "panic", state: "error", code: "internal" },
  { kind: "malformed_json", state: "error", code: "unreadable_answer" },
  { kind: "timeout", state: "error", code: "timeout" },
  { kind: "empty", state: "empty", code: undefined },
];

/** The browser itself writes a console line for each failed answer; the story provokes those. */
const expectedErrors = [/Failed to load resource/];

/** Panels of one screen that stand on one endpoint fail together, so they are walked together. */
function groups() {
  const found = new Map();
  for (const { panel, endpoint, path, empties } of PANELS) {
    const key = `${endpoint} ${path}`;
    const group = found.get(key) ?? { endpoint, path, panels: [], empties };
    group.panels.push(panel);
    found.set(key, group);
  }
  return [...found.values()];
}

/** The answers to `path` that have come so far; the list grows. */
function answersOf(page, path) {
  const came = [];
  page.on("requestfinished", (request) => {
    if (new URL(request.url()).pathname === path) came.push(request);
  });
  return came;
}

for (const fault of FAULTS) {
  describe(`fault ${fault.kind}`, () => {
    for (const { panels, endpoint, path } of groups().filter(({ empties }) => fault.kind !== "empty" || empties)) {
      test(`${panels.join(", ")}: shown there alone, and gone after Retry`, async () => {
        const name = `fault ${fault.kind} ${panels[0]}`;
        const address = await filledPath(server, path);
        await server.fault(endpoint, fault.kind);
        try {
          await onPage(browser, server, { expectedErrors, name }, async (page) => {
            const { see, find, ...rest } = shell(page, server);
            if (fault.kind === "timeout") await page.clock.install();
            const statuses = answersOf(page, "/api/v1/status");
            await rest.do.open(address);
            const neighbours = PANELS.filter((other) => other.path === path && other.endpoint !== endpoint);
            if (fault.kind === "timeout") {
              // Time is moved by hand: the neighbours must have their answers before it jumps.
              for (const neighbour of neighbours) await see.panel(neighbour.panel, "ready");
              // So must the status, which is asked at the start and once more when the stream stands.
              while (statuses.length < 2) await page.waitForEvent("requestfinished");
              await page.clock.runFor(12_000);
            }
            for (const panel of panels) {
              await see.panel(panel, fault.state);
              if (fault.code === undefined) continue;
              const card = find.panel(panel).first();
              assert.match(await card.innerText(), new RegExp(fault.code), "the card names the code");
              await card.getByRole("button", { name: "Debug details" }).waitFor();
            }
            for (const neighbour of neighbours) await see.panel(neighbour.panel, "ready");
            await find.marker().waitFor({ state: "attached" });
            await server.clearFaults();
            if (fault.state !== "error") return;
            for (const panel of panels) {
              await find.panel(panel).first().getByRole("button", { name: "Retry" }).click();
              if (fault.kind === "timeout") await page.clock.runFor(1_000);
              await see.panel(panel, "ready");
            }
          });
        } finally {
          await server.clearFaults();
        }
      });
    }
  });
}

test("every panel on every tab is in the fault matrix", async () => {
  await onPage(browser, server, { name: "matrix is whole" }, async (page) => {
    const known = new Set(PANELS.map(({ panel }) => panel));
    const opened = shell(page, server);
    for (const path of new Set(PANELS.map((row) => row.path))) {
      await opened.do.open(await filledPath(server, path));
      await opened.see.panel(PANELS.find((row) => row.path === path).panel, "ready");
      const seen = await page.locator("[data-panel]").evaluateAll((nodes) => nodes.map((node) => node.dataset.panel));
      assert.deepEqual(seen.filter((panel) => !known.has(panel)), [], path);
    }
  });
});
