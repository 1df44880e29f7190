/**
 * What the desk tells a page at its start (`GET /configuration`). The passwords are empty outside the lab.
 *
 * @typedef {{
 *   gateway: string, sipServer: string, gwsUrl: string, agentDn: string, password: string, gwsUser: string, gwsPassword: string,
 *   cometdChannel: string, useGwsForDialing: boolean, dispositionKey: string, endsGoneCalls: boolean, shortcuts: string[], video: boolean, lab: boolean,
 *   embedding: { origins: string[], workspace: string },
 *   signIn: { by: string, url?: string },
 *   audio: { echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean } }} Configuration
 */

export {};
