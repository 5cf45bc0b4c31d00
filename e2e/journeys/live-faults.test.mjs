// The panels of people, keys, webhooks and the own account × every kind of bad answer: it ends in that
// panel's own card, the panels beside it live, and Retry brings it back.
//
// The server injects faults with invented data only, where these panels are not; so here the answers
// are spoilt on their way into the page.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { LIVE_PANELS, PANELS } from "../pages/panels.mjs";
import { menu } from "../pages/people.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;
let webhook;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  const made = await server.api("POST", "/api/v1/webhooks", { url: "https://hooks.example/in" }, 201);
  webhook = made.webhook.id;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The browser itself writes a console line for each failed answer; the story provokes those. */
const expectedErrors = [/Failed to load resource/];

const problem = (status, code) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: `urn:aicmo:problem:${code}`, title: "x", status, code, detail: "x", instance: "/", request_id: "r1", errors: [] }),
});

const FAULTS = [
  { kind: "500", answer: problem(500, "internal"), code: "internal" },
  { kind: "503", answer: problem(503, "database_unavailable"), code: "database_unavailable" },
  { kind: "malformed JSON", answer: { status: 200, contentType: "application/json", body: '{"data":[' }, code: "unreadable_answer" },
];

const filled = (text) => text.replace("{webhook}", webhook);

/** Goes where the panel is. Who is here is asked before anything is drawn, so there one goes by the menu. */
async function goTo(page, opened, path) {
  if (path === "/account") await menu(page).account();
  else await opened.do.open(filled(path));
}

for (const { kind, answer, code } of FAULTS) {
  describe(`bad answer ${kind}`, () => {
    for (const { panel, reads, path } of LIVE_PANELS) {
      test(`${panel}: shown there alone, and gone after Retry`, async () => {
        await onPage(browser, server, { expectedErrors, name: `bad ${kind} ${panel}` }, async (page) => {
          const opened = shell(page, server);
          if (path === "/account") await opened.do.open("/command");
          const spoilt = (url) => url.pathname === filled(reads);
          await page.route(spoilt, (route) => (route.request().method() === "GET" ? route.fulfill(answer) : route.continue()));
          await goTo(page, opened, path);
          await opened.see.panel(panel, "error");
          const card = opened.find.panel(panel).first();
          assert.match(await card.innerText(), new RegExp(code), "the card names the code");
          const neighbours = [
            ...LIVE_PANELS.filter((other) => other.path === path && other.panel !== panel),
            ...PANELS.filter((other) => other.path === path),
          ];
          for (const neighbour of neighbours) {
            await page.locator(`[data-panel="${neighbour.panel}"]:is([data-state="ready"], [data-state="empty"])`).first().waitFor();
          }
          await opened.find.marker().waitFor({ state: "attached" });
          await page.unroute(spoilt);
          await card.getByRole("button", { name: "Retry" }).click();
          await page.locator(`[data-panel="${panel}"]:is([data-state="ready"], [data-state="empty"])`).first().waitFor();
        });
      });
    }
  });
}

test("every panel of an administrator is walked", async () => {
  await onPage(browser, server, { name: "live matrix is whole" }, async (page) => {
    const known = new Set([...LIVE_PANELS, ...PANELS].map(({ panel }) => panel));
    const opened = shell(page, server);
    for (const path of new Set(LIVE_PANELS.map((row) => row.path))) {
      await opened.do.open(filled(path));
      for (const { panel } of LIVE_PANELS.filter((row) => row.path === path)) await opened.find.panel(panel).first().waitFor();
      const seen = await page.locator("[data-panel]").evaluateAll((nodes) => nodes.map((node) => node.dataset.panel));
      assert.deepEqual(seen.filter((panel) => !known.has(panel)), [], path);
    }
  });
});
