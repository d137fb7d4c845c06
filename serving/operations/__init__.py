"""Running the service: logs, metrics, traces, drift of what is asked, readiness and an orderly end."""
