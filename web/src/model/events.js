/**
 * The words between the phone's model and the rest of the page, on one page. Everything is plain data; times are milliseconds
 * of one monotonic clock, handed in by the caller.
 *
 * In: what the two planes report (`sip/...`, `leg/...` from the voice plane, `gws/...` from the desk plane), what the agent does
 * (`press`, `dial`, `state`, `option`, `dismiss`) and `time` when a deadline has come.
 * Out: effects, which `main` carries out. A model never waits for an effect: what came of it arrives as an event.
 *
 * @typedef {"off" | "connecting" | "on" | "failed"} Light
 * @typedef {"in" | "out"} Direction
 * @typedef {"answer" | "reject" | "mute" | "hold" | "retrieve" | "keypad" | "hangup"} ButtonName
 * @typedef {"none" | "ring" | "waiting" | "ringback"} Tone
 *
 * @typedef {{ number: string, name: string }} Party
 *
 * Voice plane. `leg` names a SIP session of this page; `uuid` is X-Genesys-CallUUID, empty when the peer did not say it.
 * @typedef {{ type: "sip/connecting" | "sip/registered" | "sip/lost" | "sip/off" | "sip/taken-over" }} SipLightEvent
 * @typedef {{ type: "sip/failed", status: number, reason: string }} SipFailed
 * @typedef {{ type: "leg/incoming", leg: string, uuid: string, remote: Party, agentFirst: boolean }} LegIncoming
 * @typedef {{ type: "leg/outgoing", leg: string, remote: Party, card: string }} LegOutgoing
 * @typedef {{ type: "leg/progress", leg: string, uuid: string, earlyMedia: boolean }} LegProgress
 * @typedef {{ type: "leg/accepted", leg: string, uuid: string }} LegAccepted
 * @typedef {{ type: "leg/uuid", leg: string, uuid: string }} LegUuid
 * @typedef {{ type: "leg/asked", leg: string, what: "answer" | "hold" | "retrieve" }} LegAsked
 * @typedef {{ type: "leg/held" | "leg/retrieved" | "leg/muted" | "leg/unmuted", leg: string }} LegChanged
 * @typedef {{ type: "leg/no-microphone", leg: string, reason: string }} LegNoMicrophone
 * @typedef {{ type: "leg/refused", leg: string, what: string }} LegRefused
 * @typedef {{ type: "dial/failed", card: string, reason: string, help: string }} DialFailed
 * @typedef {{ type: "leg/ended", leg: string, by: "local" | "remote" | "system", status: number, cause: string }} LegEnded
 *
 * Desk plane. `data` is the data of one CometD message, as it came. `asked` is when the snapshot was asked for.
 * @typedef {{ type: "gws/connecting" | "gws/on" | "gws/lost" | "gws/off" }} GwsLightEvent
 * @typedef {{ type: "gws/failed", reason: string }} GwsFailed
 * @typedef {{ type: "gws/message", data: unknown }} GwsMessage
 * @typedef {{ type: "gws/snapshot", user: unknown, asked: number }} GwsSnapshot
 * @typedef {{ type: "gws/refused", operation: string, card: string, reason: string }} GwsRefused
 *
 * The agent.
 * @typedef {{ type: "agent", agent: import("./agent.js").Agent | null }} AgentKnown
 * @typedef {{ type: "press", card: string, button: ButtonName, digits?: string }} Press
 * @typedef {{ type: "dial", number: string }} Dial
 * @typedef {{ type: "state", operation: string }} StateWanted
 * @typedef {{ type: "option", useGwsForDialing: boolean }} Option
 * @typedef {{ type: "tell", text: string, help: string, kind: "error" | "info" }} Tell
 * @typedef {{ type: "dismiss", message: number }} Dismiss
 * @typedef {{ type: "time" }} TimeCame
 *
 * @typedef {LegIncoming | LegOutgoing | LegProgress | LegAccepted | LegUuid | LegAsked | LegChanged | LegNoMicrophone | LegRefused
 *   | LegEnded | DialFailed} LegEvent
 * @typedef {SipLightEvent | SipFailed | LegEvent | GwsLightEvent | GwsFailed | GwsMessage | GwsSnapshot | GwsRefused | AgentKnown
 *   | Press | Dial | StateWanted | Option | Tell | Dismiss | TimeCame} PhoneEvent
 *
 * Effects.
 * @typedef {{ do: "sip/answer" | "sip/hangup" | "sip/hold" | "sip/retrieve", leg: string }} SipEffect
 * @typedef {{ do: "sip/reject", leg: string, status: number }} SipReject
 * @typedef {{ do: "sip/mute", leg: string, muted: boolean }} SipMute
 * @typedef {{ do: "sip/digits", leg: string, digits: string }} SipDigits
 * @typedef {{ do: "sip/dial", number: string, card: string }} SipDial
 * @typedef {{ do: "gws/call", call: string, operation: string, card: string }} GwsCallOperation
 * @typedef {{ do: "gws/dial", device: string, number: string, card: string }} GwsDial
 * @typedef {{ do: "gws/state", operation: string }} GwsState
 * @typedef {{ do: "microphone/open" | "microphone/close", leg: string }} MicrophoneEffect
 * @typedef {{ do: "tone", tone: Tone }} ToneEffect
 * @typedef {SipEffect | SipReject | SipMute | SipDigits | SipDial | GwsCallOperation | GwsDial | GwsState | MicrophoneEffect
 *   | ToneEffect} Effect
 */

export {};
