// Runs axe-core inside a page, at the three widths and in both themes, and reads the sideways overflow.
// The page's context must have `bypassCSP`, because the checker is injected.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [{ width: 1440, height: 900 }, { width: 1024, height: 768 }, { width: 390, height: 844 }];

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Asserts that axe finds nothing and nothing scrolls sideways, in both themes at the three widths. */
export async function assertClean(page, where) {
  await page.evaluate(source);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const viewport of WIDTHS) {
      await page.setViewportSize(viewport);
      const what = `${where}, ${colorScheme}, ${viewport.width} px`;
      assert.deepEqual(await violations(page), [], what);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${what} scrolls sideways by ${overflow} px`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDTHS[0]);
}

async function violations(page) {
  const found = await page.evaluate(async (runOnly) => {
    // What the new width and theme move has moved, and colours have arrived.
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const moving = () => document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity);
    for (await drawn(); moving().length > 0; await drawn()) await Promise.allSettled(moving().map(({ finished }) => finished));
    const result = await globalThis.axe.run(document, { resultTypes: ["violations"], runOnly });
    return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.slice(0, 3).map(({ html }) => html) }));
  }, RULES);
  return found.map(({ id, impact, help, nodes }) => `${id} (${impact}): ${help}: ${nodes.join(" | ")}`);
}
