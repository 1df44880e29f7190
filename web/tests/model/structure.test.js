// The arrows and sizes of the web part: ui -> model <- platform, and only a page's own folder knows them all.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = new URL("../../src/", import.meta.url);
const ALLOWED = /** @type {Record<string, string[]>} */ ({
  model: ["model"],
  platform: ["platform", "model"],
  ui: ["ui", "model"],
  embed: ["embed", "model"],
  softphone: ["softphone", "embed", "ui", "platform", "model"],
  shell: ["shell", "embed"],
  "desktop/model": ["desktop/model", "model"],
  "desktop/service_client": ["desktop/service_client", "desktop/model", "model"],
  "desktop/panels": ["desktop/panels", "desktop/service_client", "desktop/model", "ui", "model"],
  desktop: ["desktop", "embed", "desktop/panels", "desktop/service_client", "desktop/model", "ui", "platform", "model"],
  "admin/model": ["admin/model"],
  "admin/views": ["admin/views", "admin/model", "ui"],
  admin: ["admin", "admin/views", "admin/model", "ui"],
  lab: ["ui"],
  plain: [],
});
const PURE = ["model", "desktop/model", "desktop/service_client", "admin/model"];
const modules = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && file.name.endsWith(".js"))
  .map(({ parentPath, name }) => ({ folder: relative(fileURLToPath(root), parentPath), name, text: readFileSync(join(parentPath, name), "utf8") }));

test("imports follow the arrows, types included", () => {
  for (const { folder, name, text } of modules) {
    const paths = [...text.matchAll(/(?:from |import\(|import )"(\.[^"]+)"/g)].map(([, path]) => path);
    for (const path of paths) {
      const target = dirname(join(folder, path));
      assert.ok(ALLOWED[folder].includes(target), `${folder}/${name} imports ${path}`);
    }
  }
});

test("the model knows no browser: no DOM, no timer, no network, no clock", () => {
  const forbidden = /\b(document|window|navigator|localStorage|fetch|setTimeout|setInterval|performance|Date)\b(?=[.(])/;
  for (const { folder, name, text } of modules) {
    if (PURE.includes(folder)) assert.doesNotMatch(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""), forbidden, name);
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
