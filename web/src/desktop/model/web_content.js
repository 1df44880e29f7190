/**
 * Pages of others in the desktop: the options `workspace.web-content` and `interaction.web-content` name sections, each of which is one
 * page: `label`, `url` with macros, placement, and what its frame may (`allow`). The names of the last two are in no document that we
 * could read; both usual forms are understood.
 *
 * @typedef {"tab" | "background" | "hidden" | "popup" | "right"} Placement
 * `tab` loads when it is shown first; `background` at once; `hidden` at once, and is never shown; `popup` is a window of its own;
 * `right` is the panel where the softphone is
 * @typedef {{ name: string, level: "workspace" | "interaction", label: string, url: string, placement: Placement, allow: string,
 *   sandbox: string }} WebContent
 */

import { fullName } from "../../model/agent.js";

/** @type {Record<string, Placement>} */
const PLACEMENTS = { "": "tab", tab: "tab", background: "background", hidden: "hidden", popup: "popup", right: "right", "right-panel": "right" };

/** @param {import("./options.js").Options} options @param {"workspace" | "interaction"} level @returns {WebContent[]} */
export function webContents(options, level) {
  return options.list(`${level}.web-content`).flatMap((name) => {
    const section = options.section(name);
    const url = section.url ?? "";
    if (!isWebAddress(url)) return [];
    const placement = PLACEMENTS[(section.placement ?? section.mode ?? "").toLowerCase()] ?? "tab";
    const allow = section.allow ?? section["iframe.allow"] ?? section["options.allow"] ?? "";
    return [{ name, level, label: section.label || name, url, placement, allow, sandbox: section.sandbox ?? "" }];
  });
}

/** The sections that are named and give no page, for a message. @param {import("./options.js").Options} options @returns {string[]} */
export function wrongSections(options) {
  const named = ["workspace", "interaction"].flatMap((level) => options.list(`${level}.web-content`));
  return [...new Set(named)].filter((name) => !isWebAddress(options.section(name).url ?? ""));
}

/** Only pages: no script, no data. @param {string} url */
export function isWebAddress(url) {
  return /^(https?:\/\/[^\s/]|\/(?!\/))/.test(url);
}

/**
 * The address with its macros replaced: `$Agent.UserName$`, `$Interaction.Id$`, and any key of the attached data, as itself or as
 * `$AttachedData.<key>$`. What is not known becomes empty. Values are encoded, so no value can become another part of the address.
 * @param {string} url @param {import("../../model/agent.js").Agent | null} agent
 * @param {import("./work.js").Case | undefined} one @param {string} [employeeId]
 */
export function filled(url, agent, one, employeeId = "") {
  const macros = { ...agentMacros(agent, employeeId), ...caseMacros(one) };
  return url.replace(/\$([\w.\- ]{1,100})\$/g, (_all, name) => encodeURIComponent(valueOf(macros, one, name)));
}

/** @param {Record<string, string>} macros @param {import("./work.js").Case | undefined} one @param {string} name */
function valueOf(macros, one, name) {
  if (Object.hasOwn(macros, name)) return macros[name];
  const data = one?.call.userData ?? {};
  const key = [name, name.replace(/^(?:Interaction\.)?(?:AttachedData|UserData)\./, "")].find((each) => Object.hasOwn(data, each));
  const value = key === undefined ? "" : data[key];
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {import("../../model/agent.js").Agent | null} agent @param {string} employeeId @returns {Record<string, string>} */
function agentMacros(agent, employeeId) {
  if (!agent) return {};
  return {
    "Agent.UserName": agent.userName,
    "Agent.FirstName": agent.firstName,
    "Agent.LastName": agent.lastName,
    "Agent.FullName": fullName(agent),
    "Agent.EmployeeId": employeeId,
  };
}

/** @param {import("./work.js").Case | undefined} one @returns {Record<string, string>} */
function caseMacros(one) {
  return one ? { "Interaction.Id": one.number } : {};
}
