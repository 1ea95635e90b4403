// The summary names the fields, and has the focus when a page with problems opens.
const summary = document.getElementById("error-summary");
for (const link of summary.querySelectorAll("a")) {
  const field = document.getElementById(link.hash.slice(1));
  const name = (field?.labels?.[0] ?? field?.querySelector("legend"))?.firstChild?.textContent.trim();
  const colon = document.documentElement.lang === "fr" ? "\u00a0:" : ":";
  if (name && !link.textContent.includes(name)) link.textContent = `${name}${/[?؟]$/.test(name) ? "" : colon} ${link.textContent}`;
}
summary.focus();
