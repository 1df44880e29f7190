// The call of the integration guide, which the attribute data-widgets makes possible. Without data-auto="false" the tag alone would do.
/** @type {any} */ (window).widgets.register({
  id: "webrtc-softphone",
  name: "WebRTC Softphone",
  url: "https://phone.example/",
  width: 400,
  height: 600,
  position: "right",
});
