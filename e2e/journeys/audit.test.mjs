// The audit trail: found by what one knows, read field by field, proved, taken out of the house, and
// kept from who may not see it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { ADMIN_KEY, Server } from "../harness/server.mjs";
import { audit } from "../pages/audit.mjs";
import { newLead } from "../pages/live.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;
let lead;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  await newLead(server, "Audited Person");
  await newLead(server, "Another Person");
  const { data } = await server.api("GET", "/api/v1/leads?sort=newest");
  lead = data.find(({ name }) => name === "Audited Person");
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "if-match": `"v${lead.version}"` };
  const change = { to: "LOST", reason_code: "other", reason: "asked twice by telephone" };
  await server.api("POST", `/api/v1/leads/${lead.id}/status`, change, 200, headers);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const expectedErrors = [/Failed to load resource/];

test("a change is found by action and by words, and read field by field", async () => {
  await onPage(browser, server, { name: "audit search" }, async (page) => {
    const trail = audit(page, server);
    await trail.do.open();
    await trail.do.choose("Action", "lead.status_changed");
    await page.waitForURL(/action=lead\.status_changed/);
    await trail.find.rows.filter({ hasNotText: "lead.status_changed" }).first().waitFor({ state: "detached" });
    assert.equal(await trail.find.rows.count(), 1);

    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.waitForURL((url) => url.search === "");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "aicmo-audit-search");
    await page.keyboard.type("TWICE by");
    await page.keyboard.press("Enter");
    await page.waitForURL(/text=TWICE%20by/);
    await page.waitForFunction(() => document.querySelectorAll('[data-panel="audit-list"] tbody tr.lead').length === 1);

    await page.locator("body").click({ position: { x: 2, y: 2 } });
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    const detail = trail.find.detail;
    await detail.waitFor();
    const text = await detail.innerText();
    for (const fact of ["NEW", "LOST", "asked twice by telephone", lead.id]) assert.ok(text.includes(fact), `${fact} is shown: ${text}`);
    assert.match(text, /[0-9a-f]{64}/, "the hash is shown");
    await page.keyboard.press("Escape");
    await detail.waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await detail.getByRole("link", { name: "Open it" }).click();
    await page.waitForURL(new RegExp(`/leads/${lead.id}`));
  });
});

test("a lead leads to its own history", async () => {
  await onPage(browser, server, { name: "audit history" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open(`/leads/${lead.id}`);
    await opened.see.panel("lead-detail", "ready");
    await opened.find.panel("lead-detail").getByRole("link", { name: "History" }).click();
    const trail = audit(page, server);
    await trail.see.ready();
    assert.ok(page.url().includes(`subject=${lead.id}`));
    const { data } = await server.api("GET", `/api/v1/audit?filter%5Bsubject_type%5D=lead&filter%5Bsubject%5D=${lead.id}`);
    assert.equal(await trail.find.rows.count(), data.length);
  });
});

test("a new row waits above the trail while somebody reads, and then stands on top", async () => {
  await onPage(browser, server, { name: "audit live" }, async (page) => {
    const trail = audit(page, server);
    await trail.do.open();
    await page.locator('[data-connection="live"]').waitFor();
    await trail.find.rows.first().locator(".audit__open").focus();
    const before = await trail.find.rows.count();
    await newLead(server, "Third Person");
    await page.locator("[data-new-rows]", { hasText: "1 new" }).waitFor();
    assert.equal(await trail.find.rows.count(), before);
    await page.keyboard.press(".");
    await page.waitForFunction((least) => document.querySelectorAll('[data-panel="audit-list"] tbody tr.lead').length > least, before);
  });
});

test("an administrator verifies the chain and takes a verifiable file out", async () => {
  await onPage(browser, server, { name: "audit proof" }, async (page) => {
    const trail = audit(page, server);
    await trail.do.open();
    await page.getByRole("button", { name: "Verify the chain" }).click();
    const found = page.locator('[data-chain="intact"]');
    await found.waitFor();
    assert.match(await found.innerText(), /every one stands as it was written[\s\S]*[0-9a-f]{64}/);

    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export all, verifiable" }).click();
    const download = await coming;
    assert.equal(download.suggestedFilename(), "audit-trail.ndjson");
    const path = await download.path();
    const text = await readFile(path, "utf8");
    assert.ok(text.includes("asked twice by telephone"));
    const proof = await server.run(["audit", "verify", "--file", path]);
    assert.equal(proof.code, 0, `${proof.stdout}${proof.stderr}`);
    const forged = await server.file("forged.ndjson", text.replace("asked twice", "asked thrice"));
    assert.notEqual((await server.run(["audit", "verify", "--file", forged])).code, 0, "a changed byte is found");
  });
});

test("an approver reads the trail only, and an operator does not see it", async () => {
  await onPage(browser, server, { name: "audit approver", as: "approver" }, async (page) => {
    const trail = audit(page, server);
    await trail.do.open();
    assert.equal(await page.getByRole("button", { name: /Verify the chain|Export/ }).count(), 0);
  });
  await onPage(browser, server, { name: "audit operator", as: "operator", expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await opened.see.panel("process", "ready");
    assert.equal(await page.getByRole("link", { name: "Audit" }).count(), 0);
    await opened.do.open("/diagnostics/audit");
    await opened.see.panel("audit-list", "forbidden");
    await opened.do.open(`/leads/${lead.id}`);
    await opened.see.panel("lead-detail", "ready");
    assert.equal(await page.getByRole("link", { name: "History" }).count(), 0);
  });
});

test("a trail that does not answer says so, and Retry brings it", async () => {
  await onPage(browser, server, { name: "audit failing", expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await page.route("**/api/v1/audit?*", (route) =>
      route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ type: "urn:aicmo:problem:database_unavailable", title: "The database does not answer", status: 503, code: "database_unavailable", detail: "x", instance: "/", request_id: "r1", errors: [] }) }),
    );
    await opened.do.open("/diagnostics/audit");
    await opened.see.panel("audit-list", "error");
    await page.unroute("**/api/v1/audit?*");
    await opened.find.panel("audit-list").getByRole("button", { name: "Retry" }).click();
    await opened.see.panel("audit-list", "ready");
  });
});

test("the trail is accessible", async () => {
  await onPage(browser, server, { name: "axe audit", bypassCSP: true }, async (page) => {
    const trail = audit(page, server);
    await trail.do.open();
    await trail.find.rows.first().locator(".audit__open").click();
    await trail.find.detail.waitFor();
    await page.getByRole("button", { name: "Verify the chain" }).click();
    await page.locator('[data-chain="intact"]').waitFor();
    await assertClean(page, "the trail");
  });
});
