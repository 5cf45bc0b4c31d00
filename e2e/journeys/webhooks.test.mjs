// Webhooks out: created, signed so that the official library believes them, rotated with both secrets
// valid, sent again, switched off by a person and by the server, and deleted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { Receiver } from "../harness/receiver.mjs";
import { Server } from "../harness/server.mjs";
import { newLead } from "../pages/live.mjs";
import { shell } from "../pages/shell.mjs";

const PATH = "/diagnostics/webhooks";
let server;
let browser;
let receiver;

before(async () => {
  [server, browser, receiver] = await Promise.all([Server.start({ AICMO_WEBHOOK_ALLOW_PRIVATE: "true" }), launch(), Receiver.start()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await receiver?.stop();
});

const verified = ({ headers, body }, secret) => new Webhook(secret).verify(body, headers);

function hooks(page) {
  const opened = shell(page, server);
  const detail = opened.find.panel("webhook-detail");
  const log = opened.find.panel("webhook-deliveries");
  const delivery = (kind, state) => log.locator("[data-delivery]").filter({ hasText: kind }).filter({ hasText: state }).first();
  return {
    detail,
    log,
    open: async (id) => {
      await opened.do.open(id === undefined ? PATH : `${PATH}/${id}`);
      if (id !== undefined) await opened.see.panel("webhook-detail", "ready");
    },
    see: { ...opened.see, delivery: (kind, state) => delivery(kind, state).waitFor({ timeout: 15_000 }) },
    delivery,
    press: (name) => detail.getByRole("button", { name }).click(),
    create: async (url, ...kinds) => {
      await page.getByRole("button", { name: "New webhook" }).click();
      await page.getByLabel(/^Address/).fill(url);
      if (kinds.length > 0) await page.getByRole("checkbox", { name: "Everything" }).uncheck();
      for (const kind of kinds) await page.getByRole("checkbox", { name: kind }).check();
      await page.getByRole("button", { name: "Create webhook" }).click();
      const secret = await page.getByLabel("Signing secret").inputValue();
      await page.getByRole("button", { name: "I have kept it" }).click();
      await opened.see.panel("webhook-detail", "ready");
      return secret;
    },
  };
}

test("created, tested, told, rotated and sent again, and the official library believes every message", async () => {
  await onPage(browser, server, { name: "webhook" }, async (page) => {
    const all = hooks(page);
    await all.open();
    await all.see.panel("webhook-list", "empty");
    const secret = await all.create(receiver.url, "lead.created");
    assert.match(secret, /^whsec_/);
    assert.equal(await page.getByText(secret).count(), 0, "it is shown once");

    await all.press("Send a test event");
    const tested = await receiver.came((message) => message.type === "webhook.tested");
    assert.ok(verified(tested, secret));
    assert.throws(() => verified(tested, `whsec_${Buffer.from("another secret of the same length").toString("base64")}`));
    await all.see.delivery("webhook.tested", "Delivered");

    const created = receiver.came((message) => message.type === "lead.created");
    await newLead(server, "Told Outside");
    const told = await created;
    verified(told, secret);
    assert.ok(!told.body.includes("Told Outside"), "what is in a lead does not leave the house");
    await all.see.delivery("lead.created", "Delivered");

    await all.press("Rotate the secret…");
    await page.getByRole("dialog").getByRole("button", { name: "Rotate the secret" }).click();
    await page.getByText(/for 24 hours, with the old one too/).waitFor();
    const fresh = await page.getByLabel("Signing secret").inputValue();
    await page.getByRole("button", { name: "I have kept it" }).click();
    assert.notEqual(fresh, secret);
    await all.detail.getByText(/two sign now/).waitFor();
    receiver.received.length = 0;
    await all.press("Send a test event");
    const both = await receiver.came((message) => message.type === "webhook.tested");
    verified(both, secret);
    verified(both, fresh);
  });
});

test("what the receiver refused is in the log with its answer, and is sent again", async () => {
  receiver.answer = { status: 500, body: "the receiver is on fire" };
  await onPage(browser, server, { name: "webhook again" }, async (page) => {
    const all = hooks(page);
    const { data } = await server.api("GET", "/api/v1/webhooks");
    await all.open(data[0].id);
    await all.press("Send a test event");
    await all.see.delivery("webhook.tested", "Failed");
    const failed = all.delivery("webhook.tested", "Failed");
    await failed.getByText("500").waitFor();
    await failed.locator("summary").click();
    await failed.getByText("the receiver is on fire").waitFor();
    await all.log.getByRole("button", { name: "Failed", exact: true }).click();
    await page.waitForFunction(() => document.querySelectorAll("[data-delivery]").length === 1);

    receiver.answer = { status: 200, body: "thank you" };
    const id = failed.getAttribute("data-delivery");
    await failed.getByRole("button", { name: "Send again" }).click();
    await all.log.getByText("No delivery is failed").waitFor();
    await all.log.getByRole("button", { name: "All", exact: true }).click();
    await all.log.locator(`[data-delivery="${await id}"]`, { hasText: "Delivered" }).waitFor();

    receiver.answer = { status: 500, body: "again" };
    await all.press("Send a test event");
    await all.see.delivery("webhook.tested", "Failed");
    receiver.answer = { status: 200, body: "thank you" };
    await all.log.getByRole("button", { name: "Send all failed again" }).click();
    await page.getByText("1 delivery is sent again").last().waitFor();
    await all.delivery("webhook.tested", "Failed").waitFor({ state: "detached" });
  });
});

test("a webhook is switched off and on, also by the server, which says why", async () => {
  await onPage(browser, server, { name: "webhook off" }, async (page) => {
    const all = hooks(page);
    const { data } = await server.api("GET", "/api/v1/webhooks");
    await all.open(data[0].id);
    await all.press("Switch off");
    await all.detail.getByText("Paused").waitFor();
    receiver.received.length = 0;
    await newLead(server, "Not Told");
    await all.press("Send a test event");
    await receiver.came((message) => message.type === "webhook.tested");
    assert.deepEqual(receiver.received.map(({ message }) => message.type), ["webhook.tested"], "what happens while it is off is not sent");
    await all.press("Switch on");
    await all.detail.getByText("Active").waitFor();

    receiver.answer = { status: 410, body: "gone" };
    await newLead(server, "Last One");
    await all.detail.getByText("Switched off by the server").waitFor({ timeout: 20_000 });
    await all.detail.getByText(/\b410\b/).waitFor();
    await all.open();
    await page.getByRole("alert").getByText("Switched off by the server").waitFor();
    receiver.answer = { status: 200, body: "thank you" };
  });
});

test("an edit changes what is told, and deleting says what goes with it", async () => {
  await onPage(browser, server, { name: "webhook delete" }, async (page) => {
    const all = hooks(page);
    const { data } = await server.api("GET", "/api/v1/webhooks");
    await all.open(data[0].id);
    await all.press("Edit…");
    await page.getByRole("checkbox", { name: "import.committed" }).check();
    await page.getByLabel("What it is for").fill("Sales CRM");
    await page.getByRole("button", { name: "Save" }).click();
    await all.detail.getByText("lead.created, import.committed").waitFor();
    await all.detail.getByText("Sales CRM").waitFor();
    await all.press("Delete…");
    await page.getByText(/the delivery log goes with it/).waitFor();
    await page.getByRole("button", { name: "Delete the webhook" }).click();
    await all.see.panel("webhook-list", "empty");
  });
});

test("whoever is no administrator does not see them", async () => {
  await onPage(browser, server, { name: "webhook approver", as: "approver", expectedErrors: [/Failed to load resource/] }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await opened.see.panel("process", "ready");
    assert.equal(await page.getByRole("link", { name: "Webhooks" }).count(), 0);
    await opened.do.open(PATH);
    await opened.see.panel("webhook-list", "forbidden");
  });
});

test("webhooks are accessible", async () => {
  await onPage(browser, server, { name: "axe webhooks", bypassCSP: true }, async (page) => {
    const all = hooks(page);
    await all.open();
    await page.getByRole("button", { name: "New webhook" }).click();
    await page.getByLabel(/^Address/).waitFor();
    await assertClean(page, "the form");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await all.create(`${receiver.url}/accessible`, "lead.created");
    await all.press("Send a test event");
    await all.see.delivery("webhook.tested", "Delivered");
    await assertClean(page, "the detail");
    await all.open();
    await all.see.panel("webhook-list", "ready");
    await assertClean(page, "the list");
  });
});
