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
 * @typedef {"answer" | "answer-with-camera" | "reject" | "mute" | "camera" | "hold" | "retrieve" | "keypad" | "transfer" | "conference"
 *   | "reconnect" | "hangup"} ButtonName
 * @typedef {"transfer-consult" | "transfer-directly" | "conference-consult" | "conference-directly"} Joining what the forms of the
 * Transfer and Conference buttons ask for
 * @typedef {"none" | "ring" | "waiting" | "ringback"} Tone
 *
 * @typedef {{ number: string, name: string }} Party
 *
 * Voice plane. `leg` names a SIP session of this page; `uuid` is X-Genesys-CallUUID, empty when the peer did not say it.
 * @typedef {{ type: "sip/connecting" | "sip/registered" | "sip/lost" | "sip/off" | "sip/taken-over" }} SipLightEvent
 * @typedef {{ type: "sip/failed", status: number, reason: string }} SipFailed
 * @typedef {{ type: "leg/incoming", leg: string, uuid: string, remote: Party, agentFirst: boolean,
 *   lasted: number | null, video: boolean }} LegIncoming
 * `lasted`: seconds, of a call that another page had before this one. `video`: what is offered has pictures, too.
 * @typedef {{ type: "leg/outgoing", leg: string, remote: Party, card: string }} LegOutgoing
 * @typedef {{ type: "leg/progress", leg: string, uuid: string, earlyMedia: boolean }} LegProgress
 * @typedef {{ type: "leg/accepted", leg: string, uuid: string }} LegAccepted
 * @typedef {{ type: "leg/uuid", leg: string, uuid: string }} LegUuid
 * @typedef {{ type: "leg/transferred", leg: string, number: string }} LegTransferred
 * @typedef {{ type: "leg/asked", leg: string, what: "answer" | "hold" | "retrieve" }} LegAsked
 * @typedef {{ type: "leg/held" | "leg/retrieved" | "leg/muted" | "leg/unmuted", leg: string }} LegChanged
 * @typedef {{ type: "leg/pictures", leg: string, shown: boolean }} LegPictures the far end's
 * @typedef {{ type: "leg/camera", leg: string, on: boolean }} LegCamera our own
 * @typedef {{ type: "leg/no-camera", leg: string, reason: string, help: string }} LegNoCamera
 * @typedef {{ type: "leg/unseen", leg: string }} LegUnseen the camera is on, and what was agreed is that its pictures go nowhere
 * @typedef {{ type: "microphone", state: "ready" | "asked" | "lost", reason: string }} MicrophoneChanged
 * @typedef {{ type: "leg/no-microphone", leg: string, reason: string }} LegNoMicrophone
 * @typedef {{ type: "leg/refused", leg: string, what: string }} LegRefused
 * @typedef {{ type: "dial/failed", card: string, reason: string, help: string }} DialFailed
 * @typedef {{ type: "leg/ended", leg: string, by: "local" | "remote" | "system", status: number, cause: string }} LegEnded
 *
 * Desk plane. `data` is the data of one CometD message, as it came. `asked` is when the snapshot was asked for.
 * @typedef {{ type: "gws/connecting" | "gws/on" | "gws/lost" | "gws/off" }} GwsLightEvent
 * @typedef {{ type: "gws/failed", reason: string, help?: string }} GwsFailed
 * @typedef {{ type: "gws/message", data: unknown }} GwsMessage
 * @typedef {{ type: "gws/snapshot", user: unknown, asked: number, gap?: boolean }} GwsSnapshot `gap`: it was asked for after a handshake
 * @typedef {{ type: "gws/accepted", operation: string, card: string, call: string }} GwsAccepted both empty: a state of the agent
 * @typedef {{ type: "gws/refused", operation: string, card: string, reason: string, unreachable?: boolean }} GwsRefused `unreachable`: GWS was not asked, or did not say
 * @typedef {{ type: "gws/states", settings: unknown }} GwsStates the states that can be chosen
 * @typedef {{ type: "gws/dispositions", businessAttributes: unknown }} GwsDispositions
 *
 * The connector, by the gateway's words; what is left out stays.
 * @typedef {{ type: "audio/mute", microphone?: boolean, speaker?: boolean }} MuteWanted
 * @typedef {{ type: "audio/volume", microphone?: number, speaker?: number }} VolumeWanted
 * @typedef {{ type: "audio/options", autoAnswer?: boolean, notReadyWithoutHeadset?: boolean, noiseSuppression?: boolean, autoGainControl?: boolean }} OptionsWanted
 * @typedef {{ type: "audio/name", microphone: string }} MicrophoneNamed
 *
 * The agent.
 * @typedef {{ type: "agent", agent: import("./agent.js").Agent | null }} AgentKnown
 * @typedef {{ type: "press", card: string, button: ButtonName | Joining, digits?: string, number?: string }} Press
 * @typedef {{ type: "dial", number: string }} Dial
 * @typedef {{ type: "state", operation: string }} StateWanted
 * @typedef {{ type: "option", useGwsForDialing?: boolean, choosesState?: boolean, dispositionKey?: string, endsGoneCalls?: boolean, notified?: boolean }} Option
 * @typedef {{ type: "data/set", card: string, key: string, value: string }} DataSet attached data
 * @typedef {{ type: "data/delete", card: string, key: string }} DataDelete
 * @typedef {{ type: "disposition", card: string, value: string }} DispositionChosen
 * @typedef {{ type: "after-call/disposition", value: string }} DispositionAfterwards
 * @typedef {{ type: "video", allowed: boolean }} VideoAllowed pictures pass the gateway
 * @typedef {{ type: "tell", text: string, help: string, kind: "error" | "info" }} Tell
 * @typedef {{ type: "dismiss", message: number }} Dismiss
 * @typedef {{ type: "time" }} TimeCame
 *
 * @typedef {LegIncoming | LegOutgoing | LegProgress | LegAccepted | LegUuid | LegTransferred | LegAsked | LegChanged | LegNoMicrophone | LegRefused | MicrophoneChanged
 *   | LegPictures | LegCamera | LegNoCamera | LegUnseen
 *   | LegEnded | DialFailed} LegEvent
 * @typedef {MuteWanted | VolumeWanted | OptionsWanted | MicrophoneNamed} AudioEvent
 * @typedef {SipLightEvent | SipFailed | LegEvent | AudioEvent | GwsLightEvent | GwsFailed | GwsMessage | GwsSnapshot | GwsAccepted | GwsRefused
 *   | GwsStates | GwsDispositions | AgentKnown | Press | Dial | StateWanted | Option | DataSet | DataDelete | DispositionChosen | DispositionAfterwards | VideoAllowed | Tell | Dismiss | TimeCame} PhoneEvent
 *
 * Effects.
 * @typedef {{ do: "sip/answer", leg: string, camera?: boolean }} SipAnswer
 * @typedef {{ do: "sip/hangup" | "sip/hold" | "sip/retrieve", leg: string }} SipEffect
 * @typedef {{ do: "camera/on" | "camera/off", leg: string }} CameraEffect
 * @typedef {{ do: "sip/reject", leg: string, status: number }} SipReject
 * @typedef {{ do: "sip/mute", leg: string, muted: boolean }} SipMute
 * @typedef {{ do: "sip/digits", leg: string, digits: string }} SipDigits
 * @typedef {{ do: "sip/dial", number: string, card: string }} SipDial
 * @typedef {{ do: "gws/call", call: string, operation: string, card: string, fields?: Record<string, unknown> }} GwsCallOperation
 * @typedef {{ do: "gws/dial", device: string, number: string, card: string }} GwsDial
 * @typedef {{ do: "gws/state", operation: string }} GwsState
 * @typedef {{ do: "gws/disposition", device: string, call: string, uri: string, value: string, key: string }} GwsDisposition of a call that is over
 * @typedef {{ do: "gws/read" }} GwsRead calls and devices, by REST
 * @typedef {{ do: "sip/refresh" }} SipRefresh look whether the connection lives
 * @typedef {{ do: "beep" }} Beep a call was answered without a press
 * @typedef {{ do: "disagreement/tell", name: string, call: string, by: string, milliseconds: number | null }} DisagreementTell
 * `milliseconds`: how long it lasted, null while it does
 * @typedef {{ do: "microphone/open" | "microphone/close", leg: string }} MicrophoneEffect
 * @typedef {{ do: "tone", tone: Tone }} ToneEffect
 * @typedef {{ do: "audio/tell", audio: import("./audio.js").AudioState }} AudioTell
 * @typedef {{ do: "speaker", muted: boolean, volume: number }} SpeakerEffect
 * @typedef {{ do: "microphone/volume", volume: number }} MicrophoneVolumeEffect
 * @typedef {{ do: "microphone/constraints", constraints: { noiseSuppression?: boolean, autoGainControl?: boolean } }} ConstraintsEffect
 * @typedef {SipAnswer | SipEffect | CameraEffect | SipReject | SipMute | SipDigits | SipDial | GwsCallOperation | GwsDial | GwsState | GwsDisposition | GwsRead | SipRefresh | Beep | DisagreementTell | MicrophoneEffect
 *   | ToneEffect | AudioTell | SpeakerEffect | MicrophoneVolumeEffect | ConstraintsEffect} Effect
 */

export {};
