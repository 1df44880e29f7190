"""CometD at the lab's GWS: the Bayeux server on HTTP and, when switched on, on WebSocket."""
