// The shell: deep links, reload, back, keyboard, themes, an older page, a lost server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { Server } from "../harness/server.mjs";
import { shell, TABS } from "../pages/shell.mjs";

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const tab of TABS) {
  test(`${tab.path} can be opened, reloaded and left by Back`, async () => {
    await onPage(browser, server, { name: `deep link ${tab.slug}` }, async (page) => {
      const opened = shell(page, server);
      await opened.do.open(tab.path);
      await opened.see.tab(tab.slug);
      await page.reload();
      await opened.see.tab(tab.slug);
      const other = TABS.find(({ slug }) => slug !== tab.slug);
      await opened.do.go(other.label, other.slug);
      assert.equal(await opened.find.tab(tab.slug).count(), 0, "only the active tab is mounted");
      await page.goBack();
      await opened.see.tab(tab.slug);
    });
  });
}

test("a filter survives a reload in the address", async () => {
  await onPage(browser, server, { name: "filter in url" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads?status=CONTACTED");
    await page.reload();
    await opened.see.tab("leads");
    assert.equal(await page.getByRole("combobox", { name: "Status", exact: true }).first().inputValue(), "CONTACTED");
  });
});

test("the tabs are reached by their keys", async () => {
  await onPage(browser, server, { name: "keys" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    await opened.see.tab("command");
    for (const [key, slug] of [["l", "leads"], ["m", "campaigns"], ["d", "diagnostics"], ["c", "command"]]) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await opened.see.tab(slug);
    }
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });
});

test("an address that does not exist says so and offers a way on", async () => {
  await onPage(browser, server, { name: "unknown address" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/no-such-tab");
    await page.getByText(/no-such-tab/).first().waitFor();
    await opened.do.go(/Command/, "command");
  });
});

test("the marks of the stages are there, say what is true and cannot be seen", async () => {
  await onPage(browser, server, { name: "marks" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    await opened.see.panel("triage", "ready");
    const marks = await page.locator('[id^="e2e-breadcrumb-"]').allTextContents();
    const { data, build } = await page.evaluate(async () => {
      const answer = await fetch("/api/v1/status");
      return { ...(await answer.json()), build: answer.headers.get("x-aicmo-build") };
    });
    assert.deepEqual(marks.map((mark) => mark.split(":")[0]), ["config", "services", "database", "session", "console"]);
    assert.equal(marks[0], `config: started ${data.started_at}`);
    const up = data.services.filter(({ state }) => state === "up").length;
    assert.equal(marks[1], `services: ${up} of ${data.services.length} up`);
    assert.equal(marks[2], "database: up");
    assert.equal(marks[4], `console: ${build}`);
    assert.equal(await page.locator('[id^="e2e-breadcrumb-"]:visible').count(), 0);
  });
});

test("a page older than the server says so", async () => {
  await onPage(browser, server, { name: "older page" }, async (page) => {
    await page.route("**/api/v1/status", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, headers: { ...answer.headers(), "x-aicmo-build": "AICMO_DASH_V3_2099_01_01_fffffff" } });
    });
    const opened = shell(page, server);
    await opened.do.open("/command");
    await page.getByText(/older than the server/i).waitFor();
    await page.getByRole("button", { name: /Reload/ }).first().waitFor();
  });
});

test("a read that met no server is made again by itself, though the stream missed nothing", async () => {
  await onPage(browser, server, { name: "unreached read", expectedErrors: [/Failed to load resource/] }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    await opened.see.panel("triage", "ready");
    const figures = "**/api/v1/metrics/attention*";
    await page.route(figures, (route) => route.abort("connectionrefused"));
    await server.api("POST", "/api/v1/leads", { name: "Una Reached", email: "una@reached.example" }, 201);
    await page.locator('[data-panel="triage"][data-stale="true"]').waitFor();
    await page.getByText("Connected").first().waitFor();
    await page.unroute(figures);
    await page.locator('[data-panel="triage"]:not([data-stale="true"])').waitFor({ timeout: 20_000 });
  });
});

test("when the server is gone the last values stay, greyed, with their time", async () => {
  const lost = await Server.start();
  const expectedErrors = [/Failed to load resource/, /ERR_CONNECTION_REFUSED/];
  await onPage(browser, lost, { name: "server gone", expectedErrors }, async (page) => {
    const opened = shell(page, lost);
    await opened.do.open("/command");
    await opened.see.panel("triage", "ready");
    await lost.restart();
    await opened.see.panel("triage", "ready");
    await page.route("**/api/**", (route) => route.abort("connectionrefused"));
    await page.locator('[data-panel="triage"][data-stale="true"]').waitFor({ timeout: 30_000 });
    assert.match(await opened.find.panel("triage").innerText(), /as of \d/i);
    assert.equal(await opened.find.banner().count(), 0, "a lost server is not mock data");
    await page.unroute("**/api/**");
    await page.locator('[data-panel="triage"][data-stale="false"], [data-panel="triage"]:not([data-stale])').waitFor({ timeout: 30_000 });
  });
  await lost.stop();
});
