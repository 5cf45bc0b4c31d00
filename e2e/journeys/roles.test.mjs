// What a role may not do does not exist on its screens: no button, no link, no field, no key. The
// same controls are there for an administrator, so that this story can fail.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { ADMIN_KEY, Server } from "../harness/server.mjs";
import { filledPath } from "../pages/panels.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  await server.api("POST", "/api/v1/leads", { email: "ada@example.org", name: "Ada Nagy" }, 201);
  await server.api("POST", "/api/v1/campaigns", { name: "Spring", objective: "sales" }, 201);
  const form = new FormData();
  form.append("file", new Blob(["Name,Email\nBo,bo@example.org\n"], { type: "text/csv" }), "people.csv");
  const sent = await fetch(`${server.url}/api/v1/imports`, { method: "POST", headers: { authorization: `Bearer ${ADMIN_KEY}` }, body: form });
  assert.equal(sent.status, 201, await sent.text());
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Each screen with the controls that write there. */
const SCREENS = [
  { path: "/command", panel: "triage", writes: [] },
  { path: "/leads", panel: "lead-list", writes: ["New lead"] },
  { path: "/leads/{lead}", panel: "lead-detail", writes: ["New lead", "Edit", "Do not contact…", "Flag for review…", /^Move to|^Mark as/] },
  { path: "/leads?show=imports", panel: "import-list", writes: ["Choose a file"] },
  { path: "/leads?import={import}", panel: "import-detail", writes: ["Run the dry run", "Cancel this import"] },
  { path: "/campaigns", panel: "campaign-list", writes: ["New campaign"] },
  { path: "/campaigns/{campaign}", panel: "campaign-detail", writes: ["Activate…", "Stop…"] },
  { path: "/diagnostics", panel: "process", writes: ["Invite…", "New key…", "New service account…"] },
];

/** What anybody may press: it moves, shows, copies or asks. A button that is not named here is a write until somebody says otherwise. */
const READS = [
  /^(All|Needs review|New|Intent|Contacted|Planned|Active|Paused|Stopped|Completed)$/, /^Clear/, /^Close/, /^Previous/, /^Next/, /^Show/, /^More/, /^Less/,
  /^Retry/, /^Reload$/, /^(Outreach|Approvals|Campaigns|Imports|Leads|System)$/, /^Debug details/, /^Copy/, /^Run checks/, /^Theme/, /^Keyboard shortcuts/, /^new\b|^merged\b|^unchanged\b|^suppressed\b|^invalid\b/i, /Viewer \d+/,
];

for (const screen of SCREENS) {
  test(`${screen.path} has no control that writes for a viewer`, async () => {
    const path = await filledPath(server, screen.path);
    const control = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" }).first();
    await onPage(browser, server, { name: `admin ${screen.path}` }, async (page) => {
      const opened = shell(page, server);
      await opened.do.open(path);
      await opened.see.panel(screen.panel, "ready");
      for (const name of screen.writes) await control(page, name).waitFor();
    });
    await onPage(browser, server, { name: `viewer ${screen.path}`, as: "viewer" }, async (page) => {
      const opened = shell(page, server);
      await opened.do.open(path);
      await opened.see.panel(screen.panel, "ready");
      for (const name of screen.writes) assert.equal(await control(page, name).count(), 0, `${name} does not exist`);
      const names = await page.getByRole("button").evaluateAll((buttons) => buttons.map((button) => (button.getAttribute("aria-label") ?? button.innerText).trim()));
      const unknown = names.filter((name) => name !== "" && !READS.some((read) => read.test(name)));
      assert.deepEqual(unknown, [], "every button is known to change nothing");
      assert.equal(await page.locator('input[type="file"]').count(), 0, "no file can be dropped");
      await page.keyboard.press("n");
      assert.equal(await page.locator("dialog[open]").count(), 0, "the key of the control is dead too");
    });
  });
}

test("an operator works and does not administer; the help names only their keys", async () => {
  await onPage(browser, server, { name: "operator", as: "operator" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await opened.see.panel("process", "ready");
    for (const panel of ["users", "invitations", "api-keys"]) assert.equal(await opened.find.panel(panel).count(), 0);
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("New lead").waitFor();
  });
  await onPage(browser, server, { name: "viewer help", as: "viewer" }, async (page) => {
    await shell(page, server).do.open("/leads");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Open the row").first().waitFor();
    assert.equal(await page.getByRole("dialog").getByText("New lead").count(), 0);
  });
});

test("a box that has the focus leaves the keys of the list alive", async () => {
  await server.api("POST", "/api/v1/leads", { email: "bo@example.org", name: "Bo Urban" }, 201);
  await onPage(browser, server, { name: "keys on a box", as: "viewer" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await opened.see.panel("lead-list", "ready");
    const boxes = page.getByRole("checkbox", { name: /^Select / });
    await boxes.nth(0).click();
    await page.keyboard.press("j");
    const rows = page.locator(".lead__name");
    assert.equal(await page.evaluate(() => document.activeElement.className), "lead__name", "j moves to a row");
    assert.ok(await rows.nth(1).evaluate((row) => row === document.activeElement), "and to the one below the box");
    await page.keyboard.press("x");
    await page.getByText("2 selected").waitFor();
    const changes = page.getByRole("group", { name: "Change the selected leads" });
    assert.equal(await changes.count(), 0, "a viewer changes nothing");
    await page.keyboard.press("Escape");
    await page.getByText("2 selected").waitFor({ state: "detached" });
  });
});
