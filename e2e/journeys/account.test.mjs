// The second factor: switched on with a code, asked for at the door, recovery codes shown once and
// good once each, switched off again. Every code is computed as an authenticator app would.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { newPerson, PASSWORD } from "../harness/people.mjs";
import { Server } from "../harness/server.mjs";
import { totp } from "../harness/totp.mjs";
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
const password = (page) => page.getByLabel("Your password (required)", { exact: true });

test("the code of an app, then a recovery code, opens the account; neither works twice", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, server, { name: "second factor", as: who, expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/account");
    await page.getByRole("button", { name: "Set up an authenticator app…" }).click();
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.locator("svg.qr").waitFor();
    const secret = await page.getByRole("textbox", { name: "Secret" }).inputValue();
    await page.getByLabel(/^Code/).fill("000000");
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.locator("#second-factor-code-error").waitFor();
    const code = totp(secret);
    await page.getByLabel(/^Code/).fill(code);
    await page.getByRole("button", { name: "Switch on" }).click();
    const list = page.getByRole("list", { name: "Recovery codes" });
    await list.waitFor();
    const codes = await list.getByRole("listitem").allInnerTexts();
    assert.ok(codes.length >= 8, `${codes.length} codes`);
    await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError")); });
    await page.getByRole("button", { name: "Copy the codes" }).click();
    await page.getByText(/^Not copied/).waitFor();
    assert.equal((await page.evaluate(() => String(getSelection()))).trim(), codes.join("\n"), "they are selected");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the codes" }).click()]);
    assert.equal(await readFile(await download.path(), "utf8"), `${codes.join("\n")}\n`);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText(`${codes.length} recovery codes are left.`).waitFor();

    await menu(page).signOut();
    const there = door(page, server);
    await there.do.signIn(who);
    await there.find.code().waitFor();
    assert.equal(await there.find.code().getAttribute("autocomplete"), "one-time-code");
    await there.find.code().fill(code);
    await there.find.button("Sign in").click();
    await there.see.refusal(/./);
    await there.find.code().fill(codes[0]);
    await there.find.button("Sign in").click();
    await opened.see.tab("command");
    await menu(page).account();
    await page.getByText(`${codes.length - 1} recovery codes are left.`).waitFor();

    await page.getByRole("button", { name: "Switch off…" }).click();
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Switch off", exact: true }).click();
    await page.getByRole("button", { name: "Set up an authenticator app…" }).waitFor();
    await menu(page).signOut();
    await there.do.signIn(who);
    await opened.see.tab("command");
  });
});

test("a crash on the account page leaves the rest working", async () => {
  const mock = await Server.start({ AICMO_E2E_MODE: "true" });
  try {
    await onPage(browser, mock, { name: "panic account", expectedErrors: [/panicked at/, /unreachable/, /RuntimeError/] }, async (page) => {
      const opened = shell(page, mock);
      await opened.do.open("/account?__panic=account");
      await page.locator('[data-crashed-tab="account"]').waitFor();
      await opened.do.go(/Leads/, "leads");
      await opened.see.panel("lead-list", "ready");
    });
  } finally {
    await mock.stop();
  }
});

test("a person changes their own name, and it stands where they are named", async () => {
  const who = await newPerson(server, "viewer");
  await onPage(browser, server, { name: "own name", as: who, expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/account");
    const form = page.getByRole("form", { name: "Change your name" });
    const name = form.getByLabel(/^Your name/);
    assert.equal(await name.inputValue(), who.name);
    await name.fill("");
    await form.getByRole("button", { name: "Change the name" }).click();
    await page.locator("#account-name-error").waitFor();
    await name.fill("Ada King");
    await form.getByRole("button", { name: "Change the name" }).click();
    await page.getByText("Your name is changed.").waitFor();
    await opened.find.panel("profile").getByText("Ada King").waitFor();
    await page.reload();
    await opened.find.panel("profile").getByText("Ada King").waitFor();
  });
});
