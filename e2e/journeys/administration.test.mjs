// An administrator at work: roles with their version, accounts shut out and let in, reset links, and
// keys that open exactly what they say until they are revoked.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, onPage } from "../harness/browser.mjs";
import { newPerson, PASSWORD } from "../harness/people.mjs";
import { ADMIN_KEY, Server } from "../harness/server.mjs";
import { door } from "../pages/people.mjs";
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

async function manage(page, who) {
  const opened = shell(page, server);
  await opened.do.open("/diagnostics");
  await opened.see.panel("users", "ready");
  await page.getByRole("button", { name: `Manage ${who.name}` }).click();
  return page.getByRole("dialog", { name: who.name });
}

test("a role is changed with the version that was on screen, and ends the sessions of the person", async () => {
  const who = await newPerson(server, "viewer");
  await onPage(browser, server, { name: "change role", expectedErrors }, async (page) => {
    const dialog = await manage(page, who);
    await dialog.getByLabel("Role", { exact: true }).selectOption("operator");
    await dialog.getByText("Another role ends every session").waitFor();
    // Somebody else changes the account while the request is on its way.
    let isFirst = true;
    await page.route("**/api/v1/users/*", async (route) => {
      if (route.request().method() !== "PATCH" || !isFirst) return route.continue();
      isFirst = false;
      const { data } = await server.api("GET", `/api/v1/users/${who.id}`);
      const headers = { authorization: `Bearer ${ADMIN_KEY}`, "if-match": `"v${data.version}"` };
      await server.api("PATCH", `/api/v1/users/${who.id}`, { display_name: `${who.name} Renamed` }, 200, headers);
      return route.continue();
    });
    await dialog.getByRole("button", { name: "Save" }).click();
    const changed = page.getByRole("dialog", { name: `${who.name} Renamed` });
    await changed.getByText("Someone else changed it first").waitFor();
    await changed.getByRole("button", { name: "Save" }).click();
    await page.getByText(`${who.name} is Operator now.`).waitFor();
  });
  const { data } = await server.api("GET", `/api/v1/users/${who.id}`);
  assert.deepEqual([data.role, data.sessions], ["operator", 0]);
});

test("an account is shut out at once and can be let in again", async () => {
  const who = await newPerson(server, "operator");
  await onPage(browser, server, { name: "deactivate", expectedErrors }, async (page) => {
    const dialog = await manage(page, who);
    await dialog.getByRole("button", { name: "Deactivate…" }).click();
    await dialog.getByRole("button", { name: "Deactivate now" }).click();
    await dialog.getByRole("button", { name: "Activate" }).waitFor();
    await onPage(browser, server, { name: "shut out", as: who, expectedErrors }, async (other) => {
      const there = door(other, server);
      await there.do.open("/leads");
      await there.do.signIn(who);
      await there.see.refusal(/./);
    });
    await dialog.getByRole("button", { name: "Activate" }).click();
    await dialog.getByRole("button", { name: "Deactivate…" }).waitFor();
  });
});

test("a reset link sets a password once", async () => {
  const who = await newPerson(server, "viewer");
  let link;
  await onPage(browser, server, { name: "reset link", expectedErrors }, async (page) => {
    const dialog = await manage(page, who);
    await dialog.getByRole("button", { name: "Make a reset link" }).click();
    link = new URL(await dialog.getByLabel("Reset link").inputValue());
  });
  const next = "nine quiet marbles roll";
  await onPage(browser, server, { name: "reset password", as: null, expectedErrors }, async (page) => {
    const there = door(page, server);
    await there.do.open(`${link.pathname}${link.hash}`);
    await page.getByLabel("New password (required)", { exact: true }).fill(next);
    await there.find.button("Set the password").click();
    await page.getByText(`The password of ${who.email} is set.`).waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await there.do.signIn({ email: who.email, password: next });
    await shell(page, server).see.tab("command");
    await there.do.open(`${link.pathname}${link.hash}`);
    await page.getByLabel("New password (required)", { exact: true }).fill(PASSWORD);
    await there.find.button("Set the password").click();
    await there.see.refusal("The link does not work any more");
  });
});

test("a link that was made stays on screen when the account leaves the page of the list", async () => {
  const who = await newPerson(server, "viewer");
  await onPage(browser, server, { name: "link stays", expectedErrors }, async (page) => {
    const dialog = await manage(page, who);
    await dialog.getByRole("button", { name: "Make a reset link" }).click();
    const link = await dialog.getByLabel("Reset link").inputValue();
    for (let index = 0; index < 20; index += 1) {
      await server.api("POST", "/api/v1/users", { display_name: `Newer ${index}`, role: "viewer" }, 201);
    }
    const { data } = await server.api("GET", `/api/v1/users/${who.id}`);
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, "if-match": `"v${data.version}"` };
    await server.api("PATCH", `/api/v1/users/${who.id}`, { display_name: "Gone From The Page" }, 200, headers);
    const renamed = page.getByRole("dialog", { name: "Gone From The Page" });
    await renamed.waitFor();
    await page.locator('[data-panel="users"]').getByText("Newer 19").waitFor();
    assert.equal(await page.locator('[data-panel="users"]').getByText(who.email).count(), 0, "it is on another page by now");
    assert.equal(await renamed.getByLabel("Reset link").inputValue(), link);
    await renamed.getByRole("button", { name: "Deactivate…" }).click();
    await renamed.getByRole("button", { name: "Deactivate now" }).click();
    await renamed.getByRole("button", { name: "Activate" }).waitFor();
  });
});

