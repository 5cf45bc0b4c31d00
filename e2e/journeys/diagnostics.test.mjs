// Diagnostics tells the truth: what it shows is what the process is.

import assert from "node:assert/strict";
import { realpath } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;
const CANARY = "canary-3f9a1c-not-to-be-seen-anywhere";

before(async () => {
  [server, browser] = await Promise.all([Server.start({ AICMO_SESSION_KEY: CANARY.repeat(2), AICMO_MISSPELLED: "1" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the report names this very process", async () => {
  const { data } = await server.api("GET", "/api/v1/diagnostics");
  assert.equal(data.pid, server.process.pid);
  assert.equal(data.build, server.ready.build);
  assert.equal(await realpath(data.binary_path), await realpath(server.process.spawnfile));
  assert.ok(data.uptime_ms >= 0);
  assert.equal(data.database.reachable, true);
  assert.equal(data.database.schema_version, data.database.schema_expected);
  assert.deepEqual(data.unknown_settings, ["AICMO_MISSPELLED"]);
  assert.ok(!JSON.stringify(data).includes(CANARY), "a secret is never in the report");
  assert.ok(!server.log.join("\n").includes(CANARY), "a secret is never in the log");
});

test("the screen shows the same, and the checks run", async () => {
  await onPage(browser, server, { name: "diagnostics" }, async (page, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(server.url).origin });
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await opened.see.panel("process", "ready");
    const text = await opened.find.panel("process").innerText();
    for (const fact of [server.ready.build, String(server.process.pid)]) assert.ok(text.includes(fact), `${fact} is shown`);
    await page.getByRole("button", { name: "Run checks" }).click();
    await page.locator('[data-panel="checks"]', { hasText: /pass/i }).waitFor();
    // The clipboard belongs to the machine, and browsers beside this one write to it too.
    await page.evaluate(() => {
      const { clipboard } = navigator;
      const write = clipboard.writeText.bind(clipboard);
      clipboard.writeText = (text) => write(text).then(() => { globalThis.copied = text; });
    });
    await page.getByRole("button", { name: "Copy as JSON" }).click();
    const copied = await page.waitForFunction(() => globalThis.copied);
    const report = JSON.parse(await copied.jsonValue());
    assert.ok(JSON.stringify(report).includes(server.ready.build));
    assert.ok(!JSON.stringify(report).includes(CANARY));
  });
});

test("console and server carry the same build marker", async () => {
  await onPage(browser, server, { name: "marker" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    assert.ok((await opened.find.marker().textContent()).includes(server.ready.build));
    assert.equal(await page.locator('meta[name="aicmo-build"]').getAttribute("content"), server.ready.build);
  });
});
