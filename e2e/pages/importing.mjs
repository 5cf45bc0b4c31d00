// The import, from file to result, as do / see.

export function importing(page) {
  const detail = page.locator('[data-panel="import-detail"][data-state="ready"]');
  const chip = (verdict, count = "[\\d,]+") =>
    page
      .getByRole("group", { name: "Rows by verdict" })
      .getByRole("button", { name: new RegExp(`^${verdict}\\s*${count}$`) });
  const undoChip = (word, count = "[\\d,]+") =>
    page
      .getByRole("group", { name: "Rows by what the undo did" })
      .getByRole("button", { name: new RegExp(`^${word}\\s*${count}$`) });
  const see = {
    async reading(...patterns) {
      await detail.waitFor({ timeout: 30_000 });
      for (const pattern of patterns) await detail.getByText(pattern).first().waitFor();
    },
    count: (verdict, number) => chip(verdict, number.toLocaleString("en")).waitFor({ timeout: 30_000 }),
    row: (pattern) => page.locator('[data-panel="import-rows"]').getByText(pattern).first().waitFor(),
    undone: () => detail.getByText("UNDONE", { exact: true }).first().waitFor({ timeout: 60_000 }),
    outcome: (word, number) => undoChip(word, number.toLocaleString("en")).waitFor({ timeout: 30_000 }),
    paused: () => detail.getByText("PAUSED", { exact: true }).first().waitFor({ timeout: 60_000 }),
    committed: () => detail.getByText("COMMITTED", { exact: true }).first().waitFor({ timeout: 60_000 }),
  };
  const choose = async (path) => {
    await page.getByRole("navigation", { name: "Parts of Leads" }).getByRole("link", { name: "Imports" }).click();
    await page.getByLabel("File of leads").setInputFiles(path);
  };
  return {
    see,
    do: {
      choose,
      async upload(path) {
        await choose(path);
        await see.reading();
      },
      dryRun: () => page.getByRole("button", { name: "Run the dry run" }).click(),
      commit: () => page.getByRole("button", { name: /^Commit [\d,]+ rows?$/ }).click(),
      pause: () => page.getByRole("button", { name: "Pause", exact: true }).click(),
      resume: () => page.getByRole("button", { name: "Resume", exact: true }).click(),
      downloadFailedRows: () => page.getByRole("link", { name: "Download the failed rows" }).click(),
      filter: (verdict) => chip(verdict).click(),
      filterUndo: (word) => undoChip(word).click(),
      async undo(reason) {
        await page.getByRole("button", { name: "Undo this import…" }).click();
        const dialog = page.getByRole("dialog");
        if (reason === undefined) return dialog;
        await dialog.getByLabel("Reason").fill(reason);
        await dialog.getByRole("button", { name: "Undo the import" }).click();
        return dialog;
      },
    },
  };
}
