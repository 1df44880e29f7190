"""What can be asked of GWS by REST, a noun a module: the agent, devices, calls, people, lists."""
