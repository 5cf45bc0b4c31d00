// Changing many leads at once: looked at first, confirmed by its number, followed, and taken back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  for (const name of ["Ana Lima", "Bo Kim", "Cy Dunn"]) {
    const email = `${name.split(" ")[0].toLowerCase()}@fair.example`;
    await server.api("POST", "/api/v1/leads", { name, email, owner: "Grace" }, 201);
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const leads = async (filter = "") => (await server.api("GET", `/api/v1/leads?limit=50${filter}`)).data;
const dialog = (page) => page.getByRole("dialog");
const bar = (page) => page.getByRole("region", { name: "Selected leads" });
const detail = (page) => page.locator('[data-panel="job-detail"]');

/** Waits until the page shows a bulk change in `state`. */
const stands = (page, state) => detail(page).getByText(state, { exact: true }).first().waitFor();

test("tags are added by the keyboard, followed, and taken back", async () => {
  await onPage(browser, server, { name: "bulk tags", bypassCSP: true }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await opened.see.panel("lead-list", "ready");
    for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
    await page.getByText("2 selected").waitFor();
    await assertClean(page, "a selection");
    await bar(page).getByRole("button", { name: "Add tags…" }).click();
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("Write at least one tag.").waitFor();
    await dialog(page).getByLabel("Tags").fill("warm, fair 2026");
    await page.keyboard.press("Enter");
    await dialog(page).getByText("2 leads are meant:").waitFor();
    await dialog(page).getByText("It can be undone for ten minutes after its end.").waitFor();
    await assertClean(page, "the preview of a bulk change");
    assert.equal((await leads("&filter%5Btag%5D=warm")).length, 0, "nothing happens before it is confirmed");
    await dialog(page).getByRole("button", { name: "Change 2 leads" }).click();
    await opened.see.panel("job-items", "ready");
    await stands(page, "completed");
    await assertClean(page, "a bulk change that is done");
    assert.equal((await leads("&filter%5Btag%5D=warm")).length, 2);

    await detail(page).getByRole("button", { name: "Undo" }).click();
    await stands(page, "undone");
    assert.equal((await leads("&filter%5Btag%5D=warm")).length, 0);
    await page.getByRole("link", { name: "Bulk changes" }).click();
    await opened.see.panel("job-list", "ready");
    await page.getByRole("link", { name: "Add the tags warm, fair 2026" }).waitFor();
    await assertClean(page, "the list of bulk changes");
  });
});

test("all that match become do-not-contact, for good, and who is so already is told apart", async () => {
  const [first] = await leads();
  await server.api("POST", `/api/v1/leads/${first.id}/consent`, { to: "DNC", reason: "asked by telephone" });
  await onPage(browser, server, { name: "bulk do-not-contact", bypassCSP: true }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads?owner=Grace");
    await opened.see.panel("lead-list", "ready");
    await page.getByRole("checkbox", { name: "Select Bo Kim" }).click();
    await bar(page).getByRole("button", { name: "Select all that match" }).click();
    await page.getByText("Every lead that matches the filter is selected").waitFor();
    await bar(page).getByRole("button", { name: "Do not contact…" }).click();
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("Give a reason of 3 to 500 characters.").waitFor();
    await dialog(page).getByLabel("Reason").fill("The client ended the contract");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("3 leads are meant:").waitFor();
    await dialog(page).getByText("It cannot be undone.").waitFor();
    const confirm = dialog(page).getByRole("button", { name: "Change 3 leads" });
    assert.equal(await confirm.getAttribute("aria-disabled"), "true", "it waits for the tick");
    await dialog(page).getByLabel("I understand that this cannot be undone").check();
    await assertClean(page, "a change that is final");
    await confirm.click();
    await stands(page, "completed");
    await page.getByRole("button", { name: /^unchanged/ }).click();
    await page.locator('[data-panel="job-items"]').getByRole("link", { name: first.name }).waitFor();
    assert.equal(await detail(page).getByRole("button", { name: "Undo" }).count(), 0);
    await page.getByText(/The client ended the contract/).first().waitFor();
  });
  assert.equal((await leads("&filter%5Bconsent%5D=DNC")).length, 3);
});

test("people who came in after the preview are not changed unseen", async () => {
  await onPage(browser, server, { name: "bulk count changed", expectedErrors: [/422/] }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads?owner=Grace");
    await opened.see.panel("lead-list", "ready");
    await page.getByRole("checkbox", { name: "Select Bo Kim" }).click();
    await bar(page).getByRole("button", { name: "Select all that match" }).click();
    await bar(page).getByRole("button", { name: "Owner…" }).click();
    await dialog(page).getByLabel("Owner").fill("Olga");
    await page.keyboard.press("Enter");
    const confirm = dialog(page).getByRole("button", { name: "Change 3 leads" });
    await confirm.waitFor();
    const late = { name: "Di Fox", email: "di@fair.example", owner: "Grace" };
    await server.api("POST", "/api/v1/leads", late, 201);
    await confirm.click();
    await dialog(page).getByRole("button", { name: "Change 4 leads" }).waitFor();
    await dialog(page).getByText(/These are 4 leads now, not 3/).first().waitFor();
    assert.equal((await leads("&filter%5Bowner%5D=Olga")).length, 0);
    await dialog(page).getByRole("button", { name: "Change 4 leads" }).click();
    await stands(page, "completed");
  });
  assert.equal((await leads("&filter%5Bowner%5D=Olga")).length, 4);
});
