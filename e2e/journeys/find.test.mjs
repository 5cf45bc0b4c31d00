// Finding leads: by words, by several conditions at once, by an address that somebody sent. The list
// says how many there are, exactly.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let browser;

const PEOPLE = [
  { name: "Zoë Müller", company: "Société Générale", title: "VP of Sales", email: "zoe@engines.example", tags: ["fair 2025"], owner: "Grace" },
  { name: "Bob Miller", company: "Engines of Leeds", title: "Buyer", email: "bob@leeds.example", tags: ["webinar"], owner: "Grace" },
  { name: "Carla Diaz", company: "Leeds United", title: "Buyer", email: "carla@united.example", notes: "met at the fair" },
];

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  for (const lead of PEOPLE) await server.api("POST", "/api/v1/leads", lead, 201);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const list = (page) => page.locator('[data-panel="lead-list"]');

/** Waits until the list has exactly these people, and says so. */
async function has(page, names) {
  if (names.length > 0) await list(page).getByText(new RegExp(`^${names.length}$`)).first().waitFor();
  for (const { name } of PEOPLE) {
    await list(page).getByRole("link", { name }).first().waitFor({ state: names.includes(name) ? "visible" : "detached" });
  }
}

test("words find a lead by any beginning, whatever the accents, and narrow together", async () => {
  await onPage(browser, server, { name: "find by words" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await opened.see.panel("lead-list", "ready");
    await page.keyboard.press("/");
    await page.keyboard.type("muller");
    await page.keyboard.press("Enter");
    await has(page, ["Zoë Müller"]);
    assert.match(page.url(), /text=muller/, "the address can be sent to somebody");
    await page.getByLabel("Search").fill("leeds buy");
    await page.keyboard.press("Enter");
    await has(page, ["Bob Miller", "Carla Diaz"]);
    await page.getByLabel("Search").fill("nobody at all");
    await page.keyboard.press("Enter");
    await page.getByText("No lead matches these filters").waitFor();
    await page.getByText(/words beginning with nobody at all/).waitFor();
    await list(page).getByRole("button", { name: "Clear filters" }).last().click();
    await has(page, PEOPLE.map(({ name }) => name));
    assert.equal(await page.getByLabel("Search").inputValue(), "");
  });
});

test("further conditions add up, are counted, and stand in the address", async () => {
  await onPage(browser, server, { name: "find by conditions" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await opened.see.panel("lead-list", "ready");
    await page.getByText("More filters").click();
    await page.getByLabel("Owner").fill("grace");
    await page.keyboard.press("Enter");
    await has(page, ["Zoë Müller", "Bob Miller"]);
    await page.getByLabel("Tag").fill("Webinar");
    await page.keyboard.press("Enter");
    await has(page, ["Bob Miller"]);
    await page.getByLabel("Status").selectOption("NEW");
    await has(page, ["Bob Miller"]);
    await list(page).getByText("exact").first().waitFor();
    await page.reload();
    await has(page, ["Bob Miller"]);
    assert.equal(await page.getByLabel("Tag").inputValue(), "Webinar", "what narrows the list is not folded away");
    await page.goBack();
    await has(page, ["Bob Miller"]);
    await page.goBack();
    await has(page, ["Zoë Müller", "Bob Miller"]);
  });
});

test("a day bounds the list, and a word of the address that cannot be is named", async () => {
  await onPage(browser, server, { name: "find by days" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads?created_from=2020-01-01&created_to=2020-12-31");
    await page.getByText("No lead matches these filters").waitFor();
    await opened.do.open("/leads?created_from=2020-01-01&score_from=high");
    await has(page, PEOPLE.map(({ name }) => name));
    await page.getByText(/score_from=high, which no lead can have/).waitFor();
  });
});

test("the filters can be used by everybody", async () => {
  await onPage(browser, server, { name: "find accessibly", bypassCSP: true }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads?owner=grace&text=leeds");
    await has(page, ["Bob Miller"]);
    await assertClean(page, "the lead list with every filter");
  });
});
