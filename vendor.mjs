// Copies the pinned browser libraries out of node_modules, builds the icon sprite from the icons the
// templates name, and writes down the SHA-384 of every copied file. Run it with `make vendor`.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const COPIES = [
  ["htmx.org", "dist/htmx.esm.min.js", "static/vendor/htmx.js"],
  ["htmx.org", "LICENSE", "static/vendor/htmx.LICENSE.txt"],
  ["socket.io-client", "dist/socket.io.esm.min.js", "static/vendor/socket.io.js"],
  ["socket.io-client", "LICENSE", "static/vendor/socket.io.LICENSE.txt"],
  ["lucide-static", "LICENSE", "static/icons/LICENSE.txt"],
  ["axe-core", "axe.min.js", "tests/vendor/axe.min.js"],
  ["axe-core", "LICENSE", "tests/vendor/axe.LICENSE.txt"],
];
const SPRITE = "static/icons/sprite.svg";
const NAMES = "static/icons/names.txt";

function packageFacts(name) {
  const { version, license } = JSON.parse(read(join("node_modules", name, "package.json")));
  return { package: name, version, license };
}

function copyLibraries() {
  for (const [name, from, to] of COPIES) copyFileSync(join("node_modules", name, from), to);
  // A source map the browser would look for beside the file, and not find.
  for (const file of ["static/vendor/htmx.js", "static/vendor/socket.io.js"])
    writeFileSync(file, read(file).replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

function buildSprite() {
  const symbols = read(NAMES).split("\n").filter(Boolean).map(symbol);
  writeFileSync(SPRITE, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

function symbol(name) {
  const drawing = read(join("node_modules/lucide-static/icons", `${name}.svg`));
  const inside = /<svg[^>]*>(.*)<\/svg>/s.exec(drawing)[1].split(/\s+/).join(" ").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${inside}</symbol>`;
}

function writeManifest() {
  const copied = COPIES.filter(([, from]) => from.endsWith(".js")).map(([name, , file]) => fact(file, packageFacts(name)));
  const sprite = fact(SPRITE, packageFacts("lucide-static"));
  const fonts = ["static/fonts", "static/fonts/subset"].flatMap((folder) =>
    readdirSync(folder).filter((file) => file.endsWith(".woff2")).sort()
      .map((file) => fact(join(folder, file), { license: "OFL-1.1" })));
  writeFileSync("static/vendor/manifest.json", `${JSON.stringify([...copied, sprite, ...fonts], null, 1)}\n`);
}

const read = (path) => readFileSync(path, "utf8");
const fact = (file, about) => ({
  file, ...about, sha384: createHash("sha384").update(readFileSync(file)).digest("base64"),
});

copyLibraries();
buildSprite();
writeManifest();
