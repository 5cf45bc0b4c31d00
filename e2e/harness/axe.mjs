// Runs axe-core inside a page, at the three widths and in both themes, and reads the sideways overflow.
// The page's context must have `bypassCSP`, because the checker is injected.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [{ width: 1440, height: 900 }, { width: 1024, height: 768 }, { width: 390, height: 844 }];

const EVERYTHING = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

/** What another theme can change: nothing but colours. */
const COLOURS = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };

/** What another width can change where the same elements stand at every width. */
const LAYOUT = { runOnly: { type: "rule", values: ["color-contrast", "scrollable-region-focusable", "target-size"] } };

/**
 * Asserts that axe finds nothing and nothing scrolls sideways, in both themes at the three widths.
 *
 * @param {object} options
 * @param {boolean} [options.isPlain] A page without a script, which has the same elements at every width.
 */
export async function assertClean(page, where, { isPlain = false } = {}) {
  await page.evaluate(source);
  for (const [colorScheme, rules] of [["light", EVERYTHING], ["dark", COLOURS]]) {
    await page.emulateMedia({ colorScheme });
    for (const viewport of WIDTHS) {
      await page.setViewportSize(viewport);
      const what = `${where}, ${colorScheme}, ${viewport.width} px`;
      assert.deepEqual(await violations(page, isPlain && viewport !== WIDTHS[0] ? LAYOUT : rules), [], what);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${what} scrolls sideways by ${overflow} px`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(WIDTHS[0]);
}

async function violations(page, rules) {
  const found = await page.evaluate(async (rules) => {
    // What the new width and theme move has moved, and colours have arrived.
    const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const moving = () => document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity);
    for (await drawn(); moving().length > 0; await drawn()) await Promise.allSettled(moving().map(({ finished }) => finished));
    const result = await globalThis.axe.run(document, { resultTypes: ["violations"], ...rules });
    return result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.slice(0, 3).map(({ html }) => html) }));
  }, rules);
  return found.map(({ id, impact, help, nodes }) => `${id} (${impact}): ${help}: ${nodes.join(" | ")}`);
}
