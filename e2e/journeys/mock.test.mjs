// Mock is labelled everywhere and cannot be changed: banner on every tab with its reason, a badge
// on every panel that shows figures, the header on every answer, writes refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { shell, TABS } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start({ AICMO_DATA_SOURCE: "mock" }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const tab of TABS) {
  test(`${tab.slug} says that its data is mock`, async () => {
    await onPage(browser, server, { name: `mock ${tab.slug}` }, async (page) => {
      const opened = shell(page, server);
      await opened.do.open(tab.path);
      const banner = opened.find.banner();
      await banner.waitFor();
      assert.match(await banner.innerText(), /AICMO_DATA_SOURCE/, "the banner says why and how to leave");
      for (const panel of tab.panels) {
        await opened.see.panel(panel, "ready");
        const block = opened.find.panel(panel).first();
        if ((await block.getAttribute("data-mock")) === "true") {
          assert.match(await block.innerText(), /MOCK/, `${panel} carries the word`);
        } else {
          assert.equal(tab.slug, "diagnostics", `${panel} is not marked as mock`);
        }
      }
    });
  });
}

test("the fixed figures are those of the mock set", async () => {
  const { data, is_mock: isMock, mock_reason: reason } = await server.api("GET", "/api/v1/metrics/attention");
  assert.deepEqual([isMock, reason], [true, "forced_by_setting"]);
  assert.deepEqual(
    [data.leads, data.triage, data.high_intent, data.intent_detected, data.approvals_pending, data.execution_success, data.failed_last_24h, data.dry_run],
    [12, 5, 3, 4, 4, 98, 2, 6],
  );
});

test("no control writes", async () => {
  await onPage(browser, server, { name: "mock writes", expectedErrors: [/Failed to load resource/] }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await opened.see.panel("lead-list", "ready");
    assert.ok(await page.getByRole("button", { name: "New lead" }).first().isDisabled());
    await opened.do.open("/campaigns");
    await opened.see.panel("campaign-list", "ready");
    assert.ok(await page.getByRole("button", { name: "New campaign" }).first().isDisabled());
    await opened.do.open("/diagnostics/audit");
    await opened.see.panel("audit-list", "forbidden");
    assert.equal(await page.getByRole("button", { name: "Verify the chain" }).count(), 0);
  });
  for (const [path, body] of [["campaigns", { name: "x", objective: "sales" }], ["audit/verify"], ["diagnostics/bundle"]]) {
    const refused = await server.api("POST", `/api/v1/${path}`, body, 409);
    assert.equal(refused.code, "mock_mode_read_only", path);
  }
});

test("Campaign Ops switched off is shown as off", async () => {
  const off = await Server.start({ AICMO_CAMPAIGN_OPS_ENABLED: "false" });
  try {
    await onPage(browser, off, { name: "ops off", expectedErrors: [/Failed to load resource/] }, async (page) => {
      const opened = shell(page, off);
      await opened.do.open("/command");
      await opened.see.panel("my-work", "disabled");
      assert.match(await opened.find.panel("my-work").innerText(), /AICMO_CAMPAIGN_OPS_ENABLED/);
      await opened.see.panel("triage", "ready");
      assert.equal(await opened.find.banner().count(), 0, "a service that is off is not mock");
    });
  } finally {
    await off.stop();
  }
});

test("a service served from the mock set is named in the banner and only its panels are badged", async () => {
  const half = await Server.start({ AICMO_SERVICES_DISABLED: "campaigns" });
  try {
    await onPage(browser, half, { name: "service disabled" }, async (page) => {
      const opened = shell(page, half);
      await opened.do.open("/campaigns");
      await opened.see.panel("campaign-list", "ready");
      assert.equal(await opened.find.panel("campaign-list").getAttribute("data-mock"), "true");
      assert.match(await opened.find.banner().innerText(), /Campaigns/);
      await opened.do.go(/Command/, "command");
      await opened.see.panel("triage", "ready");
      assert.equal(await opened.find.panel("triage").getAttribute("data-mock"), "false");
    });
  } finally {
    await half.stop();
  }
});
