"""How estimates reach people: files in and out, the HTTP service, reports and summaries."""