test("the accounts do not move under a focus, and an invitation is revoked only after a question", async () => {
  const who = await newPerson(server, "viewer", "Rita Still");
  const invite = (email) => server.api("POST", "/api/v1/invitations", { email, role: "viewer" }, 201);
  await invite("one@example.org");
  await onPage(browser, server, { name: "administration stands still", expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await opened.see.panel("users", "ready");
    await page.mouse.move(2, 2);
    const users = opened.find.panel("users");
    const manageIt = users.getByRole("button", { name: `Manage ${who.name}` });
    await manageIt.focus();
    const focused = await manageIt.getAttribute("id");
    const first = await users.getByRole("rowheader").first().innerText();
    await newPerson(server, "viewer", "Nora Newer");
    await users.locator("[data-new-rows]").waitFor();
    // The focused row is drawn anew while somebody waits.
    await server.api("POST", `/api/v1/users/${who.id}/end-sessions`);
    await users.getByRole("row", { name: /Rita Still/ }).getByText("0", { exact: true }).waitFor();
    await page.waitForFunction((id) => document.activeElement.id === id, focused);
    assert.equal(await users.getByRole("rowheader").first().innerText(), first, "nothing moved");
    await users.locator("[data-new-rows]").waitFor();
    await page.keyboard.press(".");
    await users.getByRole("row", { name: /Nora Newer/ }).waitFor();
    await page.waitForFunction((id) => document.activeElement.id === id, focused);

    const invitations = opened.find.panel("invitations");
    const row = invitations.getByRole("row", { name: /one@example.org/ });
    const revoke = row.getByRole("button", { name: "Revoke the invitation of one@example.org" });
    await revoke.click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await row.getByText("Open").waitFor();
    await revoke.click();
    await page.getByRole("button", { name: "Revoke the invitation", exact: true }).click();
    await row.getByText("Revoked").waitFor();
    await invite("two@example.org");
    await page.mouse.move(2, 2);
    await invitations.getByRole("row", { name: /two@example.org/ }).waitFor();
  });
});

test("a secret that could not be copied says so and is selected", async () => {
  const who = await newPerson(server, "viewer");
  for (const [why, refuse] of [
    ["refused", () => { navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError")); }],
    ["missing", () => Object.defineProperty(navigator, "clipboard", { value: undefined })],
  ]) {
    await onPage(browser, server, { name: `clipboard ${why}`, expectedErrors }, async (page) => {
      await page.addInitScript(refuse);
      const dialog = await manage(page, who);
      await dialog.getByRole("button", { name: "Make a reset link" }).click();
      const field = dialog.getByLabel("Reset link");
      await field.waitFor();
      await dialog.getByRole("button", { name: "Copy" }).click();
      await dialog.getByRole("alert").getByText(/^Not copied/).waitFor();
      assert.equal(await dialog.getByRole("button", { name: "Copied" }).count(), 0);
      const selected = await field.evaluate((input) => input.value.slice(input.selectionStart, input.selectionEnd));
      assert.equal(selected, await field.inputValue(), "all of it is selected");
    });
  }
});

test("a key opens what its scopes say until it is revoked", async () => {
  await onPage(browser, server, { name: "api key", expectedErrors }, async (page) => {
    const opened = shell(page, server);
    await opened.do.open("/diagnostics");
    await page.getByRole("button", { name: "New service account…" }).click();
    await page.getByLabel(/^Name/).fill("Nightly export");
    await page.getByLabel("Role", { exact: true }).selectOption("operator");
    await page.getByRole("button", { name: "Create the account" }).click();
    await opened.find.panel("users").getByRole("row", { name: /Nightly export/ }).waitFor();

    await page.getByRole("button", { name: "New key…" }).click();
    await page.getByLabel(/^Name/).fill("export script");
    await page.getByLabel("Owner").selectOption({ label: "Nightly export (service account, Operator)" });
    await page.getByRole("button", { name: "Create the key" }).click();
    const secret = await page.getByLabel("Key", { exact: true }).inputValue();
    await page.getByRole("button", { name: "Done" }).click();

    const call = (method, path, body) =>
      fetch(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" }, body });
    assert.equal((await call("GET", "/api/v1/leads")).status, 200, "it may read");
    const refused = await call("POST", "/api/v1/leads", JSON.stringify({ email: "a@example.org" }));
    assert.deepEqual([refused.status, (await refused.json()).code], [403, "scope_required"]);

    await page.reload();
    const row = opened.find.panel("api-keys").getByRole("row", { name: /export script/ });
    await row.waitFor();
    assert.doesNotMatch(await row.innerText(), /never.*never/s, "its use is seen");
    assert.ok(!(await page.content()).includes(secret), "the secret is shown once");
    await row.getByRole("button", { name: "Revoke the key export script" }).click();
    await page.getByRole("button", { name: "Revoke the key", exact: true }).click();
    await row.getByText("Revoked").waitFor();
    assert.equal((await call("GET", "/api/v1/leads")).status, 401);
  });
});
