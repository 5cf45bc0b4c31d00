// Each tab × a WASM panic: the tab comes back as an error card within a second, the others work,
// the route and unsaved drafts survive, and the server has heard of it. Three crashes within a
// minute end in the static overlay.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { shell, TABS } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ AICMO_E2E_MODE: "true" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const expectedErrors = [/panicked at/, /unreachable/, /RuntimeError/];

const reported = async () => (await server.api("GET", "/api/v1/diagnostics")).data.client_errors;

for (const tab of TABS) {
  test(`a panic in ${tab.slug} leaves the other tabs working`, async () => {
    const heardBefore = await reported();
    await onPage(browser, server, { expectedErrors, name: `panic ${tab.slug}` }, async (page) => {
      const opened = shell(page, server);
      await opened.do.open(`${tab.path}?__panic=${tab.slug}`);
      const card = page.locator(`[data-crashed-tab="${tab.slug}"]`);
      await card.waitFor({ timeout: 5_000 });
      const text = await card.innerText();
      assert.match(text, /AICMO_DASH_V3_/, "the card carries the build");
      assert.equal(new URL(page.url()).pathname, tab.path, "the route is kept");
      const took = await page.evaluate(() => globalThis.aicmoBoot.lastRecoveryMs);
      assert.ok(took !== undefined && took <= 1_000, `recovered in ${took} ms`);
      for (const other of TABS.filter(({ slug }) => slug !== tab.slug)) {
        await opened.do.go(other.label, other.slug);
        await opened.see.panel(other.panels[0], "ready");
      }
    });
    assert.equal(await reported(), heardBefore + 1, "the server has counted the crash");
  });
}

test("Retry brings a crashed tab back", async () => {
  await onPage(browser, server, { expectedErrors, name: "panic retry" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/campaigns?__panic=campaigns");
    const card = page.locator('[data-crashed-tab="campaigns"]');
    await card.getByRole("button", { name: "Retry" }).click();
    await opened.see.panel("campaign-list", "ready");
  });
});

test("the third crash within a minute ends in the overlay that says so", async () => {
  await onPage(browser, server, { expectedErrors, name: "panic overlay" }, async (page) => {
    const opened = shell(page, server);
    for (const tab of TABS.slice(0, 2)) {
      await opened.do.open(`${tab.path}?__panic=${tab.slug}`);
      await page.locator(`[data-crashed-tab="${tab.slug}"]`).waitFor();
    }
    await page.goto(`${server.url}${TABS[2].path}?__panic=${TABS[2].slug}`);
    const overlay = page.locator("#e2e-fatal-exception");
    await overlay.waitFor();
    await overlay.getByRole("button", { name: /Reload/ }).waitFor();
    assert.match(await overlay.innerText(), /AICMO_DASH_V3_/);
  });
});
