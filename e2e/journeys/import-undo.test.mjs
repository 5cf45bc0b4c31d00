// An import is taken back: what it created is gone, what somebody worked on stays and says why, and
// the figures agree.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { ADMIN_KEY, Server } from "../harness/server.mjs";
import { importing } from "../pages/importing.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const FILE = [
  "Name,Email,Company,Unsubscribed",
  "Ana Lima,ana@fair.example,Acme,",
  "Bo Kim,bo@fair.example,Acme,",
  "Cy Dunn,cy@fair.example,,",
  "Di Fox,di@fair.example,,yes",
  "",
].join("\r\n");

const leads = async () => (await server.api("GET", "/api/v1/metrics/attention")).data.leads;

async function find(email) {
  return (await server.api("GET", `/api/v1/leads?filter%5Bemail%5D=${encodeURIComponent(email)}`)).data;
}

async function edit(email, body) {
  const [lead] = await find(email);
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "if-match": `"v${lead.version}"` };
  await server.api("PATCH", `/api/v1/leads/${lead.id}`, body, 200, headers);
}

test("an import is undone, and what was worked on stays with its reason", async () => {
  await server.api("POST", "/api/v1/leads", { name: "Cy Dunn", email: "cy@fair.example", title: "Buyer" }, 201);
  const path = await server.file("fair.csv", FILE);
  await onPage(browser, server, { name: "import undo", bypassCSP: true }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await wizard.do.dryRun();
    await wizard.see.count("new", 2);
    await wizard.do.commit();
    await wizard.see.committed();
    assert.equal(await leads(), 4);
    await edit("bo@fair.example", { title: "Chairman" });

    const dialog = await wizard.do.undo();
    await assertClean(page, "the undo dialog");
    await dialog.getByRole("button", { name: "Undo the import" }).click();
    await dialog.getByText("Give a reason").waitFor();
    assert.equal(await leads(), 4, "nothing happens without a reason");
    await dialog.getByLabel("Reason").fill("The wrong fair");
    await dialog.getByRole("button", { name: "Undo the import" }).click();
    await wizard.see.undone();
    await wizard.see.outcome("taken back", 1);
    await wizard.see.outcome("restored", 1);
    await wizard.see.outcome("kept", 2);
    await wizard.do.filterUndo("kept");
    await wizard.see.row(/It was edited since/);
    await wizard.see.row(/must not be contacted, and that stays known/);
    await page.getByText(/The wrong fair/).first().waitFor();
    await assertClean(page, "an undone import");
  });
  assert.equal(await leads(), 3);
  assert.deepEqual(await find("ana@fair.example"), []);
  const [di] = await find("di@fair.example");
  assert.equal(di.consent_status, "DNC", "an opt-out survives");
});

test("the same file brings the person in again", async () => {
  const path = await server.file("fair again.csv", FILE);
  await onPage(browser, server, { name: "import after undo" }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await wizard.do.dryRun();
    await wizard.see.count("new", 1);
    await wizard.do.commit();
    await wizard.see.committed();
  });
  assert.equal(await leads(), 4);
});
