// One Chromium per journey file, one context per test. A page that writes an error to its console,
// breaks the content security policy or asks another origin for anything fails its test. Unless a
// story says otherwise, an administrator is signed in.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { enter, person } from "./people.mjs";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const ARTIFACTS = new URL("../artifacts/", import.meta.url).pathname;

export async function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/**
 * Runs `story` on a fresh page against `server` and then asks whether the page behaved.
 *
 * @param {object} options
 * @param {RegExp[]} [options.expectedErrors] Console errors that the story provokes on purpose.
 * @param {boolean} [options.bypassCSP] Only for injecting the accessibility checker.
 * @param {string | object | null} [options.as] A role, a person, or null for nobody. Mock data has a viewer built in.
 */
export async function onPage(browser, server, options, story) {
  const { expectedErrors = [], bypassCSP = false, viewport = { width: 1440, height: 900 }, colorScheme = "light", name, as = "admin" } =
    options;
  const context = await browser.newContext({ viewport, colorScheme, bypassCSP, reducedMotion: "reduce" });
  if (as !== null && server.ready.mode === "live") {
    await enter(context, server, typeof as === "string" ? await person(server, as) : as);
  }
  const page = await context.newPage();
  const complaints = [];
  const origin = new URL(server.url).origin;
  page.on("console", (message) => {
    if (message.type() === "error" && !expectedErrors.some((pattern) => pattern.test(message.text()))) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => {
    const text = `${error.message}`;
    if (!expectedErrors.some((pattern) => pattern.test(text))) complaints.push(`uncaught: ${text}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:")) {
      complaints.push(`foreign request: ${url}`);
    }
  });
  try {
    await story(page, context);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  } catch (error) {
    await keepEvidence(page, server, name ?? "journey", complaints);
    throw error;
  } finally {
    // An answer that a story's route was still working on has nobody to go to any more.
    if (!page.isClosed()) await page.unrouteAll({ behavior: "ignoreErrors" });
    await context.close();
  }
}

async function keepEvidence(page, server, name, complaints) {
  const stem = join(ARTIFACTS, name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase());
  await mkdir(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: `${stem}.png`, fullPage: true }).catch(() => undefined);
  await writeFile(`${stem}.log`, [...complaints, "--- server", ...server.log].join("\n"));
}
