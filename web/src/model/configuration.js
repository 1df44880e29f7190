/**
 * What the desk tells a page at its start (`GET /configuration`). The passwords are empty outside the lab.
 *
 * @typedef {{
 *   sipServer: string, gwsUrl: string, agentDn: string, password: string, gwsUser: string, gwsPassword: string,
 *   cometdChannel: string, useGwsForDialing: boolean, video: boolean, lab: boolean,
 *   audio: { echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean } }} Configuration
 */

export {};
