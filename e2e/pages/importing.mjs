// The import wizard as do / see.

export function importing(page) {
  const see = {
    async reading(...patterns) {
      const panel = page.locator('[data-panel="import-detail"][data-state="ready"]');
      await panel.waitFor();
      for (const pattern of patterns) await panel.getByText(pattern).first().waitFor();
    },
    count: (verdict, number) =>
      page.locator(`[data-verdict="${verdict}"][data-count="${number}"]`).first().waitFor({ timeout: 30_000 }),
    row: (pattern) => page.locator('[data-panel="import-rows"]').getByText(pattern).first().waitFor(),
    committed: () => page.locator('[data-import-state="COMMITTED"]').first().waitFor({ timeout: 60_000 }),
  };
  const choose = async (path) => {
    await page.getByRole("link", { name: "Import leads" }).or(page.getByRole("button", { name: "Import leads" })).first().click();
    await page.locator('input[type="file"]').setInputFiles(path);
  };
  return {
    see,
    do: {
      choose,
      async upload(path) {
        await choose(path);
        await see.reading();
      },
      dryRun: () => page.getByRole("button", { name: /dry run/i }).click(),
      commit: () => page.getByRole("button", { name: /^commit/i }).click(),
      filter: (verdict) => page.locator(`[data-verdict="${verdict}"]`).first().click(),
    },
  };
}
