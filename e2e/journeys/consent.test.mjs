// Consent that only grows: a person stops all contact with a lead by the keyboard, is told before
// that it is final, and finds who said what in the history; nothing moves it back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { ADMIN_KEY, Server } from "../harness/server.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;
let lead;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  lead = (await server.api("POST", "/api/v1/leads", { email: "ada@example.org", name: "Ada Nagy" }, 201)).lead;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const history = async () => (await server.api("GET", `/api/v1/leads/${lead.id}/consent`)).data;

test("a person stops all contact with a reason, by the keyboard, and finds it in the history", async () => {
  await onPage(browser, server, { name: "do not contact" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open(`/leads/${lead.id}`);
    await opened.see.panel("lead-detail", "ready");
    await opened.see.panel("lead-consent", "empty");
    await page.keyboard.press("Shift+D");
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/irreversible/).waitFor();
    assert.match(await page.locator("#aicmo-lead-picker").innerText(), /Ada Nagy \(ada@example\.org\)/);
    await page.locator("#aicmo-lead-dnc-save").click();
    await dialog.getByText("Give a reason: it is kept in the record.").waitFor();
    assert.deepEqual(await history(), [], "without a reason nothing is written");
    await dialog.getByLabel("Reason").fill("asked by telephone");
    await dialog.getByLabel("Evidence").fill("Call of 3 March");
    await page.locator("#aicmo-lead-dnc-save").click();
    const told = opened.find.panel("lead-consent");
    await told.getByText("Unknown became Do not contact").waitFor();
    await told.getByText("Evidence: Call of 3 March").waitFor();
    await told.getByText("Reason: asked by telephone").waitFor();
    await page.getByText("Do not contact: this is final.").waitFor();
    assert.equal(await page.locator("#aicmo-lead-dnc-toggle").count(), 0, "there is no way back on the screen");
  });
  assert.equal((await history()).length, 1);
});

test("nothing that is sent afterwards moves it back", async () => {
  const back = { to: "CONSENTED", reason: "came back", given_at: "2026-01-15T09:00:00Z", origin: "form", evidence: "Form 12" };
  const refused = await server.api("POST", `/api/v1/leads/${lead.id}/consent`, back, 409);
  assert.equal(refused.code, "consent_monotonic");
  const again = await server.api("POST", "/api/v1/leads", { email: "ADA@example.org", name: "Ada Nagy" }, 201, { authorization: `Bearer ${ADMIN_KEY}` });
  assert.equal(again.outcome, "suppressed");
  assert.equal((await history()).length, 1);
});
