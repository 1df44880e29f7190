"""The words of Workspace API v3 of GWS 9: data first (reference: GWS API 3)."""
