SELECT COUNT(*) AS traces FROM traces
