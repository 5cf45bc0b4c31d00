// axe-core finds nothing on any tab, in its states, in both themes and at the three widths; and
// nothing scrolls sideways.

import { after, before, test } from "node:test";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { person } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { filledPath, PANELS } from "../pages/panels.mjs";
import { shell, TABS } from "../pages/shell.mjs";

let full;
let empty;
let browser;

before(async () => {
  [full, empty, browser] = await Promise.all([Server.start({ AICMO_E2E_MODE: "true" }), Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await full?.stop();
  await empty?.stop();
});

const SCREENS = [
  ...TABS.map(({ slug, path, panels }) => ({ name: slug, path, first: panels[0] })),
  { name: "lead detail", path: "/leads/{lead}", first: "lead-detail" },
  { name: "imports", path: "/leads?show=imports", first: "import-list" },
  { name: "import", path: "/leads?import={import}", first: "import-detail" },
  { name: "bulk changes", path: "/leads?show=changes", first: "job-list" },
  { name: "bulk change", path: "/leads?change={job}", first: "job-detail" },
  { name: "campaign detail", path: "/campaigns/{campaign}", first: "campaign-detail" },
];

for (const screen of SCREENS) {
  test(`${screen.name} with data`, async () => {
    await onPage(browser, full, { name: `axe ${screen.name}`, bypassCSP: true }, async (page) => {
      const opened = shell(page, full);
      await opened.do.open(await filledPath(full, screen.path));
      await opened.see.panel(screen.first, "ready");
      await assertClean(page, screen.name);
    });
  });
}

test("the page of the API", async () => {
  await onPage(browser, full, { name: "axe api", bypassCSP: true }, async (page) => {
    await page.goto(`${full.url}/api/docs`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const asked = page.getByLabel("How to ask GetLead", { exact: true });
    await asked.waitFor({ state: "hidden" });
    await page.getByRole("navigation", { name: "Operations" }).locator('a[href="#GetLead"]').click();
    await asked.waitFor({ state: "visible" });
    // Every kind of entry unfolded: all the operations on leads, and a type.
    await page.evaluate(() => {
      const section = document.querySelector("#GetLead").closest("section");
      const entries = [...section.querySelectorAll("details"), document.querySelector("#type-Lead").closest("details")];
      for (const entry of entries) entry.open = true;
    });
    await assertClean(page, "the page of the API");
  });
});

for (const tab of TABS) {
  test(`${tab.slug} of an empty workspace`, async () => {
    await onPage(browser, empty, { name: `axe empty ${tab.slug}`, bypassCSP: true }, async (page) => {
      const opened = shell(page, empty);
      await opened.do.open(tab.path);
      await page.locator(`[data-panel="${tab.panels[0]}"]:is([data-state="ready"],[data-state="empty"])`).first().waitFor();
      await assertClean(page, `${tab.slug} of an empty workspace`);
    });
  });

  test(`${tab.slug} with every panel failing`, async () => {
    const endpoints = new Set(PANELS.filter(({ path }) => path === tab.path).map(({ endpoint }) => endpoint));
    for (const endpoint of endpoints) await full.fault(endpoint, "error_503");
    const options = { name: `axe failing ${tab.slug}`, bypassCSP: true, expectedErrors: [/Failed to load resource/] };
    try {
      await onPage(browser, full, options, async (page) => {
        const opened = shell(page, full);
        await opened.do.open(tab.path);
        await opened.see.panel(tab.panels[0], "error");
        await assertClean(page, `${tab.slug} with every panel failing`);
      });
    } finally {
      await full.clearFaults();
    }
  });
}

/** What people see of themselves and of each other; on live data, because mock data has nobody. */
const PEOPLE = [
  { name: "sign in", as: null, path: "/leads", shows: (page) => page.locator("#sign-in-password") },
  { name: "first start", as: null, path: "/setup#token=example", shows: (page) => page.locator("#set-up-password") },
  { name: "invitation", as: null, path: "/invitation#token=example", shows: (page) => page.locator("#invitation-password") },
  { name: "reset link", as: null, path: "/reset-password#token=example", shows: (page) => page.locator("#reset-password") },
  { name: "cut link", as: null, path: "/invitation", shows: (page) => page.getByRole("alert") },
  { name: "account", path: "/account", shows: (page) => page.locator('[data-panel="sessions"][data-state="ready"]') },
  { name: "administration", path: "/diagnostics", shows: (page) => page.locator('[data-panel="users"][data-state="ready"]') },
  { name: "menu of the person", path: "/command", press: ".user", shows: (page) => page.locator("#user-menu") },
  { name: "an account", path: "/diagnostics", press: '[aria-label^="Manage "]', shows: (page) => page.locator("#user-role") },
  { name: "new key", path: "/diagnostics", press: '[data-panel="api-keys"] .button--primary', shows: (page) => page.locator("#key-name") },
  { name: "second factor", path: "/account", press: '[aria-labelledby="second-factor-title"] .button--primary', shows: (page) => page.locator("#second-factor-password") },
];

for (const { name, as = "admin", path, press, shows } of PEOPLE) {
  test(`the screens of people: ${name}`, async () => {
    await person(empty, "admin"); // without anybody the door asks to set the workspace up
    await onPage(browser, empty, { name: `axe ${name}`, as, bypassCSP: true }, async (page) => {
      await page.goto(`${empty.url}${path}`);
      if (press !== undefined) await page.locator(press).first().click();
      await shows(page).waitFor();
      await assertClean(page, name);
    });
  });
}
