// Runs axe-core inside a page and reports violations as sentences. The page's context must have
// `bypassCSP`, because the checker is injected.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function violations(page) {
  await page.evaluate(source);
  const result = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return result.violations.map(
    (found) => `${found.id} (${found.impact}): ${found.help}: ${found.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`,
  );
}
