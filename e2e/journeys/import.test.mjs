// First start and import of a file of 2,000 leads: every figure on the Command Center equals what
// the maker of the file counted, and every figure leads to a list of exactly that many rows.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { leadsFile } from "../harness/leads-file.mjs";
import { Server } from "../harness/server.mjs";
import { shell } from "../pages/shell.mjs";
import { importing } from "../pages/importing.mjs";

let server;
let browser;
const made = leadsFile(2000);

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const attention = async () => (await server.api("GET", "/api/v1/metrics/attention")).data;

test("an empty workspace counts nothing and invents nothing", async () => {
  await onPage(browser, server, { name: "first start" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/");
    await opened.see.tab("command");
    await opened.see.panel("triage", "ready");
    assert.equal(await opened.find.banner().count(), 0);
    assert.match(await opened.find.panel("execution").innerText(), /no data/i, "a rate without attempts is no data");
  });
  const figures = await attention();
  assert.equal(figures.leads, 0);
  assert.equal(figures.execution_success, null);
});

test("a person imports the file and the figures are right", async () => {
  const path = await server.file("spring fair.csv", made.text);
  await onPage(browser, server, { name: "import" }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await wizard.see.reading(/utf-8/i, /comma/i);
    await wizard.do.dryRun();
    await wizard.see.count("new", made.fresh);
    await wizard.see.count("suppressed", made.optedOut);
    await wizard.see.count("invalid", made.invalid);
    assert.equal((await attention()).leads, 0, "a dry run writes no lead");
    await wizard.do.filter("invalid");
    await wizard.see.row(/email_invalid/);
    await wizard.do.commit();
    await wizard.see.committed();
    await opened.do.go(/Command/, "command");
    const expected = made.fresh + made.optedOut;
    await opened.find.panel("triage").getByText(new RegExp(`${expected.toLocaleString("en")}|${expected}`)).first().waitFor();
  });
  const figures = await attention();
  const expected = made.fresh + made.optedOut;
  assert.equal(figures.leads, expected);
  assert.equal(figures.triage, expected, "every imported lead is NEW");
  assert.equal(figures.high_intent, 0);
  const listed = await server.api("GET", "/api/v1/leads?filter%5Bconsent%5D=DNC&limit=1");
  assert.equal(listed.page.total, made.optedOut);
});

test("the figure leads to the list of exactly its rows", async () => {
  await onPage(browser, server, { name: "figure to list" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    await opened.see.panel("triage", "ready");
    await opened.find.panel("triage").getByRole("link", { name: /review queue/i }).click();
    await opened.see.tab("leads");
    await opened.see.panel("lead-list", "ready");
    const expected = made.fresh + made.optedOut;
    await opened.find.panel("lead-list").getByText(new RegExp(`${expected.toLocaleString("en")}.*exact`, "i")).first().waitFor();
  });
});

test("the same file again changes nothing and says that it was seen before", async () => {
  const before = await attention();
  const path = await server.file("spring fair again.csv", made.text);
  await onPage(browser, server, { name: "import again" }, async (page) => {
    const opened = shell(page, server);
    const wizard = importing(page);
    await opened.do.open("/leads");
    await wizard.do.upload(path);
    await page.getByText(/same file|imported before|seen before/i).first().waitFor();
    await wizard.do.dryRun();
    await wizard.see.count("new", 0);
    await wizard.do.commit();
    await wizard.see.committed();
  });
  assert.equal((await attention()).leads, before.leads);
});

test("a file that cannot be used is refused with what to do", async () => {
  const path = await server.file("photo.csv", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 0, 0, 1]));
  await onPage(browser, server, { name: "binary file", expectedErrors: [/Failed to load resource/] }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await importing(page).do.choose(path);
    await page.getByText(/not a CSV file/).first().waitFor();
  });
  assert.equal((await attention()).leads, made.fresh + made.optedOut);
});
