// A commit of many rows is paused and goes on where it stood; rows that could not be used come as a
// table, and the corrected table imports.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { leadsFile } from "../harness/leads-file.mjs";
import { Server } from "../harness/server.mjs";
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

const leads = async () => (await server.api("GET", "/api/v1/metrics/attention")).data.leads;
const newest = async () => (await server.api("GET", "/api/v1/imports?limit=1")).data[0];

test("a running commit is paused, stands still, and is resumed to its end", async () => {
  const made = leadsFile(15_000);
  const path = await server.file("large.csv", made.text);
  await onPage(browser, server, { name: "import pause" }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await wizard.do.dryRun();
    await wizard.see.count("invalid", made.invalid);
    await wizard.do.commit();
    await wizard.do.pause();
    await wizard.see.paused();
    const paused = await newest();
    assert.equal(paused.state, "PAUSED");
    assert.ok(paused.committed < made.rows, `${paused.committed} of ${made.rows} rows were written`);
    assert.equal(paused.committed % 500, 0, "it stands between two chunks");
    await page.reload();
    await wizard.see.paused();
    assert.equal((await newest()).committed, paused.committed, "nothing is written meanwhile");
    await wizard.do.resume();
    await wizard.see.committed();
  });
  assert.equal((await newest()).committed, made.rows);
  assert.equal(await leads(), made.fresh + made.optedOut);
});

test("failed rows are downloaded, corrected and imported", async () => {
  const before = await leads();
  const text = "Name,Phone,Email\r\nZoë Quist,,zoe@fair.example\r\nYan Põld,,not an address\r\n";
  const path = await server.file("some fail.csv", text);
  await onPage(browser, server, { name: "failed rows" }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await wizard.do.dryRun();
    await wizard.see.count("invalid", 1);
    const [download] = await Promise.all([page.waitForEvent("download"), wizard.do.downloadFailedRows()]);
    assert.equal(download.suggestedFilename(), "some_fail-failed-rows.csv");
    const table = await readFile(await download.path(), "utf8");
    assert.match(table, /^\ufeffName,Phone,Email,AICMO row,AICMO reasons\r\nYan Põld,,not an address,3,.*email_invalid/);
    const corrected = await server.file("corrected.csv", table.replace("not an address", "yan@fair.example"));
    await wizard.do.commit();
    await wizard.see.committed();
    await opened.do.open("/leads");
    await wizard.do.upload(corrected);
    await wizard.do.dryRun();
    await wizard.see.count("new", 1);
    await wizard.see.count("invalid", 0);
    await wizard.do.commit();
    await wizard.see.committed();
  });
  assert.equal(await leads(), before + 2);
});

test("rows that nothing finds again are taken where the operator says so", async () => {
  const before = await leads();
  const path = await server.file("names only.csv", "Name,Company\r\nUma Roth,Roth & Co\r\nVic Sand,Sand Ltd\r\n");
  await onPage(browser, server, { name: "without identity" }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await page.getByText(/No column is an identity/).first().waitFor();
    await page.getByLabel(/Accept rows without identity/).check();
    await wizard.do.dryRun();
    await wizard.see.count("new", 2);
    await wizard.see.row(/Nothing will find this person again/);
    await wizard.do.commit();
    await wizard.see.committed();
  });
  assert.equal(await leads(), before + 2);
});
