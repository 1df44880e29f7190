// Builds the pages into src/cordboard/pages: one bundle of JavaScript and one of CSS per page, and the licences of what is bundled.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "cordboard", "pages");

/** Page -> [its HTML file, name of its bundles]. @type {Record<string, [string, string]>} */
const PAGES = {
  softphone: ["index.html", "softphone"],
  desktop: ["index.html", "desktop"],
  lab: ["index.html", "lab"],
  plain: ["plain.html", "plain"],
  shell: ["index.html", "shell"],
  admin: ["index.html", "admin"],
};

/** @param {string} page */
async function buildPage(page) {
  const [html, bundle] = PAGES[page];
  const result = await build({
    entryPoints: { [bundle]: join(here, "src", page, "main.js"), [`${bundle}-style`]: join(here, "src", page, `${page}.css`) },
    outdir: join(out, page),
    entryNames: "[name]",
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    sourcemap: process.argv.includes("--sourcemap"),
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    metafile: true,
    logLevel: "warning",
  });
  await copyFile(join(here, "src", page, html), join(out, page, html));
  return Object.keys(result.metafile.inputs);
}

/** The loader: a classic script, because only such a one is told its own address. */
async function buildLoader() {
  await build({
    entryPoints: [join(here, "src", "embed", "loader.js")],
    outfile: join(out, "embed", "loader.js"),
    bundle: true,
    format: "iife",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  });
  await copyFile(join(here, "src", "embed", "cordboard.d.ts"), join(out, "embed", "cordboard.d.ts"));
}

/** The npm packages among esbuild's inputs. @param {string[]} inputs */
function packagesOf(inputs) {
  const names = inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** @param {string} name */
async function licenceOf(name) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"]) {
    const text = await readFile(join(folder, file), "utf8").catch(() => "");
    if (text) return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  }
  return `${name} ${version} (${license})\n`;
}

await mkdir(out, { recursive: true });
const inputs = await Promise.all(Object.keys(PAGES).map(buildPage));
await buildLoader();
const packages = packagesOf(inputs.flat());
const licences = await Promise.all(packages.map(licenceOf));
const rule = `\n${"-".repeat(80)}\n\n`;
const text = `The pages contain these libraries.\n${rule}${licences.join(rule)}`;
for (const page of Object.keys(PAGES)) await writeFile(join(out, page, "LICENSES.txt"), text);
console.log(`built ${Object.keys(PAGES).join(", ")} with ${packages.join(", ")}`);
