// How people come in: the set-up link of the first start, invitations, signing in and out, and what
// is said to somebody who may not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { newPerson, PASSWORD, person } from "../harness/people.mjs";
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

/** The browser itself writes a console line for each refused answer; the story provokes those. */
const expectedErrors = [/Failed to load resource/];

test("the first start is made through the link that the server prints, once", async () => {
  const fresh = await Server.start({ AICMO_BOOTSTRAP_ADMIN_KEY: undefined });
  try {
    const [link] = await fresh.told(/https?:\S+\/setup#token=\S+/);
    const { pathname, hash } = new URL(link);
    await onPage(browser, fresh, { name: "set-up", as: null, expectedErrors }, async (page) => {
      const opened = door(page, fresh);
      await opened.do.open("/leads");
      await opened.see.page("Set up the workspace");
      assert.equal(await opened.find.card.getByRole("textbox").count(), 0, "without the link there is no form");
      await opened.do.open(`${pathname}${hash}`);
      await opened.find.email().fill("first@example.org");
      await page.getByLabel("Your name").fill("First Admin");
      await opened.find.password().fill("short");
      await opened.find.button("Create the administrator").click();
      await page.getByText("5 of at least 12 characters.").waitFor();
      await opened.find.password().fill(PASSWORD);
      await opened.find.button("Create the administrator").click();
      await shell(page, fresh).see.tab("command");
      assert.equal(page.url(), `${fresh.url}/command`, "the token is gone from the address");
      assert.match(await (await menu(page).open()).innerText(), /First Admin[\s\S]*Administrator/);
    });
    await onPage(browser, fresh, { name: "set-up again", as: null, expectedErrors }, async (page) => {
      const opened = door(page, fresh);
      await opened.do.open(`${pathname}${hash}`);
      await opened.find.email().fill("second@example.org");
      await page.getByLabel("Your name").fill("Second");
      await opened.find.password().fill(PASSWORD);
      await opened.find.button("Create the administrator").click();
      await opened.see.refusal(/set up|does not work/);
    });
  } finally {
    await fresh.stop();
  }
});

test("an administrator invites, and whoever has the link comes in with that role", async () => {
  let link;
  await onPage(browser, server, { name: "invite" }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await page.getByRole("button", { name: "Invite…" }).click();
    await page.getByLabel(/^E-mail address/).fill("olga@example.org");
    await page.getByLabel("Role", { exact: true }).selectOption("operator");
    await page.getByRole("button", { name: "Make the invitation" }).click();
    link = new URL(await page.getByLabel("Invitation link").inputValue());
    await page.getByRole("button", { name: "Done" }).click();
    await opened.find.panel("invitations").getByRole("row", { name: /olga@example.org.*Operator.*Open/ }).waitFor();
  });
  await onPage(browser, server, { name: "invitation", as: null }, async (page) => {
    const opened = door(page, server);
    await opened.do.open(`${link.pathname}${link.hash}`);
    await page.getByLabel("Your name").fill("Olga Urban");
    await opened.find.password().fill(PASSWORD);
    await opened.find.button("Create the account").click();
    await shell(page, server).see.tab("command");
    assert.match(await (await menu(page).open()).innerText(), /Olga Urban[\s\S]*olga@example.org[\s\S]*Operator/);
  });
  await onPage(browser, server, { name: "invitation again", as: null, expectedErrors }, async (page) => {
    const opened = door(page, server);
    await opened.do.open(`${link.pathname}${link.hash}`);
    await page.getByLabel("Your name").fill("Somebody Else");
    await opened.find.password().fill(PASSWORD);
    await opened.find.button("Create the account").click();
    await opened.see.refusal("The link does not work any more");
  });
});

test("a link that was cut short says so", async () => {
  await onPage(browser, server, { name: "cut link", as: null }, async (page) => {
    const opened = door(page, server);
    for (const path of ["/invitation", "/reset-password#token="]) {
      await opened.do.open(path);
      await opened.see.refusal("This link is not whole");
    }
  });
});

