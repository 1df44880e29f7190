// The arrows and sizes of the web part: ui -> model <- platform, and only a page's own folder knows them all.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../src/", import.meta.url);
const ALLOWED = /** @type {Record<string, string[]>} */ ({
  model: ["model"],
  platform: ["platform", "model"],
  ui: ["ui", "model"],
  softphone: ["softphone", "ui", "platform", "model"],
  desktop: ["desktop", "ui", "platform", "model"],
  lab: ["ui"],
  plain: [],
});
const modules = readdirSync(root).flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({ folder, name, text: readFileSync(new URL(`${folder}/${name}`, root), "utf8") })),
);

test("imports follow the arrows, types included", () => {
  for (const { folder, name, text } of modules) {
    const paths = [...text.matchAll(/(?:from |import\(|import )"(\.[^"]+)"/g)].map(([, path]) => path);
    for (const path of paths) {
      const target = path.startsWith("./") ? folder : path.split("/")[1];
      assert.ok(ALLOWED[folder].includes(target), `${folder}/${name} imports ${path}`);
    }
  }
});

test("the model knows no browser: no DOM, no timer, no network, no clock", () => {
  const forbidden = /\b(document|window|navigator|localStorage|fetch|setTimeout|setInterval|performance|Date)\b(?=[.(])/;
  for (const { folder, name, text } of modules) {
    if (folder === "model") assert.doesNotMatch(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""), forbidden, name);
  }
});

test("no markup from text anywhere, nothing that a Content-Security-Policy forbids", () => {
  for (const { folder, name, text } of modules) {
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, `${folder}/${name}`);
  }
});

test("modules stay small", () => {
  for (const { folder, name, text } of modules) assert.ok(text.split("\n").length <= 300, `${folder}/${name}`);
});
