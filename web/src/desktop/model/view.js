/**
 * What the panels read of a session.
 *
 * @typedef {{ microphoneMuted: boolean | null, speakerMuted: boolean | null, speakerVolume: number | null }} Audio null: not told yet
 * @typedef {{ work: import("./work.js").Work, options: import("./options.js").Options, states: import("../../model/agent.js").StateChoice[],
 *   dispositions: import("../../model/choices.js").Disposition[], dispositionKey: string, employeeId: string, place: string,
 *   inService: boolean, wanted: string, connector: { audio: Audio } | null }} SessionView
 */

export {};
