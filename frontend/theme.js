// Sets the chosen theme before the first paint. Without a choice the system's scheme applies.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("aicmo.theme");
  } catch {
    // No storage: the system's scheme.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
