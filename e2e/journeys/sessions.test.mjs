// Sessions: one that ends while somebody works asks for them again and loses nothing; the owner ends
// one from another browser; a password change ends the others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { newPerson, PASSWORD } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { door, menu } from "../pages/people.mjs";
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

const expectedErrors = [/Failed to load resource/];
const endSessions = (who) => server.api("POST", `/api/v1/users/${who.id}/end-sessions`);
const dialog = (page) => page.getByRole("dialog", { name: "Your session has ended" });

async function typeLead(page, email) {
  const opened = shell(page, server);
  await opened.do.open("/leads");
  await opened.see.tab("leads");
  await page.locator("#aicmo-lead-new").click();
  await page.locator("#aicmo-lead-email").fill(email);
  await page.locator("#aicmo-lead-company").fill("Draft Ltd");
}

test("a session that ends while typing asks for the person again and keeps the draft", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, server, { name: "session ends", as: who, expectedErrors }, async (page) => {
    await typeLead(page, "kept@example.org");
    await endSessions(who);
    await dialog(page).waitFor({ timeout: 20_000 });
    assert.equal(await page.locator("#sign-in-email").inputValue(), who.email, "it is known whose session it was");
    await page.keyboard.press("Escape");
    assert.ok(await dialog(page).isVisible(), "it cannot be waved away");
    await page.locator("#sign-in-password").fill(PASSWORD);
    await page.locator("#sign-in-password").press("Enter");
    await dialog(page).waitFor({ state: "hidden" });
    assert.equal(await page.locator("#aicmo-lead-company").inputValue(), "Draft Ltd");
    await page.locator("#aicmo-lead-submit").click();
    await page.getByText("Created", { exact: true }).waitFor();
  });
});

test("a change that was refused because the session had ended is not sent again by itself", async () => {
  const who = await newPerson(server, "operator");
  const found = async () => (await server.api("GET", "/api/v1/leads?filter[email]=once@example.org")).data.length;
  await onPage(browser, server, { name: "refused write", as: who, expectedErrors }, async (page) => {
    await typeLead(page, "once@example.org");
    const problem = { type: "urn:aicmo:problem:session_expired", title: "The session has ended", status: 401, detail: "Sign in again.", code: "session_expired", request_id: "" };
    await page.route("**/api/v1/leads", (route) => route.fulfill({ status: 401, contentType: "application/problem+json", json: problem }), { times: 1 });
    await page.locator("#aicmo-lead-submit").click();
    await dialog(page).waitFor();
    // The cookie is still good, as when somebody signs in again in another tab: the console finds out.
    await dialog(page).waitFor({ state: "hidden" });
    assert.equal(await found(), 0);
    assert.equal(await page.locator("#aicmo-lead-company").inputValue(), "Draft Ltd");
    await page.locator("#aicmo-lead-submit").click();
    await page.getByText("Created", { exact: true }).waitFor();
    assert.equal(await found(), 1);
  });
});

test("what was read is read again after signing in, and the first screen asks too", async () => {
  const who = await newPerson(server, "viewer");
  await onPage(browser, server, { name: "session ends on command", as: who, expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    await opened.see.panel("triage", "ready");
    await endSessions(who);
    await dialog(page).waitFor({ timeout: 20_000 });
    assert.equal(await page.locator('[data-panel][data-state="error"]').count(), 0, "no panel calls this a failure");
    await page.locator("#sign-in-password").fill(PASSWORD);
    await page.locator("#sign-in-password").press("Enter");
    await dialog(page).waitFor({ state: "hidden" });
    await opened.see.panel("triage", "ready");
    assert.equal(await page.locator('[data-panel="triage"][data-stale="true"]').count(), 0);
  });
});

test("somebody else who signs in then finds no draft of the former person", async () => {
  const [first, second] = [await newPerson(server, "operator"), await newPerson(server, "operator")];
  await onPage(browser, server, { name: "somebody else", as: first, expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await page.locator("#aicmo-lead-new").click();
    await page.locator("#aicmo-lead-company").fill("Not for others");
    await endSessions(first);
    await dialog(page).waitFor({ timeout: 20_000 });
    await page.getByRole("button", { name: "Sign in as somebody else" }).click();
    await door(page, server).do.signIn(second);
    await opened.see.tab("leads");
    await page.locator("#aicmo-lead-new").click();
    assert.equal(await page.locator("#aicmo-lead-company").inputValue(), "");
  });
});

test("whoever comes in in another tab is who the first tab speaks of too", async () => {
  const who = await newPerson(server, "admin");
  const invited = await server.api("POST", "/api/v1/invitations", { email: "next.in@example.org", role: "viewer" }, 201);
  const link = new URL(invited.link);
  await onPage(browser, server, { name: "another tab", as: who, expectedErrors }, async (page, context) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await page.locator('[data-connection="live"]').waitFor();
    await page.getByRole("button", { name: "New lead" }).first().waitFor();
    const other = await context.newPage();
    await other.goto(`${server.url}${link.pathname}${link.hash}`);
    await other.getByLabel("Your name").fill("Next In");
    await other.getByLabel("Password (required)", { exact: true }).fill(PASSWORD);
    await other.getByRole("button", { name: "Create the account" }).click();
    await shell(other, server).see.tab("command");
    await page.locator(".user", { hasText: "Next In" }).waitFor();
    await page.getByRole("button", { name: "New lead" }).first().waitFor({ state: "detached" });
  });
});

test("the owner sees their sessions and ends one from another browser", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, server, { name: "first browser", as: who, expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/leads");
    await opened.see.tab("leads");
    await onPage(browser, server, { name: "second browser", as: null, expectedErrors }, async (other) => {
      const there = door(other, server);
      await there.do.open("/account");
      await there.do.signIn(who);
      const panel = other.locator('[data-panel="sessions"][data-state="ready"]');
      await panel.waitFor();
      assert.equal(await panel.getByRole("row").count(), 3, "a heading and two sessions");
      assert.equal(await panel.getByText("this browser").count(), 1);
      await panel.getByRole("button", { name: /^End the session/ }).click();
      await panel.getByRole("button", { name: /^End the session/ }).waitFor({ state: "detached" });
    });
    await dialog(page).waitFor({ timeout: 20_000 });
  });
});

test("a changed password ends the other sessions and keeps this one", async () => {
  const who = await newPerson(server, "viewer");
  const other = await newPerson(server, "viewer");
  const next = "four blue lanterns sing";
  await onPage(browser, server, { name: "change password", as: who, expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/command");
    await menu(page).account();
    await opened.see.tab("account");
    await page.getByLabel("Present password (required)", { exact: true }).fill("not the present one");
    await page.getByLabel("New password (required)", { exact: true }).fill(next);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.locator("#account-password-old-error").waitFor();
    await page.getByLabel("Present password (required)", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("Your password is changed.").waitFor();
    await page.reload();
    await opened.see.tab("account");
  });
  const signIn = (email, password) =>
    fetch(`${server.url}/api/v1/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email, password }) });
  assert.equal((await signIn(who.email, PASSWORD)).status, 401);
  assert.equal((await signIn(who.email, next)).status, 201);
  assert.equal((await signIn(other.email, PASSWORD)).status, 201, "nobody else is touched");
});
