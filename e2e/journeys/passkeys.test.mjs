// Passkeys: added with the password, signed in with and nothing else, renamed, removed, and then worth
// nothing. The authenticator is Chromium's own virtual one, driven by its debugging protocol.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean } from "../harness/axe.mjs";
import { launch, onPage } from "../harness/browser.mjs";
import { enter, newPerson, PASSWORD } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { door, menu } from "../pages/people.mjs";
import { shell } from "../pages/shell.mjs";

let server;
let there;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  // Browsers know passkeys by names and not by numbers: the same server under its name.
  there = Object.assign(Object.create(server), { url: server.url.replace("127.0.0.1", "localhost") });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What was under way when somebody signed out is refused, which the browser tells. */
const expectedErrors = [/Failed to load resource/];

const password = (page) => page.getByLabel("Your password (required)", { exact: true });
const panel = (page, state) => page.locator(`[data-panel="passkeys"][data-state="${state}"]`);

/** An authenticator that is always touched by its owner; `trusts` says whether it knows who that is. */
async function authenticator(page, trusts = true) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: trusts, automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  return {
    credentials: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    trust: (isUserVerified) => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

async function add(page, name) {
  await page.getByRole("button", { name: "Add a passkey…" }).click();
  await page.getByLabel("Name (required)", { exact: true }).fill(name);
  await password(page).fill(PASSWORD);
  await page.getByRole("button", { name: "Add the passkey" }).click();
  await panel(page, "ready").getByRole("rowheader", { name }).waitFor();
}

const byPasskey = (page) => page.getByRole("button", { name: "Use a passkey" });

test("a passkey is added, opens the account without password, is renamed and removed, and then opens nothing", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, there, { name: "passkey", as: who, expectedErrors }, async (page) => {
    const device = await authenticator(page);
    const opened = shell(page, there);
    await opened.do.open("/account");
    await panel(page, "empty").getByText("You have no passkey").waitFor();
    await page.getByRole("button", { name: "Add a passkey…" }).click();
    await page.getByRole("button", { name: "Add the passkey" }).click();
    await page.locator("#passkey-name-error").waitFor();
    await page.getByLabel("Name (required)", { exact: true }).fill("Laptop");
    await password(page).fill("not the password");
    await page.getByRole("button", { name: "Add the passkey" }).click();
    await page.locator("#passkey-password-error").waitFor();
    assert.deepEqual(await device.credentials(), [], "the browser was not asked");
    await page.getByRole("button", { name: "Leave it" }).click();
    await add(page, "Laptop");
    const [credential] = await device.credentials();
    assert.equal(credential.isResidentCredential, true);
    assert.equal(credential.rpId, "localhost");
    await panel(page, "ready").getByRole("cell", { name: "never" }).waitFor();

    await menu(page).signOut();
    await door(page, there).see.page("Sign in");
    await byPasskey(page).click();
    await opened.see.tab("command");
    await menu(page).account();
    const table = panel(page, "ready");
    assert.equal(await table.getByRole("cell", { name: "never" }).count(), 0, "its use is told");

    await table.getByRole("button", { name: "Rename Laptop" }).click();
    await page.getByLabel("Name (required)", { exact: true }).fill("Old laptop");
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await table.getByRole("rowheader", { name: "Old laptop" }).waitFor();

    await table.getByRole("button", { name: "Remove Old laptop" }).click();
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Remove it" }).click();
    await panel(page, "empty").waitFor();

    await menu(page).signOut();
    await byPasskey(page).click();
    await door(page, there).see.refusal(/does not open an account here/);
    await door(page, there).do.signIn(who);
    await opened.see.tab("command");
  });
});

test("a device that does not know its owner gives no passkey, and says so", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, there, { name: "passkey unverified", as: who, expectedErrors }, async (page) => {
    const device = await authenticator(page);
    await shell(page, there).do.open("/account");
    await add(page, "Laptop");
    await menu(page).signOut();
    await device.trust(false);
    await byPasskey(page).click();
    await page.getByRole("alert").filter({ hasText: "No passkey" }).waitFor();
    await device.trust(true);
    await byPasskey(page).click();
    await shell(page, there).see.tab("command");
  });
});

test("at another address no passkey is offered, and the page says where they work", async () => {
  const who = await newPerson(server, "viewer");
  await onPage(browser, server, { name: "passkey elsewhere", as: who, expectedErrors }, async (page) => {
    await shell(page, server).do.open("/account");
    await page.getByText(`Passkeys of this server work at ${there.url}.`).waitFor();
    assert.equal(await page.getByRole("button", { name: "Add a passkey…" }).getAttribute("aria-disabled"), "true");
    await menu(page).signOut();
    await door(page, server).see.page("Sign in");
    assert.equal(await byPasskey(page).count(), 0);
  });
});

test("passkeys and the door that offers them are accessible", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, there, { name: "axe passkeys", as: null, bypassCSP: true, expectedErrors }, async (page, context) => {
    await authenticator(page);
    await page.goto(`${there.url}/account`);
    await byPasskey(page).waitFor();
    await assertClean(page, "door");
    await enter(context, there, who);
    await page.goto(`${there.url}/account`);
    await panel(page, "empty").waitFor();
    await assertClean(page, "no passkeys");
    await page.getByRole("button", { name: "Add a passkey…" }).click();
    await password(page).waitFor();
    await assertClean(page, "adding");
    await page.getByRole("button", { name: "Leave it" }).click();
    await add(page, "Laptop");
    await assertClean(page, "passkeys");
    await page.getByRole("button", { name: "Remove Laptop" }).click();
    await password(page).waitFor();
    await assertClean(page, "removing");
  });
});