test("nobody sees a console before they have signed in, and is then where they wanted to go", async () => {
  const dana = await newPerson(server, "operator", "Dana Whitfield");
  await onPage(browser, server, { name: "sign in", as: null, expectedErrors }, async (page) => {
    await page.addInitScript(() => {
      globalThis.consoleSeen = 0;
      new MutationObserver(() => {
        globalThis.consoleSeen += document.querySelectorAll(".shell, [data-panel]").length;
      }).observe(document, { childList: true, subtree: true });
    });
    const opened = door(page, server);
    await opened.do.open("/leads?status=CONTACTED");
    await opened.see.page("Sign in");
    assert.equal(await page.evaluate(() => globalThis.consoleSeen), 0, "no part of the console was drawn");
    assert.ok((await page.locator("[data-build-marker]").textContent()).includes(server.ready.build));
    assert.equal(await opened.find.email().getAttribute("autocomplete"), "username");
    assert.equal(await opened.find.password().getAttribute("autocomplete"), "current-password");

    await opened.find.button("Sign in").click();
    await page.getByText("Give your e-mail address.").waitFor();
    await opened.do.signIn({ email: dana.email, password: "not the password at all" });
    await opened.see.refusal("E-mail address and password do not fit");

    await opened.find.password().fill(PASSWORD);
    await opened.find.button("Show password").click();
    assert.equal(await opened.find.password().getAttribute("type"), "text");
    await opened.find.password().press("Enter");
    await shell(page, server).see.tab("leads");
    assert.equal(page.url(), `${server.url}/leads?status=CONTACTED`);

    await menu(page).signOut();
    await opened.see.page("Sign in");
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await opened.do.open("/leads");
    await opened.see.page("Sign in");
    assert.equal(await page.locator("[data-panel]").count(), 0);
  });
});

test("after many wrong passwords the wait is counted down", async () => {
  const guessed = await newPerson(server, "viewer");
  await onPage(browser, server, { name: "lockout", as: null, expectedErrors }, async (page) => {
    const opened = door(page, server);
    await opened.do.open("/");
    await opened.see.page("Sign in");
    await opened.find.email().fill(guessed.email);
    const waits = page.getByText(/You can try again in \d+/);
    for (let tries = 0; tries < 30 && !(await waits.isVisible()); tries += 1) {
      await opened.find.password().fill(`wrong password ${tries}`);
      const answered = page.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().endsWith("/api/v1/session"));
      await opened.find.button("Sign in").click();
      if ((await answered).status() === 429) await waits.waitFor();
    }
    assert.ok(await waits.isVisible(), "the refusal says how long to wait");
    const button = page.getByRole("button", { name: /^Sign in/ });
    assert.equal(await button.getAttribute("aria-disabled"), "true");
    const before = await waits.innerText();
    await page.waitForFunction((text) => !document.body.innerText.includes(text), before);
  });
});

test("when the server does not say who is signed in, the page says that and asks again", async () => {
  const faulty = await Server.start({ AICMO_E2E_MODE: "true" });
  try {
    await faulty.fault("GetSession", "error_503");
    await onPage(browser, faulty, { name: "no session", expectedErrors }, async (page) => {
      await page.goto(faulty.url);
      await page.getByRole("heading", { name: "The server does not say who is signed in" }).waitFor();
      assert.equal(await page.locator("[data-panel]").count(), 0);
      await faulty.clearFaults();
      await shell(page, faulty).see.tab("command");
    });
  } finally {
    await faulty.stop();
  }
});

test("scripts come from this server only, and none stands in the page", async () => {
  for (const path of ["/", "/sign-in", "/account", "/setup"]) {
    const answer = await fetch(`${server.url}${path}`);
    const policy = answer.headers.get("content-security-policy");
    const scripts = policy.split(";").find((rule) => rule.trim().startsWith("script-src"));
    assert.ok(scripts, `${path} has a rule for scripts`);
    assert.doesNotMatch(scripts, /unsafe-inline|'unsafe-eval'|\*|https?:/, path);
    assert.doesNotMatch(await answer.text(), /<script(?![^>]*\bsrc=)[^>]*>/, `${path} has no inline script`);
  }
});

test("the person of a role can be told by the menu", async () => {
  for (const [role, word] of [["viewer", "Viewer"], ["approver", "Approver"]]) {
    const who = await person(server, role);
    await onPage(browser, server, { name: `menu ${role}`, as: who }, async (page) => {
      await shell(page, server).do.open("/command");
      const text = await (await menu(page).open()).innerText();
      assert.ok(text.includes(who.name) && text.includes(word), text);
    });
  }
});
